"""Taking in files that agencies send."""

"""Who may not see her: set, lifted, and declared of oneself."""

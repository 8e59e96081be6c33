"""The list of women that somebody works with."""

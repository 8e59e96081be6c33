"""The instruments of the site: which are on, under what licence, and what an agency brings of its own."""

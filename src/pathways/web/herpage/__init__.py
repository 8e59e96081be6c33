"""Her page: the banner, her path, what is next, and a tab for each part of her record."""

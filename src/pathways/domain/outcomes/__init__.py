"""Followed up: what became of her goals, three, six and twelve months on."""

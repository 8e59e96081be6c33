"""Assessed and triaged: what she needs, and the level of support a named person decides."""

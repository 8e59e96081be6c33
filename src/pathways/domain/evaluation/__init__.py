"""Evaluated: what is counted, how it is defined, and how strong the evidence is."""

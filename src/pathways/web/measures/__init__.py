"""Measured with her: instruments filled in, their scores over time, and results of tools of others."""

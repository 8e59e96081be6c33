"""Supported: contacts, goals, reviews, closure, and where she is on her way."""

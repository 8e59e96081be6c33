"""Signing in and out, choosing where one works, one’s own sessions."""

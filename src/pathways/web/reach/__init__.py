"""Reaching her safely: approaches, her safe-contact plan, her agreement, messages to her, and the stop."""

"""Reached safely: the plan, the approach, her agreement, and how she stops it all."""

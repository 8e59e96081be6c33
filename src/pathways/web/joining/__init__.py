"""Two records that may be of one woman: for the coordinator alone."""

"""Messages between organisations, through the coordinator."""

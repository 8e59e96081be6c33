"""Pages of a referral: the one who makes it, and the service that answers."""

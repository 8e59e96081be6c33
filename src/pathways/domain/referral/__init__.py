"""Referred: from the coordinator to a service that can accept, waitlist or decline."""

"""The open door: who comes herself or is brought, the coordinator's screening, and what crosses to police."""

"""For the information-governance lead: who read what, and what was refused."""

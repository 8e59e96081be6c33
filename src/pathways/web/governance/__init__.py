"""For the information-governance lead: who read what, what was refused, and what crossed."""

"""What is remembered: models, constraints, keys and row security. No rules live here."""

"""A wrong entry put right with its reason, from where it is shown."""

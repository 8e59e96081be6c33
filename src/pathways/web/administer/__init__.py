"""Setting up: people and their roles, organisations, settings, and how the system is. It reads no case."""

"""What the system stands on: its settings, its data folder and its PostgreSQL. No Django, no programme."""

"""Who may see and do what, and under which law."""

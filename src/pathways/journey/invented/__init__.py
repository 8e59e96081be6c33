"""Invented people and their invented ways through the programme, for the demonstration and for trials."""

"""Looking for a woman by name, part of a date of birth, or reference."""

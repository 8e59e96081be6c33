"""How partners work together: the survey in waves, who works with whom, what is shared and used."""

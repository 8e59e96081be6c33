"""Home: what needs doing first, and the tasks that wait."""

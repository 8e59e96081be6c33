"""What runs by the clock: jobs kept in the database, each of which calls one verb of the clockwork."""

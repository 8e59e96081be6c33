"""One person from many records: a table of records in, pairs and people out. Never Django."""

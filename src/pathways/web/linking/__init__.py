"""One person from many records: known already?, runs that look for the same woman twice, and their review."""

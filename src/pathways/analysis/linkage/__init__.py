"""One person from many records: which of them are of one woman, and how surely that can be said."""

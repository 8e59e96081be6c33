"""What is true: nouns and rules. Standard library only, no I/O, no clock."""

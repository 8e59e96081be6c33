"""Forms that a person began and has not finished."""

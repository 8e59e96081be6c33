"""Already known?: what a look-up costs beside Splink's own, and the training of the shipped model."""

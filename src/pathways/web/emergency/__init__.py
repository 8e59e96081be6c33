"""Emergency access: asked for, ended, listed and reviewed."""

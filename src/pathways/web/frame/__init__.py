"""The pages about the service itself, and the ones that say why something did not work."""

"""The words templates may use beside Django’s own."""

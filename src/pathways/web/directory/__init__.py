"""The directory of services: find one, and keep what it says true."""

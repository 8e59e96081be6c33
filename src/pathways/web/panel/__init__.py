"""The panel’s agenda."""

"""What people do: one verb, one transaction, one event. Everything here says who acts and when."""

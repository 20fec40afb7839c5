"""What Consonance answers, as it is on the wire."""

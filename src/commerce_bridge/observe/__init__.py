"""Observing: subscribers of the one stream of events."""

"""Bridges: one folder a pair; the only rooms that see two platforms."""

"""Taking an apply back, by a plan like any other."""

"""Ports: what readers and writers are, and what crosses to a writer."""

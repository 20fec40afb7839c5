"""Frozen values of publishing and commerce, and of exchange.  No I/O, no clock."""

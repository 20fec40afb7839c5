"""Carrying a plan out: what is sent, what is noted before and after, and what is done when others do the same."""

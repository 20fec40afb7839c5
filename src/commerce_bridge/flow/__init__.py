"""Flows: generators of effects, the primitives they are made of, and the drivers that run them."""

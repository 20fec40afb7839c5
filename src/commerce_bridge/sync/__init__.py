"""The engine: read, plan, apply, remember.  It knows ports, and no platform."""

"""Making a plan: both sides are read, each record is decided, nothing is written but a temporary file."""

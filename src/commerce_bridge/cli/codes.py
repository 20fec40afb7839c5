"""Exit codes, stated so that a scheduler can act on them."""

from __future__ import annotations

DONE = 0
FAILED = 1
USAGE = 2
NEEDS_PERSON = 3
STOPPED = 4


class UsageError(Exception):
    """The command or its configuration is wrong; the message says what to write instead."""

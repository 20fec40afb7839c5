"""`python -m commerce_bridge`: the same as the command `commerce-bridge`."""

from __future__ import annotations

import sys

from commerce_bridge.cli import main

if __name__ == "__main__":
    sys.exit(main())

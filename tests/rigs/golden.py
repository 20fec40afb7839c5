"""Texts that are held against files: a public format, changed on purpose only."""

from __future__ import annotations

import os
from pathlib import Path

FOLDER = Path(__file__).parent.parent / "golden"


def held(name: str, text: str) -> None:
    """Compare a text with its golden file; ``COMMERCE_BRIDGE_GOLDEN=write`` writes it anew."""
    path = FOLDER / name
    if os.environ.get("COMMERCE_BRIDGE_GOLDEN") == "write":
        path.parent.mkdir(exist_ok=True)
        path.write_text(text + "\n", encoding="utf-8")
    assert text + "\n" == path.read_text(encoding="utf-8")

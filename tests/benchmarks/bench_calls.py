"""How many vendor calls a run takes, as a ratio to the least that is possible.

The least is counted outside the engine, from the two states of the sandbox and the vendor's limits; it is
itself held against totals worked out by hand (`tests/unit/test_lower_bound.py`).  Reads count on both sides.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

TESTS = Path(__file__).resolve().parents[1]
if str(TESTS) not in sys.path:
    sys.path.insert(0, str(TESTS))

from rigs import contracts  # noqa: E402
from rigs.call_cases import CASES  # noqa: E402

RATIO_WANTED = 1.05
OF_FILES = {"two families", "eight works"}


def run() -> dict[str, Any]:
    """The ratio, the calls and the least of each case; those of vendors' files only where the files are."""
    there = contracts.missing("onix", "samples") is None
    figures: dict[str, Any] = {}
    for name, case in CASES.items():
        if name in OF_FILES and not there:
            continue
        found, word = case(), name.replace(" ", "_")
        figures[f"{word}_ratio"] = round(found.ratio, 4)
        figures[f"{word}_ratio_at_most"] = RATIO_WANTED
        figures[f"{word}_calls"] = found.calls
        figures[f"{word}_least"] = found.least.total
    return figures


if __name__ == "__main__":
    import json

    print(json.dumps(run(), indent=2))

"""What a run of mutants came to: the share that was killed, and every survivor.

    mutmut run && python tests/mutants.py

A mutant that ran out of time, or that no test reaches, counts as a survivor.  The exit code is 1 below the bound.
"""

from __future__ import annotations

import subprocess
import sys
from collections import Counter

LEAST = 0.85
KILLED = {"killed", "caught by type check"}
NOT_RUN = {"not checked", "skipped"}


def verdicts(text: str) -> dict[str, str]:
    """Mutant to what became of it, of the lines that `mutmut results --all true` prints."""
    found: dict[str, str] = {}
    for line in text.splitlines():
        name, colon, verdict = line.strip().partition(": ")
        if colon and "__mutmut_" in name:
            found[name] = verdict
    return found


def main() -> int:
    """Print it."""
    told = subprocess.run(
        ["mutmut", "results", "--all", "true"], check=True, capture_output=True, text=True
    ).stdout
    found = {name: verdict for name, verdict in verdicts(told).items() if verdict not in NOT_RUN}
    if not found:
        print("No mutant was run.")
        return 1
    killed = sum(verdict in KILLED for verdict in found.values())
    for name, verdict in sorted(found.items()):
        if verdict not in KILLED:
            print(f"{verdict}: {name}")
    print(
        f"{killed} of {len(found)} mutants killed ({killed / len(found):.1%}): {dict(Counter(found.values()))}"
    )
    return 0 if killed / len(found) >= LEAST else 1


if __name__ == "__main__":
    sys.exit(main())

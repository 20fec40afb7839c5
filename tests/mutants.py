"""What a run of mutants came to: the share that was killed, and every survivor with why it may live.

    mutmut run && python tests/mutants.py

A mutant that ran out of time, or that no test reaches, counts as a survivor.  The exit code is 1 below the bound.
Reasons are told from what was changed; what none fits is `look`: a person reads these.
"""

from __future__ import annotations

import difflib
import functools
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

LEAST = 0.85
KILLED = {"killed", "caught by type check"}
NOT_RUN = {"not checked", "skipped"}
MUTANTS = Path("mutants/src")

REASONS: tuple[tuple[str, str], ...] = (
    (r"\bcast\(|TypeVar\(", "only types: nothing changes when it runs"),
    (r"\bstrict=", "both have one length there"),
    (
        r"sort_keys=|\bkey=str|sorted\(.*, \)$|key=None",
        "another order of what is sorted or hashed on both sides alike",
    ),
    (r"\.pop\([^,]+, None\)", "what is removed is there"),
    (r"\b(100|AT_ONCE|TOLD)\b", "the size of a page: nobody sees where one ends"),
    (r"execute\(", "SQL does not mind the case of its words"),
    (r"hint=|raise \w+\($|f?\"[^\"]{12,}\"", "wording, or a message that the selected tests do not read"),
    (r"Progressed\(|run=\"", "what progress bars are told"),
)
"""What a changed line looks like, and why such a mutant may live; the first that fits."""


NOTHING = re.compile(r"\"\"|\"XXXX\"|\bNone\b|\bMISSING\b|, (?=\))")
"""Ways to say that there is nothing."""


def verdicts(text: str) -> dict[str, str]:
    """Mutant to what became of it, of the lines that `mutmut results --all true` prints."""
    found: dict[str, str] = {}
    for line in text.splitlines():
        name, colon, verdict = line.strip().partition(": ")
        if colon and "__mutmut_" in name:
            found[name] = verdict
    return found


@functools.cache
def lines_of(module: str) -> tuple[str, ...]:
    """The mutated module."""
    return tuple((MUTANTS / f"{module.replace('.', '/')}.py").read_text(encoding="utf-8").splitlines())


def body_of(lines: Sequence[str], name: str) -> list[str]:
    """The lines of one function, its own name left out."""
    begins = re.compile(rf"^(\s*)(?:async )?def {re.escape(name)}\(")
    for number, line in enumerate(lines):
        if found := begins.match(line):
            depth = len(found[1])
            rest = lines[number + 1 :]
            inner = (len(one) - len(one.lstrip()) > depth or one.strip()[:1] in {"", ")"} for one in rest)
            count = next((at for at, inside in enumerate(inner) if not inside), len(rest))
            return [one.replace(name, "…") for one in (line, *rest[:count])]
    return []


def change_of(mutant: str) -> list[str]:
    """What a mutant changed: lines that begin with ``-`` or ``+``."""
    module, _, function = mutant.rpartition(".")
    lines = lines_of(module)
    former = body_of(lines, f"{function.rpartition('__mutmut_')[0]}__mutmut_orig")
    shown = difflib.unified_diff(former, body_of(lines, function), lineterm="", n=0)
    return [
        f"{one[0]} {one[1:].strip()}" for one in shown if one[:3] not in {"---", "+++"} and one[0] in "-+"
    ]


def reason_of(verdict: str, change: Sequence[str]) -> str:
    """Why a mutant may live."""
    if verdict == "timeout":
        return "a loop without end: it is seen to hang, not to fail"
    if verdict == "no tests":
        return "reached by tests that are not selected, or by none"
    if len(change) == 2 and len({NOTHING.sub("nothing", line[2:]) for line in change}) == 1:
        return "nothing, said in another way"
    for pattern, why in REASONS:
        if any(re.search(pattern, line) for line in change):
            return why
    return "look"


def told(survivors: dict[str, str]) -> Iterator[tuple[str, str]]:
    """Each survivor's reason, and what is printed of it."""
    for name, verdict in sorted(survivors.items()):
        change = change_of(name)
        why = reason_of(verdict, change)
        yield why, "\n".join([f"{verdict}: {name}: {why}", *(f"    {line}" for line in change)])


def main() -> int:
    """Print it."""
    results = subprocess.run(
        ["mutmut", "results", "--all", "true"], check=True, capture_output=True, text=True
    ).stdout
    found = {name: verdict for name, verdict in verdicts(results).items() if verdict not in NOT_RUN}
    if not found:
        print("No mutant was run.")
        return 1
    survivors = {name: verdict for name, verdict in found.items() if verdict not in KILLED}
    reasons: Counter[str] = Counter()
    for why, text in told(survivors):
        reasons[why] += 1
        print(text)
    for why, count in reasons.most_common():
        print(f"{count:6} {why}")
    killed = len(found) - len(survivors)
    counts = dict(Counter(found.values()))
    print(f"{killed} of {len(found)} mutants killed ({killed / len(found):.1%}): {counts}")
    return 0 if killed / len(found) >= LEAST else 1


if __name__ == "__main__":
    sys.exit(main())

"""What it costs to import the package, and to import and construct two clients, in fresh interpreters.

Each round starts one interpreter after another for httpx, the package and the clients, so that what else
the machine does weighs on all alike.  Time is taken inside the interpreter, above a bare start.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
from collections.abc import Iterable
from typing import Any

ROUNDS = 15

STATEMENTS = {
    "httpx": "import httpx",
    "package": "import commerce_bridge",
    "clients": (
        "from commerce_bridge import BigCommerce, Consonance; "
        "BigCommerce(store_hash='demo', access_token='t'); Consonance(api_key='k')"
    ),
}

LIMITS = {"package": 0.35, "clients": 0.6}

_TIMED = "import time; began = time.perf_counter(); exec({statement!r}); print(time.perf_counter() - began)"


def seconds(statement: str) -> float:
    """Seconds that a statement takes in a fresh interpreter, start-up not counted."""
    code = _TIMED.format(statement=statement)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return float(done.stdout)


def run() -> dict[str, Any]:
    """Ratios to `import httpx`: the median over interleaved rounds."""
    for statement in STATEMENTS.values():
        seconds(statement)
    rounds = [{name: seconds(code) for name, code in STATEMENTS.items()} for _ in range(ROUNDS)]
    found: dict[str, Any] = {"import_httpx_ms": milliseconds(each["httpx"] for each in rounds)}
    for name, limit in LIMITS.items():
        ratio = statistics.median(each[name] / each["httpx"] for each in rounds)
        found[f"{name}_ratio"] = round(ratio, 3)
        found[f"{name}_ratio_at_most"] = limit
        found[f"{name}_ms"] = milliseconds(each[name] for each in rounds)
    return found


def milliseconds(times: Iterable[float]) -> float:
    """The median in milliseconds."""
    return round(statistics.median(times) * 1000, 1)

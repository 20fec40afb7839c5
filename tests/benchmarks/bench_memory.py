"""The memory of a plan: a child process over 1 000 000 streamed records beside one over 10 000.

Pages of both sides are made as they are asked for, the state is a SQLite file that another process has written, and
one record in a hundred has changed.  What is weighed is the most that the child ever held (`ru_maxrss`).
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

TESTS = Path(__file__).resolve().parents[1]
if str(TESTS) not in sys.path:
    sys.path.insert(0, str(TESTS))

FEW, MANY = 10_000, 1_000_000
EVERY = 100


def child(count: int, path: str) -> dict[str, Any]:
    """Plan over so many records, in this process; the most memory it ever held, in MiB."""
    from commerce_bridge.flow.clock import EPOCH
    from commerce_bridge.flow.play import ManualClock, PlayDriver
    from commerce_bridge.flow.wiring import SeededChance, Wiring
    from commerce_bridge.stores import SQLiteState
    from commerce_bridge.sync.planning.planner import plan
    from rigs import lots

    wiring = Wiring(state=SQLiteState(path), clock=ManualClock(EPOCH), chance=SeededChance(1))
    job = lots.job(lambda: lots.pages(count, lambda number: number % EVERY == 0), lambda: lots.pages(count))
    began = time.perf_counter()
    planned = PlayDriver(wiring, keep_trace=False).run(plan(job))
    took = time.perf_counter() - began
    assert planned.footer.titles == count, planned.footer
    assert planned.footer.total == count // EVERY, planned.footer
    assert sum(1 for _ in planned.steps()) == count // EVERY
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"mib": most, "seconds": took}


def prepare(count: int, path: str) -> None:
    """Write the state that an apply leaves."""
    from commerce_bridge.stores import SQLiteState
    from rigs import lots

    state = SQLiteState(path)
    lots.settled(state, lots.pages(count))
    state.close()


def in_a_process(*arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, __file__, *arguments], check=True, capture_output=True, text=True, cwd=TESTS
    )
    return done.stdout


def weigh(count: int) -> dict[str, Any]:
    """The figures of a child over so many records."""
    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder) / "state.db")
        in_a_process("prepare", str(count), path)
        found: dict[str, Any] = json.loads(in_a_process("child", str(count), path))
        return found


def run(few: int = FEW, many: int = MANY) -> dict[str, Any]:
    """The ratio of both, and the larger."""
    small, large = weigh(few), weigh(many)
    return {
        "memory_of_many_over_few": round(large["mib"] / small["mib"], 3),
        "memory_of_many_over_few_at_most": 1.2,
        "mib_of_many": round(large["mib"], 1),
        "mib_of_many_at_most": 150,
        "mib_of_few": round(small["mib"], 1),
        "few": few,
        "many": many,
        "records_a_second": round(many / large["seconds"]),
    }


if __name__ == "__main__":
    if sys.argv[1] == "prepare":
        prepare(int(sys.argv[2]), sys.argv[3])
    else:
        print(json.dumps(child(int(sys.argv[2]), sys.argv[3])))

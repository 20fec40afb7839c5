"""Planning beside DiffSync, on the same 50 000 records a side: nothing changed, and one in a hundred changed.

Both programs read both sides' bytes from the same two files of JSON Lines.  Ours hashes every line, looks the
stored hashes up in a SQLite state, and writes a plan's file; DiffSync makes its models and compares them.
The pairs are interleaved, and the ratio is that of the medians.
"""

from __future__ import annotations

import logging
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

TESTS = Path(__file__).resolve().parents[1]
if str(TESTS) not in sys.path:
    sys.path.insert(0, str(TESTS))

from commerce_bridge.flow.clock import EPOCH  # noqa: E402
from commerce_bridge.flow.play import ManualClock, PlayDriver  # noqa: E402
from commerce_bridge.flow.wiring import SeededChance, Wiring  # noqa: E402
from commerce_bridge.stores import SQLiteState  # noqa: E402
from commerce_bridge.sync.planning.planner import plan  # noqa: E402
from commerce_bridge.sync.plans.plan import Plan  # noqa: E402
from rigs import lots  # noqa: E402

RECORDS = 50_000
ROUNDS = 5


def of_file(path: Path) -> lots.Lines:
    """The pages of a file, read at each call."""

    def read() -> Iterator[list[bytes]]:
        page: list[bytes] = []
        with path.open("rb") as lines:
            for one in lines:
                page.append(one.rstrip(b"\n"))
                if len(page) == lots.PAGE:
                    yield page
                    page = []
        if page:
            yield page

    return read


def ours(state: SQLiteState, source: Path, target: Path) -> Plan:
    """Plan as the engine does."""
    wiring = Wiring(state=state, clock=ManualClock(EPOCH), chance=SeededChance(1))
    return PlayDriver(wiring, keep_trace=False).run(plan(lots.job(of_file(source), of_file(target))))


def theirs(source: Path, target: Path) -> Any:
    """Compare as DiffSync does."""
    import json

    import structlog
    from diffsync import Adapter, DiffSyncModel

    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))

    class Thing(DiffSyncModel):
        _modelname = "thing"
        _identifiers = ("id",)
        _attributes = ("name", "price", "stock", "tags")
        id: str
        name: str
        price: str
        stock: int
        tags: list[str]

    class Side(Adapter):
        thing = Thing
        top_level = ("thing",)

        def load(self, path: Path) -> None:
            with path.open("rb") as lines:
                for one in lines:
                    self.add(Thing(**json.loads(one)))

    one, two = Side(), Side()
    one.load(source)
    two.load(target)
    return one.diff_to(two)


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    began = time.perf_counter()
    found = work()
    return time.perf_counter() - began, found


def compare(folder: Path, changed: Callable[[int], bool], expected: int, records: int) -> tuple[float, float]:
    """The medians of ours and theirs, in seconds."""
    source, target = folder / "source.jsonl", folder / "target.jsonl"
    source.write_bytes(b"".join(one + b"\n" for page in lots.pages(records, changed) for one in page))
    target.write_bytes(b"".join(one + b"\n" for page in lots.pages(records) for one in page))
    state = SQLiteState(folder / "state.db")
    our_s: list[float] = []
    their_s: list[float] = []
    for _ in range(ROUNDS):
        took, planned = timed(lambda: ours(state, source, target))
        assert planned.footer.total == expected, planned.footer
        our_s.append(took)
        took, diff = timed(lambda: theirs(source, target))
        assert diff.summary()["update"] == expected, diff.summary()
        their_s.append(took)
    state.close()
    return statistics.median(our_s), statistics.median(their_s)


def run(records: int = RECORDS) -> dict[str, Any]:
    """How many times DiffSync's rate ours is."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        state = SQLiteState(folder / "state.db")
        lots.settled(state, lots.pages(records))
        state.close()
        same_ours, same_theirs = compare(folder, lambda number: False, 0, records)
        some_ours, some_theirs = compare(folder, lambda number: number % 100 == 0, records // 100, records)
    return {
        "times_the_rate_with_no_change": round(same_theirs / same_ours, 2),
        "times_the_rate_with_no_change_at_least": 5,
        "times_the_rate_with_one_in_100_changed": round(some_theirs / some_ours, 2),
        "times_the_rate_with_one_in_100_changed_at_least": 4,
        "records_a_side": records,
        "ours_s_no_change": round(same_ours, 3),
        "theirs_s_no_change": round(same_theirs, 3),
        "ours_s_one_in_100": round(some_ours, 3),
        "theirs_s_one_in_100": round(some_theirs, 3),
    }

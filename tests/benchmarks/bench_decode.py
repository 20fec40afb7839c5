"""How fast the bytes of a Consonance page become complete titles.

A ratio in one run: the time in which the page's wire models alone are read (`TypeAdapter.validate_json`),
divided by the time in which the same bytes become titles, with every field of every title in place; the
median of interleaved pairs.  The version, a hash of all that was read, is timed besides.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

TESTS = Path(__file__).resolve().parents[1]
if str(TESTS) not in sys.path:
    sys.path.insert(0, str(TESTS))

from commerce_bridge.platforms.consonance import ReaderSettings, mapping, queries  # noqa: E402
from commerce_bridge.platforms.consonance.graphql import request_of  # noqa: E402
from commerce_bridge.platforms.consonance.wire import answer as wire  # noqa: E402
from rigs.consonance_client import Desk  # noqa: E402

PAIRS = 61
WANTED = 0.5


def page() -> bytes:
    """The answer to a read of all works of the demo account."""
    desk = Desk(seed="demo")
    service = desk.client().service
    request = request_of(queries.work_list(service.chosen, ()), {})
    return desk.sandbox.handle(request.with_headers(service.connection.headers), desk.clock.now()).body


def timed(task: Callable[[], object]) -> float:
    """Seconds of processor time of one call, in which what it made is let go again."""
    start = time.process_time()
    task()
    return time.process_time() - start


def run() -> dict[str, Any]:
    """The ratio, and what it is made of."""
    body, settings = page(), ReaderSettings()
    reader = wire.adapter(wire.WorkLists)

    def models() -> object:
        return reader.validate_json(body)

    def titles() -> object:
        answer = wire.decode(wire.WorkLists, body, Counter())
        works = (answer.data or {})["works"]
        works.reverse()
        made: list[object] = []
        while works:  # as the reader does it: no page is held twice
            work = works.pop()
            mapping.arrange(work)
            made.append(mapping.title_of(work, settings))
        return made

    def versions() -> object:
        return [mapping.version_of(work) for work in works]

    works = (wire.decode(wire.WorkLists, body, Counter()).data or {})["works"]
    models(), titles(), versions()
    rounds = [(timed(models), timed(titles), timed(versions)) for _ in range(PAIRS)]
    return {
        "ratio": round(statistics.median(alone / whole for alone, whole, _ in rounds), 3),
        "ratio_at_least": WANTED,
        "ratio_with_version": round(
            statistics.median(alone / (whole + more) for alone, whole, more in rounds), 3
        ),
        "models_ms": round(statistics.median(alone for alone, _, _ in rounds) * 1000, 2),
        "titles_ms": round(statistics.median(whole for _, whole, _ in rounds) * 1000, 2),
        "versions_ms": round(statistics.median(more for _, _, more in rounds) * 1000, 2),
        "page_kb": round(len(body) / 1000),
        "works": len(works),
    }


if __name__ == "__main__":
    print(run())

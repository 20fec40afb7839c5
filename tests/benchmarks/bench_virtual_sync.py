"""How long a first full sync of 10 000 formats takes, in virtual time, beside the least it could take.

The setting: a quota of 150 calls in 30 s from the first call of a window, 200 ms from a request to its
answer, three calls in flight, an empty store, 2 500 titles in four formats.

The floor: the least number of calls n (counted outside the engine) fills windows of 150 calls; all but the last
last 30 s, and the calls of the last take 200 ms for each three:

    floor = (ceil(n / 150) - 1) x 30 s + ceil(calls in the last window / 3) x 0.2 s

Whether the quota was ever exceeded is asked twice: the sandbox answers 429 above it, and its log is counted
independently.
"""

from __future__ import annotations

import resource
import sys
import time
from datetime import datetime
from math import ceil
from pathlib import Path
from typing import Any

TESTS = Path(__file__).resolve().parents[1]
if str(TESTS) not in sys.path:
    sys.path.insert(0, str(TESTS))

from attrs import evolve  # noqa: E402

from commerce_bridge.flow.clock import EPOCH  # noqa: E402
from commerce_bridge.flow.play import ManualClock, PlayDriver  # noqa: E402
from commerce_bridge.flow.wiring import Wiring  # noqa: E402
from commerce_bridge.sandbox.bigcommerce import BigCommerceSandbox  # noqa: E402
from commerce_bridge.sandbox.catalogue import simple_title  # noqa: E402
from commerce_bridge.sandbox.consonance import ConsonanceSandbox  # noqa: E402
from commerce_bridge.sandbox.transport import SandboxWorld  # noqa: E402
from commerce_bridge.testing.lower_bound import lower_bound  # noqa: E402
from rigs.pair import Pair  # noqa: E402

FORMATS = 10_000
FORMS = ("BB", "BC", "DG", "AJ")
QUOTA, WINDOW_S, LATENCY_S, IN_FLIGHT = 150, 30.0, 0.2, 3
RATIO_WANTED = 1.05
BISACS = ("FIC022000", "FIC019000", "HIS037000", "JUV001000")


def floor_s(calls: int) -> float:
    """The least virtual seconds that so many calls take."""
    windows = ceil(calls / QUOTA)
    last = calls - (windows - 1) * QUOTA
    return (windows - 1) * WINDOW_S + ceil(last / IN_FLIGHT) * LATENCY_S


def most_in_a_window(instants: list[datetime]) -> int:
    """The most calls in one window, windows counted as the vendor does: each from its first call."""
    most = count = 0
    opened: datetime | None = None
    for instant in instants:
        if opened is None or (instant - opened).total_seconds() >= WINDOW_S:
            opened, count = instant, 0
        count += 1
        most = max(most, count)
    return most


def stage(formats: int) -> Pair:
    """A publisher with so many formats, and an empty store."""
    publisher = ConsonanceSandbox(seed="empty")
    clock = ManualClock()
    for number in range(formats // len(FORMS)):
        bisac = BISACS[number % len(BISACS)]
        book = simple_title(f"Title {number}", forms=FORMS, number=1000 + number, bisac=bisac)
        publisher.load(book, at=clock.now())
    shop = BigCommerceSandbox(seed="empty", quota=QUOTA, window_ms=int(WINDOW_S * 1000))
    return Pair(publisher=SandboxWorld(publisher), shop=SandboxWorld(shop), clock=clock)


def run(formats: int = FORMATS) -> dict[str, Any]:
    """The ratio of virtual time to the floor, and what the run took of this machine."""
    made = stage(formats)
    before = made.bigcommerce.state()

    def driver(wiring: Wiring) -> PlayDriver:
        return PlayDriver(evolve(wiring, clock=made.clock), latency_s=LATENCY_S, keep_trace=False)

    bridge = made.played(driver)
    began = time.perf_counter()
    plan = bridge.plan()
    planned = time.perf_counter()
    receipt = bridge.apply(plan)
    applied = time.perf_counter()
    assert not receipt.failed, receipt.failed[:3]
    virtual_s = (made.clock.now() - EPOCH).total_seconds()
    log = made.shop.log
    assert not any(line.status == 429 for line in log), "the quota was exceeded"
    most = most_in_a_window([line.at for line in log])
    assert most <= QUOTA, f"{most} calls in one window"
    pages = ceil(formats / len(FORMS) / int(made.consonance.settings()["page_cap"])) + 1
    least = lower_bound(before, made.bigcommerce.state()) + pages
    effects = bridge.mode.driver.count
    second = bridge.plan()
    assert second.is_empty, str(second)[:2000]
    return {
        "virtual_time_ratio": round(virtual_s / floor_s(least - pages), 4),
        "virtual_time_ratio_at_most": RATIO_WANTED,
        "calls_ratio": round((len(log) + pages) / least, 4),
        "calls_ratio_at_most": RATIO_WANTED,
        "formats": plan.footer.formats,
        "virtual_s": round(virtual_s, 1),
        "floor_s": round(floor_s(least - pages), 1),
        "store_calls": len(log),
        "most_calls_in_a_window": most,
        "effects": effects,
        "plan_wall_s": round(planned - began, 1),
        "apply_wall_s": round(applied - planned, 1),
        "second_plan_wall_s": round(time.perf_counter() - applied, 1),
        "peak_memory_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
    }


if __name__ == "__main__":
    import json

    print(json.dumps(run(int(sys.argv[1]) if len(sys.argv) > 1 else FORMATS), indent=2))

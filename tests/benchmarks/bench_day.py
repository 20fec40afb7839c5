"""How long a day of a store's traffic takes to play: the share of the time it stands for.

The setting: a quota of 150 calls in 30 s from the first call of a window, 200 ms from a request to its answer,
three calls in flight, work always waiting: 2 880 windows, so 432 000 calls.  Each goes the whole way of a call
of the raw client (`request`): guard rails, budget, headers, answer, judgement, settlement, event.  The store
is a world in this process that answers one small body at once and, as the vendor does, says in headers what is
left of its own window; it counts for itself and refuses with a 429 above its quota.

Other windows than the day's can be asked for on the command line: `python bench_day.py 240` plays two hours.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from commerce_bridge.flow import primitives as flow
from commerce_bridge.flow.clock import EPOCH
from commerce_bridge.flow.effects import Flow
from commerce_bridge.flow.messages import Request, Response
from commerce_bridge.flow.operation import Raw
from commerce_bridge.flow.play import ManualClock, PlayDriver, Reply
from commerce_bridge.flow.wiring import SeededChance, Wiring
from commerce_bridge.http.budget import LocalBudgets
from commerce_bridge.platforms.bigcommerce import BigCommerceClient
from commerce_bridge.platforms.bigcommerce.connection import connect

DAY_S = 86_400.0
QUOTA, WINDOW_S, LATENCY_S, IN_FLIGHT = 150, 30.0, 0.2, 3
WINDOWS = round(DAY_S / WINDOW_S)
SHARE_WANTED = 1 / 2000
USE_WANTED = 0.95
PATH = "/v3/catalog/products/77"
BODY = b'{"data":{"id":77,"name":"The Black Road","price":12.99},"meta":{}}'


class Store:
    """Answers every request alike, counts its own windows, and keeps the most it saw in one."""

    def __init__(self) -> None:
        self.calls = self.refused = self.windows = self.used = self.most = 0
        self.ends: datetime | None = None

    def answer(self, request: Request, now: datetime, timeout_s: float) -> Reply:
        """One small body, or a 429."""
        if self.ends is None or now >= self.ends:
            self.ends, self.used, self.windows = now + timedelta(seconds=WINDOW_S), 0, self.windows + 1
        self.calls += 1
        self.used += 1
        self.most = max(self.most, self.used)
        if self.used > QUOTA:
            self.refused += 1
        left_ms = (self.ends - now) // timedelta(milliseconds=1)
        headers = (
            ("Content-Type", "application/json"),
            ("X-Rate-Limit-Time-Window-Ms", "30000"),
            ("X-Rate-Limit-Time-Reset-Ms", str(left_ms)),
            ("X-Rate-Limit-Requests-Quota", str(QUOTA)),
            ("X-Rate-Limit-Requests-Left", str(max(QUOTA - self.used, 0))),
        )
        status = 429 if self.used > QUOTA else 200
        return Reply(outcome=Response(status=status, headers=headers, body=BODY))


def working(client: BigCommerceClient[Raw], turns: Iterator[int]) -> Flow[int]:
    """One of those at work: it takes the next call until there is none."""
    read = 0
    for _ in turns:
        response = yield from client.request("GET", PATH)
        assert response.body == BODY
        read += 1
    return read


def run(windows: int = WINDOWS) -> dict[str, Any]:
    """The share of the virtual time that playing it took, and what the budget made of the quota."""
    store, clock, budgets, events = Store(), ManualClock(), LocalBudgets(), [0]
    connection = connect(store_hash="demo", access_token="token", quota=QUOTA, in_flight=IN_FLIGHT)
    client = BigCommerceClient(Raw(), connection)

    def count(event: object) -> None:
        events[0] += 1

    wiring = Wiring(
        transports={connection.account: store},
        budgets=budgets,
        clock=clock,
        chance=SeededChance(1),
        subscribers=(count,),
    )
    driver = PlayDriver(wiring, latency_s=LATENCY_S, keep_trace=False)
    calls = QUOTA * windows
    turns = iter(range(calls))
    began, began_cpu = time.perf_counter(), time.process_time()
    read = driver.run(flow.gather_all([working(client, turns) for _ in range(IN_FLIGHT)], limit=IN_FLIGHT))
    wall_s, cpu_s = time.perf_counter() - began, time.process_time() - began_cpu
    assert sum(read) == store.calls == calls, "a call was lost or sent twice"
    assert store.refused == 0
    assert store.most <= QUOTA, f"{store.most} calls in one window"
    virtual_s = (clock.now() - EPOCH).total_seconds()
    last_s = -(-QUOTA // IN_FLIGHT) * LATENCY_S
    floor_s = (windows - 1) * WINDOW_S + last_s
    stands_for_s = windows * WINDOW_S
    return {
        "share_of_its_time": round(wall_s / stands_for_s, 7),
        "share_of_its_time_at_most": SHARE_WANTED,
        "use_of_the_quota": round(floor_s / virtual_s, 5),
        "use_of_the_quota_at_least": USE_WANTED,
        "times_faster": round(stands_for_s / wall_s),
        "hours": round(stands_for_s / 3600, 1),
        "calls": calls,
        "effects": driver.count,
        "events": events[0],
        "most_calls_in_a_window": store.most,
        "virtual_s": round(virtual_s, 1),
        "wall_s": round(wall_s, 2),
        "cpu_s": round(cpu_s, 2),
        "us_a_call": round(wall_s / calls * 1e6, 1),
    }


if __name__ == "__main__":
    import json

    print(json.dumps(run(int(sys.argv[1]) if len(sys.argv) > 1 else WINDOWS), indent=2))

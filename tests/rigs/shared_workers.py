"""Processes that share one state or one budget with others, for the contracts of what is shared."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from multiprocessing.queues import SimpleQueue
from multiprocessing.synchronize import Barrier, Semaphore
from typing import Any

from attrs import frozen

from commerce_bridge.errors import StateConflict
from commerce_bridge.flow.budgets import BudgetAsk, BudgetRules, BudgetSettlement
from commerce_bridge.flow.state import ByKeys, Expect, Key, Put, StateStore
from commerce_bridge.stores.budgets_postgres import PostgresBudgets
from commerce_bridge.stores.budgets_sqlite import SQLiteBudgets
from commerce_bridge.stores.postgres import PostgresState

CONTEXT = multiprocessing.get_context("forkserver" if hasattr(os, "fork") else "spawn")
"""Where it can be had, one server imports everything once, and each process is a copy of that."""

CONTEXT.set_forkserver_preload([__name__])

START = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)

Granted = list[float]
"""When requests were let through, in seconds from the start."""


@frozen
class Opens:
    """Opens a store or a port anew in whichever process it is called.

    Args:
        kind: Which one.
        place: Its path or its URL.
        schema: Its schema, where it has one.
    """

    kind: str
    place: str
    schema: str = ""

    def __call__(self) -> Any:
        made: dict[str, Callable[[], Any]] = {
            "postgres state": lambda: PostgresState(self.place, schema=self.schema),
            "postgres budgets": lambda: PostgresBudgets(self.place, schema=self.schema),
            "sqlite budgets": lambda: SQLiteBudgets(self.place),
        }
        return made[self.kind]()


def at(key: str) -> Key:
    return Key(table="bindings", scope="a to b", key=key)


def run(target: Callable[..., None], *arguments: tuple[Any, ...]) -> list[int | None]:
    """Run a function in as many processes as there are arguments; how each of them ended."""
    children = [CONTEXT.Process(target=target, args=each) for each in arguments]
    for child in children:
        child.start()
    for child in children:
        child.join()
    return [child.exitcode for child in children]


def create_same(opens: Opens, start: Barrier, name: str, rounds: int, wins: SimpleQueue[list[int]]) -> None:
    """Open at the same instant as others, then create the same rows as they do, once each."""
    start.wait(60)
    state = opens()
    won: list[int] = []
    for number in range(rounds):
        start.wait(60)
        key = at(f"title {number}")
        try:
            state.commit([Put(at=key, body=f'"{name}"')], [Expect(at=key, revision=0)])
        except StateConflict:
            continue
        won.append(number)
    state.close()
    wins.put(won)


def count_up(opens: Opens, start: Barrier, times: int) -> None:
    """Add one to a shared number, again and again, by compare-and-set."""
    state = opens()
    start.wait(60)
    for _ in range(times):
        add_one(state, at("number"))
    state.close()


def add_one(state: StateStore, key: Key) -> None:
    while True:
        rows = state.load(ByKeys(table=key.table, scope=key.scope, keys=(key.key,)))
        number, revision = (int(rows[0].body), rows[0].revision) if rows else (0, 0)
        try:
            state.commit([Put(at=key, body=str(number + 1))], [Expect(at=key, revision=revision)])
        except StateConflict:
            continue
        return


def write_pairs(opens: Opens, done: Semaphore) -> None:
    """Commit pairs of rows for ever, and say so after each: somebody kills this process."""
    state = opens()
    number = 0
    while True:
        number += 1
        state.commit([Put(at=at(f"{side} {number:06}"), body="y" * 3000) for side in ("left", "right")])
        done.release()


def ask_together(
    opens: Opens, start: Barrier, name: str, instants: tuple[float, ...], rules: BudgetRules, each: int,
    told: SimpleQueue[Granted],
) -> None:  # fmt: skip
    """At each instant, together with others, ask for `each` requests and settle those let through."""
    budgets, granted = opens(), Granted()
    for number, seconds in enumerate(instants):
        start.wait(60)
        now = START + timedelta(seconds=seconds)
        for turn in range(each):
            ticket = f"{name} {number} {turn}"
            if budgets.acquire("shop", rules, BudgetAsk(ticket=ticket), now) == 0:
                granted.append(seconds)
                budgets.settle("shop", rules, BudgetSettlement(ticket=ticket), now)
    budgets.close()
    told.put(granted)


def hold_together(
    opens: Opens, start: Barrier, name: str, rounds: int, rules: BudgetRules, lane: str | None,
    told: SimpleQueue[list[int]],
) -> None:  # fmt: skip
    """In each round, together with others, ask for as much as there is, keep it in flight until all have
    asked, then give it back."""
    budgets, held = opens(), list[int]()
    for number in range(rounds):
        start.wait(60)
        tickets = [f"{name} {number} {turn}" for turn in range(6)]
        kept = [
            ticket for ticket in tickets
            if budgets.acquire("shop", rules, BudgetAsk(ticket=ticket, lane=lane), START) == 0
        ]  # fmt: skip
        held.append(len(kept))
        start.wait(60)
        for ticket in kept:
            budgets.settle("shop", rules, BudgetSettlement(ticket=ticket), START)
    budgets.close()
    told.put(held)


def die_holding(opens: Opens, rules: BudgetRules, count: int) -> None:
    """Have requests let through, then end without farewell."""
    budgets = opens()
    for number in range(count):
        budgets.acquire("shop", rules, BudgetAsk(ticket=f"dead {number}"), START)
    os._exit(9)

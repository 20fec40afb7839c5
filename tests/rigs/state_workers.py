"""Processes that write to one state file, for the contract of state stores."""

from __future__ import annotations

import os
import sqlite3 as sqlite_library
from collections.abc import Generator
from contextlib import contextmanager
from multiprocessing.queues import SimpleQueue
from multiprocessing.synchronize import Barrier, Semaphore
from pathlib import Path

from commerce_bridge.errors import StateConflict
from commerce_bridge.flow.state import ByKeys, Expect, Key, Put
from commerce_bridge.stores import SQLiteState, sqlite


def at(key: str) -> Key:
    return Key(table="bindings", scope="a to b", key=key)


def create_same(path: Path, start: Barrier, name: str, rounds: int, wins: SimpleQueue[list[int]]) -> None:
    """Open the file at the same instant as others, then create the same rows as they do, once each."""
    start.wait()
    state = SQLiteState(path)
    won: list[int] = []
    for number in range(rounds):
        start.wait()
        key = at(f"title {number}")
        try:
            state.commit([Put(at=key, body=f'"{name}"')], [Expect(at=key, revision=0)])
        except StateConflict:
            continue
        won.append(number)
    state.close()
    wins.put(won)


def count_up(path: Path, start: Barrier, times: int) -> None:
    """Add one to a shared number, again and again, by compare-and-set."""
    state = SQLiteState(path)
    start.wait()
    for _ in range(times):
        add_one(state, at("number"))
    state.close()


def add_one(state: SQLiteState, key: Key) -> None:
    while True:
        rows = state.load(ByKeys(table=key.table, scope=key.scope, keys=(key.key,)))
        number, revision = (int(rows[0].body), rows[0].revision) if rows else (0, 0)
        try:
            state.commit([Put(at=key, body=str(number + 1))], [Expect(at=key, revision=revision)])
        except StateConflict:
            continue
        return


def die_committing(path: Path, *, after: bool) -> None:
    """End without farewell inside a commit: before it takes hold, or right after."""

    @contextmanager
    def deadly(connection: sqlite_library.Connection, kind: str) -> Generator[None]:
        connection.execute(f"BEGIN {kind}")
        yield
        if after:
            connection.execute("COMMIT")
        os._exit(9)

    state = SQLiteState(path)
    sqlite.transaction = deadly
    state.commit([Put(at=at(f"part {number}"), body="x" * 5000) for number in range(500)])


def write_pairs(path: Path, done: Semaphore) -> None:
    """Commit pairs of rows for ever, and say so after each: somebody kills this process."""
    state = SQLiteState(path)
    number = 0
    while True:
        number += 1
        state.commit([Put(at=at(f"{side} {number:06}"), body="y" * 3000) for side in ("left", "right")])
        done.release()

"""Joining two clients of one mode under one driver, with state to remember by."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from attrs import evolve

from commerce_bridge.flow.events import Subscriber
from commerce_bridge.flow.operation import Async, M, Sync
from commerce_bridge.flow.state import StateStore
from commerce_bridge.flow.wiring import Wiring
from commerce_bridge.ports.work import Sink
from commerce_bridge.sync.asking.queue import async_transports_of, transports_of


def joined(
    first: M,
    *others: M,
    state: StateStore,
    subscribers: tuple[Subscriber, ...] = (),
    sinks: tuple[Sink, ...] = (),
) -> M:
    """The mode of a bridge over clients of this mode, with state of its own.

    Args:
        first: The mode of the client whose clock, chance and subscribers the bridge uses.
        others: The modes of the other clients.
        state: Where the bridge remembers.
        subscribers: Called with each event, after the clients' own.
        sinks: Who is told of work items; the accounts they send through are opened here.

    Raises:
        TypeError: A client is in raw mode, or the clients are not of one mode.
        ValueError: Two sinks have one name.
    """
    mode: M = _joined(first, others, state, subscribers, sinks)
    return mode


def _joined(
    first: Any,
    others: tuple[Any, ...],
    state: StateStore,
    subscribers: tuple[Subscriber, ...],
    sinks: tuple[Sink, ...],
) -> Any:
    if not isinstance(first, (Sync, Async)):
        raise TypeError("a bridge runs in sync or async mode: give it clients, not their raw twins")
    if any(type(other) is not type(first) for other in others):
        raise TypeError("the clients of a bridge are of one mode: give it two sync or two async ones")
    wiring: Wiring = first.driver.wiring
    for other in others:
        wiring = wiring.joined(other.driver.wiring)
    told = transports_of(sinks) if isinstance(first, Sync) else async_transports_of(sinks)
    wiring = evolve(
        wiring,
        transports={**told, **wiring.transports},
        state=state,
        subscribers=(*wiring.subscribers, *subscribers),
    )
    return (
        Sync(first.driver.rewired(wiring)) if isinstance(first, Sync) else Async(first.driver.rewired(wiring))
    )


def opened(state: StateStore | str | Path | None) -> tuple[StateStore, Callable[[], None] | None]:
    """A state store, and what closes it if it was opened here.

    Args:
        state: A store, which stays its owner's; the path of a SQLite file; or None for this process only.
    """
    if state is None:
        from commerce_bridge.stores.memory import MemoryState

        return MemoryState(), None
    if isinstance(state, (str, Path)):
        from commerce_bridge.stores.sqlite import SQLiteState

        store = SQLiteState(state)
        return store, store.close
    return state, None

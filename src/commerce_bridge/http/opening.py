"""Opening a client: one account, one transport, one driver."""

from __future__ import annotations

from typing import TypeAlias

from attrs import field, frozen

from commerce_bridge.flow.budgets import BudgetPort
from commerce_bridge.flow.clock import Clock, WallClock
from commerce_bridge.flow.events import Subscriber
from commerce_bridge.flow.operation import Async, Sync
from commerce_bridge.flow.wiring import AsyncTransport, Chance, SystemChance, Transport, Wiring
from commerce_bridge.http.budget import LocalBudgets


@frozen(kw_only=True)
class Surroundings:
    """What a client runs in; the defaults suit a program of its own.

    Args:
        clock: Tells the time and waits.
        budgets: Holds the account's budget; give several clients of one account the same port.
        chance: Gives jitter and ids.
        subscribers: Called with each event, in order.
    """

    clock: Clock = field(factory=WallClock)
    budgets: BudgetPort = field(factory=LocalBudgets)
    chance: Chance = field(factory=SystemChance)
    subscribers: tuple[Subscriber, ...] = ()


AnyTransport: TypeAlias = Transport | AsyncTransport


def wiring_of(account: str, transport: AnyTransport, around: Surroundings | None = None) -> Wiring:
    """The wiring of a client with one account."""
    around = around or Surroundings()
    return Wiring(
        transports={account: transport},
        budgets=around.budgets,
        clock=around.clock,
        chance=around.chance,
        subscribers=around.subscribers,
    )


def sync_mode(account: str, transport: Transport, around: Surroundings | None = None) -> Sync:
    """The sync mode of a client with one account."""
    from commerce_bridge.flow.sync_driver import SyncDriver

    return Sync(SyncDriver(wiring_of(account, transport, around)))


def async_mode(account: str, transport: AsyncTransport, around: Surroundings | None = None) -> Async:
    """The async mode of a client with one account."""
    from commerce_bridge.flow.async_driver import AsyncDriver  # brings anyio

    return Async(AsyncDriver(wiring_of(account, transport, around)))

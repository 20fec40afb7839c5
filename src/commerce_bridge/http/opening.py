"""Opening a client: one account, one transport, one driver; the driver is made at the first call."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from attrs import field, frozen

from commerce_bridge.flow.operation import Async, Sync

if TYPE_CHECKING:
    from commerce_bridge.flow.async_driver import AsyncDriver
    from commerce_bridge.flow.budgets import BudgetPort
    from commerce_bridge.flow.clock import Clock
    from commerce_bridge.flow.events import Subscriber
    from commerce_bridge.flow.sync_driver import SyncDriver
    from commerce_bridge.flow.wiring import AsyncTransport, Chance, Transport, Wiring


def _wall_clock() -> Clock:
    from commerce_bridge.flow.clock import WallClock

    return WallClock()


def _local_budgets() -> BudgetPort:
    from commerce_bridge.http.budget import LocalBudgets

    return LocalBudgets()


def _system_chance() -> Chance:
    from commerce_bridge.flow.wiring import SystemChance

    return SystemChance()


@frozen(kw_only=True)
class Surroundings:
    """What a client runs in; the defaults suit a program of its own.

    Args:
        clock: Tells the time and waits.
        budgets: Holds the account's budget; give several clients of one account the same port.
        chance: Gives jitter and ids.
        subscribers: Called with each event, in order.
    """

    clock: Clock = field(factory=_wall_clock)
    budgets: BudgetPort = field(factory=_local_budgets)
    chance: Chance = field(factory=_system_chance)
    subscribers: tuple[Subscriber, ...] = ()


AnyTransport: TypeAlias = "Transport | AsyncTransport"


def wiring_of(account: str, transport: AnyTransport, around: Surroundings | None = None) -> Wiring:
    """The wiring of a client with one account."""
    from commerce_bridge.flow.wiring import Wiring

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

    def make() -> SyncDriver:
        from commerce_bridge.flow.sync_driver import SyncDriver

        return SyncDriver(wiring_of(account, transport, around))

    return Sync(make)


def async_mode(account: str, transport: AsyncTransport, around: Surroundings | None = None) -> Async:
    """The async mode of a client with one account."""

    def make() -> AsyncDriver:
        from commerce_bridge.flow.async_driver import AsyncDriver  # brings anyio

        return AsyncDriver(wiring_of(account, transport, around))

    return Async(make)

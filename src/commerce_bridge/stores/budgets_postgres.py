"""Budgets in PostgreSQL, shared by processes on several machines."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TypeVar

from commerce_bridge.errors import QuotaExhausted
from commerce_bridge.flow.budgets import BudgetAsk, BudgetRules, BudgetSettlement
from commerce_bridge.http.budget import BudgetState
from commerce_bridge.stores.budgets import asked, from_json, settled, to_json
from commerce_bridge.stores.postgres_database import PATIENCE_S, SCHEMA, Database
from commerce_bridge.stores.postgres_schema import Link

T = TypeVar("T")

SKEW_S = 0.1
"""Clocks that differ by less are taken to agree: the difference is measured over the network."""

_GET = "SELECT body FROM {}.budgets WHERE account = %s FOR UPDATE"
_NEW = "INSERT INTO {}.budgets (account, body) VALUES (%s, %s) ON CONFLICT DO NOTHING"
_PUT = "UPDATE {}.budgets SET body = %s WHERE account = %s"
_NOW = "SELECT extract(epoch FROM clock_timestamp())::float8"

_MEASURED_FOR_S = 600.0


class PostgresBudgets:
    """Budgets in one schema of a PostgreSQL database; a `BudgetPort`.

    All processes that name the same database and schema share the quota of each account; it may be the
    schema of the state.  They agree on the server's time: the difference to this machine's clock is measured,
    and instants are moved by it where it is above `SKEW_S`, or a machine whose clock is ahead would see
    windows end early.  What was granted outlives the server; a grant whose answer was lost counts once.

    Args:
        url: ``postgresql://user:password@host:port/database``; the password is shown nowhere.
        schema: Holds our tables and nobody else's; made if there is none.
        patience_s: Seconds to wait for a server that restarts, or for another process.
        connections: How many may be open at once.
        wall_s: This machine's clock, in seconds since 1970.

    Raises:
        MissingExtra: psycopg is not installed (when this module is imported).
        StateUnreadable: The database cannot be reached, or the schema is not ours or from a newer release.

    Source: PostgreSQL documentation, "Explicit Locking".
    """

    blocking = True
    """An event loop asks it in a thread: it may wait for the disk, the network or another process."""

    def __init__(
        self,
        url: str,
        *,
        schema: str = SCHEMA,
        patience_s: float = PATIENCE_S,
        connections: int = 8,
        wall_s: Callable[[], float] = time.time,
    ) -> None:
        self._database = Database(url, schema=schema, patience_s=patience_s, connections=connections)
        self._wall_s = wall_s
        self._ahead_s = 0.0
        self._measured_until: float | None = None

    def __repr__(self) -> str:
        return f"<PostgresBudgets {self._database}>"

    def acquire(self, account: str, rules: BudgetRules, ask: BudgetAsk, now: datetime) -> float:
        """Seconds to wait before asking again; 0 when the request may go now."""

        def step(state: BudgetState, again: bool) -> tuple[BudgetState, float]:
            return asked(state, rules, ask, self._shared(now), again=again)

        try:
            return self._step(account, step)
        except QuotaExhausted as error:
            if error.resets_at is not None:
                error.resets_at -= self._shared(now) - now
            raise

    def settle(self, account: str, rules: BudgetRules, settlement: BudgetSettlement, now: datetime) -> None:
        """Take note of an answer."""

        def step(state: BudgetState, again: bool) -> tuple[BudgetState, None]:
            return settled(state, rules, settlement, self._shared(now), again=again), None

        self._step(account, step)

    def state(self, account: str) -> BudgetState:
        """The budget of an account as it stands, in the server's time."""
        return self._step(account, lambda state, again: (state, state))

    def close(self) -> None:
        """Let go of all connections; closing twice is harmless."""
        self._database.close()

    def _shared(self, now: datetime) -> datetime:
        """An instant of this machine in the server's time."""
        return now + timedelta(seconds=self._ahead_s)

    def _step(self, account: str, step: Callable[[BudgetState, bool], tuple[BudgetState, T]]) -> T:
        """Take a step over one account's budget while nobody else does."""

        def work(connection: Link, again: bool) -> T:
            self._measure(connection)
            with connection.transaction():
                state = from_json(self._locked(connection, account), account)
                after, answer = step(state, again)
                if after is not state:
                    connection.execute(self._database.text(_PUT), (to_json(after), account))
            return answer

        return self._database.carry_out("used", work)

    def _locked(self, connection: Link, account: str) -> str:
        """What is kept of an account; nobody else sees it before this transaction ends."""
        found = connection.execute(self._database.text(_GET), (account,)).fetchone()
        if found is None:
            connection.execute(self._database.text(_NEW), (account, to_json(BudgetState())))
            found = connection.execute(self._database.text(_GET), (account,)).fetchall()[0]
        body: str = found[0]
        return body

    def _measure(self, connection: Link) -> None:
        """See now and then how far the server's clock is ahead of ours."""
        if self._measured_until is not None and time.monotonic() < self._measured_until:
            return
        before = self._wall_s()
        there = float(connection.execute(_NOW).fetchall()[0][0])
        after = self._wall_s()
        ahead = there - (before + after) / 2
        self._ahead_s = ahead if abs(ahead) > max(SKEW_S, after - before) else 0.0
        self._measured_until = time.monotonic() + _MEASURED_FOR_S

"""What every budget port keeps: one class, run for each of them; and what those shared by processes add."""

from __future__ import annotations

import hashlib
import itertools
import os
import sqlite3
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import psycopg
import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st
from test_state_store import run_in_threads

from commerce_bridge.errors import BridgeError, QuotaExhausted, StateUnreadable
from commerce_bridge.flow.budgets import BudgetAsk, BudgetPort, BudgetRules, BudgetSettlement, Window
from commerce_bridge.http.budget import (
    FORGET_AFTER_S,
    BudgetState,
    LocalBudgets,
    Ticket,
)
from commerce_bridge.http.windows import PATIENCE_S, WindowState
from commerce_bridge.stores import SQLiteState
from commerce_bridge.stores.budgets import FORMAT, from_json, to_json
from commerce_bridge.stores.budgets_postgres import PostgresBudgets
from commerce_bridge.stores.budgets_sqlite import SQLiteBudgets
from rigs import postgres
from rigs import shared_workers as workers
from rigs.postgres_wire import Cut, Wire

START = workers.START
SHORT = Window(name="30 s", seconds=30, quota=3)
DAY = Window(name="day", seconds=86_400, quota=5, stop=True)
RULES = BudgetRules(windows=(SHORT,))


def instant(at: float) -> datetime:
    return START + timedelta(seconds=at)


def ask(
    port: BudgetPort, at: float, ticket: str = "", *, rules: BudgetRules = RULES, account: str = "shop",
    weight: int = 1, lane: str | None = None,
) -> float:  # fmt: skip
    """Seconds to wait; without a ticket of its own the request is settled at once."""
    wait_s = port.acquire(
        account, rules, BudgetAsk(ticket=ticket or "at once", weight=weight, lane=lane), instant(at)
    )
    if not ticket and wait_s == 0:
        port.settle(account, rules, BudgetSettlement(ticket="at once"), instant(at))
    return wait_s


def settle(
    port: BudgetPort, at: float, ticket: str, *, rules: BudgetRules = RULES, window: str = "30 s", **told: Any
) -> None:
    port.settle("shop", rules, BudgetSettlement(ticket=ticket, window=window, **told), instant(at))


def schema_of(folder: Path) -> str:
    return f"b{hashlib.sha256(str(folder).encode()).hexdigest()[:16]}"


class BudgetPortContract:
    """Subclasses give the port; the tests are theirs by inheritance."""

    @pytest.fixture
    def port(self, tmp_path: Path) -> Iterator[Any]:
        port = self.open(tmp_path)
        yield port
        self.close(port)

    def open(self, folder: Path) -> Any:
        raise NotImplementedError

    def close(self, port: Any) -> None:
        port.close()

    def test_a_window_lets_its_quota_through_and_says_how_long_to_wait(self, port: BudgetPort) -> None:
        assert [ask(port, at) for at in (5, 6, 34)] == [0, 0, 0]
        assert ask(port, 34) == pytest.approx(1)
        assert ask(port, 34.9) == pytest.approx(0.1)
        assert [ask(port, at) for at in (35, 36, 37)] == [0, 0, 0]
        assert ask(port, 38) == pytest.approx(27)

    def test_all_windows_must_have_room(self, port: BudgetPort) -> None:
        rules = BudgetRules(windows=(Window(name="second", seconds=1, quota=1), SHORT))
        assert [ask(port, at, rules=rules) for at in (0, 0.5, 1, 2)] == [0, pytest.approx(0.5), 0, 0]
        assert ask(port, 3, rules=rules) == pytest.approx(27)

    def test_weights_count(self, port: BudgetPort) -> None:
        assert ask(port, 0, weight=2) == 0
        assert ask(port, 0, weight=2) == pytest.approx(30)
        assert ask(port, 0, weight=1) == 0

    def test_accounts_are_apart(self, port: BudgetPort) -> None:
        assert [ask(port, 0, account="one") for _ in range(4)] == [0, 0, 0, 30]
        assert ask(port, 0, account="two") == 0
        assert ask(port, 0, account="žluťoučký 🐎 '; --") == 0

    def test_so_many_are_in_flight_and_no_more(self, port: BudgetPort) -> None:
        rules = BudgetRules(in_flight=2, lanes=(("serial", 1),))
        assert ask(port, 0, "a", rules=rules, lane="serial") == 0
        assert ask(port, 0, "b", rules=rules, lane="serial") == PATIENCE_S
        assert ask(port, 0, "b", rules=rules) == 0
        assert ask(port, 0, "c", rules=rules) == PATIENCE_S
        settle(port, 1, "a", rules=rules)
        assert ask(port, 1, "c", rules=rules, lane="serial") == 0

    def test_tickets_of_the_dead_are_forgotten(self, port: BudgetPort) -> None:
        rules = BudgetRules(in_flight=1)
        assert ask(port, 0, "dead", rules=rules) == 0
        assert ask(port, FORGET_AFTER_S - 1, "next", rules=rules) == PATIENCE_S
        assert ask(port, FORGET_AFTER_S, "next", rules=rules) == 0
        assert ask(port, FORGET_AFTER_S + 1, "third", rules=rules) == PATIENCE_S

    def test_what_a_vendor_says_corrects_the_count(self, port: BudgetPort) -> None:
        assert ask(port, 0, "a") == 0
        settle(port, 1, "a", remaining=0, resets_in_s=10)
        assert ask(port, 2) == pytest.approx(9)
        assert ask(port, 11, "b") == 0
        settle(port, 12, "b", remaining=7, resets_in_s=29, quota=8)
        assert [ask(port, 13) for _ in range(8)] == [0] * 7 + [pytest.approx(28)]

    def test_a_block_holds_for_everybody_until_it_ends(self, port: BudgetPort) -> None:
        assert ask(port, 0, "a") == 0
        settle(port, 1, "a", blocked_for_s=10)
        assert ask(port, 2) == pytest.approx(9)
        assert ask(port, 11) == 0

    def test_a_quota_that_is_not_waited_for_stops_cleanly_and_goes_on(self, port: BudgetPort) -> None:
        rules = BudgetRules(windows=(DAY,), in_flight=9)
        assert [ask(port, 10, f"t{n}", rules=rules) for n in range(5)] == [0] * 5
        for _ in range(2):
            with pytest.raises(QuotaExhausted, match="day") as stopped:
                ask(port, 20, "t5", rules=rules)
            assert stopped.value.resets_at == instant(86_410)
        settle(port, 30, "t0", rules=rules, window="day")  # the vendor's day began at 30 s at the latest
        assert ask(port, 86_430, "t5", rules=rules) == 0

    def test_threads_together_get_the_quota_and_no_more(self, port: BudgetPort) -> None:
        rules = BudgetRules(windows=(evolve(SHORT, quota=40),), in_flight=30)
        start, granted = threading.Barrier(6), list[str]()

        def work(worker: int) -> None:
            start.wait()
            for number in range(12):
                ticket = f"{worker} {number}"
                if port.acquire("shop", rules, BudgetAsk(ticket=ticket), START) == 0:
                    granted.append(ticket)
                    port.settle("shop", rules, BudgetSettlement(ticket=ticket), START)

        run_in_threads(6, work)
        assert len(granted) == len(set(granted)) == 40


class SharedBudgetsContract(BudgetPortContract):
    """What ports add whose budgets several processes share."""

    def opens(self, folder: Path) -> workers.Opens:
        """Opens the same budgets in another process."""
        raise NotImplementedError

    def test_two_ports_share_one_quota_and_what_is_written_stays(self, port: Any, tmp_path: Path) -> None:
        other = self.open(tmp_path)
        assert [ask(one, 0) for one in (port, other, port, other)] == [0, 0, 0, 30]
        ask(other, 31, "held")
        expected = port.state("shop")
        self.close(other)
        self.close(port)
        again = self.open(tmp_path)
        assert again.state("shop") == expected
        assert list(expected.flying) == ["held"]
        assert again.state("nobody") == BudgetState()
        self.close(again)

    def test_processes_are_never_over_a_quota_and_use_all_of_it(self, tmp_path: Path) -> None:
        """Windows of a second, of half a minute and of a minute, asked for at their edges and between."""
        windows = tuple(
            Window(name=f"{seconds} s", seconds=seconds, quota=quota)
            for seconds, quota in ((1, 9), (30, 21), (60, 34))
        )
        instants = (0, 0.5, 1, 2, 29.5, 30, 31, 59, 60, 61, 90.5, 120)
        opens, start, told = self.opens(tmp_path), workers.CONTEXT.Barrier(3), workers.CONTEXT.SimpleQueue()
        common = (instants, BudgetRules(windows=windows, in_flight=50), 6, told)
        exits = workers.run(workers.ask_together, *((opens, start, f"p{n}", *common) for n in range(3)))
        assert exits == [0, 0, 0]
        parts = [told.get() for _ in exits]
        granted = sorted(one for part in parts for one in part)
        for window in windows:
            assert max(used_by_window(window, granted)) <= window.quota
        alone, rules = LocalBudgets(), BudgetRules(windows=windows)
        assert granted == [at for at in instants for _ in range(18) if ask(alone, at, rules=rules) == 0]
        assert len(granted) > 60

    @pytest.mark.parametrize("lane", [None, "serial"])
    def test_processes_together_are_never_over_what_may_be_in_flight(
        self, tmp_path: Path, lane: str | None
    ) -> None:
        rules = BudgetRules(in_flight=9 if lane else 5, lanes=(("serial", 5),))
        opens, start, told = self.opens(tmp_path), workers.CONTEXT.Barrier(2), workers.CONTEXT.SimpleQueue()
        exits = workers.run(workers.hold_together, *((opens, start, n, 12, rules, lane, told) for n in "ab"))
        assert exits == [0, 0]
        one, two = told.get(), told.get()
        together = [sum(pair) for pair in zip(one, two, strict=True)]
        assert together == [5] * 12

    def test_a_dead_process_holds_its_places_only_so_long(self, port: Any, tmp_path: Path) -> None:
        rules = BudgetRules(windows=(evolve(SHORT, quota=100),), in_flight=3)
        assert workers.run(workers.die_holding, (self.opens(tmp_path), rules, 3)) == [9]
        assert ask(port, 60, "mine", rules=rules) == PATIENCE_S
        assert ask(port, FORGET_AFTER_S, "mine", rules=rules) == 0

    def test_damaged_budgets_are_told_in_words(self, port: Any, tmp_path: Path) -> None:
        ask(port, 0)
        self.overwrite(tmp_path, '{"format": 1}')
        with pytest.raises(StateUnreadable, match=r"budget of shop.*damaged.*Remove its row"):
            ask(port, 1)
        self.overwrite(tmp_path, f'{{"format": {FORMAT + 1}}}')
        with pytest.raises(StateUnreadable, match=r"format 2.*formats up to 1"):
            ask(port, 1)
        assert ask(port, 1, account="other") == 0

    def overwrite(self, folder: Path, body: str) -> None:
        """Replace what is kept of the account ``shop``."""
        raise NotImplementedError

    def test_closed_budgets_say_so(self, port: Any) -> None:
        self.close(port)
        self.close(port)
        with pytest.raises(ValueError, match="closed"):
            ask(port, 0)


def used_by_window(window: Window, granted: list[float]) -> list[int]:
    """What each window used, counted as a vendor does: it begins with its first request."""
    used: list[int] = []
    ends = -1.0
    for at in granted:
        if at >= ends:
            used.append(0)
            ends = at + window.seconds
        used[-1] += 1
    return used


class TestLocalBudgets(BudgetPortContract):
    def open(self, folder: Path) -> LocalBudgets:
        return LocalBudgets()

    def close(self, port: LocalBudgets) -> None:
        """Nothing to let go of."""


class TestSQLiteBudgets(SharedBudgetsContract):
    def open(self, folder: Path) -> SQLiteBudgets:
        return SQLiteBudgets(folder / "budgets.sqlite")

    def opens(self, folder: Path) -> workers.Opens:
        return workers.Opens("sqlite budgets", str(folder / "budgets.sqlite"))

    def overwrite(self, folder: Path, body: str) -> None:
        other = sqlite3.connect(folder / "budgets.sqlite")
        with other:
            other.execute("UPDATE budgets SET body = ? WHERE account = 'shop'", (body,))
        other.close()

    def test_many_that_open_a_new_file_at_once_all_get_it(self, tmp_path: Path) -> None:
        for number in range(10):
            path, start, waits = tmp_path / f"{number}.sqlite", threading.Barrier(5), list[float]()

            def work(
                worker: int, path: Path = path, start: threading.Barrier = start, waits: list[float] = waits
            ) -> None:
                start.wait()
                port = SQLiteBudgets(path)
                waits.append(ask(port, 0))
                port.close()

            run_in_threads(5, work)
            assert sorted(waits) == [0, 0, 0, 30, 30]

    def test_who_dies_while_it_counts_leaves_the_file_as_it_was(self, port: Any, tmp_path: Path) -> None:
        ask(port, 0, "mine")
        before = port.state("shop")
        dying = sqlite3.connect(tmp_path / "budgets.sqlite", isolation_level=None)
        dying.execute("BEGIN IMMEDIATE")
        dying.execute("UPDATE budgets SET body = 'half'")
        dying.close()
        assert port.state("shop") == before

    def test_the_file_of_the_state_is_left_alone(self, tmp_path: Path) -> None:
        path = tmp_path / "state.sqlite"
        SQLiteState(path).close()
        before = path.read_bytes()
        with pytest.raises(StateUnreadable, match=r"no file of budgets.*state has a file of its own"):
            SQLiteBudgets(path)
        assert path.read_bytes() == before
        with pytest.raises(StateUnreadable, match="no state of this library"):
            SQLiteState(tmp_path / self.made(tmp_path))

    def made(self, folder: Path) -> str:
        self.open(folder).close()
        return "budgets.sqlite"

    def test_a_newer_file_is_refused(self, tmp_path: Path) -> None:
        other = sqlite3.connect(tmp_path / self.made(tmp_path))
        other.execute("PRAGMA user_version = 2")
        other.close()
        with pytest.raises(StateUnreadable, match="schema 2; this release reads schemas up to 1"):
            self.open(tmp_path)

    @pytest.mark.parametrize(
        ("content", "said"), [(b"no database at all" * 100, "holds no budgets"), (None, "the folder exists")]
    )
    def test_what_cannot_be_opened_is_told(self, tmp_path: Path, content: bytes | None, said: str) -> None:
        path = tmp_path / "there" / "budgets.sqlite"
        if content is not None:
            path.parent.mkdir()
            path.write_bytes(content)
        with pytest.raises(StateUnreadable, match=said):
            SQLiteBudgets(path)

    def test_another_process_is_waited_for_only_so_long(self, tmp_path: Path) -> None:
        port = SQLiteBudgets(tmp_path / "budgets.sqlite", busy_timeout_s=0.01)
        other = sqlite3.connect(tmp_path / "budgets.sqlite", isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StateUnreadable, match="Another process holds them"):
            ask(port, 0)
        other.execute("ROLLBACK")
        other.close()
        assert ask(port, 0) == 0
        port.close()

    @pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not copy processes")
    def test_a_copied_process_is_told_to_open_the_file_itself(self, port: Any) -> None:
        port._process += 1  # as in a copy of this process
        with pytest.raises(RuntimeError, match="another process"):
            ask(port, 0)
        port._process -= 1


@pytest.fixture(scope="session")
def server() -> postgres.Server | postgres.Outside:
    return postgres.running()


class TestPostgresBudgets(SharedBudgetsContract):
    @pytest.fixture(autouse=True)
    def _server(self, server: postgres.Server, tmp_path: Path) -> Iterator[None]:
        self.server = server
        yield
        postgres.drop(server.url, schema_of(tmp_path))

    def open(self, folder: Path, **how: Any) -> PostgresBudgets:
        return PostgresBudgets(self.server.url, schema=schema_of(folder), **how)

    def opens(self, folder: Path) -> workers.Opens:
        return workers.Opens("postgres budgets", self.server.url, schema_of(folder))

    def overwrite(self, folder: Path, body: str) -> None:
        with psycopg.connect(self.server.url) as other:
            text = f"UPDATE {schema_of(folder)}.budgets SET body = %s WHERE account = 'shop'"
            other.execute(text.encode(), (body,))

    def test_a_server_that_is_killed_and_restarted_forgets_nothing(self, port: Any) -> None:
        if not self.server.ours:
            pytest.skip("a server that is not ours is not killed")
        assert [ask(port, 0, ticket) for ticket in ("a", "b")] == [0, 0]
        self.server.restart()
        assert list(port.state("shop").flying) == ["a", "b"]
        assert [ask(port, 0), ask(port, 0)] == [0, 30]

    @pytest.mark.parametrize("cut", [Cut.BEFORE, Cut.AFTER])
    def test_a_grant_whose_answer_was_lost_counts_once(self, tmp_path: Path, cut: Cut) -> None:
        wire = self.wire()
        port = PostgresBudgets(wire.url, schema=schema_of(tmp_path))
        assert ask(port, 0, "a") == 0
        wire.cut(cut)
        assert ask(port, 0, "b") == 0
        assert wire.cuts == 1
        assert port.state("shop").windows["30 s"].used == 2
        port.close()
        wire.close()

    @pytest.mark.parametrize("cut", [Cut.BEFORE, Cut.AFTER])
    def test_an_answer_is_taken_note_of_once(self, tmp_path: Path, cut: Cut) -> None:
        """A late word of the last window would fill the new one, if it were told again without its ticket."""
        wire = self.wire()
        port = PostgresBudgets(wire.url, schema=schema_of(tmp_path))
        expected = LocalBudgets()
        for one in (port, expected):
            ask(one, 0)
            ask(one, 29.9, "slow")
            ask(one, 30.1, "new")
        wire.cut(cut)
        for one in (port, expected):
            settle(one, 30.2, "slow", remaining=0)
        assert wire.cuts == 1
        assert port.state("shop") == expected.state("shop")
        port.close()
        wire.close()

    def test_a_machine_whose_clock_is_ahead_sees_the_same_windows(self, port: Any, tmp_path: Path) -> None:
        """A clock is 90 s ahead of the server's; without a common time its windows would end at once."""
        ahead = self.open(tmp_path, wall_s=lambda: datetime.now(UTC).timestamp() + 90)
        assert [ask(port, 0), ask(ahead, 90), ask(port, 1)] == [0, 0, 0]
        assert ask(ahead, 92) == pytest.approx(28, abs=1)
        assert ask(port, 2) == pytest.approx(28, abs=1)
        rules = BudgetRules(windows=(evolve(DAY, quota=1),))
        assert ask(port, 10, rules=rules) == 0
        with pytest.raises(QuotaExhausted) as stopped:
            ask(ahead, 110, rules=rules)
        assert stopped.value.resets_at is not None
        assert abs(stopped.value.resets_at - instant(86_410 + 90)) < timedelta(seconds=1)
        ahead.close()

    def test_what_it_says_of_itself_has_no_password(self, port: Any, tmp_path: Path) -> None:
        if self.server.ours:
            url = self.server.url.replace("postgres@", "postgres:s3cr3t@")
            told = PostgresBudgets(url, schema=schema_of(tmp_path))
            assert "s3cr3t" not in repr(told)
            assert schema_of(tmp_path) in repr(told)
            told.close()

    def wire(self) -> Wire:
        if not self.server.ours:
            pytest.skip("the wire is cut between us and a server of our own alone")
        return Wire(self.server.url)


INSTANTS = st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1)).map(lambda one: one.replace(tzinfo=UTC))
STATES = st.builds(
    BudgetState,
    windows=st.dictionaries(
        st.text(max_size=5),
        st.builds(
            WindowState,
            began=INSTANTS,
            ends=INSTANTS,
            used=st.integers(0, 10**9),
            quota=st.none() | st.integers(0, 10**9),
            told=st.booleans(),
            sooner=st.none() | INSTANTS,
            answered=st.booleans(),
            late=st.integers(0, 10**9),
            late_until=st.none() | INSTANTS,
        ),
        max_size=3,
    ),
    flying=st.dictionaries(
        st.text(max_size=5),
        st.builds(Ticket, since=INSTANTS, lane=st.none() | st.text(max_size=5), weight=st.integers(1, 99)),
        max_size=3,
    ),
    blocked_until=st.none() | INSTANTS,
)


@given(STATES)
def test_a_budget_that_is_written_down_and_read_is_the_same(state: BudgetState) -> None:
    assert from_json(to_json(state), "shop") == state


def test_instants_of_every_zone_are_kept() -> None:
    there = datetime(2026, 11, 2, 20, 0, tzinfo=timezone(timedelta(hours=11)))
    kept = from_json(to_json(BudgetState(blocked_until=there)), "shop").blocked_until
    assert kept == there


@pytest.mark.parametrize("text", ["", "[]", "null", '"x"', '{"format": "1"}', '{"format": 1, "windows": []}'])
def test_what_is_no_budget_is_told(text: str) -> None:
    with pytest.raises(StateUnreadable, match="budget of shop"):
        from_json(text, "shop")


ASKS = st.tuples(
    st.just("ask"), st.floats(0, 5), st.integers(0, 5), st.integers(1, 3), st.sampled_from([None, "serial"])
)
TELLS = st.tuples(
    st.just("tell"),
    st.floats(0, 5),
    st.integers(0, 5),
    st.none() | st.integers(0, 4),
    st.none() | st.floats(0, 40),
)
MIXED = BudgetRules(
    windows=(SHORT, Window(name="hour", seconds=3600, quota=12, stop=True)),
    in_flight=3,
    lanes=(("serial", 1),),
)


RUNS = itertools.count()


@pytest.fixture(scope="module")
def compared(server: postgres.Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Any, ...]]:
    ports = (
        SQLiteBudgets(tmp_path_factory.mktemp("compared") / "budgets.sqlite"),
        PostgresBudgets(server.url, schema="compared_budgets"),
    )
    yield ports
    for port in ports:
        port.close()
    postgres.drop(server.url, "compared_budgets")


@settings(max_examples=30)
@given(moves=st.lists(st.one_of(ASKS, TELLS), max_size=15))
def test_any_run_comes_out_as_it_does_in_one_process(
    compared: tuple[Any, ...], moves: list[tuple[Any, ...]]
) -> None:
    local, at, account = LocalBudgets(), 0.0, f"run {next(RUNS)}"
    for kind, after, number, one, two in moves:
        at += after
        answers = [answer(port, account, kind, at, f"t{number}", one, two) for port in (local, *compared)]
        assert answers[1:] == [answers[0]] * 2
    for port in compared:
        assert port.state(account) == local.state(account)


def answer(port: BudgetPort, account: str, kind: str, at: float, ticket: str, one: Any, two: Any) -> object:
    if kind == "tell":
        told = BudgetSettlement(
            ticket=ticket, remaining=one, resets_in_s=two, window="30 s", blocked_for_s=None
        )
        return port.settle(account, MIXED, told, instant(at))
    try:
        return port.acquire(account, MIXED, BudgetAsk(ticket=ticket, weight=one, lane=two), instant(at))
    except BridgeError as stopped:
        return str(stopped)

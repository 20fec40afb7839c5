"""State in PostgreSQL: the contract of every store, and what a server adds: breaking, restarting, sharing."""

from __future__ import annotations

import hashlib
import importlib
import os
import pkgutil
import re
import signal
import subprocess
import sys
import threading
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_state_store import StateStoreContract, at, by_keys, put, run_in_threads, scan

from commerce_bridge import BigCommerce, Consonance
from commerce_bridge.errors import StateConflict, StateUnreadable
from commerce_bridge.flow.state import Delete, Expect, Key, Op, Put, Row, StateStore
from commerce_bridge.flow.wiring import SeededChance
from commerce_bridge.http import opening
from commerce_bridge.platforms import bigcommerce
from commerce_bridge.platforms.bigcommerce import client as bigcommerce_client
from commerce_bridge.platforms.consonance import client as consonance_client
from commerce_bridge.ports.step import StepKind
from commerce_bridge.sandbox.catalogue.simple import simple_title
from commerce_bridge.stores import MemoryState, postgres_database
from commerce_bridge.stores.postgres import PostgresState
from commerce_bridge.stores.postgres_schema import MIGRATIONS, lock_of
from commerce_bridge.testing.sandboxes import Sandboxes
from rigs import postgres
from rigs import shared_workers as workers
from rigs.postgres_wire import Cut, Wire


def schema_of(folder: Path) -> str:
    return f"s{hashlib.sha256(str(folder).encode()).hexdigest()[:16]}"


@pytest.fixture(scope="session")
def server() -> postgres.Server | postgres.Outside:
    return postgres.running()


@pytest.fixture
def schema(server: postgres.Server, tmp_path: Path) -> Iterator[str]:
    """A schema of this test alone."""
    yield schema_of(tmp_path)
    postgres.drop(server.url, schema_of(tmp_path))


@pytest.fixture
def state(server: postgres.Server, schema: str) -> Iterator[PostgresState]:
    state = PostgresState(server.url, schema=schema)
    yield state
    state.close()


@pytest.fixture
def wire(server: postgres.Server) -> Iterator[Wire]:
    if not server.ours:
        pytest.skip("the wire is cut between us and a server of our own alone")
    wire = Wire(server.url)
    yield wire
    wire.close()


@pytest.fixture
def cut_state(wire: Wire, schema: str) -> Iterator[PostgresState]:
    state = PostgresState(wire.url, schema=schema)
    yield state
    state.close()


def sql(server: postgres.Server, text: str, *parameters: object) -> list[tuple[object, ...]]:
    with psycopg.connect(server.url, autocommit=True) as connection:
        found = connection.execute(text.encode(), parameters)
        return found.fetchall() if found.description else []


class TestPostgresState(StateStoreContract):
    @pytest.fixture(autouse=True)
    def _server(self, server: postgres.Server, schema: str) -> None:
        self.server = server

    def open(self, folder: Path) -> StateStore:
        return PostgresState(self.server.url, schema=schema_of(folder))


class TestSharing:
    def test_what_was_written_is_there_when_opened_again(self, server, schema, state: PostgresState) -> None:
        put(state, "x", "y")
        put(state, "x", body="2")
        state.close()
        again = PostgresState(server.url, schema=schema)
        assert by_keys(again, "x", "y") == (
            Row(at=at("x"), body="2", revision=2),
            Row(at=at("y"), body="{}", revision=1),
        )
        again.close()

    def test_two_stores_see_each_other_at_once(self, server, schema, state: PostgresState) -> None:
        other = PostgresState(server.url, schema=schema)
        put(state, "x")
        assert by_keys(other, "x")[0].revision == 1
        other.commit([Put(at=at("x"), body="2")], [Expect(at=at("x"), revision=1)])
        with pytest.raises(StateConflict):
            state.commit([Put(at=at("x"), body="3")], [Expect(at=at("x"), revision=1)])
        other.close()

    def test_schemas_are_apart(self, server, schema, state: PostgresState) -> None:
        other = PostgresState(server.url, schema=f"{schema}_b")
        put(state, "x")
        assert scan(other) == []
        other.close()
        postgres.drop(server.url, f"{schema}_b")

    def test_many_that_open_a_new_schema_at_once_all_get_it(self, server, schema) -> None:
        for number in range(3):
            name, start = f"{schema}_{number}", threading.Barrier(6)

            def open_and_write(worker: int, name: str = name, start: threading.Barrier = start) -> None:
                start.wait()
                store = PostgresState(server.url, schema=name)
                put(store, "x")
                store.close()

            run_in_threads(6, open_and_write)
            store = PostgresState(server.url, schema=name)
            assert by_keys(store, "x")[0].revision == 6
            store.close()
            postgres.drop(server.url, name)

    def test_scopes_do_not_wait_for_each_other_and_one_scope_does(self, server, schema) -> None:
        state = PostgresState(server.url, schema=schema, patience_s=0.2)
        with psycopg.connect(server.url) as other:
            other.execute("SELECT pg_advisory_xact_lock(%s)", (lock_of("scope", schema, "held"),))
            put(state, "x")
            with pytest.raises(StateUnreadable, match=r"lock timeout.*Another process"):
                state.commit([Put(at=at("x", scope="held"), body="{}")])
            assert by_keys(state, "x", scope="held") == ()
        state.commit([Put(at=at("x", scope="held"), body="{}")])
        state.close()

    def test_commits_over_several_scopes_never_wait_in_a_circle(self, state: PostgresState) -> None:
        def work(worker: int) -> None:
            scopes = ["one", "two", "three"]
            for number in range(15):
                order = scopes[worker % 3 :] + scopes[: worker % 3]
                state.commit([Put(at=at(f"{worker} {number}", scope=scope), body="{}") for scope in order])

        run_in_threads(3, work)
        assert len(by_keys(state, *(f"{w} {n}" for w in range(3) for n in range(15)), scope="two")) == 45

    def test_more_threads_than_connections_wait_for_their_turn(self, server, schema) -> None:
        state = PostgresState(server.url, schema=schema, connections=2)
        run_in_threads(6, lambda worker: [workers.add_one(state, at(f"n{worker}")) for _ in range(10)])
        assert [row.body for row in by_keys(state, *(f"n{n}" for n in range(6)))] == ["10"] * 6
        state.close()


class TestProcesses:
    def test_of_two_that_open_a_new_schema_and_create_the_same_rows_one_wins(self, server, schema) -> None:
        opens, start = workers.Opens("postgres state", server.url, schema), workers.CONTEXT.Barrier(2)
        wins = workers.CONTEXT.SimpleQueue()
        exits = workers.run(workers.create_same, *((opens, start, name, 50, wins) for name in ("one", "two")))
        assert exits == [0, 0]
        won = [wins.get(), wins.get()]
        assert sorted(won[0] + won[1]) == list(range(50))
        state = opens()
        assert {row.revision for row in by_keys(state, *(f"title {n}" for n in range(50)))} == {1}
        state.close()

    def test_two_lose_no_update(self, server, schema) -> None:
        opens, start = workers.Opens("postgres state", server.url, schema), workers.CONTEXT.Barrier(2)
        assert workers.run(workers.count_up, *((opens, start, 60) for _ in range(2))) == [0, 0]
        state = opens()
        assert by_keys(state, "number") == (Row(at=at("number"), body="120", revision=120),)
        state.close()

    def test_a_killed_process_loses_nothing_that_it_had_committed(self, server, schema) -> None:
        opens, done = workers.Opens("postgres state", server.url, schema), workers.CONTEXT.Semaphore(0)
        child = workers.CONTEXT.Process(target=workers.write_pairs, args=(opens, done))
        child.start()
        for _ in range(40):
            assert done.acquire(timeout=60)
        assert child.pid is not None
        os.kill(child.pid, signal.SIGKILL)
        child.join()
        state = opens()
        left, right = scan(state, "left "), scan(state, "right ")
        put(state, "goes on")
        state.close()
        assert len(left) >= 40
        assert [key[-6:] for key in left] == [key[-6:] for key in right]

    @pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not copy processes")
    def test_a_copied_process_is_told_to_open_it_itself(self, state: PostgresState) -> None:
        state._database._process += 1  # as in a copy of this process
        with pytest.raises(RuntimeError, match="another process"):
            scan(state)


class TestLostAnswers:
    """A commit whose answer was lost is looked for before it is repeated."""

    @pytest.mark.parametrize("expects", [True, False])
    @pytest.mark.parametrize("cut", [Cut.BEFORE, Cut.AFTER])
    def test_it_takes_hold_once(self, wire: Wire, cut_state: PostgresState, cut: Cut, expects: bool) -> None:
        put(cut_state, "changed", "gone")
        expect = [Expect(at=at("new"), revision=0), Expect(at=at("changed"), revision=1)]
        wire.cut(cut)
        cut_state.commit(
            [Put(at=at("new"), body="{}"), Put(at=at("changed"), body="2"), Delete(at=at("gone"))],
            expect if expects else [],
        )
        assert wire.cuts == 1
        assert [(row.at.key, row.revision) for row in by_keys(cut_state, "new", "changed", "gone")] == [
            ("new", 1),
            ("changed", 2),
        ]

    @pytest.mark.parametrize("expects", [True, False])
    def test_its_last_words_may_come_while_it_is_repeated(
        self, server, wire: Wire, cut_state: PostgresState, expects: bool
    ) -> None:
        waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted"

        def deliver_late() -> None:
            while sql(server, waiting) == [(0,)]:
                pass
            wire.deliver.set()

        put(cut_state, "changed")
        wire.cut(Cut.LATE)
        late = threading.Thread(target=deliver_late)
        late.start()
        expect = [Expect(at=at("changed"), revision=1)] if expects else []
        cut_state.commit([Put(at=at("changed"), body="2")], expect)
        late.join()
        assert wire.cuts == 1
        assert by_keys(cut_state, "changed") == (Row(at=at("changed"), body="2", revision=2),)

    def test_a_conflict_is_found_again_after_a_cut(
        self, server, schema, wire: Wire, cut_state: PostgresState
    ) -> None:
        """Somebody else wrote in between: the repetition is checked as the first try was."""
        put(cut_state, "x")
        other = PostgresState(server.url, schema=schema)

        def meanwhile() -> None:
            put(other, "x", body="theirs")

        taken, times = cut_state._database._taken, []

        def once_more() -> postgres_database.Link:
            times.append(1)
            if len(times) == 2:
                meanwhile()
            return taken()

        cut_state._database._taken = once_more  # type: ignore[method-assign]
        wire.cut(Cut.BEFORE)
        with pytest.raises(StateConflict, match=r"revision 1.*revision 2"):
            cut_state.commit([Put(at=at("x"), body="ours")], [Expect(at=at("x"), revision=1)])
        assert by_keys(other, "x")[0].body == "theirs"
        other.close()

    def test_names_of_commits_are_kept_for_an_hour(self, server, schema, state: PostgresState) -> None:
        names = f"SELECT count(*) FROM {schema}.commits"
        put(state, "x")
        put(state, "y")
        assert sql(server, names) == [(2,)]
        sql(server, f"UPDATE {schema}.commits SET at = now() - interval '61 minutes'")
        put(state, "z")
        state.close()
        again = PostgresState(server.url, schema=schema)
        put(again, "first of a new process")
        assert sql(server, names) == [(2,)]
        again.close()


class TestServer:
    """The server goes away under a store that is open."""

    @pytest.fixture(autouse=True)
    def _killable(self, server: postgres.Server) -> None:
        if not server.ours:
            pytest.skip("a server that is not ours is not killed")

    def test_killed_and_restarted_it_is_not_noticed(self, server, state: PostgresState) -> None:
        put(state, "x")
        server.restart()
        assert by_keys(state, "x")[0].revision == 1
        server.restart()
        state.commit([Put(at=at("x"), body="2")], [Expect(at=at("x"), revision=1)])
        assert by_keys(state, "x")[0].revision == 2

    def test_while_it_is_away_who_asks_waits(self, server, state: PostgresState) -> None:
        put(state, "x")
        server.kill()
        up = server.start_soon(0.1)
        assert by_keys(state, "x")[0].revision == 1
        up()

    def test_a_connection_that_an_administrator_ends_is_replaced(self, server, state: PostgresState) -> None:
        put(state, "x")
        ended = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'commerce_bridge'"
        assert sql(server, ended) == [(True,)]
        put(state, "x")
        assert by_keys(state, "x")[0].revision == 2

    def test_after_a_while_it_is_told_and_later_goes_on(self, server, schema) -> None:
        state = PostgresState(server.url, schema=schema, patience_s=0.1)
        put(state, "x")
        server.kill()
        for call in (lambda: scan(state), lambda: put(state, "y")):
            with pytest.raises(
                StateUnreadable, match=r"cannot be (read|written).*Check that the server runs"
            ):
                call()
        server.start()
        assert scan(state) == ["x"]
        put(state, "y")
        state.close()

    def test_kills_in_the_midst_of_commits_lose_nothing_and_double_nothing(self, server, schema) -> None:
        state, stop, written = PostgresState(server.url, schema=schema), threading.Event(), [0, 0, 0]

        def work(worker: int) -> None:
            if worker == 3:
                try:
                    for pause_s in (0.05, 0.02, 0.08):
                        stop.wait(pause_s)  # let some commits through
                        server.restart()
                finally:
                    stop.set()
                return
            while not stop.is_set():
                number = written[worker]
                keys = [at(f"{worker} {side} {number:05}") for side in ("left", "right")]
                rising = at(f"{worker} rising")
                state.commit(
                    [*(Put(at=key, body="{}") for key in keys), Put(at=rising, body=str(number))],
                    [*(Expect(at=key, revision=0) for key in keys), Expect(at=rising, revision=number)],
                )
                written[worker] += 1

        run_in_threads(4, work)
        for worker, count in enumerate(written):
            assert count > 0
            assert by_keys(state, f"{worker} rising")[0].revision == count
            for side in ("left", "right"):
                assert scan(state, f"{worker} {side} ", limit=100_000) == [
                    f"{worker} {side} {number:05}" for number in range(count)
                ]
        state.close()


class TestSchema:
    def test_a_newer_schema_is_refused(self, server, schema, state: PostgresState) -> None:
        sql(server, f"UPDATE {schema}.steps SET seen = %s", len(MIGRATIONS) + 1)
        with pytest.raises(StateUnreadable, match=r"has seen 2 steps; this release knows 1.*newer one"):
            PostgresState(server.url, schema=schema)

    def test_somebody_elses_schema_is_left_alone(self, server, schema) -> None:
        sql(server, f"CREATE SCHEMA {schema}")
        sql(server, f"CREATE TABLE {schema}.orders (id int)")
        with pytest.raises(StateUnreadable, match="no state of this library"):
            PostgresState(server.url, schema=schema)
        tables = "SELECT relname FROM pg_class WHERE relnamespace = %s::regnamespace"
        assert sql(server, tables, schema) == [("orders",)]

    def test_an_empty_schema_is_taken(self, server, schema) -> None:
        sql(server, f"CREATE SCHEMA {schema}")
        PostgresState(server.url, schema=schema).close()

    def test_a_database_that_does_not_keep_unicode_is_refused(self, server, schema) -> None:
        if not server.ours:
            pytest.skip("no database is made on a server that is not ours")
        name = f"{schema}_ascii"
        sql(server, f"CREATE DATABASE {name} ENCODING 'SQL_ASCII' TEMPLATE template0")
        with pytest.raises(StateUnreadable, match=r"SQL_ASCII.*UTF8"):
            PostgresState(server.url.replace("/postgres?", f"/{name}?"), schema=schema)
        sql(server, f"DROP DATABASE {name}")

    @pytest.mark.parametrize("name", ["", "Upper", "pg_ours", "1st", "a b", 'x"; --', "é", "a" * 64])
    def test_a_name_that_would_need_quotes_is_refused(self, server, name: str) -> None:
        with pytest.raises(ValueError, match="no name for a schema"):
            PostgresState(server.url, schema=name)

    def test_tables_that_somebody_removed_are_missed_in_words(
        self, server, schema, state: PostgresState
    ) -> None:
        sql(server, f"DROP TABLE {schema}.rows")
        with pytest.raises(StateUnreadable, match=r"cannot be read.*Somebody removed our tables"):
            scan(state)

    def test_a_user_who_may_not_is_told(self, server, schema) -> None:
        if not server.ours:
            pytest.skip("no user is made on a server that is not ours")
        sql(server, f"CREATE ROLE {schema} LOGIN")
        with pytest.raises(StateUnreadable, match=r"permission denied.*administrator"):
            PostgresState(server.url.replace("postgres@", f"{schema}@"), schema=schema)
        sql(server, f"DROP ROLE {schema}")

    def test_a_key_too_long_for_the_index_is_told(self, state: PostgresState) -> None:
        long = hashlib.shake_256(b"long").hexdigest(4000)
        with pytest.raises(StateUnreadable, match=r"2 600 bytes at most"):
            put(state, long)
        put(state, long[:2500])
        assert scan(state) == [long[:2500]]

    def test_commits_wait_on_the_disk_even_where_the_server_is_told_otherwise(self, server, schema) -> None:
        if not server.ours:
            pytest.skip("another server's URL is not ours to change")
        state = PostgresState(f"{server.url}&options=-csynchronous_commit%3Doff", schema=schema)
        setting = state._database.carry_out(
            "read", lambda one, again: one.execute("SHOW synchronous_commit").fetchall()
        )
        assert setting == [("on",)]
        state.close()

    def test_a_closed_store_says_so(self, state: PostgresState) -> None:
        state.close()
        with pytest.raises(ValueError, match="closed"):
            scan(state)
        with pytest.raises(ValueError, match="closed"):
            put(state, "x")


class TestSecrets:
    SECRET = "s3cr3t"

    @pytest.mark.parametrize(
        "url",
        [
            "postgresql://ada:s3cr3t@127.0.0.1:9/shop",
            "postgresql://ada:x@s3cr3t@127.0.0.1:9/shop",
            "postgresql://ada:x/s3cr3t@127.0.0.1:9/shop",
            "postgresql://ada:%ZZs3cr3t@127.0.0.1:9/shop",
            "postgresql://ada@127.0.0.1:s3cr3t/shop",
            "postgresql:s3cr3t",
            "host=127.0.0.1 port=9 user=ada password=s3cr3t",
            "host=127.0.0.1 password='s3cr3t",
            "s3cr3t",
        ],
    )
    def test_no_error_tells_a_password(self, url: str) -> None:
        with pytest.raises(StateUnreadable) as caught:
            PostgresState(url)
        assert self.SECRET not in "".join(traceback.format_exception(caught.value)) + repr(caught.value)

    def test_a_server_that_is_not_there_is_named(self) -> None:
        with pytest.raises(StateUnreadable, match=r"127\.0\.0\.1:9/shop, schema commerce_bridge.*opened"):
            PostgresState("postgresql://ada:s3cr3t@127.0.0.1:9/shop")

    def test_what_a_store_says_of_itself(self, server, schema) -> None:
        if not server.ours:
            pytest.skip("another server may ask for another password")
        state = PostgresState(server.url.replace("postgres@", f"postgres:{self.SECRET}@"), schema=schema)
        database = state._database
        for said in (repr(state), str(database), repr(database), repr(database.address)):
            assert self.SECRET not in said
        assert schema in repr(state)
        state.close()


ROWS = [Key(table=table, scope=scope, key=key) for table in "tu" for scope in "ab" for key in "xy"]
OPS = st.lists(
    st.one_of(
        st.builds(Put, at=st.sampled_from(ROWS), body=st.sampled_from(["1", "2"])),
        st.builds(Delete, at=st.sampled_from(ROWS)),
    ),
    max_size=12,
)


@pytest.fixture(scope="module")
def compared(server: postgres.Server) -> Iterator[tuple[PostgresState, StateStore]]:
    state = PostgresState(server.url, schema="compared")
    yield state, MemoryState()
    state.close()
    postgres.drop(server.url, "compared")


@settings(max_examples=40)
@given(
    st.lists(
        st.tuples(OPS, st.lists(st.tuples(st.sampled_from(ROWS), st.integers(0, 2)), max_size=2)), max_size=4
    )
)
def test_any_commits_come_out_as_they_do_in_memory(
    compared: tuple[PostgresState, StateStore], commits: list[tuple[list[Op], list[tuple[Key, int]]]]
) -> None:
    for ops, wanted in commits:
        expect = [Expect(at=key, revision=revision) for key, revision in wanted]
        outcomes = [outcome(store, ops, expect) for store in compared]
        assert outcomes[0] == outcomes[1]
    found = [
        [
            row
            for table in "tu"
            for scope in "ab"
            for row in by_keys(store, "x", "y", table=table, scope=scope)
        ]
        for store in compared
    ]
    assert found[0] == found[1]


def outcome(store: StateStore, ops: list[Op], expect: list[Expect]) -> str:
    try:
        store.commit(ops, expect)
    except StateConflict as conflict:
        return str(conflict)
    return "written"


def test_without_psycopg_the_extra_is_named() -> None:
    code = (
        "import sys; sys.modules['psycopg'] = None\n"
        "from commerce_bridge.errors import MissingExtra\n"
        "for name in ('postgres', 'budgets_postgres'):\n"
        "    try: __import__(f'commerce_bridge.stores.{name}')\n"
        "    except MissingExtra as error: print(error.extra, error)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.count("commerce-bridge[postgres]") == 2


def test_the_page_about_sharing_shows_what_works(
    server: postgres.Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its block for several machines, which needs a server, run beside it as it stands."""
    page = Path(__file__).parents[2] / "docs" / "how-to" / "share-state.md"
    (block,) = re.findall(r"^```py\n(.*?)^```", page.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
    if not server.ours:
        pytest.skip("the page writes to the schema of that name, which may be somebody's own")
    sandboxes = Sandboxes()
    publisher: Any = sandboxes.world("consonance")
    publisher.reset("empty")
    for number in (1, 2):
        book = simple_title(f"Road {number}", forms=("BC",), number=number, bisac="FIC022000")
        publisher.sandbox.load(book, at=sandboxes.clock.now())
    monkeypatch.setenv("DATABASE_URL", server.url)
    for name, kind in (("CONSONANCE_API_KEY", "consonance"), ("BIGCOMMERCE", "bigcommerce")):
        for word, secret in sandboxes.world(kind).sandbox.credentials().items():
            monkeypatch.setenv(name if kind == "consonance" else f"{name}_{word.upper()}", secret)
    for module, client in ((consonance_client, Consonance), (bigcommerce_client, BigCommerce)):
        transport = sandboxes.open(client)._transport
        monkeypatch.setattr(module, "HttpTransport", lambda base_url, *, library, door=transport: door)
    around = opening.Surroundings
    monkeypatch.setattr(
        opening,
        "Surroundings",
        lambda **given: around(clock=sandboxes.clock, chance=SeededChance(1), **given),
    )
    monkeypatch.chdir(tmp_path)
    for module in pkgutil.walk_packages(bigcommerce.__path__, f"{bigcommerce.__name__}."):
        importlib.import_module(
            module.name
        )  # pytest reads what it imports, and CPython 3.11 not in two threads
    namespace: dict[str, Any] = {}
    try:
        exec(compile(block, str(page), "exec"), namespace)
    finally:
        for opened in ("state", "budgets"):
            namespace[opened].close()
    assert namespace["receipt"].applied[StepKind.CREATE] == 2
    assert sql(server, "SELECT count(*) FROM commerce_bridge.rows WHERE tbl = 'binding'") == [(2,)]
    assert sql(server, "SELECT count(*) >= 2 FROM commerce_bridge.budgets") == [(True,)]
    postgres.drop(server.url, "commerce_bridge")

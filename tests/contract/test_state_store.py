"""What every state store keeps: one class, run for each of them."""

from __future__ import annotations

import multiprocessing
import os
import shutil
import signal
import sqlite3
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from commerce_bridge.errors import StateConflict, StateUnreadable
from commerce_bridge.flow.state import ByKeys, ByPrefix, Count, Delete, Expect, Key, Put, Row, StateStore
from commerce_bridge.stores import MemoryState, SQLiteState
from commerce_bridge.stores.migrations import MIGRATIONS
from commerce_bridge.stores.sqlite import CHUNK, beyond_prefix
from rigs import state_workers as workers

FIXTURES = Path(__file__).parent.parent / "fixtures"
SCOPE = "a to b"


def at(key: str, table: str = "bindings", scope: str = SCOPE) -> Key:
    return Key(table=table, scope=scope, key=key)


def by_keys(store: StateStore, *keys: str, table: str = "bindings", scope: str = SCOPE) -> tuple[Row, ...]:
    return store.load(ByKeys(table=table, scope=scope, keys=keys))


def scan(store: StateStore, prefix: str = "", after: str = "", limit: int = 1000) -> list[str]:
    query = ByPrefix(table="bindings", scope=SCOPE, prefix=prefix, after=after, limit=limit)
    return [row.at.key for row in store.load(query)]


def put(store: StateStore, *keys: str, body: str = "{}") -> None:
    store.commit([Put(at=at(key), body=body) for key in keys])


class StateStoreContract:
    """Subclasses give the store; the tests are theirs by inheritance."""

    @pytest.fixture
    def store(self, tmp_path: Path) -> Iterator[StateStore]:
        store = self.open(tmp_path)
        yield store
        store.close()

    def open(self, folder: Path) -> StateStore:
        raise NotImplementedError

    def test_an_empty_store_has_nothing(self, store: StateStore) -> None:
        assert by_keys(store, "x") == ()
        assert by_keys(store) == ()
        assert scan(store) == []

    def test_a_row_comes_back_as_it_was_written(self, store: StateStore) -> None:
        put(store, "x", body='{"a": 1}')
        assert by_keys(store, "x") == (Row(at=at("x"), body='{"a": 1}', revision=1),)

    def test_rows_come_in_the_order_of_the_keys_asked_for(self, store: StateStore) -> None:
        put(store, "a", "b", "c")
        assert [row.at.key for row in by_keys(store, "c", "no", "a", "b")] == ["c", "a", "b"]
        assert [row.at.key for row in by_keys(store, "b", "a", "b")] == ["b", "a", "b"]

    def test_tables_and_scopes_are_apart(self, store: StateStore) -> None:
        store.commit(
            [
                Put(at=at("x"), body="1"),
                Put(at=at("x", table="ledger"), body="2"),
                Put(at=at("x", scope="b to a"), body="3"),
            ]
        )
        store.commit([Delete(at=at("x", table="ledger"))])
        assert [row.body for row in by_keys(store, "x")] == ["1"]
        assert by_keys(store, "x", table="ledger") == ()
        assert [row.body for row in by_keys(store, "x", scope="b to a")] == ["3"]
        assert scan(store) == ["x"]

    def test_revisions_count_writes_and_start_anew_after_a_deletion(self, store: StateStore) -> None:
        for revision in (1, 2, 3):
            put(store, "x", body=str(revision))
            assert by_keys(store, "x")[0].revision == revision
        store.commit([Delete(at=at("x"))])
        put(store, "x")
        assert by_keys(store, "x")[0].revision == 1

    def test_operations_of_one_commit_take_hold_in_order(self, store: StateStore) -> None:
        first, second, gone = Put(at=at("x"), body="1"), Put(at=at("x"), body="2"), Delete(at=at("x"))
        store.commit([first, second])
        assert by_keys(store, "x") == (Row(at=at("x"), body="2", revision=2),)
        store.commit([second, gone, first])
        assert by_keys(store, "x") == (Row(at=at("x"), body="1", revision=1),)
        store.commit([second, gone])
        assert by_keys(store, "x") == ()

    def test_deleting_what_is_not_there_does_nothing(self, store: StateStore) -> None:
        store.commit([Delete(at=at("x")), Put(at=at("y"), body="{}")])
        assert scan(store) == ["y"]

    def test_rows_of_a_table_are_counted(self, store: StateStore) -> None:
        put(store, "a", "b")
        for table, count in (("bindings", "2"), ("ledger", "0")):
            (row,) = store.load(Count(table=table, scope=SCOPE))
            assert (row.at.key, row.body) == ("", count)
        assert store.load(Count(table="bindings", scope="b to a"))[0].body == "0"

    def test_a_walk_by_keys_alone_carries_no_bodies(self, store: StateStore) -> None:
        put(store, "k0", "k1", body='{"n": 0}')
        for prefix in ("", "k"):
            query = ByPrefix(table="bindings", scope=SCOPE, prefix=prefix, bodies=False)
            assert [(row.at.key, row.body, row.revision) for row in store.load(query)] == [
                ("k0", "", 1),
                ("k1", "", 1),
            ]
        assert by_keys(store, "k0")[0].body == '{"n": 0}'

    def test_an_empty_commit_only_checks(self, store: StateStore) -> None:
        store.commit([])
        store.commit([], [Expect(at=at("x"), revision=0)])
        with pytest.raises(StateConflict):
            store.commit([], [Expect(at=at("x"), revision=1)])

    def test_a_commit_with_a_failed_expectation_writes_nothing(self, store: StateStore) -> None:
        put(store, "x", "y")
        with pytest.raises(StateConflict):
            store.commit(
                [Put(at=at("x"), body="new"), Delete(at=at("y")), Put(at=at("z"), body="new")],
                [Expect(at=at("x"), revision=1), Expect(at=at("y"), revision=2)],
            )
        assert [(row.at.key, row.body, row.revision) for row in by_keys(store, "x", "y", "z")] == [
            ("x", "{}", 1),
            ("y", "{}", 1),
        ]

    def test_a_conflict_names_the_row_and_both_revisions(self, store: StateStore) -> None:
        put(store, "x")
        put(store, "x")
        with pytest.raises(StateConflict, match=r"'x'.*'bindings'.*'a to b'.*revision 1.*revision 2"):
            store.commit([], [Expect(at=at("x"), revision=1)])
        with pytest.raises(StateConflict, match=r"'x'.*expected to be not there.*revision 2"):
            store.commit([], [Expect(at=at("x"), revision=0)])
        with pytest.raises(StateConflict, match=r"'nothing'.*revision 7.*is not there"):
            store.commit([], [Expect(at=at("nothing"), revision=7)])

    def test_expectations_may_span_tables_and_scopes(self, store: StateStore) -> None:
        here, there = at("x", table="ledger"), at("x", scope="b to a")
        store.commit([Put(at=here, body="1"), Put(at=there, body="1")])
        met = [Expect(at=here, revision=1), Expect(at=there, revision=1), Expect(at=at("x"), revision=0)]
        store.commit([Put(at=here, body="2")], met)
        with pytest.raises(StateConflict, match="ledger"):
            store.commit([Put(at=there, body="2")], met)
        assert by_keys(store, "x", scope="b to a")[0].body == "1"

    def test_expectations_look_at_what_stood_before_the_commit(self, store: StateStore) -> None:
        store.commit([Put(at=at("x"), body="1")], [Expect(at=at("x"), revision=0)])
        store.commit([Delete(at=at("x"))], [Expect(at=at("x"), revision=1)])
        assert by_keys(store, "x") == ()

    def test_a_scan_is_sorted_bounded_and_goes_on(self, store: StateStore) -> None:
        keys = [f"{letter}{number:02}" for letter in "cab" for number in range(20)]
        put(store, *keys)
        assert scan(store) == sorted(keys)
        assert scan(store, "b") == [f"b{number:02}" for number in range(20)]
        assert scan(store, "b", limit=3) == ["b00", "b01", "b02"]
        assert scan(store, "b", after="b02", limit=3) == ["b03", "b04", "b05"]
        assert scan(store, "b", after="b17", limit=3) == ["b18", "b19"]
        assert scan(store, "b", after="b19") == []
        assert scan(store, "b", after="a05") == scan(store, "b")
        assert scan(store, "b", after="c") == []
        assert scan(store, limit=0) == []

    def test_a_scan_sees_keys_that_came_and_went(self, store: StateStore) -> None:
        put(store, "a", "c")
        assert scan(store) == ["a", "c"]
        store.commit([Put(at=at("b"), body="{}"), Delete(at=at("a"))])
        assert scan(store) == ["b", "c"]

    def test_a_prefix_is_text_and_no_pattern(self, store: StateStore) -> None:
        put(store, "a%b", "aXb", "a_b", "A%b", "a*c", "a[b]", "a\\b", "ab'; --", 'a"b')
        assert scan(store, "a%") == ["a%b"]
        assert scan(store, "a_") == ["a_b"]
        assert scan(store, "a*") == ["a*c"]
        assert scan(store, "a[") == ["a[b]"]
        assert scan(store, "a\\") == ["a\\b"]
        assert scan(store, "ab'") == ["ab'; --"]
        assert [row.at.key for row in by_keys(store, 'a"b', "a\\b", "ab'; --")] == ['a"b', "a\\b", "ab'; --"]

    def test_keys_are_ordered_by_code_point(self, store: StateStore) -> None:
        keys = [
            "Z",
            "a",
            "z",
            "é",
            "e\u0301",
            "ž",
            "火",
            "\ud7ff",
            "\ue000",
            "\uffff",
            "🐎",
            "\U0010ffff",
            "zz",
        ]
        put(store, *keys)
        assert scan(store) == sorted(keys)
        for prefix in keys:
            assert scan(store, prefix) == sorted(key for key in keys if key.startswith(prefix))
        assert [row.at.key for row in by_keys(store, *keys)] == keys

    @pytest.mark.parametrize("key", ["Ünïcödé 火🐎", "line\nbreak\ttab", " ", "0", "null", "1e5", "a" * 2000])
    def test_awkward_keys_and_bodies_come_back_whole(self, store: StateStore, key: str) -> None:
        body = f'{{"é": "{key!r}", "quote": "\'\\"\\\\", "emoji": "🐎"}}'
        put(store, key, body=body)
        assert by_keys(store, key) == (Row(at=at(key), body=body, revision=1),)

    def test_large_bodies_come_back_whole(self, store: StateStore) -> None:
        body = "žluťoučký " * 500_000
        put(store, "large", body=body)
        put(store, "small", body="")
        assert [row.body for row in by_keys(store, "large", "small")] == [body, ""]

    def test_ten_thousand_keys_in_one_commit_and_one_look_up(self, store: StateStore) -> None:
        keys = [f"{number * 7919 % 10_000:05}" for number in range(10_000)]
        store.commit(
            [Put(at=at(key), body=key) for key in keys], [Expect(at=at(key), revision=0) for key in keys]
        )
        assert [row.body for row in by_keys(store, *keys)] == keys
        assert scan(store, limit=20_000) == sorted(keys)
        with pytest.raises(StateConflict, match="'00042'"):
            store.commit(
                [Delete(at=at(key)) for key in keys],
                [Expect(at=at(key), revision=2 if key == "00042" else 1) for key in keys],
            )
        assert len(by_keys(store, *keys)) == 10_000

    @pytest.mark.parametrize("count", [CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK])
    def test_look_ups_of_every_length_are_whole(self, store: StateStore, count: int) -> None:
        keys = [f"k{number}" for number in range(count)]
        put(store, *keys)
        assert [row.at.key for row in by_keys(store, *reversed(keys))] == list(reversed(keys))

    def test_of_threads_that_create_the_same_row_one_wins(self, store: StateStore) -> None:
        wins: list[tuple[int, int]] = []
        start = threading.Barrier(8)

        def create(worker: int) -> None:
            for number in range(20):
                start.wait()
                key = at(f"title {number}")
                try:
                    store.commit([Put(at=key, body=str(worker))], [Expect(at=key, revision=0)])
                except StateConflict:
                    continue
                wins.append((number, worker))

        run_in_threads(8, create)
        assert sorted(number for number, _ in wins) == list(range(20))
        for number, worker in wins:
            assert by_keys(store, f"title {number}") == (
                Row(at=at(f"title {number}"), body=str(worker), revision=1),
            )

    def test_threads_lose_no_update(self, store: StateStore) -> None:
        def count(worker: int) -> None:
            for _ in range(25):
                workers.add_one(store, workers.at("number"))

        run_in_threads(4, count)
        assert by_keys(store, "number") == (Row(at=at("number"), body="100", revision=100),)

    def test_a_reader_never_sees_half_a_commit(self, store: StateStore) -> None:
        keys = tuple(f"{number:04}" for number in range(2 * CHUNK))
        seen: set[int] = set()
        written = threading.Event()
        put(store, *keys, body="0")

        def work(worker: int) -> None:
            if worker == 0:
                for version in range(1, 15):
                    put(store, *keys, body=str(version))
                written.set()
                return
            while not written.is_set():
                seen.add(len({row.body for row in by_keys(store, *keys)}))

        run_in_threads(3, work)
        seen.add(len({row.body for row in by_keys(store, *keys)}))
        assert seen == {1}

    def test_closing_twice_is_harmless(self, store: StateStore) -> None:
        store.close()
        store.close()


def run_in_threads(count: int, work: Callable[[int], None]) -> None:
    """Run `work` in threads, and raise what any of them raised."""
    raised: list[BaseException] = []

    def guarded(worker: int) -> None:
        try:
            work(worker)
        except BaseException as error:
            raised.append(error)

    threads = [threading.Thread(target=guarded, args=(worker,)) for worker in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if raised:
        raise raised[0]


class TestMemoryState(StateStoreContract):
    def open(self, folder: Path) -> StateStore:
        return MemoryState()

    def test_what_was_closed_goes_on_where_it_was(self) -> None:
        store = MemoryState()
        put(store, "x")
        store.close()
        assert scan(store) == ["x"]


class TestSQLiteStateInMemory(StateStoreContract):
    def open(self, folder: Path) -> StateStore:
        return SQLiteState(":memory:")


class TestSQLiteStateInAFile(StateStoreContract):
    def open(self, folder: Path) -> StateStore:
        return SQLiteState(folder / "state.sqlite")

    def test_what_was_written_is_there_when_opened_again(self, tmp_path: Path) -> None:
        path = tmp_path / "state.sqlite"
        store = SQLiteState(path)
        put(store, "x", "y")
        put(store, "x", body="2")
        store.close()
        again = SQLiteState(str(path))
        assert by_keys(again, "x", "y") == (
            Row(at=at("x"), body="2", revision=2),
            Row(at=at("y"), body="{}", revision=1),
        )
        again.close()
        assert [file.name for file in tmp_path.iterdir()] == ["state.sqlite"]

    def test_two_stores_on_one_file_see_each_other_at_once(self, tmp_path: Path) -> None:
        one, two = self.open(tmp_path), self.open(tmp_path)
        put(one, "x")
        assert by_keys(two, "x")[0].revision == 1
        two.commit([Put(at=at("x"), body="2")], [Expect(at=at("x"), revision=1)])
        with pytest.raises(StateConflict):
            one.commit([Put(at=at("x"), body="3")], [Expect(at=at("x"), revision=1)])
        assert by_keys(one, "x") == (Row(at=at("x"), body="2", revision=2),)
        one.close()
        two.close()

    def test_many_that_open_a_new_file_at_once_all_get_it(self, tmp_path: Path) -> None:
        for number in range(15):
            path, start = tmp_path / f"{number}.sqlite", threading.Barrier(6)

            def open_and_write(worker: int, path: Path = path, start: threading.Barrier = start) -> None:
                start.wait()
                store = SQLiteState(path)
                put(store, "x")
                store.close()

            run_in_threads(6, open_and_write)
            store = SQLiteState(path)
            assert by_keys(store, "x")[0].revision == 6
            store.close()

    def test_another_connection_never_sees_half_a_commit(self, tmp_path: Path) -> None:
        keys = tuple(f"{number:04}" for number in range(4 * CHUNK))
        writer, reader = self.open(tmp_path), self.open(tmp_path)
        put(writer, *keys, body="0")
        written = threading.Event()
        seen: list[int] = []

        def work(worker: int) -> None:
            if worker == 0:
                for version in range(1, 60):
                    put(writer, *keys, body=str(version))
                written.set()
                return
            while not written.is_set() or not seen:
                seen.append(len({row.body for row in by_keys(reader, *keys)}))

        run_in_threads(2, work)
        assert set(seen) == {1}
        writer.close()
        reader.close()

    def test_a_commit_waits_on_the_disk(self, tmp_path: Path) -> None:
        store = SQLiteState(tmp_path / "state.sqlite")
        connection = store._connection
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        assert connection.execute("PRAGMA synchronous").fetchone() == (2,)
        store.close()

    def test_a_closed_store_says_so(self, tmp_path: Path) -> None:
        store = self.open(tmp_path)
        store.close()
        with pytest.raises(ValueError, match="closed"):
            scan(store)
        with pytest.raises(ValueError, match="closed"):
            put(store, "x")


class TestProcesses:
    context = multiprocessing.get_context("spawn")

    def test_two_that_open_a_new_file_and_create_the_same_rows_never_both_win(self, tmp_path: Path) -> None:
        path, start, wins = tmp_path / "state.sqlite", self.context.Barrier(2), self.context.SimpleQueue()
        children = [
            self.context.Process(target=workers.create_same, args=(path, start, name, 50, wins))
            for name in ("one", "two")
        ]
        for child in children:
            child.start()
        won = [wins.get() for _ in children]
        for child in children:
            child.join()
            assert child.exitcode == 0
        assert sorted(won[0] + won[1]) == list(range(50))
        store = SQLiteState(path)
        assert {row.revision for row in by_keys(store, *(f"title {n}" for n in range(50)))} == {1}
        store.close()

    def test_two_lose_no_update(self, tmp_path: Path) -> None:
        path, start = tmp_path / "state.sqlite", self.context.Barrier(2)
        children = [self.context.Process(target=workers.count_up, args=(path, start, 60)) for _ in range(2)]
        for child in children:
            child.start()
        for child in children:
            child.join()
            assert child.exitcode == 0
        store = SQLiteState(path)
        assert by_keys(store, "number") == (Row(at=at("number"), body="120", revision=120),)
        store.close()

    @pytest.mark.parametrize(("after", "rows"), [(False, 0), (True, 500)])
    def test_a_death_inside_a_commit_leaves_all_of_it_or_nothing(
        self, tmp_path: Path, after: bool, rows: int
    ) -> None:
        path = tmp_path / "state.sqlite"
        before = SQLiteState(path)
        put(before, "kept")
        before.close()
        child = self.context.Process(target=workers.die_committing, args=(path,), kwargs={"after": after})
        child.start()
        child.join()
        assert child.exitcode == 9
        store = SQLiteState(path)
        assert len(scan(store, "part ")) == rows
        assert scan(store, "kept") == ["kept"]
        put(store, "goes on")
        store.close()

    def test_a_killed_process_loses_nothing_that_it_had_committed(self, tmp_path: Path) -> None:
        path = tmp_path / "state.sqlite"
        for commits in (1, 40, 150):
            path.unlink(missing_ok=True)
            done = self.context.Semaphore(0)
            child = self.context.Process(target=workers.write_pairs, args=(path, done))
            child.start()
            for _ in range(commits):
                assert done.acquire(timeout=60)
            assert child.pid is not None
            os.kill(child.pid, signal.SIGKILL)
            child.join()
            store = SQLiteState(path)
            left, right = scan(store, "left "), scan(store, "right ")
            store.close()
            assert len(left) >= commits
            assert [key[-6:] for key in left] == [key[-6:] for key in right]
            assert [int(key[-6:]) for key in left] == list(range(1, len(left) + 1))

    @pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not copy processes")
    def test_a_copied_process_is_told_to_open_the_file_itself(self, tmp_path: Path) -> None:
        store = SQLiteState(tmp_path / "state.sqlite")
        store._process += 1  # as in a copy of this process
        with pytest.raises(RuntimeError, match="another process"):
            scan(store)
        store.close()

    def test_a_writer_waits_for_another_only_so_long(self, tmp_path: Path) -> None:
        path = tmp_path / "state.sqlite"
        store = SQLiteState(path, busy_timeout_s=0.01)
        other = sqlite3.connect(path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StateUnreadable, match=r"cannot be written: .*locked.*Another process"):
            put(store, "x")
        assert scan(store) == []
        other.execute("ROLLBACK")
        put(store, "x")
        other.close()
        store.close()


class TestFiles:
    def test_a_file_of_the_first_release_opens(self, tmp_path: Path) -> None:
        path = tmp_path / "state.sqlite"
        shutil.copy(FIXTURES / "state-1.sqlite", path)
        scope = "consonance_to_bigcommerce|consonance:nightjar|bigcommerce:demo"
        store = SQLiteState(path)

        def rows(table: str, scope: str = scope) -> list[tuple[str, str, int]]:
            found = store.load(ByPrefix(table=table, scope=scope))
            return [(row.at.key, row.body, row.revision) for row in found]

        assert rows("bindings") == [("8d9f3a52", '{"target": "bigcommerce:product:180"}', 1)]
        assert rows("watermarks") == [("source", '{"after": "2026-11-02"}', 2)]
        assert rows("ledger") == [("žluťoučký kůň 🐎", '{"text": "Пламя, 火"}', 1)]
        assert rows("bindings", "another") == [("8d9f3a52", '{"target": "elsewhere"}', 1)]
        key = Key(table="watermarks", scope=scope, key="source")
        store.commit([Put(at=key, body="{}")], [Expect(at=key, revision=2)])
        assert rows("watermarks") == [("source", "{}", 3)]
        store.close()

    def test_the_fixture_is_what_its_script_writes(self, tmp_path: Path) -> None:
        """While the schema is the first one, the script still writes it; later the file stands alone."""
        if len(MIGRATIONS) > 1:
            pytest.skip("the script belongs to an older release")
        import runpy

        script = runpy.run_path(str(FIXTURES / "make_state_1.py"))
        script["main"](tmp_path / "made.sqlite")
        assert dump(tmp_path / "made.sqlite") == dump(FIXTURES / "state-1.sqlite")

    def test_a_file_of_a_newer_release_is_refused_and_left_alone(self, tmp_path: Path) -> None:
        path = tmp_path / "state.sqlite"
        SQLiteState(path).close()
        raw = sqlite3.connect(path)
        raw.execute(f"PRAGMA user_version = {len(MIGRATIONS) + 1}")
        raw.close()
        before = path.read_bytes()
        with pytest.raises(StateUnreadable, match=f"has schema {len(MIGRATIONS) + 1}.*up to"):
            SQLiteState(path)
        assert path.read_bytes() == before

    def test_somebody_elses_database_is_refused_and_left_alone(self, tmp_path: Path) -> None:
        path = tmp_path / "photos.sqlite"
        raw = sqlite3.connect(path)
        raw.execute("CREATE TABLE photos (id INTEGER)")
        raw.close()
        before = path.read_bytes()
        with pytest.raises(StateUnreadable, match="no state of this library"):
            SQLiteState(path)
        assert path.read_bytes() == before

    def test_a_file_that_is_no_database_is_refused_and_left_alone(self, tmp_path: Path) -> None:
        path = tmp_path / "letter.txt"
        path.write_text("Dear reader, " * 1000)
        with pytest.raises(StateUnreadable, match=r"cannot be opened.*no state of this library"):
            SQLiteState(path)
        assert path.read_text() == "Dear reader, " * 1000

    def test_a_damaged_file_says_so(self, tmp_path: Path) -> None:
        path = tmp_path / "state.sqlite"
        store = SQLiteState(path)
        put(store, *(f"{number:05}" for number in range(2000)), body="z" * 200)
        store.close()
        whole = path.read_bytes()
        path.write_bytes(whole[: 8 * 4096] + b"\xff" * (len(whole) - 8 * 4096))
        with pytest.raises(StateUnreadable, match=r"cannot be read: .*malformed.*restore a copy"):
            scan_file(path)

    def test_a_file_cut_short_says_so(self, tmp_path: Path) -> None:
        path = tmp_path / "state.sqlite"
        store = SQLiteState(path)
        put(store, *(f"{number:05}" for number in range(2000)), body="z" * 200)
        store.close()
        path.write_bytes(path.read_bytes()[: 3 * 4096])
        with pytest.raises(StateUnreadable):
            scan_file(path)

    def test_a_missing_folder_says_so(self, tmp_path: Path) -> None:
        with pytest.raises(StateUnreadable, match=r"cannot be opened.*folder exists"):
            SQLiteState(tmp_path / "no" / "state.sqlite")

    def test_a_broken_step_of_migration_changes_nothing(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from commerce_bridge.stores import migrations

        path = tmp_path / "state.sqlite"
        store = SQLiteState(path)
        put(store, "x")
        store.close()
        broken = (*MIGRATIONS, ("CREATE TABLE more (id INTEGER)", "CREATE TABLE rows (id INTEGER)"))
        monkeypatch.setattr(migrations, "MIGRATIONS", broken)
        with pytest.raises(StateUnreadable, match="already exists"):
            SQLiteState(path)
        monkeypatch.setattr(migrations, "MIGRATIONS", (*MIGRATIONS, ("CREATE TABLE more (id INTEGER)",)))
        store = SQLiteState(path)
        assert scan(store) == ["x"]
        store.close()
        raw = sqlite3.connect(path)
        assert raw.execute("PRAGMA user_version").fetchone() == (len(MIGRATIONS) + 1,)
        raw.close()


def scan_file(path: Path) -> list[str]:
    store = SQLiteState(path)
    try:
        return scan(store, limit=5000)
    finally:
        store.close()


def dump(path: Path) -> list[tuple[object, ...]]:
    raw = sqlite3.connect(f"file:{path}?mode=ro&immutable=1", uri=True)
    rows = raw.execute("SELECT * FROM rows ORDER BY tbl, scope, key").fetchall()
    rows += raw.execute("PRAGMA user_version").fetchall() + raw.execute("PRAGMA application_id").fetchall()
    raw.close()
    return rows


@pytest.mark.parametrize(
    ("prefix", "beyond"),
    [
        ("", None),
        ("\U0010ffff", None),
        ("a", "b"),
        ("a\U0010ffff", "b"),
        ("a\ud7ff", "a\ue000"),
        ("🐎", "🐏"),
    ],
)
def test_the_end_of_a_prefix_skips_what_is_no_character(prefix: str, beyond: str | None) -> None:
    assert beyond_prefix(prefix) == beyond

"""A run's own notes, in a temporary file: what the target showed, which keys are claimed, what was seen.

A run over a million records needs the memory of one page, so what it must find again lies on the disk,
readable by its owner alone, and is gone when the run is.  Nothing of it outlives the run.
"""

from __future__ import annotations

import json
import os
import pickle
import sqlite3
import tempfile
from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from typing import Any

from commerce_bridge.domain.exchange import Glimpse, Observed, Sighting
from commerce_bridge.domain.record import Record

KEPT = 4_000
"""So many records that were read stay in memory; the others are read again from the file."""

RECENT = 500
"""So many of those stay in memory for as long as the records beside them are decided."""

_TABLES = """
    CREATE TABLE shown (
        name TEXT PRIMARY KEY, version TEXT, reading INTEGER, place INTEGER, size INTEGER
    ) WITHOUT ROWID;
    CREATE TABLE keys (key TEXT, name TEXT, PRIMARY KEY (key, name)) WITHOUT ROWID;
    CREATE TABLE taken (field TEXT, value TEXT, holder TEXT, PRIMARY KEY (field, value)) WITHOUT ROWID;
    CREATE TABLE claims (key TEXT PRIMARY KEY, record TEXT) WITHOUT ROWID;
    CREATE TABLE seen (name TEXT PRIMARY KEY, stored INTEGER) WITHOUT ROWID;
"""
_PICKLED = -1
_Read = Callable[[bytes], Observed[Record]]


class Spool:
    """The temporary file of one run; it goes away with its last user."""

    def __init__(self) -> None:
        handle, self._path = tempfile.mkstemp(prefix="commerce-bridge-", suffix=".run")
        os.close(handle)
        self._db = sqlite3.connect(self._path, isolation_level=None, check_same_thread=False)
        for setting in ("journal_mode=OFF", "synchronous=OFF", "locking_mode=EXCLUSIVE", "cache_size=-2000"):
            self._db.execute(f"PRAGMA {setting}")
        self._db.executescript(_TABLES)
        self._bodies = tempfile.TemporaryFile(prefix="commerce-bridge-")  # noqa: SIM115  closed with the spool
        self._end = 0
        self._kept: dict[str, Observed[Record]] = {}
        self._recent: dict[str, Observed[Record]] = {}
        self._reads: list[_Read] = []
        self._unread = False

    def __del__(self) -> None:
        self._db.close()
        self._bodies.close()
        if os.path.exists(self._path):
            os.unlink(self._path)

    def show(self, items: Sequence[Sighting[Record]]) -> None:
        """Keep a page of the target."""
        self._bodies.seek(self._end)
        rows = [self._row(one) for one in items]
        self._many("INSERT OR REPLACE INTO shown VALUES (?, ?, ?, ?, ?)", rows)

    def _row(self, item: Sighting[Record]) -> tuple[str, str, int, int, int]:
        if isinstance(item, Glimpse):
            self._unread = True
            return item.name, item.version, self._reading(item.read), *self._write(item.body)
        name = item.name
        if name in self._kept or len(self._kept) < KEPT:
            self._kept[name] = item
            return name, item.version, _PICKLED, 0, 0
        return name, item.version, _PICKLED, *self._write(pickle.dumps(item, pickle.HIGHEST_PROTOCOL))

    def _write(self, body: bytes) -> tuple[int, int]:
        place, size = self._end, len(body)
        self._bodies.write(body)
        self._end += size
        return place, size

    def _reading(self, read: _Read) -> int:
        if not self._reads or self._reads[-1] is not read:
            self._reads.append(read)
        return len(self._reads) - 1

    def versions(self, names: Iterable[str]) -> dict[str, str]:
        """The versions of those records that the target shows."""
        return dict(self._asked("shown.name, version FROM {} shown ON shown.name", names))

    def get(self, name: str) -> Observed[Record] | None:
        """One record of the target, or None when it does not show it."""
        kept = self._kept.get(name) or self._recent.get(name)
        if kept is not None:
            return kept
        row = self._db.execute("SELECT reading, place, size FROM shown WHERE name = ?", (name,)).fetchone()
        if row is None:
            return None
        if len(self._recent) >= RECENT:
            self._recent.clear()
        observed = self._recent[name] = self._read(*row)
        return observed

    def _read(self, reading: int, place: int, size: int) -> Observed[Record]:
        self._bodies.seek(place)
        body = self._bodies.read(size)
        if reading != _PICKLED:
            return self._reads[reading](body)
        observed: Observed[Record] = pickle.loads(body)  # noqa: S301  our own file, of this process alone
        return observed

    def unread(self) -> Iterator[Observed[Record]]:
        """Every record of the target that nobody has looked at yet, once."""
        if not self._unread:
            return
        self._unread = False
        after = ""
        while True:
            rows = self._db.execute(
                "SELECT name, reading, place, size FROM shown "
                "WHERE reading >= 0 AND name > ? ORDER BY name LIMIT 500",
                (after,),
            ).fetchall()
            if not rows:
                return
            for _, *where in rows:
                yield self._read(*where)
            after = rows[-1][0]

    def count(self) -> int:
        """How many records the target shows."""
        count: int = self._db.execute("SELECT count(*) FROM shown").fetchone()[0]
        return count

    def note_keys(self, rows: Sequence[tuple[str, str]]) -> None:
        """Keep which natural keys name which records of the target."""
        self._many("INSERT OR IGNORE INTO keys VALUES (?, ?)", rows)

    def named(self, key: str) -> list[str]:
        """The records of the target that a natural key names."""
        return [row[0] for row in self._db.execute("SELECT name FROM keys WHERE key = ?", (key,))]

    def take(self, rows: Sequence[tuple[str, str, str]]) -> None:
        """Keep who has which value of a field whose values must be unique."""
        self._many("INSERT OR REPLACE INTO taken VALUES (?, ?, ?)", rows)

    def taken(self, field: str, value: str) -> str | None:
        """Who has a value of such a field, or None."""
        row = self._db.execute(
            "SELECT holder FROM taken WHERE field = ? AND value = ?", (field, value)
        ).fetchone()
        return row[0] if row else None

    def claim(self, key: str, record: str) -> str:
        """Keep a natural key for a record; who has it now."""
        self._db.execute("INSERT OR IGNORE INTO claims VALUES (?, ?)", (key, record))
        holder: str = self._db.execute("SELECT record FROM claims WHERE key = ?", (key,)).fetchone()[0]
        return holder

    def see(self, names: Iterable[str], stored: Container[str]) -> None:
        """Keep that these records of the source were seen in this run, and whether they were known before."""
        rows = [(name, name in stored) for name in names]
        self._many("INSERT OR IGNORE INTO seen VALUES (?, ?)", rows)

    def seen(self, names: Iterable[str]) -> set[str]:
        """Those of these that were seen."""
        return {row[0] for row in self._asked("seen.name FROM {} seen ON seen.name", names)}

    def count_seen(self) -> int:
        """How many records were seen that were known before."""
        count: int = self._db.execute("SELECT count(*) FROM seen WHERE stored").fetchone()[0]
        return count

    def _asked(self, text: str, names: Iterable[str]) -> Iterator[Any]:
        """Rows for names: the order of the join is fixed, or the whole table would be read for each."""
        wanted = "json_each(?) AS wanted CROSS JOIN"
        return self._db.execute(f"SELECT {text.format(wanted)} = wanted.value", (json.dumps(list(names)),))

    def _many(self, text: str, rows: Sequence[tuple[Any, ...]]) -> None:
        if rows:
            self._db.execute("BEGIN")
            self._db.executemany(text, rows)
            self._db.execute("COMMIT")

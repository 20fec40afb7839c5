"""Where the records of a message stand, by family; on disk, so that memory does not grow with the file.

The first pass appends what it read of each record to a spool, and its keys to a table.  Families are then
found by joining records that share a key; the second pass reads the spool family by family.  In memory
stay a dozen bytes a record.
"""

from __future__ import annotations

import marshal
import sqlite3
import tempfile
import threading
import weakref
from collections.abc import Iterable, Iterator
from hashlib import blake2b
from itertools import groupby
from typing import IO, Any, Final, NamedTuple

from commerce_bridge.platforms.onix.families import Doubt, Links, Member
from commerce_bridge.platforms.onix.identity import Keys
from commerce_bridge.platforms.onix.node import Content

_SCHEMA: Final = """
CREATE TABLE records (ordinal INTEGER PRIMARY KEY, kind TEXT, reference TEXT, work TEXT,
    start INTEGER, size INTEGER, xml_size INTEGER, live INTEGER NOT NULL DEFAULT 1);
CREATE TABLE keys (is_work INTEGER, key TEXT, linked INTEGER, ordinal INTEGER);
CREATE TABLE members (ordinal INTEGER PRIMARY KEY, family INTEGER);
"""
_BATCH: Final = 500
_CACHE_KIB: Final = 1024
_WRITE_BYTES: Final = 256 * 1024
_FAMILIES_AT_ONCE: Final = 50
_DIGEST_BYTES: Final = 16
_MARSHAL_VERSION: Final = 2
"""Of the marshal format: the last one that writes the same bytes for the same content."""

COMPLETE, UPDATE, DELETION = "complete", "update", "deletion"


class Entry(NamedTuple):
    """A record in the spool.

    Attributes:
        ordinal: Its place in the message, from 0.
        reference: Its RecordReference.
        work: The identifier of the one work it shows, when it is that of one family only.
        digest: A hash of `content`.
        content: What was read of it.
        xml: The record as UTF-8 XML where it was kept, else empty.
    """

    ordinal: int
    reference: str
    work: str | None
    digest: bytes
    content: Content
    xml: bytes


class Index:
    """The spool and the tables of one message."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._spool = tempfile.TemporaryFile(buffering=0)  # noqa: SIM115  closed in close()
        self._pending = bytearray()
        # An empty name is a private database on disk that vanishes with its connection.
        self._base = sqlite3.connect("", check_same_thread=False, isolation_level=None)
        for pragma in (
            f"cache_size = -{_CACHE_KIB}",
            "journal_mode = OFF",
            "synchronous = OFF",
            "temp_store = FILE",
        ):
            self._base.execute(f"PRAGMA {pragma}")
        self._base.executescript(_SCHEMA)
        # A reader that nobody closes gives the room back when it goes.
        self._release = weakref.finalize(self, _close, self._base, self._spool)
        self._rows: list[tuple[int, str, str, str | None, int, int, int]] = []
        self._keys: list[tuple[int, str, int, int]] = []
        self._count = self._end = 0
        self._all = blake2b(digest_size=_DIGEST_BYTES)
        self.families = 0

    def add(self, kind: str, reference: str, content: Content, keys: Keys, xml: bytes = b"") -> None:
        """Append a record."""
        packed = marshal.dumps(content, _MARSHAL_VERSION)
        digest = blake2b(packed, digest_size=_DIGEST_BYTES).digest()
        self._all.update(digest)
        ordinal, size = self._count, len(packed) + _DIGEST_BYTES
        self._rows.append((ordinal, kind, reference, keys.name, self._end, size, len(xml)))
        for key in keys.work:
            self._keys.append((1, key, 1, ordinal))
        for key in keys.own:
            self._keys.append((0, key, 0, ordinal))
        for key in keys.links:
            self._keys.append((0, key, 1, ordinal))
        self._pending += digest
        self._pending += packed
        self._pending += xml
        self._count += 1
        self._end += size + len(xml)
        if len(self._pending) >= _WRITE_BYTES or len(self._rows) >= _BATCH:
            self._flush()

    def _flush(self) -> None:
        view = memoryview(self._pending)
        written = 0
        while written < len(view):
            written += self._spool.write(view[written:])
        view.release()
        self._pending.clear()
        self._base.execute("BEGIN")
        self._base.executemany(
            "INSERT INTO records (ordinal, kind, reference, work, start, size, xml_size) VALUES (?, ?, ?, ?, ?, ?, ?)",
            self._rows,
        )
        self._base.executemany("INSERT INTO keys VALUES (?, ?, ?, ?)", self._keys)
        self._base.execute("COMMIT")
        self._rows.clear()
        self._keys.clear()

    def replace_earlier(self) -> Iterator[str]:
        """Keep the last of the complete records and deletions that share a reference; gives the references."""
        self._flush()
        self._base.executescript(
            """
            CREATE INDEX by_reference ON records (reference);
            UPDATE records SET live = 0 WHERE kind <> 'update' AND EXISTS (
                SELECT 1 FROM records AS later WHERE later.reference = records.reference
                AND later.ordinal > records.ordinal AND later.kind <> 'update');
            """
        )
        rows = self._base.execute("SELECT DISTINCT reference FROM records WHERE live = 0 ORDER BY ordinal")
        for (reference,) in rows:
            yield reference

    def join(self, limit: int) -> Iterator[Doubt]:
        """Find the families; gives what is doubtful about them."""
        links = Links(self._count)
        for is_work, key, members in self._shared_keys():
            for doubt in links.join(is_work, key, members):
                yield self._named(doubt)
        live = (row[0] for row in self._base.execute(_LIVE))
        self._base.execute("BEGIN")
        numbers = links.numbered(live, limit)
        self._base.executemany("INSERT INTO members (family, ordinal) VALUES (?, ?)", numbers)
        self._base.execute("COMMIT")
        self._base.execute("CREATE INDEX by_family ON members (family, ordinal)")
        self.families = links.families
        yield from self._drop_ambiguous_works()
        for doubt in links.too_large(limit):
            yield self._named(doubt)

    def _shared_keys(self) -> Iterator[tuple[bool, str, list[Member]]]:
        """Works first, then products; links before the products' own numbers."""
        rows = self._base.execute(
            """
            SELECT is_work, key, linked, keys.ordinal FROM keys JOIN records USING (ordinal)
            WHERE live AND kind = 'complete' ORDER BY is_work DESC, key, linked DESC, keys.ordinal
            """
        )
        shared: tuple[int, str] = (0, "")
        members: list[Member] = []
        for is_work, key, linked, ordinal in rows:
            if (is_work, key) != shared:
                if len(members) > 1 or (members and shared[0]):
                    yield bool(shared[0]), shared[1], members
                shared, members = (is_work, key), []
            members.append((ordinal, bool(linked)))
        if members:
            yield bool(shared[0]), shared[1], members

    def _drop_ambiguous_works(self) -> Iterator[Doubt]:
        """A work's identifier names a title only where one family alone has it."""
        self._base.executescript(
            """
            CREATE INDEX by_work ON records (work);
            CREATE TABLE ambiguous AS SELECT work, min(ordinal) AS first, count(DISTINCT family) AS families
                FROM records JOIN members USING (ordinal) WHERE work IS NOT NULL GROUP BY work HAVING families > 1;
            UPDATE records SET work = NULL WHERE work IN (SELECT work FROM ambiguous);
            """
        )
        for work, first, families in self._base.execute("SELECT work, first, families FROM ambiguous"):
            yield self._named(Doubt(kind="one name", key=f"work:{work}", ordinals=(first,), count=families))

    def _named(self, doubt: Doubt) -> Doubt:
        marks = ",".join("?" * len(doubt.ordinals))
        query = f"SELECT reference FROM records WHERE ordinal IN ({marks}) ORDER BY ordinal"  # noqa: S608  marks only
        names = tuple(name for (name,) in self._base.execute(query, doubt.ordinals))
        return Doubt(
            kind=doubt.kind, key=doubt.key, ordinals=doubt.ordinals, count=doubt.count, references=names
        )

    def family(self, number: int) -> list[Entry]:
        """The records of one family, in the order of the message; empty when there is no such family."""
        return self._entries(self._rows_of(_OF_FAMILIES, number, number + 1))

    def each_family(self, start: int) -> Iterator[list[Entry]]:
        """The records of each family from number `start` on."""
        for first in range(start, self.families, _FAMILIES_AT_ONCE):
            rows = self._rows_of(_OF_FAMILIES, first, first + _FAMILIES_AT_ONCE)
            for _, group in groupby(rows, key=lambda row: row[0]):
                yield self._entries(group)

    def family_of(self, reference: str) -> int | None:
        """The number of the family that has a record of this reference."""
        return self._number("reference = ?", reference)

    def family_of_work(self, work: str) -> int | None:
        """The number of the family whose work has this identifier."""
        return self._number("work = ?", work)

    def _number(self, where: str, value: str) -> int | None:
        query = f"SELECT family FROM members JOIN records USING (ordinal) WHERE {where} AND live"  # noqa: S608  ours
        with self._lock:
            row = self._base.execute(query, (value,)).fetchone()
        return None if row is None else int(row[0])

    @property
    def digest(self) -> str:
        """A hash of all records that were added."""
        return self._all.hexdigest()

    def count(self, kind: str) -> int:
        """How many live records of a kind there are."""
        query = "SELECT count(*) FROM records WHERE kind = ? AND live"
        return int(self._base.execute(query, (kind,)).fetchone()[0])

    def of_kind(self, kind: str) -> Iterator[Entry]:
        """All live records of a kind, in the order of the message."""
        last = -1
        while found := self._entries(self._rows_of(_OF_KIND, kind, last)):
            yield from found
            last = found[-1].ordinal

    def _rows_of(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        with self._lock:
            return self._base.execute(query, values).fetchall()

    def _entries(self, rows: Iterable[tuple[Any, ...]]) -> list[Entry]:
        found: list[Entry] = []
        with self._lock:
            for _, ordinal, reference, work, start, size, xml_size in rows:
                self._spool.seek(start)
                kept = self._spool.read(size + xml_size)
                if len(kept) != size + xml_size:
                    raise OSError(f"the index of the ONIX file is cut off at byte {start}")
                packed = memoryview(kept)[_DIGEST_BYTES:]
                content: Content = marshal.loads(packed)  # noqa: S302  written by this process, to a nameless file
                found.append(Entry(ordinal, reference, work, kept[:_DIGEST_BYTES], content, kept[size:]))
        return found

    def close(self) -> None:
        """Give the disk space back; closing twice is harmless."""
        self._release()


def _close(base: sqlite3.Connection, spool: IO[bytes]) -> None:
    base.close()
    spool.close()


_COLUMNS: Final = "records.ordinal, reference, work, start, size, xml_size"
_LIVE: Final = "SELECT ordinal FROM records WHERE live AND kind = 'complete' ORDER BY ordinal"
_OF_FAMILIES: Final = (
    f"SELECT family, {_COLUMNS} FROM members JOIN records USING (ordinal) "  # noqa: S608  our own columns
    "WHERE family >= ? AND family < ? ORDER BY family, members.ordinal"
)
_OF_KIND: Final = (
    f"SELECT 0, {_COLUMNS} FROM records WHERE kind = ? AND live AND ordinal > ? "  # noqa: S608  our own columns
    "ORDER BY ordinal LIMIT 20"
)

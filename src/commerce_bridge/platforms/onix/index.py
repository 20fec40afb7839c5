"""Where the records of a message stand, by family; on disk, so that memory does not grow with the file.

The first pass appends each record to a spool and its keys to a table.  Families are then found by
joining records that share a key; the second pass reads the spool family by family.  In memory stay
eight bytes a record.
"""

from __future__ import annotations

import sqlite3
import tempfile
import threading
from array import array
from collections.abc import Iterable, Iterator
from hashlib import blake2b
from itertools import groupby
from typing import Final

from attrs import frozen

from commerce_bridge.platforms.onix.identity import Keys

_SCHEMA: Final = """
CREATE TABLE records (ordinal INTEGER PRIMARY KEY, kind TEXT, reference TEXT, work TEXT, digest BLOB,
    start INTEGER, size INTEGER, live INTEGER NOT NULL DEFAULT 1);
CREATE TABLE keys (strength INTEGER, key TEXT, linked INTEGER, ordinal INTEGER);
"""
_BATCH: Final = 500
_CACHE_KIB: Final = 1024
_WORK, _PRODUCT = 0, 1

COMPLETE, UPDATE, DELETION = "complete", "update", "deletion"


@frozen(kw_only=True)
class Slice:
    """A record in the spool.

    Args:
        ordinal: Its place in the message, from 0.
        reference: Its RecordReference.
        work: The identifier of the one work it shows, when it is that of one family only.
        digest: A hash of `xml`.
        xml: The record as UTF-8 XML, without comments.
    """

    ordinal: int
    reference: str
    work: str | None
    digest: bytes
    xml: bytes


@frozen(kw_only=True)
class Doubt:
    """Something doubtful about a family.

    Args:
        kind: ``same product``, ``two works``, ``one name`` or ``too many``.
        key: The key in question, or empty.
        ordinals: The records it is about.
        count: How many records there are.
        references: The records' references.
    """

    kind: str
    key: str
    ordinals: tuple[int, ...]
    count: int = 0
    references: tuple[str, ...] = ()


class Index:
    """The spool and the table of one message."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._spool = tempfile.TemporaryFile()  # noqa: SIM115  closed in close()
        # An empty name is a private database on disk that vanishes with its connection.
        self._base = sqlite3.connect("", check_same_thread=False, isolation_level=None)
        self._base.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
        self._base.execute("PRAGMA journal_mode = OFF")
        self._base.execute("PRAGMA synchronous = OFF")
        self._base.execute("PRAGMA temp_store = FILE")
        self._base.executescript(_SCHEMA)
        self._rows: list[tuple[int, str, str, str | None, bytes, int, int]] = []
        self._keys: list[tuple[int, str, int, int]] = []
        self._count = self._end = 0
        self._content = blake2b(digest_size=16)
        self.families = 0

    def add(self, kind: str, reference: str, xml: bytes, keys: Keys) -> None:
        """Append a record."""
        self._spool.write(xml)
        ordinal = self._count
        digest = blake2b(xml, digest_size=16).digest()
        self._content.update(digest)
        self._rows.append((ordinal, kind, reference, keys.name, digest, self._end, len(xml)))
        self._count += 1
        self._end += len(xml)
        self._keys += [(_WORK, key, 1, ordinal) for key in keys.work]
        self._keys += [(_PRODUCT, key, 0, ordinal) for key in keys.own]
        self._keys += [(_PRODUCT, key, 1, ordinal) for key in keys.links]
        if len(self._rows) >= _BATCH:
            self._flush()

    def _flush(self) -> None:
        self._base.execute("BEGIN")
        self._base.executemany(
            "INSERT INTO records (ordinal, kind, reference, work, digest, start, size) VALUES (?, ?, ?, ?, ?, ?, ?)",
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
        """Find the families; gives what is doubtful about them.

        Records that share a key of their work are one family.  Then product links join what is left:
        two groups that each name a work of their own are never joined by a link.
        """
        parents = array("l", range(self._count))
        named = bytearray(self._count)
        for strength, members in self._shared_keys():
            for doubt in _join(parents, named, strength, members):
                yield self._named(doubt)
        yield from self._number(parents, limit)

    def _shared_keys(self) -> Iterator[tuple[int, list[tuple[str, int, int]]]]:
        rows = self._base.execute(
            """
            SELECT strength, key, linked, keys.ordinal FROM keys JOIN records USING (ordinal)
            WHERE live AND kind = 'complete' ORDER BY strength, key, linked DESC, keys.ordinal
            """
        )
        for (strength, key), group in groupby(rows, key=lambda row: (row[0], row[1])):
            yield strength, [(key, linked, ordinal) for _, _, linked, ordinal in group]

    def _number(self, parents: array[int], limit: int) -> Iterator[Doubt]:
        """Number the families by their first records."""
        sizes = array("l", bytes(parents.itemsize * len(parents)))
        numbers = array("l", [-1]) * len(parents)
        live = "SELECT ordinal FROM records WHERE live AND kind = 'complete' ORDER BY ordinal"
        for (ordinal,) in self._base.execute(live):
            sizes[_root(parents, ordinal)] += 1
        self._base.execute("CREATE TABLE members (family INTEGER, ordinal INTEGER)")
        self._base.execute("BEGIN")
        writer = self._base.cursor()
        for (ordinal,) in self._base.execute(live):
            root = _root(parents, ordinal)
            if sizes[root] > limit:
                root = ordinal
            if numbers[root] < 0:
                numbers[root] = self.families
                self.families += 1
            writer.execute("INSERT INTO members VALUES (?, ?)", (numbers[root], ordinal))
        self._base.execute("COMMIT")
        self._base.execute("CREATE INDEX by_family ON members (family, ordinal)")
        yield from self._drop_ambiguous_works()
        for root, size in enumerate(sizes):
            if size > limit:
                yield self._named(Doubt(kind="too many", key="", ordinals=(root,), count=size))

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

    def family(self, number: int) -> list[Slice]:
        """The records of one family, in the order of the message; empty when there is no such family."""
        return self._slices("JOIN members USING (ordinal) WHERE family = ? ORDER BY records.ordinal", number)

    def family_of(self, reference: str) -> int | None:
        """The number of the family that has a record of this reference."""
        with self._lock:
            row = self._base.execute(
                "SELECT family FROM members JOIN records USING (ordinal) WHERE reference = ? AND live",
                (reference,),
            ).fetchone()
        return None if row is None else int(row[0])

    def family_of_work(self, work: str) -> int | None:
        """The number of the family whose work has this identifier."""
        with self._lock:
            row = self._base.execute(
                "SELECT family FROM members JOIN records USING (ordinal) WHERE work = ? AND live", (work,)
            ).fetchone()
        return None if row is None else int(row[0])

    @property
    def digest(self) -> str:
        """A hash of all records that were added."""
        return self._content.hexdigest()

    def of_kind(self, kind: str) -> Iterator[Slice]:
        """All live records of a kind, in the order of the message."""
        last = -1
        while found := self._slices(
            "WHERE kind = ? AND live AND ordinal > ? ORDER BY ordinal LIMIT 20", kind, last
        ):
            yield from found
            last = found[-1].ordinal

    def _slices(self, where: str, *values: object) -> list[Slice]:
        query = f"SELECT records.ordinal, reference, work, digest, start, size FROM records {where}"  # noqa: S608  our own clauses
        with self._lock:
            found: list[Slice] = []
            for ordinal, reference, work, digest, start, size in self._base.execute(query, values).fetchall():
                self._spool.seek(start)
                xml = self._spool.read(size)
                found.append(Slice(ordinal=ordinal, reference=reference, work=work, digest=digest, xml=xml))
            return found

    def count(self, kind: str) -> int:
        """How many live records of a kind there are."""
        return int(
            self._base.execute("SELECT count(*) FROM records WHERE kind = ? AND live", (kind,)).fetchone()[0]
        )

    def close(self) -> None:
        """Give the disk space back; closing twice is harmless."""
        self._base.close()
        self._spool.close()


def _join(
    parents: array[int], named: bytearray, strength: int, members: Iterable[tuple[str, int, int]]
) -> Iterator[Doubt]:
    """Join the records that share one key; links come before the products' own numbers."""
    rows = list(members)
    key, linked, first = rows[0]
    own = [ordinal for _, is_link, ordinal in rows if not is_link]
    if strength == _PRODUCT and len(own) > 1 and key.startswith("isbn:"):
        yield Doubt(kind="same product", key=key, ordinals=(own[0], own[1]), count=len(own))
    if not linked:
        return
    for _, _, ordinal in rows:
        one, two = _root(parents, first), _root(parents, ordinal)
        if strength == _WORK:
            named[one] = named[two] = 1
        elif one != two and named[one] and named[two]:
            yield Doubt(kind="two works", key=key, ordinals=(first, ordinal))
            continue
        if one != two:
            low, high = min(one, two), max(one, two)
            parents[high] = low
            named[low] |= named[high]


def _root(parents: array[int], ordinal: int) -> int:
    while parents[ordinal] != ordinal:
        parents[ordinal] = parents[parents[ordinal]]
        ordinal = parents[ordinal]
    return ordinal

"""One person's data in the state of a bridge: to be handed out, and to be erased.

The state holds no personal data in clear, but it holds references, keyed hashes and a history, and these are
about somebody.  What is on the two platforms is theirs to hand out and to erase.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, cast

from attrs import frozen

from commerce_bridge.domain.exchange import NaturalKey
from commerce_bridge.errors import MappingError
from commerce_bridge.flow import primitives as flow
from commerce_bridge.flow.effects import Flow
from commerce_bridge.flow.state import ByPrefix, Delete, Expect, Op, Row
from commerce_bridge.sync.job import Job
from commerce_bridge.sync.kept.again import again
from commerce_bridge.sync.kept.tables import body_of, put, scan_bodies
from commerce_bridge.sync.personal.erased import QUESTION, Erasure, erased_of, marks_of
from commerce_bridge.sync.personal.naming import nobody, only_one, people_of
from commerce_bridge.sync.personal.scrubbing import scrubbed
from commerce_bridge.sync.personal.sealing import Seal, seal_of
from commerce_bridge.sync.personal.view import is_personal

ABOUT: Mapping[str, str] = {
    "binding": "what both sides call them",
    "alias": "which record a name of the target belongs to",
    "origin": "what a value of the source comes to, and when it was last settled",
    "record": "what both sides agreed on, as keyed hashes",
    "intent": "writes that are under way",
    "receipt": "writes that have taken hold",
    "ledger": "what was written, when, and why",
    "work": "what somebody is asked about them",
    "lease": "which run is at work on them",
    "hold": "what was held back, and why",
    "echo": "keyed hashes of what was written last",
    "outbox": "what is about to be told of them",
}
"""The tables that may be about a person, and what each says; a table that is missing in a state is empty."""

NOBODY = frozenset({"secret", "erased", "watermark", "bridge", "sink", "allowed", "layout", "sweep"})
"""The tables that are about nobody: keys, marks, how far a bridge has come, whom it tells, what was allowed."""


@frozen(kw_only=True)
class Person:
    """All rows of one person.

    Args:
        record: Canonical id.
        rows: Table to rows.
    """

    record: str
    rows: Mapping[str, tuple[Row, ...]]


def person_of(job: Job[Any], name: str) -> Flow[Person | None]:
    """All rows of the one who goes by a name, or None.

    Raises:
        LookupError: Several people go by it.
    """
    records = yield from people_of(job, name)
    return (yield from _rows_of(job, only_one(records))) if records else None


def _rows_of(job: Job[Any], record: str) -> Flow[Person]:
    rows: dict[str, tuple[Row, ...]] = {}
    for table in ABOUT:
        found: list[Row] = []
        after = ""
        while page := (yield from flow.load(ByPrefix(table=table, scope=job.scope, after=after))):
            found.extend(row for row in page if _is_about(row, record))
            after = page[-1].at.key
        if found:
            rows[table] = tuple(found)
    return Person(record=record, rows=rows)


def _is_about(row: Row, record: str) -> bool:
    if record in row.at.key.split("/"):
        return True
    if record not in row.body:  # nearly every row: its text is not read for this
        return False
    body = body_of(row)
    inner = (cast("Mapping[str, Any]", one) for one in body.values() if isinstance(one, Mapping))
    own = any(one.get("record") == record for one in (body, *inner))
    return own or record in cast("Mapping[str, str]", body.get("records", {})).values()


def export(job: Job[Any], name: str) -> Flow[dict[str, Any]]:
    """Everything that the state holds on one person, as JSON-able data that a person can read.

    Args:
        job: The job.
        name: As of `people_of`.

    Raises:
        LookupError: Nobody goes by this name, or several people do.

    Cost: no vendor call; a walk through the whole state of the bridge.
    """
    person = yield from person_of(job, name)
    now = yield from flow.now()
    told: dict[str, Any] = {"bridge": job.pair, "exported_at": now.isoformat()}
    if person is None:
        erasure = yield from _erasure(job, name)
        return {**told, "erased": {"at": erasure.at.isoformat(), "why": erasure.why}, "held": {}}
    held = {
        table: {"about": ABOUT[table], "rows": {row.at.key: body_of(row) for row in rows}}
        for table, rows in person.rows.items()
    }
    note = "Values that are sealed are held as keyed hashes only: what they say is on the two platforms."
    return {**told, "record": person.record, "held": held, "note": note}


def erase(job: Job[Any], name: str, why: str) -> Flow[Erasure]:
    """Remove everything that the state holds on one person, at once, and leave when and why.

    What is left are keyed hashes of the names they went by, so that the next run does not bring them back
    unasked (`Limits.returning`).  Nothing is deleted on a platform.  Erasing again changes nothing.

    Args:
        job: The job.
        name: As of `people_of`.
        why: In words that name nobody, such as ``asked by letter``.

    Raises:
        LookupError: Nobody goes by this name, or several people do.
        StateConflict: A run wrote about them meanwhile, again and again; nothing was removed.
        MappingError: The job carries no personal data.

    Cost: no vendor call; a walk through the whole state of the bridge, and one commit.
    """
    if not is_personal(job):
        raise MappingError(
            f"{job.pair} carries no personal data: nobody can be erased.",
            hint="Name its personal fields in the ownership table, or its personal keys in the job.",
        )
    return (yield from again(lambda: _erase(job, name, why)))


def _erase(job: Job[Any], name: str, why: str) -> Flow[Erasure]:
    person = yield from person_of(job, name)
    if person is None:
        return (yield from _erasure(job, name))
    seal = yield from seal_of(job.scope)
    now = yield from flow.now()
    marks = _marks(job, seal, person, name)
    erasure = Erasure(at=now, why=scrubbed(why, {name.strip()} - {""}), marks=marks)
    rows = [row for some in person.rows.values() for row in some]
    ops: list[Op] = [_removal(row, person.record) for row in rows]
    expect = [Expect(at=row.at, revision=row.revision) for row in rows]
    yield from flow.commit([*ops, *erasure.rows(job.scope)], expect)
    return erasure


def _removal(row: Row, record: str) -> Op:
    """How a person goes out of a row: with the row, unless it is others' as well."""
    body = body_of(row)
    records: Mapping[str, str] = body.get("records", {})
    others = {name: one for name, one in records.items() if one != record}
    if not others:
        return Delete(at=row.at)
    body = {key: value for key, value in body.items() if key != "version"}
    return put(row.at.scope, row.at.table, row.at.key, {**body, "records": others, "source": "", "shown": {}})


def _marks(job: Job[Any], seal: Seal, person: Person, name: str) -> tuple[str, ...]:
    """The marks of all the names that somebody is known to have gone by."""
    names = {person.record}
    keys: set[NaturalKey] = set()
    for rows in person.rows.values():
        for row in rows:
            body = body_of(row)
            if row.at.table in {"binding", "record", "intent"} and body.get("source"):
                names.add(body["source"])
            told: list[list[str]] = [*body.get("did", {}).get("keys", ()), *_optional(body.get("creates"))]
            keys |= {NaturalKey(*one) for one in told if one[0] in job.personal_keys}
    if name != person.record and name not in names:
        for kind in job.personal_keys:
            keys |= {seal.key_of(NaturalKey(kind, one)) for one in (name.strip(), name.strip().lower())}
    return marks_of(seal, sorted(names), sorted(keys))


def _optional(key: list[str] | None) -> list[list[str]]:
    return [key] if key else []


def _erasure(job: Job[Any], name: str) -> Flow[Erasure]:
    """The erasure of who went by a name.

    Raises:
        LookupError: Nobody did.
    """
    if is_personal(job):
        seal = yield from seal_of(job.scope)
        spellings = {name, name.strip(), name.strip().lower()} - {""}
        keys = [seal.key_of(NaturalKey(kind, one)) for kind in job.personal_keys for one in spellings]
        marks = marks_of(seal, spellings, keys)
        erased = yield from erased_of(job.scope, marks)
        for erasure in erased.erasures.values():
            return erasure
    raise nobody()


def readmit(job: Job[Any], name: str) -> Flow[Erasure]:
    """Take somebody who was erased for somebody new, since they came back of their own accord.

    The next run reads them again and writes them as the rules say.

    Args:
        job: The job.
        name: One of the names they went by.

    Raises:
        LookupError: Nobody of this name was erased.

    Cost: no vendor call; a walk through the whole state of the bridge, and one commit.
    """
    erasure = yield from _erasure(job, name)
    seal = yield from seal_of(job.scope)
    work = yield from scan_bodies(job.scope, "work")
    asked = [body["record"] for body in work.values() if body["reason"] == QUESTION]
    theirs = [record for record in asked if seal.name(record) in erasure.marks]
    rows: list[Row] = []
    for record in (
        theirs or asked
    ):  # who came back under another number is asked about again, if it was not they
        person = yield from _rows_of(job, record)
        rows.extend(row for some in person.rows.values() for row in some)
    ops = [op for row in rows for op in _anew(row)]
    expect = [Expect(at=row.at, revision=row.revision) for row in rows]
    yield from flow.commit([*erasure.removal(job.scope), *ops], expect)
    return erasure


def _anew(row: Row) -> Iterator[Op]:
    """What makes a record that only asks be decided anew: the question goes, and the version it was asked of."""
    if row.at.table == "work" and body_of(row)["reason"] == QUESTION:
        yield Delete(at=row.at)
    if row.at.table in {"record", "origin"}:
        body = {key: value for key, value in body_of(row).items() if key != "version"}
        hashed = "source_hash" if row.at.table == "record" else "source"
        yield put(row.at.scope, row.at.table, row.at.key, {**body, hashed: ""})

"""What the state remembers of a job, loaded for the records at hand.

Nothing here loads all records at once: a plan over a million of them needs the rows of one page.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from attrs import evolve, field, frozen

from commerce_bridge.domain.exchange import Ref
from commerce_bridge.flow import primitives as flow
from commerce_bridge.flow.effects import Flow
from commerce_bridge.flow.state import ByPrefix, Op, Row
from commerce_bridge.sync.job import Job
from commerce_bridge.sync.kept.remembered import Remembered
from commerce_bridge.sync.kept.tables import body_of, canonical_id, load_bodies, put, scan_bodies

BEGINNING = ""
"""The watermark of a source whose changes only a complete read finds."""

LAYOUT = 2
"""The layout of the rows: since 2 there is one for each source record and each name on the target."""

PAGE = 500
"""So many rows are loaded at once when all are walked through."""


@frozen(kw_only=True)
class Memory:
    """What a run stands on.

    Args:
        work: Canonical id to its open work items, reason to detail.
        start: The source's watermark, or None to read it from the beginning.
        swept_at: The instant of the last plan that read the source whole and was applied, or None.
        legacy: The target's names, as text, to canonical ids, where the rows are of an older layout; such a
            run reads everything, and applying brings the rows up first.
    """

    work: Mapping[str, Mapping[str, str]]
    start: str | None
    swept_at: datetime | None = None
    legacy: Mapping[str, str] = field(factory=dict[str, str])


def remember(job: Job[Any]) -> Flow[Memory]:
    """Load what a run stands on; no vendor call."""
    work = yield from open_work_of(job)
    mark = (yield from load_bodies(job.scope, "watermark", ["source"])).get("source")
    rows = (yield from load_bodies(job.scope, "layout", ["rows"])).get("rows", {})
    same_rules = mark is not None and job.fingerprint is not None and mark["fingerprint"] == job.fingerprint
    upgraded = mark is None or rows.get("layout") == LAYOUT
    start = (mark["cursor"] or None) if mark and same_rules and upgraded else None
    legacy: dict[str, str] = {}
    if not upgraded:
        bodies = yield from scan_bodies(job.scope, "binding")
        legacy = {body["target"]: record for record, body in bodies.items() if body["target"]}
    swept = (yield from load_bodies(job.scope, "sweep", ["source"])).get("source")
    return Memory(
        work=work,
        start=start,
        swept_at=datetime.fromisoformat(swept["as_of"]) if swept else None,
        legacy=legacy,
    )


def open_work_of(job: Job[Any]) -> Flow[dict[str, dict[str, str]]]:
    """Canonical id to its open work items, reason to detail."""
    work: dict[str, dict[str, str]] = {}
    for body in (yield from scan_bodies(job.scope, "work")).values():
        work.setdefault(body["record"], {})[body["reason"]] = body["detail"]
    return work


def keep_sweep(job: Job[Any], as_of: datetime) -> Flow[None]:
    """Keep that all that the source had at an instant is settled."""
    yield from flow.commit([put(job.scope, "sweep", "source", {"as_of": as_of.isoformat()})])


def layout_mark(scope: str) -> Op:
    """The row that says that all rows are of this release's layout."""
    return put(scope, "layout", "rows", {"layout": LAYOUT})


def origins_of(job: Job[Any], names: Sequence[str]) -> Flow[dict[str, dict[str, Any]]]:
    """What is stored of these source records, by name."""
    return (yield from load_bodies(job.scope, "origin", names))


def holders_of(job: Job[Any], names: Sequence[str]) -> Flow[dict[str, str]]:
    """The target's names, as text, to canonical ids of records that are bound to them."""
    bodies = yield from load_bodies(job.scope, "alias", names)
    return {name: body["record"] for name, body in bodies.items()}


def bindings_of(job: Job[Any], records: Iterable[str]) -> Flow[dict[str, Ref]]:
    """Canonical ids to the target's names, for those of these records that have one."""
    bodies = yield from load_bodies(job.scope, "binding", records)
    return {record: Ref.parse(body["target"]) for record, body in bodies.items() if body["target"]}


def records_of(job: Job[Any], records: Iterable[str]) -> Flow[dict[str, Remembered]]:
    """What is remembered of these records, each with the target's name that it is bound to by now."""
    wanted = tuple(dict.fromkeys(records))
    bodies = yield from load_bodies(job.scope, "record", wanted)
    bound = yield from bindings_of(job, wanted)
    known = {record: Remembered.of(record, body) for record, body in bodies.items()}
    return {record: evolve(one, target=bound.get(record, one.target)) for record, one in known.items()}


def canonical(ref: Ref, origin: Mapping[str, Any] | None) -> str:
    """The canonical id of a reference, stored or to be.

    Args:
        ref: The source's name of a record.
        origin: What is stored of the source record it comes from, if anything.
    """
    stored: str | None = origin["records"].get(str(ref)) if origin else None
    return stored or canonical_id(ref)


def walk(job: Job[Any], table: str, after: str) -> Flow[tuple[Row, ...]]:
    """The next rows of a table after a key, in the order of their keys; none at its end."""
    return (yield from flow.load(ByPrefix(table=table, scope=job.scope, after=after, limit=PAGE)))


def known_record(job: Job[Any], name: str) -> Flow[Remembered]:
    """The record that a canonical id, a reference, a value of a natural key, or a word of its label names.

    Raises:
        LookupError: No record of that name is known.

    Cost: no vendor call; a walk through all records unless it is a canonical id or a reference.
    """
    aliases = yield from holders_of(job, [name])
    direct = yield from records_of(job, [aliases.get(name, name)])
    if direct:
        return next(iter(direct.values()))
    by_label: Remembered | None = None
    after = ""
    while rows := (yield from walk(job, "record", after)):
        for row in rows:
            known = Remembered.of(row.at.key, body_of(row))
            if str(known.source) == name or name in known.names(job.natural_keys):
                return next(iter((yield from records_of(job, [known.record])).values()))
            if by_label is None and name in known.label.split():
                by_label = known  # what the target refused agreed on nothing yet; its label still names it
        after = rows[-1].at.key
    if by_label is not None:
        return next(iter((yield from records_of(job, [by_label.record])).values()))
    raise LookupError(
        f"No record called {name!r} is known. Plan and apply first; then give an ISBN, a SKU, "
        "a platform's reference such as 'bigcommerce:product:180', or a canonical id."
    )

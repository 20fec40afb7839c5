"""Bringing the rows of an older release's layout up to this one's, before the first apply over them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from attrs import evolve

from commerce_bridge.flow import primitives as flow
from commerce_bridge.flow.effects import Flow
from commerce_bridge.flow.state import Expect, Op, Row
from commerce_bridge.sync.job import Job
from commerce_bridge.sync.kept.again import again
from commerce_bridge.sync.kept.memory import LAYOUT, bindings_of, layout_mark, walk
from commerce_bridge.sync.kept.origins import origin_of
from commerce_bridge.sync.kept.remembered import Remembered
from commerce_bridge.sync.kept.tables import body_of, load_bodies, load_rows, put


def upgrade(job: Job[Any]) -> Flow[None]:
    """Write the rows that an older release did not: one for each source record and each name on the target.

    What was written before stays.  Dying on the way is met by beginning again, and so is somebody else who
    writes the same rows at the same time.

    Raises:
        StateConflict: Others wrote the same rows first, again and again.

    Cost: no vendor call; one row is read where there is nothing to do.
    """
    yield from again(lambda: _upgrade(job))


def _upgrade(job: Job[Any]) -> Flow[None]:
    rows = yield from load_bodies(job.scope, "layout", ["rows"])
    if rows.get("rows", {}).get("layout") == LAYOUT:
        return
    after, found = "", False
    while page := (yield from walk(job, "binding", after)):
        yield from flow.commit(_aliases(job, page))
        after, found = page[-1].at.key, True
    after = ""
    while page := (yield from walk(job, "record", after)):
        yield from _origins(job, page)
        after, found = page[-1].at.key, True
    if found:  # a state that begins now gets its mark with its first watermark
        yield from flow.commit([layout_mark(job.scope)])


def _aliases(job: Job[Any], rows: Iterable[Row]) -> list[Op]:
    bodies = {row.at.key: body_of(row) for row in rows}
    return [
        put(job.scope, "alias", body["target"], {"record": record})
        for record, body in bodies.items()
        if body["target"]
    ]


def _origins(job: Job[Any], rows: Iterable[Row]) -> Flow[None]:
    """Add some records to the rows of their source records, which are decided once more by that."""
    known = [Remembered.of(row.at.key, body_of(row)) for row in rows]
    there = yield from load_rows(job.scope, "origin", (str(one.origin) for one in known))
    bound = yield from bindings_of(job, [one.record for one in known])
    stored = {name: body_of(row) for name, row in there.items()}
    revisions = {name: row.revision for name, row in there.items()}
    families: dict[str, dict[str, Remembered]] = {}
    for one in known:
        families.setdefault(str(one.origin), {})[str(one.source)] = evolve(
            one, target=bound.get(one.record, one.target)
        )
    ops: list[Op] = []
    for name, family in families.items():
        fresh = origin_of(name, family.values(), len(family))
        former = stored.get(name)
        if former is not None:
            records = {**former["records"], **fresh.records}
            fresh = evolve(fresh, version="", records=records, shown={**former["shown"], **fresh.shown})
        ops.append(put(job.scope, "origin", name, fresh.body()))
    yield from flow.commit(ops, [Expect(at=op.at, revision=revisions.get(op.at.key, 0)) for op in ops])

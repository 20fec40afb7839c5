"""Records that are about to be made: known before anything of them is sent.

A process may die when the target has made a record, and before its segment is settled.  If the source takes the record
back meanwhile, nothing but these rows tells that it must be taken off view.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from attrs import frozen

from commerce_bridge.flow.effects import Flow
from commerce_bridge.flow.state import Expect, Op, Row
from commerce_bridge.sync.job import Job
from commerce_bridge.sync.kept.memory import layout_mark
from commerce_bridge.sync.kept.origins import Origin
from commerce_bridge.sync.kept.remembered import Remembered
from commerce_bridge.sync.kept.tables import body_of, load_rows, put
from commerce_bridge.sync.plans.segment import Standing


@frozen(kw_only=True)
class Coming:
    """What is to be committed with the announcement that some records will be made.

    Args:
        ops: Their rows, and those of their source records.
        expect: That these rows stand as they did.
    """

    ops: tuple[Op, ...] = ()
    expect: tuple[Expect, ...] = ()


def foretold(job: Job[Any], standings: Sequence[Standing]) -> Flow[Coming]:
    """Rows that say of some records, and of their source records, that they are to be decided anew.

    What is remembered of a record already stays as it is.

    Args:
        job: The job.
        standings: Of the records that are about to be made.

    Cost: no vendor call; one read of the state, and another where something is not remembered yet.
    """
    coming = {one.record: one for one in standings}
    known = yield from load_rows(job.scope, "record", coming)
    new = [one for record, one in coming.items() if record not in known]
    if not new:
        return Coming()
    origins = yield from load_rows(job.scope, "origin", (str(one.origin) for one in new))
    ops = (*_records(job, new), *_origins(job, new, origins))
    revisions = {key: row.revision for key, row in origins.items()}
    expect = tuple(Expect(at=op.at, revision=revisions.get(op.at.key, 0)) for op in ops)
    return Coming(ops=(*ops, layout_mark(job.scope)), expect=expect)


def _records(job: Job[Any], new: Sequence[Standing]) -> list[Op]:
    return [
        put(
            job.scope,
            "record",
            one.record,
            Remembered(
                record=one.record,
                source=one.source,
                origin=one.origin,
                target=None,
                source_hash="",
                target_hash="",
                fingerprint=job.fingerprint,
                next_change=None,
                label=one.label,
            ).body(),
        )
        for one in new
    ]


def _origins(job: Job[Any], new: Sequence[Standing], stored: Mapping[str, Row]) -> list[Op]:
    families: dict[str, list[Standing]] = {}
    for one in new:
        families.setdefault(str(one.origin), []).append(one)
    ops: list[Op] = []
    for name, family in families.items():
        fresh = Origin(
            name=name,
            version="",
            fingerprint=job.fingerprint,
            next_change="",
            records={str(one.source): one.record for one in family},
            formats=max(one.formats for one in family),
        ).body()
        if name in stored:
            former = body_of(stored[name])
            fresh = {**former, "source": "", "records": {**former["records"], **fresh["records"]}}
        ops.append(put(job.scope, "origin", name, fresh))
    return ops

"""What the state remembers of a job, loaded once at the start of a run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attrs import evolve, frozen

from commerce_bridge.domain.exchange import Ref
from commerce_bridge.flow.effects import Flow
from commerce_bridge.sync.job import Job
from commerce_bridge.sync.remembered import Remembered
from commerce_bridge.sync.tables import canonical_id, load_bodies, scan_bodies

BEGINNING = ""
"""The watermark of a source whose changes only a complete read finds."""


@frozen(kw_only=True)
class Memory:
    """All that the state remembers of a job's records.

    Args:
        records: Canonical id to what is remembered.
        bindings: Canonical id to the target's name.
        aliases: A reference, as text, to the canonical id.
        work: Canonical id to its open work items, reason to detail.
        start: The source's watermark, or None to read it from the beginning.
    """

    records: Mapping[str, Remembered]
    bindings: Mapping[str, Ref]
    aliases: Mapping[str, str]
    work: Mapping[str, Mapping[str, str]]
    start: str | None

    @property
    def bound(self) -> dict[str, Ref]:
        """Canonical id to the target's name, for all records that have one."""
        return dict(self.bindings)

    def canonical(self, ref: Ref) -> str:
        """The canonical id of a reference, stored or to be."""
        return self.aliases.get(str(ref)) or canonical_id(ref)


def remember(job: Job[Any], *, records: bool = True) -> Flow[Memory]:
    """Load what the state remembers; no vendor call.

    Args:
        job: The job.
        records: Whether what was agreed on of each record is loaded too, as planning needs it.
    """
    rows = (yield from scan_bodies(job.scope, "record")) if records else {}
    bindings = yield from scan_bodies(job.scope, "binding")
    open_items = yield from scan_bodies(job.scope, "work")
    marks = yield from load_bodies(job.scope, "watermark", ["source"])
    known = {record: Remembered.of(record, body) for record, body in rows.items()}
    aliases: dict[str, str] = {}
    bound: dict[str, Ref] = {}
    for record, body in bindings.items():
        aliases[body["source"]] = record
        if body["target"]:
            aliases[body["target"]] = record
            bound[record] = Ref.parse(body["target"])
            if record in known:
                known[record] = evolve(known[record], target=bound[record])
    work: dict[str, dict[str, str]] = {}
    for body in open_items.values():
        work.setdefault(body["record"], {})[body["reason"]] = body["detail"]
    mark = marks.get("source")
    same_rules = mark is not None and job.fingerprint is not None and mark["fingerprint"] == job.fingerprint
    start = (mark["cursor"] or None) if mark and same_rules else None
    return Memory(records=known, bindings=bound, aliases=aliases, work=work, start=start)

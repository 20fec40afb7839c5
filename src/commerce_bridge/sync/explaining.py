"""Explaining: decide one record again, and say what was written of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import chain
from typing import Any

from attrs import evolve

from commerce_bridge.domain.fields import AnyField
from commerce_bridge.domain.record import Record
from commerce_bridge.flow import primitives as flow
from commerce_bridge.flow.effects import Flow
from commerce_bridge.merge import Explanation
from commerce_bridge.sync.codec import decode_field
from commerce_bridge.sync.deciding import Subject, decide_record
from commerce_bridge.sync.index import TargetIndex
from commerce_bridge.sync.job import Draft, Job
from commerce_bridge.sync.memory import Memory, remember
from commerce_bridge.sync.remembered import Remembered
from commerce_bridge.sync.tables import scan_bodies


def explain(job: Job[Any], record: str, name: AnyField | None = None) -> Flow[tuple[Explanation, ...]]:
    """Why the fields of a record are, or will be, what they are.

    Raises:
        LookupError: No record of that name is known.
    """
    now = yield from flow.now()
    memory = yield from remember(job)
    known = _known(job, memory, record)
    context = yield from job.context(now)
    found = yield from job.reader.fetch((known.origin,))
    index = TargetIndex(memory.aliases, job.unique)
    bound = memory.bindings.get(known.record)
    shown = (yield from job.target_reader.fetch((bound,))) if bound is not None else ()
    for observed in shown:
        index.add(observed, job.natural_keys(observed.value))
    written = yield from _written(job, known.record)
    explanations: list[Explanation] = []
    for item in found:
        refs = {str(ref): memory.canonical(ref) for ref in job.refs(item.value)}
        draft = _draft_of(job.drafts(item.value, evolve(context, kin=refs)), known)
        if draft is None:
            continue
        subject = Subject(
            record=known.record, draft=draft, source_hash=item.version, known=known, observed=index.get(bound)
        )
        for (part, one), decision in decide_record(job, subject, index).decisions.items():
            if name is None or one == name:
                at, plan = written.get((part, one), (None, None))
                mapped = draft.parts.get(part, draft.mapped)
                explanations.append(
                    Explanation(
                        record=known.record,
                        decision=decision,
                        written_at=at,
                        receipt=plan,
                        computed_by=mapped.rules.get(one, ""),
                    )
                )
    return tuple(explanations)


def _known(job: Job[Any], memory: Memory, record: str) -> Remembered:
    """The record that a canonical id, a reference, a value of a natural key, or a word of its label names."""
    direct = memory.records.get(memory.aliases.get(record, record))
    if direct is not None:
        return direct
    everyone = memory.records.values()
    exact = (known for known in everyone if str(known.source) == record or record in _named(job, known))
    # What the target refused agreed on nothing yet; its label still names it.
    by_label = (known for known in everyone if record in known.label.split())
    found = next(chain(exact, by_label), None)
    if found is not None:
        return found
    raise LookupError(
        f"No record called {record!r} is known. Plan and apply first; then give an ISBN, a SKU, "
        "a platform's reference such as 'bigcommerce:product:180', or a canonical id."
    )


def _named(job: Job[Any], known: Remembered) -> set[str]:
    """The values of the natural keys that both sides agreed on, of the record and of its parts."""
    parts: dict[str, dict[AnyField, Any]] = {}
    for (part, name), value in known.agreed.items():
        parts.setdefault(part, {})[name] = value
    agreed = Record(
        values=parts.pop("", {}), parts={part: Record(values=values) for part, values in parts.items()}
    )
    return {key.value for key in job.natural_keys(agreed)}


def _draft_of(drafts: Iterable[Draft], known: Remembered) -> Draft | None:
    return next((draft for draft in drafts if draft.ref == known.source), None)


def _written(job: Job[Any], record: str) -> Flow[Mapping[tuple[str, AnyField], tuple[str, str]]]:
    """The last write of each field of a record: when, and by which plan."""
    bodies = yield from scan_bodies(job.scope, "ledger", f"{record}/")
    written: dict[tuple[str, AnyField], tuple[str, str]] = {}
    for body in bodies.values():
        for change in body["did"]["changes"]:
            written[change[5], decode_field(change[0])] = (body["at"], body["plan"])
    return written

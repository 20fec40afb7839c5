"""The parts of a plan as JSON-able data, and back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from commerce_bridge.domain.exchange import Ref
from commerce_bridge.errors import InvalidDocument
from commerce_bridge.ports.step import Change, Step, StepKind
from commerce_bridge.sync.plans.codec import (
    decode,
    decode_field,
    decode_key,
    decode_record,
    encode,
    encode_field,
    encode_key,
    encode_record,
)
from commerce_bridge.sync.plans.segment import SCHEMA, Footer, Header, Segment, Standing


def header_line(header: Header) -> dict[str, Any]:
    """A header as JSON-able data."""
    return {
        "schema": header.schema,
        "plan": header.plan,
        "pair": header.pair,
        "scope": header.scope,
        "as_of": header.as_of.isoformat(),
        "fingerprint": header.fingerprint,
        "start": header.start,
        "complete": header.complete,
        "correlation_id": header.correlation_id,
        **({"reverts": header.reverts} if header.reverts else {}),
    }


def header_of(body: Mapping[str, Any]) -> Header:
    """The header that `header_line` wrote."""
    if body["schema"] > SCHEMA:
        raise InvalidDocument(
            f"This plan is of format {body['schema']}; this release reads up to {SCHEMA}.",
            hint="Use the release that made it, or make the plan again.",
        )
    return Header(
        plan=body["plan"],
        pair=body["pair"],
        scope=body["scope"],
        as_of=datetime.fromisoformat(body["as_of"]),
        fingerprint=body["fingerprint"],
        start=body["start"],
        complete=body["complete"],
        correlation_id=body["correlation_id"],
        schema=body["schema"],
        reverts=body.get("reverts"),
    )


def footer_line(footer: Footer) -> dict[str, Any]:
    """A footer as JSON-able data."""
    return {
        "titles": footer.titles,
        "formats": footer.formats,
        "records": footer.records,
        "skipped": footer.skipped,
        "steps": {kind.value: count for kind, count in footer.steps.items()},
        "calls": footer.calls,
        "good_until": _moment(footer.good_until),
        "warnings": list(footer.warnings),
        "seconds": footer.seconds,
        "stops": dict(footer.stops),
        "heard": dict(footer.heard),
    }


def footer_of(body: Mapping[str, Any]) -> Footer:
    """The footer that `footer_line` wrote."""
    return Footer(
        titles=body["titles"],
        formats=body["formats"],
        records=body["records"],
        skipped=body["skipped"],
        steps={StepKind(kind): count for kind, count in body["steps"].items()},
        calls=body["calls"],
        good_until=_instant(body["good_until"]),
        warnings=tuple(body["warnings"]),
        seconds=body.get("seconds", 0.0),
        stops=body.get("stops") or {},
        heard=body.get("heard") or {},
    )


def segment_line(segment: Segment) -> dict[str, Any]:
    """A segment as JSON-able data."""
    return {
        "steps": [step_line(step) for step in segment.steps],
        "standings": [standing_line(standing) for standing in segment.standings],
        "watermark": segment.watermark,
    }


def segment_of(body: Mapping[str, Any]) -> Segment:
    """The segment that `segment_line` wrote."""
    return Segment(
        steps=tuple(step_of(step) for step in body["steps"]),
        standings=tuple(_standing_of(standing) for standing in body["standings"]),
        watermark=body["watermark"],
    )


def step_line(step: Step) -> dict[str, Any]:
    """A step as JSON-able data."""
    return {
        "id": step.id,
        "kind": step.kind.value,
        "record": step.record,
        "label": step.label,
        "changes": [change_line(one) for one in step.changes],
        "keys": [encode_key(key) for key in step.keys],
        "target": str(step.target) if step.target else None,
        "observed": step.observed,
        "needs": list(step.needs),
        "seen": encode_record(step.seen) if step.seen else None,
        "reason": step.reason,
        "detail": step.detail,
    }


def change_line(change: Change) -> list[Any]:
    """A change as JSON-able data; its base only where that is not what the target showed."""
    before, base = encode(change.before), encode(change.base)
    return [
        encode_field(change.field),
        before,
        encode(change.after),
        change.owner,
        change.rule,
        change.part,
        change.reason,
        *([base] if base != before else []),
    ]


def _change_of(row: Sequence[Any]) -> Change:
    name, before, after, owner, rule, part, reason, *base = row
    return Change(
        field=decode_field(name),
        before=decode(before),
        after=decode(after),
        owner=owner,
        rule=rule,
        part=part,
        reason=reason,
        base=decode(base[0] if base else before),
    )


def step_of(body: Mapping[str, Any]) -> Step:
    """The step that `step_line` wrote."""
    return Step(
        id=body["id"],
        kind=StepKind(body["kind"]),
        record=body["record"],
        label=body["label"],
        changes=tuple(_change_of(row) for row in body["changes"]),
        keys=tuple(decode_key(key) for key in body["keys"]),
        target=Ref.parse(body["target"]) if body["target"] else None,
        observed=body["observed"],
        needs=tuple(body["needs"]),
        seen=decode_record(body["seen"]) if body["seen"] else None,
        reason=body["reason"],
        detail=body["detail"],
    )


def standing_line(standing: Standing) -> dict[str, Any]:
    """A standing as JSON-able data."""
    return {
        "record": standing.record,
        "source": str(standing.source),
        "origin": str(standing.origin),
        "target": str(standing.target) if standing.target else None,
        "source_hash": standing.source_hash,
        "target_hash": standing.target_hash,
        "next_change": _moment(standing.next_change),
        "agreed": agreed_line(standing.agreed),
        "label": standing.label,
        "work": dict(standing.work),
        "formats": standing.formats,
        "adopted": adopted_line(standing.adopted),
        "left": [[part, encode_field(name)] for part, name in standing.left],
    }


def _standing_of(body: Mapping[str, Any]) -> Standing:
    return Standing(
        record=body["record"],
        source=Ref.parse(body["source"]),
        origin=Ref.parse(body["origin"]),
        target=Ref.parse(body["target"]) if body["target"] else None,
        source_hash=body["source_hash"],
        target_hash=body["target_hash"],
        next_change=_instant(body["next_change"]),
        agreed=agreed_of(body["agreed"]),
        label=body["label"],
        work=body["work"],
        formats=body.get("formats", 0),
        adopted=adopted_of(body.get("adopted") or []),
        left=tuple((part, decode_field(name)) for part, name in _rows(body.get("left"))),
    )


def agreed_line(agreed: Mapping[tuple[str, Any], Any]) -> list[list[Any]]:
    """Agreed values as JSON-able data."""
    return [[part, encode_field(name), encode(value)] for (part, name), value in agreed.items()]


def agreed_of(rows: list[list[Any]]) -> dict[tuple[str, Any], Any]:
    """The agreed values that `agreed_line` wrote."""
    return {(part, decode_field(name)): decode(value) for part, name, value in rows}


def adopted_line(adopted: Mapping[tuple[str, Any], str]) -> list[list[str]]:
    """Adopted places as JSON-able data."""
    return [[part, encode_field(name), said] for (part, name), said in adopted.items()]


def adopted_of(rows: list[list[str]]) -> dict[tuple[str, Any], str]:
    """The adopted places that `adopted_line` wrote."""
    return {(part, decode_field(name)): said for part, name, said in rows}


def _rows(found: list[list[str]] | None) -> list[list[str]]:
    return found or []


def _moment(instant: datetime | None) -> str | None:
    return instant.isoformat() if instant else None


def _instant(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None

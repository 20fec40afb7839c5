"""The parts of a plan as JSON-able data, and back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from commerce_bridge.domain.exchange import Ref
from commerce_bridge.errors import InvalidDocument
from commerce_bridge.ports.step import Change, Step, StepKind
from commerce_bridge.sync.codec import (
    decode,
    decode_field,
    decode_key,
    decode_record,
    encode,
    encode_field,
    encode_key,
    encode_record,
)
from commerce_bridge.sync.segment import SCHEMA, Footer, Header, Segment, Standing


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
        steps=tuple(_step_of(step) for step in body["steps"]),
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
        "changes": [
            [
                encode_field(one.field),
                encode(one.before),
                encode(one.after),
                one.owner,
                one.rule,
                one.part,
                one.reason,
            ]
            for one in step.changes
        ],
        "keys": [encode_key(key) for key in step.keys],
        "target": str(step.target) if step.target else None,
        "observed": step.observed,
        "needs": list(step.needs),
        "seen": encode_record(step.seen) if step.seen else None,
        "reason": step.reason,
        "detail": step.detail,
    }


def _step_of(body: Mapping[str, Any]) -> Step:
    return Step(
        id=body["id"],
        kind=StepKind(body["kind"]),
        record=body["record"],
        label=body["label"],
        changes=tuple(
            Change(
                field=decode_field(name),
                before=decode(before),
                after=decode(after),
                owner=owner,
                rule=rule,
                part=part,
                reason=reason,
            )
            for name, before, after, owner, rule, part, reason in body["changes"]
        ),
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
    )


def agreed_line(agreed: Mapping[tuple[str, Any], Any]) -> list[list[Any]]:
    """Agreed values as JSON-able data."""
    return [[part, encode_field(name), encode(value)] for (part, name), value in agreed.items()]


def agreed_of(rows: list[list[Any]]) -> dict[tuple[str, Any], Any]:
    """The agreed values that `agreed_line` wrote."""
    return {(part, decode_field(name)): decode(value) for part, name, value in rows}


def _moment(instant: datetime | None) -> str | None:
    return instant.isoformat() if instant else None


def _instant(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None

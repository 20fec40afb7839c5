"""Plan files: JSON Lines, each line sealed with a hash over all lines before it."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import IO, Any

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
from commerce_bridge.sync.plan import SCHEMA, Footer, Header, Plan, Segment, Standing


class PlanFile:
    """The lines of a plan, on disk; a temporary file goes away with its plan.

    Args:
        path: Where it is, or None for a temporary file.
    """

    def __init__(self, path: str | None = None) -> None:
        self._temporary = path is None
        if path is None:
            handle, path = tempfile.mkstemp(prefix="commerce-bridge-", suffix=".plan.jsonl")
            os.close(handle)
        self.path = path
        self._seal = ""
        self._out: IO[str] | None = None

    def __del__(self) -> None:
        if self._out is not None:
            self._out.close()
        if self._temporary and os.path.exists(self.path):
            os.unlink(self.path)

    def write(self, kind: str, body: Mapping[str, Any]) -> None:
        """Add one line."""
        if self._out is None:
            self._out = open(self.path, "w", encoding="utf-8")  # noqa: SIM115  closed by `finish`
        text = json.dumps({"kind": kind, **body}, separators=(",", ":"), ensure_ascii=False)
        self._seal = _seal(self._seal, text)
        self._out.write(f"{self._seal}\t{text}\n")

    def finish(self) -> None:
        """No more lines."""
        if self._out is not None:
            self._out.close()
            self._out = None

    def lines(self) -> Iterator[dict[str, Any]]:
        """Line by line, each checked against its seal.

        Raises:
            InvalidDocument: A line was changed, or the file ends too early.
        """
        seal, kind = "", ""
        with open(self.path, encoding="utf-8") as lines:
            for number, line in enumerate(lines, start=1):
                said, _, text = line.rstrip("\n").partition("\t")
                seal = _seal(seal, text)
                if said != seal:
                    raise _damaged(self.path, f"line {number} does not match its seal")
                body: dict[str, Any] = json.loads(text)
                kind = body["kind"]
                yield body
        if kind != "footer":
            raise _damaged(self.path, "it has no footer, so it was not finished")

    def segments(self) -> Iterator[Segment]:
        """Segment by segment."""
        for body in self.lines():
            if body["kind"] == "segment":
                yield _segment_of(body)

    def save(self, path: str) -> None:
        """Copy to `path`, whole or not at all."""
        partial = f"{path}.part"
        shutil.copyfile(self.path, partial)
        os.replace(partial, path)


def load_plan(path: str) -> Plan:
    """The plan saved under `path`, every line checked.

    Raises:
        InvalidDocument: The file is damaged, was changed by hand, is no plan, or is of a newer release.
    """
    file = PlanFile(path)
    header, footer = None, None
    try:
        for body in file.lines():
            if body["kind"] == "header":
                header = _header_of(body)
            elif body["kind"] == "footer":
                footer = _footer_of(body)
    except (ValueError, KeyError, UnicodeDecodeError) as error:
        raise _damaged(path, f"it cannot be read ({type(error).__name__})") from error
    if header is None or footer is None:
        raise _damaged(path, "it has no header or no footer")
    return Plan(header=header, footer=footer, file=file)


def _seal(former: str, text: str) -> str:
    return hashlib.sha256(f"{former}\n{text}".encode()).hexdigest()[:24]


def _damaged(path: str, why: str) -> InvalidDocument:
    return InvalidDocument(
        f"The plan {path} is damaged: {why}.", hint="Make the plan again; nothing was applied."
    )


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


def _header_of(body: Mapping[str, Any]) -> Header:
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


def _footer_of(body: Mapping[str, Any]) -> Footer:
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


def _segment_of(body: Mapping[str, Any]) -> Segment:
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

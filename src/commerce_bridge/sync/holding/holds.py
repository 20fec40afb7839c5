"""Holds: what people have said stays as it is, why, and for how long.  Pure.

A *hold* keeps a whole record: nothing of it is written.  A *pin* keeps one field: what the target shows
stays, or a value that is given.  A *pause* stops a whole bridge.  Each names its reason, and ends by itself
where an end is given.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from attrs import evolve, field, frozen

from commerce_bridge.domain.absence import CLEARED, MISSING, Maybe
from commerce_bridge.domain.fields import AnyField
from commerce_bridge.errors import SafetyStop
from commerce_bridge.merge import Case, Decision, Rule, show
from commerce_bridge.merge.collections import alike, is_nothing
from commerce_bridge.ports.step import STATE_ONLY, Change, Step
from commerce_bridge.sync.holding.echo import Place
from commerce_bridge.sync.plans.codec import decode, decode_field, encode, encode_field

PERSON = "a person"
"""Who owns a field that is pinned to a given value: no side of the pair."""


@frozen(kw_only=True)
class Hold:
    """One thing that somebody has said stays as it is.

    Args:
        reason: Why, in words.
        since: When it was said.
        until: When it ends by itself, or None.
        who: Who said it, in words; may be empty.
        record: Canonical id of the record; empty for a pause of the whole bridge.
        label: How people name the record, or the bridge.
        name: The pinned field; None for a hold of a whole record and for a pause.
        part: Which sub-record the field is in, such as a variant's SKU; empty for the record itself.
        value: The value that the field is to have; MISSING for what the target shows.
    """

    reason: str
    since: datetime
    until: datetime | None = None
    who: str = ""
    record: str = ""
    label: str = ""
    name: AnyField | None = None
    part: str = ""
    value: Maybe[Any] = MISSING

    @property
    def key(self) -> str:
        """The key of its row: there is one pause, one hold of a record, one pin of a field."""
        return hold_key(self.record, self.name, self.part)

    @property
    def rule(self) -> str:
        """What it is called where decisions are explained, such as ``pinned by Ada``."""
        kind = "pinned" if self.name is not None else "held" if self.record else "paused"
        return f"{kind} by {self.who}" if self.who else kind

    @property
    def why(self) -> str:
        """Its end and its reason: ``until 2026-12-01 09:00 UTC: promised to a chain``."""
        end = f"until {self.until.astimezone(UTC):%Y-%m-%d %H:%M} UTC" if self.until else "until released"
        return f"{end}: {self.reason}"

    def __str__(self) -> str:
        if self.name is None:
            return f"{self.label} {self.rule} {self.why}"
        where = f"{self.part} {self.name.text}".strip()
        fixed = "" if self.value is MISSING else f" to {show(self.value)}"
        return f"{where} of {self.label} {self.rule}{fixed} {self.why}"

    def holds_at(self, now: datetime) -> bool:
        """Whether it has not ended."""
        return self.until is None or now < self.until

    def body(self) -> dict[str, Any]:
        """As a state row's body."""
        return {
            "record": self.record,
            "label": self.label,
            "field": encode_field(self.name) if self.name is not None else None,
            "part": self.part,
            "value": encode(self.value),
            "reason": self.reason,
            "who": self.who,
            "since": self.since.isoformat(),
            "until": self.until.isoformat() if self.until else None,
        }

    @staticmethod
    def of(body: Mapping[str, Any]) -> Hold:
        """The hold that `body` wrote."""
        return Hold(
            record=body["record"],
            label=body["label"],
            name=decode_field(body["field"]) if body["field"] else None,
            part=body["part"],
            value=decode(body["value"]),
            reason=body["reason"],
            who=body["who"],
            since=datetime.fromisoformat(body["since"]),
            until=datetime.fromisoformat(body["until"]) if body["until"] else None,
        )


def hold_key(record: str, name: AnyField | None = None, part: str = "") -> str:
    """The key of a hold's row: ``pause``, a record's ``…/hold``, or a field's ``…/pin/…``."""
    if not record:
        return "pause"
    return f"{record}/hold" if name is None else f"{record}/pin/{name}/{part}"


@frozen(kw_only=True)
class Holds:
    """All that stays as it is at an instant.

    Args:
        pause: The pause of the bridge, or None.
        records: Canonical id to the hold of the record.
        pins: Canonical id to the pins of its fields.
    """

    pause: Hold | None = None
    records: Mapping[str, Hold] = field(factory=dict[str, Hold])
    pins: Mapping[str, Mapping[Place, Hold]] = field(factory=dict[str, "Mapping[Place, Hold]"])

    def held(self, record: str) -> Hold | None:
        """The hold of a whole record, or None."""
        return self.records.get(record)

    def pinned(self, record: str, name: AnyField, part: str = "") -> Hold | None:
        """The pin of a field, or None."""
        return self.pins.get(record, {}).get((part, name))

    def given(self, record: str) -> dict[Place, Any]:
        """The values that fields of a record are pinned to; one that is pinned to what is shown has none."""
        return {
            place: pin.value for place, pin in self.pins.get(record, {}).items() if pin.value is not MISSING
        }

    def ends(self, record: str) -> datetime | None:
        """When the first hold or pin of a record ends, so that it must be decided again; or None."""
        held = self.records.get(record)
        return _first_end([*([held] if held else []), *self.pins.get(record, {}).values()])

    @property
    def all(self) -> tuple[Hold, ...]:
        """Every one: the pause, then records, then fields."""
        pause = (self.pause,) if self.pause is not None else ()
        return (
            *pause,
            *self.records.values(),
            *(pin for pins in self.pins.values() for pin in pins.values()),
        )

    @property
    def next_end(self) -> datetime | None:
        """When the next of them ends, or None."""
        return _first_end(self.all)

    def over(self, record: str, part: str, name: AnyField, rule: Rule) -> Rule:
        """The rule that decides a field: what was said of the record or the field, else the table's rule."""
        held = self.records.get(record)
        if held is not None:
            return kept(held, rule)
        pin = self.pinned(record, name, part)
        if pin is None:
            return rule
        return kept(pin, rule) if pin.value is MISSING else fixed(pin, rule)

    def remarks(self) -> tuple[str, ...]:
        """What a plan says of held records, those of one reason together."""
        counts = Counter((hold.rule, hold.why) for hold in self.records.values())
        return tuple(
            f"{rule}, nothing of it is written, {why} ({count})"
            for (rule, why), count in sorted(counts.items())
        )

    def told(self, record: str, decisions: Mapping[Place, Decision]) -> tuple[str, ...]:
        """What a plan says of a record's pinned fields: those that would have changed without the pin."""
        if record in self.records:
            return ()
        pins = self.pins.get(record, {})
        return tuple(
            f"{place[1].text} kept, {pins[place].rule} {pins[place].why}"
            for place, decision in decisions.items()
            if place in pins and pins[place].value is MISSING and decision.loser is not None
        )

    def barred(self, steps: Iterable[Step]) -> dict[str, str]:
        """Steps of a plan that must not be sent any more, by id, and why: what was said came after the plan."""
        found: dict[str, str] = {}
        for step in steps:
            if step.kind in STATE_ONLY:
                continue
            held = self.records.get(step.record)
            reasons = [f"{held.rule} {held.why}"] if held else [*self._against(step.record, step.changes)]
            if reasons:
                found[step.id] = reasons[0]
        return found

    def _against(self, record: str, changes: Iterable[Change]) -> Iterable[str]:
        for change in changes:
            pin = self.pinned(record, change.field, change.part)
            if pin is not None and not alike(pin.value, change.after):
                yield f"{change.field.text} {pin.rule} {pin.why}"
            elif pin is None and change.owner == PERSON:
                yield f"{change.field.text} is pinned no more: plan again"

    def check(self, pair: str) -> None:
        """Go on unless the bridge is paused.

        Raises:
            SafetyStop: It is; `reason` is ``paused``.
        """
        if self.pause is not None:
            raise SafetyStop(
                f"{pair} is {self.pause.rule} {self.pause.why}. Nothing is written meanwhile.",
                reason="paused",
                hint="Wait for its end, or release it: bridge.release().",
            )


def holds_of(bodies: Iterable[Mapping[str, Any]], now: datetime) -> Holds:
    """What stays as it is at an instant.

    Args:
        bodies: The bodies of all rows.
        now: The instant; what has ended by then is left out.
    """
    pause: Hold | None = None
    records: dict[str, Hold] = {}
    pins: dict[str, dict[Place, Hold]] = {}
    for body in bodies:
        hold = Hold.of(body)
        if not hold.holds_at(now):
            continue
        if hold.name is not None:
            pins.setdefault(hold.record, {})[hold.part, hold.name] = hold
        elif hold.record:
            records[hold.record] = hold
        else:
            pause = hold
    return Holds(pause=pause, records=records, pins=pins)


def kept(hold: Hold, rule: Rule) -> Rule:
    """What the target shows stays; the side whose value is set aside by this loses.

    A pin keeps nothing where the record does not exist yet: then the table's rule decides.  A hold of the
    whole record keeps it from being made: it has no values.
    """

    def decide(case: Case) -> Decision | None:
        would = rule(case)
        if case.is_new and hold.name is not None:
            return would
        aside = would is not None and would.owner != case.target and would.changes(case.standing)
        # In the target's name: what is the target's own is neither written nor agreed on, so that an edit
        # made there meanwhile is still one when the hold ends.
        shown = CLEARED if case.is_new else case.standing
        return _said(case, hold, shown, case.target, case.source if aside else None)

    return evolve(rule, name=f"{rule.name}, {hold.rule}", decide=decide)


def fixed(hold: Hold, rule: Rule) -> Rule:
    """The given value stands, whatever both sides say."""

    def decide(case: Case) -> Decision:
        loser = next((side for side, value in case.sides.items() if _differs(value, hold.value)), None)
        return _said(case, hold, hold.value, PERSON, loser)

    return evolve(rule, name=f"{rule.name}, {hold.rule}", owner=PERSON, decide=decide)


def _said(case: Case, hold: Hold, value: Maybe[Any], owner: str, loser: str | None) -> Decision:
    return Decision(
        field=case.field,
        value=value,
        owner=owner,
        rule=hold.rule,
        candidates=dict(case.sides),
        loser=loser,
        reason=hold.why,
    )


def _differs(offered: Maybe[Any], value: Maybe[Any]) -> bool:
    return not is_nothing(offered) and not alike(offered, value)


def _first_end(holds: Iterable[Hold]) -> datetime | None:
    return min((hold.until for hold in holds if hold.until is not None), default=None)

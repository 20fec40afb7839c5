"""Plans as a publisher reads them.  The text is a public format with golden files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime

from commerce_bridge.merge.explain import show
from commerce_bridge.ports.step import Change, Step, StepKind
from commerce_bridge.sync.plans.segment import Footer, Header, Segment

SHOWN_RECORDS = 200
"""So many records are printed in full; a longer plan says how many more there are."""

SHOWN_FIELDS = 8
"""So many fields of a new record are printed; the others are counted."""

_SIGNS = {
    StepKind.CREATE: "+",
    StepKind.HIDE: "v",
    StepKind.PUBLISH: "^",
    StepKind.CHANGE: "~",
    StepKind.PRICE: "~",
    StepKind.RELATE: "~",
    StepKind.EMIT: ">",
    StepKind.OPEN_WORK: "!",
}
"""The sign of each kind of step; of a record with several, the first here."""


def render_plan(
    header: Header, footer: Footer, segments: Iterable[Segment], records: int = SHOWN_RECORDS
) -> str:
    """A plan as text.

    Args:
        header: What it stands on.
        footer: What it comes to.
        segments: Its segments, in order.
        records: How many records are printed in full; the others are counted.
    """
    lines = [f"Plan {header.plan[:8]}  {header.pair}  as of {moment(header.as_of)}"]
    if header.reverts:
        lines[0] += f", takes plan {header.reverts[:8]} back"
    left = 0
    for number, steps in enumerate(_by_record(segments)):
        if number < records:
            lines.extend(_record_lines(steps))
        else:
            left += 1
    if left:
        lines.append(f"  … and {counted(left, 'more record')}")
    lines.extend(_summary(footer))
    return "\n".join(lines)


def _by_record(segments: Iterable[Segment]) -> Iterator[list[Step]]:
    """The steps of each record together; a record's steps stand in one segment."""
    for segment in segments:
        grouped: dict[str, list[Step]] = {}
        for step in segment.steps:
            grouped.setdefault(step.record, []).append(step)
        yield from grouped.values()


def _record_lines(steps: list[Step]) -> list[str]:
    kinds = {step.kind for step in steps}
    sign = next(sign for kind, sign in _SIGNS.items() if kind in kinds)
    lines = [f"{sign} {steps[0].label}"]
    for step in steps:
        if step.kind is StepKind.OPEN_WORK:
            lines.append(f"    ! {step.detail}")
        else:
            lines.extend(change_lines(step))
    return lines


def change_lines(step: Step) -> list[str]:
    """The changes of a step, one a line; of a new record the first few."""
    changes = sorted(step.changes, key=lambda change: (change.part, list_order(change)))
    limit = SHOWN_FIELDS if step.kind is StepKind.CREATE else len(changes)
    lines: list[str] = []
    part = ""
    for change in changes[:limit]:
        if change.part != part:
            part = change.part
            lines.append(f"    {part}")
        lines.append(_change_line(change))
    if len(changes) > limit:
        more = ", ".join(dict.fromkeys(change.field.text for change in changes[limit:]))
        lines.append(f"    and {more}")
    return lines


def list_order(change: Change) -> int:
    """Where a field stands in a printed record: names and prices before the rest."""
    first = (
        "name",
        "price",
        "selling",
        "release",
        "visible",
        "weight_g",
        "brand",
        "contributors",
        "categories",
    )
    return first.index(change.field.name) if change.field.name in first else len(first)


def _change_line(change: Change) -> str:
    name = f"  {change.field.text}" if change.part else change.field.text
    before, after = show(change.before), show(change.after)
    moved = after if before == "nothing" else f"{before} -> {after}"
    why = f"owner {change.owner}  rule {change.rule}" + (f"  {change.reason}" if change.reason else "")
    return f"    {name:<16} {moved:<43}  {why}"


def _summary(footer: Footer) -> list[str]:
    if footer.total == 0:
        unchanged = f": nothing has changed for {counted(footer.records, 'record')}" if footer.records else ""
        return [f"Nothing to do{unchanged}.", *footer.warnings]
    counts = ", ".join(f"{count} {kind.value}" for kind, count in in_order(footer.steps))
    lines = [
        f"{counted(footer.total, 'step')}: {counts}",
        f"{counted(footer.titles, 'title')}, {counted(footer.formats, 'format')}, "
        f"{counted(footer.skipped, 'record')} unchanged; about {counted(footer.calls, 'call')} to write{_time(footer.seconds)}",
    ]
    if footer.good_until is not None:
        lines.append(f"Good until {moment(footer.good_until)}, when something changes by the calendar.")
    lines.extend(
        f"STOP {text} Apply it with allow='why it is right' after a look." for text in footer.stops.values()
    )
    return [*lines, *footer.warnings]


def _time(seconds: float) -> str:
    """How long an apply will take, where that is known."""
    if seconds <= 0:
        return ""
    if seconds < 90:
        return f", about {seconds:.0f} s"
    return f", about {seconds / 60:.0f} min" if seconds < 5400 else f", about {seconds / 3600:.1f} h"


def in_order(counts: Mapping[StepKind, int]) -> list[tuple[StepKind, int]]:
    """Kinds of step that occur, with their counts, in the order in which they are told."""
    return [(kind, counts[kind]) for kind in StepKind if counts.get(kind)]


def counted(count: int, noun: str) -> str:
    """A count and its noun: ``1 step``, ``2 steps``."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def moment(instant: datetime) -> str:
    """An instant as people read it."""
    return f"{instant.astimezone(UTC):%Y-%m-%d %H:%M} UTC"

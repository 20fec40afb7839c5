"""Source records that this run did not see: those whose time has come, and those that are gone.

Only a complete read can tell that a record is gone, and it is asked for by name before that is believed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeVar

from attrs import evolve

from commerce_bridge.domain.exchange import Ref
from commerce_bridge.flow import primitives as flow
from commerce_bridge.flow.effects import Flow
from commerce_bridge.flow.state import ByPrefix, Count
from commerce_bridge.sync.families import decide_gone, decide_items
from commerce_bridge.sync.memory import PAGE, origins_of
from commerce_bridge.sync.planfile import Spooled
from commerce_bridge.sync.survey import Survey
from commerce_bridge.sync.tables import body_of

S = TypeVar("S")


def sweep(survey: Survey[S], spooled: Spooled, watermark: str | None) -> Flow[None]:
    """Decide the stored source records that the read did not show, where anything about them may be different.

    Args:
        survey: The run.
        spooled: Takes the segments.
        watermark: The watermark that holds at the end.
    """
    if survey.complete and (yield from _all_seen(survey)):
        return
    after = ""
    while True:
        found = yield from flow.load(
            ByPrefix(
                table="origin",
                scope=survey.job.scope,
                after=after,
                limit=PAGE,
                bodies=not survey.complete,  # after a complete read nearly every one was seen
            )
        )
        if not found:
            return
        after = found[-1].at.key
        seen = survey.index.seen(row.at.key for row in found)
        unseen = [row for row in found if row.at.key not in seen]
        if survey.complete:
            stored = yield from origins_of(survey.job, [row.at.key for row in unseen])
        else:
            stored = {row.at.key: body_of(row) for row in unseen}
        yield from _decide(survey, spooled, stored, watermark)


def _all_seen(survey: Survey[S]) -> Flow[bool]:
    """Whether a complete read showed every record that was known before."""
    (known,) = yield from flow.load(Count(table="origin", scope=survey.job.scope))
    return int(known.body) == survey.index.count_seen()


def _decide(
    survey: Survey[S], spooled: Spooled, stored: Mapping[str, dict[str, Any]], watermark: str | None
) -> Flow[None]:
    due = survey.disturbed(stored)
    if survey.complete:
        missed = [name for name, body in stored.items() if not body["gone"]]
        due = list(dict.fromkeys([*due, *missed]))
    if not due:
        return
    found = yield from survey.job.reader.fetch(tuple(Ref.parse(name) for name in due))
    for page in _pages(found):
        segment = yield from decide_items(survey, page)
        spooled.write(evolve(segment, watermark=watermark))
    here = survey.index.seen(due)
    gone = {
        name: stored[name]
        for name in due
        if name not in here
        and (survey.complete or stored[name]["gone"])  # what a complete read told stays told
    }
    survey.tally.vanished += sum(not body["gone"] for body in gone.values())
    if gone:
        segment = yield from decide_gone(survey, gone)
        spooled.write(evolve(segment, watermark=watermark))


def _pages(found: Sequence[Any]) -> Iterator[Sequence[Any]]:
    return (found[start : start + 100] for start in range(0, len(found), 100))

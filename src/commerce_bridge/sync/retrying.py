"""Retrying: a plan of the records of some work items alone, in which what was refused is tried again."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from commerce_bridge.flow.effects import Flow
from commerce_bridge.ports.work import WorkItem
from commerce_bridge.sync.asking.work import Parties, open_items, records_of_items
from commerce_bridge.sync.job import Job
from commerce_bridge.sync.kept.memory import records_of
from commerce_bridge.sync.planning.planner import plan
from commerce_bridge.sync.planning.survey import Wish
from commerce_bridge.sync.plans.plan import Plan


def plan_retry(job: Job[Any], items: Iterable[WorkItem] | None = None) -> Flow[Plan]:
    """What would be written if the records of these work items were tried again now; nothing is written.

    A record that nothing is remembered of yet, since it was never settled, is left to the next run.

    Args:
        job: The job.
        items: The items; all that are open for None.

    Raises:
        ValueError: An item is another bridge's.

    Cost: one read of these records on each side.
    """
    wanted = (yield from open_items(Parties.of(job))) if items is None else items
    known = yield from records_of(job, records_of_items(job, wanted))
    origins = tuple(dict.fromkeys(one.origin for one in known.values()))
    return (yield from plan(job, Wish(only=origins, again=True)))

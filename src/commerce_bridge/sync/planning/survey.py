"""A planning run: what was asked for, what it stands on, and what it has come to so far."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Generic, TypeVar

from attrs import define, evolve, field, frozen

from commerce_bridge.domain.exchange import Ref, Sighting
from commerce_bridge.flow.effects import Flow
from commerce_bridge.mapping import Context
from commerce_bridge.ports.step import StepKind
from commerce_bridge.sync.holding.holds import Holds
from commerce_bridge.sync.job import Job
from commerce_bridge.sync.kept.memory import Memory
from commerce_bridge.sync.kept.origins import stamp, unchanged, undisturbed
from commerce_bridge.sync.limits import FirstContact
from commerce_bridge.sync.planning.deciding import Subject
from commerce_bridge.sync.planning.index import TargetIndex
from commerce_bridge.sync.planning.safety import Tally
from commerce_bridge.sync.planning.watch import Tally as Heard
from commerce_bridge.sync.planning.watch import Watch, load_echoes

S = TypeVar("S")


@frozen(kw_only=True)
class Wish:
    """What a plan is asked for.

    Args:
        only: The source's names of the records to plan, or None for all; such a plan moves no watermark.
        again: Whether what the target refused is tried again though nothing has changed.
        overwrite: Whether what stands on the target at first contact is overwritten.
        complete: Whether the source is read whole, though a read of what changed would do.
    """

    only: tuple[Ref, ...] | None = None
    again: bool = False
    overwrite: bool = False
    complete: bool = False

    @property
    def anew(self) -> bool:
        """Whether records are decided though nothing about them has changed."""
        return self.again or self.overwrite


@define(kw_only=True)
class Survey(Generic[S]):
    """One planning run."""

    job: Job[S]
    wish: Wish
    context: Context
    memory: Memory
    index: TargetIndex
    titles: int = 0
    formats: int = 0
    records: int = 0
    skipped: int = 0
    steps: Counter[StepKind] = field(factory=Counter[StepKind])
    calls: int = 0
    next_change: str = ""
    remarks: Counter[str] = field(factory=Counter[str])
    of_source: list[str] = field(factory=list[str])
    tally: Tally = field(factory=Tally)
    heard: Heard = field(factory=Heard)
    holds: Holds = field(factory=Holds)
    begun: frozenset[str] = frozenset()
    """Records of which a write is under way, or was when its process died: what stands there may be ours."""

    @property
    def complete(self) -> bool:
        """Whether what the read does not show is gone from the source."""
        return self.memory.start is None and self.wish.only is None and self.job.whole

    @property
    def good_until(self) -> datetime | None:
        """The next instant at which the plan would come out differently, or None."""
        return datetime.fromisoformat(self.next_change) if self.next_change else None

    def flips(self, at: str | datetime | None) -> None:
        """Keep the earliest instant at which something changes by the calendar."""
        text = stamp(at) if isinstance(at, datetime) else at
        if text and (not self.next_change or text < self.next_change):
            self.next_change = text

    def left(self, items: Sequence[Sighting[S]], stored: Mapping[str, dict[str, Any]]) -> list[Sighting[S]]:
        """The records of a page that must be looked at; the others are counted and passed over.

        Args:
            items: The page.
            stored: What is stored of these records, by name.
        """
        now, rules, anew = stamp(self.context.now), self.job.fingerprint, self.wish.anew
        shown = self.index.versions([name for body in stored.values() for name in body["shown"]])
        left: list[Sighting[S]] = []
        for item in items:
            body = stored.get(item.name)
            if body is None:
                left.append(item)
                continue
            if not anew and unchanged(body, item.version, rules, now) and undisturbed(body["shown"], shown):
                self.pass_over(body)
            else:
                self.tally.compare(body["shown"], shown)
                left.append(item)
        return left

    def pass_over(self, body: Mapping[str, Any]) -> None:
        """Count a record of the source about which nothing has changed."""
        count = len(body["records"])
        self.tally.compare(body["shown"])
        self.titles += 1
        self.formats += body["formats"]
        self.records += count
        self.skipped += count
        self.flips(body["next"])

    def told_apart(self, stored: Mapping[str, dict[str, Any]]) -> tuple[list[str], list[str]]:
        """Stored source records that the source did not show now: those to compare by value, and those due.

        Those about which nothing at all has changed are counted, and are in neither.
        """
        now, rules = stamp(self.context.now), self.job.fingerprint
        shown = self.index.versions([name for body in stored.values() for name in body["shown"]])
        quiet: list[str] = []
        due: list[str] = []
        for name, body in stored.items():
            if self.wish.anew or not unchanged(body, body["source"], rules, now):
                due.append(name)
            elif not undisturbed(body["shown"], shown):
                quiet.append(name)
            else:
                self.tally.compare(body["shown"])
                self.flips(body["next"])
        return quiet, due

    def watching(self, records: Iterable[str]) -> Flow[Watch]:
        """What people have said of some records, and what we wrote of them."""
        echoes = yield from load_echoes(self.job, records)
        return Watch(now=self.context.now, holds=self.holds, echoes=echoes, brake=self.job.limits.brake)

    def meeting(self, subject: Subject) -> Subject:
        """A record about to be decided: what stands on the target is overwritten only where that is wanted."""
        if self.wish.overwrite:
            known = evolve(subject.known, adopted={}) if subject.known else None
            return evolve(subject, met=False, known=known)
        if self.job.limits.first_contact is FirstContact.OVERWRITE or subject.record in self.begun:
            return evolve(subject, met=False)
        return subject

    def context_of(self, refs: Mapping[str, str]) -> Context:
        """The context of one source record, whose records have these canonical ids."""
        return evolve(self.context, kin=refs)


def shown_names(stored: Iterable[Mapping[str, Any]]) -> list[str]:
    """The target's names of all records of some stored source records."""
    return [name for body in stored for name in body["shown"]]

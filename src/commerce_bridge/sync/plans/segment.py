"""The values a plan is made of: a header, segments with steps and standings, a footer."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from attrs import field, frozen

from commerce_bridge.domain.absence import Maybe
from commerce_bridge.domain.exchange import Ref
from commerce_bridge.domain.fields import AnyField
from commerce_bridge.ports.step import Step, StepKind

SCHEMA = 1
"""The version of the plan file's format."""


@frozen(kw_only=True)
class Header:
    """What a plan stands on.

    Args:
        plan: The plan's id.
        pair: How people name the pair.
        scope: The bridge and both accounts; a plan is applied only there.
        as_of: The instant for which everything was decided.
        fingerprint: The rules: policy, mappers, settings; None when a rule has no name.
        start: The source's watermark that the plan begins at, or None for the beginning.
        complete: Whether the source was read from its beginning to its end.
        schema: The format's version.
        correlation_id: The run's id; it goes with every request.
        reverts: The id of the plan whose apply it takes back, or None.
    """

    plan: str
    pair: str
    scope: str
    as_of: datetime
    fingerprint: str | None
    start: str | None
    complete: bool
    correlation_id: str
    schema: int = SCHEMA
    reverts: str | None = None


@frozen(kw_only=True)
class Standing:
    """What is to be remembered of a record once its segment is settled.

    Args:
        record: Canonical id.
        source: The source's name of it.
        origin: The source's name of the value it comes from.
        target: The target's name of it, or None while it has none.
        source_hash: The source's version.
        target_hash: The target's version, when no step of the plan changes it; else empty.
        next_change: When it must be decided again though nothing changed, or None.
        agreed: The values that both sides agree on once the steps have taken hold.
        label: How people name it.
        work: Work items that stay open for it, as ``reason`` to ``detail``.
        formats: How many formats its source record has.
        adopted: Places whose value was there at first contact and stays, to the digest of what the source said.
        left: Places whose change was taken out of the plan by hand: nothing is agreed on there.
    """

    record: str
    source: Ref
    origin: Ref
    target: Ref | None
    source_hash: str
    target_hash: str
    next_change: datetime | None
    agreed: Mapping[tuple[str, AnyField], Maybe[Any]]
    label: str = ""
    work: Mapping[str, str] = field(factory=dict[str, str])
    formats: int = 0
    adopted: Mapping[tuple[str, AnyField], str] = field(factory=dict[tuple[str, AnyField], str])
    left: tuple[tuple[str, AnyField], ...] = ()


@frozen(kw_only=True)
class Segment:
    """What one page of the source comes to.

    Args:
        steps: What is to be done.
        standings: What is to be remembered of each record that was decided.
        watermark: The source's watermark that holds once all steps have settled, or None.
    """

    steps: tuple[Step, ...]
    standings: tuple[Standing, ...]
    watermark: str | None


@frozen(kw_only=True)
class Footer:
    """What a plan comes to.

    Args:
        titles: Source records read.
        formats: Formats among them.
        records: Listings decided or skipped.
        skipped: Listings that nothing has changed for.
        steps: Steps by kind.
        calls: Estimated vendor calls of an apply.
        seconds: Estimated seconds of an apply, its waits for the vendor's budget included.
        good_until: The next instant at which the plan would come out differently, or None.
        warnings: What the reader should know.
        stops: Why a person should look before it is applied: a name to a sentence.
        heard: What was heard of our own writes, to be counted when it is applied.
    """

    titles: int
    formats: int
    records: int
    skipped: int
    steps: Mapping[StepKind, int]
    calls: int
    good_until: datetime | None
    warnings: tuple[str, ...] = ()
    seconds: float = 0.0
    stops: Mapping[str, str] = field(factory=dict[str, str])
    heard: Mapping[str, int] = field(factory=dict[str, int])

    @property
    def total(self) -> int:
        """All steps."""
        return sum(self.steps.values())

"""A job: everything that differs from pair to pair, as ports and pure functions.

`sync` knows no platform.  A bridge's folder makes a `Job`; planning, applying and
explaining are the same for all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any, Generic, TypeVar

from attrs import field, frozen

from commerce_bridge.domain.absence import Maybe
from commerce_bridge.domain.exchange import NaturalKey, Ref
from commerce_bridge.domain.fields import AnyField
from commerce_bridge.domain.record import Record
from commerce_bridge.flow.budgets import BudgetRules
from commerce_bridge.flow.effects import Flow
from commerce_bridge.mapping import Context, Mapped, Problem
from commerce_bridge.merge import Ownership
from commerce_bridge.ports.reader import Reader
from commerce_bridge.ports.step import Change, StepKind
from commerce_bridge.ports.work import Sink
from commerce_bridge.ports.writer import Writer
from commerce_bridge.sync.limits import Limits

S = TypeVar("S")


@frozen(kw_only=True)
class Draft:
    """One record as the source wants it on the target.

    Args:
        ref: The source's name of what it comes from, such as a format.
        origin: The source's name of the value that was read, such as the format's title.
        label: How people name it.
        mapped: Its values and problems.
        parts: Sub-records by their natural key, each with its own values and problems.
        asleep: Sub-records that are not to be made now; those that exist are still changed, usually closed.
        keys: Natural keys by which it can be found on the target.
        problems: Why it must not be written, or what the reader should know.
        dormant: Whether it is not to be made now, though nothing is wrong with it; one that exists is still
            changed, usually hidden.
        remarks: What the reader of a plan should know, counted over all records of a run.
        next_change: When it comes out differently though nothing changed, or None.
        changed_at: Field to the instant at which the source's value of it last changed, by the source's clock,
            for the record and its sub-records alike; fields of which it does not say so are left out.
    """

    ref: Ref
    origin: Ref
    label: str
    mapped: Mapped
    parts: Mapping[str, Mapped] = field(factory=dict[str, Mapped])
    asleep: Mapping[str, Mapped] = field(factory=dict[str, Mapped])
    keys: tuple[NaturalKey, ...] = ()
    problems: tuple[Problem, ...] = ()
    dormant: bool = False
    remarks: tuple[str, ...] = ()
    next_change: datetime | None = None
    changed_at: Mapping[AnyField, datetime] = field(factory=dict[AnyField, datetime])

    @property
    def all_problems(self) -> tuple[Problem, ...]:
        """Problems of the record and of all its parts."""
        return (
            *self.problems,
            *self.mapped.problems,
            *(problem for part in self.parts.values() for problem in part.problems),
        )

    @property
    def blocked(self) -> bool:
        """Whether a problem stops it from being written."""
        return any(problem.blocking for problem in self.all_problems)

    @property
    def unmade(self) -> bool:
        """Whether it will not be made if it does not exist."""
        return self.dormant or self.blocked


@frozen(kw_only=True)
class Job(Generic[S]):
    """One kind of record of one pair.

    Args:
        pair: How people name the pair, such as ``Consonance -> BigCommerce``.
        scope: The bridge and both accounts, for state.
        source: The name of the side that is read, such as ``consonance``.
        target: The name of the side that is written, such as ``bigcommerce``.
        reader: Reads the source.
        target_reader: Reads the target.
        writer: Writes the target.
        context: What mappers may look at, for an instant; reads the target's facts.
        drafts: The records that one source value comes to, all of its family at once.
        refs: The source's names of the records that a source value may come to, before it is mapped.
        formats: How many formats a source value has, for the counts.
        ownership: Which side owns each field.
        kind_of: The kind of step that carries a change of a record that exists.
        after_create: Fields that a CREATE does not carry, because they need the record to exist.
        unique: Fields whose values no two records of the target share.
        fingerprint: Text that changes when a rule does; None when a rule has no name.
        personal_keys: Kinds of natural keys that are personal data, such as ``email``.  Personal fields say so
            themselves, in the ownership table.
        natural_keys: The natural keys of a record of the target.
        limits: How careful it is.
        sinks: Who is told of work items.
        whole: Whether a read of the source from its beginning shows all that it has.  A file may be a delivery of
            changes alone: what it does not hold is not gone then.
        budget: The limits of the target's account, for the time that a plan will take; None when not known.
        withdrawn: The values that take a record, or the part of it that is named, off view: what a revert does
            with what the apply had made.  None where nothing can be taken off view.
        deletes: Whether a revert is to delete what the apply had made, instead of taking it off view.
        vault: Personal values that somebody keeps, by field and digest, or MISSING; without it a revert brings
            none back.
    """

    pair: str
    scope: str
    source: str
    target: str
    reader: Reader[S]
    target_reader: Reader[Record]
    writer: Writer
    context: Callable[[datetime], Flow[Context]]
    drafts: Callable[[S, Context], tuple[Draft, ...]]
    refs: Callable[[S], Iterable[Ref]]
    formats: Callable[[S], int]
    ownership: Ownership
    natural_keys: Callable[[Record], tuple[NaturalKey, ...]]
    kind_of: Callable[[Change], StepKind]
    after_create: frozenset[AnyField] = frozenset()
    unique: tuple[AnyField, ...] = ()
    personal_keys: frozenset[str] = frozenset()
    fingerprint: str | None = None
    limits: Limits = field(factory=Limits)
    withdrawn: Callable[[Record, str], Mapping[AnyField, Any]] | None = None
    deletes: bool = False
    vault: Callable[[AnyField, str], Maybe[Any]] | None = None
    sinks: tuple[Sink, ...] = ()
    budget: BudgetRules | None = None
    whole: bool = True

"""What crosses to a writer and back: steps in domain words, calls, and one result for each row."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from typing import Any, TypeAlias

from attrs import Factory, evolve, field, frozen

from commerce_bridge.domain.exchange import NaturalKey, Ref
from commerce_bridge.domain.fields import AnyField
from commerce_bridge.domain.record import Record
from commerce_bridge.errors import BridgeError


class StepKind(enum.Enum):
    """What a step does to one target record."""

    CREATE = "create"
    CHANGE = "change"
    HIDE = "hide"
    PUBLISH = "publish"
    RELATE = "relate"
    PRICE = "price"
    EMIT = "emit"
    OPEN_WORK = "open work"


STATE_ONLY = frozenset({StepKind.OPEN_WORK, StepKind.EMIT})
"""Kinds of step that reach no vendor."""


def _before(change: Change) -> Any:
    return change.before


@frozen(kw_only=True)
class Change:
    """One field's change.

    Args:
        field: Which field.
        before: What the target showed when the plan was made: a value, MISSING or CLEARED.
        after: What it will show.  For a collection these are our elements only: others' are kept.
        owner: Which side owns the field.
        rule: The rule that decided.
        part: Which sub-record it is in, such as a variant's SKU; empty for the record itself.
        reason: Why, in words, where the rule's name does not say enough.
        base: What both sides last agreed on before; what the target showed unless given.  A revert goes back to
            it in what is remembered.
    """

    field: AnyField
    before: Any
    after: Any
    owner: str
    rule: str
    part: str = ""
    reason: str = ""
    base: Any = Factory(_before, takes_self=True)


@frozen(kw_only=True)
class Step:
    """What is to be done to one target record.

    Args:
        id: Stable: the same step planned again has the same id.
        kind: What it does.
        record: Canonical id of the record.
        label: How people name the record.
        changes: The fields that change; for CREATE, all fields of the new record.
        keys: Natural keys by which the record can be found on the target.
        target: The target's name of the record; None before it exists.
        observed: The target's version that the step stands on; empty for CREATE.
        needs: Records that must exist first.
        seen: What the target showed of the record where the step needs it: the values it changes, and all
            elements with their names; None for CREATE.
        reason: For OPEN_WORK, why a person is needed.
        detail: For OPEN_WORK, in words, with what to try.
    """

    id: str
    kind: StepKind
    record: str
    label: str
    changes: tuple[Change, ...] = ()
    keys: tuple[NaturalKey, ...] = ()
    target: Ref | None = None
    observed: str = ""
    needs: tuple[str, ...] = ()
    seen: Record | None = None
    reason: str = ""
    detail: str = ""


RowId: TypeAlias = tuple[str, str]
"""A step's id and the part of it that one row of a call carries, such as ``("…", "product")``."""


@frozen(kw_only=True)
class Row:
    """One row of a call.

    Args:
        step: The step it belongs to.
        part: Which part of the step; a step is done when all its parts are.
        creates: The natural key under which what it creates can be found again; None for a row that
            may simply be sent again.
    """

    step: str
    part: str
    creates: NaturalKey | None = None

    @property
    def id(self) -> RowId:
        """Step and part."""
        return self.step, self.part


@frozen(kw_only=True)
class Call:
    """One request to the vendor that carries rows of one step or of many.

    Args:
        operation: What it does, such as ``products.update_batch``.
        rows: The rows in it; `send` answers one result for each.
        payload: The writer's own frozen value; nobody else looks inside.
        lane: A serial lane it keeps to, or None.
    """

    operation: str
    rows: tuple[Row, ...]
    payload: Any = field(repr=False)
    lane: str | None = None


@frozen(kw_only=True)
class Stage:
    """What can be sent now, and what waits for the answers.

    Args:
        calls: To be sent in any order, side by side.
        waiting: Steps with parts that need an answer first.
        done: Steps of which nothing is left to send.
    """

    calls: tuple[Call, ...] = ()
    waiting: tuple[Step, ...] = ()
    done: tuple[str, ...] = ()


class Verdict(enum.Enum):
    """What became of a row."""

    DONE = "done"
    FAILED = "failed"
    UNKNOWN = "unknown"


@frozen(kw_only=True)
class RowResult:
    """What became of one row.

    Args:
        row: Which.
        verdict: UNKNOWN when the answer was lost: the row is looked for before it is sent again.
        ref: The target's name of what the row made or touched, or None.
        learned: Names learned on the way, such as a brand's or a variant's.
        error: Why it failed, or how the answer was lost.
    """

    row: Row
    verdict: Verdict
    ref: Ref | None = None
    learned: tuple[tuple[NaturalKey, Ref], ...] = ()
    error: BridgeError | None = None


@frozen(kw_only=True)
class Known:
    """What is known of the target when steps are lowered.

    Args:
        bindings: Canonical id to the target's name of the record.
        names: Natural key to the target's name: brands, categories, variants, options, elements.
        done: Rows that have taken hold.
        failed: Rows that will not take hold; a step with one of them is over.
        seen: Canonical id to the record as the target last showed it.
        lost: Canonical ids of records that will not come to exist in this run: nobody waits for them.
    """

    bindings: Mapping[str, Ref] = field(factory=dict[str, Ref])
    names: Mapping[NaturalKey, Ref] = field(factory=dict[NaturalKey, Ref])
    done: frozenset[RowId] = frozenset()
    failed: frozenset[RowId] = frozenset()
    seen: Mapping[str, Record] = field(factory=dict[str, Record])
    lost: frozenset[str] = frozenset()

    def told(self, results: tuple[RowResult, ...], record_of: Mapping[str, str], main_part: str) -> Known:
        """What is known after some results.

        Args:
            results: The results.
            record_of: Step id to canonical id.
            main_part: The part whose reference is the record's own.
        """
        bindings, names = dict(self.bindings), dict(self.names)
        done, failed = set(self.done), set(self.failed)
        for result in results:
            if result.verdict is Verdict.FAILED:
                failed.add(result.row.id)
            elif result.verdict is Verdict.DONE:
                done.add(result.row.id)
                names.update(result.learned)
                if result.ref is not None and result.row.part == main_part:
                    bindings[record_of[result.row.step]] = result.ref
        return evolve(self, bindings=bindings, names=names, done=frozenset(done), failed=frozenset(failed))

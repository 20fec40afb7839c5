"""Collections are owned by element: what we put there is ours, the rest is kept.

A field whose values are elements is compared only in its own part of the collection:
the elements that it wants now, those it put there before, and, for a single element,
whatever stands in the same slot.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from itertools import chain
from typing import Any, cast

from attrs import frozen

from commerce_bridge.domain.absence import CLEARED, MISSING, Cleared, Maybe, Missing
from commerce_bridge.domain.record import Element, Fact, Kin, Note, Outlet, Picture, Placement

_KINDS = (Fact, Note, Picture, Placement, Outlet, Kin)


def elements(value: Maybe[Any]) -> frozenset[Element]:
    """The elements in a value: one, several, or none."""
    if isinstance(value, _KINDS):
        return frozenset({value})
    if isinstance(value, frozenset):
        return frozenset(one for one in cast("frozenset[object]", value) if isinstance(one, _KINDS))
    return frozenset()


def holds_elements(*values: Maybe[Any]) -> bool:
    """Whether a field with these values is a part of a shared collection; an empty set alone is taken for one."""
    for value in values:
        if isinstance(value, _KINDS):
            return True
        if isinstance(value, frozenset) and value:
            return bool(elements(cast("frozenset[object]", value)))
    return any(isinstance(value, frozenset) for value in values)


def is_nothing(value: Maybe[Any]) -> bool:
    """Whether a value is an absence, or no elements."""
    return isinstance(value, (Missing, Cleared)) or value == frozenset()


def alike(one: Maybe[Any], other: Maybe[Any]) -> bool:
    """Whether two values come to the same: equal, both nothing, or the same elements in another shape."""
    if one == other or (is_nothing(one) and is_nothing(other)):
        return True
    ours = elements(one)
    return bool(ours) and ours == elements(other)


def standing(wanted: Maybe[Any], base: Maybe[Any], shown: Iterable[Element]) -> Maybe[Any]:
    """What the target shows of a field's own part of a collection, in the shape of its value.

    An element that the field wants counts as its own, whoever put it there first.

    Args:
        wanted: What the source says.
        base: What we last put there.
        shown: All elements of the target's collection, ours and others'.

    Returns:
        The elements as a set where wanted or base is one; else the one element, or a set where several of
        ours stand in one place; MISSING where there is none and never was.
    """
    ours = elements(wanted) | elements(base)
    slots = {one.slot for one in ours}
    several = any(isinstance(value, frozenset) for value in (wanted, base))
    if several:
        exact = frozenset(one for one in shown if one in ours or (one.slot in slots and _unique(one)))
        return exact if exact or isinstance(base, frozenset) else MISSING
    found = _in_order([one for one in shown if one.slot in slots])
    mine = [one for one in found if one in ours]
    if len(mine) > 1:
        return frozenset(mine)
    return next(iter(mine or found), MISSING)


def joined(values: Sequence[Maybe[Any]]) -> Maybe[Any] | None:
    """The elements of all values together, or None where different single values cannot be joined.

    Args:
        values: Sets, elements or absences, the one that counts most first: where a slot holds a single
            element, it is taken from the first value that has one.

    Returns:
        A set, or the one element of a field that holds one; CLEARED where nobody has any and somebody says
        so, MISSING where nobody says anything.
    """
    there = [one for one in values if not isinstance(one, (Missing, Cleared))]
    if not there:
        return CLEARED if any(isinstance(one, Cleared) for one in values) else MISSING
    if all(alike(one, there[0]) for one in there):
        return there[0]
    if not all(isinstance(one, (frozenset, *_KINDS)) for one in there):
        return None
    kept: dict[object, Any] = {}
    for one in chain.from_iterable(_members(value) for value in there):
        kept.setdefault(("slot", one.slot) if isinstance(one, _KINDS) and _unique(one) else one, one)
    if len(kept) == 1 and not isinstance(there[0], frozenset):
        return there[0]
    return frozenset(kept.values())


def _members(value: frozenset[Any] | Element) -> Collection[Any]:
    return value if isinstance(value, frozenset) else (value,)


def _unique(one: Element) -> bool:
    """Whether its slot holds a single element, so that another value there is the same thing, edited."""
    return not isinstance(one, Fact)


@frozen(kw_only=True)
class Moves:
    """How a field's part of a collection gets from what it is to what it shall be.

    Args:
        add: Elements to put there.
        edit: Old and new element of one slot.
        remove: Elements of ours to take away.
    """

    add: tuple[Element, ...] = ()
    edit: tuple[tuple[Element, Element], ...] = ()
    remove: tuple[Element, ...] = ()


def moves(before: Maybe[Any], after: Maybe[Any]) -> Moves:
    """The least that has to be done; an element of the same slot is edited, not replaced.

    Args:
        before: What the target shows of the field's part.
        after: What it is to show; CLEARED is no elements, MISSING leaves all.
    """
    if isinstance(after, Missing):
        return Moves()
    was, will = elements(before), elements(after)
    old, new = _in_order(was - will), _in_order(will - was)
    add: list[Element] = []
    edit: list[tuple[Element, Element]] = []
    for one in new:
        same = next((other for other in old if other.slot == one.slot), None)
        if same is None:
            add.append(one)
        else:
            old.remove(same)
            edit.append((same, one))
    return Moves(add=tuple(add), edit=tuple(edit), remove=tuple(old))


def _in_order(some: Collection[Element]) -> list[Element]:
    """The same order in every process; most fields hold one element, and need none."""
    return list(some) if len(some) < 2 else sorted(some, key=lambda one: (one.slot, repr(one)))

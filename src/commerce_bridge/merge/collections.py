"""Collections are owned by element: what we put there is ours, the rest is kept.

A field whose values are elements is compared only in its own part of the collection:
the elements that it wants now, those it put there before, and, for a single element,
whatever stands in the same slot.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, cast

from attrs import frozen

from commerce_bridge.domain.absence import MISSING, Cleared, Maybe, Missing
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
    """Whether a field with these values is a part of a shared collection."""
    return any(isinstance(value, (*_KINDS, frozenset)) for value in values)


def standing(wanted: Maybe[Any], base: Maybe[Any], shown: Iterable[Element]) -> Maybe[Any]:
    """What the target shows of a field's own part of a collection, in the shape of its value.

    Args:
        wanted: What the source says.
        base: What we last put there.
        shown: All elements of the target's collection, ours and others'.
    """
    ours = elements(wanted) | elements(base)
    slots = {one.slot for one in ours}
    several = any(isinstance(value, frozenset) for value in (wanted, base))
    if several:
        exact = frozenset(one for one in shown if one in ours or (one.slot in slots and _unique(one)))
        return exact if exact or isinstance(base, frozenset) else MISSING
    found = [one for one in shown if one.slot in slots]
    best = next((one for one in found if one in ours), found[0] if found else None)
    return MISSING if best is None else best


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
        after: What it is to show; CLEARED and MISSING are no elements.
    """
    old, new = (
        sorted(elements(before) - elements(after), key=_order),
        sorted(elements(after) - elements(before), key=_order),
    )
    add: list[Element] = []
    edit: list[tuple[Element, Element]] = []
    if isinstance(after, Missing):
        return Moves()
    for one in new:
        same = next((other for other in old if other.slot == one.slot), None)
        if same is None:
            add.append(one)
        else:
            old.remove(same)
            edit.append((same, one))
    return Moves(add=tuple(add), edit=tuple(edit), remove=tuple(old))


def is_cleared(value: Maybe[Any]) -> bool:
    """Whether a value says that nothing shall be there."""
    return isinstance(value, Cleared) or value == frozenset()


def _order(one: Element) -> tuple[str, str]:
    return one.slot, repr(one)

"""Setting back one field: what to write, what is agreed on afterwards, or why it is left alone.  Pure.

A field is set back only while the target still shows what we wrote.  Where it shows what stood there before,
nothing is left to do; where it shows anything else, somebody has changed it since, and it stays.  Of a shared
collection the same holds element by element.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from attrs import evolve, frozen

from commerce_bridge.domain.absence import CLEARED, MISSING, Maybe, Missing
from commerce_bridge.domain.fields import AnyField
from commerce_bridge.domain.record import Element, Fact, Record
from commerce_bridge.domain.sealed import Sealed
from commerce_bridge.merge.collections import alike, elements, holds_elements, moves, standing
from commerce_bridge.merge.explain import show
from commerce_bridge.ports.step import Change
from commerce_bridge.sync.personal.clear import is_sealed

RULE = "revert"
"""The rule of every change that a revert makes."""

NOT_KEPT = "what stood there before is personal and was not kept"


@frozen(kw_only=True)
class Reversal:
    """What setting one field back comes to.

    Args:
        change: What is to be written, or None when nothing is.
        agreed: What both sides agree on afterwards; MISSING when they agree on nothing.
        left: Why something of it is left alone, in words; empty when nothing is.
    """

    change: Change | None
    agreed: Maybe[Any]
    left: tuple[str, ...] = ()


@frozen(kw_only=True)
class Standpoint:
    """What is known of a record when its fields are set back.

    Args:
        shown: The target's record now, kin that is ours going by its canonical id.
        why: The reason that every change gives.
        vault: Personal values that somebody keeps, by field and digest; None where nobody does.
    """

    shown: Record
    why: str
    vault: Callable[[AnyField, str], Maybe[Any]] | None = None

    def here(self, part: str) -> Record | None:
        """The record, or the part of it that is named; None when the part is gone."""
        return self.shown.parts.get(part) if part else self.shown

    def opened(self, name: AnyField, value: Maybe[Any]) -> Any:
        """A value, with what is behind its seal where somebody keeps that; None where nobody does."""
        if not isinstance(value, Sealed):
            return value
        clear = MISSING if self.vault is None else self.vault(name, value.digest)
        return None if clear is MISSING else Sealed(value.digest, clear=clear)


def reverse(change: Change, at: Standpoint, agreed: Maybe[Any]) -> Reversal:
    """What it takes to undo a change.

    Args:
        change: What was written.
        at: What is known of the record now.
        agreed: What both sides agree on now.
    """
    holder = at.here(change.part)
    if holder is None:
        return Reversal(change=None, agreed=agreed, left=(f"{change.part} is gone",))
    if holds_elements(change.before, change.after):
        return _reverse_elements(change, at, agreed)
    here = holder.get(change.field)
    if alike(here, change.before):
        return Reversal(change=None, agreed=agreed if alike(agreed, change.before) else change.base)
    if not alike(here, change.after):
        return Reversal(change=None, agreed=agreed, left=(_since(here, change, agreed),))
    after = at.opened(change.field, change.before)
    if after is None:
        return Reversal(change=None, agreed=agreed, left=(NOT_KEPT,))
    after = CLEARED if after is MISSING else after
    return Reversal(change=_back(change, at, here, after, agreed), agreed=change.base)


def withdraw(change: Change, at: Standpoint, wrote: Maybe[Any], agreed: Maybe[Any]) -> Reversal:
    """What it takes to take a record off view that an apply had made: one field of it.

    Args:
        change: The field, its part, and the value that takes it off view; what it had before is looked up.
        at: What is known of the record now.
        wrote: What that apply wrote; MISSING when it did not write the field.
        agreed: What both sides agree on now.
    """
    holder = at.here(change.part)
    if holder is None:
        return Reversal(change=None, agreed=agreed, left=(f"{change.part} is gone",))
    if holds_elements(change.after, wrote, agreed):
        here = standing(change.after, wrote if agreed is MISSING else agreed, at.shown.elements)
    else:
        here = holder.get(change.field)
        never = wrote is MISSING and agreed is MISSING
        if not never and not any(alike(here, one) for one in (change.after, wrote, agreed)):
            return Reversal(change=None, agreed=agreed, left=(_since(here, change, agreed),))
    if alike(here, change.after):
        return Reversal(change=None, agreed=change.after)
    return Reversal(change=_back(change, at, here, change.after, agreed), agreed=change.after)


def _reverse_elements(change: Change, at: Standpoint, agreed: Maybe[Any]) -> Reversal:
    ours = elements(change.before) | elements(change.after)
    there = frozenset(one for one in at.shown.elements if one in ours)
    set_back = _set_back(change, at, there)
    # What was read from the target is kept by the target; what we put there came from the source, and still can.
    first = {one: one for one in elements(change.base)}
    back = frozenset(first.get(one, one) for one in set_back.stand)
    several = any(isinstance(one, frozenset) for one in (change.before, change.after, change.base))
    known = _agreed(change, at, agreed, ours - set_back.lost, several=several)
    if back == there:
        return Reversal(change=None, agreed=known, left=set_back.left)
    before = _shaped(there, several=several, empty=MISSING)
    after = _shaped(back, several=several, empty=CLEARED)
    return Reversal(change=_back(change, at, before, after, agreed), agreed=known, left=set_back.left)


def _agreed(
    change: Change, at: Standpoint, agreed: Maybe[Any], touched: frozenset[Element], *, several: bool
) -> Maybe[Any]:
    """What is agreed on of a collection: what was before, and what a later plan has put there beside it."""
    slots = {one.slot for one in touched}
    later = elements(agreed) - touched
    kept = frozenset(one for one in later if one in at.shown.elements or one.slot not in slots)
    kept |= frozenset(one for one in elements(change.base) if one.slot in slots)
    if kept == elements(change.base):
        return change.base
    return _shaped(kept, several=several, empty=frozenset[Any]() if several else MISSING)


@frozen
class _SetBack:
    """Our elements of a collection as they should stand, those that are not ours to move any more, and why."""

    stand: frozenset[Element]
    lost: frozenset[Element]
    left: tuple[str, ...]


def _set_back(change: Change, at: Standpoint, there: frozenset[Element]) -> _SetBack:
    was, will = elements(change.before), elements(change.after)
    single = not any(isinstance(one, frozenset) for one in (change.before, change.after))
    others = [one for one in at.shown.elements if one not in was | will]
    edits = moves(change.before, change.after).edit
    stand, lost, left = set(there), set[Element](), list[str]()
    for old, new in (*edits, *_alone(was - will, will - was, edits)):
        mine = {one for one in (old, new) if one is not None}
        instead = sorted(str(one) for one in others if _in_place(one, mine, single=single))
        if (new is not None and new in there) or (new is None and not instead):
            if old is not None and old not in there and is_sealed(old):
                left.append(NOT_KEPT)
                continue
            stand -= mine
            stand |= {old} if old is not None else set()
        elif not mine & there and (instead or None not in (old, new)):
            lost |= mine
            left.append(f"{new or old} is {', '.join(instead) or 'gone'} now")
    return _SetBack(frozenset(stand), frozenset(lost), tuple(left))


def _alone(
    removed: frozenset[Element], added: frozenset[Element], edits: Iterable[tuple[Element, Element]]
) -> list[tuple[Element | None, Element | None]]:
    """Elements that were taken away or put there, and took nobody's place."""
    paired = {one for edit in edits for one in edit}
    gone: list[tuple[Element | None, Element | None]] = [(one, None) for one in removed - paired]
    return sorted([*gone, *((None, one) for one in added - paired)], key=repr)


def _in_place(one: Element, mine: Iterable[Element], *, single: bool) -> bool:
    """Whether somebody else's element stands where one of ours would: facts of one name stand side by side."""
    return (single or not isinstance(one, Fact)) and any(one.slot == other.slot for other in mine)


def _shaped(some: frozenset[Element], *, several: bool, empty: Maybe[Any]) -> Maybe[Any]:
    """Elements in the shape of a field's values: a set, or the one."""
    if several or len(some) > 1:
        return some if some or not isinstance(empty, Missing) else empty
    return next(iter(some), empty)


def _back(change: Change, at: Standpoint, here: Maybe[Any], after: Maybe[Any], agreed: Maybe[Any]) -> Change:
    return evolve(change, before=here, after=after, rule=RULE, reason=at.why, base=agreed)


def _since(here: Maybe[Any], change: Change, agreed: Maybe[Any]) -> str:
    by = "was written again since" if alike(here, agreed) else "was changed since"
    return f"it {by}: it is {show(here)} now"

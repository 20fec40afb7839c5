"""A step beside what is known: which of its elements are added, and which of its rows are over."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TypeVar

from attrs import field, frozen

from commerce_bridge.domain.exchange import NaturalKey, Ref
from commerce_bridge.domain.record import Element, Fact, Kin, Note, Outlet, Picture, Placement, Record
from commerce_bridge.platforms.bigcommerce.lowering.places import Wishes, wishes_of
from commerce_bridge.platforms.bigcommerce.lowering.work import Piece, Work
from commerce_bridge.platforms.bigcommerce.settings import Settings
from commerce_bridge.ports.step import Known, Row, Step

E = TypeVar("E", Fact, Note, Picture, Placement, Outlet, Kin)


@frozen(kw_only=True)
class View:
    """A step beside what is known.

    Args:
        step: The step.
        known: What is known of the target.
        settings: How records are written.
        wishes: What the step wants.
        there: The elements that the target showed, with its names of them.
        starting: Whether the product is still to be taken off the channels on which the store put it.
    """

    step: Step
    known: Known
    settings: Settings
    wishes: Wishes
    there: Mapping[Element, Ref | None] = field(factory=dict[Element, "Ref | None"])
    starting: bool = False

    def row(self, part: str, creates: NaturalKey | None = None) -> Row:
        """A row of the step."""
        return Row(step=self.step.id, part=part, creates=creates)

    def settled(self, part: str) -> bool:
        """Whether a part is over, either way."""
        row = (self.step.id, part)
        return row in self.known.done or row in self.known.failed

    def piece(self, part: str, work: Work, creates: NaturalKey | None = None) -> Iterator[Piece]:
        """A piece of one row, unless it is over."""
        if not self.settled(part):
            yield Piece(rows=(self.row(part, creates),), work=work)

    def added(self, kind: type[E]) -> Iterator[E]:
        """Elements of a kind to put there; one to be edited that the target does not show is added."""
        unseen: list[Element] = [new for old, new in self.wishes.edit if self.there.get(old) is None]
        return _of(kind, (*self.wishes.add, *unseen))

    def edited(self, kind: type[E]) -> Iterator[tuple[Ref, E]]:
        """Elements of a kind to be edited, each with the target's name of it."""
        for old, new in self.wishes.edit:
            name = self.there.get(old)
            if isinstance(new, kind) and name is not None:
                yield name, new

    def removed(self, kind: type[E]) -> Iterator[tuple[Ref, E]]:
        """Elements of a kind to take away, as far as the target shows them, each with its name of it."""
        for one in _of(kind, self.wishes.remove):
            name = self.there.get(one)
            if name is not None:
                yield name, one

    def shown(self, kind: type[E]) -> tuple[Ref, ...]:
        """The target's names of all elements of a kind that it showed."""
        return tuple(name for one, name in self.there.items() if isinstance(one, kind) and name is not None)


def view_of(step: Step, known: Known, settings: Settings, seen: Record, *, starting: bool = False) -> View:
    """A step beside what is known; see `View`.

    Raises:
        MappingError: A field has no place in this store.
    """
    wishes = wishes_of(step, settings)
    return View(
        step=step, known=known, settings=settings, wishes=wishes, there=seen.elements, starting=starting
    )


def _of(kind: type[E], elements: Iterable[Element]) -> Iterator[E]:
    return (one for one in elements if isinstance(one, kind))

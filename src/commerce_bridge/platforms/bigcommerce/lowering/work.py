"""The works a writer knows, in domain words; each call carries works of one kind, with their rows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

from attrs import field, frozen

from commerce_bridge.domain.exchange import Ref
from commerce_bridge.domain.fields import AnyField
from commerce_bridge.domain.record import Fact, Note, Picture
from commerce_bridge.errors import MappingError
from commerce_bridge.ports.step import Row

Values: TypeAlias = Mapping[AnyField, Any]


def _no_values() -> Values:
    return {}


@frozen(kw_only=True)
class Remade:
    """An array of ids that the API replaces as a whole: what is there, but for ours, and ours.

    Args:
        there: What the target showed, ours and others'.
        add: What we put there.
        remove: What of ours goes.
    """

    there: tuple[Ref, ...] = ()
    add: tuple[Ref, ...] = ()
    remove: tuple[Ref, ...] = ()

    def joined(self, other: Remade) -> Remade:
        """Both changes of the same array."""
        return Remade(
            there=tuple(dict.fromkeys((*self.there, *other.there))),
            add=tuple(dict.fromkeys((*self.add, *other.add))),
            remove=tuple(dict.fromkeys((*self.remove, *other.remove))),
        )

    @property
    def refs(self) -> tuple[Ref, ...]:
        """What is to be there."""
        gone = set(self.remove) - set(self.add)
        return tuple(one for one in dict.fromkeys((*self.there, *self.add)) if one not in gone)


@frozen(kw_only=True)
class CategoryNeed:
    """A category that must exist, with those above it."""

    path: tuple[str, ...]


@frozen(kw_only=True)
class Creation:
    """A product that is made, with all it holds.

    Args:
        values: Its own fields.
        parts: Its variants by SKU, in order.
        facts: Its custom fields.
        pictures: Its images, in order.
        categories: Its categories.
        owner: The SKU under which its images are looked for.
    """

    values: Values
    parts: Mapping[str, Values] = field(factory=dict[str, "Values"])
    facts: tuple[Fact, ...] = ()
    pictures: tuple[Picture, ...] = ()
    categories: tuple[Ref, ...] = ()
    owner: str = ""


@frozen(kw_only=True)
class ProductChange:
    """Fields of a product that change.

    Args:
        target: The product.
        values: Fields to set, or to clear.
        categories: Its categories, when they change.
        related: Its related products, when they change.
        several: Whether it has several variants.
    """

    target: Ref
    values: Values = field(factory=_no_values)
    categories: Remade | None = None
    related: Remade | None = None
    several: bool = False


@frozen(kw_only=True)
class VariantChange:
    """Fields of a variant that change, each of which a batch takes."""

    product: Ref
    target: Ref
    values: Values


@frozen(kw_only=True)
class VariantRewriting:
    """Fields of a variant that change, one of which no batch takes."""

    product: Ref
    target: Ref
    values: Values


@frozen(kw_only=True)
class VariantAddition:
    """A variant that joins a product."""

    product: Ref
    sku: str
    values: Values


@frozen(kw_only=True)
class VariantRenaming:
    """A variant whose option value gets another name."""

    product: Ref
    target: Ref
    label: str


@frozen(kw_only=True)
class FactAddition:
    """A custom field that is added."""

    product: Ref
    fact: Fact


@frozen(kw_only=True)
class FactChange:
    """A custom field that gets another value."""

    product: Ref
    target: Ref
    fact: Fact


@frozen(kw_only=True)
class FactRemoval:
    """A custom field of ours that goes."""

    product: Ref
    target: Ref


@frozen(kw_only=True)
class NoteAddition:
    """A metafield that is added."""

    product: Ref
    note: Note


@frozen(kw_only=True)
class NoteChange:
    """A metafield that gets another value or other readers."""

    target: Ref
    note: Note


@frozen(kw_only=True)
class NoteRemoval:
    """A metafield of ours that goes."""

    target: Ref


@frozen(kw_only=True)
class PictureAddition:
    """An image that is added."""

    product: Ref
    picture: Picture


@frozen(kw_only=True)
class PictureChange:
    """An image whose words or place change; its file stays."""

    product: Ref
    target: Ref
    picture: Picture


@frozen(kw_only=True)
class PictureRemoval:
    """An image of ours that goes."""

    product: Ref
    target: Ref


@frozen(kw_only=True)
class Assignment:
    """A product that is put on a channel."""

    product: Ref
    channel: str


@frozen(kw_only=True)
class Withdrawal:
    """A product that is taken off a channel."""

    product: Ref
    channel: str


@frozen(kw_only=True)
class Refusal:
    """Something that cannot be written; nothing is sent, and its rows fail with the reason."""

    error: MappingError = field(repr=str)


Work: TypeAlias = (
    CategoryNeed
    | Creation
    | ProductChange
    | VariantChange
    | VariantRewriting
    | VariantAddition
    | VariantRenaming
    | FactAddition
    | FactChange
    | FactRemoval
    | NoteAddition
    | NoteChange
    | NoteRemoval
    | PictureAddition
    | PictureChange
    | PictureRemoval
    | Assignment
    | Withdrawal
    | Refusal
)


@frozen(kw_only=True)
class Item:
    """One work of a call, and the rows it carries; steps that share a work have a row each.

    Args:
        work: What is to be done.
        rows: The rows it carries.
        shares: The same by step, where several share the work: if it is refused, each is tried alone, so
            that what one step wants wrongly keeps no other from taking hold.
    """

    work: Work
    rows: tuple[Row, ...]
    shares: tuple[Item, ...] = ()


@frozen(kw_only=True)
class Piece:
    """A part of one step.

    Args:
        rows: The rows it carries.
        work: What is to be done, or None while it waits for other answers.
        joins: The product whose row it shares, when it does.
        urgent: Whether it must not wait for anything that could share its call: it takes something off sale.
    """

    rows: tuple[Row, ...]
    work: Work | None
    joins: Ref | None = None
    urgent: bool = False

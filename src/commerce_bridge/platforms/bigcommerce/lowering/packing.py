"""Packing pieces into calls: changes of one product share a row, rows share a batch.

What goes first is what must not wait: channels that a product leaves, products that are hidden, then
categories that others need, then new products, then the rest.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Hashable, Iterable, Iterator, Sequence

from attrs import evolve, frozen

from commerce_bridge.platforms.bigcommerce.batching import split
from commerce_bridge.platforms.bigcommerce.limits import PRODUCT_ROWS, VARIANT_ROWS, Limits
from commerce_bridge.platforms.bigcommerce.lowering.places import ALONE
from commerce_bridge.platforms.bigcommerce.lowering.work import (
    Assignment,
    CategoryNeed,
    Creation,
    FactAddition,
    FactChange,
    FactRemoval,
    Item,
    NoteAddition,
    NoteChange,
    NoteRemoval,
    PictureAddition,
    PictureChange,
    PictureRemoval,
    Piece,
    ProductChange,
    Refusal,
    Remade,
    VariantAddition,
    VariantChange,
    VariantRenaming,
    VariantRewriting,
    Withdrawal,
    Work,
)
from commerce_bridge.ports.step import Call

NO_CALL = "refused here"
"""The operation of a call that sends nothing: its rows fail with a reason of ours."""


@frozen(kw_only=True)
class Shape:
    """How works of one kind are packed.

    Args:
        operation: What the call does.
        most: How many works a call carries.
        lane: The serial lane it keeps to, or None.
        apart: Works with different answers never share a call.
        fills: Whether a call that is not full waits while more of its kind may come: products that are being
            made bring metafields, channels and family along.
    """

    operation: str
    most: Callable[[Limits], int]
    lane: str | None = None
    apart: Callable[[Work], Hashable] = lambda work: None
    fills: bool = False


def _one(limits: Limits) -> int:
    return 1


def _any_number(limits: Limits) -> int:
    return 10_000


def _channel(work: Work) -> Hashable:
    return work.channel if isinstance(work, Withdrawal) else None


def _product_rows(limits: Limits) -> int:
    return PRODUCT_ROWS


def _note_rows(limits: Limits) -> int:
    return limits.metafield_rows


SHAPES: dict[type[Work], Shape] = {
    # A delete takes every pairing of the products and the channels it names: one channel at a time.
    Withdrawal: Shape(
        operation="channel_assignments.unassign",
        most=lambda limits: limits.ids_in_filter,
        lane="assignments",
        apart=_channel,
    ),
    ProductChange: Shape(operation="products.update_batch", most=_product_rows, fills=True),
    CategoryNeed: Shape(operation="categories.ensure", most=_any_number),
    Creation: Shape(operation="products.create", most=_one),
    VariantChange: Shape(operation="variants.update_batch", most=lambda limits: VARIANT_ROWS),
    VariantRewriting: Shape(operation="variants.update", most=_one),
    VariantAddition: Shape(operation="variants.create", most=_one),
    VariantRenaming: Shape(operation="option_values.update", most=_one),
    NoteAddition: Shape(operation="product_metafields.create_batch", most=_note_rows, fills=True),
    NoteChange: Shape(operation="product_metafields.update_batch", most=_note_rows),
    NoteRemoval: Shape(operation="product_metafields.delete_batch", most=_note_rows),
    FactAddition: Shape(operation="custom_fields.create", most=_one),
    FactChange: Shape(operation="custom_fields.update", most=_one),
    FactRemoval: Shape(operation="custom_fields.delete", most=_one),
    PictureAddition: Shape(operation="images.create", most=_one),
    PictureChange: Shape(operation="images.update", most=_one),
    PictureRemoval: Shape(operation="images.delete", most=_one),
    Assignment: Shape(
        operation="channel_assignments.assign",
        most=lambda limits: limits.assignment_rows,
        lane="assignments",
        fills=True,
    ),
    Refusal: Shape(operation=NO_CALL, most=_any_number),
}
"""Works in the order in which they go out."""


def pack(pieces: Sequence[Piece], limits: Limits) -> tuple[Call, ...]:
    """The calls that can be sent now.

    Args:
        pieces: All pieces of all steps under way.
        limits: Batch sizes.
    """
    held = {id(piece) for piece in _held(pieces)}
    ready = [piece for piece in pieces if piece.work is not None]
    filling = _filling(pieces)
    calls = _calls([piece for piece in ready if id(piece) not in held], limits, filling)
    # What waits may wait for ever: when nothing else is left to send, what was held back goes alone.
    return calls or _calls(ready, limits)


def _filling(pieces: Sequence[Piece]) -> frozenset[type[Work]]:
    """Kinds of work whose calls wait until they are full; none of which any takes something off sale."""
    coming = any(piece.work is None or isinstance(piece.work, (Creation, CategoryNeed)) for piece in pieces)
    urgent = {type(piece.work) for piece in pieces if piece.urgent}
    return frozenset(kind for kind, shape in SHAPES.items() if coming and shape.fills and kind not in urgent)


def _held(pieces: Sequence[Piece]) -> list[Piece]:
    """Ready pieces that wait for another piece of their product, so that both go in one row.

    An array that is replaced as a whole would else be replaced twice, the second time from what was seen
    before the first.  What takes a product off sale is never held.
    """
    waiting = {piece.joins for piece in pieces if piece.joins is not None and piece.work is None}
    if not waiting:
        return []
    ready = [piece for piece in pieces if piece.joins in waiting and piece.work is not None]
    hurried = {piece.joins for piece in ready if piece.urgent}
    return [piece for piece in ready if piece.joins not in hurried or _replaces(piece.work)]


def _replaces(work: Work | None) -> bool:
    return isinstance(work, ProductChange) and not (work.categories is None and work.related is None)


def _calls(
    pieces: Sequence[Piece], limits: Limits, filling: Container[type[Work]] = frozenset()
) -> tuple[Call, ...]:
    by_kind: dict[type[Work], list[Item]] = {}
    for item in _shared(sorted(pieces, key=lambda piece: not piece.urgent)):
        by_kind.setdefault(type(item.work), []).append(item)
    return tuple(
        call
        for kind, shape in SHAPES.items()
        for call in _of_kind(shape, by_kind.get(kind, ()), limits, fill=kind in filling)
    )


def _of_kind(shape: Shape, items: Iterable[Item], limits: Limits, *, fill: bool) -> Iterator[Call]:
    groups: dict[Hashable, list[Item]] = {}
    for item in items:
        groups.setdefault(shape.apart(item.work), []).append(item)
    most = shape.most(limits)
    for group in groups.values():
        for some in split(group, most):
            if fill and len(some) < most:
                continue
            rows = tuple(row for item in some for row in item.rows)
            yield Call(operation=shape.operation, rows=rows, payload=tuple(some), lane=shape.lane)


def _shared(pieces: Sequence[Piece]) -> list[Item]:
    """One item for each thing that is written, with the rows of all steps that write it."""
    groups: dict[Hashable, list[Item]] = {}
    for number, piece in enumerate(pieces):
        if piece.work is not None:
            item = Item(work=piece.work, rows=piece.rows)
            groups.setdefault(_same(piece.work) or number, []).append(item)
    return [_together(group) for group in groups.values()]


def _together(group: Sequence[Item]) -> Item:
    first, *others = group
    if not others:
        return evolve(first, work=_route(first.work))
    work = first.work
    for other in others:
        work = _joined(work, other.work)
    # What is made is looked for once: the first row names it.
    rows = (*first.rows, *(evolve(row, creates=None) for other in others for row in other.rows))
    shares = tuple(evolve(one, work=_route(_share(one.work, work))) for one in group)
    return Item(work=_route(work), rows=rows, shares=shares)


def _share(own: Work, whole: Work) -> Work:
    """One step's part of a shared work; an array that is replaced as a whole stays whole."""
    if isinstance(own, ProductChange) and isinstance(whole, ProductChange):
        return evolve(
            own,
            categories=None if own.categories is None else whole.categories,
            related=None if own.related is None else whole.related,
        )
    return own


def _route(work: Work) -> Work:
    """The same work by the route that can take it."""
    if isinstance(work, VariantChange) and not ALONE.isdisjoint(work.values):
        return VariantRewriting(product=work.product, target=work.target, values=work.values)
    return work


def _same(work: Work) -> Hashable:
    """What two works have in common when they are one; None when they never are."""
    match work:
        case ProductChange() | VariantChange():
            return type(work), work.target
        case VariantAddition():
            return type(work), work.product, work.sku
        case CategoryNeed():
            return type(work), work.path
        case _:
            return None


def _joined(one: Work, other: Work) -> Work:
    if isinstance(one, ProductChange) and isinstance(other, ProductChange):
        return ProductChange(
            target=one.target,
            values={**one.values, **other.values},
            categories=_both(one.categories, other.categories),
            related=_both(one.related, other.related),
            several=one.several or other.several,
        )
    if isinstance(one, (VariantChange, VariantAddition)) and isinstance(other, type(one)):
        return evolve(one, values={**one.values, **other.values})
    return one


def _both(one: Remade | None, other: Remade | None) -> Remade | None:
    return one.joined(other) if one is not None and other is not None else one or other

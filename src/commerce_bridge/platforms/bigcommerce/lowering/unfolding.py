"""Unfolding a step into its pieces: which rows it has, and what each of them needs first."""

from __future__ import annotations

from collections.abc import Iterator

from attrs import evolve

from commerce_bridge.domain import listing as on
from commerce_bridge.domain.exchange import Ref
from commerce_bridge.domain.record import Fact, Kin, Picture, Placement, Record
from commerce_bridge.errors import MappingError
from commerce_bridge.platforms.bigcommerce.keys import category_key, main_key, picture_key, variant_key
from commerce_bridge.platforms.bigcommerce.limits import PLATFORM, RELATED_PER_PRODUCT
from commerce_bridge.platforms.bigcommerce.lowering import aside
from commerce_bridge.platforms.bigcommerce.lowering.view import View, view_of
from commerce_bridge.platforms.bigcommerce.lowering.work import (
    CategoryNeed,
    Creation,
    Piece,
    ProductChange,
    Refusal,
    Remade,
    VariantAddition,
    VariantChange,
    VariantRenaming,
)
from commerce_bridge.platforms.bigcommerce.settings import Settings
from commerce_bridge.ports.step import Known, Step, StepKind

MAIN = "product"
"""The part whose reference is the record's own."""

ADDRESS = "address"
"""The part that is the product's web address: the store may save all else and refuse this."""

FAMILY = "family"
"""The part that is a new product's family, where its own step brings it along."""


def unfold(step: Step, known: Known, settings: Settings, *, starting: bool = False) -> list[Piece]:
    """The pieces of a step that are neither done nor failed; none when it is over.

    Args:
        step: The step.
        known: What is known of the target.
        settings: How records are written.
        starting: Whether its product is still to be taken off the channels on which the store put it.

    Raises:
        MappingError: A field has no place in this store.
    """
    seen = step.seen or known.seen.get(step.record) or Record()
    view = view_of(step, known, settings, seen, starting=starting)
    if step.kind is StepKind.CREATE:
        return list(_making(view))
    urgent = step.kind is StepKind.HIDE
    return [evolve(piece, urgent=urgent) for piece in _changing(view, seen)]


def is_starting(step: Step, known: Known, settings: Settings) -> bool:
    """Whether a step makes a product that is still to be taken off channels on which the store puts it."""
    rows = ((step.id, aside.start_of(channel)) for channel in settings.starts_on)
    return step.kind is StepKind.CREATE and any(
        row not in known.done and row not in known.failed for row in rows
    )


def _making(view: View) -> Iterator[Piece]:
    """A new product; what needs it to exist follows once it does."""
    main = (view.step.id, MAIN)
    if main in view.known.failed:
        return
    if main not in view.known.done:
        yield from _categories_first(view)
        yield _creation(view)
        return
    product = view.known.bindings.get(view.step.record)
    if product is None:
        yield Piece(rows=(), work=None)
        return
    yield from _left_of_making(view, product)
    yield from aside.starting_outlets(view, product)
    yield from aside.pictures(view, product)
    yield from aside.notes(view, product)
    yield from aside.outlets(view, product)


def _creation(view: View) -> Piece:
    wishes = view.wishes
    key = main_key(wishes.values.get(on.SKU), wishes.parts, wishes.values.get(on.NAME))
    rows = [view.row(MAIN, key)]
    if on.ADDRESS in wishes.values:
        rows.append(view.row(ADDRESS))
    nested: tuple[Picture, ...] = ()
    owner = aside.owner_of(view)
    if view.settings.nest_pictures and owner:
        fitting = (one for one in aside.in_order(view) if aside.fault_of(one) is None)
        nested = tuple(one for one in fitting if not view.settled(aside.part_of(one)))
        rows += [view.row(aside.part_of(one), picture_key(owner, one.digest)) for one in nested]
    places = _places(view)
    if places is None:
        return Piece(rows=tuple(rows), work=None)
    work = Creation(
        values=wishes.values,
        parts=wishes.parts,
        facts=tuple(view.added(Fact)),
        pictures=nested,
        categories=places,
        owner=owner,
    )
    return Piece(rows=tuple(rows), work=work)


def _left_of_making(view: View, product: Ref) -> Iterator[Piece]:
    """What a product's own row may still lack when it is there: its address and its family."""
    if on.ADDRESS in view.wishes.values and not view.settled(ADDRESS):
        values = {on.ADDRESS: view.wishes.values[on.ADDRESS]}
        work = ProductChange(target=product, values=values)
        yield Piece(rows=(view.row(ADDRESS),), work=work, joins=product)
    if any(view.added(Kin)) and not view.settled(FAMILY):
        yield from _family(view, product)


def _family(view: View, product: Ref) -> Iterator[Piece]:
    """The family of a product that was just made, where its step brings it along."""
    rows, kin = (view.row(FAMILY),), _kin(view)
    if kin is None:
        yield Piece(rows=rows, work=None, joins=product)
    elif len(kin) > RELATED_PER_PRODUCT:
        yield Piece(rows=rows, work=_too_many(len(kin)))
    elif kin:
        yield Piece(rows=rows, work=ProductChange(target=product, related=Remade(add=kin)), joins=product)


def _changing(view: View, seen: Record) -> Iterator[Piece]:
    """Changes of a product that exists, or is about to."""
    product = view.step.target or view.known.bindings.get(view.step.record)
    if product is None:
        if view.step.record not in view.known.lost:
            yield Piece(rows=(), work=None)
        return
    yield from _categories_first(view)
    yield from _own(view, product, several=bool(seen.parts))
    yield from _variants(view, product, seen)
    yield from aside.facts(view, product)
    yield from aside.pictures(view, product)
    yield from aside.notes(view, product)
    yield from aside.outlets(view, product)


def _own(view: View, product: Ref, *, several: bool) -> Iterator[Piece]:
    """The product's own fields, its categories and its family: one row of one call."""
    rows = tuple(view.row(part) for part in _own_parts(view) if not view.settled(part))
    if not rows:
        return
    places, kin = _places(view), _kin(view)
    if places is None or kin is None:
        yield Piece(rows=rows, work=None, joins=product)
        return
    categories = _remade(view.shown(Placement), places, tuple(name for name, _ in view.removed(Placement)))
    related = _remade(view.shown(Kin), kin, tuple(name for name, _ in view.removed(Kin)))
    if related is not None and len(related.refs) > RELATED_PER_PRODUCT:
        yield Piece(rows=rows, work=_too_many(len(related.refs)))
    elif view.wishes.values or categories is not None or related is not None:
        work = ProductChange(
            target=product,
            values=view.wishes.values,
            categories=categories,
            related=related,
            several=several,
        )
        yield Piece(rows=rows, work=work, joins=product)


def _own_parts(view: View) -> Iterator[str]:
    moved = (*view.wishes.add, *view.wishes.remove)
    if view.wishes.values or any(isinstance(one, (Placement, Kin)) for one in moved):
        yield MAIN
    if on.ADDRESS in view.wishes.values:
        yield ADDRESS


def _remade(there: tuple[Ref, ...], add: tuple[Ref, ...], remove: tuple[Ref, ...]) -> Remade | None:
    """An array that is replaced, or None when nothing of it changes."""
    made = Remade(there=there, add=add, remove=remove)
    return made if set(made.refs) != set(there) else None


def _too_many(count: int) -> Refusal:
    return Refusal(
        error=MappingError(
            f"A product has at most {RELATED_PER_PRODUCT} related products; these would be {count}.",
            hint="Map a smaller family, or take away what others have put there.",
        )
    )


def _categories_first(view: View) -> Iterator[Piece]:
    for place in view.added(Placement):
        if _place(view, place) is None:
            yield from view.piece(_category(place), CategoryNeed(path=place.path), category_key(place.path))


def _places(view: View) -> tuple[Ref, ...] | None:
    """The categories wanted, without those given up; None while one is still to be made."""
    found: list[Ref] = []
    for place in view.added(Placement):
        known = _place(view, place)
        if known is not None:
            found.append(known)
        elif not view.settled(_category(place)):
            return None
    return tuple(found)


def _place(view: View, place: Placement) -> Ref | None:
    return view.known.names.get(category_key(place.path)) or view.there.get(place)


def _category(place: Placement) -> str:
    return f"category:{place}"


def _kin(view: View) -> tuple[Ref, ...] | None:
    """The products of its kin, without those that will never come; None while one is still to come."""
    found: list[Ref] = []
    for kin in view.added(Kin):
        known = view.known.bindings.get(kin.record) or view.there.get(kin)
        if known is None and kin.record.startswith(f"{PLATFORM}:product:"):
            known = Ref.parse(kin.record)
        if known is not None:
            found.append(known)
        elif kin.record not in view.known.lost:
            return None
    return tuple(found)


def _variants(view: View, product: Ref, seen: Record) -> Iterator[Piece]:
    for sku, values in view.wishes.parts.items():
        part = f"variant:{sku}"
        there = seen.parts.get(sku)
        if there is None and view.settled(part):
            continue  # it has joined in this run, with all its fields and its label
        target = (there.ref if there else None) or view.known.names.get(variant_key(sku))
        if target is None:
            work = VariantAddition(product=product, sku=sku, values=values)
            yield from view.piece(part, work, variant_key(sku))
            continue
        fields = {name: value for name, value in values.items() if name != on.OPTION}
        if fields:
            yield from view.piece(part, VariantChange(product=product, target=target, values=fields))
        label = values.get(on.OPTION)
        if isinstance(label, str):
            renaming = VariantRenaming(product=product, target=target, label=label)
            yield from view.piece(f"option:{sku}", renaming)

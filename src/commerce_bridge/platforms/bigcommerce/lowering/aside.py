"""Pieces for what stands beside a product: custom fields, images, metafields, channels."""

from __future__ import annotations

from collections.abc import Iterator

from commerce_bridge.domain import listing as on
from commerce_bridge.domain.exchange import Ref
from commerce_bridge.domain.record import Fact, Note, Outlet, Picture
from commerce_bridge.errors import MappingError
from commerce_bridge.platforms.bigcommerce.keys import fact_key, main_key, note_key, picture_key
from commerce_bridge.platforms.bigcommerce.limits import IMAGE_URL_LENGTH
from commerce_bridge.platforms.bigcommerce.lowering.view import View
from commerce_bridge.platforms.bigcommerce.lowering.work import (
    Assignment,
    FactAddition,
    FactChange,
    FactRemoval,
    NoteAddition,
    NoteChange,
    NoteRemoval,
    PictureAddition,
    PictureChange,
    PictureRemoval,
    Piece,
    Refusal,
    Withdrawal,
)


def facts(view: View, product: Ref) -> Iterator[Piece]:
    """Custom fields, one call each."""
    for fact in view.added(Fact):
        work = FactAddition(product=product, fact=fact)
        yield from view.piece(f"fact:{fact.name}={fact.value}", work, fact_key(product.id, fact))
    for name, fact in view.edited(Fact):
        change = FactChange(product=product, target=name, fact=fact)
        yield from view.piece(f"fact:{fact.name}={fact.value}", change)
    for name, fact in view.removed(Fact):
        removal = FactRemoval(product=product, target=name)
        yield from view.piece(f"-fact:{fact.name}={fact.value}", removal)


def pictures(view: View, product: Ref) -> Iterator[Piece]:
    """Images, one call each."""
    owner = owner_of(view) or f"#{product.id}"
    for picture in in_order(view):
        fault = fault_of(picture)
        if fault is not None:
            yield from view.piece(part_of(picture), Refusal(error=fault))
        else:
            work = PictureAddition(product=product, picture=picture)
            yield from view.piece(part_of(picture), work, picture_key(owner, picture.digest))
    for name, picture in view.edited(Picture):
        change = PictureChange(product=product, target=name, picture=picture)
        yield from view.piece(part_of(picture), change)
    for name, picture in view.removed(Picture):
        yield from view.piece(f"-{part_of(picture)}", PictureRemoval(product=product, target=name))


def notes(view: View, product: Ref) -> Iterator[Piece]:
    """Metafields, many in a call."""
    for note in view.added(Note):
        work = NoteAddition(product=product, note=note)
        yield from view.piece(_note(note), work, note_key(product.id, note))
    for name, note in view.edited(Note):
        yield from view.piece(_note(note), NoteChange(target=name, note=note))
    for name, note in view.removed(Note):
        yield from view.piece(f"-{_note(note)}", NoteRemoval(target=name))


def outlets(view: View, product: Ref) -> Iterator[Piece]:
    """Channels, many in a call."""
    for outlet in view.added(Outlet):
        part = f"channel:{outlet.channel}"
        if view.starting:
            yield Piece(rows=(view.row(part),), work=None)
        else:
            yield from view.piece(part, Assignment(product=product, channel=outlet.channel))
    for _, outlet in view.removed(Outlet):
        yield from view.piece(
            f"-channel:{outlet.channel}", Withdrawal(product=product, channel=outlet.channel)
        )


def starting_outlets(view: View, product: Ref) -> Iterator[Piece]:
    """Channels on which the store puts a new product by itself."""
    for channel in view.settings.starts_on:
        yield from view.piece(start_of(channel), Withdrawal(product=product, channel=channel))


def start_of(channel: str) -> str:
    """The row of a channel on which the store puts a new product by itself."""
    return f"-start:{channel}"


def in_order(view: View) -> list[Picture]:
    """The images to add, in the order in which they are to be shown."""
    return sorted(view.added(Picture), key=lambda one: (one.place, one.digest))


def owner_of(view: View) -> str:
    """The SKU under which the images of a product are looked for; empty when it has none."""
    named = next((key.value for key in view.step.keys if key.kind == "sku"), None)
    key = main_key(view.wishes.values.get(on.SKU), view.wishes.parts)
    return named or (key.value if key is not None else "")


def part_of(picture: Picture) -> str:
    """The row that an image has."""
    return f"picture:{picture.digest}"


def fault_of(picture: Picture) -> MappingError | None:
    """Why the store could not fetch a picture, or None."""
    length = len(picture.url)
    if 0 < length <= IMAGE_URL_LENGTH:
        return None
    return MappingError(
        f"The image {picture.text!r} has an address of {length} characters; "
        f"the store takes 1 to {IMAGE_URL_LENGTH}.",
        hint="Give it a shorter public address.",
    )


def _note(note: Note) -> str:
    return f"note:{note.namespace}/{note.key}"

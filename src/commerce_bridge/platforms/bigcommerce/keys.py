"""Names: the store's references, the natural keys they are found by, and the mark that images carry.

An image has no natural key of its own, so we put a mark of twelve hex digits behind its description:
``Front cover of Salt Roads [0123456789ab]``.  It comes last and in brackets, so that who listens to the
description hears the words first.  `described` writes it and `token_of` reads it; nobody else knows it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from commerce_bridge.domain.absence import MISSING
from commerce_bridge.domain.exchange import NaturalKey, Ref
from commerce_bridge.domain.listing import SKU
from commerce_bridge.domain.record import Fact, Note, Picture, Record
from commerce_bridge.platforms.bigcommerce.limits import PLATFORM

TOKEN = "token:"  # noqa: S105  the beginning of a digest, no secret
"""How the digest of an image that carries our mark begins."""

_MARK = re.compile(r"^(?P<text>.*?) ?\[(?P<token>[0-9a-f]{12})\]$", re.DOTALL)
_DIGEST = re.compile(rf"^{TOKEN}[0-9a-f]{{12}}$")


def ref(kind: str, number: int | str) -> Ref:
    """The store's name of something, such as ``bigcommerce:product:180``."""
    return Ref(PLATFORM, kind, str(number))


def number_of(name: Ref) -> int:
    """The number in a reference of the store.

    Raises:
        ValueError: The reference has none.
    """
    return int(name.id)


def sku_key(sku: str) -> NaturalKey:
    """A product by its main SKU, or by one of its variants'."""
    return NaturalKey("sku", sku)


def variant_key(sku: str) -> NaturalKey:
    """A variant by its SKU."""
    return NaturalKey("variant", sku)


def name_key(name: str) -> NaturalKey:
    """A product by its name, which no other product of the store has."""
    return NaturalKey("name", name)


def category_key(path: Iterable[str]) -> NaturalKey:
    """A category by the path of names from the root."""
    return NaturalKey("category", " > ".join(name.replace(">", ">>") for name in path))


def fact_key(product: str, fact: Fact) -> NaturalKey:
    """A custom field by its product's id, name and value."""
    return NaturalKey("fact", f"{product}|{fact.name}|{fact.value}")


def note_key(product: str, note: Note) -> NaturalKey:
    """A metafield by its product's id, namespace and key."""
    return NaturalKey("note", f"{product}|{note.namespace}|{note.key}")


def picture_key(sku: str, digest: str) -> NaturalKey:
    """An image by a SKU of its product and its mark."""
    return NaturalKey("picture", f"{sku}|{digest}")


def keys_of(record: Record) -> tuple[NaturalKey, ...]:
    """The natural keys of a record: its main SKU, then its variants'."""
    main = record.get(SKU)
    skus = [*([main] if isinstance(main, str) and main else []), *record.parts]
    return tuple(sku_key(sku) for sku in dict.fromkeys(skus))


def main_key(sku: object, parts: Iterable[str], name: object = MISSING) -> NaturalKey | None:
    """The natural key by which a new product can be found.

    Args:
        sku: Its main SKU, or an absence.
        parts: The SKUs of its variants, of which the first will do where it has no main one.
        name: Its name, or an absence; used where it has no SKU at all.

    Returns:
        The key, or None when it has none of these.
    """
    first = sku if isinstance(sku, str) and sku else next(iter(parts), None)
    if first is not None:
        return sku_key(first)
    return name_key(name) if isinstance(name, str) and name else None


def bears_mark(picture: Picture) -> bool:
    """Whether a picture's digest can be put behind a description."""
    return _DIGEST.match(picture.digest) is not None


def described(picture: Picture) -> str:
    """The description of an image: its text, and our mark."""
    mark = f"[{picture.digest.removeprefix(TOKEN)}]"
    return f"{picture.text} {mark}" if picture.text else mark


def token_of(description: str) -> str | None:
    """The twelve hex digits of our mark in a description, or None when it has none."""
    found = _MARK.match(description)
    return found["token"] if found else None


def text_of(description: str) -> str:
    """A description without our mark."""
    found = _MARK.match(description)
    return found["text"] if found else description


def digest_of(description: str, number: int) -> str:
    """What an image of the store is known by: our mark, or its id when it carries none."""
    token = token_of(description)
    return f"image:{number}" if token is None else f"{TOKEN}{token}"

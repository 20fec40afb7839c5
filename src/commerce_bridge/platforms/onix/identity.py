"""What a record is called, which work it shows, and to which other products it belongs."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, NamedTuple

from commerce_bridge.domain.identifiers import compact, isbn13
from commerce_bridge.domain.title import Identifier
from commerce_bridge.platforms.onix.diagnostics import Notes
from commerce_bridge.platforms.onix.node import EMPTY, Node

_FAMILY_LINKS: Final = frozenset({"06", "13", "27"})
_SIMILAR: Final = "23"
_ISBN_TYPES: Final = frozenset({"02", "03", "15"})
_WORK_PREFERENCE: Final = ("01", "11", "06", "33", "32", "31", "39", "18", "15", "02")


class Keys(NamedTuple):
    """What joins a record to others.

    Attributes:
        work: Keys of the one work that it shows; records that share one are one family.
        own: Keys of the product itself.
        links: Keys of products, or of manifestations, that belong to the same family.
        name: The best identifier of the one work that it shows, or None.
    """

    work: tuple[str, ...] = ()
    own: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    name: str | None = None


def read_isbn(identifiers: Iterable[Identifier], product: Node, notes: Notes) -> str | None:
    """The ISBN-13: type 15 before 03, then a converted ISBN-10; a wrong one is noted and not used.

    Source: EDItEUR ONIX for Books 3.1 revision 2, `ProductIdentifier`; code list 5.
    """
    by_type: dict[str, str] = {}
    for one in identifiers:
        by_type.setdefault(one.scheme, one.value)
    for kind in ("15", "03", "02"):
        value = by_type.get(kind)
        if value is None or (kind == "03" and compact(value)[:3] not in {"978", "979"}):
            continue
        try:
            return isbn13(value)
        except ValueError as error:
            notes.error(
                "isbn.check_digit",
                f"{error} It was kept as an identifier only.",
                product,
                "ProductIdentifier",
            )
            return None
    return None


def others(identifiers: Iterable[Identifier], isbn: str) -> tuple[Identifier, ...]:
    """The identifiers that are not the ISBN in one of its spellings."""
    return tuple(one for one in identifiers if one.scheme not in _ISBN_TYPES or _digits(one.value) != isbn)


def identifiers_of(
    node: Node, composite: str, kind: str, list_number: int, notes: Notes
) -> tuple[Identifier, ...]:
    """All identifiers of a composite that have a value."""
    return tuple(
        Identifier(scheme=notes.code(list_number, one, kind) or "", value=value, name=one.text("IDTypeName"))
        for one in node.each(composite)
        if (value := one.text("IDValue"))
    )


def works_shown(related: Node | None) -> list[Node]:
    """The works that a product shows: the one it is a direct manifestation of, else all that it is or includes."""
    works = related.each("RelatedWork") if related else []
    if len(works) > 1:
        direct = [one for one in works if one.text("WorkRelationCode") == "06"]
        return direct if len(direct) == 1 else works
    return works


def the_work(related: Node | None) -> Node | None:
    """The one work that a product shows; None for none, or for an omnibus of several."""
    works = works_shown(related)
    if len(works) > 1 and len({_work_keys(one) for one in works}) > 1:
        return None
    return works[0] if works else None


def work_name(work: Node) -> str | None:
    """The best identifier of a work."""
    values: dict[str | None, str] = {}
    for one in work.each("WorkIdentifier"):
        if value := one.text("IDValue"):
            values.setdefault(one.text("WorkIDType"), value)
    ranked = [kind for kind in _WORK_PREFERENCE if kind in values]
    return values[ranked[0]] if ranked else next(iter(values.values()), None)


def similar(related: Node | None) -> list[str]:
    """ISBNs of products that the publisher calls similar."""
    found: list[str] = []
    for one in (related or EMPTY).each("RelatedProduct"):
        if _SIMILAR in one.all("ProductRelationCode"):
            found += [key[5:] for key in _product_keys(one) if key.startswith("isbn:") and len(key) == 18][:1]
    return found


def keys_of(product: Node, related: Node | None) -> Keys:
    """What joins a record to others, in the order that counts.

    Source: EDItEUR ONIX for Books 3.1 revision 2, `RelatedWork` (list 164) and `RelatedProduct` (list 51).
    """
    own = _product_keys(product)
    if related is None:
        return Keys(own=own)
    links: list[str] = []
    strong: tuple[str, ...] = ()
    name = None
    if work := the_work(related):
        name = work_name(work)
        for key in _work_keys(work):
            # The ISBN of any manifestation may stand for the work, so it is a link to that product.
            if key.startswith("isbn:"):
                links.append(key)
            else:
                strong += (key,)
    elif works := works_shown(related):
        strong = ("works:" + "|".join(sorted({key for one in works for key in _work_keys(one)})),)
    for one in related.each("RelatedProduct"):
        if not _FAMILY_LINKS.isdisjoint(one.all("ProductRelationCode")):
            links += _product_keys(one)
    return Keys(strong, own, tuple(dict.fromkeys(links)) if links else (), name)


def _work_keys(work: Node) -> tuple[str, ...]:
    return _keys(work, "work", "WorkIdentifier", "WorkIDType")


def _product_keys(product: Node) -> tuple[str, ...]:
    return _keys(product, "product", "ProductIdentifier", "ProductIDType")


def _keys(node: Node, what: str, composite: str, kind_name: str) -> tuple[str, ...]:
    """Keys of all identifiers, the same for every spelling of one number; check digits are not their business."""
    found: dict[str, None] = {}
    for one in node.each(composite):
        value = one.text("IDValue")
        if value is None:
            continue
        kind = one.text(kind_name)
        digits = _digits(value) if kind in _ISBN_TYPES else ""
        if digits and (kind != "03" or digits.startswith(("978", "979"))):
            found["isbn:" + digits] = None
        else:
            found[f"{what}:{kind}:{one.text('IDTypeName') or ''}:{digits or value}"] = None
    return tuple(found)


def _digits(value: str) -> str:
    if len(value) == 13 and value.isdigit():
        return value
    digits = compact(value)
    return _longer(digits) if len(digits) == 10 else digits


def _longer(isbn10: str) -> str:
    try:
        return isbn13(isbn10)
    except ValueError:
        return isbn10

"""What a record is called, which work it shows, and to which other products it belongs."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from attrs import frozen

from commerce_bridge.domain.identifiers import compact, isbn13
from commerce_bridge.domain.title import Identifier
from commerce_bridge.platforms.onix.diagnostics import Notes
from commerce_bridge.platforms.onix.node import EMPTY, Node

_FAMILY_LINKS: Final = frozenset({"06", "13", "27"})
_SIMILAR: Final = "23"
_ISBN_TYPES: Final = frozenset({"02", "03", "15"})
_WORK_PREFERENCE: Final = ("01", "11", "06", "33", "32", "31", "39", "18", "15", "02")


@frozen(kw_only=True)
class Keys:
    """What joins a record to others.

    Args:
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
    by_type = {one.scheme: one.value for one in reversed(list(identifiers))}
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
    works = (related or EMPTY).each("RelatedWork")
    direct = [one for one in works if one.text("WorkRelationCode") == "06"]
    return (
        direct if len(direct) == 1 else [one for one in works if one.text("WorkRelationCode") in {"01", "06"}]
    )


def work_name(related: Node | None) -> str | None:
    """The best identifier of the one work that a product shows; None for none or an omnibus of several."""
    works = works_shown(related)
    if len({_work_keys(one) for one in works}) != 1:
        return None
    values = {
        one.text("WorkIDType"): one.text("IDValue") for one in reversed(works[0].each("WorkIdentifier"))
    }
    ranked = [value for kind in _WORK_PREFERENCE if (value := values.get(kind))]
    return ranked[0] if ranked else next((value for value in values.values() if value), None)


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
    works = list(dict.fromkeys(_work_keys(one) for one in works_shown(related)))
    links: list[str] = []
    strong: tuple[str, ...] = ()
    if len(works) == 1:
        # The ISBN of any manifestation may stand for the work, so it is a link to that product.
        strong = tuple(key for key in works[0] if not key.startswith("isbn:"))
        links += [key for key in works[0] if key.startswith("isbn:")]
    elif works:
        strong = ("works:" + "|".join(sorted(key for keys in works for key in keys)),)
    for one in (related or EMPTY).each("RelatedProduct"):
        if not _FAMILY_LINKS.isdisjoint(one.all("ProductRelationCode")):
            links += _product_keys(one)
    own = _product_keys(product)
    return Keys(work=strong, own=own, links=tuple(dict.fromkeys(links)), name=work_name(related))


def _work_keys(work: Node) -> tuple[str, ...]:
    return tuple(
        _key("work", one.text("WorkIDType"), one.text("IDTypeName"), value)
        for one in work.each("WorkIdentifier")
        if (value := one.text("IDValue"))
    )


def _product_keys(product: Node) -> tuple[str, ...]:
    """Keys of a product, the same for every spelling of one ISBN; the sender's own only where there is no other."""
    keys = dict.fromkeys(
        _key("product", one.text("ProductIDType"), one.text("IDTypeName"), value)
        for one in product.each("ProductIdentifier")
        if (value := one.text("IDValue"))
    )
    return tuple(keys)


def _key(what: str, kind: str | None, name: str | None, value: str) -> str:
    """A key that is the same for every spelling of one number; check digits are not its business."""
    if kind in _ISBN_TYPES:
        digits = compact(value)
        if len(digits) == 10:
            digits = _longer(digits)
        if kind != "03" or digits[:3] in {"978", "979"}:
            return "isbn:" + digits
        value = digits
    return f"{what}:{kind}:{name or ''}:{value}"


def _longer(isbn10: str) -> str:
    try:
        return isbn13(isbn10)
    except ValueError:
        return isbn10

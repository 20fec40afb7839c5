"""The records of one family to one title: what all formats share stands once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from attrs import evolve

from commerce_bridge.domain.exchange import Ref
from commerce_bridge.domain.fields import AnyField
from commerce_bridge.domain.title import Asset, Contributor, Format, Text, Title
from commerce_bridge.platforms.onix.product import PLATFORM, Piece

T = TypeVar("T")
Item = TypeVar("Item", Contributor, Text, Asset)


def title_of(pieces: Sequence[Piece], work: str | None) -> Title:
    """One title out of the records of one family.

    Args:
        pieces: What each record says, in the order of the message; at least one.
        work: The identifier that names the work, or None: then the first record's name is its name.
    """
    first = next((one for one in pieces if one.name), pieces[0])
    extra: dict[AnyField, Any] = {}
    for one in reversed(pieces):
        extra.update(one.extra)
    return Title(
        ref=Ref(PLATFORM, "work", work or pieces[0].format.key),
        name=first.name,
        subtitle=first.subtitle,
        contributors=_shared(pieces, lambda one: one.contributors),
        subjects=_union(pieces, lambda one: one.subjects),
        series=_union(pieces, lambda one: one.series),
        texts=_shared(pieces, lambda one: one.texts),
        assets=_shared(pieces, lambda one: one.assets),
        imprint=next((one.imprint for one in pieces if one.imprint), None),
        publisher=next((one.publisher for one in pieces if one.publisher), None),
        language=next((one.language for one in pieces if one.language), None),
        identifiers=_union(pieces, lambda one: one.works),
        formats=tuple(_format(one, first) for one in pieces),
        related=_union(pieces, lambda one: one.similar),
        extra=extra,
    )


def _format(own: Piece, first: Piece) -> Format:
    """The format, with its own name and subtitle where they differ from the work's."""
    name = own.name if own.name and own.name != first.name else None
    subtitle = own.subtitle if own.subtitle and own.subtitle != first.subtitle else None
    return evolve(own.format, name=name, subtitle=subtitle) if name or subtitle else own.format


def _union(pieces: Sequence[Piece], items: Callable[[Piece], Sequence[T]]) -> tuple[T, ...]:
    first = items(pieces[0])
    if all(items(one) == first for one in pieces[1:]):
        return tuple(dict.fromkeys(first)) if len(first) > 1 else tuple(first)
    return tuple(dict.fromkeys(item for one in pieces for item in items(one)))


def _shared(pieces: Sequence[Piece], items: Callable[[Piece], Sequence[Item]]) -> tuple[Item, ...]:
    """All items, each once; those that not all formats have say which do."""
    first = items(pieces[0])
    if all(items(one) == first for one in pieces[1:]):
        return tuple(dict.fromkeys(first)) if len(first) > 1 else tuple(first)
    owners: dict[Item, set[str]] = {}
    for one in pieces:
        for item in items(one):
            owners.setdefault(item, set()).add(one.format.key)
    return tuple(
        item if len(keys) == len(pieces) else evolve(item, formats=frozenset(keys))
        for item, keys in owners.items()
    )

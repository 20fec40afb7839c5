"""Choosing texts and images: approved, ready, for consumers, past their embargo."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TypeVar

from commerce_bridge.domain.title import Asset, AssetKind, Audience, Listing, Text, TextKind, belongs

Piece = TypeVar("Piece", Text, Asset)

SHOWN_TO_CONSUMERS = frozenset({Audience.UNRESTRICTED, Audience.CONSUMERS})


def in_window(piece: Text | Asset, instant: datetime, zone: str) -> bool:
    """Whether a text or an asset may be shown at an instant: its embargo has passed and its end has not."""
    if piece.starts is not None and instant < piece.starts.surely_begun(zone):
        return False
    return piece.ends is None or instant < piece.ends.ends(zone)


def usable(pieces: Iterable[Piece], listing: Listing, instant: datetime, zone: str) -> tuple[Piece, ...]:
    """Those that belong to the listing and may be shown to consumers now, in their order."""
    return tuple(
        piece
        for piece in pieces
        if belongs(piece, listing)
        and piece.approved
        and (piece.ready if isinstance(piece, Asset) else True)
        and piece.audiences & SHOWN_TO_CONSUMERS
        and in_window(piece, instant, zone)
    )


def choose_text(listing: Listing, kinds: Sequence[TextKind], instant: datetime, zone: str) -> Text | None:
    """The first usable text of the first kind that has one."""
    texts = usable(listing.title.texts, listing, instant, zone)
    return next((text for kind in kinds for text in texts if text.kind is kind and text.body.strip()), None)


def choose_images(
    listing: Listing, kinds: Sequence[AssetKind], instant: datetime, zone: str
) -> tuple[Asset, ...]:
    """Usable images of these kinds, kind by kind, the last one given first; each address once."""
    assets = usable(listing.title.assets, listing, instant, zone)
    chosen = [asset for kind in kinds for asset in reversed(assets) if asset.kind is kind]
    return tuple({asset.url: asset for asset in reversed(chosen)}.values())[::-1]


def choose_cover(listing: Listing, instant: datetime, zone: str) -> Asset | None:
    """The newest usable front cover; a holding image only while there is none."""
    covers = choose_images(listing, [AssetKind.FRONT_COVER], instant, zone)
    if covers:
        return covers[0]
    holding = choose_images(listing, [AssetKind.HOLDING_IMAGE], instant, zone)
    return holding[0] if holding else None


def embargo_edges(listing: Listing, zone: str) -> tuple[datetime, ...]:
    """The instants at which a text or an asset of the listing begins or ends to be usable."""
    edges: set[datetime] = set()
    pieces: tuple[Text | Asset, ...] = (*listing.title.texts, *listing.title.assets)
    for piece in pieces:
        if not belongs(piece, listing):
            continue
        if piece.starts is not None:
            edges.add(piece.starts.surely_begun(zone))
        if piece.ends is not None:
            edges.add(piece.ends.ends(zone))
    return tuple(sorted(edges))

"""Choosing texts and images: approved, ready, for consumers, past their embargo."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TypeVar

from commerce_bridge.domain.title import Asset, AssetKind, Audience, Listing, Text, TextKind, belongs
from commerce_bridge.publishing.spans import edges, span

Piece = TypeVar("Piece", Text, Asset)

SHOWN_TO_CONSUMERS = frozenset({Audience.UNRESTRICTED, Audience.CONSUMERS})

_TAG = re.compile(r"<[^>]*>|&nbsp;")


def in_window(piece: Text | Asset, instant: datetime, zone: str) -> bool:
    """Whether a text or an asset may be shown at an instant: its embargo has passed and its end has not."""
    return instant in span(piece.starts, piece.ends, zone)


def usable(pieces: Iterable[Piece], listing: Listing, instant: datetime, zone: str) -> tuple[Piece, ...]:
    """Those that belong to the listing and may be shown to consumers now, in their order."""
    return tuple(
        piece for piece in pieces if _ever_usable(piece, listing) and in_window(piece, instant, zone)
    )


def _ever_usable(piece: Text | Asset, listing: Listing) -> bool:
    """Whether nothing but the time keeps a text or an asset from being shown."""
    ready = not isinstance(piece, Asset) or (piece.ready and bool(piece.url))
    return ready and piece.approved and bool(piece.audiences & SHOWN_TO_CONSUMERS) and belongs(piece, listing)


def choose_text(listing: Listing, kinds: Sequence[TextKind], instant: datetime, zone: str) -> Text | None:
    """The first usable text of the first kind that has one, in the title's own language if there is one.

    A text without a language counts as one in the title's.
    """
    texts = [text for text in usable(listing.title.texts, listing, instant, zone) if _says_something(text)]
    for kind in kinds:
        fitting = [text for text in texts if text.kind is kind]
        own = [text for text in fitting if text.language in {None, listing.title.language}]
        if fitting:
            return (own or fitting)[0]
    return None


def _says_something(text: Text) -> bool:
    return bool((_TAG.sub("", text.body) if text.html else text.body).strip())


def choose_images(
    listing: Listing, kinds: Sequence[AssetKind], instant: datetime, zone: str
) -> tuple[Asset, ...]:
    """Usable images of these kinds, kind by kind, the newest first; each address once.

    Readers give the assets of a title oldest first.  What is known to be no image, such as a cover
    as a PDF, is left out.
    """
    assets = [one for one in usable(listing.title.assets, listing, instant, zone) if _is_image(one)]
    chosen: dict[str, Asset] = {}
    for kind in kinds:
        for asset in reversed(assets):
            if asset.kind is kind:
                chosen.setdefault(asset.url, asset)
    return tuple(chosen.values())


def _is_image(asset: Asset) -> bool:
    kind = (asset.media_type or "").lower()
    return kind.startswith("image/") or "/" not in kind  # what is no media type says nothing


def choose_cover(listing: Listing, instant: datetime, zone: str) -> Asset | None:
    """The newest usable front cover; a holding image only while there is none."""
    covers = choose_images(listing, [AssetKind.FRONT_COVER, AssetKind.HOLDING_IMAGE], instant, zone)
    return covers[0] if covers else None


def embargo_edges(listing: Listing, zone: str) -> tuple[datetime, ...]:
    """The instants at which a text or an asset of the listing begins or ends to be usable, in order."""
    pieces: tuple[Text | Asset, ...] = (*listing.title.texts, *listing.title.assets)
    return edges(span(one.starts, one.ends, zone) for one in pieces if _ever_usable(one, listing))

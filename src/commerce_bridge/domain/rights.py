"""Rights windows: territories × channels × time × kind."""

from __future__ import annotations

import enum

from attrs import frozen

from commerce_bridge.domain.dates import Date
from commerce_bridge.domain.territory import Territory


class RightsKind(enum.Enum):
    """What a window says."""

    FOR_SALE = "for sale"
    NOT_FOR_SALE = "not for sale"


@frozen(kw_only=True)
class RightsWindow:
    """Where, through whom and when a format may, or may not, be sold.

    Args:
        kind: Whether it grants or forbids.
        territory: Where.
        channels: Names of channels it is limited to; empty for all.
        starts: First day, or None for always.
        ends: Last day, or None for ever.
        exclusive: Whether the publisher is the only one to sell there; None when not said.
        evidence: What the source says, in short, for explanations.
    """

    kind: RightsKind
    territory: Territory
    channels: frozenset[str] = frozenset()
    starts: Date | None = None
    ends: Date | None = None
    exclusive: bool | None = None
    evidence: str = ""

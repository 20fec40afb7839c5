"""The shelves of marketing texts: under which names they are asked for."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

SHELVES: Mapping[str, str] = MappingProxyType(
    {
        "description": "03",
        "long_description": "03",
        "short_description": "02",
        "contents": "04",
        "cover_copy": "05",
        "review_quote": "06",
        "endorsement": "09",
        "headline": "10",
        "feature": "11",
        "biographical_note": "12",
        "excerpt": "14",
        "other": "01",
    }
)
"""Under which names texts are asked for, in the order in which a title lists them, with their List 153 code.

A marketing text does not say of what kind it is; the service only filters by kind (``variantIn``).
"""

TEXT_VARIANTS: Mapping[str, str] = MappingProxyType(
    {
        "SHORT_DESCRIPTION": "short_description",
        "MAIN_DESCRIPTION": "description",
        "LONG_DESCRIPTION": "long_description",
        "BIOGRAPHICAL_NOTE": "biographical_note",
        "REVIEW_QUOTE": "review_quote",
        "TABLE_OF_CONTENTS": "contents",
        "PROMOTIONAL_HEADLINE": "headline",
    }
)
"""Text variants asked for, and the shelf each goes to.  Only the first is shown by the vendor."""

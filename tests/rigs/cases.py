"""One field of one record, for tests of merging."""

from __future__ import annotations

from typing import Any

from commerce_bridge.domain.absence import MISSING
from commerce_bridge.domain.fields import Field
from commerce_bridge.merge import Case

PRICE = Field[int]("thing", "price")


def case(wanted: Any = MISSING, standing: Any = MISSING, base: Any = MISSING, **changes: Any) -> Case:
    """What a source wants, what a target shows, and what both last agreed on."""
    usual: dict[str, Any] = {
        "field": PRICE,
        "base": base,
        "sides": {"src": wanted, "shop": standing},
        "source": "src",
        "target": "shop",
    }
    return Case(**{**usual, **changes})

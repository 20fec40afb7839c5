"""What a publisher decides about a store: the policy of a listing bridge, as one value."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from decimal import Decimal

from attrs import evolve, field, frozen

from commerce_bridge.bridges.listing.categories import CategoryMap
from commerce_bridge.bridges.listing.forms import fulfilment
from commerce_bridge.domain.listing import Fulfilment
from commerce_bridge.domain.market import Market
from commerce_bridge.domain.title import Format
from commerce_bridge.mapping.fingerprint import stable
from commerce_bridge.publishing.readiness import STORE_READY, Readiness


class Layout(enum.Enum):
    """What one product page sells."""

    FORMAT = "a product for each format"
    VARIANTS = "a product for each title, a variant for each format"


@frozen(kw_only=True)
class StorePolicy:
    """What a publisher decides about a store.

    Args:
        market: The market the store serves; None takes the store's own country, currency and channel.
        layout: What one product page sells.
        readiness: What a title must have.
        categories: Where subject codes have their place.
        weights_g: Form code, or beginning of one, to the weight in grams of a physical format whose weight
            nobody states; a form without an entry becomes a work item, never a weight of 0.
        tax_percent: Fulfilment to tax rate, used when the publisher states a price only on the other basis.
        rename: Whether a product's name follows later changes of the title.
        readdress: Whether its web address follows too; a redirect leads from the former one to the new.
        rights_unknown: Whether a format that states no rights at all may be sold.
        track_stock: Whether the store counts copies of physical formats.
        images: How many images beside the cover a product gets at the most.
    """

    market: Market | None = None
    layout: Layout = Layout.FORMAT
    readiness: Readiness = STORE_READY
    categories: CategoryMap = field(factory=CategoryMap)
    weights_g: Mapping[str, Decimal] = field(factory=dict[str, Decimal])
    tax_percent: Mapping[Fulfilment, Decimal] = field(factory=dict[Fulfilment, Decimal])
    rename: bool = False
    readdress: bool = False
    rights_unknown: bool = False
    track_stock: bool = False
    images: int = 4

    def rate(self, format_: Format, market: Market) -> Decimal | None:
        """The tax rate of a format, in percent, or None."""
        return self.tax_percent.get(fulfilment(format_))

    @property
    def fingerprint(self) -> str:
        """Text that changes when the policy does, and is the same in every process."""
        told = evolve(self, readiness=STORE_READY, categories=CategoryMap())
        return "|".join((stable(told), self.readiness.fingerprint, self.categories.fingerprint))

"""Rules for the sale: what it costs, what it weighs, whether and where it can be bought."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from commerce_bridge.bridges.listing.forms import fulfilment
from commerce_bridge.bridges.listing.policy import StorePolicy
from commerce_bridge.domain.absence import CLEARED, MISSING
from commerce_bridge.domain.listing import Fulfilment, Selling
from commerce_bridge.domain.record import Outlet
from commerce_bridge.domain.title import Listing
from commerce_bridge.mapping import Context, Named, Problem, named
from commerce_bridge.publishing.availability import Availability, Stage, availability
from commerce_bridge.publishing.prices import ChosenPrice, choose_price

_SHOWN = frozenset({Stage.COMING_SOON, Stage.PREORDER, Stage.LIVE, Stage.CLOSED})


def sku() -> Named:
    """The ISBN, as the key by which the shop and we know a format."""

    def compute(listing: Listing, context: Context) -> Any:
        return listing.format.isbn or MISSING

    return named("sku/isbn", compute)


def list_price(policy: StorePolicy) -> Named:
    """The consumer's list price in the market, on the store's tax basis."""

    def compute(listing: Listing, context: Context) -> Any:
        chosen = choose_price(
            listing.format, context.market, context.tax_basis, context.now, rates=policy.rate
        )
        if isinstance(chosen, ChosenPrice):
            return chosen.money
        return Problem(code=chosen.code, message=chosen.why, blocking=True)

    rates = sorted((kind.value, str(rate)) for kind, rate in policy.tax_percent.items())
    return named("price/list", compute, rates=rates)


def lowest_price(policy: StorePolicy) -> Named:
    """The lowest list price among the formats of the page, which the shop shows as “from”."""
    one = list_price(policy)

    def compute(listing: Listing, context: Context) -> Any:
        prices = [one(Listing(title=listing.title, formats=(f,)), context) for f in listing.formats]
        problem = next((price for price in prices if isinstance(price, Problem)), None)
        return problem or min(prices, key=lambda money: money.amount)

    return named("price/lowest", compute, of=one.fingerprint)


def fulfilment_kind() -> Named:
    """Whether it is shipped or delivered electronically, by its form."""

    def compute(listing: Listing, context: Context) -> Any:
        return fulfilment(listing.format)

    return named("fulfilment/by form", compute)


def weight(policy: StorePolicy) -> Named:
    """The stated weight, else the policy's for the form; 0 only for what is not shipped.

    A stated weight of 0 is none: some sources write it for “not known”.
    """

    def compute(listing: Listing, context: Context) -> Any:
        format_ = listing.format
        if fulfilment(format_) is Fulfilment.DIGITAL:
            return Decimal(0)
        if format_.measures.weight_g:
            return format_.measures.weight_g
        form = format_.form or ""
        fitting = [prefix for prefix in policy.weights_g if form.startswith(prefix)]
        if fitting:
            return policy.weights_g[max(fitting, key=len)]
        message = (
            "Nobody states its weight: enter it at the publisher, or give the policy a weight for its form."
        )
        return Problem(code="no-weight", message=message, blocking=True)

    weights = sorted((form, str(grams)) for form, grams in policy.weights_g.items())
    return named("weight/stated or by form", compute, weights=weights)


def measure(name: str) -> Named:
    """One of the stated measures of a physical format.

    Args:
        name: ``height_mm``, ``width_mm`` or ``thickness_mm``.
    """

    def compute(listing: Listing, context: Context) -> Any:
        value = getattr(listing.format.measures, name)
        return value if value and fulfilment(listing.format) is Fulfilment.PHYSICAL else CLEARED

    return named("measure/stated", compute, name=name)


def stock_tracked(policy: StorePolicy) -> Named:
    """Whether copies are counted: only of what is shipped, and only if the policy says so."""

    def compute(listing: Listing, context: Context) -> Any:
        return policy.track_stock and fulfilment(listing.format) is Fulfilment.PHYSICAL

    return named("stock/policy", compute, tracked=policy.track_stock)


def stage_of(listing: Listing, context: Context, policy: StorePolicy) -> Availability:
    """The availability of a page: that of its first format; a family of variants shares it."""
    return availability(listing.format, context.market, context.now, rights_unknown=policy.rights_unknown)


def visible(policy: StorePolicy) -> Named:
    """Whether the page is shown at all."""

    def compute(listing: Listing, context: Context) -> Any:
        return stage_of(listing, context, policy).stage in _SHOWN

    return named("stage/visible", compute, rights_unknown=policy.rights_unknown)


def selling(policy: StorePolicy) -> Named:
    """Whether it can be bought, ordered ahead, or neither."""

    def compute(listing: Listing, context: Context) -> Any:
        stage = stage_of(listing, context, policy).stage
        kinds = {Stage.LIVE: Selling.LIVE, Stage.PREORDER: Selling.PREORDER}
        return kinds.get(stage, Selling.CLOSED)

    return named("stage/selling", compute, rights_unknown=policy.rights_unknown)


def purchasable(policy: StorePolicy) -> Named:
    """Whether a variant can be put into the basket; whether that is ahead of its release is its page's."""

    def compute(listing: Listing, context: Context) -> Any:
        sold = stage_of(listing, context, policy).stage in {Stage.PREORDER, Stage.LIVE}
        return Selling.LIVE if sold else Selling.CLOSED

    return named("stage/purchasable", compute, rights_unknown=policy.rights_unknown)


def release(policy: StorePolicy) -> Named:
    """When it goes on sale, while it can be ordered ahead."""

    def compute(listing: Listing, context: Context) -> Any:
        stage = stage_of(listing, context, policy)
        return stage.on_sale if stage.stage is Stage.PREORDER and stage.on_sale else CLEARED

    return named("stage/release", compute, rights_unknown=policy.rights_unknown)


def outlets(policy: StorePolicy) -> Named:
    """The market's channel, while the page may be shown there."""

    def compute(listing: Listing, context: Context) -> Any:
        shown = stage_of(listing, context, policy).stage in _SHOWN
        return frozenset({Outlet(context.market.channel)}) if shown else frozenset[Outlet]()

    return named("stage/channels", compute, rights_unknown=policy.rights_unknown)

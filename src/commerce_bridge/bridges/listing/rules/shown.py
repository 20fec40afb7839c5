"""Rules for what a page shows beside its words: pictures, categories, custom fields, family."""

from __future__ import annotations

import hashlib
from typing import Any

from commerce_bridge.bridges.listing.forms import form_name, fulfilment, role_name
from commerce_bridge.bridges.listing.policy import StorePolicy
from commerce_bridge.bridges.listing.rules.words import FACT_LENGTH, cut, edition
from commerce_bridge.domain.absence import CLEARED, MISSING
from commerce_bridge.domain.listing import Fulfilment
from commerce_bridge.domain.record import Fact, Kin, Picture
from commerce_bridge.domain.title import Asset, AssetKind, Listing, belongs
from commerce_bridge.mapping import Context, Named, Problem, named
from commerce_bridge.publishing.choice import choose_cover, choose_images

URL_LENGTH = 255


def pictures(policy: StorePolicy) -> Named:
    """The newest approved cover, then other images of the format, each known by its content."""

    def compute(listing: Listing, context: Context) -> Any:
        zone = context.market.time_zone
        cover = choose_cover(listing, context.now, zone)
        kinds = (AssetKind.BACK_COVER, AssetKind.PACK_SHOT)
        others = choose_images(listing, kinds, context.now, zone)[: policy.images]
        wanted = ([cover] if cover else []) + list(others)
        fitting = [asset for asset in wanted if len(asset.url) <= URL_LENGTH]
        once = {asset.digest or asset.url: asset for asset in reversed(fitting)}
        shown = frozenset(
            _picture(asset, listing, place) for place, asset in enumerate(reversed(once.values()))
        )
        if len(fitting) == len(wanted):
            return shown
        long = next(asset.url for asset in wanted if len(asset.url) > URL_LENGTH)
        message = (
            f"The image address {long[:60]}… is {len(long)} characters long, and the store takes {URL_LENGTH}: "
            "shorten it."
        )
        return Problem(code="long-address", message=message, instead=shown)

    return named("images/approved", compute, others=policy.images)


def _picture(asset: Asset, listing: Listing, place: int) -> Picture:
    known = asset.digest or asset.url
    token = hashlib.sha256(known.encode()).hexdigest()[:12]
    words = asset.alternative_text or asset.caption or f"{_KIND_WORDS[asset.kind]} of {listing.title.name}"
    if asset.credit:
        words = f"{words}. {asset.credit}"
    return Picture(digest=f"token:{token}", url=asset.url, text=cut(words, 200), main=place == 0, place=place)


_KIND_WORDS = {
    AssetKind.FRONT_COVER: "Front cover",
    AssetKind.HOLDING_IMAGE: "Cover to come",
    AssetKind.BACK_COVER: "Back cover",
    AssetKind.PACK_SHOT: "Picture",
}


def categories(policy: StorePolicy) -> Named:
    """The categories that the map gives its subject codes."""

    def compute(listing: Listing, context: Context) -> Any:
        places = policy.categories.places_of(listing.title)
        if places or not policy.categories.places:
            return places
        codes = ", ".join(s.code for s in listing.title.subjects if s.scheme in policy.categories.places)
        message = (
            f"None of its subject codes ({codes or 'it has none'}) has a place in the category map: add one."
        )
        return Problem(code="no-category", message=message, instead=places)

    return named(
        "categories/map", compute, map=hashlib.sha256(policy.categories.fingerprint.encode()).hexdigest()[:12]
    )


def contributors() -> Named:
    """Everybody who had a hand in this format, each as a custom field named by the role."""

    def compute(listing: Listing, context: Context) -> Any:
        who = (c for c in listing.title.contributors if belongs(c, listing) and c.name.strip())
        return frozenset(Fact(role_name(c.role), cut(c.name, FACT_LENGTH)) for c in who)

    return named("contributors/by role", compute)


def series() -> Named:
    """The series, with the number where there is one."""

    def compute(listing: Listing, context: Context) -> Any:
        return frozenset(
            Fact("Series", cut(f"{one.name}, {one.number}" if one.number else one.name, FACT_LENGTH))
            for one in listing.title.series
            if one.name.strip()
        )

    return named("series/name and number", compute)


def form() -> Named:
    """What the form is called."""

    def compute(listing: Listing, context: Context) -> Any:
        return form_name(listing.format) or MISSING

    return named("form/name", compute)


def option_label() -> Named:
    """What shoppers choose a variant by: its form, and where the family has two of one form, what tells it apart."""

    def compute(listing: Listing, context: Context) -> Any:
        mine = form_name(listing.format)
        if mine is None:
            return MISSING
        alike = [one for one in listing.title.formats if form_name(one) == mine]
        if len(alike) == 1:
            return mine
        editions = [edition(one) for one in alike]
        own = edition(listing.format)
        if own is not None and editions.count(own) == 1:
            return f"{mine}, {own}"
        return f"{mine}, {listing.format.isbn or listing.format.key}"

    return named("option/form", compute)


def trim_size() -> Named:
    """Height and width as printed."""

    def compute(listing: Listing, context: Context) -> Any:
        measures = listing.format.measures
        physical = fulfilment(listing.format) is Fulfilment.PHYSICAL
        if not (physical and measures.height_mm and measures.width_mm):
            return CLEARED
        return f"{measures.height_mm.normalize():f} × {measures.width_mm.normalize():f} mm"

    return named("trim size/stated", compute)


def extent() -> Named:
    """Pages, or hours and minutes."""

    def compute(listing: Listing, context: Context) -> Any:
        for one in listing.format.extents:
            if one.value < 1:
                continue
            if one.kind == "duration":
                hours, minutes = divmod(int(one.value), 60)
                return f"{hours} h {minutes:02d} min"
            return "1 page" if int(one.value) == 1 else f"{int(one.value)} pages"
        return CLEARED

    return named("extent/stated", compute)


def publication_date() -> Named:
    """The nominal date, as exactly as it is known."""

    def compute(listing: Listing, context: Context) -> Any:
        date = listing.format.publication_date
        return CLEARED if date is None else str(date)

    return named("publication date/nominal", compute)


def family() -> Named:
    """The pages of the same title that exist or are about to."""

    def compute(listing: Listing, context: Context) -> Any:
        return frozenset(Kin(record) for ref, record in context.kin.items() if ref != str(listing.ref))

    return named("family/same title", compute)


def source_id(of_title: bool) -> Named:
    """The source's own number of the work or of the format."""

    def compute(listing: Listing, context: Context) -> Any:
        return listing.title.ref.id if of_title else listing.format.ref.id

    return named("source id", compute, of="work" if of_title else "format")

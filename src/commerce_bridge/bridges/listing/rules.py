"""The rules: how a listing's fields are computed.  Each has a name and a version."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from decimal import Decimal
from typing import Any

from commerce_bridge.bridges.listing import markup
from commerce_bridge.bridges.listing.forms import form_name, fulfilment, role_name
from commerce_bridge.bridges.listing.policy import Layout, StorePolicy
from commerce_bridge.domain.absence import CLEARED, MISSING
from commerce_bridge.domain.listing import Fulfilment, Selling
from commerce_bridge.domain.record import Candidates, Fact, Kin, Outlet, Picture
from commerce_bridge.domain.title import Asset, AssetKind, Format, Listing, Scheme, TextKind, belongs
from commerce_bridge.mapping import Context, Named, Problem, named
from commerce_bridge.publishing.availability import Availability, Stage, availability
from commerce_bridge.publishing.choice import choose_cover, choose_images, choose_text
from commerce_bridge.publishing.prices import ChosenPrice, choose_price
from commerce_bridge.publishing.readiness import DESCRIBING

NAME_LENGTH = 250
ADDRESS_LENGTH = 255
URL_LENGTH = 255
FACT_LENGTH = 250
SUMMARY_LENGTH = 300

_SHOWN = frozenset({Stage.COMING_SOON, Stage.PREORDER, Stage.LIVE, Stage.CLOSED})


def display_name(policy: StorePolicy) -> Named:
    """The title with its form, then its edition, then its ISBN: the first that is free in the store."""

    def compute(listing: Listing, context: Context) -> Any:
        title, format_ = listing.title, listing.format
        if policy.layout is Layout.VARIANTS:
            rungs = [_with(title.name), _with(title.name, _edition(format_)), _with(title.name, title.ref.id)]
        else:
            base, form = format_.name or title.name, (form_name(format_) or "").lower()
            rungs = [
                _with(base, form),
                _with(base, form, _edition(format_)),
                _with(base, form, format_.isbn or format_.key),
            ]
        return Candidates(tuple(dict.fromkeys(_cut(rung, NAME_LENGTH) for rung in rungs)))

    return named("name/with form", compute, layout=policy.layout, version=2)


def _with(base: str, *marks: str | None) -> str:
    """A name with what tells it apart in brackets."""
    told = ", ".join(mark for mark in marks if mark)
    return f"{base} ({told})" if told else base


def _edition(format_: Format) -> str | None:
    return format_.edition or (f"edition {format_.edition_number}" if format_.edition_number else None)


def _cut(text: str, limit: int) -> str:
    """A name within the limit; what tells it apart stands in brackets at its end, and is kept."""
    text = " ".join(text.split())
    if len(text) <= limit:
        return text
    head, bracket, tail = text.rpartition(" (")
    room = limit - len(bracket) - len(tail) - 1
    return f"{head[:room].rstrip()}…{bracket}{tail}" if bracket and room > 20 else text[: limit - 1] + "…"


def web_address(policy: StorePolicy) -> Named:
    """The address of the page: the title and what tells it apart; it never changes later."""

    def compute(listing: Listing, context: Context) -> Any:
        single = policy.layout is Layout.FORMAT
        number = listing.format.isbn or listing.format.key if single else listing.title.ref.id
        tail = _slug(number)[: ADDRESS_LENGTH - 2]
        room = ADDRESS_LENGTH - len(tail) - 3  # the slashes and the hyphen
        slug = _slug(listing.title.name)[: max(room, 0)].strip("-")
        return f"/{slug}-{tail}/" if slug else f"/{tail}/"

    return named("address/title and number", compute, layout=policy.layout)


def _slug(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")


def description() -> Named:
    """The description, made safe; the short one, then the cover copy, where there is none."""

    def compute(listing: Listing, context: Context) -> Any:
        text = choose_text(listing, DESCRIBING, context.now, context.market.time_zone)
        return (markup.safe_html(text) if text is not None else "") or CLEARED

    return named("text/description", compute)


def summary() -> Named:
    """The short description without markup, for search engines."""

    def compute(listing: Listing, context: Context) -> Any:
        kinds = (TextKind.SHORT_DESCRIPTION, TextKind.HEADLINE)
        text = choose_text(listing, kinds, context.now, context.market.time_zone)
        return (markup.plain(text, SUMMARY_LENGTH) if text is not None else "") or CLEARED

    return named("text/summary", compute, limit=SUMMARY_LENGTH)


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


def brand() -> Named:
    """The imprint, else the publisher."""

    def compute(listing: Listing, context: Context) -> Any:
        return listing.title.imprint or listing.title.publisher or CLEARED

    return named("brand/imprint", compute)


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
    return Picture(
        digest=f"token:{token}", url=asset.url, text=_cut(words, 200), main=place == 0, place=place
    )


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
        return frozenset(Fact(role_name(c.role), _cut(c.name, FACT_LENGTH)) for c in who)

    return named("contributors/by role", compute)


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
        editions = [_edition(one) for one in alike]
        own = _edition(listing.format)
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


def series() -> Named:
    """The series, with the number where there is one."""

    def compute(listing: Listing, context: Context) -> Any:
        return frozenset(
            Fact("Series", _cut(f"{one.name}, {one.number}" if one.number else one.name, FACT_LENGTH))
            for one in listing.title.series
            if one.name.strip()
        )

    return named("series/name and number", compute)


def subtitle() -> Named:
    """The format's own subtitle, else the title's."""

    def compute(listing: Listing, context: Context) -> Any:
        text = listing.format.subtitle or listing.title.subtitle
        return _cut(text, FACT_LENGTH) if text else CLEARED

    return named("subtitle/own", compute)


def keywords() -> Named:
    """The publisher's keywords, for the shop's search."""

    def compute(listing: Listing, context: Context) -> Any:
        lists = [s.code for s in listing.title.subjects if s.scheme is Scheme.KEYWORDS]
        words = [word.strip() for text in lists for word in text.split(";") if word.strip()]
        return ",".join(dict.fromkeys(words)) if words else CLEARED

    return named("keywords/publisher", compute)


def stock_tracked(policy: StorePolicy) -> Named:
    """Whether copies are counted: only of what is shipped, and only if the policy says so."""

    def compute(listing: Listing, context: Context) -> Any:
        return policy.track_stock and fulfilment(listing.format) is Fulfilment.PHYSICAL

    return named("stock/policy", compute, tracked=policy.track_stock)


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

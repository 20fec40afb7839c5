"""Channel listings: what a marketplace says of products."""

from __future__ import annotations

from collections.abc import Callable

from .call import Call, Route
from .check import Rule, accepted, checked, invalid, one_of, rows, text, whole
from .filters import Filter, active, in_, kept, moment_filters
from .moments import zulu
from .paging import limit_of
from .wire import Answer, Row, not_found, ok, refuse

SCOPE = "store_channel_listings"

_VARIANT_STATES = (
    "active",
    "disabled",
    "error",
    "pending",
    "pending_disable",
    "pending_delete",
    "queued",
    "rejected",
    "submitted",
    "deleted",
)
_STATES = (*_VARIANT_STATES, "partially_rejected")

_TEXTS: dict[str, Rule] = {"external_id": text(), "name": text(), "description": text()}
RULES: dict[str, Rule] = {"product_id": whole(1), "state": one_of(*_STATES), "variants": rows(), **_TEXTS}
VARIANT_RULES: dict[str, Rule] = {
    "product_id": whole(1),
    "variant_id": whole(1),
    "state": one_of(*_VARIANT_STATES),
    **_TEXTS,
}
VARIANT_REQUIRED = ("product_id", "variant_id", "state")
"""Source: BigCommerce REST reference, `channels.v3.yml`, listings."""

FILTERS: dict[str, Filter] = {
    "product_id:in": in_("product_id"),
    **moment_filters("date_created"),
    **moment_filters("date_modified"),
}

_MANY = "/v3/channels/{channel_id}/listings"


def _of_channel(call: Call) -> list[Row]:
    table = call.store.listings
    return [
        table[number] for number in sorted(table) if table[number]["channel_id"] == call.ids["channel_id"]
    ]


def _page(rows: list[Row], total: int) -> Answer:
    return ok([dict(row) for row in rows], {"pagination": {"count": len(rows), "total": total, "links": {}}})


def list_listings(call: Call) -> Answer:
    """`GET /channels/{channel_id}/listings`: by `after` and `limit`, never by page; an unknown channel has none."""
    used = active(call, FILTERS, ("after",), strict=True)
    if call.query.get("page") is not None:
        raise refuse(422, "The filter(s): page are not valid filter parameter(s).")
    after = call.query.get("after") or "0"
    if not after.isdecimal():
        raise invalid({"after": "must be an integer"})
    found = kept(_of_channel(call), used)
    later = [row for row in found if row["listing_id"] > int(after)]
    return _page(later[: limit_of(call)], len(found))


def get_listing(call: Call) -> Answer:
    """`GET /channels/{channel_id}/listings/{listing_id}`."""
    return ok(dict(_listing_of(call, call.ids["listing_id"])))


def _listing_of(call: Call, number: int) -> Row:
    listing = call.store.listings.get(number)
    if listing is None or listing["channel_id"] != call.ids["channel_id"]:
        raise not_found("The listing")
    return listing


def _read_variants(call: Call, bodies: list[Row], product: int, path: str) -> list[Row]:
    read: list[Row] = []
    errors: dict[str, str] = {}
    for at, body in enumerate(bodies):
        kept_fields, wrong = checked(
            body, VARIANT_RULES, required=VARIANT_REQUIRED, path=f"{path}variants.{at}."
        )
        errors.update(wrong)
        if not wrong and (
            kept_fields["product_id"] != product or call.store.homes.get(kept_fields["variant_id"]) != product
        ):
            errors[f"{path}variants.{at}.variant_id"] = "is not one of the product's"
        read.append(kept_fields)
    if errors:
        raise invalid(errors)
    return read


def _laid_over(call: Call, listing: Row, variants: list[Row]) -> list[Row]:
    """The listing's variants after others came: known ones change, new ones are added, the rest stays."""
    stamp = zulu(call.now)
    named = {row["variant_id"]: row for row in variants}
    known = {row["variant_id"] for row in listing["variants"]}
    stay = [
        {**row, **named[row["variant_id"]], "date_modified": stamp} if row["variant_id"] in named else row
        for row in listing["variants"]
    ]
    start: Row = {"channel_id": listing["channel_id"], "external_id": "", "name": "", "description": ""}
    added = [
        {**start, **row, "date_created": stamp, "date_modified": stamp}
        for row in variants
        if row["variant_id"] not in known
    ]
    return [*stay, *added]


def create_listings(call: Call) -> Answer:
    """`POST /channels/{channel_id}/listings`: one faulty row refuses all."""
    channel = call.ids["channel_id"]
    if channel not in call.store.channels:
        raise invalid({"channel_id": "does not exist"})
    made: list[Row] = []
    for at, body in enumerate(call.rows(call.settings.limit_max)):
        fields = accepted(body, RULES, required=("product_id", "state", "variants"), path=f"{at}.")
        if fields["product_id"] not in call.store.products:
            raise invalid({f"{at}.product_id": "does not exist"})
        variants = _read_variants(call, fields.pop("variants"), fields["product_id"], f"{at}.")
        stamp = zulu(call.now)
        listing: Row = {
            "channel_id": channel,
            "listing_id": 0,
            "external_id": "",
            "name": "",
            "description": "",
            **fields,
            "date_created": stamp,
            "date_modified": stamp,
            "variants": [],
        }
        listing["variants"] = _laid_over(call, listing, variants)
        made.append(listing)
    for listing in made:
        listing["listing_id"] = call.store.next_id("listing")
        call.store.listings[listing["listing_id"]] = listing
    return _page(made, len(made))


def update_listings(call: Call) -> Answer:
    """`PUT /channels/{channel_id}/listings`: a listing that is not there is left out of a 200."""
    steps: list[Callable[[], Row]] = []
    for at, body in enumerate(call.rows(call.settings.limit_max)):
        fields = accepted(body, {**RULES, "listing_id": whole(1)}, required=("listing_id",), path=f"{at}.")
        listing = call.store.listings.get(fields.pop("listing_id"))
        if listing is None or listing["channel_id"] != call.ids["channel_id"]:
            continue
        fields.pop("product_id", None)
        variants = _read_variants(call, fields.pop("variants", []), listing["product_id"], f"{at}.")
        steps.append(_step(call, listing, fields, variants))
    changed = [step() for step in steps]
    return _page(changed, len(changed))


def _step(call: Call, listing: Row, fields: Row, variants: list[Row]) -> Callable[[], Row]:
    def run() -> Row:
        after = _laid_over(call, listing, variants)
        listing.update({**fields, "variants": after, "date_modified": zulu(call.now)})
        return listing

    return run


ROUTES = (
    Route(method="GET", path=_MANY, run=list_listings, scope=SCOPE),
    Route(method="POST", path=_MANY, run=create_listings, scope=SCOPE),
    Route(method="PUT", path=_MANY, run=update_listings, scope=SCOPE),
    Route(method="GET", path=f"{_MANY}/{{listing_id}}", run=get_listing, scope=SCOPE),
)

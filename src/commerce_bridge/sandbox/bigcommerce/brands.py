"""Brands."""

from __future__ import annotations

from .call import Call, Route
from .check import Rule, accepted, invalid, text, text_list, thing
from .fetching import fetched, shown_file, uploaded
from .filters import Filter, active, as_text, is_, kept, like, number_filters
from .paging import only_fields, paged
from .urls import auto_url, free_form, is_latin, is_taken
from .wire import Answer, Row, no_content, not_found, ok, refuse

BRANDS_MAX = 30_000
"""Brands of one store."""

BRAND_URL_MAX = 1024

RULES: dict[str, Rule] = {
    "name": text(1, 255),
    "page_title": text(0, 255),
    "meta_keywords": text_list(),
    "meta_description": text(0, 65_535),
    "search_keywords": text(0, 65_535),
    "image_url": text(),
    "custom_url": thing(),
}
"""Source: BigCommerce REST reference, `catalog/brands_catalog.v3.yml`."""

FILTERS: dict[str, Filter] = {
    **number_filters("id"),
    "name": is_("name", as_text),
    "name:like": like("name"),
    "page_title": is_("page_title", as_text),
}

_ONE = "/v3/catalog/brands/{brand_id}"


def fresh_brand(call: Call, name: str) -> Row:
    """A brand row with nothing but its name and address."""
    number = call.store.next_id("brand")
    return {
        "id": number,
        "name": name,
        "page_title": "",
        "meta_keywords": [],
        "meta_description": "",
        "search_keywords": "",
        "image": None,
        "custom_url": auto_url(call.store, name, kind="brand", number=number),
    }


def add_brand(call: Call, brand: Row) -> None:
    """Put a brand into the table and its address into the index."""
    call.store.brands[brand["id"]] = brand
    call.store.claim_url(brand["custom_url"]["url"], "brand", brand["id"])


def brand_named(call: Call, name: str) -> Row | None:
    """The brand called `name`, whatever the case."""
    wanted = name.casefold()
    return next((brand for brand in call.store.brands.values() if brand["name"].casefold() == wanted), None)


def brand_id_for(call: Call, name: str) -> int:
    """The id of the brand called `name`; it is made when there is none."""
    brand = brand_named(call, name)
    if brand is None:
        brand = fresh_brand(call, name)
        add_brand(call, brand)
    return int(brand["id"])


def _brand_of(call: Call) -> Row:
    brand = call.store.brands.get(call.ids["brand_id"])
    if brand is None:
        raise not_found("The brand")
    return brand


def _shown(brand: Row) -> Row:
    shown = {name: value for name, value in brand.items() if name != "image"}
    shown["image_url"] = brand["image"]["url"] if brand["image"] else ""
    return shown


def list_brands(call: Call) -> Answer:
    """`GET /catalog/brands`."""
    used = active(call, FILTERS, ("sort", "direction"))
    field, direction = call.query.get("sort") or "id", call.query.get("direction") or "asc"
    if field not in ("id", "name") or direction not in ("asc", "desc"):
        raise refuse(422, "The sort is invalid.", {"sort": "is invalid"})
    rows = [call.store.brands[number] for number in sorted(call.store.brands)]
    found = kept(rows, used)
    if field == "name":
        found.sort(key=lambda brand: brand["name"].casefold())
    if direction == "desc":
        found.reverse()
    return paged(call, found, lambda brand: only_fields(call, _shown(brand)))


def get_brand(call: Call) -> Answer:
    """`GET /catalog/brands/{brand_id}`."""
    return ok(only_fields(call, _shown(_brand_of(call))))


def _lay_over(call: Call, brand: Row, fields: Row) -> dict[str, str]:
    """Apply a checked body to a brand row that is in no index; what could not be saved comes back."""
    store = call.store
    wanted = fields.pop("custom_url", {}).get("url")
    if "image_url" in fields:
        url = fields.pop("image_url")
        picture = fetched(url, call.settings, most=None) if url else None
        brand["image"] = picture and shown_file(
            picture, store.next_id("file"), call.settings.store_hash, "brands"
        )
    brand.update(fields)
    if not wanted or not isinstance(wanted, str):
        return {}
    number = brand["id"]
    taken = is_taken(store, wanted, kind="brand", number=number)
    partial = taken and call.settings.url_taken_on_update == "partial"
    if partial or len(wanted) > BRAND_URL_MAX or not is_latin(wanted):
        return {"custom_url": "is in use" if partial else "is not an address"}
    brand["custom_url"] = {
        "url": free_form(store, wanted, kind="brand", number=number),
        "is_customized": True,
    }
    return {}


def _saved(brand: Row, failed: dict[str, str]) -> Answer:
    if not failed:
        return ok(_shown(brand))
    errors = {"status": 207, "title": "The brand was saved, but not its address.", "errors": failed}
    meta = {"total": 1, "success": 1, "failed": 0}
    return Answer(status=207, body={"data": [_shown(brand)], "errors": errors, "meta": meta})


def create_brand(call: Call) -> Answer:
    """`POST /catalog/brands`."""
    fields = accepted(call.one(), RULES, required=("name",))
    if brand_named(call, fields["name"]) is not None:
        raise refuse(409, "The brand name is a duplicate", {"name": "is in use"})
    if len(call.store.brands) >= BRANDS_MAX:
        raise refuse(403, f"A store has at most {BRANDS_MAX} brands.")
    brand = fresh_brand(call, fields["name"])
    failed = _lay_over(call, brand, fields)
    add_brand(call, brand)
    return _saved(brand, failed)


def update_brand(call: Call) -> Answer:
    """`PUT /catalog/brands/{brand_id}`."""
    brand = _brand_of(call)
    fields = accepted(call.one(), RULES)
    other = brand_named(call, fields["name"]) if "name" in fields else None
    if other is not None and other is not brand:
        raise refuse(409, "The brand name is a duplicate", {"name": "is in use"})
    before = brand["custom_url"]["url"]
    failed = _lay_over(call, brand, fields)
    call.store.free_url(before)
    call.store.claim_url(brand["custom_url"]["url"], "brand", brand["id"])
    return _saved(brand, failed)


def _drop(call: Call, brand: Row) -> None:
    store = call.store
    store.free_url(brand["custom_url"]["url"])
    store.drop_metafields({("brand", brand["id"])})
    del store.brands[brand["id"]]
    for product in store.products.values():
        if product["brand_id"] == brand["id"]:
            product["brand_id"] = 0


def delete_brand(call: Call) -> Answer:
    """`DELETE /catalog/brands/{brand_id}`; its products lose it."""
    _drop(call, _brand_of(call))
    return no_content()


def delete_brands(call: Call) -> Answer:
    """`DELETE /catalog/brands`: never without a name."""
    used = active(call, {"name": FILTERS["name"], "page_title": FILTERS["page_title"]})
    if call.query.get("name") is None:
        raise refuse(422, "At least one filter must be set for a delete action.")
    for brand in kept(list(call.store.brands.values()), used):
        _drop(call, brand)
    return no_content()


def put_brand_image(call: Call) -> Answer:
    """`POST /catalog/brands/{brand_id}/image`: a file."""
    brand = _brand_of(call)
    upload = call.uploads.get("image_file")
    if upload is None:
        raise invalid({"image_file": "needs a file"})
    picture = uploaded(upload.name, upload.content)
    brand["image"] = shown_file(picture, call.store.next_id("file"), call.settings.store_hash, "brands")
    return ok({"image_url": brand["image"]["url"]})


def delete_brand_image(call: Call) -> Answer:
    """`DELETE /catalog/brands/{brand_id}/image`."""
    _brand_of(call)["image"] = None
    return no_content()


ROUTES = (
    Route(method="GET", path="/v3/catalog/brands", run=list_brands),
    Route(method="POST", path="/v3/catalog/brands", run=create_brand),
    Route(method="DELETE", path="/v3/catalog/brands", run=delete_brands),
    Route(method="GET", path=_ONE, run=get_brand),
    Route(method="PUT", path=_ONE, run=update_brand),
    Route(method="DELETE", path=_ONE, run=delete_brand),
    Route(method="POST", path=f"{_ONE}/image", run=put_brand_image, multipart=True),
    Route(method="DELETE", path=f"{_ONE}/image", run=delete_brand_image),
)

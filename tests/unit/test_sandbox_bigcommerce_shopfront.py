"""Channels, listings, assignments, brands and small parts in the BigCommerce sandbox."""

from __future__ import annotations

from typing import Any

import pytest

from rigs.bigcommerce_shop import Shop, ids

CHANNELS = "/v3/channels"
BRANDS = "/v3/catalog/brands"
PRODUCTS = "/v3/catalog/products"


@pytest.fixture
def shop() -> Shop:
    return Shop()


def _market(shop: Shop, **more: Any) -> dict[str, Any]:
    return shop.post(CHANNELS, {"name": "Market", "type": "marketplace", "platform": "amazon", **more}).data


# --- channels


def test_the_default_storefront_is_channel_one(shop: Shop):
    found = shop.get(CHANNELS).data
    assert [(row["id"], row["type"], row["status"]) for row in found] == [(1, "storefront", "active")]
    assert found[0]["date_created"].endswith("Z")


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"name": "With space"}, 422),
        ({"name": "Umlaut-ä"}, 422),
        ({"type": "shop"}, 422),
        ({"platform": ""}, 422),
        ({"status": "deleted"}, 422),
        ({"status": "terminated"}, 422),
        ({"status": "active"}, 422),
        ({"status": "disconnected"}, 200),
        ({"type": "storefront", "status": "prelaunch"}, 200),
        ({"type": "storefront", "status": "connected"}, 422),
    ],
    ids=str,
)
def test_creating_channels(shop: Shop, change: dict[str, Any], status: int):
    body = {"name": "Market", "type": "marketplace", "platform": "amazon", **change}
    assert shop.post(CHANNELS, body).status == status


def test_name_platform_and_type_are_taken_once(shop: Shop):
    market = _market(shop)
    assert shop.post(CHANNELS, {"name": "Market", "type": "marketplace", "platform": "amazon"}).status == 409
    _market(shop, platform="ebay")
    other = _market(shop, name="Other")
    assert shop.put(f"{CHANNELS}/{other['id']}", {"name": "Market"}).status == 409
    assert shop.put(f"{CHANNELS}/{market['id']}", {"name": "Market"}).status == 200


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"external_id": "x", "unknown": 1}, 200),
        ({"type": "marketplace"}, 200),
        ({"type": "pos"}, 422),
        ({"platform": "ebay"}, 422),
        ({"name": "a b"}, 422),
        ({"status": "prelaunch"}, 422),
        ({"status": "active"}, 422),
        ({"status": "archived"}, 200),
    ],
    ids=str,
)
def test_changing_channels(shop: Shop, body: dict[str, Any], status: int):
    assert shop.put(f"{CHANNELS}/{_market(shop)['id']}", body).status == status


def test_a_deleted_channel_stays_deleted_and_the_first_one_stays(shop: Shop):
    one = f"{CHANNELS}/{_market(shop)['id']}"
    assert shop.put(one, {"status": "deleted"}).data["is_enabled"] is False
    assert shop.put(one, {"status": "connected"}).status == 422
    assert shop.put(f"{CHANNELS}/1", {"status": "deleted"}).status == 422
    assert shop.put(f"{CHANNELS}/1", {"status": "inactive"}).status == 200
    assert ids(shop.get(CHANNELS, available="true").data) == [1]
    assert shop.get(CHANNELS, status__in="deleted,archived").data[0]["name"] == "Market"


def test_currencies_of_a_channel_are_the_stores_until_set(shop: Shop):
    shop = Shop(seed="demo")
    path = f"{CHANNELS}/1/currency-assignments"
    stores = {"channel_id": 1, "enabled_currencies": ["GBP", "USD"], "default_currency": "GBP"}
    assert shop.get(path).data == stores
    own = {"enabled_currencies": ["USD"], "default_currency": "USD"}
    assert shop.put(path, own).data == {"channel_id": 1, **own}
    assert shop.get(f"{CHANNELS}/1", include="currencies").data["currencies"]["default_currency"] == "USD"
    assert shop.put(path, {"enabled_currencies": ["USD"], "default_currency": "GBP"}).status == 422
    assert shop.put(path, {"enabled_currencies": ["JPY"], "default_currency": "JPY"}).status == 422
    assert shop.delete(path).data == 1
    assert shop.get(path).data == stores


# --- listings


def test_listings(shop: Shop):
    family = shop.family("A-1", "A-2")
    first, second = ids(family["variants"])
    path = f"{CHANNELS}/{_market(shop)['id']}/listings"

    def row(variant: int, **more: Any) -> dict[str, Any]:
        return {"product_id": family["id"], "variant_id": variant, "state": "active", **more}

    body = {"product_id": family["id"], "state": "active", "variants": [row(first)]}
    made = [shop.post(path, [body]).data[0]["listing_id"] for _ in range(3)]
    assert [each["listing_id"] for each in shop.get(path, limit=2).data] == made[:2]
    assert [each["listing_id"] for each in shop.get(path, after=made[0]).data] == made[1:]
    assert shop.get(path, page=1).status == 422
    assert shop.get(f"{CHANNELS}/99/listings").data == []
    changed = shop.put(
        path, [{"listing_id": made[0], "state": "error", "variants": [row(second, name="B")]}]
    ).data[0]
    assert [(each["variant_id"], each["name"]) for each in changed["variants"]] == [
        (first, ""),
        (second, "B"),
    ]
    assert changed["state"] == "error"
    assert shop.put(path, [{"listing_id": 1, "state": "error"}]).data == []
    assert set(shop.post(path, [{}]).errors) == {"0.product_id", "0.state", "0.variants"}
    strange = {**body, "variants": [row(first, state="partially_rejected")]}
    assert list(shop.post(path, [strange]).errors) == ["0.variants.0.state"]
    assert shop.post(path, [{**body, "variants": [row(7)]}]).status == 422


# --- assignments


@pytest.mark.parametrize("kind", ["channel", "category"])
def test_assignments_add_only(shop: Shop, kind: str):
    category = shop.post("/v3/catalog/trees/categories", [{"name": "Crime", "tree_id": 1}]).data[0][
        "category_id"
    ]
    other = 1 if kind == "channel" else category
    one, two = shop.product("One")["id"], shop.product("Two")["id"]
    path = f"{PRODUCTS}/{kind}-assignments"
    rows = [{"product_id": number, f"{kind}_id": other} for number in (two, one)]
    reply = shop.put(path, rows)
    assert (reply.status, reply.response.body) == (204, b"")
    assert shop.put(path, rows).status == 204
    assert shop.get(path).data == rows[::-1]
    assert shop.get(path, **{f"{kind}_id__in": 999}).data == []
    assert shop.get(path, product_id__in=f"{two},{one}", **{f"{kind}_id__in": other}).data == rows[::-1]
    assert shop.delete(path).status == 422
    assert shop.delete(path, product_id__in=one).status == 204
    assert shop.get(path).data == rows[:1]


def test_a_faulty_assignment_refuses_all_and_names_the_row(shop: Shop):
    one = shop.product()["id"]
    path = f"{PRODUCTS}/channel-assignments"
    reply = shop.put(
        path, [{"product_id": one, "channel_id": 1}, {"product_id": 9, "channel_id": 8}, {"channel_id": 1}]
    )
    assert (reply.status, set(reply.errors)) == (422, {"1.product_id", "1.channel_id", "2.product_id"})
    assert shop.get(path).data == []
    rows = [{"product_id": one, "channel_id": 1}] * 51
    assert shop.put(path, rows).status == 413
    shop.sandbox.configure(assignment_batch_max=51)
    assert shop.put(path, rows).status == 204
    assert len(shop.get(path).data) == 1


def test_category_assignments_are_the_products_categories(shop: Shop):
    category = shop.post("/v3/catalog/trees/categories", [{"name": "Crime", "tree_id": 1}]).data[0][
        "category_id"
    ]
    one = shop.product()["id"]
    shop.put(f"{PRODUCTS}/category-assignments", [{"product_id": one, "category_id": category}])
    assert shop.get(f"{PRODUCTS}/{one}").data["categories"] == [category]
    shop.put(f"{PRODUCTS}/{one}", {"categories": []})
    assert shop.get(f"{PRODUCTS}/category-assignments").data == []


# --- brands


def test_brands(shop: Shop):
    brand = shop.post(BRANDS, {"name": "Harbour Imprint"}).data
    assert brand["custom_url"] == {"url": "/harbour-imprint/", "is_customized": False}
    assert shop.post(BRANDS, {"name": "HARBOUR IMPRINT"}).title == "The brand name is a duplicate"
    shop.post(BRANDS, {"name": "Another"})
    assert [row["name"] for row in shop.get(BRANDS, sort="name").data] == ["Another", "Harbour Imprint"]
    assert [row["name"] for row in shop.get(BRANDS, name__like="HARB").data] == ["Harbour Imprint"]
    product = shop.product(brand_id=brand["id"])
    one = f"{BRANDS}/{brand['id']}"
    assert shop.put(one, {"name": "Another"}).status == 409
    assert shop.put(one, {"name": "Harbour", "custom_url": {"url": "/h/"}}).data["custom_url"]["url"] == "/h/"
    assert shop.delete(BRANDS).status == 422
    assert shop.delete(BRANDS, name="Harbour").status == 204
    assert shop.get(f"{PRODUCTS}/{product['id']}").data["brand_id"] == 0
    assert shop.post(BRANDS, {"name": "H"}).data["custom_url"]["url"] == "/h/"
    assert shop.delete(one).status == 404


# --- custom fields, videos, bulk prices


def test_a_pair_of_name_and_value_is_there_once(shop: Shop):
    many = f"{PRODUCTS}/{shop.product()['id']}/custom-fields"
    first = shop.post(many, {"name": "Author", "value": "A"}).data
    assert shop.post(many, {"name": "Author", "value": "B"}).status == 200
    assert shop.post(many, {"name": "Author", "value": "A"}).status == 422
    assert shop.put(f"{many}/{first['id']}", {"value": "B"}).status == 422
    assert shop.post(many, {"name": "x" * 251, "value": "A"}).status == 422
    assert [row["value"] for row in shop.get(many).data] == ["A", "B"]


def test_200_custom_fields_and_no_more(shop: Shop):
    rows = [{"name": "N", "value": str(at)} for at in range(200)]
    many = f"{PRODUCTS}/{shop.product(custom_fields=rows)['id']}/custom-fields"
    assert shop.post(many, {"name": "N", "value": "more"}).status == 422


def test_bulk_prices_do_not_overlap(shop: Shop):
    many = f"{PRODUCTS}/{shop.product()['id']}/bulk-pricing-rules"
    rule = {"quantity_min": 5, "quantity_max": 9, "type": "percent", "amount": ".10"}
    assert shop.post(many, rule).data["amount"] == 0.1
    assert shop.post(many, {**rule, "quantity_min": 9, "quantity_max": 0}).status == 409
    last = shop.post(many, {**rule, "quantity_min": 10, "quantity_max": 0}).data
    assert shop.post(many, {**rule, "quantity_min": 50, "quantity_max": 60}).status == 409
    assert shop.put(f"{many}/{last['id']}", {"quantity_min": 9}).status == 409
    assert shop.post(many, {**rule, "quantity_min": 3, "quantity_max": 2}).status == 422
    assert shop.post(many, {**rule, "amount": "much"}).status == 422


def test_videos_are_youtube_ids(shop: Shop):
    many = f"{PRODUCTS}/{shop.product()['id']}/videos"
    video = shop.post(many, {"video_id": "z3fRu9pkuXE", "title": "Trailer"}).data
    assert (video["type"], video["product_id"]) == ("youtube", shop.sandbox.state()["products"][0]["id"])
    assert shop.post(many, {"video_id": "x" * 26}).status == 422
    assert shop.put(f"{many}/{video['id']}", {"type": "vimeo"}).status == 422
    assert shop.delete(f"{many}/{video['id']}").status == 204


def test_the_summary_counts_variants_at_their_prices(shop: Shop):
    category = shop.post("/v3/catalog/trees/categories", [{"name": "Crime", "tree_id": 1}]).data[0][
        "category_id"
    ]
    family = shop.family("A-1", "A-2", price=10, categories=[category])
    shop.put(
        "/v3/catalog/variants",
        [
            {"id": number, "price": price, "inventory_level": 2}
            for number, price in zip(ids(family["variants"]), (8, 4), strict=True)
        ],
    )
    shop.wait(hours=1)
    shop.product("Other", price=6)
    found = shop.get("/v3/catalog/summary").data
    assert found == {
        "inventory_count": 4,
        "inventory_value": 24,
        "primary_category_id": category,
        "primary_category_name": "Crime",
        "variant_count": 3,
        "highest_variant_price": 8,
        "average_variant_price": 6,
        "lowest_variant_price": "4",
        "oldest_variant_date": "2026-11-02T09:00:00+00:00",
        "newest_variant_date": "2026-11-02T10:00:00+00:00",
    }


def test_the_demo_seed_is_a_shop_with_goods_and_shelves():
    shop = Shop(seed="demo")
    assert len(shop.get(PRODUCTS).data) >= 2
    assert len(shop.get("/v3/catalog/trees/categories").data) >= 10
    assert len(shop.get(CHANNELS).data) == 2
    assert [row["currency_code"] for row in shop.get("/v2/currencies").json] == ["GBP", "USD"]
    assert len(shop.get(f"{PRODUCTS}/channel-assignments").data) == len(shop.get(PRODUCTS).data)

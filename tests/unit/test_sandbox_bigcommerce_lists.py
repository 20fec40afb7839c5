"""Lists in the BigCommerce sandbox: filters, sorting, pages, fields, and their limits."""

from __future__ import annotations

import pytest

from rigs.bigcommerce_shop import Shop, ids

PRODUCTS = "/v3/catalog/products"


@pytest.fixture
def shop() -> Shop:
    return Shop()


def _shelf(shop: Shop) -> dict[str, int]:
    rows = [{"name": name, "tree_id": 1} for name in ("Crime", "Travel")]
    crime, travel = (row["category_id"] for row in shop.post("/v3/catalog/trees/categories", rows).data)
    made = [
        shop.product("Alpha", sku="A-1", price=5, categories=[crime], brand_name="One", upc="111", mpn="m1"),
        shop.product("beta", sku="B-1", price=9, categories=[crime, travel], is_visible=False, weight=2),
        shop.product("Gamma", type="digital", price=7, condition="Used", is_featured=True, inventory_level=4),
        shop.product("Delta", price=1, sale_price=0.5, is_free_shipping=True, availability="disabled"),
    ]
    shop.put(f"{PRODUCTS}/channel-assignments", [{"product_id": made[1]["id"], "channel_id": 1}])
    return {**{row["name"]: row["id"] for row in made}, "crime": crime, "travel": travel}


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ({"name": "Alpha"}, ["Alpha"]),
        ({"sku": "a-1"}, ["Alpha"]),
        ({"sku:in": "A-1,b-1,nothing"}, ["Alpha", "beta"]),
        ({"price": "9"}, ["beta"]),
        ({"weight": "2"}, ["beta"]),
        ({"upc": "111"}, ["Alpha"]),
        ({"mpn": "m1"}, ["Alpha"]),
        ({"condition": "used"}, ["Gamma"]),
        ({"is_visible": "false"}, ["beta"]),
        ({"is_featured": "1"}, ["Gamma"]),
        ({"is_free_shipping": "1"}, ["Delta"]),
        ({"type": "digital"}, ["Gamma"]),
        ({"availability": "disabled"}, ["Delta"]),
        ({"inventory_level:min": "4"}, ["Gamma"]),
        ({"inventory_level:less": "4", "type": "physical"}, ["Alpha", "beta", "Delta"]),
        ({"inventory_level:not_in": "0"}, ["Gamma"]),
        ({"out_of_stock": "1"}, ["Alpha", "beta", "Delta"]),
        ({"inventory_low": "0"}, ["Gamma"]),
        ({"keyword": "ALPH"}, ["Alpha"]),
        ({"channel_id:in": "1"}, ["beta"]),
        ({"channel_id:in": "2"}, []),
        ({"id:greater": "{Alpha}", "id:less": "{Delta}"}, ["beta", "Gamma"]),
        ({"id:min": "{beta}", "id:max": "{Gamma}"}, ["beta", "Gamma"]),
        ({"id:in": "{Alpha},{Delta}"}, ["Alpha", "Delta"]),
        ({"id:not_in": "{Alpha},{Delta}"}, ["beta", "Gamma"]),
        ({"id": "{beta}"}, ["beta"]),
        # `categories` misses what is in more than one; `categories:in` wants all of them.
        ({"categories": "{crime}"}, ["Alpha"]),
        ({"categories:in": "{crime}"}, ["Alpha", "beta"]),
        ({"categories:in": "{crime},{travel}"}, ["beta"]),
    ],
    ids=str,
)
def test_product_filters(shop: Shop, query: dict[str, str], names: list[str]):
    known = _shelf(shop)
    filled = {name: value.format(**known) for name, value in query.items()}
    reply = shop.send("GET", PRODUCTS, query=filled)
    assert reply.status == 200
    assert [row["name"] for row in reply.data] == names


def test_the_sku_filter_does_not_find_variants(shop: Shop):
    shop.family("9780000000019", sku="W-1204")
    assert shop.get(PRODUCTS, sku="9780000000019").data == []
    assert len(shop.get("/v3/catalog/variants", sku="9780000000019").data) == 1
    assert shop.get("/v3/catalog/variants", sku="W-1204").data == []


@pytest.mark.parametrize(
    ("field", "direction", "names"),
    [
        ("name", "asc", ["Alpha", "beta", "Delta", "Gamma"]),
        ("price", "desc", ["beta", "Gamma", "Alpha", "Delta"]),
        ("calculated_price", "asc", ["Delta", "Alpha", "Gamma", "beta"]),
        ("id", "desc", ["Delta", "Gamma", "beta", "Alpha"]),
    ],
)
def test_sorting(shop: Shop, field: str, direction: str, names: list[str]):
    _shelf(shop)
    assert [row["name"] for row in shop.get(PRODUCTS, sort=field, direction=direction).data] == names


@pytest.mark.parametrize(
    "query",
    [
        {"sort": "weight"},
        {"direction": "up"},
        {"id:in": "a,b"},
        {"is_visible": "maybe"},
        {"condition": "Used"},
        {"date_modified:min": "yesterday"},
        {"date_modified:min": "2026-11-02T09:00:00 00:00"},
        {"page": "0"},
        {"limit": "many"},
        {"include": "everything"},
    ],
    ids=str,
)
def test_values_that_make_no_sense_are_refused(shop: Shop, query: dict[str, str]):
    assert shop.send("GET", PRODUCTS, query=query).status == 422


def test_unknown_filters_are_refused_by_name_or_ignored(shop: Shop):
    shop.product()
    query = {"colour": "red", "author": "A"}
    reply = shop.send("GET", PRODUCTS, query=query)
    assert reply.title == "The filter(s): colour, author are not valid filter parameter(s)."
    shop.sandbox.configure(unknown_filters="ignored")
    assert len(shop.send("GET", PRODUCTS, query=query).data) == 1


def test_instants_are_inclusive_and_a_bare_date_takes_the_time_of_the_request(shop: Shop):
    first = shop.product("First")
    shop.wait(hours=1)
    second = shop.product("Second")
    found = shop.get(PRODUCTS, date_modified__min="2026-11-02T10:00:00+00:00").data
    assert ids(found) == [second["id"]]
    found = shop.get(PRODUCTS, date_modified__max="2026-11-02T09:00:00Z").data
    assert ids(found) == [first["id"]]
    assert ids(shop.get(PRODUCTS, date_modified__min=int(shop.now.timestamp())).data) == [second["id"]]
    # At 09:30 of the same day the bare date means 09:30, and loses the first product.
    shop.wait(minutes=-30)
    assert ids(shop.get(PRODUCTS, date_modified__min="2026-11-02").data) == [second["id"]]
    assert ids(shop.get(PRODUCTS, date_modified="2026-11-02").data) == [first["id"], second["id"]]


def test_imports_are_found_by_their_date(shop: Shop):
    made = shop.product(date_last_imported="2026-10-01T12:00:00+00:00", total_sold=4)
    shop.product("Never")
    assert ids(shop.get(PRODUCTS, date_last_imported__min="2026-10-01T12:00:00Z").data) == [made["id"]]
    assert shop.get(PRODUCTS, date_last_imported__max="2026-09-01T00:00:00Z").data == []
    assert ids(shop.get(PRODUCTS, total_sold=4).data) == [made["id"]]


def test_pages_are_numbered_from_one_and_linked(shop: Shop):
    numbers = [shop.product(f"P {at}")["id"] for at in range(5)]
    first = shop.get(PRODUCTS, limit=2, is_visible="true").json
    assert ids(first["data"]) == numbers[:2]
    assert first["meta"]["pagination"] == {
        "total": 5,
        "count": 2,
        "per_page": 2,
        "current_page": 1,
        "total_pages": 3,
        "links": {
            "current": "?is_visible=true&page=1&limit=2",
            "next": "?is_visible=true&page=2&limit=2",
        },
    }
    last = shop.get(PRODUCTS, limit=2, page=3).json
    assert ids(last["data"]) == numbers[4:]
    assert last["meta"]["pagination"]["links"] == {
        "current": "?page=3&limit=2",
        "previous": "?page=2&limit=2",
    }


@pytest.mark.parametrize(("status", "body"), [(200, b'"data": []'), (204, b"")])
def test_past_the_end_is_empty_or_204(status: int, body: bytes):
    shop = Shop(past_end_status=status)
    shop.product()
    reply = shop.get(PRODUCTS, page=2)
    assert reply.status == status
    assert body in reply.response.body
    assert shop.get(PRODUCTS).status == 200


def test_a_limit_above_the_maximum_is_refused_not_clamped(shop: Shop):
    assert shop.get(PRODUCTS, limit=250).status == 200
    reply = shop.get(PRODUCTS, limit=251)
    assert (reply.status, reply.json["status"]) == (413, 413)
    v2 = shop.get("/v2/currencies", limit=251)
    assert v2.json == [
        {
            "status": 413,
            "message": "The specified limit exceeds the maximum allowed.",
            "details": {"max_limit": 250},
        }
    ]


@pytest.mark.parametrize("include", ["options", "modifiers", "images,options"])
def test_options_and_modifiers_bring_ten_a_page_whatever_was_asked(shop: Shop, include: str):
    for at in range(12):
        shop.product(f"P {at}")
    reply = shop.get(PRODUCTS, include=include, limit=250)
    assert len(reply.data) == 10
    meta = reply.json["meta"]["pagination"]
    assert (meta["per_page"], meta["total_pages"]) == (10, 2)
    assert len(shop.get(PRODUCTS, include="images", limit=250).data) == 12


def test_long_lists_of_ids_are_refused(shop: Shop):
    made = shop.product()
    many = ",".join(str(number) for number in range(51))
    assert shop.get(PRODUCTS, id__in=many).status == 400
    assert shop.get(PRODUCTS, id__in=many[:-3]).status == 200
    shop.sandbox.configure(in_filter_max=0)
    assert ids(shop.get(PRODUCTS, id__in=f"{many},{made['id']}").data) == [made["id"]]


def test_fields_are_chosen_but_the_id_stays(shop: Shop):
    made = shop.product(sku="A")
    always = {"id", "gift_wrapping_options_type", "gift_wrapping_options_list"}
    only = shop.get(f"{PRODUCTS}/{made['id']}", include_fields="name,sku", include="variants").data
    assert set(only) == {*always, "name", "sku", "variants"}
    without = shop.get(f"{PRODUCTS}/{made['id']}", exclude_fields="name,id").data
    assert "name" not in without
    assert always <= set(without)


def test_nothing_inside_comes_unless_included(shop: Shop):
    made = shop.family("A-1")
    bare = shop.get(f"{PRODUCTS}/{made['id']}").data
    assert not {"variants", "options", "images", "custom_fields", "videos", "bulk_pricing_rules"} & set(bare)
    full = shop.get(f"{PRODUCTS}/{made['id']}", include="variants,options,primary_image").data
    assert full["variants"][0]["option_values"][0]["label"] == "Format A-1"
    assert full["options"][0]["display_name"] == "Format"
    assert "primary_image" not in full


def test_of_a_repeated_parameter_the_last_counts(shop: Shop):
    made = shop.product()
    request = shop.request("GET", PRODUCTS)
    twice = type(request)(
        method="GET", path=request.path, query=[("id", "1"), ("id", str(made["id"]))], headers=request.headers
    )
    assert b'"total": 1' in shop.sandbox.handle(twice, shop.now).body


def test_v2_lists_are_bare_and_empty_ones_have_no_body(shop: Shop):
    assert isinstance(shop.get("/v2/currencies").json, list)
    reply = shop.get("/v2/currencies", page=2)
    assert (reply.status, reply.response.body) == (204, b"")
    refused = shop.send("GET", "/v2/currencies", query={"id": "1"})
    assert refused.json == [{"status": 400, "message": "The field 'id' is not supported by this resource."}]

"""Variants and options in the BigCommerce sandbox."""

from __future__ import annotations

from typing import Any

import pytest

from rigs.bigcommerce_shop import Shop, ids

PRODUCTS = "/v3/catalog/products"
VARIANTS = "/v3/catalog/variants"


@pytest.fixture
def shop() -> Shop:
    return Shop()


def _value(shop: Shop, family: dict[str, Any], label: str) -> list[dict[str, int]]:
    option = family["options"][0]
    path = f"{PRODUCTS}/{family['id']}/options/{option['id']}/values"
    value = shop.post(path, {"label": label, "sort_order": 9}).data
    return [{"id": value["id"], "option_id": option["id"]}]


def test_variants_made_with_a_product_make_its_options(shop: Shop):
    def values(form: str, colour: str) -> list[dict[str, str]]:
        return [
            {"option_display_name": "Format", "label": form},
            {"option_display_name": "Colour", "label": colour},
        ]

    rows = [
        {"sku": "P-R", "option_values": values("Paperback", "Red"), "price": 5},
        {"sku": "P-B", "option_values": values("Paperback", "Blue"), "weight": 2},
    ]
    made = shop.product(variants=rows)
    assert made["base_variant_id"] is None
    assert [(option["display_name"], option["type"]) for option in made["options"]] == [
        ("Format", "radio_buttons"),
        ("Colour", "radio_buttons"),
    ]
    assert [value["label"] for value in made["options"][1]["option_values"]] == ["Red", "Blue"]
    first, second = made["variants"]
    assert first["option_values"][0]["option_display_name"] == "Format"
    assert first["sku_id"] not in (None, first["id"])
    assert (first["calculated_price"], first["calculated_weight"]) == (5, 0.35)
    assert (second["calculated_price"], second["calculated_weight"]) == (14.99, 2)


@pytest.mark.parametrize(
    ("rows", "status", "code"),
    [
        ([{"sku": "A", "option_values": []}], 422, None),
        ([{"sku": "A"}], 422, None),
        ([{"sku": "", "option_values": [{"option_display_name": "F", "label": "x"}]}], 422, 22004),
        ([{"option_values": [{"option_display_name": "F", "label": "x"}]}], 422, 22004),
        ([{"sku": "A", "option_values": [{"option_display_name": "F"}]}], 422, None),
        ([{"sku": "main", "option_values": [{"option_display_name": "F", "label": "x"}]}], 409, None),
        ([{"sku": s, "option_values": [{"option_display_name": "F", "label": s}]} for s in "Aa"], 409, None),
        (
            [{"sku": s, "option_values": [{"option_display_name": "F", "label": "x"}]} for s in "AB"],
            409,
            None,
        ),
    ],
    ids=str,
)
def test_faulty_variants_refuse_the_product(
    shop: Shop, rows: list[dict[str, Any]], status: int, code: int | None
):
    body = {"name": "A", "type": "physical", "weight": 1, "price": 1, "sku": "MAIN", "variants": rows}
    reply = shop.post(PRODUCTS, body)
    assert reply.status == status
    assert reply.json.get("code") == code
    assert shop.sandbox.state()["products"] == []


def test_the_same_values_twice_is_told_in_the_platforms_words(shop: Shop):
    made = shop.family("A-1")
    pair = made["variants"][0]["option_values"]
    reply = shop.post(f"{PRODUCTS}/{made['id']}/variants", {"sku": "A-2", "option_values": pair})
    assert (reply.status, reply.title) == (409, "Variant with the same option values set exists")


def test_the_first_variant_ends_the_base_variant_and_its_metafields(shop: Shop):
    made = shop.product(sku="A")
    one = f"{PRODUCTS}/{made['id']}"
    row = {"namespace": "n", "key": "k", "value": "v", "permission_set": "read"}
    shop.post(f"{one}/variants/{made['base_variant_id']}/metafields", row)
    values = [{"label": "Paperback", "sort_order": 1}]
    option = shop.post(
        f"{one}/options", {"display_name": "Format", "type": "dropdown", "option_values": values}
    ).data
    assert len(shop.get(f"{one}/variants").data) == 1
    chosen = [{"id": option["option_values"][0]["id"], "option_id": option["id"]}]
    variant = shop.post(f"{one}/variants", {"sku": "A-1", "option_values": chosen}).data
    assert ids(shop.get(f"{one}/variants").data) == [variant["id"]]
    assert shop.get(one).data["base_variant_id"] is None
    assert shop.sandbox.state()["metafields"] == []


def test_a_variant_names_one_value_of_each_option(shop: Shop):
    made = shop.family("A-1")
    one = f"{PRODUCTS}/{made['id']}"
    values = [{"label": "Red", "sort_order": 1}]
    shop.post(f"{one}/options", {"display_name": "Colour", "type": "dropdown", "option_values": values})
    reply = shop.post(f"{one}/variants", {"sku": "A-2", "option_values": _value(shop, made, "Audio")})
    assert reply.errors == {"option_values": "must name one value of each option"}
    strange = [{"id": 1, "option_id": made["options"][0]["id"]}]
    assert shop.post(f"{one}/variants", {"sku": "A-2", "option_values": strange}).status == 422


def test_prices_of_a_variant_override_those_of_the_product(shop: Shop):
    made = shop.family("A-1", price=20, sale_price=15)
    one = f"{PRODUCTS}/{made['id']}/variants/{made['variants'][0]['id']}"
    assert shop.get(one).data["calculated_price"] == 15
    # A price of its own makes the variant deaf to the product's sale price.
    assert shop.put(one, {"price": 18}).data["calculated_price"] == 18
    assert shop.put(one, {"sale_price": 16}).data["calculated_price"] == 16
    assert shop.put(one, {"sale_price": 0}).data["calculated_price"] == 18
    assert shop.put(one, {"price": None}).data["calculated_price"] == 15


def test_an_update_changes_only_what_is_sent_and_null_clears(shop: Shop):
    made = shop.family("A-1")
    one = f"{PRODUCTS}/{made['id']}/variants/{made['variants'][0]['id']}"
    before = shop.put(one, {"price": 1, "gtin": "9780000000019", "purchasing_disabled": True}).data
    after = shop.put(one, {"price": None}).data
    assert {name for name in after if after[name] != before[name]} == {"price", "calculated_price"}
    assert shop.put(one, {"sku": ""}).json["code"] == 22004
    assert shop.put(one, {"gtin": "123456789012345"}).status == 422
    assert shop.put(one, {"sku": "a-1"}).data["sku"] == "a-1"


def test_negative_stock_is_left_unsaved(shop: Shop):
    made = shop.family("A-1")
    reply = shop.put(
        f"{PRODUCTS}/{made['id']}/variants/{made['variants'][0]['id']}", {"inventory_level": -2, "price": 3}
    )
    assert (reply.status, reply.data["inventory_level"], reply.data["price"]) == (207, 0, 3)
    assert reply.errors["errors"] == {"inventory_level": "must not become negative"}


def test_a_base_variant_and_its_product_share_a_sku(shop: Shop):
    made = shop.product(sku="A")
    one = f"{PRODUCTS}/{made['id']}"
    base = f"{one}/variants/{made['base_variant_id']}"
    assert shop.put(base, {"sku": "B"}).status == 200
    assert shop.get(one).data["sku"] == "B"
    shop.put(one, {"sku": "C"})
    assert shop.get(base).data["sku"] == "C"
    assert ids(shop.get(PRODUCTS, sku="C").data) == [made["id"]]
    assert shop.get(PRODUCTS, sku="B").data == []
    assert shop.delete(base).status == 422


def test_deleting_the_last_variant_makes_the_product_simple(shop: Shop):
    made = shop.family("A-1", "A-2", sku="A")
    one = f"{PRODUCTS}/{made['id']}"
    first, second = ids(made["variants"])
    assert shop.delete(f"{one}/variants/{first}").status == 204
    assert shop.delete(f"{one}/variants/{first}").status == 204
    assert shop.get(one).data["base_variant_id"] is None
    shop.delete(f"{one}/variants/{second}")
    left = shop.get(f"{one}/variants").data
    assert [row["sku"] for row in left] == ["A"]
    assert shop.get(one).data["base_variant_id"] == left[0]["id"]
    assert shop.product("Other", sku="A-1")["sku"] == "A-1"


def test_the_store_wide_list(shop: Shop):
    family = shop.family("A-1", "A-2", name="A")
    simple = shop.product("B", sku="B")
    shop.put(f"{PRODUCTS}/{family['id']}/variants/{family['variants'][0]['id']}", {"upc": "123"})
    everything = [*ids(family["variants"]), simple["base_variant_id"]]
    assert ids(shop.get(VARIANTS).data) == everything
    assert ids(shop.get(VARIANTS, product_id__in=simple["id"]).data) == everything[2:]
    assert ids(shop.get(VARIANTS, sku="a-2").data) == everything[1:2]
    assert ids(shop.get(VARIANTS, upc="123").data) == everything[:1]
    assert ids(shop.get(VARIANTS, id=everything[1]).data) == everything[1:2]
    assert shop.get(VARIANTS, date_modified__min="2026-01-01").status == 422


def test_a_batch_changes_variants_of_many_products(shop: Shop):
    made = [shop.family(f"{at}-1", name=f"P {at}")["variants"][0] for at in range(3)]
    rows = [{"id": row["id"], "price": at} for at, row in enumerate(made)]
    assert [row["price"] for row in shop.put(VARIANTS, rows).data] == [0, 1, 2]
    assert shop.put(VARIANTS, rows * 17).status == 413


@pytest.mark.parametrize(("switch", "price"), [("refuse", None), ("partial", 5)])
def test_a_batch_with_a_bad_row_names_the_fault_but_not_the_row(switch: str, price: int | None):
    shop = Shop(variants_batch_bad_row=switch)
    made = shop.family("A-1", "A-2")
    first, second = ids(made["variants"])
    reply = shop.put(VARIANTS, [{"id": first, "price": 5, "sku": "A-9"}, {"id": second, "price": -1}])
    assert reply.status == 422
    assert [(each["status"], each["errors"]) for each in reply.json["batch_errors"]] == [
        (422, {"price": "must be 0 or more"})
    ]
    found = shop.get(f"{PRODUCTS}/{made['id']}/variants/{first}").data
    assert (found["price"], found["sku"]) == (price, "A-9" if price else "A-1")
    assert len(shop.get(VARIANTS, sku="A-1").data) == (0 if price else 1)


@pytest.mark.parametrize(("creates", "status"), [(True, 200), (False, 422)])
def test_whether_a_batch_creates_is_a_switch(creates: bool, status: int):
    shop = Shop(variants_batch_creates=creates)
    made = shop.family("A-1")
    row = {"product_id": made["id"], "sku": "A-2", "option_values": _value(shop, made, "Audio")}
    assert shop.put(VARIANTS, [{"id": made["variants"][0]["id"], "price": 1}, row]).status == status
    skus = [each["sku"] for each in shop.get(f"{PRODUCTS}/{made['id']}/variants").data]
    assert skus == (["A-1", "A-2"] if creates else ["A-1"])


def test_a_batch_create_needs_a_product(shop: Shop):
    assert shop.put(VARIANTS, [{"sku": "A"}]).json["batch_errors"][0]["errors"] == {
        "product_id": "error.path.missing"
    }
    assert shop.put(VARIANTS, [{"product_id": 1, "sku": "A"}]).status == 422


def test_600_variants_and_no_more(shop: Shop):
    def rows(count: int) -> list[dict[str, Any]]:
        return [
            {
                "sku": f"S-{at}",
                "option_values": [
                    {"option_display_name": "One", "label": str(at // 30)},
                    {"option_display_name": "Two", "label": str(at % 30)},
                ],
            }
            for at in range(count)
        ]

    made = shop.product(variants=rows(600))
    assert len(made["variants"]) == 600
    body = {"name": "B", "type": "physical", "weight": 1, "price": 1}
    assert shop.post(PRODUCTS, {**body, "variants": rows(601)}).status == 422


# --- options


def test_an_option_is_made_with_values_and_makes_no_variants(shop: Shop):
    made = shop.product()
    many = f"{PRODUCTS}/{made['id']}/options"
    values = [{"label": "Red", "sort_order": 2, "is_default": True}, {"label": "Blue", "sort_order": 1}]
    option = shop.post(many, {"display_name": "Colour", "type": "swatch", "option_values": values}).data
    assert [value["label"] for value in option["option_values"]] == ["Red", "Blue"]
    assert option["option_values"][0]["is_default"] is True
    assert len(shop.get(f"{PRODUCTS}/{made['id']}/variants").data) == 1


@pytest.mark.parametrize(
    "body",
    [
        {"display_name": "Colour", "type": "swatch"},
        {"display_name": "Colour", "type": "swatch", "option_values": []},
        {"display_name": "Colour", "type": "list", "option_values": [{"label": "Red", "sort_order": 1}]},
        {"display_name": "Colour", "type": "swatch", "option_values": [{"label": "Red"}]},
        {"type": "swatch", "option_values": [{"label": "Red", "sort_order": 1}]},
        {"display_name": "Colour", "type": "swatch", "option_values": [{"label": "R", "sort_order": 1}] * 2},
    ],
    ids=str,
)
def test_faulty_options(shop: Shop, body: dict[str, Any]):
    made = shop.product()
    assert shop.post(f"{PRODUCTS}/{made['id']}/options", body).status == 422
    assert shop.sandbox.state()["products"][0]["options"] == []


def test_an_option_update_changes_values_by_id_and_adds_others(shop: Shop):
    made = shop.family("A-1")
    option = made["options"][0]
    one = f"{PRODUCTS}/{made['id']}/options/{option['id']}"
    known = option["option_values"][0]
    values = [{"id": known["id"], "label": "Paperback", "sort_order": 1}, {"label": "Audio", "sort_order": 2}]
    after = shop.put(one, {"display_name": "Binding", "option_values": values}).data
    assert [value["label"] for value in after["option_values"]] == ["Paperback", "Audio"]
    variant = shop.get(f"{PRODUCTS}/{made['id']}/variants").data[0]
    assert variant["option_values"][0] == {
        "id": known["id"],
        "option_id": option["id"],
        "label": "Paperback",
        "option_display_name": "Binding",
    }


def test_names_of_options_and_labels_of_values_are_taken_once(shop: Shop):
    made = shop.family("A-1", "A-2")
    option = made["options"][0]
    many = f"{PRODUCTS}/{made['id']}/options"
    body = {"display_name": "Format", "type": "dropdown", "option_values": [{"label": "x", "sort_order": 1}]}
    assert shop.post(many, body).status == 409
    values = f"{many}/{option['id']}/values"
    assert shop.post(values, {"label": "Format A-1", "sort_order": 1}).status == 422
    assert shop.put(f"{values}/{option['option_values'][0]['id']}", {"label": "Format A-2"}).status == 422
    assert shop.put(f"{values}/{option['option_values'][0]['id']}", {"label": "Format A-1"}).status == 200


def test_an_option_has_at_most_250_values(shop: Shop):
    made = shop.product()
    values = [{"label": str(at), "sort_order": at} for at in range(251)]
    body = {"display_name": "Format", "type": "dropdown"}
    assert shop.post(f"{PRODUCTS}/{made['id']}/options", {**body, "option_values": values}).status == 422
    option = shop.post(f"{PRODUCTS}/{made['id']}/options", {**body, "option_values": values[:250]}).data
    path = f"{PRODUCTS}/{made['id']}/options/{option['id']}/values"
    assert shop.post(path, {"label": "one more", "sort_order": 1}).status == 422


def test_deleting_a_value_or_an_option_takes_its_variants(shop: Shop):
    made = shop.family("A-1", "A-2")
    option = made["options"][0]
    one = f"{PRODUCTS}/{made['id']}"
    shop.delete(f"{one}/options/{option['id']}/values/{option['option_values'][0]['id']}")
    assert [row["sku"] for row in shop.get(f"{one}/variants").data] == ["A-2"]
    shop.delete(f"{one}/options/{option['id']}")
    assert shop.get(f"{one}/options").data == []
    assert shop.get(one).data["base_variant_id"] is not None

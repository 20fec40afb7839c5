"""Products in the BigCommerce sandbox: create, change, batch, delete, and what refuses them."""

from __future__ import annotations

from datetime import datetime

import pytest

from rigs.bigcommerce_shop import Shop

PRODUCTS = "/v3/catalog/products"
BODY = {"name": "Salt Roads", "type": "physical", "weight": 0.35, "price": 14.99}


@pytest.fixture
def shop() -> Shop:
    return Shop()


def test_a_new_product_has_every_field_and_is_on_no_channel(shop: Shop):
    made = shop.product(sku="W-1204")
    assert made["related_products"] == [-1]
    assert made["custom_url"] == {"url": "/salt-roads/", "is_customized": False}
    assert made["date_created"] == made["date_modified"] == "2026-11-02T09:00:00+00:00"
    assert made["variants"][0]["id"] == made["base_variant_id"]
    assert made["variants"][0]["sku"] == "W-1204"
    assert made["variants"][0]["sku_id"] is None
    assert shop.get(f"{PRODUCTS}/channel-assignments").data == []


def test_a_new_product_is_on_the_default_channel_when_switched():
    shop = Shop(assign_new_products_to_channel=True)
    made = shop.product()
    assert shop.get(f"{PRODUCTS}/{made['id']}", include="channels").data["channels"] == [1]


@pytest.mark.parametrize("visible", [True, False])
def test_visibility_of_a_product_that_does_not_say_is_a_switch(visible: bool):
    assert Shop(new_products_visible=visible).product()["is_visible"] is visible


@pytest.mark.parametrize("missing", ["name", "type", "weight", "price"])
def test_required_fields_are_missed_by_name(shop: Shop, missing: str):
    reply = shop.post(PRODUCTS, {name: value for name, value in BODY.items() if name != missing})
    assert reply.status == 422
    assert reply.errors == {missing: "error.path.missing"}


def test_weight_of_a_digital_product_and_categories_are_switches():
    ebook = {"name": "E", "type": "digital", "price": 5}
    assert Shop().post(PRODUCTS, ebook).status == 422
    assert Shop(digital_needs_weight=False).post(PRODUCTS, ebook).status == 200
    assert Shop(categories_required=True).post(PRODUCTS, BODY).errors == {"categories": "error.path.missing"}


@pytest.mark.parametrize(
    ("sent", "kept"), [(14.99, 14.99), (14.99995, 15), (0.12344, 0.1234), (0.12345, 0.1235), (7, 7)]
)
def test_money_keeps_four_decimals_and_the_fifth_rounds(shop: Shop, sent: float, kept: float):
    assert shop.product(price=sent)["price"] == kept


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", "x" * 251),
        ("type", "ebook"),
        ("price", "14.99"),
        ("price", -0.01),
        ("price", True),
        ("weight", 10_000_000_000),
        ("sale_price", None),
        ("condition", "new"),
        ("availability", "soon"),
        ("is_visible", "true"),
        ("upc", "123456789012345"),
        ("gtin", "123456789012345"),
        ("search_keywords", "x" * 65_536),
        ("page_title", "x" * 256),
        ("preorder_message", "x" * 256),
        ("preorder_release_date", "soon"),
        ("related_products", [1] * 51),
        ("categories", [1] * 1001),
        ("meta_keywords", "one,two"),
        ("tax_class_id", 256),
        ("open_graph_type", "magazine"),
        ("order_quantity_minimum", -1),
        ("brand_name", ""),
        ("custom_fields", {"name": "Author"}),
    ],
)
def test_values_outside_the_limits_are_named(shop: Shop, field: str, value: object):
    reply = shop.post(PRODUCTS, {**BODY, field: value})
    assert reply.status == 422
    assert list(reply.errors) == [field]
    assert reply.title == f"The field '{field}' is invalid."


def test_all_faults_of_a_body_are_told_at_once(shop: Shop):
    reply = shop.post(PRODUCTS, {**BODY, "price": -1, "type": "x", "custom_fields": [{"name": "Author"}]})
    assert set(reply.errors) == {"price", "type"}
    reply = shop.post(PRODUCTS, {**BODY, "custom_fields": [{"name": "Author", "value": "A"}, {"name": ""}]})
    assert set(reply.errors) == {"custom_fields.1.name", "custom_fields.1.value"}


def test_unknown_fields_are_passed_over(shop: Shop):
    assert "isbn" not in shop.product(isbn="9780000000019")


def test_names_and_skus_are_taken_once(shop: Shop):
    shop.family("9780000000019", sku="W-1204")
    assert shop.post(PRODUCTS, BODY).title == "The product name is a duplicate"
    for sku in ("w-1204", "9780000000019"):
        reply = shop.post(PRODUCTS, {**BODY, "name": "Other", "sku": sku})
        assert (reply.status, reply.title) == (409, "The product sku is a duplicate")
    shop.product("Third")
    shop.product("Fourth")


@pytest.mark.parametrize(("field", "value"), [("categories", [77]), ("brand_id", 77), ("tax_class_id", 9)])
def test_what_does_not_exist_is_a_conflict(shop: Shop, field: str, value: object):
    assert shop.post(PRODUCTS, {**BODY, field: value}).status == 409
    assert shop.sandbox.state()["products"] == []


def test_a_brand_name_finds_its_brand_whatever_the_case_or_makes_it(shop: Shop):
    first = shop.product("A", brand_name="Harbour Imprint")
    second = shop.product("B", brand_name="HARBOUR imprint")
    assert first["brand_id"] == second["brand_id"]
    assert [row["name"] for row in shop.sandbox.state()["brands"]] == ["Harbour Imprint"]


def test_a_refused_create_makes_no_brand(shop: Shop):
    shop.product()
    assert shop.post(PRODUCTS, {**BODY, "brand_name": "New"}).status == 409
    assert shop.sandbox.state()["brands"] == []


def test_prices_are_hidden_only_for_disabled_products(shop: Shop):
    assert shop.post(PRODUCTS, {**BODY, "is_price_hidden": True}).status == 422
    made = shop.product(is_price_hidden=True, price_hidden_label="Ask", availability="disabled")
    assert shop.put(f"{PRODUCTS}/{made['id']}", {"availability": "available"}).status == 422


def test_a_taken_address_refuses_a_create_or_gets_a_suffix():
    wanted = {**BODY, "name": "Other", "custom_url": {"url": "/salt-roads/"}}
    shop = Shop()
    shop.product()
    assert shop.post(PRODUCTS, wanted).status == 409
    shop.sandbox.configure(url_taken_on_create="suffix")
    assert shop.post(PRODUCTS, wanted).data["custom_url"]["url"] == "/salt-roads-2/"


def test_addresses_made_from_names_never_clash(shop: Shop):
    urls = [shop.product(name)["custom_url"]["url"] for name in ("Été d'or", "Ete D’Or", "ete, d or")]
    assert urls == ["/ete-d-or/", "/ete-dor/", "/ete-d-or-2/"]


def test_an_address_in_other_letters_is_left_unsaved(shop: Shop):
    reply = shop.post(PRODUCTS, {**BODY, "custom_url": {"url": "/соль/"}})
    assert reply.status == 207
    assert reply.data["custom_url"]["url"] == "/salt-roads/"
    assert reply.errors["errors"] == {"custom_url": "must use Latin letters"}


@pytest.mark.parametrize(("switch", "status", "url"), [("partial", 207, "/b/"), ("suffix", 200, "/a-2/")])
def test_a_taken_address_on_update_is_partial_or_gets_a_suffix(switch: str, status: int, url: str):
    shop = Shop(url_taken_on_update=switch)
    shop.product("A")
    second = shop.product("B")
    reply = shop.put(f"{PRODUCTS}/{second['id']}", {"custom_url": {"url": "/a/"}, "price": 3})
    assert reply.status == status
    assert reply.data["custom_url"]["url"] == url
    assert reply.data["price"] == 3


def test_negative_stock_is_left_unsaved_and_too_much_is_cut(shop: Shop):
    reply = shop.post(PRODUCTS, {**BODY, "inventory_level": -1, "inventory_tracking": "product"})
    assert (reply.status, reply.data["inventory_level"]) == (207, 0)
    assert reply.errors["errors"] == {"inventory_level": "must not become negative"}
    assert shop.product("B", inventory_level=2**40)["inventory_level"] == 2_147_483_647


def test_stock_by_variant_is_their_sum(shop: Shop):
    made = shop.family("A-1", "A-2", inventory_tracking="variant")
    for variant, level in zip(made["variants"], (3, 4), strict=True):
        shop.put(f"{PRODUCTS}/{made['id']}/variants/{variant['id']}", {"inventory_level": level})
    assert shop.get(f"{PRODUCTS}/{made['id']}").data["inventory_level"] == 7


def test_update_changes_only_what_is_sent(shop: Shop):
    made = shop.product(
        sku="W-1204", description="<p>A</p>", custom_fields=[{"name": "Author", "value": "A"}]
    )
    shop.wait(hours=1)
    changed = shop.put(f"{PRODUCTS}/{made['id']}", {"price": 12.5}).data
    unchanged = {name for name in changed if changed[name] == made[name]}
    assert set(changed) - unchanged == {"price", "calculated_price", "date_modified"}
    assert changed["date_modified"] == "2026-11-02T10:00:00+00:00"
    assert "variants" not in changed
    found = shop.get(f"{PRODUCTS}/{made['id']}", include="custom_fields").data
    assert [row["value"] for row in found["custom_fields"]] == ["A"]


def test_update_overwrites_categories(shop: Shop):
    rows = [{"name": name, "tree_id": 1} for name in ("Crime", "Travel")]
    crime, travel = (row["category_id"] for row in shop.post("/v3/catalog/trees/categories", rows).data)
    made = shop.product(categories=[crime])
    assert shop.put(f"{PRODUCTS}/{made['id']}", {"categories": [travel]}).data["categories"] == [travel]


def test_update_takes_no_variants(shop: Shop):
    made = shop.family("A-1")
    shop.put(f"{PRODUCTS}/{made['id']}", {"variants": [{"id": made["variants"][0]["id"], "price": 1}]})
    assert shop.get(f"{PRODUCTS}/{made['id']}/variants").data[0]["price"] is None


@pytest.mark.parametrize(("changeable", "status"), [(False, 422), (True, 200)])
def test_the_type_stays_unless_switched(changeable: bool, status: int):
    shop = Shop(type_changeable=changeable)
    made = shop.product()
    assert shop.put(f"{PRODUCTS}/{made['id']}", {"type": "physical"}).status == 200
    assert shop.put(f"{PRODUCTS}/{made['id']}", {"type": "digital"}).status == status


def test_a_name_given_up_is_free_again(shop: Shop):
    made = shop.product("Old", sku="S")
    shop.put(f"{PRODUCTS}/{made['id']}", {"name": "New", "sku": "T", "custom_url": {"url": "/new/"}})
    other = shop.product("Old", sku="S")
    assert other["custom_url"]["url"] == "/old/"
    assert shop.get(PRODUCTS, sku="T").data[0]["id"] == made["id"]


def test_custom_fields_in_an_update_change_by_id_and_add_without(shop: Shop):
    pairs = [{"name": "Author", "value": "A"}, {"name": "Pages", "value": "10"}]
    made = shop.product(custom_fields=pairs)
    first = made["custom_fields"][0]
    one = f"{PRODUCTS}/{made['id']}"
    body = [{"id": first["id"], "name": "Author", "value": "B"}, {"name": "Author", "value": "C"}]
    assert shop.put(one, {"custom_fields": body}).status == 200
    found = shop.get(f"{one}/custom-fields").data
    assert [(row["name"], row["value"]) for row in found] == [
        ("Author", "B"),
        ("Pages", "10"),
        ("Author", "C"),
    ]
    assert shop.put(one, {"custom_fields": [{"name": "Author", "value": "C"}]}).status == 422
    assert shop.get(f"{one}/custom-fields").data == found


@pytest.mark.parametrize(("switch", "left"), [("replace", ["second"]), ("merge", ["first", "second"])])
def test_other_arrays_in_an_update_replace_or_merge(switch: str, left: list[str]):
    shop = Shop(product_put_arrays=switch)
    made = shop.product(
        videos=[{"video_id": "first"}], images=[{"image_url": "https://pictures.example/first.jpg"}]
    )
    body = {
        "videos": [{"video_id": "second"}],
        "images": [{"image_url": "https://pictures.example/second.jpg"}],
    }
    found = shop.send("PUT", f"{PRODUCTS}/{made['id']}", body, query={"include": "videos,images"}).data
    assert [video["video_id"] for video in found["videos"]] == left
    assert [image["image_file"].split("/")[-1].split("__")[0] for image in found["images"]] == left


def test_a_refused_update_changes_nothing(shop: Shop):
    shop.product("Taken")
    made = shop.product("Mine", sku="M")
    before = shop.sandbox.state()["products"]
    assert shop.put(f"{PRODUCTS}/{made['id']}", {"price": 1, "name": "Taken"}).status == 409
    assert (
        shop.put(f"{PRODUCTS}/{made['id']}", {"price": 1, "images": [{"image_url": "nowhere"}]}).status == 422
    )
    assert shop.sandbox.state()["products"] == before
    assert shop.get(PRODUCTS, sku="M").data[0]["id"] == made["id"]


def test_a_batch_changes_up_to_ten(shop: Shop):
    made = [shop.product(f"P {at}") for at in range(10)]
    rows = [{"id": row["id"], "price": at} for at, row in enumerate(made)]
    assert [row["price"] for row in shop.put(PRODUCTS, rows).data] == list(range(10))
    reply = shop.put(PRODUCTS, [*rows, {"id": made[0]["id"]}])
    assert reply.status == 413
    assert "maximum items allowed in the array is 10." in reply.title


@pytest.mark.parametrize(("body", "status"), [({}, 422), ([], 422), ([3], 422), ([{"price": 1}], 422)])
def test_a_batch_must_be_rows_with_ids(shop: Shop, body: object, status: int):
    assert shop.put(PRODUCTS, body).status == status


def test_a_batch_with_a_bad_row_saves_the_others_and_says_which(shop: Shop):
    one, two = shop.product("One"), shop.product("Two")
    rows = [{"id": one["id"], "price": 1}, {"id": two["id"], "name": "One"}, {"id": 9}, {"price": 2}]
    reply = shop.put(PRODUCTS, rows)
    assert reply.status == 207
    assert [row["id"] for row in reply.data] == [one["id"]]
    assert set(reply.errors["errors"]) == {"1.name", "2.id", "3.id"}
    assert shop.get(f"{PRODUCTS}/{one['id']}").data["price"] == 1


def test_a_partial_batch_may_keep_quiet_about_its_rows():
    shop = Shop(product_batch_names_rows=False)
    made = shop.product()
    reply = shop.put(PRODUCTS, [{"id": made["id"], "price": 1}, {"id": 9}])
    assert (reply.status, len(reply.data), reply.errors["errors"]) == (207, 1, {})


def test_a_batch_with_a_bad_row_saves_nothing_when_switched():
    shop = Shop(product_batch_bad_row="refuse")
    one, two = shop.product("One", sku="S"), shop.product("Two")
    before = shop.sandbox.state()
    rows = [{"id": one["id"], "sku": "T", "brand_name": "New"}, {"id": two["id"], "name": "One"}]
    reply = shop.put(PRODUCTS, rows)
    assert (reply.status, reply.title, reply.errors) == (409, "The product name is a duplicate", {})
    after = shop.sandbox.state()
    assert (after["products"], after["brands"]) == (before["products"], before["brands"])
    assert shop.get(PRODUCTS, sku="S").data[0]["id"] == one["id"]
    assert shop.get(PRODUCTS, sku="T").data == []


def test_a_batch_in_which_all_rows_fail_is_refused(shop: Shop):
    assert shop.put(PRODUCTS, [{"id": 9, "price": 1}]).status == 404


def test_delete_takes_all_that_belongs_to_a_product(shop: Shop):
    made = shop.family("A-1", sku="A")
    number = made["id"]
    row = {"namespace": "n", "key": "k", "value": "v", "permission_set": "read", "resource_id": number}
    shop.post(f"{PRODUCTS}/metafields", [row])
    variant_row = {**row, "resource_id": made["variants"][0]["id"]}
    shop.post("/v3/catalog/variants/metafields", [variant_row])
    shop.put(f"{PRODUCTS}/channel-assignments", [{"product_id": number, "channel_id": 1}])
    assert shop.delete(f"{PRODUCTS}/{number}").status == 204
    assert shop.delete(f"{PRODUCTS}/{number}").status == 204
    state = shop.sandbox.state()
    assert (state["products"], state["metafields"], state["channel_assignments"]) == ([], [], [])
    assert shop.family("A-1", sku="A")["id"] == number + 1


def test_delete_by_filter_needs_one(shop: Shop):
    numbers = [shop.product(f"P {at}")["id"] for at in range(3)]
    assert shop.delete(PRODUCTS).status == 422
    assert shop.delete(PRODUCTS, categories__in=1).status == 422
    assert shop.delete(PRODUCTS, id__in=f"{numbers[0]},{numbers[2]}").status == 204
    assert [row["id"] for row in shop.sandbox.state()["products"]] == [numbers[1]]


def test_delete_takes_at_most_250(shop: Shop):
    for at in range(251):
        shop.product(f"P {at}")
    assert shop.delete(PRODUCTS, is_visible="true").status == 422
    assert len(shop.sandbox.state()["products"]) == 251


def test_a_preorder_ends_by_itself_only_when_asked(shop: Shop):
    preorder = {"availability": "preorder", "preorder_release_date": "2026-11-02T10:00:00Z"}
    ends = shop.product("Ends", is_preorder_only=True, **preorder)
    stays = shop.product("Stays", is_preorder_only=False, **preorder)
    assert ends["preorder_release_date"] == "2026-11-02T10:00:00+00:00"
    shop.wait(minutes=59, seconds=59)
    assert shop.get(f"{PRODUCTS}/{ends['id']}").data["availability"] == "preorder"
    shop.wait(seconds=1)
    assert shop.get(f"{PRODUCTS}/{ends['id']}").data["availability"] == "available"
    assert shop.get(f"{PRODUCTS}/{stays['id']}").data["availability"] == "preorder"


def test_preorders_end_in_their_own_time(shop: Shop):
    hours = (12, 10, 11)
    made = [
        shop.product(
            f"At {hour}",
            availability="preorder",
            is_preorder_only=True,
            preorder_release_date=datetime(2026, 11, 2, hour).isoformat(),
        )["id"]
        for hour in hours
    ]
    shop.put(f"{PRODUCTS}/{made[2]}", {"preorder_release_date": "2026-11-02T13:00:00"})
    seen: list[list[int]] = []
    for _ in range(4):
        shop.wait(hours=1)
        seen.append([row["id"] for row in shop.get(PRODUCTS, availability="available").data])
    assert seen == [[made[1]], [made[1]], [made[0], made[1]], made]


def test_clearing_a_release_date(shop: Shop):
    made = shop.product(availability="preorder", preorder_release_date="2027-01-01T00:00:00Z")
    body = {"preorder_release_date": None, "availability": "available"}
    assert shop.put(f"{PRODUCTS}/{made['id']}", body).data["preorder_release_date"] is None


@pytest.mark.parametrize("bumps", [False, True])
def test_whether_inner_changes_date_the_product_is_a_switch(bumps: bool):
    shop = Shop(date_modified_bumped_by_subresources=bumps)
    made = shop.product()
    shop.wait(hours=1)
    shop.post(f"{PRODUCTS}/{made['id']}/custom-fields", {"name": "Pages", "value": "10"})
    shop.put(f"{PRODUCTS}/{made['id']}/variants/{made['base_variant_id']}", {"price": 3})
    found = shop.get(f"{PRODUCTS}/{made['id']}").data
    assert (found["date_modified"] != made["date_modified"]) is bumps

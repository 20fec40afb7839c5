"""The BigCommerce sandbox's state by natural keys: equal for equal goods, whatever the ids."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from commerce_bridge.sandbox.bigcommerce import natural_state
from rigs.bigcommerce_shop import Shop

PRODUCTS = "/v3/catalog/products"
PICTURE = "https://pictures.example/cover.jpg"


def _noise(shop: Shop) -> None:
    """Use up ids of every kind, and leave nothing behind."""
    category = shop.post("/v3/catalog/trees/categories", [{"name": "Gone", "tree_id": 1}]).data[0][
        "category_id"
    ]
    made = shop.family("X-1", name="Gone", brand_name="Gone", images=[{"image_url": PICTURE}])
    shop.post(f"{PRODUCTS}/{made['id']}/custom-fields", {"name": "a", "value": "b"})
    row = {"namespace": "n", "key": "k", "value": "v", "permission_set": "read", "resource_id": made["id"]}
    shop.post(f"{PRODUCTS}/metafields", [row])
    shop.delete(f"{PRODUCTS}/{made['id']}")
    shop.delete("/v3/catalog/brands", name="Gone")
    shop.delete("/v3/catalog/trees/categories", category_id__in=category)


def _goods(shop: Shop) -> dict[str, Any]:
    category = shop.post("/v3/catalog/trees/categories", [{"name": "Crime", "tree_id": 1}]).data[0][
        "category_id"
    ]
    made = shop.family(
        "A-1",
        "A-2",
        sku="A",
        brand_name="Imprint",
        categories=[category],
        images=[{"image_url": PICTURE, "is_thumbnail": True}],
        custom_fields=[{"name": "Author", "value": "A"}],
    )
    shop.put(f"{PRODUCTS}/{made['id']}", {"related_products": [made["id"]]})
    row = {"namespace": "n", "key": "k", "value": "v", "permission_set": "read"}
    shop.post(f"{PRODUCTS}/metafields", [{**row, "resource_id": made["id"]}])
    shop.post("/v3/catalog/variants/metafields", [{**row, "resource_id": made["variants"][1]["id"]}])
    shop.put(f"{PRODUCTS}/channel-assignments", [{"product_id": made["id"], "channel_id": 1}])
    shop.put(
        f"/v3/catalog/categories/{category}/products/sort-order",
        [{"product_id": made["id"], "sort_order": 2}],
    )
    return made


def test_ids_instants_and_files_do_not_count():
    one, two = Shop(), Shop()
    _goods(one)
    _noise(two)
    two.wait(days=3)
    _goods(two)
    assert one.sandbox.state() != two.sandbox.state()
    assert natural_state(one.sandbox.state()) == natural_state(two.sandbox.state())


def test_the_keys_are_those_people_know():
    shop = Shop()
    _goods(shop)
    state = shop.sandbox.state()
    told = natural_state(state)
    assert state == shop.sandbox.state()
    product = told["products"][0]
    assert (product["brand_id"], product["categories"], product["related_products"]) == (
        "Imprint",
        ["Default catalog tree > Crime"],
        ["A"],
    )
    assert product["variants"][0]["chosen"] == ["Format: Format A-1"]
    assert {row["owner"] for row in told["metafields"]} == {"A", "A-2"}
    assert told["channel_assignments"] == [{"product": "A", "channel": "Harbour-Books"}]
    assert set(product["images"][0]) == {"is_thumbnail", "sort_order", "description", "source", "content"}


CHANGES: dict[str, Callable[[Shop, dict[str, Any]], object]] = {
    "price": lambda shop, made: shop.put(f"{PRODUCTS}/{made['id']}", {"price": 1}),
    "variant": lambda shop, made: shop.put(
        "/v3/catalog/variants", [{"id": made["variants"][0]["id"], "upc": "1"}]
    ),
    "second image": lambda shop, made: shop.post(f"{PRODUCTS}/{made['id']}/images", {"image_url": PICTURE}),
    "image text": lambda shop, made: shop.put(
        f"{PRODUCTS}/{made['id']}/images/{made['images'][0]['id']}", {"description": "x"}
    ),
    "other picture": lambda shop, made: shop.put(
        f"{PRODUCTS}/{made['id']}/images/{made['images'][0]['id']}", {"image_url": f"{PICTURE}?v=2"}
    ),
    "custom field": lambda shop, made: shop.post(
        f"{PRODUCTS}/{made['id']}/custom-fields", {"name": "Author", "value": "B"}
    ),
    "metafield": lambda shop, made: shop.post(
        f"{PRODUCTS}/{made['id']}/metafields",
        {"namespace": "n", "key": "k2", "value": "v", "permission_set": "read"},
    ),
    "channel": lambda shop, made: shop.delete(f"{PRODUCTS}/channel-assignments", product_id__in=made["id"]),
    "category": lambda shop, made: shop.put(f"{PRODUCTS}/{made['id']}", {"categories": []}),
    "brand": lambda shop, made: shop.put(f"{PRODUCTS}/{made['id']}", {"brand_name": "Other"}),
    "second product": lambda shop, made: shop.product("Copy"),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_every_change_shows(change: Callable[[Shop, dict[str, Any]], object]):
    shop = Shop()
    made = _goods(shop)
    before = natural_state(shop.sandbox.state())
    change(shop, made)
    assert natural_state(shop.sandbox.state()) != before


def test_what_is_gone_keeps_its_id():
    shop = Shop()
    row = {"namespace": "n", "key": "k", "value": "v", "permission_set": "read", "resource_id": 9}
    shop.post(f"{PRODUCTS}/metafields", [row])
    assert natural_state(shop.sandbox.state())["metafields"][0]["owner"] == "product 9"

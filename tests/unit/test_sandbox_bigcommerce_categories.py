"""Category trees and categories in the BigCommerce sandbox."""

from __future__ import annotations

from typing import Any

import pytest

from rigs.bigcommerce_shop import Shop

TREES = "/v3/catalog/trees"
MANY = f"{TREES}/categories"
OLD = "/v3/catalog/categories"


@pytest.fixture
def shop() -> Shop:
    return Shop()


def _add(shop: Shop, *names: str, **more: Any) -> list[int]:
    rows = [{"name": name, **({"tree_id": 1} if "parent_id" not in more else {}), **more} for name in names]
    reply = shop.post(MANY, rows)
    assert reply.status == 201, reply.json
    return [row["category_id"] for row in reply.data]


def test_a_category_has_two_ids_and_an_address_under_its_parents(shop: Shop):
    (fiction,) = _add(shop, "Fiction")
    row = shop.post(MANY, [{"name": "Crime & Noir", "parent_id": fiction}])
    assert (row.status, row.json["meta"]) == (201, {"total": 1, "success": 1, "failed": 0})
    made = row.data[0]
    assert made["url"] == {"path": "/fiction/crime-noir/", "is_customized": False}
    assert (made["tree_id"], made["parent_id"]) == (1, fiction)
    assert len(made["category_uuid"]) == 36
    assert "id" not in made
    assert shop.get(MANY, category_uuid__in=made["category_uuid"]).data == [made]


def test_a_partial_batch_is_a_207_keyed_by_row(shop: Shop):
    rows = [{"name": "A", "tree_id": 1}, {"name": "A", "tree_id": 1}, {"tree_id": 1}, {"name": "B"}]
    reply = shop.post(MANY, rows)
    assert reply.status == 207
    assert [row["name"] for row in reply.data] == ["A"]
    assert set(reply.errors["errors"]) == {"1.name", "2.name", "3.tree_id"}
    assert reply.json["meta"] == {"total": 4, "success": 1, "failed": 3}
    reply = shop.post(MANY, rows[1:])
    assert (reply.status, "data" in reply.json) == (422, False)


@pytest.mark.parametrize(
    ("row", "field"),
    [
        ({"name": "x" * 51, "tree_id": 1}, "name"),
        ({"name": "A", "tree_id": 9}, "tree_id"),
        ({"name": "A", "parent_id": 9}, "parent_id"),
        ({"name": "A", "tree_id": 1, "sort_order": "first"}, "sort_order"),
        ({"name": "A", "tree_id": 1, "default_product_sort": "best"}, "default_product_sort"),
        ({"name": "A", "tree_id": 1, "url": {"path": ""}}, "url.path"),
        ({"name": "A", "tree_id": 1, "page_title": "x" * 256}, "page_title"),
    ],
)
def test_faulty_rows(shop: Shop, row: dict[str, Any], field: str):
    reply = shop.post(MANY, [row])
    assert (reply.status, list(reply.errors["errors"])) == (422, [f"0.{field}"])


def test_names_differ_among_siblings_only(shop: Shop):
    one, two = _add(shop, "One", "Two")
    _add(shop, "Same", parent_id=one)
    _add(shop, "Same", parent_id=two)
    reply = shop.post(MANY, [{"name": "Same", "parent_id": one}])
    assert reply.errors["errors"] == {"0.name": "is in use among its siblings"}


def test_a_taken_address_gets_a_suffix_and_a_200(shop: Shop):
    shop.product("Crime")
    made = shop.post(MANY, [{"name": "Crime", "tree_id": 1}]).data[0]
    assert made["url"]["path"] == "/crime-2/"
    wanted = {"name": "Other", "tree_id": 1, "url": {"path": "/crime/"}}
    assert shop.post(MANY, [wanted]).data[0]["url"] == {"path": "/crime-3/", "is_customized": True}


def test_eight_levels_and_no_more(shop: Shop):
    (parent,) = _add(shop, "Level 1")
    for level in range(2, 9):
        (parent,) = _add(shop, f"Level {level}", parent_id=parent)
    assert shop.post(MANY, [{"name": "Level 9", "parent_id": parent}]).status == 422


def test_an_update_answers_no_data(shop: Shop):
    (fiction,) = _add(shop, "Fiction")
    reply = shop.put(MANY, [{"category_id": fiction, "description": "<p>A</p>", "is_visible": False}])
    assert reply.json == {"meta": {"total": 1, "success": 1, "failed": 0}}
    found = shop.get(MANY, category_id__in=fiction).data[0]
    assert (found["description"], found["is_visible"], found["name"]) == ("<p>A</p>", False, "Fiction")


def test_a_category_moves_with_all_under_it_but_not_under_itself(shop: Shop):
    trade = shop.post("/v3/channels", {"name": "Trade", "type": "storefront", "platform": "bigcommerce"}).data
    tree = shop.put(TREES, [{"name": "Trade", "channels": [trade["id"]]}]).data[0]["id"]
    (shelf,) = _add(shop, "Shelf", tree_id=tree)
    (fiction,) = _add(shop, "Fiction")
    (crime,) = _add(shop, "Crime", parent_id=fiction)
    assert shop.put(MANY, [{"category_id": fiction, "parent_id": crime}]).status == 422
    assert shop.put(MANY, [{"category_id": fiction, "parent_id": shelf}]).status == 200
    assert [row["name"] for row in shop.get(MANY, tree_id__in=tree).data] == ["Shelf", "Fiction", "Crime"]


@pytest.mark.parametrize("query", [{"date_modified:min": "2026-01-01"}, {"date_created:max": "2026-01-01"}])
@pytest.mark.parametrize("unknown", ["refused", "ignored"])
def test_dates_are_no_filter_of_categories(query: dict[str, str], unknown: str):
    shop = Shop(unknown_filters=unknown)
    (name,) = query
    reply = shop.send("GET", MANY, query=query)
    assert reply.status == 422
    assert reply.errors["title"] == f"The filter(s): {name} are not valid filter parameter(s)."
    old = shop.send("GET", OLD, query=query)
    assert (old.status, old.title) == (422, f"The filter(s): {name} are not valid filter parameter(s).")


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ({"name": "Crime"}, ["Crime"]),
        ({"name:like": "RIM"}, ["Crime"]),
        ({"keyword": "ghost"}, ["Horror"]),
        ({"is_visible": "false"}, ["Horror"]),
        ({"parent_id:in": "0"}, ["Fiction"]),
        ({"parent_id:not_in": "0", "name:like": "o"}, ["Horror"]),
        ({"tree_id:not_in": "1"}, []),
        ({"page_title:like": "novel"}, ["Fiction"]),
    ],
    ids=str,
)
def test_filters(shop: Shop, query: dict[str, str], names: list[str]):
    (fiction,) = _add(shop, "Fiction", page_title="Novels")
    _add(shop, "Crime", parent_id=fiction)
    _add(shop, "Horror", parent_id=fiction, is_visible=False, search_keywords="ghosts")
    assert [row["name"] for row in shop.send("GET", MANY, query=query).data] == names


def test_the_nested_view(shop: Shop):
    fiction, travel = _add(shop, "Fiction", "Travel")
    (crime,) = _add(shop, "Crime", parent_id=fiction)
    _add(shop, "Noir", parent_id=crime)
    shop.put(MANY, [{"category_id": travel, "sort_order": -1}])
    top = shop.get(f"{TREES}/1/categories").data
    assert [node["name"] for node in top] == ["Travel", "Fiction"]
    node = top[1]["children"][0]
    assert (node["depth"], node["path"], node["url"]) == (1, [fiction, crime], "/fiction/crime/")
    assert node["children"][0]["children"] == []
    shallow = shop.get(f"{TREES}/1/categories", depth=0).data
    assert all(each["children"] == [] for each in shallow)


def test_a_delete_is_a_202_takes_what_lies_under_and_leaves_the_products(shop: Shop):
    fiction, travel = _add(shop, "Fiction", "Travel")
    (crime,) = _add(shop, "Crime", parent_id=fiction)
    product = shop.product(categories=[crime, travel])
    reply = shop.delete(MANY, category_id__in=fiction)
    assert (reply.status, reply.json["meta"]["success"]) == (202, 2)
    assert shop.get(f"/v3/catalog/products/{product['id']}").data["categories"] == [travel]
    assert _add(shop, "Fiction") != [fiction]
    assert shop.delete(MANY).status == 422


def test_a_tree_belongs_to_one_channel(shop: Shop):
    trade = shop.post(
        "/v3/channels", {"name": "Trade", "type": "storefront", "platform": "bigcommerce"}
    ).data["id"]
    rows: list[tuple[dict[str, Any], str]] = [
        ({"name": "T", "channels": [1]}, "0.channels"),
        ({"name": "T", "channels": [9]}, "0.channels"),
        ({"name": "T", "channels": [trade, 1]}, "0.channels"),
        ({"name": "T"}, "0.channels"),
        ({"channels": [trade]}, "0.name"),
        ({"id": 9, "name": "T"}, "0.id"),
        ({"id": 1, "channels": [trade]}, "0.channels"),
    ]
    for row, field in rows:
        reply = shop.put(TREES, [row])
        assert (reply.status, list(reply.errors)) == (422, [field])
    assert shop.put(TREES, [{"name": "T", "channels": [trade]}] * 2).status == 422
    tree = shop.put(TREES, [{"name": "T", "channels": [trade]}]).data[0]["id"]
    assert [row["id"] for row in shop.get(TREES, channel_id__in=trade).data] == [tree]
    _add(shop, "A", tree_id=tree)
    shop.delete(TREES, id__in=tree)
    assert [row["id"] for row in shop.get(TREES).data] == [1]
    assert shop.get(MANY).data == []


# --- the older endpoints


def test_the_older_endpoints_see_the_same_categories(shop: Shop):
    made = shop.post(OLD, {"name": "Fiction", "parent_id": 0, "custom_url": {"url": "/novels/"}}).data
    assert made["custom_url"] == {"url": "/novels/", "is_customized": True}
    assert "tree_id" not in made
    found = shop.get(MANY, category_id__in=made["id"]).data[0]
    assert found["url"] == {"path": "/novels/", "is_customized": True}
    assert found["tree_id"] == 1
    assert (
        shop.post(OLD, {"name": "Crime", "parent_id": made["id"]}).data["custom_url"]["url"]
        == "/novels/crime/"
    )


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"name": "A"}, 422),
        ({"parent_id": 0}, 422),
        ({"name": "A", "parent_id": 9}, 422),
        ({"name": "Fiction", "parent_id": 0}, 409),
        ({"name": "A", "parent_id": 0, "custom_url": {"url": "/fiction/"}}, 409),
        ({"name": "A", "parent_id": 0, "custom_url": "/a/"}, 422),
    ],
    ids=str,
)
def test_faulty_older_creates(shop: Shop, body: dict[str, Any], status: int):
    _add(shop, "Fiction")
    assert shop.post(OLD, body).status == status


def test_a_taken_address_on_an_older_update_is_a_bare_207(shop: Shop):
    _, crime = _add(shop, "Fiction", "Crime")
    reply = shop.put(f"{OLD}/{crime}", {"custom_url": {"url": "/fiction/"}, "page_title": "X"})
    assert (reply.status, reply.json["status"]) == (207, 207)
    found = shop.get(f"{OLD}/{crime}").data
    assert (found["custom_url"]["url"], found["page_title"]) == ("/crime/", "X")


def test_categories_with_products_are_not_deleted_the_older_way(shop: Shop):
    (fiction,) = _add(shop, "Fiction")
    product = shop.product(categories=[fiction])
    assert shop.delete(f"{OLD}/{fiction}").status == 422
    assert shop.delete(OLD, name="Fiction").status == 422
    shop.put(f"/v3/catalog/products/{product['id']}", {"categories": []})
    assert shop.delete(OLD, name="Fiction").status == 204
    assert shop.delete(f"{OLD}/{fiction}").status == 204


def test_the_order_of_products_in_a_category(shop: Shop):
    (fiction,) = _add(shop, "Fiction")
    one, two = (shop.product(name, categories=[fiction])["id"] for name in ("One", "Two"))
    path = f"{OLD}/{fiction}/products/sort-order"
    assert shop.put(path, [{"product_id": two, "sort_order": 1}]).json == [
        {"product_id": two, "sort_order": 1}
    ]
    assert shop.put(path, [{"product_id": one, "sort_order": -1}]).status == 422
    assert shop.get(path).data == [{"product_id": two, "sort_order": 1}]
    shop.delete(f"/v3/catalog/products/{two}")
    assert shop.get(path).data == []


def test_sorted_older_lists(shop: Shop):
    _add(shop, "b", "a")
    assert [row["name"] for row in shop.get(OLD, sort="name").data] == ["a", "b"]
    assert shop.get(OLD, sort="views").status == 422

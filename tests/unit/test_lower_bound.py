"""The least number of vendor calls: against totals worked out by hand, and against what the bridge takes.

Each fixture's total is worked out in a comment from the vendor's limits: one product a call when it is made,
ten a call when changed, custom fields and images of a product that exists one by one, metafields, categories
of one level and channels fifty a call, lists of 250.
"""

from __future__ import annotations

from typing import Any

import pytest

from commerce_bridge.sandbox.catalogue import simple_title
from commerce_bridge.testing.lower_bound import bound, lower_bound
from rigs.call_cases import CASES, Counted, counted, of_prepared
from rigs.every_step import pages, variants
from rigs.pair import pair

FAMILY = simple_title("A Family", forms=("BB", "BC", "DG"), number=501, bisac="FIC022000")
LONER = simple_title("Alone", forms=("BC",), number=502, bisac="HIS037000")


def small_new_store() -> Counted:
    """Two titles in four formats, into a store that holds nothing."""
    stage = pair()
    for book in (FAMILY, LONER):
        stage.consonance.load(book, at=stage.clock.now())
    return counted(stage, stage.sync().sync, pages=1)


def test_a_small_new_store():
    # The source: one page of titles, and one that is empty and ends them        2
    # The store's settings, its products (none), its categories (none)           3
    # Categories: Fiction and History, then Crime under Fiction                  2
    # Products: four, one a call                                                 4
    # The family of three: the last can name the two others when it is made,
    #   the two others are changed, in one call of ten rows                      1
    # Metafields: two for each of four products, in one call of fifty            1
    # Channels: four products, in one call                                       1
    found = small_new_store()
    assert found.least.calls == {
        "read source": 2,
        "read store": 1,
        "read products": 1,
        "read categories": 1,
        "create categories": 2,
        "create products": 4,
        "update products": 1,
        "create metafields": 1,
        "assign channels": 1,
    }
    assert found.least.total == 14
    assert found.calls == 14


def test_a_changed_store():
    # The source: one page, one that is empty                                    2
    # The store: settings, ten products, their brand, their categories, their
    #   metafields                                                               5
    # Categories: Children and History, both at the root                         1
    # Products: two of a new title, one that joins a family                      3
    # Products changed: two of the family that moves to Children (one of them
    #   has another price too), a description, one withdrawn, one that comes
    #   out, one whose family grows; and of the two new ones of one title the
    #   first, which cannot name the second when it is made: seven rows          1
    # Custom fields: a subtitle comes, an extent changes, a series goes, a
    #   publication date changes                                                 4
    # Images: a caption changes, a back cover goes, another comes                3
    # Metafields: seven come (two for each new product, one edition), one
    #   changes, one goes                                                        3
    # Channels: three products come, one leaves                                  2
    found = of_prepared(pages())
    assert found.least.calls == {
        "read source": 2,
        "read store": 1,
        "read products": 1,
        "read brands": 1,
        "read categories": 1,
        "read metafields": 1,
        "create categories": 1,
        "create products": 3,
        "update products": 1,
        "custom fields": 4,
        "images": 3,
        "create metafields": 1,
        "update metafields": 1,
        "delete metafields": 1,
        "assign channels": 1,
        "unassign channels": 1,
    }
    assert found.least.total == 24
    assert found.ratio <= 1.05


def test_variants():
    # The source: one page, one that is empty                                    2
    # The store: settings, four products, their brand, category, metafields      5
    # Categories: History                                                        1
    # Products: one, with both its variants                                      1
    # Products changed: the lowest price of one, one withdrawn                   1
    # Custom fields: a subtitle                                                  1
    # Option values: one is renamed, one comes                                   2
    # Variants: one joins; two prices and two that leave, in one call of fifty   2
    # Metafields: the new product's                                              1
    # Channels: one product comes, one leaves                                    2
    found = of_prepared(variants())
    assert found.least.calls == {
        "read source": 2,
        "read store": 1,
        "read products": 1,
        "read brands": 1,
        "read categories": 1,
        "read metafields": 1,
        "create categories": 1,
        "create products": 1,
        "update products": 1,
        "custom fields": 1,
        "option values": 2,
        "variants": 2,
        "create metafields": 1,
        "assign channels": 1,
        "unassign channels": 1,
    }
    assert found.least.total == 18
    # An option's and a value's own rows are looked up before they are changed: three calls that no list saves.
    assert found.calls <= 21


@pytest.mark.parametrize("name", CASES)
def test_the_bridge_takes_hardly_more_than_the_least(name: str):
    found = CASES[name]()
    assert found.ratio <= 1.05, (found.calls, found.least, dict(found.sent))
    assert found.ratio >= 1, "no run can take less than the least: the bound is wrong"


# ── the arithmetic, on states of a few words ─────────────────────────────────

EMPTY: dict[str, Any] = {
    name: [] for name in ("products", "brands", "categories", "metafields", "channel_assignments")
}


def product(number: int, *, related: list[int] | None = None, **changes: Any) -> dict[str, Any]:
    row = {
        "id": number,
        "sku": f"sku-{number}",
        "price": 5,
        "brand_id": 0,
        "categories": [],
        "related_products": related or [-1],
        "custom_fields": [],
        "images": [],
        "options": [],
        "variants": [{"id": number * 10, "price": 5}],
    }
    return {**row, **changes}


def state(**tables: Any) -> dict[str, Any]:
    return {**EMPTY, **tables}


def note(number: int, **changes: Any) -> dict[str, Any]:
    row = {"id": number, "resource_type": "product", "resource_id": 1, "namespace": "commerce_bridge"}
    return {**row, "key": str(number), "value": "1", **changes}


def test_nothing_to_do_takes_the_reads():
    assert bound(EMPTY, EMPTY).calls == {"read store": 1, "read products": 1}
    there = state(products=[product(n, brand_id=1, categories=[1]) for n in range(1, 252)])
    there["brands"] = [{"id": 1}]
    there["categories"] = [{"id": n, "parent_id": 0} for n in range(1, 502)]
    there["metafields"] = [note(n) for n in range(1, 252)] + [note(900, namespace="others")]
    assert bound(there, there, source_reads=3).calls == {
        "read source": 3,
        "read store": 1,
        "read products": 2,
        "read brands": 1,
        "read categories": 3,
        "read metafields": 2,
    }


def test_a_store_of_strangers_has_metafields_to_ask_for():
    there = state(products=[product(1)])
    assert bound(there, there).calls == {"read store": 1, "read products": 1, "read metafields": 1}


@pytest.mark.parametrize(("changed", "calls"), [(0, 0), (1, 1), (10, 1), (11, 2), (100, 10)])
def test_products_change_ten_at_a_time(changed: int, calls: int):
    before = state(products=[product(n) for n in range(1, 101)])
    after = state(products=[product(n, price=6 if n <= changed else 5) for n in range(1, 101)])
    assert bound(before, after).calls.get("update products", 0) == calls


def test_a_family_of_new_products_is_completed_afterwards_but_for_its_last():
    family = [product(n, related=[one for one in (1, 2, 3) if one != n]) for n in (1, 2, 3)]
    assert bound(EMPTY, state(products=family)).calls["update products"] == 1
    families = [product(n, related=[n + 1 if n % 2 else n - 1]) for n in range(1, 23)]
    assert bound(EMPTY, state(products=families)).calls["update products"] == 2, "11 rows of 22 products"


def test_a_product_that_joins_an_old_family_names_it_at_once():
    before = state(products=[product(1)])
    after = state(products=[product(1, related=[2]), product(2, related=[1])])
    assert bound(before, after).calls["update products"] == 1, "the old one"
    alone = state(products=[product(1), product(2, related=[1])])
    assert "update products" not in bound(before, alone).calls


def test_images_and_custom_fields_of_a_product_that_exists_are_written_one_by_one():
    images = [{"id": 1, "description": "a"}, {"id": 2, "description": "b"}]
    before = state(products=[product(1, images=images, custom_fields=[{"id": 1, "name": "x", "value": "1"}])])
    now = [{"id": 1, "description": "changed"}, {"id": 3, "description": "c"}]
    after = state(products=[product(1, images=now, custom_fields=[{"id": 2, "name": "x", "value": "1"}])])
    found = bound(before, after).calls
    assert found["images"] == 3, "one changes, one goes, one comes"
    assert found["custom fields"] == 2
    new = state(products=[product(1, images=now)])
    assert "images" not in bound(EMPTY, new).calls, "a new product brings its images along"


def test_metafields_come_change_and_go_fifty_at_a_time():
    before = state(products=[product(1)], metafields=[note(n) for n in range(1, 61)])
    after = state(products=[product(1)], metafields=[note(n, value="2") for n in range(1, 52)] + [note(99)])
    found = bound(before, after).calls
    assert (found["create metafields"], found["update metafields"], found["delete metafields"]) == (1, 2, 1)
    assert bound(before, after, batch=10).calls["update metafields"] == 6


def test_categories_are_made_level_by_level():
    rows = [{"id": 1, "parent_id": 0}, {"id": 2, "parent_id": 1}, {"id": 3, "parent_id": 2}]
    others = [{"id": n, "parent_id": 1} for n in range(10, 70)]
    found = bound(EMPTY, state(categories=[*rows, *others])).calls
    assert found["create categories"] == 1 + 2 + 1, "one at the root, 61 below, one below those"
    below = bound(state(categories=rows[:2]), state(categories=rows)).calls
    assert below["create categories"] == 1


def test_the_total_is_the_sum():
    after = state(products=[product(n) for n in range(1, 4)])
    assert lower_bound(EMPTY, after, source_reads=2) == 2 + 1 + 1 + 3

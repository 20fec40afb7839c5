"""The least number of vendor calls that a change of a store can take, counted outside the engine.

It looks only at the two states of the sandbox and at the vendor's limits, and knows nothing
of plans, steps or batches of ours.

Source: BigCommerce REST reference: `POST /catalog/products` makes one product a call, with its custom fields,
images and variants; `PUT /catalog/products` takes 10 rows, `PUT /catalog/variants` 50; lists give 250 rows a
page; a list of products brings custom fields, images, variants and channels along, and of brands, categories
and metafields no more than ids, or nothing.  The batches of metafields, categories and assignments have no
documented maximum; the bound is told the one in use.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from math import ceil
from typing import Any

from attrs import frozen

Row = Mapping[str, Any]

PRODUCTS_A_BATCH = 10
VARIANTS_A_BATCH = 50
ROWS_A_PAGE = 250

_OWN = frozenset({"custom_fields", "images", "variants", "date_created", "date_modified", "options"})
"""Members of a product that are written by calls of their own, or not at all."""

_COMPUTED = frozenset({"base_variant_id", "calculated_price", "option_set_id", "view_count", "total_sold"})


@frozen(kw_only=True)
class Bound:
    """What a change takes at least, by kind of call.

    Args:
        calls: Kind of call to how many.
    """

    calls: Mapping[str, int]

    @property
    def total(self) -> int:
        """All of them."""
        return sum(self.calls.values())


def lower_bound(
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    *,
    source_reads: int = 0,
    batch: int = 50,
    namespace: str = "commerce_bridge",
) -> int:
    """The least number of calls that lead from one state of a store to another, with the reads they need.

    Args:
        before: The sandbox's state before.
        after: The sandbox's state after.
        source_reads: Calls the source needs to be read.
        batch: Rows in a batch of metafields, categories or assignments.
        namespace: That of the metafields that have to be known.
    """
    return bound(before, after, source_reads=source_reads, batch=batch, namespace=namespace).total


def bound(
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    *,
    source_reads: int = 0,
    batch: int = 50,
    namespace: str = "commerce_bridge",
) -> Bound:
    """The same, by kind of call."""
    old, new = _by_id(before["products"]), _by_id(after["products"])
    made = [row for number, row in new.items() if number not in old]
    kept = [(old[number], row) for number, row in new.items() if number in old]
    changed = sum(1 for one, two in kept if _scalars(one) != _scalars(two))
    calls = {
        "read source": source_reads,
        "read store": 1,
        **_reads(before, namespace, categories=bool(_category_calls(before, after, batch))),
        "create categories": _category_calls(before, after, batch),
        "create products": len(made),
        "update products": ceil((changed + _related_later(made)) / PRODUCTS_A_BATCH),
        "custom fields": sum(_row_changes(one["custom_fields"], two["custom_fields"]) for one, two in kept),
        "images": sum(_row_changes(one["images"], two["images"]) for one, two in kept),
        "option values": sum(_label_changes(one["options"], two["options"]) for one, two in kept),
        "variants": _variant_calls(kept),
        **_batches("metafields", before["metafields"], after["metafields"], batch),
        **_assignments(before["channel_assignments"], after["channel_assignments"], batch),
        "delete products": min(1, len(set(old) - set(new))),
    }
    return Bound(calls={kind: count for kind, count in calls.items() if count})


def _reads(before: Mapping[str, Any], namespace: str, *, categories: bool) -> dict[str, int]:
    """Pages of what is there; an empty store still has to be asked whether it is.

    Categories have to be read before one is made, lest it be made twice; what products show of brands,
    categories and metafields are ids or nothing.
    """
    products = before["products"]
    notes = [
        row
        for row in before["metafields"]
        if row["resource_type"] == "product" and row["namespace"] == namespace
    ]
    placed = categories or any(row["categories"] for row in products)
    return {
        "read products": max(1, _pages(products)),
        "read brands": _pages(before["brands"]) if any(row["brand_id"] for row in products) else 0,
        "read categories": max(1, _pages(before["categories"])) if placed else 0,
        "read metafields": max(1, _pages(notes)) if products else 0,
    }


def _pages(rows: Iterable[Any]) -> int:
    return ceil(len(list(rows)) / ROWS_A_PAGE)


def _category_calls(before: Mapping[str, Any], after: Mapping[str, Any], batch: int) -> int:
    """New categories, level by level: a child needs its parent's id."""
    old = _by_id(before["categories"])
    rows = _by_id(after["categories"])
    levels: dict[int, int] = {}
    for number in rows:
        if number not in old:
            level = _new_depth(number, rows, old)
            levels[level] = levels.get(level, 0) + 1
    return sum(ceil(count / batch) for count in levels.values())


def _new_depth(number: int, rows: Mapping[int, Row], old: Mapping[int, Row]) -> int:
    """How many new ancestors have to be made first."""
    parent = int(rows[number]["parent_id"])
    return 0 if parent == 0 or parent in old else 1 + _new_depth(parent, rows, old)


def _variant_calls(kept: Iterable[tuple[Row, Row]]) -> int:
    changed = added = 0
    for one, two in kept:
        former = _by_id(one["variants"])
        for variant in two["variants"]:
            if variant["id"] not in former:
                added += 1
            elif len(two["variants"]) > 1 and _scalars(former[variant["id"]]) != _scalars(variant):
                changed += 1
    return added + ceil(changed / VARIANTS_A_BATCH)


def _batches(kind: str, before: Iterable[Row], after: Iterable[Row], batch: int) -> dict[str, int]:
    old, new = _by_id(before), _by_id(after)
    changed = [n for n, row in new.items() if n in old and _scalars(old[n]) != _scalars(row)]
    return {
        f"create {kind}": ceil(len(set(new) - set(old)) / batch),
        f"update {kind}": ceil(len(changed) / batch),
        f"delete {kind}": ceil(len(set(old) - set(new)) / batch),
    }


def _assignments(before: Iterable[Row], after: Iterable[Row], batch: int) -> dict[str, int]:
    old = {(row["product_id"], row["channel_id"]) for row in before}
    new = {(row["product_id"], row["channel_id"]) for row in after}
    return {
        "assign channels": ceil(len(new - old) / batch),
        "unassign channels": len({channel for _, channel in old - new}),
    }


def _row_changes(before: Iterable[Row], after: Iterable[Row]) -> int:
    old, new = _by_id(before), _by_id(after)
    changed = [n for n, row in new.items() if n in old and _scalars(old[n]) != _scalars(row)]
    return len(changed) + len(set(old) ^ set(new))


def _label_changes(before: Iterable[Row], after: Iterable[Row]) -> int:
    """Option values that are made or renamed, one call each."""
    old = {value["id"]: value["label"] for option in before for value in option["option_values"]}
    new = {value["id"]: value["label"] for option in after for value in option["option_values"]}
    return sum(1 for number, label in new.items() if old.get(number) != label)


def _related_later(made: Iterable[Row]) -> int:
    """New products whose family cannot be complete when they are made.

    Of new products that belong together the last can name all others, which have to be changed afterwards; a
    new product that joins old ones only can name them at once.
    """
    rows = _by_id(made)
    later, seen = 0, set[int]()
    for number in rows:
        group, ahead = set[int](), [number]
        while ahead:
            one = ahead.pop()
            if one in rows and one not in seen:
                seen.add(one)
                group.add(one)
                ahead += rows[one].get("related_products") or []
        later += max(len(group) - 1, 0)
    return later


def _scalars(row: Row) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name not in _OWN and name not in _COMPUTED}


def _by_id(rows: Iterable[Row]) -> dict[int, Row]:
    return {int(row["id"]): row for row in rows}

"""Category rows: one table for the tree endpoints and for the older ones."""

from __future__ import annotations

import uuid
from collections.abc import Iterable

from .call import Call
from .check import MISSING, Rule, checked, flag, invalid, one_of, text, text_list, thing, whole
from .fetching import fetched, shown_file
from .product_fields import LONG, SORT_HIGH, SORT_LOW
from .store import Store
from .urls import URL_MAX, auto_url, free_form, is_latin, is_taken
from .wire import Refused, Row, refuse

DEPTH_MAX = 8
"""Levels of categories."""

CATEGORIES_MAX = 16_000
"""Categories of one store."""

_NAMESPACE = uuid.UUID("1f3a5c7e-9b2d-4f60-8a1c-3e5d7f90b2c4")

RULES: dict[str, Rule] = {
    "name": text(1, 50),
    "parent_id": whole(0),
    "tree_id": whole(1),
    "description": text(0, LONG),
    "views": whole(0),
    "sort_order": whole(SORT_LOW, SORT_HIGH),
    "page_title": text(0, 255),
    "meta_keywords": text_list(),
    "meta_description": text(0, LONG),
    "layout_file": text(0, 500),
    "is_visible": flag(),
    "search_keywords": text(0, 255),
    "default_product_sort": one_of(
        "use_store_settings",
        "featured",
        "newest",
        "best_selling",
        "alpha_asc",
        "alpha_desc",
        "avg_customer_review",
        "price_asc",
        "price_desc",
    ),
    "image_url": text(),
    "url": thing(),
}
"""Source: BigCommerce REST reference, `catalog/category-trees_catalog.v3.yml`."""


def fresh_category(number: int) -> Row:
    """A category row before its body is applied."""
    return {
        "id": number,
        "uuid": str(uuid.uuid5(_NAMESPACE, str(number))),
        "tree_id": 0,
        "parent_id": 0,
        "name": "",
        "description": "",
        "views": 0,
        "sort_order": 0,
        "page_title": "",
        "meta_keywords": [],
        "meta_description": "",
        "layout_file": "",
        "is_visible": True,
        "search_keywords": "",
        "default_product_sort": "use_store_settings",
        "image": None,
        "url": {"path": "", "is_customized": False},
    }


def image_url(category: Row) -> str:
    """The address of the category's picture, or nothing."""
    return str(category["image"]["url"]) if category["image"] else ""


def children(store: Store, tree: int, parent: int) -> list[Row]:
    """The categories right under `parent` (0 for the top of the tree), in the order shoppers see."""
    found = [
        row for row in store.categories.values() if row["tree_id"] == tree and row["parent_id"] == parent
    ]
    return sorted(found, key=lambda row: (row["sort_order"], row["id"]))


def depth_of(store: Store, parent: int) -> int:
    """How many categories lie above something put under `parent`."""
    depth = 0
    while parent:
        depth += 1
        parent = store.categories[parent]["parent_id"]
    return depth


def below(store: Store, number: int) -> list[int]:
    """The ids of a category and all under it, the deepest last."""
    found = [number]
    for at in found:
        found += sorted(row["id"] for row in store.categories.values() if row["parent_id"] == at)
    return found


def _height(store: Store, number: int) -> int:
    nested = [_height(store, row["id"]) for row in store.categories.values() if row["parent_id"] == number]
    return 1 + max(nested, default=0)


def _place(call: Call, before: Row | None, fields: Row) -> tuple[int, int]:
    """The tree and parent after a body; 422 and 409 for a place that cannot be."""
    store = call.store
    was: Row = before or {"parent_id": 0, "tree_id": fields.get("tree_id", 0)}
    parent = int(fields["parent_id"] if "parent_id" in fields else was["parent_id"])
    if parent and parent not in store.categories:
        raise invalid({"parent_id": "does not exist"})
    if parent:
        tree = int(store.categories[parent]["tree_id"])
    else:
        tree = int(fields["tree_id"] if "tree_id" in fields else was["tree_id"])
    if fields.get("tree_id", tree) != tree or tree not in store.trees:
        raise invalid({"tree_id": "does not exist" if tree not in store.trees else "is not the parent's"})
    if before is not None and parent in below(store, before["id"]):
        raise invalid({"parent_id": "lies under the category itself"})
    height = _height(store, before["id"]) if before else 1
    if depth_of(store, parent) + height > DEPTH_MAX:
        raise invalid({"parent_id": f"is deeper than {DEPTH_MAX} levels"})
    return tree, parent


def read_category(body: Row, *, new: bool) -> Row:
    """The checked fields of a body.

    Raises:
        Refused: 422 with every faulty field.
    """
    fields, errors = checked(body, RULES, required=("name",) if new else ())
    if new and "tree_id" not in body and "parent_id" not in body:
        errors["tree_id"] = MISSING
    path = fields.get("url", {}).get("path", "/")
    if not isinstance(path, str) or not 1 <= len(path) <= URL_MAX:
        errors["url.path"] = f"must have 1 to {URL_MAX} characters"
    if errors:
        raise invalid(errors)
    return fields


def save_category(
    call: Call, before: Row | None, fields: Row, *, url_taken: str
) -> tuple[Row, dict[str, str]]:
    """Make or change a category.

    Args:
        call: The request.
        before: The category to change; None makes one.
        fields: The checked body.
        url_taken: What a taken address does: ``refuse``, ``partial`` or ``suffix``.

    Returns:
        The category, and what could not be saved though the rest was.

    Raises:
        Refused: 409 and 422; nothing has been changed then.
    """
    store = call.store
    tree, parent = _place(call, before, fields)
    name = fields.get("name", before["name"] if before else "")
    if any(row["name"] == name and row is not before for row in children(store, tree, parent)):
        raise refuse(409, "The category name is a duplicate", {"name": "is in use among its siblings"})
    if before is None and len(store.categories) >= CATEGORIES_MAX:
        raise refuse(403, f"A store has at most {CATEGORIES_MAX} categories.")
    number = before["id"] if before else 0
    wanted = fields.get("url", {}).get("path")
    taken = bool(wanted) and is_taken(store, wanted, kind="category", number=number)
    if taken and url_taken == "refuse":
        raise refuse(409, "The category URL is a duplicate", {"url": "is in use"})
    image = _image(call, fields)

    row = before or fresh_category(store.next_id("category"))
    plain = {key: value for key, value in fields.items() if key not in ("url", "image_url")}
    row.update({**plain, **image, "tree_id": tree, "parent_id": parent})
    failed = _address(call, row, wanted, keep=taken and url_taken == "partial")
    store.categories[row["id"]] = row
    for under in below(store, row["id"]):
        store.categories[under]["tree_id"] = tree
    return row, failed


def _image(call: Call, fields: Row) -> Row:
    if "image_url" not in fields:
        return {}
    url = fields["image_url"]
    if not url:
        return {"image": None}
    picture = fetched(url, call.settings, most=None)
    return {"image": shown_file(picture, call.store.next_id("file"), call.settings.store_hash, "categories")}


def _address(call: Call, row: Row, wanted: str | None, *, keep: bool) -> dict[str, str]:
    """Set the address of a category; what could not be saved comes back."""
    store, number, before = call.store, row["id"], row["url"]["path"]
    faulty = wanted is not None and not is_latin(wanted)
    if wanted is not None and not keep and not faulty:
        path = free_form(store, wanted, kind="category", number=number)
        row["url"] = {"path": path, "is_customized": True}
    elif not before:
        above = store.categories[row["parent_id"]]["url"]["path"] if row["parent_id"] else "/"
        under = above if above.endswith("/") else f"{above}/"
        made = auto_url(store, row["name"], kind="category", number=number, under=under)
        row["url"] = {"path": str(made["url"]), "is_customized": False}
    if before:
        store.free_url(before)
    store.claim_url(str(row["url"]["path"]), "category", number)
    if faulty:
        return {"url": "must use Latin letters"}
    return {"url": "is in use"} if keep else {}


def drop_categories(store: Store, numbers: Iterable[int]) -> int:
    """Delete categories and all under them; products lose them.

    Returns:
        How many are gone.
    """
    gone = {under for number in numbers if number in store.categories for under in below(store, number)}
    for number in gone:
        store.free_url(store.categories.pop(number)["url"]["path"])
        store.sort_orders.pop(number, None)
    store.drop_metafields({("category", number) for number in gone})
    if gone:
        for product in store.products.values():
            product["categories"] = [each for each in product["categories"] if each not in gone]
    return len(gone)


def default_tree(store: Store) -> int:
    """The tree of the default storefront."""
    return next(iter(number for number, tree in sorted(store.trees.items()) if 1 in tree["channels"]), 1)


def gone_category() -> Refused:
    """The 404 for a category."""
    return refuse(404, "The category was not found.", instance="")

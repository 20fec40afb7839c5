"""The older category endpoints, deprecated but alive, and the order of products in a category."""

from __future__ import annotations

from .call import Call, Route
from .category_rows import (
    default_tree,
    drop_categories,
    gone_category,
    image_url,
    read_category,
    save_category,
)
from .check import MISSING, invalid, is_whole, thing
from .fetching import shown_file, uploaded
from .filters import Filter, active, as_flag, as_text, bound_filters, in_, is_, kept, like, number_filters
from .paging import only_fields, paged
from .trees import LIST_FILTERS
from .wire import Answer, Problem, Row, is_row, no_content, ok, refuse, v3_answer

_MANY = "/v3/catalog/categories"
_ONE = f"{_MANY}/{{category_id}}"
_ORDER = f"{_ONE}/products/sort-order"

FILTERS: dict[str, Filter] = {
    **number_filters("id"),
    "parent_id": is_("parent_id"),
    "parent_id:in": in_("parent_id"),
    **bound_filters("parent_id", "parent_id"),
    "name": is_("name", as_text),
    "name:like": like("name"),
    "page_title": is_("page_title", as_text),
    "page_title:like": like("page_title"),
    "keyword": LIST_FILTERS["keyword"],
    "is_visible": is_("is_visible", as_flag),
}
"""There is no filter by date: the platform refuses one."""

_SORTS = ("name", "id", "parent_id", "sort_order")


def _category_of(call: Call) -> Row:
    category = call.store.categories.get(call.ids["category_id"])
    if category is None:
        raise gone_category()
    return category


def _shown(category: Row) -> Row:
    hidden = ("uuid", "tree_id", "image", "url")
    return {
        **{name: value for name, value in category.items() if name not in hidden},
        "image_url": image_url(category),
        "custom_url": {"url": category["url"]["path"], "is_customized": category["url"]["is_customized"]},
    }


def list_categories(call: Call) -> Answer:
    """`GET /catalog/categories`."""
    used = active(call, FILTERS, ("sort",), strict=True)
    field = call.query.get("sort") or "id"
    if field not in _SORTS:
        raise refuse(422, "The sort is invalid.", {"sort": "is invalid"})
    rows = kept(list(call.store.categories.values()), used)
    rows.sort(key=lambda row: (row[field], row["id"]))
    return paged(call, rows, lambda category: only_fields(call, _shown(category)))


def get_category(call: Call) -> Answer:
    """`GET /catalog/categories/{category_id}`."""
    return ok(only_fields(call, _shown(_category_of(call))))


def _read(call: Call, body: Row, *, new: bool) -> Row:
    """A body of this endpoint in the words of the tree endpoints."""
    fields = {name: value for name, value in body.items() if name not in ("custom_url", "tree_id")}
    if "custom_url" in body:
        url = body["custom_url"]
        fault = thing().fault_of(url)
        if fault is not None or not is_row(url):
            raise invalid({"custom_url": str(fault)})
        fields["url"] = {"path": url["url"]} if "url" in url else {}
    if new and "parent_id" not in body:
        raise invalid({"parent_id": MISSING, **({} if "name" in body else {"name": MISSING})})
    if new and not body["parent_id"]:
        fields["tree_id"] = default_tree(call.store)
    return read_category(fields, new=new)


def _saved(call: Call, category: Row, failed: dict[str, str]) -> Answer:
    if not failed:
        return ok(_shown(category))
    problem = Problem(status=207, title="The category was saved, but not its address.", errors=failed)
    return v3_answer(problem, call.settings.error_content_type)


def create_category(call: Call) -> Answer:
    """`POST /catalog/categories`, in the tree of the default storefront."""
    fields = _read(call, call.one(), new=True)
    return _saved(call, *save_category(call, None, fields, url_taken=call.settings.url_taken_on_create))


def update_category(call: Call) -> Answer:
    """`PUT /catalog/categories/{category_id}`."""
    category = _category_of(call)
    fields = _read(call, call.one(), new=False)
    return _saved(call, *save_category(call, category, fields, url_taken=call.settings.url_taken_on_update))


def _refuse_full(call: Call, categories: list[Row]) -> None:
    numbers = {category["id"] for category in categories}
    if any(numbers & set(product["categories"]) for product in call.store.products.values()):
        raise refuse(422, "A category that contains products cannot be deleted.")


def delete_category(call: Call) -> Answer:
    """`DELETE /catalog/categories/{category_id}`; one that is gone is a 204 too."""
    category = call.store.categories.get(call.ids["category_id"])
    if category is not None:
        _refuse_full(call, [category])
        drop_categories(call.store, [category["id"]])
    return no_content()


def delete_categories(call: Call) -> Answer:
    """`DELETE /catalog/categories`: never without a filter, never one with products."""
    used = active(call, FILTERS, strict=True)
    if not used:
        raise refuse(422, "At least one filter must be set for a delete action.")
    found = kept(list(call.store.categories.values()), used)
    _refuse_full(call, found)
    drop_categories(call.store, [category["id"] for category in found])
    return no_content()


def put_image(call: Call) -> Answer:
    """`POST /catalog/categories/{category_id}/image`: a file."""
    category = _category_of(call)
    upload = call.uploads.get("image_file")
    if upload is None:
        raise invalid({"image_file": "needs a file"})
    picture = uploaded(upload.name, upload.content)
    number = call.store.next_id("file")
    category["image"] = shown_file(picture, number, call.settings.store_hash, "categories")
    return ok({"image_url": image_url(category)})


def delete_image(call: Call) -> Answer:
    """`DELETE /catalog/categories/{category_id}/image`."""
    _category_of(call)["image"] = None
    return no_content()


def _order(call: Call, number: int) -> list[Row]:
    kept_orders = call.store.sort_orders.get(number, {})
    inside = [row["id"] for row in call.store.products.values() if number in row["categories"]]
    return [
        {"product_id": each, "sort_order": kept_orders[each]}
        for each in sorted(inside)
        if each in kept_orders
    ]


def get_order(call: Call) -> Answer:
    """`GET /catalog/categories/{category_id}/products/sort-order`."""
    return paged(call, _order(call, _category_of(call)["id"]), dict)


def put_order(call: Call) -> Answer:
    """`PUT /catalog/categories/{category_id}/products/sort-order`: a bare array comes back."""
    category = _category_of(call)
    bodies = call.rows(call.settings.limit_max)
    for at, body in enumerate(bodies):
        if (
            not is_whole(body.get("product_id"))
            or not is_whole(body.get("sort_order"))
            or body["sort_order"] < 0
        ):
            raise invalid({f"{at}.product_id": MISSING})
        product = call.store.products.get(body["product_id"])
        if product is None or category["id"] not in product["categories"]:
            raise refuse(422, "All products must be assigned to the category.", instance="")
    orders = call.store.sort_orders.setdefault(category["id"], {})
    orders.update({int(body["product_id"]): int(body["sort_order"]) for body in bodies})
    return Answer(body=_order(call, category["id"]))


ROUTES = (
    Route(method="GET", path=_MANY, run=list_categories),
    Route(method="POST", path=_MANY, run=create_category),
    Route(method="DELETE", path=_MANY, run=delete_categories),
    Route(method="GET", path=_ONE, run=get_category),
    Route(method="PUT", path=_ONE, run=update_category),
    Route(method="DELETE", path=_ONE, run=delete_category),
    Route(method="POST", path=f"{_ONE}/image", run=put_image, multipart=True),
    Route(method="DELETE", path=f"{_ONE}/image", run=delete_image),
    Route(method="GET", path=_ORDER, run=get_order),
    Route(method="PUT", path=_ORDER, run=put_order),
)

"""Category trees, and their categories in batches."""

from __future__ import annotations

from collections.abc import Callable

from .call import Call, Route, too_many
from .category_rows import children, drop_categories, image_url, read_category, save_category
from .check import MISSING, Rule, checked, id_in, invalid, row_list, text, whole_list
from .filters import Filter, Filters, active, as_flag, as_text, in_, is_, kept, like, not_in
from .paging import only_fields, paged
from .wire import Answer, Problem, Refused, Row, no_content, not_found, ok, refuse

TREES_MAX = 50
"""Rows of a tree upsert."""

_TREE_RULES: dict[str, Rule] = {"name": text(1, 255), "channels": whole_list()}
_CATEGORIES = "/v3/catalog/trees/categories"


def _word_in(row: Row, value: str) -> bool:
    wanted = value.casefold()
    return any(wanted in row[field].casefold() for field in ("name", "description", "search_keywords"))


DELETE_FILTERS: dict[str, Filter] = {
    "category_id:in": in_("id"),
    "category_uuid:in": in_("uuid", as_text),
    "tree_id:in": in_("tree_id"),
    "parent_id:in": in_("parent_id"),
}
LIST_FILTERS: dict[str, Filter] = {
    **DELETE_FILTERS,
    "category_id:not_in": not_in("id"),
    "category_uuid:not_in": not_in("uuid", as_text),
    "tree_id:not_in": not_in("tree_id"),
    "parent_id:not_in": not_in("parent_id"),
    "page_title": is_("page_title", as_text),
    "page_title:like": like("page_title"),
    "name": is_("name", as_text),
    "name:like": like("name"),
    "keyword": Filter(read=as_text, keeps=_word_in),
    "is_visible": is_("is_visible", as_flag),
}
"""There is no filter by date: the platform refuses one."""


def shown_category(category: Row) -> Row:
    """What the tree endpoints answer of a category."""
    hidden = ("id", "uuid", "image", "url")
    return {
        "category_id": category["id"],
        "category_uuid": category["uuid"],
        **{name: value for name, value in category.items() if name not in hidden},
        "image_url": image_url(category),
        "url": dict(category["url"]),
    }


def _shown(call: Call, category: Row) -> Row:
    return only_fields(call, shown_category(category), always=("category_id",))


def _found(call: Call, filters: Filters) -> list[Row]:
    used = active(call, filters, strict=True)
    return kept((call.store.categories[number] for number in sorted(call.store.categories)), used)


def list_categories(call: Call) -> Answer:
    """`GET /catalog/trees/categories`."""
    return paged(call, _found(call, LIST_FILTERS), lambda category: _shown(call, category))


def _batch(
    call: Call, step: Callable[[Row], tuple[Row, dict[str, str]]], *, status: int, data: bool
) -> Answer:
    """Run `step` for every row: `status`, 207 when some failed, 422 when all did."""
    bodies = row_list(call.body)
    if len(bodies) > call.settings.category_batch_max:
        raise too_many(call.settings.category_batch_max)
    saved: list[Row] = []
    failed: dict[str, str] = {}
    for at, body in enumerate(bodies):
        try:
            row, partly = step(body)
        except Refused as refusal:
            found = refusal.problem.errors or {"category_id": refusal.problem.title}
            failed.update({f"{at}.{name}": str(why) for name, why in found.items()})
            continue
        saved.append(shown_category(row))
        failed.update({f"{at}.{name}": why for name, why in partly.items()})
    answer: Row = {"data": saved} if data and saved else {}
    if failed:
        status = 207 if saved else 422
        title = "Not all categories were saved." if saved else "The categories are invalid."
        answer["errors"] = Problem(status=422, title=title, errors=failed).body()
    answer["meta"] = {"total": len(bodies), "success": len(saved), "failed": len(bodies) - len(saved)}
    return Answer(status=status, body=answer)


def create_categories(call: Call) -> Answer:
    """`POST /catalog/trees/categories`: 201."""

    def step(body: Row) -> tuple[Row, dict[str, str]]:
        return save_category(call, None, read_category(body, new=True), url_taken="suffix")

    return _batch(call, step, status=201, data=True)


def update_categories(call: Call) -> Answer:
    """`PUT /catalog/trees/categories`: 200 without data."""

    def step(body: Row) -> tuple[Row, dict[str, str]]:
        number = id_in(body, "category_id")
        if number is None:
            raise invalid({"category_id": MISSING})
        before = call.store.categories.get(number)
        if before is None:
            raise not_found("The category")
        fields = read_category(body, new=False)
        return save_category(call, before, fields, url_taken=call.settings.url_taken_on_update)

    return _batch(call, step, status=200, data=False)


def delete_categories(call: Call) -> Answer:
    """`DELETE /catalog/trees/categories`: 202, never without a filter."""
    used = active(call, DELETE_FILTERS, strict=True)
    if not used:
        raise refuse(422, "At least one filter must be set for a delete action.")
    found = kept(list(call.store.categories.values()), used)
    gone = drop_categories(call.store, [category["id"] for category in found])
    return Answer(status=202, body={"meta": {"total": gone, "success": gone, "failed": 0}})


def _wrapped(run: Callable[[Call], Answer]) -> Callable[[Call], Answer]:
    """`run`, with its 422 in the dialect of these endpoints: the error lies inside `errors`, beside a `meta`."""

    def told(call: Call) -> Answer:
        try:
            return run(call)
        except Refused as refusal:
            if refusal.problem.status != 422:
                raise
            meta = {"total": 0, "success": 0, "failed": 0}
            return Answer(status=422, body={"errors": refusal.problem.body(), "meta": meta})

    return told


def list_trees(call: Call) -> Answer:
    """`GET /catalog/trees`."""
    on_channel = Filter(
        read=in_("id").read, keeps=lambda row, channels: bool(set(channels) & set(row["channels"])), many=True
    )
    used = active(call, {"id:in": in_("id"), "channel_id:in": on_channel})
    rows = [call.store.trees[number] for number in sorted(call.store.trees)]
    return paged(call, kept(rows, used), dict)


def _new_tree(call: Call, at: int, body: Row, fields: Row) -> tuple[Row, dict[str, str]]:
    channels = fields.get("channels", [])
    errors = {f"{at}.{name}": MISSING for name in ("name", "channels") if name not in body}
    taken = {channel for tree in call.store.trees.values() for channel in tree["channels"]}
    if "channels" in fields and (len(channels) != 1 or channels[0] not in call.store.channels):
        errors[f"{at}.channels"] = "must name one channel that exists"
    elif set(channels) & taken:
        errors[f"{at}.channels"] = "has a tree already"
    return {"id": 0, "name": "", "channels": [], **fields}, errors


def _changed_tree(call: Call, at: int, body: Row, fields: Row) -> tuple[Row, dict[str, str]]:
    tree = call.store.trees.get(id_in(body, path=f"{at}.") or 0)
    if tree is None:
        return {}, {f"{at}.id": "does not exist"}
    if "channels" in body:
        return {}, {f"{at}.channels": "cannot be changed"}
    return {**tree, **fields}, {}


def upsert_trees(call: Call) -> Answer:
    """`PUT /catalog/trees`: rows with an id change, others are made; one faulty row refuses all."""
    errors: dict[str, str] = {}
    rows: list[Row] = []
    for at, body in enumerate(call.rows(TREES_MAX)):
        fields, wrong = checked(body, _TREE_RULES, path=f"{at}.")
        step = _new_tree if body.get("id") is None else _changed_tree
        row, more = step(call, at, body, fields)
        errors.update({**more, **wrong})
        rows.append(row)
    named = [row["channels"][0] for row in rows if row.get("id") == 0 and row["channels"]]
    if len(set(named)) < len(named):
        errors["channels"] = "must differ"
    if errors:
        raise refuse(422, "The trees are invalid.", errors)
    for row in rows:
        row["id"] = row["id"] or call.store.next_id("tree")
        call.store.trees[row["id"]] = row
    return ok([dict(row) for row in rows], {"total": len(rows), "success": len(rows), "failed": 0})


def delete_trees(call: Call) -> Answer:
    """`DELETE /catalog/trees`: never without a filter; the categories go too."""
    used = active(call, {"id:in": in_("id")})
    if not used:
        raise refuse(422, "At least one filter must be set for a delete action.")
    for tree in kept(list(call.store.trees.values()), used):
        drop_categories(call.store, [row["id"] for row in children(call.store, tree["id"], 0)])
        del call.store.trees[tree["id"]]
    return no_content()


def _node(call: Call, category: Row, depth: int, path: list[int], deepest: int | None) -> Row:
    here = [*path, category["id"]]
    under = (
        []
        if deepest is not None and depth >= deepest
        else children(call.store, category["tree_id"], category["id"])
    )
    return {
        "id": category["id"],
        "parent_id": category["parent_id"],
        "depth": depth,
        "path": here,
        "name": category["name"],
        "is_visible": category["is_visible"],
        "url": category["url"]["path"],
        "children": [_node(call, row, depth + 1, here, deepest) for row in under],
    }


def get_tree(call: Call) -> Answer:
    """`GET /catalog/trees/{tree_id}/categories`: nested."""
    tree = call.ids["tree_id"]
    if tree not in call.store.trees:
        raise not_found("The tree")
    deepest = call.query.get("depth")
    if deepest is not None and not deepest.isdecimal():
        raise invalid({"depth": "must be an integer"})
    most = None if deepest is None else int(deepest)
    return ok([_node(call, row, 0, [], most) for row in children(call.store, tree, 0)])


ROUTES = (
    Route(method="GET", path=_CATEGORIES, run=_wrapped(list_categories)),
    Route(method="POST", path=_CATEGORIES, run=_wrapped(create_categories)),
    Route(method="PUT", path=_CATEGORIES, run=_wrapped(update_categories)),
    Route(method="DELETE", path=_CATEGORIES, run=_wrapped(delete_categories)),
    Route(method="GET", path="/v3/catalog/trees", run=_wrapped(list_trees)),
    Route(method="PUT", path="/v3/catalog/trees", run=upsert_trees),
    Route(method="DELETE", path="/v3/catalog/trees", run=_wrapped(delete_trees)),
    Route(method="GET", path="/v3/catalog/trees/{tree_id}/categories", run=get_tree),
)

"""Metafields of products, variants, brands, categories and channels: one object's, and in batches."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from .call import Call, Route, too_many
from .check import MISSING, id_in, invalid, is_whole, one_row
from .filters import Filter, active, in_, kept
from .metafield_rows import BATCH_FILTERS, SINGLE_FILTERS, amend, make, may_see, may_write, visible
from .paging import cursored, only_fields
from .wire import Answer, Problem, Refused, Row, is_list, no_content, not_found, ok, refuse

KINDS = (
    ("product", "/v3/catalog/products", "/{product_id}", "product_id", "store_v2_products"),
    ("variant", "/v3/catalog/variants", "", "variant_id", "store_v2_products"),
    ("brand", "/v3/catalog/brands", "/{brand_id}", "brand_id", "store_v2_products"),
    ("category", "/v3/catalog/categories", "/{category_id}", "category_id", "store_v2_products"),
    ("channel", "/v3/channels", "/{channel_id}", "channel_id", "store_channel_settings"),
)
"""Resource type, collection, an object's part of the path, the name of its id, and the scope."""

_VARIANT = "/v3/catalog/products/{product_id}/variants/{variant_id}"


def _ordered(call: Call, rows: list[Row]) -> list[Row]:
    direction = call.query.get("direction") or "asc"
    if direction not in ("asc", "desc"):
        raise refuse(422, "The direction is invalid.", {"direction": "is invalid"})
    return rows if direction == "asc" else rows[::-1]


def _list(kind: str, owner: str | None) -> Callable[[Call], Answer]:
    controls = ("after", "before", "direction")

    def run(call: Call) -> Answer:
        if owner is None:
            rows = visible(call, call.store.metafields.values(), kind)
            filters = _batch_filters(call)
        else:
            rows = visible(call, call.store.metafields_of(kind, call.ids[owner]), kind)
            filters = SINGLE_FILTERS
        extra = controls if _reading(call) != "ignored" else (*controls, "resource_id:in")
        used = active(call, filters, extra if owner is None else controls)
        return cursored(call, _ordered(call, kept(rows, used)), lambda row: only_fields(call, row))

    return run


def _reading(call: Call) -> str:
    return call.settings.resource_id_in_on_batch_metafields


def _batch_filters(call: Call) -> dict[str, Filter]:
    if _reading(call) == "honoured":
        return {**BATCH_FILTERS, "resource_id:in": in_("resource_id")}
    return BATCH_FILTERS


def _bodies(call: Call) -> list[Any]:
    bodies: Any = call.body
    if not is_list(bodies) or not bodies:
        raise refuse(400, "Input is invalid.", detail="The body must be a non-empty array.")
    if len(bodies) > call.settings.metafield_batch_max:
        raise too_many(call.settings.metafield_batch_max)
    return bodies


def _each(call: Call, step: Callable[[Any], Any]) -> Answer:
    """Run `step` for every row: 200 when all went well, 422 with the rest saved when not."""
    saved: list[Any] = []
    problems: list[Problem] = []
    bodies = _bodies(call)
    for body in bodies:
        try:
            saved.append(step(body))
        except Refused as refusal:
            problems.append(refusal.problem)
    meta = {"total": len(bodies), "success": len(saved), "failed": len(problems)}
    errors = [problem.body() for problem in problems]
    return Answer(status=422 if errors else 200, body={"data": saved, "errors": errors, "meta": meta})


def _create_many(kind: str) -> Callable[[Call], Answer]:
    def run(call: Call) -> Answer:
        def step(body: Any) -> Row:
            number = id_in(one_row(body), "resource_id")
            if number is None:
                raise invalid({"resource_id": MISSING})
            return make(call, kind, number, one_row(body))

        return _each(call, step)

    return run


def _known(call: Call, kind: str, number: object) -> Row:
    row = call.store.metafields.get(int(cast("int", number))) if is_whole(number) else None
    if row is None or row["resource_type"] != kind or not may_see(call, row):
        raise not_found("The metafield")
    return row


def _update_many(kind: str) -> Callable[[Call], Answer]:
    def run(call: Call) -> Answer:
        def step(body: Any) -> Row:
            number = one_row(body).get("id")
            if number is None:
                raise invalid({"id": MISSING})
            return amend(call, _known(call, kind, number), one_row(body))

        return _each(call, step)

    return run


def _delete(call: Call, row: Row) -> None:
    if not may_write(call, row):
        raise refuse(403, "The metafield belongs to another API account.")
    call.store.drop_metafield(row["id"])


def _delete_many(kind: str) -> Callable[[Call], Answer]:
    def run(call: Call) -> Answer:
        def step(number: Any) -> int:
            row = _known(call, kind, number)
            _delete(call, row)
            return int(row["id"])

        return _each(call, step)

    return run


def _create_one(kind: str, owner: str) -> Callable[[Call], Answer]:
    return lambda call: ok(make(call, kind, call.ids[owner], call.one()))


def _of_path(call: Call, kind: str, owner: str) -> Row:
    row = _known(call, kind, call.ids["metafield_id"])
    if row["resource_id"] != call.ids[owner]:
        raise not_found("The metafield")
    return row


def _get_one(kind: str, owner: str) -> Callable[[Call], Answer]:
    return lambda call: ok(only_fields(call, _of_path(call, kind, owner)))


def _update_one(kind: str, owner: str) -> Callable[[Call], Answer]:
    return lambda call: ok(amend(call, _of_path(call, kind, owner), call.one()))


def _delete_one(kind: str, owner: str) -> Callable[[Call], Answer]:
    def run(call: Call) -> Answer:
        _delete(call, _of_path(call, kind, owner))
        return no_content()

    return run


def _routes() -> tuple[Route, ...]:
    made: list[Route] = []
    for kind, base, part, owner, scope in KINDS:
        single = f"{base}{part}/metafields" if part else f"{_VARIANT}/metafields"
        many = f"{base}/metafields"
        one = f"{single}/{{metafield_id}}"
        made += [
            Route(method="GET", path=many, run=_list(kind, None), scope=scope),
            Route(method="POST", path=many, run=_create_many(kind), scope=scope),
            Route(method="PUT", path=many, run=_update_many(kind), scope=scope),
            Route(method="DELETE", path=many, run=_delete_many(kind), scope=scope),
            Route(method="GET", path=single, run=_list(kind, owner), scope=scope),
            Route(method="POST", path=single, run=_create_one(kind, owner), scope=scope),
            Route(method="GET", path=one, run=_get_one(kind, owner), scope=scope),
            Route(method="PUT", path=one, run=_update_one(kind, owner), scope=scope),
            Route(method="DELETE", path=one, run=_delete_one(kind, owner), scope=scope),
        ]
    return tuple(made)


ROUTES = _routes()

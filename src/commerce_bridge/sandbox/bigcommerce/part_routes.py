"""The routes of custom fields, videos and bulk prices."""

from __future__ import annotations

from collections.abc import Callable

from .call import Call, Route
from .filters import active
from .paging import only_fields, paged
from .parts import BULK_PRICES, CUSTOM_FIELDS, VIDEOS, Part
from .products import product_of, touched
from .wire import Answer, Row, no_content, not_found, ok

Show = Callable[[Row, Row], Row]


def _bare(product: Row, row: Row) -> Row:
    return dict(row)


def _with_product(product: Row, row: Row) -> Row:
    return {**row, "product_id": product["id"]}


def _row_of(call: Call, part: Part, product: Row) -> Row:
    rows: list[Row] = product[part.name]
    for row in rows:
        if row["id"] == call.ids["id"]:
            return row
    raise not_found(part.noun)


def _list(part: Part, show: Show) -> Callable[[Call], Answer]:
    def run(call: Call) -> Answer:
        active(call, {})
        product = product_of(call)
        return paged(call, product[part.name], lambda row: only_fields(call, show(product, row)))

    return run


def _get(part: Part, show: Show) -> Callable[[Call], Answer]:
    def run(call: Call) -> Answer:
        product = product_of(call)
        return ok(only_fields(call, show(product, _row_of(call, part, product))))

    return run


def _create(part: Part, show: Show) -> Callable[[Call], Answer]:
    def run(call: Call) -> Answer:
        product = product_of(call)
        row = part.made(call.store, call.one())
        after = [*product[part.name], row]
        part.fits(after)
        product[part.name] = after
        touched(call, product)
        return ok(show(product, row))

    return run


def _update(part: Part, show: Show) -> Callable[[Call], Answer]:
    def run(call: Call) -> Answer:
        product = product_of(call)
        before = _row_of(call, part, product)
        row = part.amended(before, call.one())
        after = [row if each is before else each for each in product[part.name]]
        part.fits(after)
        product[part.name] = after
        touched(call, product)
        return ok(show(product, row))

    return run


def _delete(part: Part, *, missing_is_404: bool) -> Callable[[Call], Answer]:
    def run(call: Call) -> Answer:
        product = product_of(call)
        rows: list[Row] = product[part.name]
        if missing_is_404:
            _row_of(call, part, product)
        product[part.name] = [row for row in rows if row["id"] != call.ids["id"]]
        touched(call, product)
        return no_content()

    return run


def _routes(part: Part, folder: str, show: Show, *, missing_is_404: bool) -> tuple[Route, ...]:
    many = f"/v3/catalog/products/{{product_id}}/{folder}"
    one = f"{many}/{{id}}"
    return (
        Route(method="GET", path=many, run=_list(part, show)),
        Route(method="POST", path=many, run=_create(part, show)),
        Route(method="GET", path=one, run=_get(part, show)),
        Route(method="PUT", path=one, run=_update(part, show)),
        Route(method="DELETE", path=one, run=_delete(part, missing_is_404=missing_is_404)),
    )


ROUTES = (
    *_routes(CUSTOM_FIELDS, "custom-fields", _bare, missing_is_404=True),
    *_routes(BULK_PRICES, "bulk-pricing-rules", _bare, missing_is_404=True),
    *_routes(VIDEOS, "videos", _with_product, missing_is_404=False),
)

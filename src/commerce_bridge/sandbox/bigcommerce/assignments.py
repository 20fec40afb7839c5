"""Which products are on which channels, and in which categories."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from attrs import frozen

from .call import Call, Route
from .check import MISSING, is_whole
from .filters import active, in_, kept
from .paging import paged
from .store import Store
from .wire import Answer, Row, no_content, refuse


@frozen(kw_only=True)
class Link:
    """One kind of assignment.

    Args:
        field: The name of the other id.
        table: The rows the other id must be in.
        of: The ids a product is linked to.
        put: Sets the ids a product is linked to.
    """

    field: str
    table: Callable[[Store], Mapping[int, Row]]
    of: Callable[[Store, int], list[int]]
    put: Callable[[Store, int, list[int]], None]


def _put_channels(store: Store, product: int, channels: list[int]) -> None:
    store.assignments[product] = channels


def _put_categories(store: Store, product: int, categories: list[int]) -> None:
    store.products[product]["categories"] = categories


CHANNELS = Link(
    field="channel_id",
    table=lambda store: store.channels,
    of=lambda store, product: store.assignments.get(product, []),
    put=_put_channels,
)
CATEGORIES = Link(
    field="category_id",
    table=lambda store: store.categories,
    of=lambda store, product: store.products[product]["categories"],
    put=_put_categories,
)


def _pairs(call: Call, link: Link) -> list[Row]:
    """All pairs by product, or those of the products a filter names."""
    store = call.store
    named = {int(word) for word in call.query.words("product_id:in") if word.isdecimal()}
    return [
        {"product_id": product, link.field: other}
        for product in sorted(named & store.products.keys() if named else store.products)
        for other in sorted(link.of(store, product))
    ]


def _filters(link: Link) -> dict[str, Any]:
    return {"product_id:in": in_("product_id"), f"{link.field}:in": in_(link.field)}


def _list(link: Link) -> Callable[[Call], Answer]:
    def run(call: Call) -> Answer:
        return paged(call, kept(_pairs(call, link), active(call, _filters(link))), dict)

    return run


def _faults(call: Call, link: Link, bodies: list[Row]) -> dict[str, str]:
    tables = {"product_id": call.store.products, link.field: link.table(call.store)}
    errors: dict[str, str] = {}
    for at, body in enumerate(bodies):
        for name, table in tables.items():
            if not is_whole(body.get(name)):
                errors[f"{at}.{name}"] = MISSING
            elif int(body[name]) not in table:
                errors[f"{at}.{name}"] = "does not exist"
    return errors


def _add(link: Link) -> Callable[[Call], Answer]:
    def run(call: Call) -> Answer:
        bodies = call.rows(call.settings.assignment_batch_max)
        errors = _faults(call, link, bodies)
        if errors:
            raise refuse(422, "The assignments are invalid.", errors)
        for body in bodies:
            product, other = int(body["product_id"]), int(body[link.field])
            before = link.of(call.store, product)
            if other not in before:
                link.put(call.store, product, [*before, other])
        return no_content()

    return run


def _remove(link: Link) -> Callable[[Call], Answer]:
    def run(call: Call) -> Answer:
        used = active(call, _filters(link))
        if not used:
            raise refuse(422, "At least one filter must be set for a delete action.")
        for pair in kept(_pairs(call, link), used):
            before = link.of(call.store, pair["product_id"])
            link.put(call.store, pair["product_id"], [each for each in before if each != pair[link.field]])
        return no_content()

    return run


def _routes() -> tuple[Route, ...]:
    made: list[Route] = []
    for name, link in (("channel", CHANNELS), ("category", CATEGORIES)):
        path = f"/v3/catalog/products/{name}-assignments"
        made += [
            Route(method="GET", path=path, run=_list(link)),
            Route(method="PUT", path=path, run=_add(link)),
            Route(method="DELETE", path=path, run=_remove(link)),
        ]
    return tuple(made)


ROUTES = _routes()

"""Pages: one flow for numbered pages and for cursors; a page's cursor is a checkpoint.

A cursor is text: ``3`` is the third page, ``after:Mg`` and ``before:Mg`` stand beside a vendor's cursor.

Source: BigCommerce guide, start/about/common-query-params; REST reference, `meta.pagination` and
`meta.cursor_pagination`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from commerce_bridge.domain.exchange import Page
from commerce_bridge.flow.effects import Flow
from commerce_bridge.flow.messages import Pairs
from commerce_bridge.platforms.bigcommerce.connection import StoreConnection
from commerce_bridge.platforms.bigcommerce.endpoint import Endpoint, call
from commerce_bridge.platforms.bigcommerce.limits import PAGE_DEFAULT
from commerce_bridge.platforms.bigcommerce.wire.base import Many, Meta, decode

T = TypeVar("T")

_SIDES = ("after", "before")


def list_page(
    connection: StoreConnection,
    endpoint: Endpoint,
    model: type[T],
    cursor: str | None,
    *,
    ids: Sequence[int] = (),
    query: Pairs = (),
    limit: int | None = None,
    most: int | None = None,
) -> Flow[Page[T]]:
    """One page of a v3 collection.

    Args:
        connection: The store.
        endpoint: The collection.
        model: The wire model of a row.
        cursor: Where to go on, or None for the first page.
        ids: What fills the slots of its path.
        query: Filters under the vendor's names.
        limit: Rows wanted on a page; the maximum when None, and never more than it.
        most: The maximum, where it is lower than the store's.
    """
    top = min(connection.limits.page, most or connection.limits.page)
    size = _size(limit, top)
    response = yield from call(
        connection, endpoint, ids, query=(*query, *position(cursor), ("limit", str(size)))
    )
    if not response.body:
        return Page(items=())
    answer = decode(Many[model], response)  # type: ignore[valid-type]
    rows: tuple[T, ...] = tuple(answer.data)
    return Page(items=rows, next=next_cursor(answer.meta, cursor, len(rows)))


def list_v2_page(
    connection: StoreConnection,
    endpoint: Endpoint,
    model: type[T],
    cursor: str | None,
    *,
    limit: int | None = None,
) -> Flow[Page[T]]:
    """One page of a v2 array, which says nothing of its pages; an empty one is a 204.

    Fewer rows than the smallest page size mean the last page.

    Args:
        connection: The store.
        endpoint: The collection.
        model: The wire model of a row.
        cursor: Where to go on, or None for the first page.
        limit: Rows wanted on a page; the maximum when None, and never more than it.
    """
    size = _size(limit, connection.limits.page)
    response = yield from call(connection, endpoint, query=(*position(cursor), ("limit", str(size))))
    if not response.body:
        return Page(items=())
    rows: tuple[T, ...] = decode(tuple[model, ...], response)  # type: ignore[valid-type]
    full = len(rows) >= min(size, PAGE_DEFAULT)
    return Page(items=rows, next=str(int(cursor or "1") + 1) if rows and full else None)


def _size(limit: int | None, most: int) -> int:
    return most if limit is None else max(1, min(limit, most))


def position(cursor: str | None) -> Pairs:
    """The query pair that a cursor stands for; the first page has none."""
    if cursor is None:
        return ()
    side, mark, text = cursor.partition(":")
    return ((side, text),) if mark and side in _SIDES else (("page", str(int(cursor))),)


def next_cursor(meta: Meta, cursor: str | None, count: int) -> str | None:
    """Where to go on, or None on the last page.

    A page without rows is the last one, whatever its numbers say.
    """
    if count == 0:
        return None
    marks = meta.cursor_pagination
    backwards = cursor is not None and cursor.startswith("before:")
    if marks is not None and (meta.pagination is None or marks.end_cursor):
        mark, more = (
            (marks.start_cursor, marks.links.get("previous"))
            if backwards
            else (marks.end_cursor, marks.links.get("next"))
        )
        return f"{'before' if backwards else 'after'}:{mark}" if mark and more else None
    page = int(cursor) if cursor is not None and cursor.isdigit() else 1
    total = meta.pagination.total_pages if meta.pagination is not None else None
    return str(page + 1) if total is None or page < total else None

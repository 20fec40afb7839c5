"""Which products are on which channels, and in which categories.

Source: BigCommerce REST reference, `catalog/products_catalog.v3.yml`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from commerce_bridge.domain.exchange import Page
from commerce_bridge.flow.effects import Flow
from commerce_bridge.flow.operation import M, Raw, operation, paged
from commerce_bridge.platforms.bigcommerce.batching import RowAnswer, Saved, in_pieces
from commerce_bridge.platforms.bigcommerce.connection import StoreConnection
from commerce_bridge.platforms.bigcommerce.endpoint import Endpoint, StoreResource, call
from commerce_bridge.platforms.bigcommerce.paging import list_page
from commerce_bridge.platforms.bigcommerce.query import pairs
from commerce_bridge.platforms.bigcommerce.wire.catalogue import CategoryAssignment, ChannelAssignment

_CHANNELS = "/v3/catalog/products/channel-assignments"
LIST_CHANNELS = Endpoint("GET", _CHANNELS, "channel_assignments.list")
ASSIGN_CHANNELS = Endpoint("PUT", _CHANNELS, "channel_assignments.assign", lane="assignments")
UNASSIGN_CHANNELS = Endpoint("DELETE", _CHANNELS, "channel_assignments.unassign", lane="assignments")

_CATEGORIES = "/v3/catalog/products/category-assignments"
LIST_CATEGORIES = Endpoint("GET", _CATEGORIES, "category_assignments.list")
ASSIGN_CATEGORIES = Endpoint("PUT", _CATEGORIES, "category_assignments.assign", lane="assignments")
UNASSIGN_CATEGORIES = Endpoint("DELETE", _CATEGORIES, "category_assignments.unassign", lane="assignments")

Pair: TypeAlias = tuple[int, int]
"""A product's id, and a channel's or category's."""


class ChannelAssignments(StoreResource[M]):
    """Products on channels: a product can be bought on a channel only when it is assigned to it."""

    @paged
    def list(
        self: ChannelAssignments[Raw],
        cursor: str | None,
        *,
        product_id_in: Sequence[int] = (),
        channel_id_in: Sequence[int] = (),
        limit: int | None = None,
    ) -> Flow[Page[ChannelAssignment]]:
        """Assignments, page by page; one vendor call a page.

        Args:
            cursor: Where to go on; None for the first page.
            product_id_in: Only of these products.
            channel_id_in: Only to these channels.
            limit: Rows on a page, 1-250; the maximum when not given.

        Source: BigCommerce REST reference, `catalog/products_catalog.v3.yml`,
        GET /catalog/products/channel-assignments.
        """
        query = pairs({"product_id_in": product_id_in, "channel_id_in": channel_id_in})
        return (
            yield from list_page(
                self.connection, LIST_CHANNELS, ChannelAssignment, cursor, query=query, limit=limit
            )
        )

    @operation
    def assign(self: ChannelAssignments[Raw], rows: Sequence[Pair]) -> Flow[tuple[RowAnswer[Pair], ...]]:
        """What became of each assignment, in order; those that were there stay.

        One vendor call for each 50 rows (`Limits.assignment_rows`; the vendor states no maximum).

        Args:
            rows: Product id and channel id.

        Source: BigCommerce REST reference, `catalog/products_catalog.v3.yml`,
        PUT /catalog/products/channel-assignments.
        """
        return (yield from _assign(self.connection, ASSIGN_CHANNELS, "channel_id", rows))

    @operation
    def unassign(
        self: ChannelAssignments[Raw],
        *,
        product_id_in: Sequence[int] = (),
        channel_id_in: Sequence[int] = (),
    ) -> Flow[None]:
        """Take products off channels; one vendor call.

        Args:
            product_id_in: Of these products.
            channel_id_in: From these channels; from all when not given.

        Raises:
            GuardRail: Neither was given; nothing was sent.

        Source: BigCommerce REST reference, `catalog/products_catalog.v3.yml`,
        DELETE /catalog/products/channel-assignments.
        """
        query = pairs({"product_id_in": product_id_in, "channel_id_in": channel_id_in})
        yield from call(self.connection, UNASSIGN_CHANNELS, query=query)


class CategoryAssignments(StoreResource[M]):
    """Products in categories; assigning adds, where a product's own `categories` replaces."""

    @paged
    def list(
        self: CategoryAssignments[Raw],
        cursor: str | None,
        *,
        product_id_in: Sequence[int] = (),
        category_id_in: Sequence[int] = (),
        limit: int | None = None,
    ) -> Flow[Page[CategoryAssignment]]:
        """Assignments, page by page; one vendor call a page.

        Args:
            cursor: Where to go on; None for the first page.
            product_id_in: Only of these products.
            category_id_in: Only to these categories.
            limit: Rows on a page, 1-250; the maximum when not given.

        Source: BigCommerce REST reference, `catalog/products_catalog.v3.yml`,
        GET /catalog/products/category-assignments.
        """
        query = pairs({"product_id_in": product_id_in, "category_id_in": category_id_in})
        return (
            yield from list_page(
                self.connection, LIST_CATEGORIES, CategoryAssignment, cursor, query=query, limit=limit
            )
        )

    @operation
    def assign(self: CategoryAssignments[Raw], rows: Sequence[Pair]) -> Flow[tuple[RowAnswer[Pair], ...]]:
        """What became of each assignment, in order; those that were there stay.

        One vendor call for each 50 rows (`Limits.assignment_rows`; the vendor states no maximum).

        Args:
            rows: Product id and category id.

        Source: BigCommerce REST reference, `catalog/products_catalog.v3.yml`,
        PUT /catalog/products/category-assignments.
        """
        return (yield from _assign(self.connection, ASSIGN_CATEGORIES, "category_id", rows))

    @operation
    def unassign(
        self: CategoryAssignments[Raw],
        *,
        product_id_in: Sequence[int] = (),
        category_id_in: Sequence[int] = (),
    ) -> Flow[None]:
        """Take products out of categories; one vendor call.

        Args:
            product_id_in: Of these products.
            category_id_in: From these categories; from all when not given.

        Raises:
            GuardRail: Neither was given; nothing was sent.

        Source: BigCommerce REST reference, `catalog/products_catalog.v3.yml`,
        DELETE /catalog/products/category-assignments.
        """
        query = pairs({"product_id_in": product_id_in, "category_id_in": category_id_in})
        yield from call(self.connection, UNASSIGN_CATEGORIES, query=query)


def _assign(
    connection: StoreConnection, endpoint: Endpoint, place: str, rows: Sequence[Pair]
) -> Flow[tuple[RowAnswer[Pair], ...]]:
    def send(piece: Sequence[Pair]) -> Flow[Sequence[RowAnswer[Pair] | None]]:
        body = [{"product_id": product, place: target} for product, target in piece]
        yield from call(connection, endpoint, body=body)
        return [Saved(value=row) for row in piece]

    return (yield from in_pieces(rows, connection.limits.assignment_rows, send))

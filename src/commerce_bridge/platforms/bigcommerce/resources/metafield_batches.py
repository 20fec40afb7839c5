"""Metafields of all records of one kind, many at a time: alike for products, variants, categories, brands.

A metafield belongs to the API account that made it; another account does not see those that are
``app_only``.

Source: BigCommerce REST reference, `catalog/products_catalog.v3.yml`,
`catalog/product-variants_catalog.v3.yml`, `catalog/categories_catalog.v3.yml`,
`catalog/brands_catalog.v3.yml`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import ClassVar, Literal, TypedDict, Unpack

from attrs import astuple, evolve, frozen

from commerce_bridge.domain.exchange import Page
from commerce_bridge.flow.effects import Flow
from commerce_bridge.flow.operation import M, Raw, operation, paged
from commerce_bridge.platforms.bigcommerce.batching import RowAnswer, in_pieces
from commerce_bridge.platforms.bigcommerce.drafts.body import body_of
from commerce_bridge.platforms.bigcommerce.drafts.catalogue import MetafieldDraft
from commerce_bridge.platforms.bigcommerce.endpoint import Endpoint, StoreResource, call
from commerce_bridge.platforms.bigcommerce.paging import list_page
from commerce_bridge.platforms.bigcommerce.query import pairs
from commerce_bridge.platforms.bigcommerce.rows import answers_of, batch_refusal
from commerce_bridge.platforms.bigcommerce.wire.base import Many, decode
from commerce_bridge.platforms.bigcommerce.wire.catalogue import Metafield

PARTIAL = 422
"""A metafield batch of which some rows were saved.

Source: github.com/bigcommerce/docs/issues/63; the batch operations of the REST reference.
"""


@frozen(kw_only=True)
class MetafieldEndpoints:
    """The nine operations on metafields of one kind of record."""

    list: Endpoint
    create: Endpoint
    get: Endpoint
    update: Endpoint
    delete: Endpoint
    list_all: Endpoint
    create_batch: Endpoint
    update_batch: Endpoint
    delete_batch: Endpoint

    def all(self) -> tuple[Endpoint, ...]:
        """All nine."""
        return astuple(self, recurse=False)


def metafield_endpoints(resource: str, of_one: str, of_all: str) -> MetafieldEndpoints:
    """The endpoints of one kind of record, from the paths of its single and its batch operations."""
    one = f"{of_one}/{{metafield_id}}"
    return MetafieldEndpoints(
        list=Endpoint("GET", of_one, f"{resource}.list"),
        create=Endpoint("POST", of_one, f"{resource}.create"),
        get=Endpoint("GET", one, f"{resource}.get"),
        update=Endpoint("PUT", one, f"{resource}.update"),
        delete=Endpoint("DELETE", one, f"{resource}.delete"),
        list_all=Endpoint("GET", of_all, f"{resource}.list_all"),
        create_batch=Endpoint("POST", of_all, f"{resource}.create_batch", results=(PARTIAL,)),
        update_batch=Endpoint("PUT", of_all, f"{resource}.update_batch", results=(PARTIAL,)),
        delete_batch=Endpoint("DELETE", of_all, f"{resource}.delete_batch", results=(PARTIAL,)),
    )


class MetafieldFilters(TypedDict, total=False):
    """Which metafields are listed; there is no filter by value."""

    key: str
    key_in: Sequence[str]
    namespace: str
    namespace_in: Sequence[str]
    direction: Literal["asc", "desc"]
    include_fields: Sequence[str]
    date_created_min: datetime
    date_created_max: datetime
    date_modified_min: datetime
    date_modified_max: datetime


class MetafieldBatches(StoreResource[M]):
    """Metafields of all records of one kind."""

    endpoints: ClassVar[MetafieldEndpoints]

    @paged
    def list_all(
        self: MetafieldBatches[Raw],
        cursor: str | None,
        *,
        resource_id_in: Sequence[int] = (),
        limit: int | None = None,
        **filters: Unpack[MetafieldFilters],
    ) -> Flow[Page[Metafield]]:
        """Metafields of all records of this kind, page by page; one vendor call a page.

        Args:
            cursor: Where to go on; None for the first page, ``after:…`` or ``before:…`` for a vendor's
                cursor.
            resource_id_in: Only those of these records.  The vendor does not document this filter here:
                it is sent when `Limits.metafield_resource_filter` says so, and holds on our side anyway.
            limit: Rows on a page, 1-250; the maximum when not given.
            filters: See `MetafieldFilters`.

        Source: BigCommerce REST reference, the operations GET /catalog/…/metafields.
        """
        asked = resource_id_in if self.connection.limits.metafield_resource_filter else ()
        query = pairs(filters, MetafieldFilters, resource_id_in=asked)
        page = yield from list_page(
            self.connection, self.endpoints.list_all, Metafield, cursor, query=query, limit=limit
        )
        if not resource_id_in:
            return page
        wanted = {str(number) for number in resource_id_in}
        return evolve(page, items=tuple(one for one in page.items if str(one.resource_id) in wanted))

    @operation
    def create_batch(
        self: MetafieldBatches[Raw], rows: Sequence[tuple[int, MetafieldDraft]]
    ) -> Flow[tuple[RowAnswer[Metafield], ...]]:
        """What became of each new metafield, in order.

        One vendor call for each 50 (`Limits.metafield_rows`; the vendor states no maximum).  A row whose
        answer was lost is `Unknown` and is not sent again.

        Args:
            rows: Id of the record and its metafield; the API does not check that the record exists.

        Returns:
            `Saved`, `Failed` (a `Conflict` where namespace and key are taken) or `Unknown` for each.

        Source: BigCommerce REST reference, the operations POST /catalog/…/metafields.
        """
        endpoint = self.endpoints.create_batch

        def send(piece: Sequence[tuple[int, MetafieldDraft]]) -> Flow[Sequence[RowAnswer[Metafield] | None]]:
            body = [{"resource_id": number, **body_of(draft)} for number, draft in piece]
            response = yield from call(self.connection, endpoint, body=body)
            answer = decode(Many[Metafield], response)
            if response.status == PARTIAL and not answer.meta.model_fields_set:
                raise batch_refusal(response, endpoint)
            made = {(str(one.resource_id), one.namespace, one.key): one for one in answer.data}
            found = [made.get(_name(row)) for row in piece]
            return answers_of(found, answer.errors, response, endpoint)

        return (yield from in_pieces(rows, self.connection.limits.metafield_rows, send))

    @operation
    def update_batch(
        self: MetafieldBatches[Raw], rows: Sequence[tuple[int, MetafieldDraft]]
    ) -> Flow[tuple[RowAnswer[Metafield], ...]]:
        """What became of each row, in order; calls as `create_batch`.

        Args:
            rows: Id of the metafield and what changes.

        Source: BigCommerce REST reference, the operations PUT /catalog/…/metafields.
        """
        endpoint = self.endpoints.update_batch

        def send(piece: Sequence[tuple[int, MetafieldDraft]]) -> Flow[Sequence[RowAnswer[Metafield] | None]]:
            body = [{"id": number, **body_of(draft)} for number, draft in piece]
            response = yield from call(self.connection, endpoint, body=body)
            answer = decode(Many[Metafield], response)
            if response.status == PARTIAL and not answer.meta.model_fields_set:
                raise batch_refusal(response, endpoint)
            kept = {one.id: one for one in answer.data}
            return answers_of([kept.get(number) for number, _ in piece], answer.errors, response, endpoint)

        return (yield from in_pieces(rows, self.connection.limits.metafield_rows, send))

    @operation
    def delete_batch(
        self: MetafieldBatches[Raw], metafield_ids: Sequence[int]
    ) -> Flow[tuple[RowAnswer[int], ...]]:
        """What became of each metafield to delete, in order; calls as `create_batch`.

        Args:
            metafield_ids: Their ids.

        Source: BigCommerce REST reference, the operations DELETE /catalog/…/metafields.
        """
        endpoint = self.endpoints.delete_batch

        def send(piece: Sequence[int]) -> Flow[Sequence[RowAnswer[int] | None]]:
            response = yield from call(self.connection, endpoint, body=list(piece))
            answer = decode(Many[int], response)
            if response.status == PARTIAL and not answer.meta.model_fields_set:
                raise batch_refusal(response, endpoint)
            gone = set(answer.data)
            return answers_of(
                [number if number in gone else None for number in piece], answer.errors, response, endpoint
            )

        return (yield from in_pieces(metafield_ids, self.connection.limits.metafield_rows, send))


def _name(row: tuple[int, MetafieldDraft]) -> tuple[str, str | None, str | None]:
    number, draft = row
    return str(number), str(draft.namespace), str(draft.key)

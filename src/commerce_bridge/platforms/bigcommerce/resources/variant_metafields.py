"""Metafields of variants; a single one is reached through product and variant.

Source: BigCommerce REST reference, `catalog/product-variants_catalog.v3.yml`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Unpack

from commerce_bridge.domain.exchange import Page
from commerce_bridge.flow.effects import Flow
from commerce_bridge.flow.operation import M, Raw, operation, paged
from commerce_bridge.platforms.bigcommerce.drafts.body import body_of
from commerce_bridge.platforms.bigcommerce.drafts.catalogue import MetafieldDraft
from commerce_bridge.platforms.bigcommerce.endpoint import call
from commerce_bridge.platforms.bigcommerce.paging import list_page
from commerce_bridge.platforms.bigcommerce.query import pairs
from commerce_bridge.platforms.bigcommerce.resources.metafield_batches import (
    MetafieldBatches,
    MetafieldFilters,
    metafield_endpoints,
)
from commerce_bridge.platforms.bigcommerce.wire.base import One, decode
from commerce_bridge.platforms.bigcommerce.wire.catalogue import Metafield

VARIANT = metafield_endpoints(
    "variant_metafields",
    "/v3/catalog/products/{product_id}/variants/{variant_id}/metafields",
    "/v3/catalog/variants/metafields",
)


class VariantMetafields(MetafieldBatches[M]):
    """Metafields of variants; a single one is reached through product and variant."""

    endpoints = VARIANT

    @paged
    def list(
        self: VariantMetafields[Raw],
        cursor: str | None,
        product_id: int,
        variant_id: int,
        *,
        limit: int | None = None,
        **filters: Unpack[MetafieldFilters],
    ) -> Flow[Page[Metafield]]:
        """A variant's metafields, page by page; one vendor call a page.

        Args:
            cursor: As for `list_all`.
            product_id: The product.
            variant_id: Its variant.
            limit: Rows on a page, 1-250; the maximum when not given.
            filters: See `MetafieldFilters`.

        Source: BigCommerce REST reference, `catalog/product-variants_catalog.v3.yml`,
        GET /catalog/products/{product_id}/variants/{variant_id}/metafields.
        """
        query = pairs(filters, MetafieldFilters)
        ids = (product_id, variant_id)
        return (
            yield from list_page(
                self.connection, VARIANT.list, Metafield, cursor, ids=ids, query=query, limit=limit
            )
        )

    @operation
    def get(
        self: VariantMetafields[Raw],
        product_id: int,
        variant_id: int,
        metafield_id: int,
        *,
        include_fields: Sequence[str] = (),
        exclude_fields: Sequence[str] = (),
    ) -> Flow[Metafield]:
        """One metafield of a variant; one vendor call.

        Args:
            product_id: The product.
            variant_id: Its variant.
            metafield_id: The store's id of it.
            include_fields: Only these fields; `id` always comes.
            exclude_fields: All fields but these.

        Raises:
            NotFound: There is none that this API account may see.

        Source: BigCommerce REST reference, `catalog/product-variants_catalog.v3.yml`,
        GET /catalog/products/{product_id}/variants/{variant_id}/metafields/{metafield_id}.
        """
        query = pairs({"include_fields": include_fields, "exclude_fields": exclude_fields})
        ids = (product_id, variant_id, metafield_id)
        return decode(One[Metafield], (yield from call(self.connection, VARIANT.get, ids, query=query))).data

    @operation
    def create(
        self: VariantMetafields[Raw], product_id: int, variant_id: int, draft: MetafieldDraft
    ) -> Flow[Metafield]:
        """The metafield just made; one vendor call.

        Args:
            product_id: The product.
            variant_id: Its variant.
            draft: With `namespace`, `key`, `value` and `permission_set`.

        Raises:
            Conflict: Namespace and key are taken.

        Source: BigCommerce REST reference, `catalog/product-variants_catalog.v3.yml`,
        POST /catalog/products/{product_id}/variants/{variant_id}/metafields.
        """
        body, ids = body_of(draft), (product_id, variant_id)
        return decode(One[Metafield], (yield from call(self.connection, VARIANT.create, ids, body=body))).data

    @operation
    def update(
        self: VariantMetafields[Raw],
        product_id: int,
        variant_id: int,
        metafield_id: int,
        draft: MetafieldDraft,
    ) -> Flow[Metafield]:
        """The metafield as it stands after the change; one vendor call.

        Args:
            product_id: The product.
            variant_id: Its variant.
            metafield_id: The store's id of it.
            draft: What changes.

        Raises:
            NotFound: There is none.
            AuthError: It belongs to another API account.

        Source: BigCommerce REST reference, `catalog/product-variants_catalog.v3.yml`,
        PUT /catalog/products/{product_id}/variants/{variant_id}/metafields/{metafield_id}.
        """
        body, ids = body_of(draft), (product_id, variant_id, metafield_id)
        return decode(One[Metafield], (yield from call(self.connection, VARIANT.update, ids, body=body))).data

    @operation
    def delete(
        self: VariantMetafields[Raw], product_id: int, variant_id: int, metafield_id: int
    ) -> Flow[None]:
        """Delete a variant's metafield; one vendor call.

        Raises:
            NotFound: There is none.

        Source: BigCommerce REST reference, `catalog/product-variants_catalog.v3.yml`,
        DELETE /catalog/products/{product_id}/variants/{variant_id}/metafields/{metafield_id}.
        """
        yield from call(self.connection, VARIANT.delete, (product_id, variant_id, metafield_id))

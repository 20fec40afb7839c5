"""Metafields of a product, a category or a brand, and of all of them.

Source: BigCommerce REST reference, `catalog/products_catalog.v3.yml`,
`catalog/product-variants_catalog.v3.yml`, `catalog/categories_catalog.v3.yml`,
`catalog/brands_catalog.v3.yml`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypedDict, Unpack

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

PRODUCT = metafield_endpoints(
    "product_metafields", "/v3/catalog/products/{product_id}/metafields", "/v3/catalog/products/metafields"
)
CATEGORY = metafield_endpoints(
    "category_metafields",
    "/v3/catalog/categories/{category_id}/metafields",
    "/v3/catalog/categories/metafields",
)
BRAND = metafield_endpoints(
    "brand_metafields", "/v3/catalog/brands/{brand_id}/metafields", "/v3/catalog/brands/metafields"
)


class ProductMetafieldFilters(MetafieldFilters, total=False):
    """Which metafields of a product are listed."""

    exclude_fields: Sequence[str]
    resource_id_in: Sequence[int]


class _IdFilters(TypedDict, total=False):
    id: int
    id_in: Sequence[int]
    id_not_in: Sequence[int]
    exclude_fields: Sequence[str]


class CategoryMetafieldFilters(MetafieldFilters, _IdFilters, total=False):
    """Which metafields of a category are listed."""

    id_min: int
    id_max: int
    id_greater: int
    id_less: int


class BrandMetafieldFilters(_IdFilters, total=False):
    """Which metafields of a brand are listed."""

    id_min: Sequence[int]
    id_max: Sequence[int]
    id_greater: Sequence[int]
    id_less: Sequence[int]
    key: str
    namespace: str
    include_fields: Sequence[str]


class _OneRecord(MetafieldBatches[M]):
    """Metafields of one record that has an id of its own."""

    @operation
    def get(
        self: _OneRecord[Raw],
        resource_id: int,
        metafield_id: int,
        *,
        include_fields: Sequence[str] = (),
        exclude_fields: Sequence[str] = (),
    ) -> Flow[Metafield]:
        """One metafield; one vendor call.

        Args:
            resource_id: The record it belongs to.
            metafield_id: The store's id of it.
            include_fields: Only these fields; `id` always comes.
            exclude_fields: All fields but these.

        Raises:
            NotFound: There is none that this API account may see.

        Source: BigCommerce REST reference, the operations GET /catalog/…/{id}/metafields/{metafield_id}.
        """
        query = pairs({"include_fields": include_fields, "exclude_fields": exclude_fields})
        response = yield from call(
            self.connection, self.endpoints.get, (resource_id, metafield_id), query=query
        )
        return decode(One[Metafield], response).data

    @operation
    def create(self: _OneRecord[Raw], resource_id: int, draft: MetafieldDraft) -> Flow[Metafield]:
        """The metafield just made; one vendor call.

        Args:
            resource_id: The record; it may have 250 of one API account.
            draft: With `namespace`, `key`, `value` and `permission_set`.

        Raises:
            Conflict: Namespace and key are taken.

        Source: BigCommerce REST reference, the operations POST /catalog/…/{id}/metafields.
        """
        body = body_of(draft)
        return decode(
            One[Metafield],
            (yield from call(self.connection, self.endpoints.create, (resource_id,), body=body)),
        ).data

    @operation
    def update(
        self: _OneRecord[Raw], resource_id: int, metafield_id: int, draft: MetafieldDraft
    ) -> Flow[Metafield]:
        """The metafield as it stands after the change; one vendor call.

        Args:
            resource_id: The record it belongs to.
            metafield_id: The store's id of it.
            draft: What changes.

        Raises:
            NotFound: There is none.
            AuthError: It belongs to another API account.

        Source: BigCommerce REST reference, the operations PUT /catalog/…/{id}/metafields/{metafield_id}.
        """
        response = yield from call(
            self.connection, self.endpoints.update, (resource_id, metafield_id), body=body_of(draft)
        )
        return decode(One[Metafield], response).data

    @operation
    def delete(self: _OneRecord[Raw], resource_id: int, metafield_id: int) -> Flow[None]:
        """Delete a metafield; one vendor call.

        Raises:
            NotFound: There is none.

        Source: BigCommerce REST reference, the operations DELETE /catalog/…/{id}/metafields/{metafield_id}.
        """
        yield from call(self.connection, self.endpoints.delete, (resource_id, metafield_id))


class ProductMetafields(_OneRecord[M]):
    """Metafields of products."""

    endpoints = PRODUCT

    @paged
    def list(
        self: ProductMetafields[Raw],
        cursor: str | None,
        product_id: int,
        *,
        limit: int | None = None,
        **filters: Unpack[ProductMetafieldFilters],
    ) -> Flow[Page[Metafield]]:
        """A product's metafields, page by page; one vendor call a page.

        Args:
            cursor: As for `list_all`.
            product_id: The product.
            limit: Rows on a page, 1-250; the maximum when not given.
            filters: See `ProductMetafieldFilters`.

        Source: BigCommerce REST reference, `catalog/products_catalog.v3.yml`,
        GET /catalog/products/{product_id}/metafields.
        """
        query = pairs(filters, ProductMetafieldFilters)
        return (
            yield from list_page(
                self.connection, PRODUCT.list, Metafield, cursor, ids=(product_id,), query=query, limit=limit
            )
        )


class CategoryMetafields(_OneRecord[M]):
    """Metafields of categories."""

    endpoints = CATEGORY

    @paged
    def list(
        self: CategoryMetafields[Raw],
        cursor: str | None,
        category_id: int,
        *,
        limit: int | None = None,
        **filters: Unpack[CategoryMetafieldFilters],
    ) -> Flow[Page[Metafield]]:
        """A category's metafields, page by page; one vendor call a page.

        Args:
            cursor: As for `list_all`.
            category_id: The category.
            limit: Rows on a page, 1-250; the maximum when not given.
            filters: See `CategoryMetafieldFilters`.

        Source: BigCommerce REST reference, `catalog/categories_catalog.v3.yml`,
        GET /catalog/categories/{category_id}/metafields.
        """
        query = pairs(filters, CategoryMetafieldFilters)
        return (
            yield from list_page(
                self.connection,
                CATEGORY.list,
                Metafield,
                cursor,
                ids=(category_id,),
                query=query,
                limit=limit,
            )
        )


class BrandMetafields(_OneRecord[M]):
    """Metafields of brands."""

    endpoints = BRAND

    @paged
    def list(
        self: BrandMetafields[Raw],
        cursor: str | None,
        brand_id: int,
        *,
        limit: int | None = None,
        **filters: Unpack[BrandMetafieldFilters],
    ) -> Flow[Page[Metafield]]:
        """A brand's metafields, page by page; one vendor call a page.

        Args:
            cursor: As for `list_all`.
            brand_id: The brand.
            limit: Rows on a page, 1-250; the maximum when not given.
            filters: See `BrandMetafieldFilters`.

        Source: BigCommerce REST reference, `catalog/brands_catalog.v3.yml`,
        GET /catalog/brands/{brand_id}/metafields.
        """
        query = pairs(filters, BrandMetafieldFilters)
        return (
            yield from list_page(
                self.connection, BRAND.list, Metafield, cursor, ids=(brand_id,), query=query, limit=limit
            )
        )

"""Products: read, create, change, delete, ten at a time where the API can.

Source: BigCommerce REST reference, `catalog/products_catalog.v3.yml`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal, TypeAlias, TypedDict, Unpack

from attrs import frozen

from commerce_bridge.domain.absence import MISSING, Missing
from commerce_bridge.domain.exchange import Page
from commerce_bridge.errors import ServerFault, TransportError
from commerce_bridge.flow.effects import Flow
from commerce_bridge.flow.operation import M, Raw, operation, paged
from commerce_bridge.http.policy import Safety
from commerce_bridge.platforms.bigcommerce.batching import RowAnswer, Saved, in_pieces, split
from commerce_bridge.platforms.bigcommerce.drafts.body import body_of
from commerce_bridge.platforms.bigcommerce.drafts.product import ProductDraft
from commerce_bridge.platforms.bigcommerce.endpoint import Endpoint, StoreResource, call
from commerce_bridge.platforms.bigcommerce.limits import (
    PAGE_MAX_WITH_OPTIONS,
    PRODUCT_DELETE_ROWS,
    PRODUCT_ROWS,
)
from commerce_bridge.platforms.bigcommerce.paging import list_page
from commerce_bridge.platforms.bigcommerce.query import pairs
from commerce_bridge.platforms.bigcommerce.rows import answers_by_id, saved_one
from commerce_bridge.platforms.bigcommerce.wire.base import One, decode
from commerce_bridge.platforms.bigcommerce.wire.product import CatalogSummary, Product
from commerce_bridge.platforms.bigcommerce.wire.variant import Variant

LIST = Endpoint("GET", "/v3/catalog/products", "products.list")
CREATE = Endpoint("POST", "/v3/catalog/products", "products.create")
UPDATE_BATCH = Endpoint("PUT", "/v3/catalog/products", "products.update_batch")
DELETE_WHERE = Endpoint("DELETE", "/v3/catalog/products", "products.delete_where")
GET = Endpoint("GET", "/v3/catalog/products/{product_id}", "products.get")
UPDATE = Endpoint("PUT", "/v3/catalog/products/{product_id}", "products.update")
DELETE = Endpoint("DELETE", "/v3/catalog/products/{product_id}", "products.delete")
SUMMARY = Endpoint("GET", "/v3/catalog/summary", "products.summary")

Include: TypeAlias = Literal[
    "bulk_pricing_rules", "channels", "custom_fields", "images", "modifiers", "options",
    "parent_relations", "primary_image", "reviews", "variants", "videos",
]  # fmt: skip
ProductType: TypeAlias = Literal["physical", "digital"]
_ADDING = ("custom_fields", "bulk_pricing_rules", "images", "videos")


class ProductDeleteFilters(TypedDict, total=False):
    """Which products are deleted; at least one filter.

    `is_featured` is 0 or 1 here, as the vendor has it; datetimes are aware.
    """

    id_in: Sequence[int]
    name: str
    sku: str
    price: Decimal
    weight: Decimal
    condition: Literal["new", "used", "refurbished"]
    brand_id: int
    date_modified: datetime
    date_last_imported: datetime
    is_visible: bool
    is_featured: Literal[0, 1]
    inventory_level: int
    total_sold: int
    type: ProductType
    categories: int
    keyword: str


class ProductFilters(ProductDeleteFilters, total=False):
    """Which products are listed, and in what order.

    `sku` and `sku_in` match a product's main SKU only (see `find_by_sku`); `categories` misses products
    in more than one category, and `categories_in` wants a product in *all* of those listed.
    """

    id: int
    id_not_in: Sequence[int]
    id_min: int
    id_max: int
    id_greater: int
    id_less: int
    channel_id_in: Sequence[int]
    categories_in: Sequence[int]
    mpn: str
    upc: str
    sku_in: Sequence[str]
    date_modified_min: datetime
    date_modified_max: datetime
    date_last_imported_min: datetime
    date_last_imported_max: datetime
    date_last_imported_not: datetime
    is_free_shipping: Literal[0, 1]
    inventory_level_in: Sequence[int]
    inventory_level_not_in: Sequence[int]
    inventory_level_min: int
    inventory_level_max: int
    inventory_level_greater: int
    inventory_level_less: int
    inventory_low: Literal[0, 1]
    out_of_stock: Literal[0, 1]
    keyword_context: Literal["shopper", "merchant"]
    availability: Literal["available", "disabled", "preorder"]
    sort: Literal[
        "id", "name", "sku", "price", "date_modified", "date_last_imported", "inventory_level",
        "is_visible", "total_sold", "calculated_price",
    ]  # fmt: skip
    direction: Literal["asc", "desc"]


@frozen(kw_only=True)
class SkuMatch:
    """What bears a SKU.

    Args:
        product: The product.
        variant: Its variant with this SKU; None when the product's main SKU matched.
    """

    product: Product
    variant: Variant | None = None


class Products(StoreResource[M]):
    """Products of a store."""

    @paged
    def list(
        self: Products[Raw],
        cursor: str | None,
        *,
        include: Sequence[Include] = (),
        include_fields: Sequence[str] = (),
        exclude_fields: Sequence[str] = (),
        limit: int | None = None,
        **filters: Unpack[ProductFilters],
    ) -> Flow[Page[Product]]:
        """Products, page by page.

        For a delta read use ``date_modified_min=…, sort="date_modified", direction="asc"``; deletions are
        not reported.  Page numbers over a changing set skip or repeat rows: overlap windows, or page by
        `id_greater`.

        Args:
            cursor: Where to go on; None for the first page.
            include: Sub-resources to come with each product; with ``options`` or ``modifiers`` a page
                holds 10.
            include_fields: Only these fields; `id` always comes.
            exclude_fields: All fields but these.
            limit: Rows on a page, 1-250; the maximum when not given.
            filters: See `ProductFilters`.

        Returns:
            Products; one vendor call a page.

        Raises:
            RejectedRecord: A filter that the API does not take.

        Source: BigCommerce REST reference, `catalog/products_catalog.v3.yml`, GET /catalog/products.
        """
        query = pairs(
            filters,
            ProductFilters,
            include=include,
            include_fields=include_fields,
            exclude_fields=exclude_fields,
        )
        most = PAGE_MAX_WITH_OPTIONS if {"options", "modifiers"} & set(include) else None
        return (
            yield from list_page(self.connection, LIST, Product, cursor, query=query, limit=limit, most=most)
        )

    @operation
    def get(
        self: Products[Raw],
        product_id: int,
        *,
        include: Sequence[Include] = (),
        include_fields: Sequence[str] = (),
        exclude_fields: Sequence[str] = (),
    ) -> Flow[Product]:
        """The product with this id; one vendor call.

        Args:
            product_id: The store's id of it.
            include: Sub-resources to come with it.
            include_fields: Only these fields; `id` always comes.
            exclude_fields: All fields but these.

        Raises:
            NotFound: There is none.

        Source: BigCommerce REST reference, `catalog/products_catalog.v3.yml`, GET /catalog/products/{product_id}.
        """
        query = _shape(include, include_fields, exclude_fields)
        return decode(One[Product], (yield from call(self.connection, GET, (product_id,), query=query))).data

    @operation
    def get_many(
        self: Products[Raw], product_ids: Sequence[int], *, include: Sequence[Include] = ()
    ) -> Flow[tuple[Product, ...]]:
        """The products with these ids, in no promised order; those that are gone are left out.

        One vendor call for each 50 ids (for each 10 with ``options`` or ``modifiers``).

        Args:
            product_ids: The store's ids.
            include: Sub-resources to come with each.

        Source: BigCommerce REST reference, `catalog/products_catalog.v3.yml`, GET /catalog/products.
        """
        capped = bool({"options", "modifiers"} & set(include))
        most = min(
            self.connection.limits.ids_in_filter, PAGE_MAX_WITH_OPTIONS if capped else PRODUCT_DELETE_ROWS
        )
        found: dict[int, Product] = {}
        for some in split(tuple(dict.fromkeys(product_ids)), most):
            cursor: str | None = None
            while True:
                page = yield from self.list(cursor, include=include, id_in=some)
                found.update((product.id, product) for product in page.items)
                if (cursor := page.next) is None:
                    break
        return tuple(found.values())

    @operation
    def create(
        self: Products[Raw], draft: ProductDraft, *, include_fields: Sequence[str] = ()
    ) -> Flow[Saved[Product]]:
        """The product just made, and what of it did not take hold; one vendor call.

        A new product may be on no channel: assign it (`channel_assignments`), or nobody can buy it.
        Not sent again when its answer is lost: look for the SKU or the name first (`upsert_by_sku` does).

        Args:
            draft: The product; `name`, `type`, `weight` and `price` are needed.
            include_fields: Only these fields come back.

        Raises:
            Conflict: Name, SKU or address is taken, or a category, brand or tax class does not exist.
            RejectedRecord: A field is not acceptable; `fields` says which.

        Source: BigCommerce REST reference, `catalog/products_catalog.v3.yml`, POST /catalog/products.
        """
        query = pairs({"include_fields": include_fields})
        response = yield from call(self.connection, CREATE, query=query, body=body_of(draft))
        return saved_one(Product, response)

    @operation
    def update(
        self: Products[Raw],
        product_id: int,
        draft: ProductDraft,
        *,
        include: Sequence[Include] = (),
        include_fields: Sequence[str] = (),
    ) -> Flow[Saved[Product]]:
        """The product as it stands after the change, and what of it did not take hold; one vendor call.

        Only the fields given are sent.  `categories` replaces those there.  A draft that adds rows (an
        image or custom field without id) is sent once only, since sending it twice would add twice.

        Args:
            product_id: The store's id.
            draft: What changes; variants are changed by `variants`.
            include: Sub-resources to come back with it.
            include_fields: Only these fields come back.

        Raises:
            NotFound: There is no such product.
            Conflict: Name or SKU is taken, or something referred to does not exist.
            RejectedRecord: A field is not acceptable.

        Source: BigCommerce REST reference, `catalog/products_catalog.v3.yml`, PUT /catalog/products/{product_id}.
        """
        query = pairs({"include": include, "include_fields": include_fields})
        response = yield from call(
            self.connection,
            UPDATE,
            (product_id,),
            query=query,
            body=change_body(draft),
            safety=_safety(draft),
        )
        return saved_one(Product, response)

    @operation
    def update_batch(
        self: Products[Raw], rows: Sequence[tuple[int, ProductDraft]], *, include_fields: Sequence[str] = ()
    ) -> Flow[tuple[RowAnswer[Product], ...]]:
        """What became of each row, in order; one vendor call for each 10 rows, more when rows are refused.

        Args:
            rows: Product id and what changes; an id may stand once.
            include_fields: Only these fields come back.

        Returns:
            `Saved`, `Failed` or `Unknown` for each row.

        Raises:
            AuthError: Credentials or scope, before anything was saved; likewise other errors that every
                row would meet.

        Source: BigCommerce REST reference, `catalog/products_catalog.v3.yml`, PUT /catalog/products.
        """
        query = pairs({"include_fields": include_fields})
        adding = any(_safety(draft) is Safety.ONCE for _, draft in rows)

        def send(piece: Sequence[tuple[int, ProductDraft]]) -> Flow[Sequence[RowAnswer[Product] | None]]:
            body = [{"id": number, **change_body(draft)} for number, draft in piece]
            response = yield from call(
                self.connection, UPDATE_BATCH, query=query, body=body, safety=Safety.ONCE if adding else None
            )
            ids = [number for number, _ in piece]
            return answers_by_id(Product, response, ids, lambda product: product.id, UPDATE_BATCH)

        return (yield from in_pieces(rows, PRODUCT_ROWS, send))

    @operation
    def delete(self: Products[Raw], product_id: int) -> Flow[None]:
        """Delete a product with its variants, images and metafields; one vendor call.

        Source: BigCommerce REST reference, `catalog/products_catalog.v3.yml`, DELETE /catalog/products/{product_id}.
        """
        yield from call(self.connection, DELETE, (product_id,))

    @operation
    def delete_where(self: Products[Raw], **filters: Unpack[ProductDeleteFilters]) -> Flow[None]:
        """Delete the products that all filters match, at most 250; one vendor call.

        Args:
            filters: See `ProductDeleteFilters`.

        Raises:
            GuardRail: No filter was given; nothing was sent.

        Source: BigCommerce REST reference, `catalog/products_catalog.v3.yml`, DELETE /catalog/products.
        """
        yield from call(self.connection, DELETE_WHERE, query=pairs(filters, ProductDeleteFilters))

    @operation
    def summary(self: Products[Raw]) -> Flow[CatalogSummary]:
        """Counts and price range of the catalogue; one vendor call.

        Source: BigCommerce REST reference, `catalog/products_catalog.v3.yml`, GET /catalog/summary.
        """
        return decode(One[CatalogSummary], (yield from call(self.connection, SUMMARY))).data

    @operation
    def find_by_sku(
        self: Products[Raw], sku: str, *, include: Sequence[Include] = ()
    ) -> Flow[SkuMatch | None]:
        """What bears this SKU, as a product's main SKU or as a variant's; None when nothing does.

        SKUs are unique in a store whatever their case.  One vendor call when a main SKU matches, two when
        nothing does, three for a variant.

        Args:
            sku: The SKU.
            include: Sub-resources to come with the product.

        Source: BigCommerce REST reference, `catalog/products_catalog.v3.yml` (filter `sku`) and
        `catalog/product-variants_catalog.v3.yml`, GET /catalog/variants.
        """
        from commerce_bridge.platforms.bigcommerce.resources.variants import Variants

        page = yield from self.list(None, include=include, sku=sku)
        for product in page.items:
            if (product.sku or "").casefold() == sku.casefold():
                return SkuMatch(product=product)
        variants = yield from Variants(self.mode, self.connection).list_all(None, sku=sku)
        for variant in variants.items:
            if (variant.sku or "").casefold() == sku.casefold() and variant.product_id is not None:
                product = yield from self.get(variant.product_id, include=include)
                return SkuMatch(product=product, variant=variant)
        return None

    @operation
    def upsert_by_sku(self: Products[Raw], draft: ProductDraft) -> Flow[Saved[Product]]:
        """The product with the draft's SKU, made or changed so that it is as the draft says.

        A create whose answer was lost is looked for before it is tried once more.  Where the SKU is a
        variant's, its product is changed, and the SKU left out.  Two to six vendor calls.

        Args:
            draft: The product, with its `sku`; variants are sent on create only.

        Raises:
            ValueError: The draft has no SKU.
            Conflict: The name or address is taken by another product.

        Source: BigCommerce REST reference, `catalog/products_catalog.v3.yml`.
        """
        if not isinstance(draft.sku, str) or not draft.sku:
            raise ValueError("upsert_by_sku needs a draft with a sku.")
        known = yield from self.find_by_sku(draft.sku, include=())
        if known is None:
            try:
                return (yield from self.create(draft))
            except (TransportError, ServerFault):
                known = yield from self.find_by_sku(draft.sku, include=())
                if known is None:
                    return (yield from self.create(draft))
        change = body_of(draft)
        change.pop("variants", None)
        if known.variant is not None:
            change.pop("sku", None)
        response = yield from call(
            self.connection, UPDATE, (known.product.id,), body=change, safety=_safety(draft)
        )
        return saved_one(Product, response)


def change_body(draft: ProductDraft) -> dict[str, object]:
    """The body of an update.

    Raises:
        ValueError: The draft has variants, which a product's update does not take.
    """
    if draft.variants is not MISSING:
        raise ValueError("A product's update takes no variants: change them with `variants`.")
    return body_of(draft)


def _shape(
    include: Sequence[str], include_fields: Sequence[str], exclude_fields: Sequence[str]
) -> tuple[tuple[str, str], ...]:
    return pairs({"include": include, "include_fields": include_fields, "exclude_fields": exclude_fields})


def _safety(draft: ProductDraft) -> Safety | None:
    """Sent once when it adds rows, else as the verb says."""
    for name in _ADDING:
        rows: tuple[Any, ...] | Missing = getattr(draft, name)
        if not isinstance(rows, Missing) and any(row.id is MISSING for row in rows):
            return Safety.ONCE
    return None

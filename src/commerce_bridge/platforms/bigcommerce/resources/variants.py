"""Variants of products, and the image of a variant.

Source: BigCommerce REST reference, `catalog/product-variants_catalog.v3.yml`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypedDict, Unpack

from commerce_bridge.domain.absence import MISSING
from commerce_bridge.domain.exchange import Page
from commerce_bridge.flow.effects import Flow
from commerce_bridge.flow.operation import M, Raw, operation, paged
from commerce_bridge.http.policy import Safety
from commerce_bridge.platforms.bigcommerce.batching import RowAnswer, Saved, in_pieces
from commerce_bridge.platforms.bigcommerce.drafts.body import body_of
from commerce_bridge.platforms.bigcommerce.drafts.variant import VariantDraft
from commerce_bridge.platforms.bigcommerce.endpoint import Endpoint, StoreResource, call
from commerce_bridge.platforms.bigcommerce.limits import VARIANT_ROWS
from commerce_bridge.platforms.bigcommerce.multipart import Upload, form
from commerce_bridge.platforms.bigcommerce.paging import list_page
from commerce_bridge.platforms.bigcommerce.query import pairs
from commerce_bridge.platforms.bigcommerce.rows import answers_by_id, batch_refusal, saved_one
from commerce_bridge.platforms.bigcommerce.wire.base import Many, One, decode
from commerce_bridge.platforms.bigcommerce.wire.variant import Variant, VariantImage

_OF_PRODUCT = "/v3/catalog/products/{product_id}/variants"
LIST = Endpoint("GET", _OF_PRODUCT, "variants.list")
CREATE = Endpoint("POST", _OF_PRODUCT, "variants.create")
GET = Endpoint("GET", f"{_OF_PRODUCT}/{{variant_id}}", "variants.get")
UPDATE = Endpoint("PUT", f"{_OF_PRODUCT}/{{variant_id}}", "variants.update")
DELETE = Endpoint("DELETE", f"{_OF_PRODUCT}/{{variant_id}}", "variants.delete")
SET_IMAGE = Endpoint("POST", f"{_OF_PRODUCT}/{{variant_id}}/image", "variants.set_image")
LIST_ALL = Endpoint("GET", "/v3/catalog/variants", "variants.list_all")
UPDATE_BATCH = Endpoint("PUT", "/v3/catalog/variants", "variants.update_batch", results=(422,))


class VariantFilters(TypedDict, total=False):
    """Which variants of the whole store are listed."""

    id: int
    sku: str
    upc: str
    product_id_in: Sequence[int]


class Variants(StoreResource[M]):
    """Variants of a store's products."""

    @paged
    def list(
        self: Variants[Raw],
        cursor: str | None,
        product_id: int,
        *,
        include_fields: Sequence[str] = (),
        exclude_fields: Sequence[str] = (),
        limit: int | None = None,
    ) -> Flow[Page[Variant]]:
        """A product's variants, page by page; one vendor call a page.

        Args:
            cursor: Where to go on; None for the first page.
            product_id: The product.
            include_fields: Only these fields; `id` always comes.
            exclude_fields: All fields but these.
            limit: Rows on a page, 1-250; the maximum when not given.

        Source: BigCommerce REST reference, `catalog/product-variants_catalog.v3.yml`,
        GET /catalog/products/{product_id}/variants.
        """
        query = pairs({"include_fields": include_fields, "exclude_fields": exclude_fields})
        return (
            yield from list_page(
                self.connection, LIST, Variant, cursor, ids=(product_id,), query=query, limit=limit
            )
        )

    @paged
    def list_all(
        self: Variants[Raw],
        cursor: str | None,
        *,
        include_fields: Sequence[str] = (),
        exclude_fields: Sequence[str] = (),
        limit: int | None = None,
        **filters: Unpack[VariantFilters],
    ) -> Flow[Page[Variant]]:
        """Variants of the whole store, page by page; one vendor call a page.

        Args:
            cursor: Where to go on; None for the first page.
            include_fields: Only these fields; `id` always comes.
            exclude_fields: All fields but these.
            limit: Rows on a page, 1-250; the maximum when not given.
            filters: See `VariantFilters`; there is none by date.

        Source: BigCommerce REST reference, `catalog/product-variants_catalog.v3.yml`, GET /catalog/variants.
        """
        query = pairs(filters, VariantFilters, include_fields=include_fields, exclude_fields=exclude_fields)
        return (yield from list_page(self.connection, LIST_ALL, Variant, cursor, query=query, limit=limit))

    @operation
    def get(
        self: Variants[Raw],
        product_id: int,
        variant_id: int,
        *,
        include_fields: Sequence[str] = (),
        exclude_fields: Sequence[str] = (),
    ) -> Flow[Variant]:
        """One variant; one vendor call.

        Args:
            product_id: Its product.
            variant_id: The store's id of it.
            include_fields: Only these fields; `id` always comes.
            exclude_fields: All fields but these.

        Raises:
            NotFound: There is none.

        Source: BigCommerce REST reference, `catalog/product-variants_catalog.v3.yml`,
        GET /catalog/products/{product_id}/variants/{variant_id}.
        """
        query = pairs({"include_fields": include_fields, "exclude_fields": exclude_fields})
        response = yield from call(self.connection, GET, (product_id, variant_id), query=query)
        return decode(One[Variant], response).data

    @operation
    def create(self: Variants[Raw], product_id: int, draft: VariantDraft) -> Flow[Saved[Variant]]:
        """The variant just made, and what of it did not take hold; one vendor call.

        Args:
            product_id: Its product, whose options are there.
            draft: The variant; `sku` and `option_values` are needed.

        Raises:
            Conflict: The SKU or the combination of values is taken.
            RejectedRecord: A field is not acceptable, such as an empty SKU.

        Source: BigCommerce REST reference, `catalog/product-variants_catalog.v3.yml`,
        POST /catalog/products/{product_id}/variants.
        """
        response = yield from call(self.connection, CREATE, (product_id,), body=body_of(draft))
        return saved_one(Variant, response)

    @operation
    def update(
        self: Variants[Raw], product_id: int, variant_id: int, draft: VariantDraft
    ) -> Flow[Saved[Variant]]:
        """The variant as it stands after the change, and what did not take hold; one vendor call.

        Args:
            product_id: Its product.
            variant_id: The store's id of it.
            draft: What changes; `option_values` cannot.

        Raises:
            ValueError: The draft has option values.
            NotFound: There is no such variant.
            Conflict: The SKU is taken.

        Source: BigCommerce REST reference, `catalog/product-variants_catalog.v3.yml`,
        PUT /catalog/products/{product_id}/variants/{variant_id}.
        """
        response = yield from call(
            self.connection, UPDATE, (product_id, variant_id), body=_change_body(draft)
        )
        return saved_one(Variant, response)

    @operation
    def delete(self: Variants[Raw], product_id: int, variant_id: int) -> Flow[None]:
        """Delete a variant; one vendor call.

        Source: BigCommerce REST reference, `catalog/product-variants_catalog.v3.yml`,
        DELETE /catalog/products/{product_id}/variants/{variant_id}.
        """
        yield from call(self.connection, DELETE, (product_id, variant_id))

    @operation
    def set_image(
        self: Variants[Raw],
        product_id: int,
        variant_id: int,
        *,
        image_url: str | None = None,
        upload: Upload | None = None,
    ) -> Flow[VariantImage]:
        """The variant's new image, instead of its former one; one vendor call.

        Args:
            product_id: Its product.
            variant_id: The store's id of it.
            image_url: Where the store fetches it; a public address.
            upload: The file itself, at most 1 MB, instead of an address.

        Raises:
            ValueError: Both were given, or neither.
            RejectedRecord: The file is no image, or cannot be fetched.

        Source: BigCommerce REST reference, `catalog/product-variants_catalog.v3.yml`,
        POST /catalog/products/{product_id}/variants/{variant_id}/image.
        """
        if (image_url is None) == (upload is None):
            raise ValueError("A variant's image is either an address or an upload: give one of them.")
        body = {"image_url": image_url} if upload is None else form({}, upload)
        response = yield from call(self.connection, SET_IMAGE, (product_id, variant_id), body=body)
        return decode(One[VariantImage], response).data

    @operation
    def update_batch(
        self: Variants[Raw], rows: Sequence[tuple[int, VariantDraft]]
    ) -> Flow[tuple[RowAnswer[Variant], ...]]:
        """What became of each row, in order; one vendor call for each 50 rows, more when rows are refused.

        The API's refusal of a batch does not say which row it means: it is narrowed down.

        Args:
            rows: Variant id and what changes; an id may stand once.

        Returns:
            `Saved`, `Failed` or `Unknown` for each row.

        Source: BigCommerce REST reference, `catalog/product-variants_catalog.v3.yml`, PUT /catalog/variants.
        """

        def send(piece: Sequence[tuple[int, VariantDraft]]) -> Flow[Sequence[RowAnswer[Variant] | None]]:
            body = [{"id": number, **_change_body(draft)} for number, draft in piece]
            response = yield from call(self.connection, UPDATE_BATCH, body=body)
            if response.status == 422:
                raise batch_refusal(response, UPDATE_BATCH)
            ids = [number for number, _ in piece]
            return answers_by_id(Variant, response, ids, lambda variant: variant.id, UPDATE_BATCH)

        return (yield from in_pieces(rows, VARIANT_ROWS, send))

    @operation
    def create_batch(
        self: Variants[Raw], product_id: int, drafts: Sequence[VariantDraft]
    ) -> Flow[tuple[RowAnswer[Variant], ...]]:
        """What became of each new variant of a product, in order.

        One vendor call for each 50 variants where `Limits.variant_batch_creates` says that the store
        allows it (the vendor's texts differ); else one for each.

        Args:
            product_id: Their product, whose options are there.
            drafts: The variants, each with `sku` and `option_values`.

        Source: BigCommerce REST reference, `catalog/product-variants_catalog.v3.yml`, PUT /catalog/variants
        and POST /catalog/products/{product_id}/variants.
        """
        at_once = self.connection.limits.variant_batch_creates

        def send(piece: Sequence[VariantDraft]) -> Flow[Sequence[RowAnswer[Variant] | None]]:
            if not at_once:
                return [(yield from self.create(product_id, piece[0]))]
            body = [{"product_id": product_id, **body_of(draft)} for draft in piece]
            response = yield from call(self.connection, UPDATE_BATCH, body=body, safety=Safety.ONCE)
            if response.status == 422:
                raise batch_refusal(response, UPDATE_BATCH)
            made = {
                (variant.sku or "").casefold(): variant for variant in decode(Many[Variant], response).data
            }
            found = [made.get(str(draft.sku).casefold()) for draft in piece]
            return [None if variant is None else Saved(value=variant) for variant in found]

        return (yield from in_pieces(drafts, VARIANT_ROWS if at_once else 1, send))


def _change_body(draft: VariantDraft) -> dict[str, object]:
    if draft.option_values is not MISSING:
        raise ValueError("A variant's option values cannot change: delete it and create another.")
    return body_of(draft)

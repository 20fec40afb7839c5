"""Brands: for a publisher, usually the imprints.

Source: BigCommerce REST reference, `catalog/brands_catalog.v3.yml`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, TypedDict, Unpack

from commerce_bridge.domain.exchange import Page
from commerce_bridge.errors import Conflict, ServerFault, TransportError
from commerce_bridge.flow.effects import Flow
from commerce_bridge.flow.operation import M, Raw, every, operation, paged
from commerce_bridge.platforms.bigcommerce.batching import Saved
from commerce_bridge.platforms.bigcommerce.drafts.body import body_of
from commerce_bridge.platforms.bigcommerce.drafts.catalogue import BrandDraft
from commerce_bridge.platforms.bigcommerce.endpoint import Endpoint, StoreResource, call
from commerce_bridge.platforms.bigcommerce.multipart import Upload, form
from commerce_bridge.platforms.bigcommerce.paging import list_page
from commerce_bridge.platforms.bigcommerce.query import pairs
from commerce_bridge.platforms.bigcommerce.rows import saved_one
from commerce_bridge.platforms.bigcommerce.wire.base import One, decode
from commerce_bridge.platforms.bigcommerce.wire.catalogue import Brand, UploadedImage

_ALL = "/v3/catalog/brands"
LIST = Endpoint("GET", _ALL, "brands.list")
CREATE = Endpoint("POST", _ALL, "brands.create")
DELETE_WHERE = Endpoint("DELETE", _ALL, "brands.delete_where")
GET = Endpoint("GET", f"{_ALL}/{{brand_id}}", "brands.get")
UPDATE = Endpoint("PUT", f"{_ALL}/{{brand_id}}", "brands.update")
DELETE = Endpoint("DELETE", f"{_ALL}/{{brand_id}}", "brands.delete")
SET_IMAGE = Endpoint("POST", f"{_ALL}/{{brand_id}}/image", "brands.set_image")
DELETE_IMAGE = Endpoint("DELETE", f"{_ALL}/{{brand_id}}/image", "brands.delete_image")


class BrandFilters(TypedDict, total=False):
    """Which brands are listed, and in what order; there is no filter by date."""

    id: int
    id_in: Sequence[int]
    id_not_in: Sequence[int]
    id_min: Sequence[int]
    id_max: Sequence[int]
    id_greater: Sequence[int]
    id_less: Sequence[int]
    name: str
    name_like: str
    page_title: str
    sort: Literal["name"]
    direction: Literal["asc", "desc"]


class Brands(StoreResource[M]):
    """Brands of a store."""

    @paged
    def list(
        self: Brands[Raw],
        cursor: str | None,
        *,
        include_fields: Sequence[str] = (),
        exclude_fields: Sequence[str] = (),
        limit: int | None = None,
        **filters: Unpack[BrandFilters],
    ) -> Flow[Page[Brand]]:
        """Brands, page by page; one vendor call a page.

        Args:
            cursor: Where to go on; None for the first page.
            include_fields: Only these fields; `id` always comes.
            exclude_fields: All fields but these.
            limit: Rows on a page, 1-250; the maximum when not given.
            filters: See `BrandFilters`.

        Source: BigCommerce REST reference, `catalog/brands_catalog.v3.yml`, GET /catalog/brands.
        """
        query = pairs(filters, BrandFilters, include_fields=include_fields, exclude_fields=exclude_fields)
        return (yield from list_page(self.connection, LIST, Brand, cursor, query=query, limit=limit))

    @operation
    def get(
        self: Brands[Raw],
        brand_id: int,
        *,
        include_fields: Sequence[str] = (),
        exclude_fields: Sequence[str] = (),
    ) -> Flow[Brand]:
        """One brand; one vendor call.

        Args:
            brand_id: The store's id of it.
            include_fields: Only these fields; `id` always comes.
            exclude_fields: All fields but these.

        Raises:
            NotFound: There is none.

        Source: BigCommerce REST reference, `catalog/brands_catalog.v3.yml`, GET /catalog/brands/{brand_id}.
        """
        query = pairs({"include_fields": include_fields, "exclude_fields": exclude_fields})
        return decode(One[Brand], (yield from call(self.connection, GET, (brand_id,), query=query))).data

    @operation
    def create(self: Brands[Raw], draft: BrandDraft) -> Flow[Saved[Brand]]:
        """The brand just made, and what of it did not take hold; one vendor call.

        Args:
            draft: The brand, with its `name`.

        Raises:
            Conflict: The name is taken.

        Source: BigCommerce REST reference, `catalog/brands_catalog.v3.yml`, POST /catalog/brands.
        """
        return saved_one(Brand, (yield from call(self.connection, CREATE, body=body_of(draft))))

    @operation
    def update(self: Brands[Raw], brand_id: int, draft: BrandDraft) -> Flow[Saved[Brand]]:
        """The brand as it stands after the change, and what did not take hold; one vendor call.

        Args:
            brand_id: The store's id of it.
            draft: What changes.

        Raises:
            NotFound: There is none.
            Conflict: The name is taken.

        Source: BigCommerce REST reference, `catalog/brands_catalog.v3.yml`, PUT /catalog/brands/{brand_id}.
        """
        return saved_one(Brand, (yield from call(self.connection, UPDATE, (brand_id,), body=body_of(draft))))

    @operation
    def delete(self: Brands[Raw], brand_id: int) -> Flow[None]:
        """Delete a brand; its products stay, without one.  One vendor call.

        Raises:
            NotFound: There is none.

        Source: BigCommerce REST reference, `catalog/brands_catalog.v3.yml`, DELETE /catalog/brands/{brand_id}.
        """
        yield from call(self.connection, DELETE, (brand_id,))

    @operation
    def delete_where(self: Brands[Raw], *, name: str, page_title: str | None = None) -> Flow[None]:
        """Delete the brands with this name; one vendor call.

        Args:
            name: The name.
            page_title: And this page title.

        Raises:
            GuardRail: The name is empty; nothing was sent.

        Source: BigCommerce REST reference, `catalog/brands_catalog.v3.yml`, DELETE /catalog/brands.
        """
        query = pairs({"name": name, "page_title": page_title})
        yield from call(self.connection, DELETE_WHERE, query=query)

    @operation
    def set_image(self: Brands[Raw], brand_id: int, upload: Upload) -> Flow[UploadedImage]:
        """The brand's new image, uploaded; one vendor call.

        Args:
            brand_id: The store's id of it.
            upload: The file.

        Raises:
            RejectedRecord: The file is no image.

        Source: BigCommerce REST reference, `catalog/brands_catalog.v3.yml`, POST /catalog/brands/{brand_id}/image.
        """
        body = form({}, upload)
        return decode(
            One[UploadedImage], (yield from call(self.connection, SET_IMAGE, (brand_id,), body=body))
        ).data

    @operation
    def delete_image(self: Brands[Raw], brand_id: int) -> Flow[None]:
        """Take the image off a brand; one vendor call.

        Source: BigCommerce REST reference, `catalog/brands_catalog.v3.yml`, DELETE /catalog/brands/{brand_id}/image.
        """
        yield from call(self.connection, DELETE_IMAGE, (brand_id,))

    @operation
    def find(self: Brands[Raw], name: str) -> Flow[Brand | None]:
        """The brand with this name whatever its case, or None; one vendor call.

        Source: BigCommerce REST reference, `catalog/brands_catalog.v3.yml`, GET /catalog/brands.
        """
        page = yield from self.list(None, name=name)
        return next((one for one in page.items if (one.name or "").casefold() == name.casefold()), None)

    @operation
    def ensure(self: Brands[Raw], name: str) -> Flow[Brand]:
        """The brand with this name, made when there is none; one or two vendor calls.

        Made by somebody else in between, or with its answer lost, it is found again.

        Args:
            name: At most 255 characters.

        Source: BigCommerce REST reference, `catalog/brands_catalog.v3.yml`.
        """
        known = yield from self.find(name)
        if known is not None:
            return known
        try:
            return (yield from self.create(BrandDraft(name=name))).value
        except (Conflict, TransportError, ServerFault):
            known = yield from self._alike(name)
            if known is None:
                raise
            return known

    @operation
    def _alike(self: Brands[Raw], name: str) -> Flow[Brand | None]:
        """The brand with this name, should the filter by name mind its case where uniqueness does not."""
        found = yield from every(lambda cursor: self.list(cursor, name_like=name))
        return next((one for one in found if (one.name or "").casefold() == name.casefold()), None)

"""Images of products.

Source: BigCommerce REST reference, `catalog/products_catalog.v3.yml`.
"""

from __future__ import annotations

from collections.abc import Sequence

from commerce_bridge.domain.exchange import Page
from commerce_bridge.flow.effects import Flow
from commerce_bridge.flow.operation import M, Raw, operation, paged
from commerce_bridge.platforms.bigcommerce.drafts.body import body_of
from commerce_bridge.platforms.bigcommerce.drafts.product import ImageDraft
from commerce_bridge.platforms.bigcommerce.endpoint import Endpoint, StoreResource, call
from commerce_bridge.platforms.bigcommerce.multipart import Upload, form
from commerce_bridge.platforms.bigcommerce.paging import list_page
from commerce_bridge.platforms.bigcommerce.query import pairs
from commerce_bridge.platforms.bigcommerce.wire.base import One, decode
from commerce_bridge.platforms.bigcommerce.wire.product import Image

_ALL = "/v3/catalog/products/{product_id}/images"
LIST = Endpoint("GET", _ALL, "images.list")
CREATE = Endpoint("POST", _ALL, "images.create")
GET = Endpoint("GET", f"{_ALL}/{{image_id}}", "images.get")
UPDATE = Endpoint("PUT", f"{_ALL}/{{image_id}}", "images.update")
DELETE = Endpoint("DELETE", f"{_ALL}/{{image_id}}", "images.delete")


class Images(StoreResource[M]):
    """Images of a store's products; no event tells of their changes."""

    @paged
    def list(
        self: Images[Raw],
        cursor: str | None,
        product_id: int,
        *,
        include_fields: Sequence[str] = (),
        exclude_fields: Sequence[str] = (),
        limit: int | None = None,
    ) -> Flow[Page[Image]]:
        """A product's images, page by page; one vendor call a page.

        Args:
            cursor: Where to go on; None for the first page.
            product_id: The product.
            include_fields: Only these fields; `id` always comes.
            exclude_fields: All fields but these.
            limit: Rows on a page, 1-250; the maximum when not given.

        Source: BigCommerce REST reference, `catalog/products_catalog.v3.yml`,
        GET /catalog/products/{product_id}/images.
        """
        query = pairs({"include_fields": include_fields, "exclude_fields": exclude_fields})
        return (
            yield from list_page(
                self.connection, LIST, Image, cursor, ids=(product_id,), query=query, limit=limit
            )
        )

    @operation
    def get(
        self: Images[Raw],
        product_id: int,
        image_id: int,
        *,
        include_fields: Sequence[str] = (),
        exclude_fields: Sequence[str] = (),
    ) -> Flow[Image]:
        """One image; one vendor call.

        Args:
            product_id: Its product.
            image_id: The store's id of it.
            include_fields: Only these fields; `id` always comes.
            exclude_fields: All fields but these.

        Raises:
            NotFound: There is none.

        Source: BigCommerce REST reference, `catalog/products_catalog.v3.yml`,
        GET /catalog/products/{product_id}/images/{image_id}.
        """
        query = pairs({"include_fields": include_fields, "exclude_fields": exclude_fields})
        return decode(
            One[Image], (yield from call(self.connection, GET, (product_id, image_id), query=query))
        ).data

    @operation
    def create(
        self: Images[Raw], product_id: int, draft: ImageDraft, *, upload: Upload | None = None
    ) -> Flow[Image]:
        """The image just added; one vendor call.

        There is no checksum, so what was sent must be remembered: the file's name survives inside
        `image_file`.  Not sent again when its answer is lost: list the images first.

        Args:
            product_id: The product; it may have 1000.
            draft: The image, with `image_url` unless it is uploaded.
            upload: The file itself, at most 8 MB.

        Raises:
            ValueError: Both an address and an upload were given, or neither.
            RejectedRecord: The file is no image, or its host cannot be reached.

        Source: BigCommerce REST reference, `catalog/products_catalog.v3.yml`,
        POST /catalog/products/{product_id}/images.
        """
        if isinstance(draft.image_url, str) == (upload is not None):
            raise ValueError("An image is either an address or an upload: give one of them.")
        body = _body(draft, upload)
        return decode(One[Image], (yield from call(self.connection, CREATE, (product_id,), body=body))).data

    @operation
    def update(
        self: Images[Raw],
        product_id: int,
        image_id: int,
        draft: ImageDraft,
        *,
        upload: Upload | None = None,
    ) -> Flow[Image]:
        """The image as it stands after the change; one vendor call.

        Args:
            product_id: Its product.
            image_id: The store's id of it.
            draft: What changes; an address is fetched again and stored as a new file.
            upload: A file that takes its place.

        Raises:
            NotFound: There is none.
            RejectedRecord: The file is no image, or its host cannot be reached.

        Source: BigCommerce REST reference, `catalog/products_catalog.v3.yml`,
        PUT /catalog/products/{product_id}/images/{image_id}.
        """
        response = yield from call(self.connection, UPDATE, (product_id, image_id), body=_body(draft, upload))
        return decode(One[Image], response).data

    @operation
    def delete(self: Images[Raw], product_id: int, image_id: int) -> Flow[None]:
        """Delete an image; one vendor call.

        Source: BigCommerce REST reference, `catalog/products_catalog.v3.yml`,
        DELETE /catalog/products/{product_id}/images/{image_id}.
        """
        yield from call(self.connection, DELETE, (product_id, image_id))


def _body(draft: ImageDraft, upload: Upload | None) -> object:
    fields = body_of(draft)
    return fields if upload is None else form(fields, upload)

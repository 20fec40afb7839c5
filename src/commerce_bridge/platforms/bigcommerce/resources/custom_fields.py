"""Custom fields of products: name and value, shown to shoppers.

Source: BigCommerce REST reference, `catalog/products_catalog.v3.yml`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, TypeAlias

from commerce_bridge.domain.exchange import Page
from commerce_bridge.flow.effects import Flow
from commerce_bridge.flow.operation import M, Raw, operation, paged
from commerce_bridge.platforms.bigcommerce.endpoint import Endpoint, StoreResource, call
from commerce_bridge.platforms.bigcommerce.paging import list_page
from commerce_bridge.platforms.bigcommerce.query import pairs
from commerce_bridge.platforms.bigcommerce.wire.base import One, decode
from commerce_bridge.platforms.bigcommerce.wire.product import CustomField

_ALL = "/v3/catalog/products/{product_id}/custom-fields"
LIST = Endpoint("GET", _ALL, "custom_fields.list")
CREATE = Endpoint("POST", _ALL, "custom_fields.create")
GET = Endpoint("GET", f"{_ALL}/{{custom_field_id}}", "custom_fields.get")
UPDATE = Endpoint("PUT", f"{_ALL}/{{custom_field_id}}", "custom_fields.update")
DELETE = Endpoint("DELETE", f"{_ALL}/{{custom_field_id}}", "custom_fields.delete")

FieldName: TypeAlias = Literal["name", "value"]


class CustomFields(StoreResource[M]):
    """Custom fields of a store's products; a pair of name and value stands once on a product."""

    @paged
    def list(
        self: CustomFields[Raw],
        cursor: str | None,
        product_id: int,
        *,
        include_fields: Sequence[FieldName] = (),
        exclude_fields: Sequence[FieldName] = (),
        limit: int | None = None,
    ) -> Flow[Page[CustomField]]:
        """A product's custom fields, page by page; one vendor call a page.

        Args:
            cursor: Where to go on; None for the first page.
            product_id: The product.
            include_fields: Only these fields; `id` always comes.
            exclude_fields: All fields but these.
            limit: Rows on a page, 1-250; the maximum when not given.

        Source: BigCommerce REST reference, `catalog/products_catalog.v3.yml`,
        GET /catalog/products/{product_id}/custom-fields.
        """
        query = pairs({"include_fields": include_fields, "exclude_fields": exclude_fields})
        return (
            yield from list_page(
                self.connection, LIST, CustomField, cursor, ids=(product_id,), query=query, limit=limit
            )
        )

    @operation
    def get(
        self: CustomFields[Raw],
        product_id: int,
        custom_field_id: int,
        *,
        include_fields: Sequence[FieldName] = (),
        exclude_fields: Sequence[FieldName] = (),
    ) -> Flow[CustomField]:
        """One custom field; one vendor call.

        Args:
            product_id: Its product.
            custom_field_id: The store's id of it.
            include_fields: Only these fields; `id` always comes.
            exclude_fields: All fields but these.

        Raises:
            NotFound: There is none.

        Source: BigCommerce REST reference, `catalog/products_catalog.v3.yml`,
        GET /catalog/products/{product_id}/custom-fields/{custom_field_id}.
        """
        query = pairs({"include_fields": include_fields, "exclude_fields": exclude_fields})
        response = yield from call(self.connection, GET, (product_id, custom_field_id), query=query)
        return decode(One[CustomField], response).data

    @operation
    def create(self: CustomFields[Raw], product_id: int, *, name: str, value: str) -> Flow[CustomField]:
        """The custom field just added; one vendor call.

        Args:
            product_id: The product; it may have 200.
            name: 1-250 characters; several fields may share it.
            value: 1-250 characters.

        Raises:
            RejectedRecord: The pair is there already, or too long.

        Source: BigCommerce REST reference, `catalog/products_catalog.v3.yml`,
        POST /catalog/products/{product_id}/custom-fields.
        """
        body = {"name": name, "value": value}
        return decode(
            One[CustomField], (yield from call(self.connection, CREATE, (product_id,), body=body))
        ).data

    @operation
    def update(
        self: CustomFields[Raw],
        product_id: int,
        custom_field_id: int,
        *,
        name: str | None = None,
        value: str | None = None,
    ) -> Flow[CustomField]:
        """The custom field as it stands after the change; one vendor call.

        Args:
            product_id: Its product.
            custom_field_id: The store's id of it.
            name: The new name, or None to keep it.
            value: The new value, or None to keep it.

        Raises:
            NotFound: There is none.

        Source: BigCommerce REST reference, `catalog/products_catalog.v3.yml`,
        PUT /catalog/products/{product_id}/custom-fields/{custom_field_id}.
        """
        body = {key: text for key, text in (("name", name), ("value", value)) if text is not None}
        response = yield from call(self.connection, UPDATE, (product_id, custom_field_id), body=body)
        return decode(One[CustomField], response).data

    @operation
    def delete(self: CustomFields[Raw], product_id: int, custom_field_id: int) -> Flow[None]:
        """Delete a custom field; one vendor call.

        Source: BigCommerce REST reference, `catalog/products_catalog.v3.yml`,
        DELETE /catalog/products/{product_id}/custom-fields/{custom_field_id}.
        """
        yield from call(self.connection, DELETE, (product_id, custom_field_id))

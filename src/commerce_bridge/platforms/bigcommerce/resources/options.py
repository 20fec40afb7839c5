"""Options of products and their values.

Source: BigCommerce REST reference, `catalog/product-variant-options_catalog.v3.yml`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, TypeAlias

from commerce_bridge.domain.exchange import Page
from commerce_bridge.flow.effects import Flow
from commerce_bridge.flow.operation import M, Raw, operation, paged
from commerce_bridge.platforms.bigcommerce.drafts.body import body_of
from commerce_bridge.platforms.bigcommerce.drafts.variant import OptionDraft, OptionValueDraft
from commerce_bridge.platforms.bigcommerce.endpoint import Endpoint, StoreResource, call
from commerce_bridge.platforms.bigcommerce.paging import list_page
from commerce_bridge.platforms.bigcommerce.query import pairs
from commerce_bridge.platforms.bigcommerce.wire.base import One, decode
from commerce_bridge.platforms.bigcommerce.wire.variant import Option, OptionValue

_ALL = "/v3/catalog/products/{product_id}/options"
LIST = Endpoint("GET", _ALL, "options.list")
CREATE = Endpoint("POST", _ALL, "options.create")
GET = Endpoint("GET", f"{_ALL}/{{option_id}}", "options.get")
UPDATE = Endpoint("PUT", f"{_ALL}/{{option_id}}", "options.update")
DELETE = Endpoint("DELETE", f"{_ALL}/{{option_id}}", "options.delete")

_VALUES = f"{_ALL}/{{option_id}}/values"
LIST_VALUES = Endpoint("GET", _VALUES, "option_values.list")
CREATE_VALUE = Endpoint("POST", _VALUES, "option_values.create")
GET_VALUE = Endpoint("GET", f"{_VALUES}/{{value_id}}", "option_values.get")
UPDATE_VALUE = Endpoint("PUT", f"{_VALUES}/{{value_id}}", "option_values.update")
DELETE_VALUE = Endpoint("DELETE", f"{_VALUES}/{{value_id}}", "option_values.delete")

ValueField: TypeAlias = Literal["label", "sort_order", "value_data", "is_default"]


class Options(StoreResource[M]):
    """Options of products; making one makes no variants."""

    @paged
    def list(
        self: Options[Raw],
        cursor: str | None,
        product_id: int,
        *,
        include_fields: Sequence[str] = (),
        exclude_fields: Sequence[str] = (),
        limit: int | None = None,
    ) -> Flow[Page[Option]]:
        """A product's options with their values, page by page; one vendor call a page.

        Args:
            cursor: Where to go on; None for the first page.
            product_id: The product.
            include_fields: Only these fields; `id` always comes.
            exclude_fields: All fields but these.
            limit: Rows on a page, 1-250; the maximum when not given.

        Source: BigCommerce REST reference, `catalog/product-variant-options_catalog.v3.yml`,
        GET /catalog/products/{product_id}/options.
        """
        query = pairs({"include_fields": include_fields, "exclude_fields": exclude_fields})
        ids = (product_id,)
        return (
            yield from list_page(self.connection, LIST, Option, cursor, ids=ids, query=query, limit=limit)
        )

    @operation
    def get(
        self: Options[Raw],
        product_id: int,
        option_id: int,
        *,
        include_fields: Sequence[str] = (),
        exclude_fields: Sequence[str] = (),
    ) -> Flow[Option]:
        """One option with its values; one vendor call.

        Args:
            product_id: Its product.
            option_id: The store's id of it.
            include_fields: Only these fields; `id` always comes.
            exclude_fields: All fields but these.

        Raises:
            NotFound: There is none.

        Source: BigCommerce REST reference, `catalog/product-variant-options_catalog.v3.yml`,
        GET /catalog/products/{product_id}/options/{option_id}.
        """
        query = pairs({"include_fields": include_fields, "exclude_fields": exclude_fields})
        response = yield from call(self.connection, GET, (product_id, option_id), query=query)
        return decode(One[Option], response).data

    @operation
    def create(self: Options[Raw], product_id: int, draft: OptionDraft) -> Flow[Option]:
        """The option just made, with its values; one vendor call.

        Args:
            product_id: The product.
            draft: With `display_name`, `type` and at least one value; 250 at most.

        Raises:
            Conflict: The product has an option of this name.

        Source: BigCommerce REST reference, `catalog/product-variant-options_catalog.v3.yml`,
        POST /catalog/products/{product_id}/options.
        """
        response = yield from call(self.connection, CREATE, (product_id,), body=body_of(draft))
        return decode(One[Option], response).data

    @operation
    def update(self: Options[Raw], product_id: int, option_id: int, draft: OptionDraft) -> Flow[Option]:
        """The option as it stands after the change; one vendor call.

        Args:
            product_id: Its product.
            option_id: The store's id of it.
            draft: What changes.

        Raises:
            NotFound: There is none.

        Source: BigCommerce REST reference, `catalog/product-variant-options_catalog.v3.yml`,
        PUT /catalog/products/{product_id}/options/{option_id}.
        """
        response = yield from call(self.connection, UPDATE, (product_id, option_id), body=body_of(draft))
        return decode(One[Option], response).data

    @operation
    def delete(self: Options[Raw], product_id: int, option_id: int) -> Flow[None]:
        """Delete an option, and with it the variants that it makes; one vendor call.

        Source: BigCommerce REST reference, `catalog/product-variant-options_catalog.v3.yml`,
        DELETE /catalog/products/{product_id}/options/{option_id}.
        """
        yield from call(self.connection, DELETE, (product_id, option_id))


class OptionValues(StoreResource[M]):
    """Values of options."""

    @paged
    def list(
        self: OptionValues[Raw],
        cursor: str | None,
        product_id: int,
        option_id: int,
        *,
        include_fields: Sequence[ValueField] = (),
        exclude_fields: Sequence[ValueField] = (),
        limit: int | None = None,
    ) -> Flow[Page[OptionValue]]:
        """An option's values, page by page; one vendor call a page.

        Args:
            cursor: Where to go on; None for the first page.
            product_id: The product.
            option_id: Its option.
            include_fields: Only these fields; `id` always comes.
            exclude_fields: All fields but these.
            limit: Rows on a page, 1-250; the maximum when not given.

        Source: BigCommerce REST reference, `catalog/product-variant-options_catalog.v3.yml`,
        GET /catalog/products/{product_id}/options/{option_id}/values.
        """
        query = pairs({"include_fields": include_fields, "exclude_fields": exclude_fields})
        ids = (product_id, option_id)
        return (
            yield from list_page(
                self.connection, LIST_VALUES, OptionValue, cursor, ids=ids, query=query, limit=limit
            )
        )

    @operation
    def get(
        self: OptionValues[Raw],
        product_id: int,
        option_id: int,
        value_id: int,
        *,
        include_fields: Sequence[ValueField] = (),
        exclude_fields: Sequence[ValueField] = (),
    ) -> Flow[OptionValue]:
        """One value; one vendor call.

        Args:
            product_id: The product.
            option_id: Its option.
            value_id: The store's id of the value.
            include_fields: Only these fields; `id` always comes.
            exclude_fields: All fields but these.

        Raises:
            NotFound: There is none.

        Source: BigCommerce REST reference, `catalog/product-variant-options_catalog.v3.yml`,
        GET /catalog/products/{product_id}/options/{option_id}/values/{value_id}.
        """
        query = pairs({"include_fields": include_fields, "exclude_fields": exclude_fields})
        response = yield from call(self.connection, GET_VALUE, (product_id, option_id, value_id), query=query)
        return decode(One[OptionValue], response).data

    @operation
    def create(
        self: OptionValues[Raw], product_id: int, option_id: int, draft: OptionValueDraft
    ) -> Flow[OptionValue]:
        """The value just added; one vendor call.

        Args:
            product_id: The product.
            option_id: Its option; it may have 250 values.
            draft: With `label` and `sort_order`.

        Raises:
            RejectedRecord: The label is there already, or a field is not acceptable.

        Source: BigCommerce REST reference, `catalog/product-variant-options_catalog.v3.yml`,
        POST /catalog/products/{product_id}/options/{option_id}/values.
        """
        response = yield from call(
            self.connection, CREATE_VALUE, (product_id, option_id), body=body_of(draft)
        )
        return decode(One[OptionValue], response).data

    @operation
    def update(
        self: OptionValues[Raw], product_id: int, option_id: int, value_id: int, draft: OptionValueDraft
    ) -> Flow[OptionValue]:
        """The value as it stands after the change; one vendor call.

        Args:
            product_id: The product.
            option_id: Its option.
            value_id: The store's id of the value.
            draft: What changes.

        Raises:
            NotFound: There is none.

        Source: BigCommerce REST reference, `catalog/product-variant-options_catalog.v3.yml`,
        PUT /catalog/products/{product_id}/options/{option_id}/values/{value_id}.
        """
        response = yield from call(
            self.connection, UPDATE_VALUE, (product_id, option_id, value_id), body=body_of(draft)
        )
        return decode(One[OptionValue], response).data

    @operation
    def delete(self: OptionValues[Raw], product_id: int, option_id: int, value_id: int) -> Flow[None]:
        """Delete a value, and with it the variants that it makes; one vendor call.

        Source: BigCommerce REST reference, `catalog/product-variant-options_catalog.v3.yml`,
        DELETE /catalog/products/{product_id}/options/{option_id}/values/{value_id}.
        """
        yield from call(self.connection, DELETE_VALUE, (product_id, option_id, value_id))

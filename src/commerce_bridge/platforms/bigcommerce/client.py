"""The client of one store, in three modes.

`BigCommerceClient[M]` is the public generic name; `BigCommerce` and `AsyncBigCommerce` close over it and
add opening and closing only.  A resource's module is loaded when the resource is first used.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from types import TracebackType
from typing import TYPE_CHECKING, Any, cast

from commerce_bridge.flow.operation import Async, M, Raw, Resource, Sync, operation
from commerce_bridge.http.adapters import AsyncHttpTransport, HttpTransport
from commerce_bridge.http.opening import Surroundings, async_mode, sync_mode
from commerce_bridge.http.policy import RetryPolicy, Safety
from commerce_bridge.platforms.bigcommerce.connection import (
    BASE_URL,
    StoreConnection,
    account_of,
    connect,
    store_url,
)
from commerce_bridge.platforms.bigcommerce.limits import IN_FLIGHT, Limits, Plan

if TYPE_CHECKING:
    from commerce_bridge.flow.effects import Flow
    from commerce_bridge.flow.messages import Response
    from commerce_bridge.flow.wiring import AsyncTransport, Transport
    from commerce_bridge.platforms.bigcommerce.resources.assignments import (
        CategoryAssignments,
        ChannelAssignments,
    )
    from commerce_bridge.platforms.bigcommerce.resources.brands import Brands
    from commerce_bridge.platforms.bigcommerce.resources.categories import Categories, Trees
    from commerce_bridge.platforms.bigcommerce.resources.channels import Channels
    from commerce_bridge.platforms.bigcommerce.resources.currencies import Currencies
    from commerce_bridge.platforms.bigcommerce.resources.custom_fields import CustomFields
    from commerce_bridge.platforms.bigcommerce.resources.images import Images
    from commerce_bridge.platforms.bigcommerce.resources.metafields import (
        BrandMetafields,
        CategoryMetafields,
        ProductMetafields,
    )
    from commerce_bridge.platforms.bigcommerce.resources.options import Options, OptionValues
    from commerce_bridge.platforms.bigcommerce.resources.products import Products
    from commerce_bridge.platforms.bigcommerce.resources.redirects import Redirects
    from commerce_bridge.platforms.bigcommerce.resources.store import StoreCheck, StoreInformation
    from commerce_bridge.platforms.bigcommerce.resources.variant_metafields import VariantMetafields
    from commerce_bridge.platforms.bigcommerce.resources.variants import Variants

_ROOM = "commerce_bridge.platforms.bigcommerce.resources"


class BigCommerceClient(Resource[M]):
    """Everything a store offers, in one mode.

    Args:
        mode: Sync, async or raw.
        connection: The store.
    """

    def __init__(self, mode: M, connection: StoreConnection) -> None:
        self.mode = mode
        self.connection = connection
        self._parts: dict[tuple[type, str], Any] = {}

    @property
    def raw(self) -> BigCommerceClient[Raw]:
        """The same store in raw mode, where each call returns a flow; readers and writers work in it."""
        return cast("BigCommerceClient[Raw]", self.raw_twin())

    def _part(self, module: str, name: str) -> Any:
        """A resource in this client's mode, made once; its module is loaded here."""
        key = (type(self.mode), name)
        if key not in self._parts:
            made = getattr(importlib.import_module(f"{_ROOM}.{module}"), name)
            self._parts[key] = made(self.mode, self.connection)
        return self._parts[key]

    @property
    def products(self) -> Products[M]:
        """Products."""
        return cast("Products[M]", self._part("products", "Products"))

    @property
    def variants(self) -> Variants[M]:
        """Variants of products, and their images."""
        return cast("Variants[M]", self._part("variants", "Variants"))

    @property
    def options(self) -> Options[M]:
        """Options of products, such as *Format*."""
        return cast("Options[M]", self._part("options", "Options"))

    @property
    def option_values(self) -> OptionValues[M]:
        """Values of options."""
        return cast("OptionValues[M]", self._part("options", "OptionValues"))

    @property
    def images(self) -> Images[M]:
        """Images of products."""
        return cast("Images[M]", self._part("images", "Images"))

    @property
    def custom_fields(self) -> CustomFields[M]:
        """Custom fields of products."""
        return cast("CustomFields[M]", self._part("custom_fields", "CustomFields"))

    @property
    def product_metafields(self) -> ProductMetafields[M]:
        """Metafields of products."""
        return cast("ProductMetafields[M]", self._part("metafields", "ProductMetafields"))

    @property
    def variant_metafields(self) -> VariantMetafields[M]:
        """Metafields of variants."""
        return cast("VariantMetafields[M]", self._part("variant_metafields", "VariantMetafields"))

    @property
    def category_metafields(self) -> CategoryMetafields[M]:
        """Metafields of categories."""
        return cast("CategoryMetafields[M]", self._part("metafields", "CategoryMetafields"))

    @property
    def brand_metafields(self) -> BrandMetafields[M]:
        """Metafields of brands."""
        return cast("BrandMetafields[M]", self._part("metafields", "BrandMetafields"))

    @property
    def channel_assignments(self) -> ChannelAssignments[M]:
        """Which products are on which channels."""
        return cast("ChannelAssignments[M]", self._part("assignments", "ChannelAssignments"))

    @property
    def category_assignments(self) -> CategoryAssignments[M]:
        """Which products are in which categories."""
        return cast("CategoryAssignments[M]", self._part("assignments", "CategoryAssignments"))

    @property
    def brands(self) -> Brands[M]:
        """Brands."""
        return cast("Brands[M]", self._part("brands", "Brands"))

    @property
    def trees(self) -> Trees[M]:
        """Category trees."""
        return cast("Trees[M]", self._part("categories", "Trees"))

    @property
    def categories(self) -> Categories[M]:
        """Categories of trees."""
        return cast("Categories[M]", self._part("categories", "Categories"))

    @property
    def redirects(self) -> Redirects[M]:
        """Redirects from former addresses."""
        return cast("Redirects[M]", self._part("redirects", "Redirects"))

    @property
    def channels(self) -> Channels[M]:
        """Channels: storefronts, marketplaces, points of sale."""
        return cast("Channels[M]", self._part("channels", "Channels"))

    @property
    def currencies(self) -> Currencies[M]:
        """Currencies."""
        return cast("Currencies[M]", self._part("currencies", "Currencies"))

    @property
    def store(self) -> StoreInformation[M]:
        """The store's settings and clock."""
        return cast("StoreInformation[M]", self._part("store", "StoreInformation"))

    @operation
    def check(self: BigCommerceClient[Raw]) -> Flow[StoreCheck]:
        """What the store says of itself, and what to know before working with it; two vendor calls.

        Returns:
            The store's settings, how far its clock is from ours, its capabilities on its plan, and
            warnings to read.

        Raises:
            AuthError: The token or the store hash is wrong, or a scope is missing.

        Source: BigCommerce REST reference, `store_information.v2.yml`, GET /time and GET /store.
        """
        return (yield from self.store.check())

    @operation
    def request(
        self: BigCommerceClient[Raw],
        method: str,
        path: str,
        *,
        query: Mapping[str, object] | None = None,
        json: object = None,
        safety: Safety | None = None,
        lane: str | None = None,
        operation: str = "request",
    ) -> Flow[Response]:
        """The answer of any operation of the API; credentials, budget, retry, errors and guard rails are kept.

        Args:
            method: The verb.
            path: The path below the store, such as ``/v3/customers`` or ``/v2/orders/118``.
            query: The vendor's names to values (texts, numbers, booleans, aware datetimes, or lists of
                these, which become comma lists).
            json: The body.
            safety: What sending it twice would do; a GET only reads, a PUT or DELETE is repeatable, and
                anything else is sent once unless this says otherwise.  A PUT that adds rows (products of a
                v2 order) must say `Safety.ONCE`.
            lane: A serial lane: ``price_records`` or ``refunds``.
            operation: What is being done, for errors and events.

        Raises:
            ValueError: The path is not one of the API's.
            GuardRail: It would delete a whole collection; nothing was sent.
            RemoteError: The store refused.

        Source: BigCommerce guides, start/about and start/about/status-codes.
        """
        if not path.startswith(("/v2/", "/v3/")):
            raise ValueError(f"path {path!r}: expected one below the store, such as '/v3/customers'.")
        from commerce_bridge.platforms.bigcommerce.endpoint import ask, request_of
        from commerce_bridge.platforms.bigcommerce.query import plain_pairs

        request = request_of(method.upper(), path, plain_pairs(query or {}), json)
        return (yield from ask(self.connection, request, operation, safety=safety, lane=lane))


class BigCommerce(BigCommerceClient[Sync]):
    """A store, with calls that return their results.

    Args:
        store_hash: The store's hash, as in its API path.
        access_token: The token of a store-level or app-level API account.
        base_url: Where the API is.
        plan: The store's plan; it sets the quota until the first answer tells it.
        quota: Requests in 30 s, where it differs from the plan's.
        in_flight: Requests under way at once.
        limits: Batch and page sizes that the vendor leaves open.
        retry: How patient to be.
        timeout_s: Seconds to wait for one answer.
        transport: Carries requests, instead of an HTTP library.
        library: ``httpx`` or ``httpx2``; loaded at the first call.
        surroundings: Clock, budgets, randomness and subscribers.

    Source: BigCommerce guides, start/authentication/api-accounts and start/about.
    """

    def __init__(
        self,
        *,
        store_hash: str,
        access_token: str,
        base_url: str = BASE_URL,
        plan: Plan = "standard",
        quota: int | None = None,
        in_flight: int = IN_FLIGHT,
        limits: Limits | None = None,
        retry: RetryPolicy | None = None,
        timeout_s: float = 30.0,
        transport: Transport | None = None,
        library: str = "httpx",
        surroundings: Surroundings | None = None,
    ) -> None:
        connection = connect(
            store_hash=store_hash,
            access_token=access_token,
            plan=plan,
            quota=quota,
            in_flight=in_flight,
            limits=limits,
            retry=retry,
            timeout_s=timeout_s,
        )
        self._transport = transport or HttpTransport(store_url(base_url, store_hash), library=library)
        super().__init__(sync_mode(account_of(store_hash), self._transport, surroundings), connection)

    def close(self) -> None:
        """Close the connections; closing twice is harmless."""
        self._transport.close()

    def __enter__(self) -> BigCommerce:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<BigCommerce {self.connection.account}>"


class AsyncBigCommerce(BigCommerceClient[Async]):
    """A store, with calls that are awaited.

    Args:
        store_hash: The store's hash, as in its API path.
        access_token: The token of a store-level or app-level API account.
        base_url: Where the API is.
        plan: The store's plan; it sets the quota until the first answer tells it.
        quota: Requests in 30 s, where it differs from the plan's.
        in_flight: Requests under way at once.
        limits: Batch and page sizes that the vendor leaves open.
        retry: How patient to be.
        timeout_s: Seconds to wait for one answer.
        transport: Carries requests, instead of an HTTP library.
        library: ``httpx`` or ``httpx2``; loaded at the first call.
        surroundings: Clock, budgets, randomness and subscribers.

    Source: BigCommerce guides, start/authentication/api-accounts and start/about.
    """

    def __init__(
        self,
        *,
        store_hash: str,
        access_token: str,
        base_url: str = BASE_URL,
        plan: Plan = "standard",
        quota: int | None = None,
        in_flight: int = IN_FLIGHT,
        limits: Limits | None = None,
        retry: RetryPolicy | None = None,
        timeout_s: float = 30.0,
        transport: AsyncTransport | None = None,
        library: str = "httpx",
        surroundings: Surroundings | None = None,
    ) -> None:
        connection = connect(
            store_hash=store_hash,
            access_token=access_token,
            plan=plan,
            quota=quota,
            in_flight=in_flight,
            limits=limits,
            retry=retry,
            timeout_s=timeout_s,
        )
        self._transport = transport or AsyncHttpTransport(store_url(base_url, store_hash), library=library)
        super().__init__(async_mode(account_of(store_hash), self._transport, surroundings), connection)

    async def aclose(self) -> None:
        """Close the connections; closing twice is harmless."""
        await self._transport.close()

    async def __aenter__(self) -> AsyncBigCommerce:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    def __repr__(self) -> str:
        return f"<AsyncBigCommerce {self.connection.account}>"

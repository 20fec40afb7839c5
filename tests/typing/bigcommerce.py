"""Checked, never run: one store in three modes."""

from __future__ import annotations

from collections.abc import Awaitable
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, assert_type

from commerce_bridge.flow.effects import Flow
from commerce_bridge.flow.operation import AsyncPages, Pages, Raw
from commerce_bridge.platforms.bigcommerce import (
    AsyncBigCommerce,
    BigCommerce,
    BigCommerceClient,
    Failed,
    ProductDraft,
    Saved,
    Unknown,
)

if TYPE_CHECKING:
    from commerce_bridge.domain.exchange import Page
    from commerce_bridge.flow.messages import Response
    from commerce_bridge.platforms.bigcommerce.resources.products import Products
    from commerce_bridge.platforms.bigcommerce.wire.product import Product


def sync_face(store: BigCommerce) -> None:
    assert_type(store.products.get(1), Product)
    assert_type(store.products.get(1).price, Decimal | None)
    assert_type(store.products.list(date_modified_min=datetime.now(UTC), include=["images"]), Pages[Product])
    assert_type(store.request("GET", "/v2/store"), Response)
    for answer in store.products.update_batch([(1, ProductDraft(price=Decimal(1)))]):
        match answer:
            case Saved(value=product):
                assert_type(product, Product)
            case Failed(error=error) | Unknown(error=error):
                assert_type(error.hint, str)
    store.products.get("1")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    store.products.list(colour="red")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    store.products.list(sort="colour")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    store.products.list(include=["colours"])  # type: ignore[list-item]  # pyright: ignore[reportArgumentType]
    ProductDraft(price=1.5)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


async def async_face(store: AsyncBigCommerce) -> None:
    assert_type(store.products.get(1), Awaitable[Product])
    assert_type(store.products.list(), AsyncPages[Product])


def raw_face(store: BigCommerceClient[Any]) -> Flow[None]:
    raw = store.raw
    assert_type(raw, BigCommerceClient[Raw])
    assert_type(raw.products, Products[Raw])
    page = yield from raw.products.list(None, sku_in=["9780000000019"])
    assert_type(page, Page[Product])


def mixed(store: AsyncBigCommerce) -> Product:
    return store.products.get(1)  # type: ignore[return-value]  # pyright: ignore[reportReturnType]

"""Addresses on the wire: what products and brands have in common.

Source: BigCommerce REST reference, `catalog/products_catalog.v3.yml`, `catalog/brands_catalog.v3.yml`.
"""

from __future__ import annotations

from commerce_bridge.platforms.bigcommerce.wire.base import Wire


class CustomUrl(Wire):
    """The address of a product or a brand."""

    url: str | None = None
    is_customized: bool | None = None
    create_redirect: bool | None = None

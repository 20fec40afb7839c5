"""The store, its clock, its currencies and channels on the wire.

Source: BigCommerce REST reference, `store_information.v2.yml`, `currencies.v2.yml`, `channels.v3.yml`.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from pydantic import Field

from commerce_bridge.platforms.bigcommerce.wire.base import Instant, Wire


class Time(Wire):
    """The store's clock, in seconds since 1970."""

    time: int


class TimeZone(Wire):
    """The store's time zone; offsets in seconds."""

    name: str | None = None
    raw_offset: int | None = None
    dst_offset: int | None = None
    dst_correction: bool | None = None
    date_format: dict[str, Any] | None = None


class Features(Wire):
    """What is switched on in the store."""

    stencil_enabled: bool | None = None
    sitewidehttps_enabled: bool | None = None
    facebook_catalog_id: str | None = None
    checkout_type: str | None = None
    wishlists_enabled: bool | None = None
    graphql_storefront_api_enabled: bool | None = None
    shopper_consent_tracking_enabled: bool | None = None
    multi_storefront_enabled: bool | None = None
    storefront_limits: dict[str, Any] | None = None


class Store(Wire):
    """The store's settings: units, default currency, tax entry, plan; its owner's data are not shown."""

    id: str | None = None
    account_uuid: str | None = None
    store_id: int | None = None
    name: str | None = None
    status: str | None = None
    domain: str | None = None
    secure_url: str | None = None
    control_panel_base_url: str | None = None
    first_name: str | None = Field(default=None, repr=False)
    last_name: str | None = Field(default=None, repr=False)
    address: str | None = Field(default=None, repr=False)
    country: str | None = None
    country_code: str | None = None
    infrastructure_region: str | None = None
    phone: str | None = Field(default=None, repr=False)
    admin_email: str | None = Field(default=None, repr=False)
    order_email: str | None = Field(default=None, repr=False)
    favicon_url: str | None = None
    timezone: TimeZone | None = None
    language: str | None = None
    currency: str | None = None
    currency_symbol: str | None = None
    currency_symbol_location: str | None = None
    decimal_separator: str | None = None
    thousands_separator: str | None = None
    decimal_places: int | None = None
    weight_units: str | None = None
    dimension_units: str | None = None
    dimension_decimal_places: int | None = None
    dimension_decimal_token: str | None = None
    dimension_thousands_token: str | None = None
    plan_name: str | None = None
    plan_level: str | None = None
    plan_is_trial: bool | None = None
    industry: str | None = None
    logo: dict[str, Any] | list[Any] | None = None
    is_price_entered_with_tax: bool | None = None
    default_channel_id: int | None = None
    default_site_id: int | None = None
    active_comparison_modules: Any = None
    features: Features | None = None


class Currency(Wire):
    """A currency of the store."""

    id: int
    currency_code: str | None = None
    name: str | None = None
    is_default: bool | None = None
    is_transactional: bool | None = None
    enabled: bool | None = None
    currency_exchange_rate: Decimal | None = None
    auto_update: bool | None = None
    country_iso2: str | None = None
    default_for_country_codes: tuple[str, ...] | None = None
    token: str | None = None
    token_location: str | None = None
    decimal_token: str | None = None
    thousands_token: str | None = None
    decimal_places: int | None = None
    use_default_name: bool | None = None
    last_updated: Instant = None


class CurrencyAssignment(Wire):
    """The currencies of a channel."""

    channel_id: int | None = None
    enabled_currencies: tuple[str, ...] | None = None
    default_currency: str | None = None


class Channel(Wire):
    """A channel: a storefront, a marketplace, a point of sale, marketing."""

    id: int
    name: str | None = None
    type: str | None = None
    platform: str | None = None
    status: str | None = None
    external_id: str | None = None
    is_listable_from_ui: bool | None = None
    is_enabled: bool | None = None
    is_visible: bool | None = None
    icon_url: str | None = None
    currencies: CurrencyAssignment | None = None
    date_created: Instant = None
    date_modified: Instant = None

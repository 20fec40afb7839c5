"""What v2 says of the store: its clock, its facts, its currencies."""

from __future__ import annotations

from .call import Call, Route
from .paging import v2_page
from .wire import Answer, Row, refuse

SCOPE = "store_v2_information"

_SIGNS = {"GBP": "£", "EUR": "€", "USD": "$", "CAD": "$", "AUD": "$"}


def sign(code: str) -> str:
    """The sign of a currency, or its code."""
    return _SIGNS.get(code, code)


def get_time(call: Call) -> Answer:
    """`GET /v2/time`."""
    return Answer(body={"time": int(call.now.timestamp())})


_FEATURES: Row = {
    "stencil_enabled": True,
    "sitewidehttps_enabled": True,
    "facebook_catalog_id": "",
    "checkout_type": "optimized",
    "wishlists_enabled": True,
    "graphql_storefront_api_enabled": True,
    "shopper_consent_tracking_enabled": False,
    "multi_storefront_enabled": True,
    "storefront_limits": {"active": 3, "total_including_inactive": 5},
}
_TIMEZONE: Row = {
    "name": "Europe/London",
    "raw_offset": 0,
    "dst_offset": 3600,
    "dst_correction": True,
    "date_format": {"display": "jS M Y", "export": "jS M Y", "extended_display": "jS M Y @ g:i A"},
}
_FACTS: Row = {
    "account_uuid": "6f1c0e6e-3f0a-5d6b-9a0e-2f4b7c1d8e90",
    "status": "live",
    "name": "Harbour Books",
    "first_name": "Shop",
    "last_name": "Keeper",
    "address": "1 Quay Street",
    "country": "United Kingdom",
    "country_code": "GB",
    "infrastructure_region": "europe-west1",
    "phone": "",
    "admin_email": "shop@harbour.example",
    "order_email": "orders@harbour.example",
    "favicon_url": "",
    "timezone": _TIMEZONE,
    "language": "en",
    "decimal_separator": ".",
    "thousands_separator": ",",
    "decimal_places": 2,
    "currency_symbol_location": "left",
    "dimension_decimal_places": 2,
    "dimension_decimal_token": ".",
    "dimension_thousands_token": ",",
    "plan_is_trial": False,
    "industry": "Books",
    "logo": [],
    "store_id": 100_001,
    "default_channel_id": 1,
    "default_site_id": 1000,
    "active_comparison_modules": [],
    "features": _FEATURES,
}
"""What no switch changes.  Source: BigCommerce REST reference, `store_information.v2.yml`."""


def get_store(call: Call) -> Answer:
    """`GET /v2/store`."""
    settings = call.settings
    domain = f"store-{settings.store_hash}.bigcommerce.example"
    switched: Row = {
        "id": settings.store_hash,
        "domain": domain,
        "secure_url": f"https://{domain}",
        "control_panel_base_url": f"https://{domain}",
        "currency": settings.currency,
        "currency_symbol": sign(settings.currency),
        "weight_units": settings.weight_units,
        "dimension_units": settings.dimension_units,
        "plan_name": settings.plan_level,
        "plan_level": settings.plan_level,
        "is_price_entered_with_tax": settings.tax_entry == "inclusive",
    }
    return Answer(body={**_FACTS, **switched})


def list_currencies(call: Call) -> Answer:
    """`GET /v2/currencies`: a bare array."""
    rows = [call.store.currencies[number] for number in sorted(call.store.currencies)]
    return v2_page(call, rows, dict)


def get_currency(call: Call) -> Answer:
    """`GET /v2/currencies/{currency_id}`: a bare object."""
    currency = call.store.currencies.get(call.ids["currency_id"])
    if currency is None:
        raise refuse(404, "The requested resource was not found.")
    return Answer(body=dict(currency))


ROUTES = (
    Route(method="GET", path="/v2/currencies", run=list_currencies, scope=SCOPE),
    Route(method="GET", path="/v2/currencies/{currency_id}", run=get_currency, scope=SCOPE),
    Route(method="GET", path="/v2/time", run=get_time, scope=None),
    Route(method="GET", path="/v2/store", run=get_store, scope=SCOPE),
)

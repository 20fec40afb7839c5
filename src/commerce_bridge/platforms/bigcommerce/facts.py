"""What a store says of itself: currency, units, tax setting, country, channel, plan."""

from __future__ import annotations

import json
from typing import Any

from attrs import frozen

from commerce_bridge.domain.money import TaxBasis
from commerce_bridge.errors import DecodeError
from commerce_bridge.flow.effects import Flow
from commerce_bridge.platforms.bigcommerce.client import BigCommerceClient


@frozen(kw_only=True)
class StoreFacts:
    """The settings of a store that mapping and writing depend on.

    Args:
        name: The store's name.
        currency: The default currency, ISO 4217; all catalogue prices are in it.
        tax_basis: Whether prices are entered with tax.
        weight_unit: The store's word, such as ``KGS``, ``Grams``, ``Ounces`` or ``LBS``.
        length_unit: The store's word, such as ``Centimeters`` or ``Inches``.
        country: ISO 3166-1 alpha-2 code, or None when the store does not say.
        time_zone: IANA name, or None.
        channel: The default channel's id, as text.
        plan: The plan's name, or None.
        multi_storefront: Whether more storefronts may be opened.
    """

    name: str
    currency: str
    tax_basis: TaxBasis
    weight_unit: str
    length_unit: str
    country: str | None
    time_zone: str | None
    channel: str
    plan: str | None
    multi_storefront: bool


def read_facts(client: BigCommerceClient[Any]) -> Flow[StoreFacts]:
    """The facts of a store.

    Raises:
        DecodeError: The answer lacks what every store has.

    Cost: one call.

    Source: BigCommerce REST reference, `store_information.v2.yml`, `GET /store`.
    """
    response = yield from client.raw.request("GET", "/v2/store")
    try:
        return _facts(json.loads(response.body))
    except (KeyError, TypeError, ValueError) as error:
        raise DecodeError(
            "Reading the store's settings: a member every store has is missing.",
            path="$",
            expected="currency, weight_units, dimension_units",
            got=f"{type(error).__name__} {error}",
        ) from error


def _facts(body: Any) -> StoreFacts:
    zone: Any = body.get("timezone") or {}
    features: Any = body.get("features") or {}
    return StoreFacts(
        name=str(body.get("name") or ""),
        currency=str(body["currency"]).upper(),
        tax_basis=TaxBasis.INCLUSIVE if body.get("is_price_entered_with_tax") else TaxBasis.EXCLUSIVE,
        weight_unit=str(body["weight_units"]),
        length_unit=str(body["dimension_units"]),
        country=str(body["country_code"]).upper() if body.get("country_code") else None,
        time_zone=str(zone["name"]) if zone.get("name") else None,
        channel=str(body.get("default_channel_id") or 1),
        plan=str(body["plan_level"]) if body.get("plan_level") else None,
        multi_storefront=bool(features.get("multi_storefront_enabled")),
    )

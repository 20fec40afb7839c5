"""Customers.  **Provisional**: the shape may change while the first customer promises are built."""

from __future__ import annotations

from attrs import field, frozen

from commerce_bridge.domain.exchange import Ref


@frozen(kw_only=True)
class Customer:
    """Somebody who buys; all of it is personal data and stays out of logs.

    Args:
        ref: The platform's name of them.
        email: Address, or None.
        name: As displayed, or None.
        country: ISO 3166-1 code, or None.
    """

    ref: Ref
    email: str | None = field(default=None, repr=False)
    name: str | None = field(default=None, repr=False)
    country: str | None = None

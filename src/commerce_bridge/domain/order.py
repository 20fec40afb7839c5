"""Orders.  **Provisional**: the shape may change while the first order promises are built."""

from __future__ import annotations

from datetime import datetime

from attrs import field, frozen

from commerce_bridge.domain.exchange import Ref
from commerce_bridge.domain.money import Money, Tax


@frozen(kw_only=True)
class OrderLine:
    """One line of an order.

    Args:
        ref: The platform's name of the line.
        sku: The stock-keeping unit sold, or None for something that has none.
        quantity: How many, 1 or more.
        quantity_returned: How many came back, 0 or more.
        total: What was paid for the whole line.
        tax: Whether `total` contains tax.
    """

    ref: Ref
    sku: str | None
    quantity: int
    total: Money
    quantity_returned: int = 0
    tax: Tax = field(factory=Tax)


@frozen(kw_only=True)
class Order:
    """An order as a platform shows it.

    Args:
        ref: The platform's name of it.
        placed_at: When it was placed.
        changed_at: When it last changed.
        status: The platform's word for its status.
        total: What was paid.
        lines: What was bought.
        ships_to: ISO 3166-1 country it ships to, or None.
        customer: The platform's name of the customer, or None for a guest.
    """

    ref: Ref
    placed_at: datetime
    changed_at: datetime
    status: str
    total: Money
    lines: tuple[OrderLine, ...] = ()
    ships_to: str | None = None
    customer: Ref | None = field(default=None)

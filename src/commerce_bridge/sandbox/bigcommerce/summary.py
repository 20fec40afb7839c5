"""The catalogue in a few numbers."""

from __future__ import annotations

from collections import Counter

from .call import Call, Route
from .check import four_places
from .variant_rows import variant_price
from .wire import Answer, Row, ok


def _primary(call: Call) -> tuple[int, str]:
    """The category with the most products, the lowest id among equals."""
    counts = Counter(number for row in call.store.products.values() for number in row["categories"])
    if not counts:
        return 0, ""
    number = min(counts, key=lambda each: (-counts[each], each))
    return number, str(call.store.categories[number]["name"])


def get_summary(call: Call) -> Answer:
    """`GET /catalog/summary`."""
    products = call.store.products.values()
    pairs: list[tuple[Row, Row]] = [
        (product, variant) for product in products for variant in product["variants"]
    ]
    prices = [variant_price(product, variant) for product, variant in pairs]
    stock = [max(0, variant["inventory_level"] or 0) for _, variant in pairs]
    dates = [product["date_created"] for product in products]
    number, name = _primary(call)
    return ok(
        {
            "inventory_count": sum(stock),
            "inventory_value": four_places(
                sum(price * count for price, count in zip(prices, stock, strict=True))
            ),
            "primary_category_id": number,
            "primary_category_name": name,
            "variant_count": len(pairs),
            "highest_variant_price": max(prices, default=0),
            "average_variant_price": four_places(sum(prices) / len(prices)) if prices else 0,
            # The reference types this one figure as a text.
            "lowest_variant_price": str(min(prices, default=0)),
            "oldest_variant_date": min(dates, default=""),
            "newest_variant_date": max(dates, default=""),
        }
    )


ROUTES = (Route(method="GET", path="/v3/catalog/summary", run=get_summary),)

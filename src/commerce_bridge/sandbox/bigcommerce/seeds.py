"""What a store holds before its first request."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from .brands import add_brand, fresh_brand
from .call import Call, Query
from .category_rows import save_category
from .channels import fresh_channel
from .moments import zulu
from .product_writing import make_product
from .settings import Settings
from .store import Store
from .store_information import sign
from .wire import Row

BORN = datetime(2026, 1, 5, 9, 0, 0, tzinfo=UTC)
"""When everything in a seed was made."""

MERCHANDISER = "client-merchandiser"
"""The API account behind what the shop's own people made."""

_SHELVES: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("Fiction", ("Crime", "Science Fiction", "Short Stories")),
    ("Non-Fiction", ("Biography", "Cookery", "History", "Nature", "Travel")),
    ("Children", ("Picture Books", "Young Adult")),
    ("Poetry and Drama", ()),
    ("Gifts", ()),
)
_BRANDS = ("Harbour Goods",)
_GOODS = (
    {"name": "Harbour tote bag", "sku": "GOODS-TOTE", "price": 12.5, "weight": 0.12},
    {"name": "Harbour enamel mug", "sku": "GOODS-MUG", "price": 9, "sale_price": 7.5, "weight": 0.3},
)


def _currency(number: int, code: str, *, default: bool) -> Row:
    return {
        "id": number,
        "is_default": default,
        "country_iso2": "GB" if code == "GBP" else "US" if code == "USD" else "IE",
        "default_for_country_codes": [],
        "currency_code": code,
        "currency_exchange_rate": "1.0000000000",
        "auto_update": False,
        "token_location": "left",
        "token": sign(code),
        "decimal_token": ".",
        "thousands_token": ",",
        "decimal_places": 2,
        "name": code,
        "enabled": True,
        "is_transactional": True,
        "use_default_name": True,
        "last_updated": BORN.strftime("%Y-%m-%dT%H:%M:%S+00:00"),
    }


def _add_channel(store: Store, **fields: str) -> Row:
    channel = fresh_channel(store.next_id("channel"), zulu(BORN), **fields)
    store.channels[channel["id"]] = channel
    return channel


def _add_tree(store: Store, name: str, channel: Row) -> int:
    tree = store.next_id("tree")
    store.trees[tree] = {"id": tree, "name": name, "channels": [channel["id"]]}
    return tree


def empty(settings: Settings) -> Store:
    """A new store: the default storefront, its category tree, its currency; nothing to sell."""
    store = Store()
    channel = _add_channel(
        store, name="Harbour-Books", type="storefront", platform="bigcommerce", status="active"
    )
    _add_tree(store, "Default catalog tree", channel)
    number = store.next_id("currency")
    store.currencies[number] = _currency(number, settings.currency, default=True)
    return store


def demo(settings: Settings) -> Store:
    """A bookshop that runs: shelves, a second storefront, two currencies, and goods of its own."""
    store = empty(settings)
    number = store.next_id("currency")
    store.currencies[number] = _currency(
        number, "USD" if settings.currency != "USD" else "EUR", default=False
    )
    trade = _add_channel(
        store, name="Harbour-Trade", type="storefront", platform="bigcommerce", status="active"
    )
    _add_tree(store, "Trade tree", trade)
    call = Call(store=store, settings=settings, now=BORN, client_id=MERCHANDISER, ids={}, query=Query(()))
    for name, shelves in _SHELVES:
        top, _ = save_category(call, None, {"name": name, "tree_id": 1}, url_taken="suffix")
        for shelf in shelves:
            save_category(call, None, {"name": shelf, "parent_id": top["id"]}, url_taken="suffix")
    for name in _BRANDS:
        add_brand(call, fresh_brand(call, name))
    gifts = next(row["id"] for row in store.categories.values() if row["name"] == "Gifts")
    for goods in _GOODS:
        body = {"type": "physical", "categories": [gifts], "brand_name": _BRANDS[0], **goods}
        made, _ = make_product(call, body)
        store.assignments[made["id"]] = [1]
    return store


SEEDS: dict[str, Callable[[Settings], Store]] = {"empty": empty, "demo": demo}
"""Seeds by name."""

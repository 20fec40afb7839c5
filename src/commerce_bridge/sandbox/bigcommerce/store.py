"""The store's state: tables of rows, counters for ids, and indexes over what must be unique."""

from __future__ import annotations

import copy
import json
from collections.abc import Generator, Iterable
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from attrs import define, field

from .moments import read_moment
from .wire import Refused, Row

FIRST_IDS = {
    "product": 101,
    "variant": 501,
    "sku": 701,
    "option": 801,
    "option_value": 901,
    "image": 1201,
    "custom_field": 2001,
    "metafield": 3001,
    "video": 4001,
    "bulk_price": 4501,
    "brand": 31,
    "category": 21,
    "tree": 1,
    "channel": 1,
    "listing": 5001,
    "currency": 1,
    "file": 1,
    "redirect": 6001,
    "site": 1000,
}
"""Where each kind of id starts: apart from each other, so that a mix-up of kinds is a 404 and not a hit."""

METAFIELD_KEY = ("owner_client_id", "namespace", "key", "resource_type", "resource_id")
"""What no two metafields have in common."""


@define
class Store:
    """Everything the platform remembers.

    Products keep their own variants, options, images, custom fields, videos and bulk
    prices; all else lives in a table of its own.
    """

    counters: dict[str, int] = field(factory=lambda: dict(FIRST_IDS))
    products: dict[int, Row] = field(factory=dict[int, Row])
    brands: dict[int, Row] = field(factory=dict[int, Row])
    trees: dict[int, Row] = field(factory=dict[int, Row])
    categories: dict[int, Row] = field(factory=dict[int, Row])
    channels: dict[int, Row] = field(factory=dict[int, Row])
    currencies: dict[int, Row] = field(factory=dict[int, Row])
    metafields: dict[int, Row] = field(factory=dict[int, Row])
    listings: dict[int, Row] = field(factory=dict[int, Row])
    redirects: dict[int, Row] = field(factory=dict[int, Row])
    assignments: dict[int, list[int]] = field(factory=dict[int, list[int]])
    sort_orders: dict[int, dict[int, int]] = field(factory=dict[int, dict[int, int]])

    names: dict[str, int] = field(factory=dict[str, int], repr=False)
    skus: dict[str, tuple[int, int]] = field(factory=dict[str, tuple[int, int]], repr=False)
    urls: dict[str, tuple[str, int]] = field(factory=dict[str, tuple[str, int]], repr=False)
    homes: dict[int, int] = field(factory=dict[int, int], repr=False)
    preorders: dict[int, datetime] = field(factory=dict[int, datetime], repr=False)
    next_release: datetime | None = field(default=None, repr=False)
    metafield_keys: dict[tuple[Any, ...], int] = field(factory=dict[tuple[Any, ...], int], repr=False)
    metafield_owners: dict[tuple[str, int], set[int]] = field(
        factory=dict[tuple[str, int], set[int]], repr=False
    )

    def next_id(self, kind: str) -> int:
        """A fresh id of `kind`; ids are never given twice."""
        number = self.counters[kind]
        self.counters[kind] = number + 1
        return number

    def add_product(self, product: Row) -> None:
        """Put a complete product row into the table and the indexes."""
        self.products[product["id"]] = product
        self._index(product)

    def drop_product(self, product: Row) -> None:
        """Take a product out of the table, its assignments and its metafields with it."""
        self._unindex(product)
        del self.products[product["id"]]
        self.assignments.pop(product["id"], None)
        gone = {("product", product["id"]), *(("variant", each["id"]) for each in product["variants"])}
        self.drop_metafields(gone)
        for order in self.sort_orders.values():
            order.pop(product["id"], None)

    def drop_metafields(self, owners: set[tuple[str, int]]) -> None:
        """Remove the metafields that belong to `owners`, pairs of resource type and id."""
        for owner in owners:
            for number in sorted(self.metafield_owners.get(owner, ())):
                self.drop_metafield(number)

    def metafields_of(self, resource_type: str, resource_id: int) -> list[Row]:
        """The metafields of one object, by id."""
        numbers = self.metafield_owners.get((resource_type, resource_id), set())
        return [self.metafields[number] for number in sorted(numbers)]

    def put_metafield(self, row: Row) -> None:
        """Put a metafield into the table and the indexes."""
        self.metafields[row["id"]] = row
        self.metafield_keys[_metafield_key(row)] = row["id"]
        self.metafield_owners.setdefault((row["resource_type"], row["resource_id"]), set()).add(row["id"])

    def drop_metafield(self, number: int) -> None:
        """Take a metafield out of the table and the indexes."""
        row = self.metafields.pop(number)
        self.metafield_keys.pop(_metafield_key(row), None)
        self.metafield_owners[(row["resource_type"], row["resource_id"])].discard(number)

    @contextmanager
    def changing(self, product: Row) -> Generator[None]:
        """Keep the indexes true while a product's name, SKUs, address or variants change."""
        self._unindex(product)
        try:
            yield
        finally:
            self._index(product)

    @contextmanager
    def all_or_nothing(self, numbers: Iterable[int]) -> Generator[None]:
        """Put products, and brands made on the way, back as they were when a batch is refused."""
        before = {
            number: copy.deepcopy(self.products[number]) for number in numbers if number in self.products
        }
        brands = set(self.brands)
        try:
            yield
        except Refused:
            for number, product in before.items():
                self._unindex(self.products[number])
                self.products[number] = product
            for product in before.values():
                self._index(product)
            for number in set(self.brands) - brands:
                self.free_url(self.brands.pop(number)["custom_url"]["url"])
            raise

    def claim_url(self, url: str, kind: str, number: int) -> None:
        """Note that an address belongs to one entity."""
        self.urls[url_key(url)] = (kind, number)

    def free_url(self, url: str) -> None:
        """Give an address back."""
        self.urls.pop(url_key(url), None)

    def _index(self, product: Row) -> None:
        number = product["id"]
        self.names[product["name"]] = number
        self.claim_url(product["custom_url"]["url"], "product", number)
        if product["sku"]:
            self.skus[product["sku"].casefold()] = (number, 0)
        for variant in product["variants"]:
            self.homes[variant["id"]] = number
            if variant["sku"] and variant["id"] != product["base_variant_id"]:
                self.skus[variant["sku"].casefold()] = (number, variant["id"])
        release = read_moment(product["preorder_release_date"] or "")
        if release and product["availability"] == "preorder" and product["is_preorder_only"]:
            self.preorders[number] = release
            self.next_release = min(release, self.next_release or release)

    def _unindex(self, product: Row) -> None:
        number = product["id"]
        self.names.pop(product["name"], None)
        self.free_url(product["custom_url"]["url"])
        if product["sku"]:
            self.skus.pop(product["sku"].casefold(), None)
        for variant in product["variants"]:
            self.homes.pop(variant["id"], None)
            if variant["sku"] and variant["id"] != product["base_variant_id"]:
                self.skus.pop(variant["sku"].casefold(), None)
        self.preorders.pop(number, None)

    def due_preorders(self, now: datetime) -> list[Row]:
        """The products whose preorder ends by `now`, by id.

        `next_release` may be too early, as changes only ever lower it, but never too late: most
        requests are told that nothing is due without a look at the products.
        """
        if self.next_release is None or now < self.next_release:
            return []
        due = sorted(number for number, release in self.preorders.items() if release <= now)
        self.next_release = min((date for date in self.preorders.values() if date > now), default=None)
        return [self.products[number] for number in due]

    def as_json(self) -> Row:
        """All tables as lists in the order of their ids; copies."""
        tables = {
            "products": self.products,
            "brands": self.brands,
            "trees": self.trees,
            "categories": self.categories,
            "channels": self.channels,
            "currencies": self.currencies,
            "metafields": self.metafields,
            "listings": self.listings,
            "redirects": self.redirects,
        }
        state: Row = {name: [table[number] for number in sorted(table)] for name, table in tables.items()}
        state["channel_assignments"] = [
            {"product_id": product, "channel_id": channel}
            for product in sorted(self.assignments)
            for channel in sorted(self.assignments[product])
        ]
        state["sort_orders"] = [
            {"category_id": category, "product_id": product, "sort_order": order}
            for category, orders in sorted(self.sort_orders.items())
            for product, order in sorted(orders.items())
        ]
        state["counters"] = self.counters
        copied: Row = json.loads(json.dumps(state))
        return copied


def _metafield_key(row: Row) -> tuple[Any, ...]:
    return tuple(row[name] for name in METAFIELD_KEY)


def url_key(url: str) -> str:
    """What two addresses that clash have in common."""
    return url.strip("/").casefold()

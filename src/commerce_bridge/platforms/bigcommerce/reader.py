"""The reader of a store: its products with all that belongs to them, in field terms."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from attrs import define

from commerce_bridge.domain.exchange import Cursor, Observed, Page, Ref
from commerce_bridge.domain.record import Record
from commerce_bridge.flow import primitives as flow
from commerce_bridge.flow.effects import Flow
from commerce_bridge.flow.operation import every
from commerce_bridge.platforms.bigcommerce.batching import split
from commerce_bridge.platforms.bigcommerce.client import BigCommerceClient
from commerce_bridge.platforms.bigcommerce.mapping import Aside, observed
from commerce_bridge.platforms.bigcommerce.memory import Path, StoreMemory
from commerce_bridge.platforms.bigcommerce.settings import Settings

if TYPE_CHECKING:
    from commerce_bridge.platforms.bigcommerce.wire.catalogue import Metafield
    from commerce_bridge.platforms.bigcommerce.wire.product import Product

FEW = 4
"""Up to so many products, metafields are asked for one product at a time; above, all are read and sorted."""


@define
class _Tables:
    """Side tables of one complete read, each read when the first product needs it."""

    brands: dict[int, str] | None = None
    categories: Mapping[int, Path] | None = None
    notes: dict[int, list[Metafield]] | None = None


class BigCommerceReader:
    """Reads a store's products as records.

    A complete read is one `changes(None)` and the pages behind it; between them the reader keeps the side
    tables (brands, category paths, metafields), so one reader makes one complete read at a time.  A cursor
    goes on in another process too: the tables are then read again.

    Args:
        client: The store.
        settings: How records are read; the memory's, where one is given.
        memory: What is kept of the store; share it with the store's writer.

    Cost: one call for each 250 products, metafields, categories and brands, at least one for each of
    these kinds that occurs; one for the store's units unless `settings.facts` gives them.

    Source: BigCommerce REST reference, `catalog/products_catalog.v3.yml`, GET /catalog/products and
    GET /catalog/products/metafields; `catalog/brands_catalog.v3.yml`; `catalog/category-trees_catalog.v3.yml`.
    """

    def __init__(
        self,
        client: BigCommerceClient[Any],
        settings: Settings | None = None,
        *,
        memory: StoreMemory | None = None,
    ) -> None:
        self._bc = client.raw
        self._memory = memory or StoreMemory(client, settings)
        self._settings = self._memory.settings
        self._tables: _Tables | None = None

    def changes(self, cursor: Cursor | None) -> Flow[Page[Observed[Record]]]:
        """One page of the whole store; it has no cheaper way to ask for changes that misses none.

        Args:
            cursor: The id of the last product of the page before; None from the beginning.
        """
        if cursor is None or self._tables is None:
            self._tables = _Tables()
        tables = self._tables
        page = yield from self._bc.products.list(
            None,
            include=("custom_fields", "images", "variants", "channels"),
            sort="id",
            direction="asc",
            id_greater=int(cursor or 0),
        )
        aside = yield from self._aside_of_all(page.items, tables)
        items = yield from self._shown(page.items, aside)
        more = page.next is not None and bool(page.items)
        return Page(items=items, next=str(page.items[-1].id) if more else None)

    def fetch(self, refs: Sequence[Ref]) -> Flow[tuple[Observed[Record], ...]]:
        """These products as they stand now; those that are gone are left out.

        Cost: one call for each 50, and one for each side table they need.
        """
        ids = tuple(dict.fromkeys(int(one.id) for one in refs))
        if not ids:
            return ()
        products = yield from self._bc.products.get_many(
            ids, include=("custom_fields", "images", "variants", "channels")
        )
        branded = tuple(sorted({one.brand_id for one in products if one.brand_id}))
        brands = (yield from self._brands(branded)) if branded else {}
        placed = any(one.categories for one in products)
        categories: Mapping[int, Path] = (yield from self._memory.paths(anew=True)) if placed else {}
        notes = yield from self._notes_of(tuple(one.id for one in products))
        aside = Aside(brands=brands, categories=categories, notes=notes)
        return (yield from self._shown(products, aside))

    def _shown(self, products: Sequence[Product], aside: Aside) -> Flow[tuple[Observed[Record], ...]]:
        seen_at = yield from flow.now()
        if not products:
            return ()
        units = yield from self._memory.units()
        return tuple(observed(one, aside, units, self._settings, seen_at) for one in products)

    def _aside_of_all(self, products: Sequence[Product], tables: _Tables) -> Flow[Aside]:
        if tables.brands is None and any(one.brand_id for one in products):
            tables.brands = yield from self._brands(())
        if tables.categories is None and any(one.categories for one in products):
            tables.categories = yield from self._memory.paths(anew=True)
        if tables.notes is None and products and self._reads_notes:
            tables.notes = yield from self._all_notes()
        return Aside(brands=tables.brands or {}, categories=tables.categories or {}, notes=tables.notes or {})

    @property
    def _reads_notes(self) -> bool:
        return self._settings.namespaces is None or bool(self._settings.namespaces)

    def _brands(self, ids: tuple[int, ...]) -> Flow[dict[int, str]]:
        """Names by id: of these brands, or of all when none is named."""
        found: dict[int, str] = {}
        for some in split(ids, self._bc.connection.limits.ids_in_filter) or ((),):
            turn = partial(self._bc.brands.list, include_fields=("name",), id_in=some)
            rows = yield from every(turn)
            found.update((one.id, one.name or "") for one in rows)
        return found

    def _all_notes(self, ids: Sequence[int] = ()) -> Flow[dict[int, list[Metafield]]]:
        spaces = self._settings.namespaces or ()
        rows = yield from every(
            lambda cursor: self._bc.product_metafields.list_all(
                cursor, resource_id_in=ids, namespace_in=spaces
            )
        )
        found: dict[int, list[Metafield]] = defaultdict(list)
        for row in rows:
            found[int(row.resource_id or 0)].append(row)
        return dict(found)

    def _notes_of(self, ids: Sequence[int]) -> Flow[dict[int, list[Metafield]]]:
        if not ids or not self._reads_notes:
            return {}
        if len(ids) > FEW or self._bc.connection.limits.metafield_resource_filter:
            found: dict[int, list[Metafield]] = {}
            filtered = self._bc.connection.limits.metafield_resource_filter
            chunk = self._bc.connection.limits.ids_in_filter if filtered else len(ids)
            for some in split(ids, chunk):
                found.update((yield from self._all_notes(some)))
            return found
        spaces = self._settings.namespaces or ()
        each: dict[int, list[Metafield]] = {}
        for number in ids:
            turn = partial(self._bc.product_metafields.list, product_id=number, namespace_in=spaces)
            rows = yield from every(turn)
            each[number] = list(rows)
        return each

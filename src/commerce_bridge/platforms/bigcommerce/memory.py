"""What one program keeps of a store, so that it need not ask twice: its facts, its category paths."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeAlias

from commerce_bridge.flow import primitives as flow
from commerce_bridge.flow.effects import Flow
from commerce_bridge.flow.operation import every
from commerce_bridge.platforms.bigcommerce.client import BigCommerceClient
from commerce_bridge.platforms.bigcommerce.facts import StoreFacts, read_facts
from commerce_bridge.platforms.bigcommerce.mapping import paths_of
from commerce_bridge.platforms.bigcommerce.settings import Settings
from commerce_bridge.platforms.bigcommerce.units import Units, units_of

if TYPE_CHECKING:
    from commerce_bridge.platforms.bigcommerce.wire.catalogue import Category

Path: TypeAlias = tuple[str, ...]


class StoreMemory:
    """Remembers what changes rarely and is asked often; give reader and writer of one store the same.

    It is a saving, never a source of truth: a complete read of the store renews the paths, and a category
    that is remembered but gone is refused by the store.

    Args:
        client: The store.
        settings: How records are read and written.
    """

    def __init__(self, client: BigCommerceClient[Any], settings: Settings | None = None) -> None:
        self._bc = client.raw
        self.settings = settings or Settings()
        self._facts: StoreFacts | None = self.settings.facts
        self._paths: Mapping[int, Path] | None = None
        self._ours: Mapping[Path, int] | None = None

    def facts(self, *, anew: bool = False) -> Flow[StoreFacts]:
        """The facts of the store; one call, once.

        Args:
            anew: Whether to ask even if they are known, as each run does at its start: a tax setting may change.
        """
        if self._facts is None or (anew and self.settings.facts is None):
            account = self._bc.connection.account
            self._facts = yield from flow.single(f"{account}/facts", lambda: read_facts(self._bc))
        return self._facts

    def units(self) -> Flow[Units]:
        """The units of the store; as `facts`."""
        return units_of((yield from self.facts()), self.settings)

    def paths(self, *, anew: bool = False) -> Flow[Mapping[int, Path]]:
        """Category id to the path of names, of all trees.

        Args:
            anew: Whether to ask even if they are known.

        Cost: one call for each 250 categories, once.
        """
        if self._paths is None or anew:
            rows: tuple[Category, ...] = yield from every(self._bc.categories.list)
            tree = self.settings.tree
            self._paths = paths_of(rows, tree)
            ours = paths_of((one for one in rows if one.tree_id in {None, tree}), tree)
            self._ours = {path: number for number, path in ours.items()}
        return self._paths

    def ours(self, *, anew: bool = False) -> Flow[Mapping[Path, int]]:
        """Path to category id, of our tree.

        Args:
            anew: Whether to ask even if they are known.

        Cost: one call for each 250 categories of our tree, once; none after `paths`.
        """
        if self._ours is None or anew:
            tree = self.settings.tree
            rows: tuple[Category, ...] = yield from every(
                lambda cursor: self._bc.categories.list(cursor, tree_id_in=(tree,))
            )
            self._ours = {path: number for number, path in paths_of(rows, tree).items()}
        return self._ours

    def keep(self, ours: Mapping[Path, int] | None) -> None:
        """Keep our tree as it is now; None to ask for it the next time."""
        self._ours = ours

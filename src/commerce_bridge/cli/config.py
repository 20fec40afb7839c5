"""The configuration file: a small TOML file, with secrets from the environment.

::

    [consonance]                       # or [onix] with file = "titles.xml"
    api_key_env = "CONSONANCE_API_KEY"

    [bigcommerce]
    store_hash = "abc123"
    access_token_env = "BIGCOMMERCE_ACCESS_TOKEN"

    [bridge]
    state = "bridge.sqlite"
    layout = "format"                  # or "variants"
    categories = "categories.toml"

    [bridge.weights_g]                 # form code to grams, where nobody states a weight
    BB = 500
    BC = 300

    [bridge.tax_percent]
    physical = 0
    digital = 20

    [market]                           # the store's own country unless given
    name = "United Kingdom"
    countries = ["GB", "IE"]
    currency = "GBP"
    time_zone = "Europe/London"
    channel = "1"
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, cast

from attrs import frozen

from commerce_bridge.bridges.listing.categories import CategoryMap
from commerce_bridge.bridges.listing.policy import Layout, StorePolicy
from commerce_bridge.cli.codes import UsageError
from commerce_bridge.domain.listing import Fulfilment
from commerce_bridge.domain.market import Market
from commerce_bridge.domain.territory import WORLD, territory

_TABLES: Mapping[str, frozenset[str]] = {
    "consonance": frozenset({"base_url", "api_key_env"}),
    "onix": frozenset({"file", "sender", "complete"}),
    "bigcommerce": frozenset({"base_url", "store_hash", "access_token_env"}),
    "bridge": frozenset(
        {
            "state",
            "layout",
            "categories",
            "weights_g",
            "tax_percent",
            "rename",
            "readdress",
            "track_stock",
            "rights_unknown",
        }
    ),
    "market": frozenset({"name", "countries", "currency", "time_zone", "channel"}),
}

SAMPLE = """\
[consonance]                        # its key is in the environment: CONSONANCE_API_KEY
[bigcommerce]                       # its token as well: BIGCOMMERCE_ACCESS_TOKEN
store_hash = "abc123"
[bridge]
state = "bridge.sqlite"
weights_g = { BB = 500, BC = 300 }  # grams by form, where nobody states a weight
"""
"""A small configuration file, whole."""

_LAYOUTS = {"format": Layout.FORMAT, "variants": Layout.VARIANTS}


@frozen(kw_only=True)
class Config:
    """A configuration file, read and checked.

    Args:
        path: Where it is; relative paths in it start from its folder.
        tables: Its tables.
    """

    path: Path
    tables: Mapping[str, Mapping[str, Any]]

    @classmethod
    def load(cls, path: str) -> Config:
        """The configuration in a file.

        Raises:
            UsageError: It is not there, is no TOML, or has a table or an entry that does not exist.
        """
        try:
            data = tomllib.loads(Path(path).read_text(encoding="utf-8"))
        except FileNotFoundError:
            raise UsageError(
                f"There is no {path}. Write one, or name yours with --config. This one is whole:\n\n{SAMPLE}\n"
                "All entries: docs/how-to/scheduler.md."
            ) from None
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise UsageError(f"{path} is no TOML file: {error}.") from error
        tables: dict[str, Mapping[str, Any]] = {}
        for name, table in data.items():
            if name not in _TABLES or not isinstance(table, dict):
                raise UsageError(f"{path}: [{name}] is no table of this file; known: {', '.join(_TABLES)}.")
            rows = cast("Mapping[str, Any]", table)
            for entry in rows:
                if entry not in _TABLES[name]:
                    known = ", ".join(sorted(_TABLES[name]))
                    raise UsageError(f"{path}: [{name}] {entry} does not exist; known: {known}.")
            tables[name] = rows
        return cls(path=Path(path), tables=tables)

    def table(self, name: str) -> Mapping[str, Any]:
        """One table, empty when the file has none."""
        return self.tables.get(name, {})

    def need(self, table: str, entry: str) -> Any:
        """An entry that has to be there."""
        value = self.table(table).get(entry)
        if value is None:
            raise UsageError(f"{self.path}: [{table}] {entry} is missing.")
        return value

    def secret(self, table: str, entry: str, usual: str) -> str:
        """A secret from the environment.

        Args:
            table: The table that names the variable.
            entry: The entry that names it.
            usual: The variable's name unless the file gives another.
        """
        variable = str(self.table(table).get(entry, usual))
        value = os.environ.get(variable)
        if not value:
            raise UsageError(
                f"The environment variable {variable} is not set; it holds the secret of [{table}]."
            )
        return value

    def file(self, name: str) -> str:
        """A path in the file, from the file's folder."""
        return str(self.path.parent / name)

    def policy(self) -> StorePolicy:
        """What the file decides about the store."""
        bridge = self.table("bridge")
        layout = str(bridge.get("layout", "format"))
        if layout not in _LAYOUTS:
            raise UsageError(
                f"{self.path}: [bridge] layout = {layout!r}; expected one of {', '.join(_LAYOUTS)}."
            )
        categories = bridge.get("categories")
        return StorePolicy(
            market=self.market(),
            layout=_LAYOUTS[layout],
            categories=CategoryMap.load(self.file(str(categories))) if categories else CategoryMap(),
            weights_g=self._numbers("weights_g"),
            tax_percent={self._fulfilment(kind): rate for kind, rate in self._numbers("tax_percent").items()},
            rename=bool(bridge.get("rename", False)),
            readdress=bool(bridge.get("readdress", False)),
            track_stock=bool(bridge.get("track_stock", False)),
            rights_unknown=bool(bridge.get("rights_unknown", False)),
        )

    def market(self) -> Market | None:
        """The market, or None for the store's own."""
        table = self.table("market")
        if not table:
            return None
        countries = [str(one) for one in table.get("countries", [])]
        return Market(
            name=str(table.get("name", " ".join(countries) or "the world")),
            territory=territory(*countries) if countries else WORLD,
            currency=str(self.need("market", "currency")),
            time_zone=str(table.get("time_zone", "UTC")),
            channel=str(table.get("channel", "1")),
        )

    def _numbers(self, entry: str) -> dict[str, Decimal]:
        rows = self.table("bridge").get(entry, {})
        try:
            return {str(key): Decimal(str(value)) for key, value in rows.items()}
        except (AttributeError, InvalidOperation) as error:
            raise UsageError(f"{self.path}: [bridge.{entry}] expects numbers, such as BC = 300.") from error

    def _fulfilment(self, kind: str) -> Fulfilment:
        try:
            return Fulfilment(kind)
        except ValueError:
            raise UsageError(
                f"{self.path}: [bridge.tax_percent] {kind}: expected physical or digital."
            ) from None

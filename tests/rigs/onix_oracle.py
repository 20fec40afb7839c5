"""What the samples say, found by XPath over the whole file and shared with no code of the reader.

Short tags are turned into reference tags with the vendor's own table, namespaces are dropped, and each
fact is then one XPath expression.  The reader is held against these values, never against itself.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from lxml import etree

from rigs.contracts import require


@cache
def tag_map() -> dict[str, str]:
    """Reference tag to short tag, 3.0 and 3.1 together."""
    table = json.loads(require("onix", "tagmap.json").read_text(encoding="utf-8"))
    return {**table["3.1"], **table["only_in_3.0"]}


@cache
def code_list(number: int) -> frozenset[str]:
    table = json.loads(require("onix", "codelists-issue71.json").read_text(encoding="utf-8"))
    return frozenset(table["lists"][str(number)]["codes"])


def sample(name: str) -> Path:
    return require("onix", "samples", f"{name}.xml")


def plain_tree(path: Path) -> Any:
    """The document in reference tags without namespaces or comments."""
    to_reference = {short: reference for reference, short in tag_map().items()}
    tree = etree.parse(
        str(path), etree.XMLParser(remove_comments=True, no_network=True, resolve_entities=False)
    )
    for element in tree.iter():
        name = etree.QName(element).localname
        element.tag = to_reference.get(name, name)
    return tree


def products(path: Path) -> list[Any]:
    return list(plain_tree(path).xpath("//Product"))


def first(node: Any, path: str) -> str | None:
    found = node.xpath(f"string(({path})[1])").strip()
    return found or None


def every(node: Any, path: str) -> list[str]:
    return [text.strip() for text in node.xpath(f"{path}/text()")]


def places(territory: Any) -> set[str]:
    """The countries of a `Territory`, WORLD written out with the vendor's list of countries."""
    inside: set[str] = set()
    if "WORLD" in (first(territory, "RegionsIncluded") or "").split():
        inside |= code_list(91)
    inside |= set((first(territory, "CountriesIncluded") or "").split())
    return inside - set((first(territory, "CountriesExcluded") or "").split())


def for_sale(product: Any) -> dict[str, bool | None]:
    """Every country to whether the product may be sold there; None where nothing is said.

    Explicit lists outweigh WORLD, no outweighs yes, the rest of the world comes last.
    """
    verdicts: dict[str, tuple[int, bool]] = {}
    for rank, wanted in ((1, "RegionsIncluded"), (2, "CountriesIncluded")):
        for entry in product.xpath(f"PublishingDetail/SalesRights[Territory/{wanted}]"):
            yes = first(entry, "SalesRightsType") in {"01", "02", "07", "08"}
            for country in places(entry.xpath("Territory")[0]):
                known = verdicts.get(country)
                if known is None or known[0] < rank or (known[0] == rank and not yes):
                    verdicts[country] = (rank, yes)
    rest = {"01": True, "02": True, "03": False, "04": False, "05": False, "06": False}.get(
        first(product, "PublishingDetail/ROWSalesRightsType") or ""
    )
    return {country: verdicts[country][1] if country in verdicts else rest for country in code_list(91)}


def prices(
    product: Any,
) -> list[tuple[Decimal, str | None, str | None, str | None, frozenset[str], str, str]]:
    """Amount, currency, type, qualifier, countries, first and last day of every price, in order."""
    default = first(product.getroottree(), "//Header/DefaultCurrencyCode")
    found = []
    for price in product.xpath("ProductSupply/SupplyDetail/Price"):
        territory = price.xpath("Territory") or price.xpath("ancestor::ProductSupply/Market/Territory")
        where = frozenset(places(territory[0])) if territory else code_list(91)
        found.append(
            (
                Decimal(first(price, "PriceAmount") or "0"),
                first(price, "CurrencyCode") or default,
                first(price, "PriceType"),
                first(price, "PriceQualifier"),
                where,
                first(price, "PriceDate[PriceDateRole='14']/Date") or "",
                first(price, "PriceDate[PriceDateRole='15']/Date") or "",
            )
        )
    return found


def dates(product: Any, role: str) -> str | None:
    return first(product, f"PublishingDetail/PublishingDate[PublishingDateRole='{role}']/Date")


def market_dates(product: Any) -> Iterator[tuple[frozenset[str], str | None, str | None]]:
    """Countries, status and nominal date of each market."""
    for block in product.xpath("ProductSupply"):
        where = [country for one in block.xpath("Market/Territory") for country in places(one)]
        yield (
            frozenset(where),
            first(block, "MarketPublishingDetail/MarketPublishingStatus"),
            first(block, "MarketPublishingDetail/MarketDate[MarketDateRole='01']/Date"),
        )

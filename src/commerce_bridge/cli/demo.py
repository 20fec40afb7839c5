"""`commerce-bridge demo`: the main job from end to end, in this process, on a virtual clock."""

from __future__ import annotations

import argparse
import json
from collections import Counter
from datetime import UTC, datetime
from decimal import Decimal
from math import ceil
from pathlib import Path
from typing import Any

from attrs import frozen

from commerce_bridge.bridges.listing.categories import CategoryMap
from commerce_bridge.bridges.listing.policy import StorePolicy
from commerce_bridge.cli import codes
from commerce_bridge.domain.listing import Fulfilment
from commerce_bridge.domain.market import Market
from commerce_bridge.domain.territory import territory
from commerce_bridge.flow.clock import VirtualClock
from commerce_bridge.flow.operation import Sync
from commerce_bridge.flow.wiring import SeededChance
from commerce_bridge.http.opening import Surroundings
from commerce_bridge.sync.bridge import Bridge

LATENCY_S = 0.2

START = datetime(2026, 6, 1, 9, tzinfo=UTC)
"""The day on which the invented catalogue stands."""

SHOWN = 12
"""So many records of the plan are printed in full."""

WEIGHTS_G = {"BB": Decimal(520), "BC": Decimal(280), "BH": Decimal(400), "B": Decimal(300), "A": Decimal(100)}
"""Weights that the demonstration's publisher gives to forms whose weight nobody states."""

TAX_PERCENT = {Fulfilment.PHYSICAL: Decimal(0), Fulfilment.DIGITAL: Decimal(20)}

CATEGORIES: dict[str, dict[str, list[str]]] = {
    "bisac": {
        "FIC": ["Fiction"],
        "FIC022": ["Fiction", "Crime"],
        "FIC009": ["Fiction", "Fantasy"],
        "FIC028": ["Fiction", "Science fiction"],
        "FIC014": ["Fiction", "Historical"],
        "JUV": ["Children"],
        "JNF": ["Children", "True stories"],
        "YAF": ["Young adult"],
        "CKB": ["Food and drink"],
        "HIS": ["History"],
        "POE": ["Poetry"],
        "SCI": ["Science"],
        "BIO": ["Lives"],
        "NAT": ["Nature"],
        "TRV": ["Travel"],
        "ART": ["Art"],
        "GAR": ["Gardening"],
        "MUS": ["Music"],
    },
    "thema": {
        "F": ["Fiction"],
        "Y": ["Children"],
        "WB": ["Food and drink"],
        "N": ["History"],
        "D": ["Literature"],
    },
}
"""A small map of the demonstration's own; codes without a place in it become work items."""

COUNTRY_OF = {
    "GBP": ("GB", "Europe/London"),
    "EUR": ("FR", "Europe/Paris"),
    "USD": ("US", "America/New_York"),
    "AUD": ("AU", "Australia/Sydney"),
    "CAD": ("CA", "America/Toronto"),
    "NZD": ("NZ", "Pacific/Auckland"),
}
"""Where the demonstration's store stands, by the currency of the file."""


def add_parser(commands: Any) -> None:
    """Add the command to what `ArgumentParser.add_subparsers` gave."""
    parser: argparse.ArgumentParser = commands.add_parser(
        "demo",
        help="run the main job from end to end, with nothing to sign up for",
        description=(
            "Starts a Consonance and a BigCommerce sandbox in this process on a virtual clock, loads an invented "
            "catalogue (or the given ONIX file), prints the plan, applies it, shows the receipt, and plans again."
        ),
    )
    parser.add_argument(
        "--onix", metavar="FILE", help="read this ONIX file instead of the invented catalogue"
    )
    parser.add_argument(
        "--currency", metavar="CODE", help="the store's currency; the file's commonest unless given"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.set_defaults(run=run)


@frozen(kw_only=True)
class Stage:
    """What the demonstration plays on.

    Args:
        bridge: The bridge.
        worlds: The sandboxes' worlds, by name.
        intro: What is said first.
    """

    bridge: Bridge[Sync]
    worlds: dict[str, Any]
    intro: str

    def calls(self) -> int:
        """Requests that the sandboxes have counted."""
        return sum(len(world.log) for world in self.worlds.values())


def run(args: argparse.Namespace) -> int:
    """Play the demonstration.

    Returns:
        0; a plan that is not empty the second time is a failure, 1.

    Raises:
        MissingExtra: The packages of the extra `demo` are not installed.
        InvalidDocument: The ONIX file cannot be read as what it claims to be.
    """
    from commerce_bridge.testing.lower_bound import lower_bound

    stage = _from_onix(args.onix, args.currency) if args.onix else _from_catalogue()
    say = _mute if args.json else print
    say(stage.intro)
    store = stage.worlds["bigcommerce"].sandbox
    before = store.state()
    plan = stage.bridge.plan()
    say(f"\n{plan.show(SHOWN)}\n")
    receipt = stage.bridge.apply(plan)
    say(f"{receipt}\n")
    calls = stage.calls()
    least = lower_bound(before, store.state(), source_reads=_source_reads(stage))
    second = stage.bridge.plan()
    say(f"Planned again:\n{second.show(SHOWN)}")
    items = stage.bridge.work_items()
    found = {
        "titles": plan.footer.titles,
        "formats": plan.footer.formats,
        "planned": plan.footer.total,
        "applied": receipt.total,
        "work_items": len(items),
        "failed": len(receipt.failed),
        "second_plan": second.footer.total,
        "vendor_calls": calls,
        "vendor_calls_lower_bound": least,
        "correlation_id": receipt.correlation_id,
        "clock": "virtual",
    }
    if args.json:
        print(json.dumps(found))
    else:
        say(f"\n{calls} calls reached the platforms, reads included; at least {least} were needed.")
    return codes.DONE if second.is_empty else codes.FAILED


def _mute(text: object) -> None:
    """Say nothing."""


def _policy(currency: str) -> StorePolicy:
    country, zone = COUNTRY_OF.get(currency, ("GB", "UTC"))
    market = Market(
        name=country, territory=territory(country), currency=currency, time_zone=zone, channel="1"
    )
    return StorePolicy(
        market=market,
        categories=CategoryMap.of(CATEGORIES),
        weights_g=WEIGHTS_G,
        tax_percent=TAX_PERCENT,
    )


def _store(clock: VirtualClock, currency: str) -> tuple[Any, Any]:
    """An empty store, and a client of it."""
    from commerce_bridge.platforms.bigcommerce.client import BigCommerce
    from commerce_bridge.sandbox.registry import make
    from commerce_bridge.sandbox.transport import SandboxWorld

    sandbox = make("bigcommerce", seed="empty")
    sandbox.configure(currency=currency)
    world = SandboxWorld(sandbox)
    credentials = sandbox.credentials()
    transport = world.sync(clock, latency_s=LATENCY_S, base_path=f"/stores/{credentials['store_hash']}")
    around = Surroundings(clock=clock, chance=SeededChance(1))
    client = BigCommerce(
        store_hash=credentials["store_hash"],
        access_token=credentials["access_token"],
        transport=transport,
        surroundings=around,
    )
    return world, client


def _from_catalogue() -> Stage:
    from commerce_bridge.bridges.consonance_bigcommerce import consonance_to_bigcommerce
    from commerce_bridge.platforms.consonance.client import Consonance
    from commerce_bridge.sandbox.registry import make
    from commerce_bridge.sandbox.transport import SandboxWorld

    clock = VirtualClock(START)
    store_world, store = _store(clock, "GBP")
    world = SandboxWorld(make("consonance", seed="demo"))
    publisher = Consonance(
        api_key=world.sandbox.credentials()["api_key"],
        transport=world.sync(clock, latency_s=LATENCY_S),
        surroundings=Surroundings(clock=clock, chance=SeededChance(2)),
    )
    bridge = consonance_to_bigcommerce(publisher, store, policy=_policy("GBP"))
    intro = f"A Consonance and a BigCommerce sandbox run in this process, on a virtual clock from {START:%Y-%m-%d %H:%M} UTC."
    return Stage(bridge=bridge, worlds={"consonance": world, "bigcommerce": store_world}, intro=intro)


def _from_onix(file: str, currency: str | None) -> Stage:
    from commerce_bridge.bridges.onix_bigcommerce import onix_to_bigcommerce
    from commerce_bridge.platforms.onix.reader import OnixReader

    if not Path(file).is_file():
        raise codes.UsageError(f"There is no file {file}.")
    clock = VirtualClock(START)
    wanted = currency or _commonest_currency(file)
    world, store = _store(clock, wanted)
    bridge = onix_to_bigcommerce(OnixReader(file), store, sender=Path(file).name, policy=_policy(wanted))
    country = COUNTRY_OF.get(wanted, ("GB", "UTC"))[0]
    intro = (
        f"A BigCommerce sandbox runs in this process, on a virtual clock from {START:%Y-%m-%d %H:%M} UTC; "
        f"the store stands in {country} and sells in {wanted}."
    )
    return Stage(bridge=bridge, worlds={"bigcommerce": world}, intro=intro)


def _commonest_currency(file: str) -> str:
    """The currency in which most formats of a file have a price; pounds where several are as common."""
    from commerce_bridge.platforms.onix import read_onix

    counts: Counter[str] = Counter()
    with read_onix(file) as reading:
        for title in reading.titles():
            for format_ in title.formats:
                counts.update({price.money.currency for price in format_.prices})
    if not counts:
        return "GBP"
    return max(counts, key=lambda code: (counts[code], code == "GBP"))


def _source_reads(stage: Stage) -> int:
    """The least number of requests the source needs: its pages, and the empty one that ends them."""
    world = stage.worlds.get("consonance")
    if world is None:
        return 0
    works, cap = len(world.sandbox.state()["work"]), int(world.sandbox.settings()["page_cap"])
    return ceil(works / cap) + 1

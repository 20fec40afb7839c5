"""Runs whose vendor calls are held against the least that is possible."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from decimal import Decimal
from math import ceil
from typing import Any

from attrs import field, frozen

from commerce_bridge.bridges.onix_bigcommerce import onix_to_bigcommerce
from commerce_bridge.cli import demo
from commerce_bridge.http.opening import Surroundings
from commerce_bridge.platforms.bigcommerce.client import BigCommerce
from commerce_bridge.platforms.onix.reader import OnixReader
from commerce_bridge.sandbox.bigcommerce import BigCommerceSandbox
from commerce_bridge.sandbox.catalogue import simple_title
from commerce_bridge.sandbox.transport import SandboxWorld
from commerce_bridge.testing.lower_bound import Bound, bound
from rigs import contracts
from rigs.every_step import Prepared
from rigs.pair import Pair, pair, policy, usual_clock

WEIGHTS = {"B": Decimal(300), "A": Decimal(100)}


@frozen(kw_only=True)
class Counted:
    """What one run took, and what it would take at least.

    Args:
        calls: Requests that the sandboxes counted, reads included.
        least: The bound, by kind of call.
        steps: Steps that were applied.
        sent: Verb and path to how many, ids read as ``{id}``; for a look at what is too much.
    """

    calls: int
    least: Bound
    steps: int
    sent: Mapping[str, int] = field(factory=dict[str, int], repr=False)

    @property
    def ratio(self) -> float:
        """How many calls were made for each that was needed."""
        return self.calls / self.least.total


def counted(stage: Pair, sync: Callable[[], Any], *, pages: int) -> Counted:
    """Run something, and count.

    Args:
        stage: Both worlds.
        sync: Plans and applies.
        pages: Pages of titles that the source has to be asked for; one more ends them.
    """
    return _counted(stage.shop, (stage.publisher, stage.shop), sync, source_reads=pages + 1)


def _counted(
    shop: SandboxWorld, worlds: tuple[SandboxWorld, ...], sync: Callable[[], Any], *, source_reads: int
) -> Counted:
    before, seen = shop.sandbox.state(), [len(world.log) for world in worlds]
    receipt = sync()
    assert not receipt.failed, receipt.failed
    lines = [line for world, start in zip(worlds, seen, strict=True) for line in world.log[start:]]
    sent: dict[str, int] = {}
    for line in lines:
        words = ("{id}" if word.isdigit() else word for word in line.request.path.split("/"))
        name = f"{line.request.method} {'/'.join(words)}"
        sent[name] = sent.get(name, 0) + 1
    least = bound(before, shop.sandbox.state(), source_reads=source_reads)
    return Counted(calls=len(lines), least=least, steps=receipt.total, sent=sent)


def first_sync() -> Counted:
    """The whole invented list into an empty store."""
    stage = pair(seed="demo", policy=demo_policy())
    return counted(stage, stage.sync().sync, pages=_pages(stage))


def change_run() -> Counted:
    """A day's work at the invented publisher: 100 prices, 20 covers, 10 new titles."""
    stage = pair(seed="demo", policy=demo_policy())
    stage.sync().sync()
    stage.clock.sleep(timedelta(days=1).total_seconds())
    _a_days_work(stage)
    return counted(stage, stage.sync().sync, pages=1)


def of_file(name: str) -> Callable[[], Counted]:
    """One of the sample files into an empty store."""

    def run() -> Counted:
        clock = usual_clock()
        shop = SandboxWorld(BigCommerceSandbox(seed="empty"))
        credentials = shop.sandbox.credentials()
        store = BigCommerce(
            **credentials,
            transport=shop.sync(clock, base_path=f"/stores/{credentials['store_hash']}"),
            surroundings=Surroundings(clock=clock),
        )
        with OnixReader(contracts.require("onix", "samples", name)) as reader:
            bridge = onix_to_bigcommerce(reader, store, policy=policy(weights_g=WEIGHTS))
            return _counted(shop, (shop,), bridge.sync, source_reads=0)

    return run


def of_prepared(made: Prepared) -> Counted:
    """A stage that waits for one run: planned anew and applied."""
    scene = made.scene()
    return counted(scene.stage, lambda: scene.play(scene.sync()), pages=1)


CASES: dict[str, Callable[[], Counted]] = {
    "first sync": first_sync,
    "two families": of_file("consonance-snowbooks-two-families.xml"),
    "eight works": of_file("consonance-snowbooks-onix30.xml"),
    "change run": change_run,
}
"""The runs that take at most 1.05 times the least."""


def demo_policy() -> Any:
    """What the demonstration's publisher decided."""
    return demo._policy("GBP")


def _pages(stage: Pair) -> int:
    works, cap = len(stage.consonance.state()["work"]), int(stage.consonance.settings()["page_cap"])
    return ceil(works / cap)


def _a_days_work(stage: Pair) -> None:
    now, state = stage.clock.now(), stage.consonance.state()
    for row in [row for row in state["price"] if row["currency_code"] == "GBP"][:100]:
        amount = Decimal(row["amount"]) + Decimal("1.00")
        stage.consonance.edit("price", row["id"], at=now, amount=amount)
    covers = [row for row in state["supporting_resource"] if row["variant"] == "FRONT_COVER"]
    for row in covers[:20]:
        url = f"https://images.example.org/new/{row['id']}.jpg"
        stage.consonance.edit("supporting_resource", row["id"], at=now, url=url)
    for number in range(10):
        book = simple_title(f"New Title {number}", forms=("BB", "BC"), number=800 + number)
        stage.consonance.load(book, at=now)

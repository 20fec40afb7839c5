"""A plan is saved, read by a person, and applied the next day; what moved in between is refused alone."""

from __future__ import annotations

import tempfile
from decimal import Decimal
from pathlib import Path

from commerce_bridge import BigCommerce, Consonance, Plan, StorePolicy, bigcommerce, consonance_to_bigcommerce
from commerce_bridge.sandbox.catalogue import simple_title
from commerce_bridge.sandbox.consonance import ConsonanceSandbox
from commerce_bridge.testing.sandboxes import Sandboxes


def main() -> None:
    """Plan two price changes, let somebody change one of the prices by hand, apply."""
    house = ConsonanceSandbox(seed="empty")
    sandboxes = Sandboxes(house)
    road = house.load(simple_title("The Black Road"), at=sandboxes.clock.now())
    tin = house.load(simple_title("The Tin Map", number=2), at=sandboxes.clock.now())
    store = sandboxes.open(BigCommerce)
    policy = StorePolicy(weights_g={"B": Decimal(300)})
    bridge = consonance_to_bigcommerce(sandboxes.open(Consonance), store, policy=policy)
    bridge.sync()
    for loaded in (road, tin):
        house.edit("price", loaded.prices[0], at=sandboxes.clock.now(), amount=Decimal("7.50"))

    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder) / "monday.plan.jsonl")
        bridge.plan().save(path)
        print(Plan.load(path))
        print()

        sandboxes.clock.advance(24 * 3600)
        black_road = next(iter(store.products.list(sku="9781670000101")))
        store.products.update(black_road.id, bigcommerce.ProductDraft(price=Decimal("6.66")))
        print("The next day, after somebody changed a price by hand:")
        print(bridge.apply(Plan.load(path)))
    print()
    print(bridge.plan())
    print()
    print("Next: docs/how-to/approve-a-plan.md has the same in a terminal.")


if __name__ == "__main__":
    main()

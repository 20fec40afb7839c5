"""A first plan: two titles of an invented publisher go to an empty store, in this process."""

from __future__ import annotations

from decimal import Decimal

from commerce_bridge import BigCommerce, Consonance, StorePolicy, consonance_to_bigcommerce
from commerce_bridge.sandbox.catalogue import simple_title
from commerce_bridge.sandbox.consonance import ConsonanceSandbox
from commerce_bridge.testing.sandboxes import Sandboxes


def main() -> None:
    """Plan, read, apply, plan again."""
    house = ConsonanceSandbox(seed="empty")
    sandboxes = Sandboxes(house)
    house.load(simple_title("The Black Road", forms=("BB", "BC")), at=sandboxes.clock.now())
    house.load(simple_title("A Short Way Down", number=2, price="8.99"), at=sandboxes.clock.now())

    policy = StorePolicy(weights_g={"BB": Decimal(520), "BC": Decimal(280)})
    bridge = consonance_to_bigcommerce(sandboxes.open(Consonance), sandboxes.open(BigCommerce), policy=policy)

    plan = bridge.plan()
    print(plan)
    print()
    print(bridge.apply(plan))
    print()
    print("Planned again:")
    print(bridge.plan())
    print()
    print("Next: change_a_price.py shows what happens when something changes.")


if __name__ == "__main__":
    main()

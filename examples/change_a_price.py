"""One price changes at the publisher: the plan holds that one line, and the bridge can say why."""

from __future__ import annotations

from decimal import Decimal

from commerce_bridge import BigCommerce, Consonance, StorePolicy, consonance_to_bigcommerce
from commerce_bridge.domain.listing import DESCRIPTION, PRICE
from commerce_bridge.sandbox.catalogue import simple_title
from commerce_bridge.sandbox.consonance import ConsonanceSandbox
from commerce_bridge.testing.sandboxes import Sandboxes


def main() -> None:
    """Sync once, change a price, plan, apply, explain."""
    house = ConsonanceSandbox(seed="empty")
    sandboxes = Sandboxes(house)
    road = house.load(simple_title("The Black Road", forms=("BB", "BC")), at=sandboxes.clock.now())
    policy = StorePolicy(weights_g={"B": Decimal(300)})
    bridge = consonance_to_bigcommerce(sandboxes.open(Consonance), sandboxes.open(BigCommerce), policy=policy)
    bridge.sync()

    sandboxes.clock.advance(3600)
    house.edit("price", road.prices[1], at=sandboxes.clock.now(), amount=Decimal("10.99"))
    plan = bridge.plan()
    print(plan)
    print()
    bridge.apply(plan)
    for name in (PRICE, DESCRIPTION):
        print(*bridge.explain("9781670000118", name), sep="\n")
    print()
    print("Next: merchandiser.py shows what happens when somebody edits the store.")


if __name__ == "__main__":
    main()

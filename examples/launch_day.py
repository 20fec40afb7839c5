"""The calendar at work: a title can be ordered ahead, and goes on sale by itself on its day."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from commerce_bridge import BigCommerce, Consonance, StorePolicy, consonance_to_bigcommerce
from commerce_bridge.sandbox.catalogue import simple_title
from commerce_bridge.sandbox.consonance import ConsonanceSandbox
from commerce_bridge.testing.sandboxes import Sandboxes


def main() -> None:
    """Sync before the day, sleep until the next wake-up, sync again."""
    house = ConsonanceSandbox(seed="empty")
    sandboxes = Sandboxes(house)
    clock = sandboxes.clock
    book = simple_title("The Winter Ferry", published=date(2026, 12, 1), status="02")
    house.load(book, at=clock.now())
    store = sandboxes.open(BigCommerce)
    policy = StorePolicy(weights_g={"B": Decimal(300)})
    bridge = consonance_to_bigcommerce(sandboxes.open(Consonance), store, policy=policy)

    bridge.sync()
    for _ in range(2):
        product = next(iter(store.products.list()))
        print(f"{clock.now():%d %B %Y %H:%M}  {product.name}: {product.availability}")
        wake = bridge.next_wake()
        if wake is None:
            break
        print(f"nothing changes until {wake:%d %B %Y %H:%M}")
        clock.advance((wake - clock.now()).total_seconds())
        plan = bridge.plan()
        print(plan)
        bridge.apply(plan)
    print()
    print("Next: docs/how-to/scheduler.md runs this from cron.")


if __name__ == "__main__":
    main()

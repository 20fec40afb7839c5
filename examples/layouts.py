"""A product for each format, or one product with variants: the same title in two stores."""

from __future__ import annotations

from decimal import Decimal

from commerce_bridge import BigCommerce, Consonance, Layout, StorePolicy, consonance_to_bigcommerce
from commerce_bridge.sandbox.bigcommerce import BigCommerceSandbox
from commerce_bridge.sandbox.catalogue import simple_title
from commerce_bridge.sandbox.consonance import ConsonanceSandbox
from commerce_bridge.testing.sandboxes import Sandboxes


def shown(layout: Layout) -> None:
    """Sync into an empty store in one layout, and print what its visitors see."""
    house = ConsonanceSandbox(seed="empty")
    sandboxes = Sandboxes(house, BigCommerceSandbox(seed="empty"))
    house.load(simple_title("The Black Road", forms=("BB", "BC")), at=sandboxes.clock.now())
    house.load(simple_title("The Tin Map", number=2, forms=("BC", "DG")), at=sandboxes.clock.now())
    store = sandboxes.open(BigCommerce)
    policy = StorePolicy(layout=layout, weights_g={"BB": Decimal(520), "BC": Decimal(280)})
    bridge = consonance_to_bigcommerce(sandboxes.open(Consonance), store, policy=policy)
    bridge.sync()

    print(layout.value)
    for product in store.products.list(include=("variants",)):
        print(f"  {product.name}")
        for variant in product.variants or ():
            labels = ", ".join(one.label or "" for one in variant.option_values or ())
            print(f"    {variant.sku}  {labels}")
    for item in bridge.work_items():
        print(f"  ! {item.label}: {item.detail}")
    print()


def main() -> None:
    """Show both layouts."""
    for layout in Layout:
        shown(layout)
    print("Next: launch_day.py shows what the calendar does.")


if __name__ == "__main__":
    main()

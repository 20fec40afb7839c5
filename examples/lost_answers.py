"""The store fails in every way it can, and in the end nothing is lost and nothing is there twice."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal

from commerce_bridge import BigCommerce, Consonance, StorePolicy, consonance_to_bigcommerce
from commerce_bridge.errors import BridgeError
from commerce_bridge.sandbox.consonance import ConsonanceSandbox
from commerce_bridge.sandbox.faults import Chaos, FaultPlan
from commerce_bridge.testing.sandboxes import Sandboxes


def main() -> None:
    """Sync the whole invented list while a tenth of all requests go wrong."""
    sandboxes = Sandboxes(ConsonanceSandbox(seed="demo"), latency_s=0.2)
    world = sandboxes.world("bigcommerce")
    world.plan_faults(FaultPlan(chaos=Chaos(seed=7, share=0.1)))
    policy = StorePolicy(weights_g={"B": Decimal(300), "A": Decimal(100), "P": Decimal(400)})
    bridge = consonance_to_bigcommerce(sandboxes.open(Consonance), sandboxes.open(BigCommerce), policy=policy)

    for run in range(1, 20):
        try:
            receipt = bridge.sync()
        except BridgeError as error:
            print(f"run {run}: stopped. {error}")
            continue
        print(f"run {run}: {receipt.total} steps, {receipt.calls} calls, {len(receipt.failed)} not taken")
        if bridge.plan().is_empty:
            break

    products = world.sandbox.state()["products"]
    skus = Counter(row["sku"] for row in products)
    lost = sum(1 for one in world.log if one.status == 0)
    print()
    print(f"{len(world.log)} requests, of which {lost} got no answer; {len(products)} products")
    print(f"products there twice: {sum(count - 1 for count in skus.values())}")
    print()
    print("Next: docs/explanation/delivery.md says how, and where the limits are.")


if __name__ == "__main__":
    main()

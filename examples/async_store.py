"""The same bridge in an async program: awaited verbs, and lists that are read as they are asked for."""

from __future__ import annotations

import asyncio
from decimal import Decimal

from commerce_bridge import AsyncBigCommerce, AsyncConsonance, StorePolicy, consonance_to_bigcommerce
from commerce_bridge.sandbox.catalogue import simple_title
from commerce_bridge.sandbox.consonance import ConsonanceSandbox
from commerce_bridge.testing.sandboxes import Sandboxes


async def run() -> None:
    """Sync, then read both sides at the same time."""
    house = ConsonanceSandbox(seed="empty")
    sandboxes = Sandboxes(house)
    for number, title in enumerate(("The Black Road", "The Tin Map", "A Short Way Down"), start=1):
        house.load(simple_title(title, number=number), at=sandboxes.clock.now())

    async with sandboxes.open(AsyncConsonance) as publisher, sandboxes.open(AsyncBigCommerce) as store:
        policy = StorePolicy(weights_g={"B": Decimal(300)})
        bridge = consonance_to_bigcommerce(publisher, store, policy=policy)
        print(await bridge.apply(await bridge.plan()))
        print()

        async def works() -> list[str]:
            return [work.title or "" async for work in publisher.works.list()]

        async def products() -> list[str]:
            return [product.name or "" async for product in store.products.list()]

        there, here = await asyncio.gather(works(), products())
        print("at the publisher:", *there, sep="\n  ")
        print("in the store:", *here, sep="\n  ")
    print()
    print("Next: docs/how-to/async-service.md says how to keep it in a service.")


def main() -> None:
    """Run it."""
    asyncio.run(run())


if __name__ == "__main__":
    main()

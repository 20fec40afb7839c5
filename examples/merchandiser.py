"""A merchandiser edits the store: what is theirs stays, what is the publisher's is put right."""

from __future__ import annotations

from decimal import Decimal

from commerce_bridge import BigCommerce, Consonance, StorePolicy, bigcommerce, consonance_to_bigcommerce
from commerce_bridge.sandbox.catalogue import simple_title
from commerce_bridge.sandbox.consonance import ConsonanceSandbox
from commerce_bridge.testing.sandboxes import Sandboxes


def main() -> None:
    """Sync, edit the store by hand, and see what a plan makes of it."""
    house = ConsonanceSandbox(seed="empty")
    sandboxes = Sandboxes(house)
    house.load(simple_title("The Black Road"), at=sandboxes.clock.now())
    store = sandboxes.open(BigCommerce)
    policy = StorePolicy(weights_g={"B": Decimal(300)})
    bridge = consonance_to_bigcommerce(sandboxes.open(Consonance), store, policy=policy)
    bridge.sync()

    product = next(iter(store.products.list()))
    store.custom_fields.create(product.id, name="Staff pick", value="Ada: could not put it down")
    edit = bigcommerce.ProductDraft(
        name="The Black Road - a staff pick", page_title="Read this first", price=Decimal("5.00")
    )
    store.products.update(product.id, edit)
    print("A merchandiser changed the name, the page title and the price, and added a custom field.")
    print()
    print(bridge.plan())
    print()
    bridge.sync()
    product = store.products.get(product.id, include=("custom_fields",))
    print(f"name        {product.name}")
    print(f"page title  {product.page_title}")
    print(f"price       {product.price}")
    for one in product.custom_fields or ():
        print(f"            {one.name}: {one.value}")
    print()
    print("Next: print(bridge.ownership) shows who owns what; own_field.py adds a field of your own.")


if __name__ == "__main__":
    main()

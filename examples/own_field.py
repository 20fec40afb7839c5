"""A field that this library has never heard of reaches the store, and is explained like any other."""

from __future__ import annotations

from decimal import Decimal

from commerce_bridge import (
    MISSING,
    BigCommerce,
    Consonance,
    Context,
    Field,
    Listing,
    StorePolicy,
    consonance_to_bigcommerce,
    custom_field,
    field,
    named,
    standard_registry,
)
from commerce_bridge.sandbox.catalogue import simple_title
from commerce_bridge.sandbox.consonance import ConsonanceSandbox
from commerce_bridge.testing.sandboxes import Sandboxes

SHELF = Field[str]("listing", "acme_shelf", label="shelf")

SHELVES = {"9781670000101": "Window, left", "9781670000118": "Table 3"}


def shelf(listing: Listing, context: Context) -> object:
    """Where the shop keeps it, from a table of the shop's own."""
    return SHELVES.get(listing.format.isbn or "", MISSING)


def main() -> None:
    """Extend the standard mapper, sync, explain."""
    house = ConsonanceSandbox(seed="empty")
    sandboxes = Sandboxes(house)
    house.load(simple_title("The Black Road", forms=("BB", "BC")), at=sandboxes.clock.now())

    policy = StorePolicy(weights_g={"B": Decimal(300)})
    rule = named("acme/shelf", shelf, table=sorted(SHELVES.items()))
    registry = standard_registry(policy).extend(
        "bigcommerce", Listing, field(SHELF, custom_field("Shelf", rule))
    )
    store = sandboxes.open(BigCommerce)
    bridge = consonance_to_bigcommerce(sandboxes.open(Consonance), store, policy=policy, registry=registry)
    bridge.sync()

    for product in store.products.list(include=("custom_fields",)):
        shown = [f"{one.name}: {one.value}" for one in product.custom_fields or () if one.name == "Shelf"]
        print(product.sku, product.name, *shown, sep="  ")
    print()
    print(*bridge.explain("9781670000118", SHELF), sep="\n")
    print()
    print("Next: docs/how-to/your-own-field.md says how a package brings such fields to others.")


if __name__ == "__main__":
    main()

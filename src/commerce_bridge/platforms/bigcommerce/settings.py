"""How records are read from a store and written to it: what the vendor leaves open, and what we choose."""

from __future__ import annotations

from attrs import frozen

from commerce_bridge.platforms.bigcommerce.drafts.catalogue import PermissionSet
from commerce_bridge.platforms.bigcommerce.facts import StoreFacts


@frozen(kw_only=True)
class Settings:
    """How records are read and written.

    Args:
        facts: The store's currency and units; read from the store (one call) when not given.
        tree: The category tree whose paths are ours; other trees' categories are read under a name that
            tells their tree, and kept.
        create_categories: Whether a category that is missing is made; if not, it is reported and the
            product goes without it.
        namespaces: Namespaces of metafields that are read; notes in others are refused, since they would
            never be seen again.  None reads all that the account may see.
        note_permission: Who else may read a note.
        shown_note_permission: The same, for a note that storefront programs may read.
        option: What the option is called whose values are the formats of a product with several.
        preorder_ends_itself: Whether the store takes a product out of preorder on its release date.
        redirect: Whether a former web address leads to the new one.
        nest_pictures: Whether a new product brings its images along, or they follow one by one.
        starts_on: Ids of the channels on which the store puts a new product by itself; it is taken off them
            before it is put where it is wanted.  Most stores put a new product on none.
        price_places: Decimals of prices that the store keeps.
        measure_places: Decimals of weights and sizes that the store keeps; the vendor states none.

    Source: BigCommerce REST reference, `catalog/products_catalog.v3.yml` (prices keep four decimals,
    `permission_set`, `is_preorder_only`, `create_redirect`) and `catalog/category-trees_catalog.v3.yml`.
    """

    facts: StoreFacts | None = None
    tree: int = 1
    create_categories: bool = True
    namespaces: tuple[str, ...] | None = ("commerce_bridge",)
    note_permission: PermissionSet = "app_only"
    shown_note_permission: PermissionSet = "read_and_sf_access"
    option: str = "Format"
    preorder_ends_itself: bool = True
    redirect: bool = True
    nest_pictures: bool = True
    starts_on: tuple[str, ...] = ()
    price_places: int = 4
    measure_places: int = 4

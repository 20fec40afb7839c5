"""What is sent of brands, category trees, categories, metafields and redirects.

Source: BigCommerce REST reference, `catalog/brands_catalog.v3.yml`, `catalog/category-trees_catalog.v3.yml`,
`catalog/products_catalog.v3.yml` (metafields) and `redirects.v3.yml`.
"""

from __future__ import annotations

from typing import Literal, TypeAlias

from attrs import field, frozen

from commerce_bridge.domain.absence import MISSING, Maybe, Missing
from commerce_bridge.platforms.bigcommerce.drafts.body import BLANK, NONE_OF_THEM

PermissionSet: TypeAlias = Literal["app_only", "read", "write", "read_and_sf_access", "write_and_sf_access"]
ProductSort: TypeAlias = Literal[
    "use_store_settings", "featured", "newest", "best_selling", "alpha_asc", "alpha_desc",
    "avg_customer_review", "price_asc", "price_desc",
]  # fmt: skip


@frozen(kw_only=True)
class BrandUrlDraft:
    """A brand's address: a path such as ``/harbour-imprint/``."""

    url: str | Missing = MISSING
    is_customized: bool | Missing = MISSING


@frozen(kw_only=True)
class BrandDraft:
    """A brand: for a publisher, usually the imprint.

    Args:
        name: At most 255 characters, unique in the store.
    """

    name: str | Missing = MISSING
    page_title: Maybe[str] = field(default=MISSING, metadata=BLANK)
    meta_keywords: Maybe[tuple[str, ...]] = field(default=MISSING, metadata=NONE_OF_THEM)
    meta_description: Maybe[str] = field(default=MISSING, metadata=BLANK)
    search_keywords: Maybe[str] = field(default=MISSING, metadata=BLANK)
    image_url: Maybe[str] = field(default=MISSING, metadata=BLANK)
    custom_url: BrandUrlDraft | Missing = MISSING


@frozen(kw_only=True)
class TreeDraft:
    """A category tree.

    Args:
        id: Which one to change; not given for a new one.
        channels: On create only: its channel; a tree has one at most.
    """

    id: int | Missing = MISSING
    name: str | Missing = MISSING
    channels: tuple[int, ...] | Missing = MISSING


@frozen(kw_only=True)
class CategoryUrlDraft:
    """A category's address: a path such as ``/fiction/crime/``."""

    path: str | Missing = MISSING
    is_customized: bool | Missing = MISSING


@frozen(kw_only=True)
class CategoryDraft:
    """A category of a tree.

    Args:
        name: 1-50 characters, unique among its siblings.
        tree_id: The tree; on create give it or `parent_id`.
        parent_id: The category above; 0 for the top of the tree.
        layout_file: A template of a Blueprint theme.
    """

    name: str | Missing = MISSING
    url: CategoryUrlDraft | Missing = MISSING
    parent_id: int | Missing = MISSING
    tree_id: int | Missing = MISSING
    description: Maybe[str] = field(default=MISSING, metadata=BLANK)
    views: int | Missing = MISSING
    sort_order: int | Missing = MISSING
    page_title: Maybe[str] = field(default=MISSING, metadata=BLANK)
    meta_keywords: Maybe[tuple[str, ...]] = field(default=MISSING, metadata=NONE_OF_THEM)
    meta_description: Maybe[str] = field(default=MISSING, metadata=BLANK)
    layout_file: Maybe[str] = field(default=MISSING, metadata=BLANK)
    image_url: Maybe[str] = field(default=MISSING, metadata=BLANK)
    is_visible: bool | Missing = MISSING
    search_keywords: Maybe[str] = field(default=MISSING, metadata=BLANK)
    default_product_sort: ProductSort | Missing = MISSING


@frozen(kw_only=True)
class MetafieldDraft:
    """A metafield: a text of ours beside a record, under a namespace and a key.

    Args:
        namespace: 1-64 characters.
        key: 1-64 characters; unique in the namespace, for one API account and record.
        value: 1-65535 characters.
        permission_set: Who may read and write it; the two with ``sf`` show it to storefronts.
        description: At most 255 characters.
    """

    namespace: str | Missing = MISSING
    key: str | Missing = MISSING
    value: str | Missing = MISSING
    permission_set: PermissionSet | Missing = MISSING
    description: Maybe[str] = field(default=MISSING, metadata=BLANK)


@frozen(kw_only=True)
class RedirectTargetDraft:
    """Where a redirect leads: a record of the store by `entity_id`, or any address by `url`."""

    type: Literal["product", "brand", "category", "page", "post", "url"] | Missing = MISSING
    entity_id: int | Missing = MISSING
    url: str | Missing = MISSING


@frozen(kw_only=True)
class RedirectDraft:
    """A 301 redirect: one for each site and path, so writing it again overwrites it."""

    from_path: str
    site_id: int
    to: RedirectTargetDraft | Missing = MISSING

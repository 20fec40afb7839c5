"""Brands, category trees, categories, assignments, metafields and redirects on the wire.

Source: BigCommerce REST reference, `catalog/brands_catalog.v3.yml`, `catalog/category-trees_catalog.v3.yml`,
`catalog/products_catalog.v3.yml` (assignments, metafields) and `redirects.v3.yml`.
"""

from __future__ import annotations

from commerce_bridge.platforms.bigcommerce.wire.address import CustomUrl
from commerce_bridge.platforms.bigcommerce.wire.base import Instant, Wire


class Brand(Wire):
    """A brand."""

    id: int
    name: str | None = None
    page_title: str | None = None
    meta_keywords: tuple[str, ...] | None = None
    meta_description: str | None = None
    search_keywords: str | None = None
    image_url: str | None = None
    custom_url: CustomUrl | None = None


class UploadedImage(Wire):
    """The image of a brand or category after an upload."""

    image_url: str | None = None


class Tree(Wire):
    """A category tree and its channel."""

    id: int
    name: str | None = None
    channels: tuple[int, ...] | None = None


class CategoryUrl(Wire):
    """A category's address."""

    path: str | None = None
    is_customized: bool | None = None


class Category(Wire):
    """A category of a tree."""

    category_id: int
    category_uuid: str | None = None
    tree_id: int | None = None
    parent_id: int | None = None
    name: str | None = None
    description: str | None = None
    views: int | None = None
    sort_order: int | None = None
    page_title: str | None = None
    meta_keywords: tuple[str, ...] | None = None
    meta_description: str | None = None
    layout_file: str | None = None
    image_url: str | None = None
    is_visible: bool | None = None
    search_keywords: str | None = None
    default_product_sort: str | None = None
    url: CategoryUrl | None = None


class CategoryNode(Wire):
    """A category with those below it."""

    id: int
    parent_id: int | None = None
    depth: int | None = None
    path: tuple[int, ...] | None = None
    name: str | None = None
    is_visible: bool | None = None
    url: str | None = None
    children: tuple[CategoryNode, ...] = ()


class ChannelAssignment(Wire):
    """A product on a channel."""

    product_id: int
    channel_id: int


class CategoryAssignment(Wire):
    """A product in a category."""

    product_id: int
    category_id: int


class Metafield(Wire):
    """A metafield, beside any kind of record."""

    id: int
    namespace: str | None = None
    key: str | None = None
    value: str | None = None
    permission_set: str | None = None
    description: str | None = None
    resource_type: str | None = None
    resource_id: int | str | None = None
    owner_client_id: str | None = None
    date_created: Instant = None
    date_modified: Instant = None


class RedirectTarget(Wire):
    """Where a redirect leads."""

    type: str | None = None
    entity_id: int | None = None
    url: str | None = None


class Redirect(Wire):
    """A 301 redirect."""

    id: int
    site_id: int | None = None
    from_path: str | None = None
    to: RedirectTarget | None = None
    to_url: str | None = None

"""Finding what a natural key names, many keys at once: how a lost answer is made good."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, TypeAlias

from commerce_bridge.domain.exchange import NaturalKey, Ref
from commerce_bridge.domain.record import Fact, Note
from commerce_bridge.flow.effects import Flow
from commerce_bridge.flow.operation import Raw, every
from commerce_bridge.platforms.bigcommerce.batching import split
from commerce_bridge.platforms.bigcommerce.client import BigCommerceClient
from commerce_bridge.platforms.bigcommerce.keys import (
    category_key,
    digest_of,
    fact_key,
    note_key,
    picture_key,
    ref,
)
from commerce_bridge.platforms.bigcommerce.mapping import paths_of
from commerce_bridge.platforms.bigcommerce.settings import Settings

if TYPE_CHECKING:
    from commerce_bridge.platforms.bigcommerce.wire.catalogue import Metafield
    from commerce_bridge.platforms.bigcommerce.wire.variant import Variant

Store: TypeAlias = BigCommerceClient[Raw]
Found: TypeAlias = dict[NaturalKey, tuple[Ref, ...]]
Keys: TypeAlias = Sequence[NaturalKey]

FEW = 3
"""Up to so many single look-ups are made without asking whether reading all is cheaper."""


def find(bc: Store, settings: Settings, keys: Keys) -> Flow[Mapping[NaturalKey, tuple[Ref, ...]]]:
    """What these keys name now; none is an empty tuple.

    Args:
        bc: The store.
        settings: How records are written.
        keys: Of the kinds sku, variant, name, note, fact, picture and category; others name nothing.

    Cost: one call for each 50 SKUs, and one for each that is no product's main SKU, or one for each 250
    variants of the store where that is cheaper; for metafields one for each product, or one for each 250
    of the same keys; for custom fields and images one for each 50 products; for categories one for each
    250 of the tree.

    Source: BigCommerce REST reference, `catalog/products_catalog.v3.yml` (`sku:in` matches main SKUs only)
    and `catalog/product-variants_catalog.v3.yml`.
    """
    by_kind: dict[str, list[NaturalKey]] = defaultdict(list)
    for key in dict.fromkeys(keys):
        by_kind[key.kind].append(key)
    found: dict[NaturalKey, tuple[Ref, ...]] = dict.fromkeys(keys, ())
    for kind, look in _LOOKS.items():
        if by_kind[kind]:
            found.update((yield from look(bc, settings, by_kind[kind])))
    return found


def _products(bc: Store, settings: Settings, keys: Keys) -> Flow[Found]:
    """Products by main SKU, else by a variant's."""
    mains = yield from _by_main_sku(bc, [key.value for key in keys])
    left = [key.value for key in keys if key.value.casefold() not in mains]
    variants = yield from _by_variant_sku(bc, left)
    owners = {sku: one.product_id for sku, one in variants.items() if one.product_id is not None}
    numbers = {**owners, **mains}
    return {key: _names("product", numbers.get(key.value.casefold())) for key in keys}


def _by_main_sku(bc: Store, skus: Sequence[str]) -> Flow[dict[str, int]]:
    found: dict[str, int] = {}
    single = [sku for sku in skus if "," in sku]  # a comma separates the values of a list
    listed = split([sku for sku in skus if "," not in sku], bc.connection.limits.ids_in_filter)
    turns = [
        *(partial(bc.products.list, include_fields=("sku",), sku_in=some) for some in listed),
        *(partial(bc.products.list, include_fields=("sku",), sku=sku) for sku in single),
    ]
    for turn in turns:
        rows = yield from every(turn)
        found.update(((row.sku or "").casefold(), row.id) for row in rows)
    return found


def _by_variant_sku(bc: Store, skus: Sequence[str]) -> Flow[dict[str, Variant]]:
    """Variants by SKU: one look-up each, or the whole list where that is cheaper."""
    if not skus:
        return {}
    wanted = {sku.casefold() for sku in skus}
    if len(wanted) > FEW:
        count = (yield from bc.products.summary()).variant_count
        pages = -(-(count or 0) // bc.connection.limits.page)
        if count is not None and pages < len(wanted):
            rows = yield from every(
                lambda cursor: bc.variants.list_all(cursor, include_fields=("sku", "product_id"))
            )
            return {(row.sku or "").casefold(): row for row in rows if (row.sku or "").casefold() in wanted}
    found: dict[str, Variant] = {}
    for sku in dict.fromkeys(skus):
        page = yield from bc.variants.list_all(None, sku=sku)
        found.update(
            (sku.casefold(), row) for row in page.items if (row.sku or "").casefold() == sku.casefold()
        )
    return found


def _variants(bc: Store, settings: Settings, keys: Keys) -> Flow[Found]:
    found = yield from _by_variant_sku(bc, [key.value for key in keys])
    return {key: _names("variant", _id(found.get(key.value.casefold()))) for key in keys}


def _named(bc: Store, settings: Settings, keys: Keys) -> Flow[Found]:
    """Products by name."""
    found: Found = {}
    for key in keys:
        page = yield from bc.products.list(None, include_fields=("name",), name=key.value)
        match = next((row.id for row in page.items if row.name == key.value), None)
        found[key] = _names("product", match)
    return found


def _facts(bc: Store, settings: Settings, keys: Keys) -> Flow[Found]:
    products = yield from bc.products.get_many(_owners(keys), include=("custom_fields",))
    there = {
        fact_key(str(product.id), Fact(one.name or "", one.value or "")): ref("custom_field", one.id)
        for product in products
        for one in product.custom_fields or ()
    }
    return {key: (there[key],) if key in there else () for key in keys}


def _notes(bc: Store, settings: Settings, keys: Keys) -> Flow[Found]:
    owners = _owners(keys)
    spaces = tuple(dict.fromkeys(key.value.split("|", 2)[1] for key in keys))
    metafields = bc.product_metafields
    turns = [partial(metafields.list_all, resource_id_in=owners, namespace_in=spaces)]
    if len(owners) <= FEW:
        turns = [partial(metafields.list, product_id=owner, namespace_in=spaces) for owner in owners]
    rows: list[Metafield] = []
    for turn in turns:
        rows.extend((yield from every(turn)))
    there = {
        note_key(str(row.resource_id), Note(row.namespace or "", row.key or "", "")): ref("metafield", row.id)
        for row in rows
    }
    return {key: (there[key],) if key in there else () for key in keys}


def _pictures(bc: Store, settings: Settings, keys: Keys) -> Flow[Found]:
    """Images by a SKU of their product (or ``#`` and its id) and our mark."""
    owners = list(dict.fromkeys(key.value.rpartition("|")[0] for key in keys))
    by_sku = yield from _products(
        bc, settings, [NaturalKey("sku", owner) for owner in owners if not owner.startswith("#")]
    )
    numbers = {key.value: int(refs[0].id) for key, refs in by_sku.items() if refs}
    numbers.update((owner, int(owner[1:])) for owner in owners if owner[:1] == "#" and owner[1:].isdigit())
    products = yield from bc.products.get_many(tuple(numbers.values()), include=("images",))
    images = {product.id: product.images or () for product in products}
    there = {
        picture_key(owner, digest_of(image.description or "", image.id)): ref("image", image.id)
        for owner, number in numbers.items()
        for image in images.get(number, ())
    }
    return {key: (there[key],) if key in there else () for key in keys}


def _categories(bc: Store, settings: Settings, keys: Keys) -> Flow[Found]:
    rows = yield from every(lambda cursor: bc.categories.list(cursor, tree_id_in=(settings.tree,)))
    there = {
        category_key(path): ref("category", number) for number, path in paths_of(rows, settings.tree).items()
    }
    return {key: (there[key],) if key in there else () for key in keys}


def _owners(keys: Keys) -> tuple[int, ...]:
    """The products that keys of elements begin with."""
    words = (key.value.partition("|")[0] for key in keys)
    return tuple(dict.fromkeys(int(word) for word in words if word.isdigit()))


def _names(kind: str, number: int | None) -> tuple[Ref, ...]:
    return () if number is None else (ref(kind, number),)


def _id(row: Variant | None) -> int | None:
    return None if row is None else row.id


_LOOKS: Mapping[str, Callable[[Store, Settings, Keys], Flow[Found]]] = {
    "sku": _products,
    "variant": _variants,
    "name": _named,
    "fact": _facts,
    "note": _notes,
    "picture": _pictures,
    "category": _categories,
}

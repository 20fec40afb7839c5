"""Sending a format that joins a product, or gets another name."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from commerce_bridge.domain import listing as on
from commerce_bridge.errors import MappingError
from commerce_bridge.flow.effects import Flow
from commerce_bridge.flow.operation import every
from commerce_bridge.platforms.bigcommerce.batching import Saved
from commerce_bridge.platforms.bigcommerce.drafting import variant_draft
from commerce_bridge.platforms.bigcommerce.drafts.variant import (
    OptionChoiceDraft,
    OptionValueDraft,
)
from commerce_bridge.platforms.bigcommerce.keys import number_of, ref
from commerce_bridge.platforms.bigcommerce.lowering.work import (
    Item,
    VariantAddition,
    VariantRenaming,
)
from commerce_bridge.platforms.bigcommerce.sending.answers import (
    Results,
    Store,
    attempt,
    refused,
    saving,
    told,
)

if TYPE_CHECKING:
    from commerce_bridge.platforms.bigcommerce.wire.variant import Option, Variant


def variant(store: Store, items: Sequence[Item]) -> Flow[Results]:
    """A variant that joins a product with several.

    Three calls: the product's options, the new value where it is missing, the variant.

    Source: BigCommerce REST reference, `catalog/product-variant-options_catalog.v3.yml` and
    `catalog/product-variants_catalog.v3.yml` (making an option's value makes no variant).
    """
    (item,) = items
    work = item.work
    if not isinstance(work, VariantAddition):
        raise TypeError(f"No variant to make: {work!r}")
    try:
        variant_draft(work.values, store.terms)
    except MappingError as error:
        return tuple(refused(item, error))
    answer = yield from attempt(_joined(store, work))
    made = ref("variant", answer.value.id) if isinstance(answer, Saved) else None
    return tuple(told(item, answer, made))


def renaming(store: Store, items: Sequence[Item]) -> Flow[Results]:
    """Another name for the option value of a variant.

    Three calls: which value the variant has, how that stands, its change.

    Source: BigCommerce REST reference, `catalog/product-variant-options_catalog.v3.yml`.
    """
    (item,) = items
    work = item.work
    if not isinstance(work, VariantRenaming):
        raise TypeError(f"No variant to rename: {work!r}")
    answer = yield from attempt(saving(_renamed(store, work)))
    return tuple(told(item, answer, work.target))


def _renamed(store: Store, work: VariantRenaming) -> Flow[None]:
    product, option = number_of(work.product), store.terms.settings.option
    there = yield from store.client.variants.get(product, number_of(work.target))
    ours = next((one for one in there.option_values or () if one.option_display_name == option), None)
    if ours is None or ours.id is None or ours.option_id is None:
        raise MappingError(
            f"{work.target} has no option {option!r}, so it cannot be called {work.label!r}.",
            hint="Name the store's option in `Settings.option`.",
        )
    value = yield from store.client.option_values.get(product, ours.option_id, ours.id)
    draft = OptionValueDraft(label=work.label, sort_order=value.sort_order or 0)
    yield from store.client.option_values.update(product, ours.option_id, ours.id, draft)


def _joined(store: Store, work: VariantAddition) -> Flow[Saved[Variant]]:
    product = number_of(work.product)
    label = str(work.values.get(on.OPTION) or work.sku)
    options = yield from every(lambda cursor: store.client.options.list(cursor, product))
    ours = next((one for one in options if one.display_name == store.terms.settings.option), None)
    if ours is None or ours.id is None or len(options) > 1:
        raise MappingError(
            f"{work.product} has no single option {store.terms.settings.option!r}, so {work.sku} cannot join it "
            f"(it has: {', '.join(str(one.display_name) for one in options) or 'none'}).",
            hint="Give the product that option in the store, or list the format on a page of its own.",
        )
    value = yield from _value(store, product, ours, label)
    choice = OptionChoiceDraft(option_id=ours.id, id=value)
    draft = variant_draft({on.SKU: work.sku, **work.values}, store.terms, option_values=(choice,))
    return (yield from store.client.variants.create(product, draft))


def _value(store: Store, product: int, option: Option, label: str) -> Flow[int]:
    values = option.option_values or ()
    known = next((one.id for one in values if one.label == label), None)
    if known is not None:
        return known
    draft = OptionValueDraft(label=label, sort_order=len(values))
    made = yield from store.client.option_values.create(product, option.id or 0, draft)
    return made.id

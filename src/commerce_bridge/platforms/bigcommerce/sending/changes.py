"""Sending changes of products and variants: many at once, and by step what is refused together."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from commerce_bridge.domain.exchange import Ref
from commerce_bridge.errors import MappingError
from commerce_bridge.flow.effects import Flow
from commerce_bridge.platforms.bigcommerce.batching import Failed, RowAnswer
from commerce_bridge.platforms.bigcommerce.drafting import Terms, product_draft, product_sent, variant_draft
from commerce_bridge.platforms.bigcommerce.drafts.product import ProductDraft
from commerce_bridge.platforms.bigcommerce.drafts.variant import VariantDraft
from commerce_bridge.platforms.bigcommerce.keys import number_of
from commerce_bridge.platforms.bigcommerce.lowering.work import (
    Item,
    ProductChange,
    VariantChange,
    VariantRewriting,
    Work,
)
from commerce_bridge.platforms.bigcommerce.sending.answers import (
    Results,
    Send,
    Store,
    attempt,
    is_everybodys,
    refused,
    told,
)
from commerce_bridge.ports.step import RowResult

T = TypeVar("T")


def product_changes(store: Store, items: Sequence[Item]) -> Flow[Results]:
    """Up to ten products at once; what several steps share and the store refuses goes again, by step."""
    sound, results, again = _drafted(items, lambda item: _changed(item.work, store.terms))
    if sound:
        sent = [(number_of(name), draft) for _, name, draft in sound]
        answers = yield from store.client.products.update_batch(sent)
        for (item, name, _), answer in zip(sound, answers, strict=True):
            if _is_divisible(item, answer):
                again.append(item)
            else:
                results.extend(told(item, answer, name))
    results.extend((yield from _by_step(product_changes, store, again)))
    return tuple(results)


def _changed(work: Work, terms: Terms) -> tuple[Ref, ProductDraft]:
    if not isinstance(work, ProductChange):
        raise TypeError(f"No product to change: {work!r}")
    sent = product_sent(work.values, terms, several=work.several)
    if work.categories is not None:
        sent["categories"] = tuple(number_of(one) for one in work.categories.refs)
    if work.related is not None:
        # Without any of its own the store chooses related products by itself again.
        sent["related_products"] = tuple(number_of(one) for one in work.related.refs) or (-1,)
    return work.target, product_draft(sent)


def _drafted(
    items: Sequence[Item], draft_of: Callable[[Item], tuple[Ref, T]]
) -> tuple[list[tuple[Item, Ref, T]], list[RowResult], list[Item]]:
    """What can be sent, the results of what cannot, and what is to be tried by step."""
    sound: list[tuple[Item, Ref, T]] = []
    results: list[RowResult] = []
    again: list[Item] = []
    for item in items:
        try:
            name, draft = draft_of(item)
        except MappingError as error:
            if item.shares:
                again.append(item)
            else:
                results.extend(refused(item, error))
        else:
            sound.append((item, name, draft))
    return sound, results, again


def _is_divisible(item: Item, answer: RowAnswer[Any]) -> bool:
    return bool(item.shares) and isinstance(answer, Failed) and not is_everybodys(answer.error)


def _by_step(send: Send, store: Store, items: Sequence[Item]) -> Flow[Results]:
    """Each step's share alone; a record stands in a call once."""
    results: list[RowResult] = []
    for turn in range(max((len(item.shares) for item in items), default=0)):
        shares = [item.shares[turn] for item in items if turn < len(item.shares)]
        results.extend((yield from send(store, shares)))
    return tuple(results)


def variant_changes(store: Store, items: Sequence[Item]) -> Flow[Results]:
    """Up to fifty variants at once; what several steps share and the store refuses goes again, by step."""
    sound, results, again = _drafted(items, lambda item: _variant(item.work, store.terms))
    if sound:
        sent = [(number_of(name), draft) for _, name, draft in sound]
        answers = yield from store.client.variants.update_batch(sent)
        for (item, name, _), answer in zip(sound, answers, strict=True):
            if _is_divisible(item, answer):
                again.append(item)
            else:
                results.extend(told(item, answer, name))
    results.extend((yield from _by_step(variant_changes, store, again)))
    return tuple(results)


def one_variant(store: Store, items: Sequence[Item]) -> Flow[Results]:
    """A variant of which something changes that no batch takes; refused, it goes again by step.

    Source: BigCommerce REST reference, `catalog/product-variants_catalog.v3.yml`,
    PUT /catalog/products/{product_id}/variants/{variant_id}.
    """
    results: list[RowResult] = []
    for item in items:
        (sound, refusals, again) = _drafted([item], lambda one: _variant(one.work, store.terms))
        results.extend(refusals)
        for _, name, draft in sound:
            product = _product_of(item.work)
            write = store.client.variants.update(number_of(product), number_of(name), draft)
            answer = yield from attempt(write)
            if _is_divisible(item, answer):
                again.append(item)
            else:
                results.extend(told(item, answer, name))
        results.extend((yield from _by_step(one_variant, store, again)))
    return tuple(results)


def _variant(work: Work, terms: Terms) -> tuple[Ref, VariantDraft]:
    if not isinstance(work, (VariantChange, VariantRewriting)):
        raise TypeError(f"No variant to change: {work!r}")
    return work.target, variant_draft(work.values, terms)


def _product_of(work: Work) -> Ref:
    if not isinstance(work, (VariantChange, VariantRewriting)):
        raise TypeError(f"No variant to change: {work!r}")
    return work.product

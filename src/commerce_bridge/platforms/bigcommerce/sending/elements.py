"""Sending what stands beside a product: metafields, channels, custom fields, images."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from commerce_bridge.domain.exchange import Ref
from commerce_bridge.errors import NotFound
from commerce_bridge.flow.effects import Flow
from commerce_bridge.platforms.bigcommerce.batching import Failed, RowAnswer, Saved
from commerce_bridge.platforms.bigcommerce.drafting import image_draft, note_draft
from commerce_bridge.platforms.bigcommerce.keys import number_of, ref
from commerce_bridge.platforms.bigcommerce.lowering.work import (
    Assignment,
    FactAddition,
    FactChange,
    FactRemoval,
    Item,
    NoteAddition,
    NoteChange,
    NoteRemoval,
    PictureAddition,
    PictureChange,
    PictureRemoval,
    Refusal,
    Withdrawal,
)
from commerce_bridge.platforms.bigcommerce.sending.answers import (
    Results,
    Store,
    attempt,
    gone_is_fine,
    refused,
    saving,
    told,
)
from commerce_bridge.ports.step import RowResult


def notes_added(store: Store, items: Sequence[Item]) -> Flow[Results]:
    """Metafields of many products at once."""
    works = [(item, item.work) for item in items if isinstance(item.work, NoteAddition)]
    rows = [(number_of(work.product), note_draft(work.note, store.terms.settings)) for _, work in works]
    answers = yield from store.client.product_metafields.create_batch(rows)
    results: list[RowResult] = []
    for (item, _), answer in zip(works, answers, strict=True):
        made = ref("metafield", answer.value.id) if isinstance(answer, Saved) else None
        results.extend(told(item, answer, made))
    return tuple(results)


def notes_changed(store: Store, items: Sequence[Item]) -> Flow[Results]:
    """Metafields of many products at once."""
    works = [(item, item.work) for item in items if isinstance(item.work, NoteChange)]
    rows = [(number_of(work.target), note_draft(work.note, store.terms.settings)) for _, work in works]
    answers = yield from store.client.product_metafields.update_batch(rows)
    return _each([(item, work.target) for item, work in works], answers)


def notes_removed(store: Store, items: Sequence[Item]) -> Flow[Results]:
    """Metafields of many products at once; those that are gone already are done."""
    works = [(item, item.work) for item in items if isinstance(item.work, NoteRemoval)]
    answers = yield from store.client.product_metafields.delete_batch(
        [number_of(work.target) for _, work in works]
    )
    fine = [
        Saved(value=0) if isinstance(answer, Failed) and isinstance(answer.error, NotFound) else answer
        for answer in answers
    ]
    return _each([(item, work.target) for item, work in works], fine)


def assigned(store: Store, items: Sequence[Item]) -> Flow[Results]:
    """Products put on channels, many at once."""
    works = [(item, item.work) for item in items if isinstance(item.work, Assignment)]
    rows = [(number_of(work.product), int(work.channel)) for _, work in works]
    answers = yield from store.client.channel_assignments.assign(rows)
    return _each([(item, work.product) for item, work in works], answers)


def withdrawn(store: Store, items: Sequence[Item]) -> Flow[Results]:
    """Products taken off one channel, many at once."""
    works = [(item, item.work) for item in items if isinstance(item.work, Withdrawal)]
    products = [number_of(work.product) for _, work in works]
    channels = sorted({int(work.channel) for _, work in works})
    removal = store.client.channel_assignments.unassign(product_id_in=products, channel_id_in=channels)
    answer = yield from attempt(saving(removal))
    return _each([(item, work.product) for item, work in works], [answer] * len(works))


def _each(works: Sequence[tuple[Item, Ref]], answers: Sequence[RowAnswer[Any]]) -> Results:
    return tuple(
        result
        for (item, name), answer in zip(works, answers, strict=True)
        for result in told(item, answer, name)
    )


def one_fact(store: Store, items: Sequence[Item]) -> Flow[Results]:
    """A custom field that is added, changed or removed."""
    (item,) = items
    match item.work:
        case FactAddition(product=product, fact=fact):
            creation = store.client.custom_fields.create(number_of(product), name=fact.name, value=fact.value)
            added = yield from attempt(saving(creation))
            made = ref("custom_field", added.value.id) if isinstance(added, Saved) else None
            return tuple(told(item, added, made))
        case FactChange(product=product, target=target, fact=fact):
            write: Flow[Any] = store.client.custom_fields.update(
                number_of(product), number_of(target), name=fact.name, value=fact.value
            )
        case FactRemoval(product=product, target=target):
            write = gone_is_fine(store.client.custom_fields.delete(number_of(product), number_of(target)))
        case _:
            raise TypeError(f"No custom field: {item.work!r}")
    return tuple(told(item, (yield from attempt(saving(write))), target))


def one_picture(store: Store, items: Sequence[Item]) -> Flow[Results]:
    """An image that is added, changed or removed."""
    (item,) = items
    match item.work:
        case PictureAddition(product=product, picture=picture):
            added = yield from attempt(
                saving(store.client.images.create(number_of(product), image_draft(picture)))
            )
            made = ref("image", added.value.id) if isinstance(added, Saved) else None
            return tuple(told(item, added, made))
        case PictureChange(product=product, target=target, picture=picture):
            draft = image_draft(picture, fetched=False)
            write: Flow[Any] = store.client.images.update(number_of(product), number_of(target), draft)
        case PictureRemoval(product=product, target=target):
            write = gone_is_fine(store.client.images.delete(number_of(product), number_of(target)))
        case _:
            raise TypeError(f"No image: {item.work!r}")
    return tuple(told(item, (yield from attempt(saving(write))), target))


def nothing(store: Store, items: Sequence[Item]) -> Flow[Results]:
    """Rows that cannot be written; nothing is sent."""
    yield from ()
    return tuple(
        result
        for item in items
        if isinstance(item.work, Refusal)
        for result in refused(item, item.work.error)
    )

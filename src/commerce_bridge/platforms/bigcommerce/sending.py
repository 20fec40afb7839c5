"""Sending a call: one function for each kind of work, one result for each row.

Errors that are one row's stay in its result.  Errors that are everybody's (credentials, an exhausted
quota) are raised; where part of a call had taken hold before, the rows left are UNKNOWN and meet that
error when they are sent again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeAlias, TypeVar

from commerce_bridge.domain.exchange import NaturalKey, Ref
from commerce_bridge.errors import (
    AuthError,
    BridgeError,
    DecodeError,
    MappingError,
    NotFound,
    QuotaExhausted,
    RateLimited,
    RejectedRecord,
    ServerFault,
    TransportError,
)
from commerce_bridge.flow.effects import Flow
from commerce_bridge.flow.operation import Raw
from commerce_bridge.platforms.bigcommerce.batching import Failed, RowAnswer, Saved, Unknown
from commerce_bridge.platforms.bigcommerce.client import BigCommerceClient
from commerce_bridge.platforms.bigcommerce.drafting import (
    Terms,
    image_draft,
    note_draft,
    product_draft,
    product_sent,
    variant_draft,
)
from commerce_bridge.platforms.bigcommerce.drafts.product import ProductDraft
from commerce_bridge.platforms.bigcommerce.drafts.variant import VariantDraft
from commerce_bridge.platforms.bigcommerce.keys import fact_key, note_key, number_of, ref
from commerce_bridge.platforms.bigcommerce.lowering.unfolding import ADDRESS
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
    ProductChange,
    Refusal,
    VariantChange,
    Withdrawal,
)
from commerce_bridge.ports.step import Row, RowResult, Verdict

T = TypeVar("T")

Store: TypeAlias = BigCommerceClient[Raw]
Learned: TypeAlias = tuple[tuple[NaturalKey, Ref], ...]
Results: TypeAlias = tuple[RowResult, ...]

EVERYBODY = (AuthError, QuotaExhausted, RateLimited)
"""Errors that any other row would meet too."""


def saving(flow: Flow[T]) -> Flow[Saved[T]]:
    """A write whose answer tells of nothing left undone."""
    return Saved(value=(yield from flow))


def attempt(flow: Flow[Saved[T]]) -> Flow[RowAnswer[T]]:
    """What became of a write of one row.

    Raises:
        AuthError, QuotaExhausted, RateLimited: Nobody's row in particular is to blame.
    """
    try:
        return (yield from flow)
    except EVERYBODY:
        raise
    except TransportError as error:
        return Unknown(error=error) if error.sent else Failed(error=error)
    except (ServerFault, DecodeError) as error:
        return Unknown(error=error)
    except BridgeError as error:
        return Failed(error=error)


def gone_is_fine(flow: Flow[None]) -> Flow[None]:
    """A removal; what is gone already needs none."""
    try:
        yield from flow
    except NotFound:
        return


def told(
    item: Item, answer: RowAnswer[Any], name: Ref | None = None, learned: Learned = ()
) -> Iterable[RowResult]:
    """The results of an item's rows from the answer to its work."""
    match answer:
        case Saved():
            for row in item.rows:
                error = _problem(answer, row)
                if error is None:
                    made = () if row.creates is None or name is None else ((row.creates, name),)
                    yield RowResult(row=row, verdict=Verdict.DONE, ref=name, learned=(*made, *learned))
                else:
                    yield RowResult(row=row, verdict=Verdict.FAILED, ref=name, error=error)
        case Failed(error=error):
            verdict = Verdict.UNKNOWN if isinstance(error, EVERYBODY) else Verdict.FAILED
            yield from (RowResult(row=row, verdict=verdict, error=error) for row in item.rows)
        case Unknown(error=error):
            yield from (RowResult(row=row, verdict=Verdict.UNKNOWN, error=error) for row in item.rows)


def _problem(saved: Saved[Any], row: Row) -> BridgeError | None:
    """What of a saved row was not saved: only its address can be told apart."""
    said = [f"{name}: {why}" for name, why in saved.problems.items() if "url" in name]
    if row.part != ADDRESS or not said:
        return None
    return RejectedRecord(
        f"The product was saved, but not its web address ({'; '.join(said)}).",
        platform="bigcommerce",
        operation="products.update",
        status=207,
        fields=saved.problems,
    )


def refused(item: Item, error: MappingError) -> Iterable[RowResult]:
    """The results of rows that are not sent."""
    return (RowResult(row=row, verdict=Verdict.FAILED, error=error) for row in item.rows)


def product_changes(bc: Store, terms: Terms, items: Sequence[Item]) -> Flow[Results]:
    """Up to ten products at once."""
    results: list[RowResult] = []
    rows: list[tuple[Item, Ref, ProductDraft]] = []
    for item in items:
        work = item.work
        if not isinstance(work, ProductChange):
            continue
        try:
            rows.append((item, work.target, _changed(work, terms)))
        except MappingError as error:
            results.extend(refused(item, error))
    if rows:
        sent = [(number_of(target), draft) for _, target, draft in rows]
        answers = yield from bc.products.update_batch(sent)
        for (item, target, _), answer in zip(rows, answers, strict=True):
            results.extend(told(item, answer, target))
    return tuple(results)


def _changed(work: ProductChange, terms: Terms) -> ProductDraft:
    sent = product_sent(work.values, terms, several=work.several)
    if work.categories is not None:
        sent["categories"] = tuple(number_of(one) for one in work.categories.refs)
    if work.related is not None:
        # Without any of its own the store chooses related products by itself again.
        sent["related_products"] = tuple(number_of(one) for one in work.related.refs) or (-1,)
    return product_draft(sent)


def variant_changes(bc: Store, terms: Terms, items: Sequence[Item]) -> Flow[Results]:
    """Up to fifty variants at once."""
    results: list[RowResult] = []
    rows: list[tuple[Item, Ref, VariantDraft]] = []
    for item in items:
        work = item.work
        if not isinstance(work, VariantChange):
            continue
        try:
            rows.append((item, work.target, variant_draft(work.values, terms)))
        except MappingError as error:
            results.extend(refused(item, error))
    if rows:
        sent = [(number_of(target), draft) for _, target, draft in rows]
        answers = yield from bc.variants.update_batch(sent)
        for (item, target, _), answer in zip(rows, answers, strict=True):
            results.extend(told(item, answer, target))
    return tuple(results)


def notes_added(bc: Store, terms: Terms, items: Sequence[Item]) -> Flow[Results]:
    """Metafields of many products at once."""
    works = [(item, item.work) for item in items if isinstance(item.work, NoteAddition)]
    rows = [(number_of(work.product), note_draft(work.note, terms.settings)) for _, work in works]
    answers = yield from bc.product_metafields.create_batch(rows)
    results: list[RowResult] = []
    for (item, work), answer in zip(works, answers, strict=True):
        made = ref("metafield", answer.value.id) if isinstance(answer, Saved) else None
        key = note_key(work.product.id, work.note)
        results.extend(told(item, answer, made, () if made is None else ((key, made),)))
    return tuple(results)


def notes_changed(bc: Store, terms: Terms, items: Sequence[Item]) -> Flow[Results]:
    """Metafields of many products at once."""
    works = [(item, item.work) for item in items if isinstance(item.work, NoteChange)]
    rows = [(number_of(work.target), note_draft(work.note, terms.settings)) for _, work in works]
    answers = yield from bc.product_metafields.update_batch(rows)
    return _each([(item, work.target) for item, work in works], answers)


def notes_removed(bc: Store, terms: Terms, items: Sequence[Item]) -> Flow[Results]:
    """Metafields of many products at once; those that are gone already are done."""
    works = [(item, item.work) for item in items if isinstance(item.work, NoteRemoval)]
    answers = yield from bc.product_metafields.delete_batch([number_of(work.target) for _, work in works])
    fine = [
        Saved(value=0) if isinstance(answer, Failed) and isinstance(answer.error, NotFound) else answer
        for answer in answers
    ]
    return _each([(item, work.target) for item, work in works], fine)


def assigned(bc: Store, terms: Terms, items: Sequence[Item]) -> Flow[Results]:
    """Products put on channels, many at once."""
    works = [(item, item.work) for item in items if isinstance(item.work, Assignment)]
    rows = [(number_of(work.product), int(work.channel)) for _, work in works]
    answers = yield from bc.channel_assignments.assign(rows)
    return _each([(item, work.product) for item, work in works], answers)


def withdrawn(bc: Store, terms: Terms, items: Sequence[Item]) -> Flow[Results]:
    """Products taken off one channel, many at once."""
    works = [(item, item.work) for item in items if isinstance(item.work, Withdrawal)]
    products = [number_of(work.product) for _, work in works]
    channels = sorted({int(work.channel) for _, work in works})
    removal = bc.channel_assignments.unassign(product_id_in=products, channel_id_in=channels)
    answer = yield from attempt(saving(removal))
    return _each([(item, work.product) for item, work in works], [answer] * len(works))


def _each(works: Sequence[tuple[Item, Ref]], answers: Sequence[RowAnswer[Any]]) -> Results:
    return tuple(
        result
        for (item, name), answer in zip(works, answers, strict=True)
        for result in told(item, answer, name)
    )


def one_fact(bc: Store, terms: Terms, items: Sequence[Item]) -> Flow[Results]:
    """A custom field that is added, changed or removed."""
    (item,) = items
    match item.work:
        case FactAddition(product=product, fact=fact):
            creation = bc.custom_fields.create(number_of(product), name=fact.name, value=fact.value)
            added = yield from attempt(saving(creation))
            made = ref("custom_field", added.value.id) if isinstance(added, Saved) else None
            learned = () if made is None else ((fact_key(product.id, fact), made),)
            return tuple(told(item, added, made, learned))
        case FactChange(product=product, target=target, fact=fact):
            write: Flow[Any] = bc.custom_fields.update(
                number_of(product), number_of(target), name=fact.name, value=fact.value
            )
        case FactRemoval(product=product, target=target):
            write = gone_is_fine(bc.custom_fields.delete(number_of(product), number_of(target)))
        case _:
            raise TypeError(f"No custom field: {item.work!r}")
    return tuple(told(item, (yield from attempt(saving(write))), target))


def one_picture(bc: Store, terms: Terms, items: Sequence[Item]) -> Flow[Results]:
    """An image that is added, changed or removed."""
    (item,) = items
    match item.work:
        case PictureAddition(product=product, picture=picture):
            added = yield from attempt(saving(bc.images.create(number_of(product), image_draft(picture))))
            made = ref("image", added.value.id) if isinstance(added, Saved) else None
            return tuple(told(item, added, made))
        case PictureChange(product=product, target=target, picture=picture):
            draft = image_draft(picture, fetched=False)
            write: Flow[Any] = bc.images.update(number_of(product), number_of(target), draft)
        case PictureRemoval(product=product, target=target):
            write = gone_is_fine(bc.images.delete(number_of(product), number_of(target)))
        case _:
            raise TypeError(f"No image: {item.work!r}")
    return tuple(told(item, (yield from attempt(saving(write))), target))


def nothing(bc: Store, terms: Terms, items: Sequence[Item]) -> Flow[Results]:
    """Rows that cannot be written; nothing is sent."""
    yield from ()
    return tuple(
        result
        for item in items
        if isinstance(item.work, Refusal)
        for result in refused(item, item.work.error)
    )


Send: TypeAlias = Callable[[Store, Terms, Sequence[Item]], Flow[Results]]

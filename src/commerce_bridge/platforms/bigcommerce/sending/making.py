"""Sending what makes something new with much in it: categories, products, variants."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from attrs import evolve

from commerce_bridge.domain import listing as on
from commerce_bridge.domain.absence import CLEARED
from commerce_bridge.domain.exchange import NaturalKey, Ref
from commerce_bridge.domain.record import Picture
from commerce_bridge.errors import (
    BridgeError,
    Conflict,
    MappingError,
    RejectedRecord,
    RemoteError,
    RequestRefused,
    TransportError,
)
from commerce_bridge.flow.effects import Flow
from commerce_bridge.platforms.bigcommerce.batching import Failed, RowAnswer, Saved, Unknown
from commerce_bridge.platforms.bigcommerce.drafting import (
    Terms,
    image_draft,
    product_draft,
    product_sent,
    variant_draft,
)
from commerce_bridge.platforms.bigcommerce.drafts.catalogue import CategoryDraft
from commerce_bridge.platforms.bigcommerce.drafts.product import CustomFieldDraft, ProductDraft
from commerce_bridge.platforms.bigcommerce.drafts.variant import OptionChoiceDraft, VariantDraft
from commerce_bridge.platforms.bigcommerce.keys import (
    TOKEN,
    category_key,
    number_of,
    ref,
    token_of,
    variant_key,
)
from commerce_bridge.platforms.bigcommerce.lowering.aside import part_of
from commerce_bridge.platforms.bigcommerce.lowering.unfolding import MAIN
from commerce_bridge.platforms.bigcommerce.lowering.work import CategoryNeed, Creation, Item
from commerce_bridge.platforms.bigcommerce.memory import Path
from commerce_bridge.platforms.bigcommerce.sending.answers import Results, Store, attempt, refused, told
from commerce_bridge.ports.step import RowResult, Verdict

if TYPE_CHECKING:
    from commerce_bridge.platforms.bigcommerce.wire.product import Product

NEEDED = (on.NAME, on.FULFILMENT, on.WEIGHT_G, on.PRICE)
"""What no product can do without."""


def categories(store: Store, items: Sequence[Item]) -> Flow[Results]:
    """Categories that must exist: looked for, and made where they are missing, level by level.

    One call for each 250 categories of the tree unless they are remembered, and one for each level (and
    each 50 on it) that lacks any.
    """
    wanted = {item.work.path for item in items if isinstance(item.work, CategoryNeed)}
    known = dict((yield from store.memory.ours()))
    failed: dict[Path, Failed | Unknown] = {}
    for depth in range(1, max(len(path) for path in wanted) + 1):
        level = sorted({path[:depth] for path in wanted if len(path) >= depth})
        missing = [path for path in level if path not in known and path[:-1] not in failed]
        answers = yield from _made(store, missing, known)
        known.update((path, answer.value) for path, answer in answers.items() if isinstance(answer, Saved))
        failed.update((path, answer) for path, answer in answers.items() if not isinstance(answer, Saved))
        failed.update((path, failed[path[:-1]]) for path in level if path[:-1] in failed)
    lost = any(isinstance(answer, Unknown) for answer in failed.values())
    store.memory.keep(None if lost else known)
    return tuple(result for item in items for result in _category(item, known, failed))


def _made(store: Store, paths: Sequence[Path], known: Mapping[Path, int]) -> Flow[dict[Path, RowAnswer[int]]]:
    """What became of the categories of one level, of which the level above is known."""
    if not paths:
        return {}
    settings = store.terms.settings
    if not settings.create_categories:
        return {path: Failed(error=_not_there(path)) for path in paths}
    parents = [known[path[:-1]] if len(path) > 1 else 0 for path in paths]
    drafts = [
        CategoryDraft(name=path[-1], tree_id=settings.tree, parent_id=parent)
        for path, parent in zip(paths, parents, strict=True)
    ]
    answers = yield from store.client.categories.create(drafts)
    made: dict[Path, RowAnswer[int]] = {}
    for path, answer in zip(paths, answers, strict=True):
        if isinstance(answer, Saved):
            made[path] = Saved(value=answer.value.category_id)
        elif isinstance(answer, Failed) and isinstance(answer.error, Conflict):
            made[path] = yield from _there_already(store, path, answer)
        else:
            made[path] = answer
    return made


def _there_already(store: Store, path: Path, refusal: Failed) -> Flow[RowAnswer[int]]:
    """The category whose name the store says is taken: made by somebody meanwhile, or in another case."""
    there = yield from store.memory.ours(anew=True)
    same = there.get(path) or next((number for one, number in there.items() if _same(one, path)), None)
    return refusal if same is None else Saved(value=same)


def _same(there: Path, path: Path) -> bool:
    return [name.casefold() for name in there] == [name.casefold() for name in path]


def _not_there(path: Path) -> MappingError:
    return MappingError(
        f"The store has no category {' > '.join(path)}, and none is to be made.",
        hint="Make it in the store, map to another one, or allow `Settings.create_categories`.",
    )


def _category(
    item: Item, known: Mapping[Path, int], failed: Mapping[Path, Failed | Unknown]
) -> Iterable[RowResult]:
    path = item.work.path if isinstance(item.work, CategoryNeed) else ()
    if path in known:
        place = ref("category", known[path])
        return told(item, Saved(value=None), place, ((category_key(path), place),))
    return told(item, failed[path])


def product(store: Store, items: Sequence[Item]) -> Flow[Results]:
    """A new product with its variants, custom fields and images.

    One call; one more for each time the store refuses it because of images, which are then left out.
    """
    (item,) = items
    work = item.work
    if not isinstance(work, Creation):
        raise TypeError(f"No product to make: {work!r}")
    try:
        _complete(work)
        draft = _draft(work, store.terms)
    except MappingError as error:
        return tuple(refused(item, error))
    pictures = work.pictures
    left_out: dict[Picture, BridgeError] = {}
    while True:
        images = tuple(image_draft(one) for one in pictures)
        answer = yield from attempt(
            store.client.products.create(evolve(draft, images=images) if images else draft)
        )
        blamed = _blamed(answer, pictures)
        if not blamed or not isinstance(answer, Failed):
            break
        left_out.update((one, answer.error) for one in blamed)
        pictures = tuple(one for one in pictures if one not in blamed)
    return tuple(_results(item, work, answer, left_out))


def _complete(work: Creation) -> None:
    """Whether the store could make it at all.

    Source: BigCommerce REST reference, `catalog/products_catalog.v3.yml`, POST /catalog/products (`name`,
    `type`, `weight` and `price` are required).
    """
    missing = [one.text for one in NEEDED if work.values.get(one, CLEARED) is CLEARED]
    if missing:
        raise MappingError(
            f"A new product in BigCommerce needs {', '.join(missing)}, and nobody says what.",
            hint="Enter it at the source, or map a default.",
        )


def _draft(work: Creation, terms: Terms) -> ProductDraft:
    sent = product_sent(work.values, terms, several=bool(work.parts))
    if work.categories:
        sent["categories"] = tuple(number_of(one) for one in work.categories)
    if work.facts:
        sent["custom_fields"] = tuple(CustomFieldDraft(name=one.name, value=one.value) for one in work.facts)
    if work.parts:
        sent["variants"] = tuple(_variant(sku, values, terms) for sku, values in work.parts.items())
    return product_draft(sent)


def _variant(sku: str, values: Mapping[Any, Any], terms: Terms) -> VariantDraft:
    label = values.get(on.OPTION) or sku
    choice = OptionChoiceDraft(option_display_name=terms.settings.option, label=str(label))
    return variant_draft({on.SKU: sku, **values}, terms, option_values=(choice,))


def _blamed(answer: object, pictures: Sequence[Picture]) -> tuple[Picture, ...]:
    """The images for which a product was refused: those the refusal names, else all; none if it is not that.

    Source: BigCommerce REST reference, `catalog/products_catalog.v3.yml`, POST /catalog/products and
    POST …/images (400 and 422 for a file that cannot be fetched or is no image).
    """
    if not pictures or not isinstance(answer, Failed):
        return ()
    error = answer.error
    if not isinstance(error, (RejectedRecord, RequestRefused)) or error.status not in {400, 422}:
        return ()
    named = {
        int(word)
        for field in error.fields
        for word in field.split(".")[1:2]
        if field.startswith("images.") and word.isdigit() and int(word) < len(pictures)
    }
    if named:
        return tuple(pictures[number] for number in sorted(named))
    return tuple(pictures) if _speaks_of_images(error) else ()


def _speaks_of_images(error: RemoteError) -> bool:
    return any("image" in text.lower() for text in (error.title, *error.fields))


def _results(
    item: Item, work: Creation, answer: RowAnswer[Product], left_out: Mapping[Picture, BridgeError]
) -> Iterable[RowResult]:
    pictures = {part_of(one): one for one in work.pictures}
    made = answer.value if isinstance(answer, Saved) else None
    name = None if made is None else ref("product", made.id)
    learned = () if made is None else tuple(_learned(work, made))
    images = (
        {}
        if made is None
        else {f"{TOKEN}{token_of(one.description or '')}": one.id for one in made.images or ()}
    )
    for row in item.rows:
        alone = evolve(item, rows=(row,))
        picture = pictures.get(row.part)
        if picture is None:
            yield from told(alone, answer, name, learned if row.part == MAIN else ())
        elif made is None:
            yield from told(alone, answer)
        elif picture in left_out:
            yield RowResult(row=row, verdict=Verdict.FAILED, error=left_out[picture])
        elif picture.digest in images:
            yield from told(alone, Saved(value=None), ref("image", images[picture.digest]))
        else:
            lost = TransportError("The store's answer does not say what became of this image.")
            yield RowResult(row=row, verdict=Verdict.UNKNOWN, error=lost)


def _learned(work: Creation, made: Product) -> Iterable[tuple[NaturalKey, Ref]]:
    """Names of what came into being with the product."""
    for variant in made.variants or ():
        if variant.sku and variant.option_values:
            yield variant_key(variant.sku), ref("variant", variant.id)
    if made.brand_id and isinstance(work.values.get(on.BRAND), str):
        yield NaturalKey("brand", work.values[on.BRAND]), ref("brand", made.brand_id)

"""Lowering steps: what goes out when, in which calls.  Pure: nothing is sent."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import pytest
from attrs import evolve

from commerce_bridge.domain import listing as on
from commerce_bridge.domain.absence import CLEARED, MISSING
from commerce_bridge.domain.exchange import NaturalKey, Ref
from commerce_bridge.domain.fields import Field
from commerce_bridge.domain.record import Fact, Kin, Note, Outlet, Picture, Placement, Record
from commerce_bridge.errors import MappingError
from commerce_bridge.platforms.bigcommerce.keys import category_key, ref
from commerce_bridge.platforms.bigcommerce.limits import Limits
from commerce_bridge.platforms.bigcommerce.lowering import lower
from commerce_bridge.platforms.bigcommerce.lowering.packing import NO_CALL, SHAPES
from commerce_bridge.platforms.bigcommerce.lowering.work import Creation, ProductChange
from commerce_bridge.platforms.bigcommerce.sending import SENDERS
from commerce_bridge.platforms.bigcommerce.settings import Settings
from commerce_bridge.ports.step import Known, RowResult, Stage, Step, StepKind, Verdict
from rigs.bigcommerce_desk import AWARDS, book, change, create, family, gbp, picture, product, step

HISTORY = Placement(("Non-Fiction", "History"))
SHELVES = Known(names={category_key(HISTORY.path): ref("category", 41)})


def told(stage: Stage) -> list[tuple[str, list[str]]]:
    """Calls as operation and rows."""
    return [(call.operation, [f"{row.step}:{row.part}" for row in call.rows]) for call in stage.calls]


def answered(known: Known, stage: Stage, steps: Sequence[Step], *but: tuple[str, str]) -> Known:
    """What is known once all rows have been answered well; those of `but` have failed."""
    results = [
        RowResult(
            row=row,
            verdict=Verdict.FAILED if row.id in but else Verdict.DONE,
            ref=Ref("made", row.part, f"{row.step}.{row.part}"),
            learned=((row.creates, Ref("made", row.part, f"{row.step}.{row.part}")),) if row.creates else (),
        )
        for call in stage.calls
        for row in call.rows
    ]
    return known.told(tuple(results), {one.id: one.record for one in steps}, "product")


def work_of(stage: Stage, operation: str) -> list[Any]:
    return [item.work for call in stage.calls if call.operation == operation for item in call.payload]


def publish(record: str, *, seen: Any = None) -> Step:
    outlets = frozenset({Outlet("1")})
    return step(StepKind.PUBLISH, record, change(on.OUTLETS, outlets), seen=seen)


def relate(record: str, *kin: str, seen: Any = None) -> Step:
    family = frozenset(Kin(one) for one in kin)
    return step(StepKind.RELATE, record, change(on.FAMILY, family), seen=seen, needs=kin)


def there(number: int, *elements: Any, parts: Any = None) -> Record:
    """A product as it was seen; each element has a name of its own."""
    kinds = {
        Fact: "custom_field",
        Note: "metafield",
        Picture: "image",
        Placement: "category",
        Outlet: "channel",
        Kin: "product",
    }
    named = {one: ref(kinds[type(one)], 1000 * number + at) for at, one in enumerate(elements)}
    return Record(elements=named, parts=parts or {}, ref=product(number))


def test_a_new_product_brings_all_it_can_in_one_call() -> None:
    steps = [create("r1", book(1)), publish("r1")]
    stage = lower(steps, SHELVES)
    assert told(stage) == [
        (
            "products.create",
            ["r1/create:product", "r1/create:address", "r1/create:picture:token:000000000001"],
        )
    ]
    (work,) = work_of(stage, "products.create")
    assert isinstance(work, Creation)
    assert work.categories == (ref("category", 41),)
    assert set(work.facts) == {
        Fact("Author", "Ann Writer"),
        Fact("Author", "Bo Penman"),
        Fact("ISBN", "9780000000001"),
    }
    assert [row.creates for row in stage.calls[0].rows] == [
        NaturalKey("sku", "9780000000001"),
        None,
        NaturalKey("picture", "9780000000001|token:000000000001"),
    ]
    assert stage.waiting == (steps[1],)

    known = answered(SHELVES, stage, steps)
    after = lower(steps, known)
    assert told(after) == [
        ("product_metafields.create_batch", ["r1/create:note:commerce_bridge/work_id"]),
        ("channel_assignments.assign", ["r1/publish:channel:1"]),
    ]
    last = lower(steps, answered(known, after, steps))
    assert last == Stage(done=("r1/create", "r1/publish"))


def test_missing_categories_come_first_and_once() -> None:
    steps = [create("r1", book(1)), create("r2", book(2))]
    stage = lower(steps, Known())
    assert told(stage) == [
        (
            "categories.ensure",
            ["r1/create:category:Non-Fiction > History", "r2/create:category:Non-Fiction > History"],
        )
    ]
    assert len(stage.calls[0].payload) == 1
    assert [row.creates for row in stage.calls[0].rows] == [category_key(HISTORY.path), None]
    assert stage.waiting == tuple(steps)


def test_without_a_category_that_cannot_be_made_the_product_goes_alone() -> None:
    steps = [create("r1", book(1))]
    first = lower(steps, Known())
    known = answered(Known(), first, steps, ("r1/create", "category:Non-Fiction > History"))
    stage = lower(steps, known)
    assert [call.operation for call in stage.calls] == ["products.create"]
    assert work_of(stage, "products.create")[0].categories == ()


def test_nobody_waits_for_a_product_that_was_refused() -> None:
    steps = [create("r1", book(1)), publish("r1"), create("r2", book(2)), relate("r2", "r1")]
    first = lower(steps, SHELVES)
    known = evolve(answered(SHELVES, first, steps, ("r1/create", "product")), lost=frozenset({"r1"}))
    stage = lower(steps, known)
    assert set(stage.done) == {"r1/create", "r1/publish", "r2/relate"}
    assert told(stage) == [("product_metafields.create_batch", ["r2/create:note:commerce_bridge/work_id"])]


def test_rows_that_took_hold_before_are_not_sent_again() -> None:
    steps = [create("r1", book(1))]
    known = evolve(
        SHELVES,
        bindings={"r1": product(7)},
        done=frozenset({("r1/create", "product"), ("r1/create", "address")}),
    )
    stage = lower(steps, known)
    assert told(stage) == [
        ("product_metafields.create_batch", ["r1/create:note:commerce_bridge/work_id"]),
        ("images.create", ["r1/create:picture:token:000000000001"]),
    ]


def test_changes_of_a_product_share_a_row_and_rows_share_a_call() -> None:
    steps: list[Step] = []
    for number in range(1, 13):
        seen = there(number)
        steps += [
            step(StepKind.CHANGE, f"r{number}", change(on.SUMMARY, "New."), seen=seen),
            step(StepKind.PRICE, f"r{number}", change(on.PRICE, gbp("9.99"), gbp("14.99")), seen=seen),
        ]
    stage = lower(steps, Known())
    assert [(call.operation, len(call.payload), len(call.rows)) for call in stage.calls] == [
        ("products.update_batch", 10, 20),
        ("products.update_batch", 2, 4),
    ]
    work = stage.calls[0].payload[0].work
    assert work.values == {on.SUMMARY: "New.", on.PRICE: gbp("9.99")}


def test_others_categories_and_kin_are_kept() -> None:
    mine, old, others = Placement(("Crime",)), Placement(("Old",)), Placement(("Staff picks",))
    seen = there(1, old, others, Kin("r8"), Kin("bigcommerce:product:9"))
    steps = [
        step(StepKind.CHANGE, "r1", change(on.CATEGORIES, frozenset({mine}), frozenset({old})), seen=seen),
        step(
            StepKind.RELATE,
            "r1",
            change(on.FAMILY, frozenset({Kin("r2")}), frozenset({Kin("r8")})),
            seen=seen,
        ),
    ]
    known = Known(names={category_key(mine.path): ref("category", 5)}, bindings={"r2": product(2)})
    (work,) = work_of(lower(steps, known), "products.update_batch")
    assert work.categories.refs == (ref("category", 1001), ref("category", 5))
    assert work.related.refs == (ref("product", 1003), product(2))


def test_an_array_is_replaced_once_however_many_steps_change_it() -> None:
    acme = Field[frozenset[Placement]]("listing", "acme_shelf")
    ready, late = Placement(("Ready",)), Placement(("Late",))
    seen = there(1, Placement(("Staff picks",)))
    steps = [
        step(StepKind.CHANGE, "r1", change(on.CATEGORIES, frozenset({ready})), seen=seen),
        step(StepKind.PUBLISH, "r1", change(acme, frozenset({late})), seen=seen),
    ]
    known = Known(names={category_key(ready.path): ref("category", 5)})
    first = lower(steps, known)
    assert [call.operation for call in first.calls] == ["categories.ensure"]
    second = lower(steps, answered(known, first, steps))
    (work,) = work_of(second, "products.update_batch")
    assert [one.id for one in work.categories.refs] == ["1000", "5", "r1/publish.category:Late"]


def test_kin_are_waited_for_and_share_the_row_with_other_changes() -> None:
    seen = there(1)
    steps = [
        step(StepKind.CHANGE, "r1", change(on.SUMMARY, "New."), seen=seen),
        relate("r1", "r2", seen=seen),
        create("r2", book(2)),
    ]
    first = lower(steps, SHELVES)
    assert [call.operation for call in first.calls] == ["products.create"]
    second = lower(steps, answered(SHELVES, first, steps))
    assert told(second)[0] == ("products.update_batch", ["r1/change:product", "r1/relate:product"])


def test_what_is_held_back_goes_alone_when_nothing_else_is_left() -> None:
    seen = there(1)
    steps = [
        step(StepKind.CHANGE, "r1", change(on.SUMMARY, "New."), seen=seen),
        relate("r1", "r9", seen=seen),
    ]
    assert told(lower(steps, Known())) == [("products.update_batch", ["r1/change:product"])]


def test_hiding_waits_for_nothing_and_goes_first() -> None:
    seen = there(1, Outlet("1"))
    steps = [
        *(
            step(StepKind.CHANGE, f"x{number}", change(on.SUMMARY, "New."), seen=there(number))
            for number in range(20, 30)
        ),
        step(
            StepKind.HIDE,
            "r1",
            change(on.VISIBLE, False, True),
            change(on.OUTLETS, frozenset(), frozenset({Outlet("1")})),
            seen=seen,
        ),
        relate("r1", "r2", seen=seen),
        create("r2", book(2)),
    ]
    stage = lower(steps, SHELVES)
    assert [call.operation for call in stage.calls] == [
        "channel_assignments.unassign",
        "products.update_batch",
        "products.update_batch",
        "products.create",
    ]
    assert stage.calls[1].rows[0].id == ("r1/hide", "product")
    assert all(row.step != "r1/relate" for call in stage.calls for row in call.rows)


def test_products_are_taken_off_one_channel_at_a_time() -> None:
    steps = [
        step(
            StepKind.HIDE,
            f"r{number}",
            change(on.OUTLETS, frozenset(), frozenset(Outlet(one) for one in channels)),
            seen=there(number, *(Outlet(one) for one in channels)),
        )
        for number, channels in ((1, ("1", "664")), (2, ("1",)))
    ]
    stage = lower(steps, Known())
    pairs = [
        sorted((item.work.product.id, item.work.channel) for item in call.payload) for call in stage.calls
    ]
    assert sorted(pairs) == [[("1", "1"), ("2", "1")], [("1", "664")]]
    assert {call.lane for call in stage.calls} == {"assignments"}


def test_batches_keep_to_the_limits() -> None:
    known = evolve(
        SHELVES,
        bindings={f"r{number}": product(number) for number in range(120)},
        done=frozenset(
            (f"r{number}/create", part) for number in range(120) for part in ("product", "address")
        ),
    )
    steps = [create(f"r{number}", book(number, pictures=frozenset())) for number in range(120)]
    steps += [publish(f"r{number}") for number in range(120)]
    small = Limits(metafield_rows=25, assignment_rows=100)
    assert [(call.operation, len(call.rows)) for call in lower(steps, known).calls] == [
        ("product_metafields.create_batch", 50),
        ("product_metafields.create_batch", 50),
        ("product_metafields.create_batch", 20),
        ("channel_assignments.assign", 50),
        ("channel_assignments.assign", 50),
        ("channel_assignments.assign", 20),
    ]
    assert [len(call.rows) for call in lower(steps, known, limits=small).calls] == [25] * 4 + [20, 100, 20]


def test_a_family_page_has_its_formats_as_variants() -> None:
    wanted, parts = family(1)
    stage = lower([create("r1", wanted, parts)], SHELVES)
    (work,) = work_of(stage, "products.create")
    assert list(work.parts) == ["9781100000001", "9781110000001"]
    assert stage.calls[0].rows[0].creates == NaturalKey("sku", "9781100000001")


def test_variants_change_in_a_batch_and_a_new_format_joins() -> None:
    seen = there(1, parts={"a": Record(ref=ref("variant", 11)), "b": Record(ref=ref("variant", 12))})
    steps = [
        step(
            StepKind.CHANGE,
            "r1",
            change(on.WEIGHT_G, Decimal(1), part="a"),
            change(on.OPTION, "Audio", part="c"),
            change(on.SKU, "c", part="c"),
            seen=seen,
        ),
        step(
            StepKind.PRICE,
            "r1",
            change(on.PRICE, gbp("5"), part="a"),
            change(on.PRICE, gbp("6"), part="b"),
            change(on.PRICE, gbp("7"), part="c"),
            seen=seen,
        ),
    ]
    stage = lower(steps, Known())
    assert told(stage) == [
        ("variants.update_batch", ["r1/change:variant:a", "r1/price:variant:a", "r1/price:variant:b"]),
        ("variants.create", ["r1/change:variant:c", "r1/price:variant:c"]),
    ]
    assert [row.creates for row in stage.calls[1].rows] == [NaturalKey("variant", "c"), None]
    assert work_of(stage, "variants.create")[0].values == {
        on.OPTION: "Audio",
        on.SKU: "c",
        on.PRICE: gbp("7"),
    }


def test_a_format_that_joined_before_the_run_broke_off_is_only_changed() -> None:
    steps = [
        step(StepKind.PRICE, "r1", change(on.PRICE, gbp("7"), part="c"), seen=there(1)),
    ]
    known = Known(names={NaturalKey("variant", "c"): ref("variant", 13)})
    assert told(lower(steps, known)) == [("variants.update_batch", ["r1/price:variant:c"])]


def test_what_no_batch_takes_makes_its_variant_go_alone() -> None:
    parts = {"a": Record(ref=ref("variant", 11)), "b": Record(ref=ref("variant", 12))}
    seen = there(1, parts=parts)
    steps = [
        step(StepKind.CHANGE, "r1", change(on.GTIN, "1", part="a"), seen=seen),
        step(
            StepKind.PRICE,
            "r1",
            change(on.PRICE, gbp("5"), part="a"),
            change(on.PRICE, gbp("6"), part="b"),
            seen=seen,
        ),
    ]
    assert told(lower(steps, Known())) == [
        ("variants.update_batch", ["r1/price:variant:b"]),
        ("variants.update", ["r1/change:variant:a", "r1/price:variant:a"]),
    ]


def test_renaming_a_format_is_a_call_of_its_own() -> None:
    seen = there(1, parts={"a": Record(ref=ref("variant", 11))})
    one = step(StepKind.CHANGE, "r1", change(on.OPTION, "Cloth", "Hardback", part="a"), seen=seen)
    assert told(lower([one], Known())) == [("option_values.update", ["r1/change:option:a"])]


def test_elements_are_added_edited_and_removed_by_their_type() -> None:
    old_award, award = Fact("Award", "Shortlist"), Fact("Award", "Winner")
    gone, cover, moved = Fact("Extent", "300 pages"), picture(1, main=True), picture(1, text="Cover")
    seen = there(1, old_award, gone, cover, note("work_id", "W-1"), picture(2), note("old", "x"))
    one = step(
        StepKind.CHANGE,
        "r1",
        change(AWARDS, frozenset({award, Fact("Prize", "Silver")}), frozenset({old_award})),
        change(on.EXTENT, CLEARED, gone),
        change(on.PICTURES, frozenset({moved, picture(3)}), frozenset({cover, picture(2)})),
        change(on.WORK_ID, note("work_id", "W-2"), note("work_id", "W-1")),
        change(on.SOURCE_ID, note("product_id", "P-1")),
        change(Field[Note]("listing", "acme"), CLEARED, note("old", "x")),
        seen=seen,
    )
    stage = lower([one], Known())
    assert [operation for operation, _ in told(stage)] == [
        "product_metafields.create_batch",
        "product_metafields.update_batch",
        "product_metafields.delete_batch",
        "custom_fields.create",
        "custom_fields.update",
        "custom_fields.delete",
        "images.create",
        "images.update",
        "images.delete",
    ]
    assert {row.part: row.creates for call in stage.calls for row in call.rows} == {
        "note:commerce_bridge/product_id": NaturalKey("note", "1|commerce_bridge|product_id"),
        "note:commerce_bridge/work_id": None,
        "-note:commerce_bridge/old": None,
        "fact:Prize=Silver": NaturalKey("fact", "1|Prize|Silver"),
        "fact:Award=Winner": None,
        "-fact:Extent=300 pages": None,
        "picture:token:000000000003": NaturalKey("picture", "#1|token:000000000003"),
        "picture:token:000000000001": None,
        "-picture:token:000000000002": None,
    }


def test_what_the_store_cannot_fetch_is_refused_without_a_call() -> None:
    long = picture(1, url="https://pictures.example/" + "x" * 240 + ".jpg")
    assert len(long.url) > 255
    steps = [create("r1", book(1, pictures=frozenset({long, picture(2, url="")})))]
    first = lower(steps, SHELVES)
    assert [row.part for row in first.calls[0].rows] == ["product", "address"]
    second = lower(steps, answered(SHELVES, first, steps))
    refused = next(call for call in second.calls if call.operation == NO_CALL)
    assert sorted(row.part for row in refused.rows) == [
        "picture:token:000000000001",
        "picture:token:000000000002",
    ]
    assert "269 characters" in str(refused.payload[0].work.error)


def test_a_family_that_is_too_large_is_refused() -> None:
    kin = [f"k{number}" for number in range(51)]
    known = Known(bindings={one: product(number) for number, one in enumerate(kin, 100)})
    stage = lower([relate("r1", *kin, seen=there(1))], known)
    assert [call.operation for call in stage.calls] == [NO_CALL]
    assert "at most 50" in str(stage.calls[0].payload[0].work.error)


@pytest.mark.parametrize(
    ("one", "words"),
    [
        (change(Field[Decimal]("listing", "acme_age"), Decimal(7)), "listing.acme_age"),
        (change(on.OPTION, "Paperback"), "listing.option"),
        (change(on.DESCRIPTION, "x", part="978"), "listing.description"),
        (change(on.WORK_ID, Note("theirs", "work_id", "1")), "theirs.work_id"),
        (change(on.PICTURES, frozenset({Picture("sha256:ab", url="https://x.example/")})), "sha256:ab"),
        (change(on.OUTLETS, frozenset({Outlet("webshop")})), "webshop"),
    ],
)
def test_a_field_without_a_place_is_an_error_that_says_what_to_use(one: Any, words: str) -> None:
    with pytest.raises(MappingError) as raised:
        lower([step(StepKind.CHANGE, "r1", one, seen=there(1))], Known())
    assert words in raised.value.message
    assert raised.value.hint


def test_a_new_product_with_too_large_a_family_is_made_all_the_same() -> None:
    kin = [f"k{number}" for number in range(51)]
    bound = {one: product(number) for number, one in enumerate(kin, 100)}
    one = create("r1", {**book(1), on.FAMILY: frozenset(map(Kin, kin))})
    known = evolve(SHELVES, bindings={**bound, "r1": product(1)}, done=frozenset({(one.id, "product")}))
    refused = [call for call in lower([one], known).calls if call.operation == NO_CALL]
    assert [row.part for call in refused for row in call.rows] == ["family"]


def test_a_field_that_says_nothing_changes_nothing() -> None:
    one = step(StepKind.CHANGE, "r1", change(on.SUMMARY, MISSING), seen=there(1))
    assert lower([one], Known()) == Stage(done=("r1/change",))


def test_images_may_follow_one_by_one() -> None:
    steps = [create("r1", book(1))]
    settings = Settings(nest_pictures=False)
    first = lower(steps, SHELVES, settings)
    assert [row.part for row in first.calls[0].rows] == ["product", "address"]
    after = lower(steps, answered(SHELVES, first, steps), settings)
    assert "images.create" in [call.operation for call in after.calls]


def test_a_category_that_fails_leaves_the_others_as_they_are() -> None:
    steps = [step(StepKind.CHANGE, "r1", change(on.CATEGORIES, frozenset({HISTORY})), seen=there(1))]
    first = lower(steps, Known())
    known = answered(Known(), first, steps, ("r1/change", "category:Non-Fiction > History"))
    assert lower(steps, known) == Stage(done=("r1/change",))


def test_lowering_the_same_steps_twice_gives_the_same_calls() -> None:
    steps = [create("r1", book(1)), publish("r1"), relate("r1", "r2"), create("r2", book(2))]
    assert lower(steps, SHELVES) == lower(steps, SHELVES)
    assert isinstance(
        work_of(
            lower([relate("r1", "r2", seen=there(1))], Known(bindings={"r2": product(2)})),
            "products.update_batch",
        )[0],
        ProductChange,
    )


def test_every_operation_has_a_sender() -> None:
    assert {shape.operation for shape in SHAPES.values()} == set(SENDERS)


def note(key: str, value: str) -> Note:
    return Note("commerce_bridge", key, value)

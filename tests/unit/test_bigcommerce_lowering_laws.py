"""Laws of lowering, for any steps and any answers: it ends, it repeats nothing, it keeps to the limits."""

from __future__ import annotations

from collections import Counter
from typing import Any

from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from commerce_bridge.domain import listing as on
from commerce_bridge.domain.exchange import Ref
from commerce_bridge.domain.record import Fact, Kin, Outlet, Placement, Record
from commerce_bridge.platforms.bigcommerce.keys import ref
from commerce_bridge.platforms.bigcommerce.limits import Limits
from commerce_bridge.platforms.bigcommerce.lowering import lower
from commerce_bridge.platforms.bigcommerce.lowering.packing import SHAPES
from commerce_bridge.platforms.bigcommerce.lowering.work import Item, ProductChange
from commerce_bridge.platforms.bigcommerce.settings import Settings
from commerce_bridge.ports.step import Call, Change, Known, RowResult, Stage, Step, StepKind, Verdict
from rigs.bigcommerce_desk import book, change, create, gbp, note, picture, product, step

LIMITS = Limits(metafield_rows=3, assignment_rows=4, ids_in_filter=3)
RECORDS = tuple(f"r{number}" for number in range(8))
MOST = {shape.operation: shape.most(LIMITS) for shape in SHAPES.values()}

places = st.sampled_from(["Crime", "Maps", "Sea"]).map(lambda name: Placement((name,)))
kin = st.sampled_from(RECORDS).map(Kin)
changes: st.SearchStrategy[Change] = st.one_of(
    st.sampled_from(["a", "b"]).map(lambda text: change(on.SUMMARY, text)),
    st.sampled_from(["1", "2"]).map(lambda text: change(on.PRICE, gbp(text))),
    st.frozensets(places, min_size=1).map(lambda some: change(on.CATEGORIES, some)),
    st.frozensets(kin, min_size=1, max_size=3).map(lambda some: change(on.FAMILY, some)),
    st.sampled_from(["1", "2"]).map(lambda text: change(on.OUTLETS, frozenset({Outlet(text)}))),
    st.sampled_from(["x", "y"]).map(lambda text: change(on.ISBN, Fact("ISBN", text))),
    st.sampled_from(["x", "y"]).map(lambda text: change(on.WORK_ID, note("work_id", text))),
    st.integers(1, 3).map(lambda number: change(on.PICTURES, frozenset({picture(number)}))),
    st.sampled_from(["a", "b", "c"]).map(lambda sku: change(on.PRICE, gbp("3"), part=sku)),
    st.sampled_from(["a", "c"]).map(lambda sku: change(on.SKU, f"{sku}2", part=sku)),
)
later = st.sampled_from([StepKind.CHANGE, StepKind.PRICE, StepKind.HIDE, StepKind.PUBLISH, StepKind.RELATE])


def there(number: int) -> Record:
    elements: dict[Any, Ref | None] = {
        Placement(("Gifts",)): ref("category", 900 + number),
        Kin("bigcommerce:product:77"): product(77),
        Outlet("9"): ref("channel", 9),
    }
    parts = {"a": Record(ref=ref("variant", 10 * number)), "b": Record(ref=ref("variant", 10 * number + 1))}
    return Record(elements=elements, parts=parts, ref=product(number))


@st.composite
def plans(draw: st.DrawFn) -> list[Step]:
    """Steps of some records, of which some are new; no two steps of one record set the same field."""
    steps: list[Step] = []
    for number, record in enumerate(RECORDS):
        new = draw(st.booleans())
        seen = None if new else there(number)
        if new:
            steps.append(create(record, book(number)))
        wanted = {(one.field, one.part): one for one in draw(st.lists(changes, max_size=5))}
        groups: dict[StepKind, list[Change]] = {}
        for one in wanted.values():
            groups.setdefault(draw(later), []).append(one)
        for kind, some in groups.items():
            needs = [one.record for each in some if each.field == on.FAMILY for one in each.after]
            steps.append(step(kind, record, *some, seen=seen, needs=needs))
    return draw(st.permutations(steps))


def before(steps: list[Step]) -> Known:
    """What a run knows before its first stage, as an apply finds it."""
    bindings = {one.record: one.target for one in steps if one.target is not None}
    coming = {one.record for one in steps if one.kind is StepKind.CREATE} | set(bindings)
    return Known(bindings=bindings, lost=frozenset(set(RECORDS) - coming))


def answered(call: Call, draw: Any) -> list[RowResult]:
    return [
        RowResult(
            row=row,
            verdict=draw(st.sampled_from([Verdict.DONE, Verdict.DONE, Verdict.DONE, Verdict.FAILED])),
            ref=Ref("made", row.part, f"{row.step}.{row.part}"),
            learned=((row.creates, Ref("made", row.part, f"{row.step}.{row.part}")),) if row.creates else (),
        )
        for row in call.rows
    ]


def check(stage: Stage) -> None:
    """What holds in every stage."""
    changed: Counter[Ref] = Counter()
    for call in stage.calls:
        items: tuple[Item, ...] = call.payload
        assert call.rows == tuple(row for item in items for row in item.rows)
        assert 0 < len(items) <= MOST[call.operation]
        changed.update(item.work.target for item in items if isinstance(item.work, ProductChange))
    assert all(count == 1 for count in changed.values()), "a product is changed twice side by side"
    rows = Counter(row.id for call in stage.calls for row in call.rows)
    assert all(count == 1 for count in rows.values())


@given(plans(), st.data())
def test_it_ends_and_repeats_nothing(steps: list[Step], data: st.DataObject) -> None:
    known, pending = before(steps), list(steps)
    record_of = {one.id: one.record for one in steps}
    over: set[Any] = set()
    kept: dict[Ref, set[Ref]] = {}
    for _ in range(12):
        stage = lower(pending, known, Settings(), LIMITS)
        check(stage)
        pending = [one for one in pending if one.id not in stage.done]
        if not stage.calls:
            break
        results = [result for call in stage.calls for result in answered(call, data.draw)]
        assert over.isdisjoint(result.row.id for result in results), "a row that is over is sent again"
        over.update(result.row.id for result in results)
        for call in stage.calls:
            _arrays_only_grow(call, kept)
        known = known.told(tuple(results), record_of, "product")
        lost = {
            one.record for one in steps if one.kind is StepKind.CREATE and (one.id, "product") in known.failed
        }
        known = evolve(known, lost=known.lost | lost)
    assert not pending, [one.id for one in pending]


def _arrays_only_grow(call: Call, kept: dict[Ref, set[Ref]]) -> None:
    """Nothing that was put into an array, by others or by us, falls out of a later one."""
    for item in call.payload:
        work = item.work
        if isinstance(work, ProductChange) and work.categories is not None:
            refs = set(work.categories.refs)
            assert kept.get(work.target, set()) <= refs
            kept[work.target] = refs


@given(plans())
def test_the_order_of_steps_does_not_matter(steps: list[Step]) -> None:
    def told(some: list[Step]) -> Counter[Any]:
        stage = lower(some, before(some), Settings(), LIMITS)
        return Counter((call.operation, row.id) for call in stage.calls for row in call.rows)

    assert told(steps) == told(sorted(steps, key=lambda one: one.id))


@given(plans())
def test_a_run_that_breaks_off_goes_on_where_it_was(steps: list[Step]) -> None:
    """What an earlier run has done is not done again, and what it left is."""
    record_of = {one.id: one.record for one in steps}

    def run(known: Known, stages: int) -> Known:
        pending = list(steps)
        for _ in range(stages):
            stage = lower(pending, known, Settings(), LIMITS)
            pending = [one for one in pending if one.id not in stage.done]
            results = tuple(
                RowResult(
                    row=row,
                    verdict=Verdict.DONE,
                    ref=Ref("made", row.part, row.step),
                    learned=((row.creates, Ref("made", row.part, row.step)),) if row.creates else (),
                )
                for call in stage.calls
                for row in call.rows
            )
            known = known.told(results, record_of, "product")
        return known

    whole = run(before(steps), 10)
    broken = run(run(before(steps), 1), 10)
    assert broken.done == whole.done
    assert broken.bindings == whole.bindings

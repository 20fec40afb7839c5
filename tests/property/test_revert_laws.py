"""Laws of reverts over random tiny shops: apply, then revert, and the shop is as it was.

What the apply had made is off view; what people did meanwhile stays; memory is as before; a second revert does
nothing; a revert of the revert brings everything back.
"""

from __future__ import annotations

import copy
from typing import Any

from attrs import evolve, frozen
from hypothesis import event, given
from hypothesis import strategies as st

from commerce_bridge.flow.play import Crash
from commerce_bridge.sync.kept.tables import scan_bodies
from rigs.tiny_shop import Thing
from rigs.tiny_stage import TinyStage

KEYS = "abcd"
TAGS = ("red", "old", "tall")
PRICES = ("1.00", "2.50", "7.00")
OURS = st.frozensets(st.sampled_from(TAGS)).map(lambda tags: tuple(sorted(tags)))
THINGS = st.builds(
    lambda price, tags: Thing("?", "Ash", price, tags), price=st.sampled_from(PRICES), tags=OURS
)
CATALOGUES = st.dictionaries(st.sampled_from(KEYS), THINGS, max_size=4)


@frozen
class Edit:
    """What somebody at the shop does to a row: another price, another colour, a tag put there or taken away."""

    key: str
    what: str
    value: str

    def on(self, stage: TinyStage) -> bool:
        """Do it; whether there was anything to do it to."""
        row = next((row for row in stage.tiny.shop.rows.values() if row["key"] == self.key), None)
        if row is None:
            return False
        if self.what == "tag":
            row["tags"] = sorted({*row["tags"], self.value})
        elif self.what == "untag":
            row["tags"] = [tag for tag in row["tags"] if tag != self.value]
        else:
            row[self.what] = self.value
        return True


EDITS = st.lists(
    st.one_of(
        st.builds(Edit, st.sampled_from(KEYS), st.just("price"), st.sampled_from(["8.88", "9.99"])),
        st.builds(Edit, st.sampled_from(KEYS), st.just("colour"), st.sampled_from(["green", "blue"])),
        st.builds(Edit, st.sampled_from(KEYS), st.just("tag"), st.sampled_from(["bestseller", "sale"])),
        st.builds(Edit, st.sampled_from(KEYS), st.just("untag"), st.sampled_from(TAGS)),
    ),
    max_size=4,
)


def put(stage: TinyStage, catalogue: dict[str, Thing]) -> None:
    for key, thing in catalogue.items():
        stage.put(evolve(thing, key=key))


def rows(stage: TinyStage) -> dict[str, dict[str, Any]]:
    """The shop's rows by key; what is not said is not there."""
    return {
        row["key"]: {name: value for name, value in copy.deepcopy(row).items() if value}
        for row in stage.tiny.shop.rows.values()
    }


def agreed(stage: TinyStage) -> dict[tuple[str, str], str]:
    """What both sides agree on, by record and field."""
    bodies = stage.driver().run(scan_bodies("tiny", "record"))
    return {
        (body["label"], name): str(value) for body in bodies.values() for _, name, value in body["agreed"]
    }


def staged(first: dict[str, Thing], edits: list[Edit], second: dict[str, Thing]) -> TinyStage:
    """A shop after a first sync and some edits; the source has changed since."""
    stage = TinyStage()
    put(stage, first)
    stage.sync()
    for edit in edits:
        edit.on(stage)
    put(stage, second)
    stage.clock.sleep(60)
    return stage


@given(CATALOGUES, EDITS, CATALOGUES)
def test_apply_then_revert_leaves_the_shop_as_it_was(
    first: dict[str, Thing], edits: list[Edit], second: dict[str, Thing]
):
    stage = staged(first, edits, second)
    before, memory = rows(stage), agreed(stage)
    planned = stage.plan()
    written = {(step.label, str(change.field)) for step in planned.steps() for change in step.changes}
    receipt = stage.apply(planned)
    after = rows(stage)
    event("something changed" if after != before else "nothing changed")
    stage.revert(receipt)
    reverted, made = rows(stage), after.keys() - before.keys()
    assert {key: row for key, row in reverted.items() if key not in made} == before
    assert {key: reverted[key] for key in made} == {key: {**after[key], "hidden": "yes"} for key in made}
    now = agreed(stage)
    assert {place: now.get(place) for place in memory.keys() & written} == {
        place: memory[place] for place in memory.keys() & written
    }


@given(CATALOGUES, EDITS, CATALOGUES, EDITS)
def test_what_people_did_meanwhile_stays(
    first: dict[str, Thing], edits: list[Edit], second: dict[str, Thing], meanwhile: list[Edit]
):
    stage = staged(first, edits, second)
    before = rows(stage)
    receipt = stage.apply(stage.plan())
    done = [edit for edit in meanwhile if edit.on(stage)]
    shown = rows(stage)
    event("edited meanwhile" if done else "not edited")
    stage.revert(receipt)
    for key, row in rows(stage).items():
        assert row.get("colour") == shown[key].get("colour")
        theirs = {"bestseller", "sale"}
        assert theirs & set(row.get("tags", ())) == theirs & set(shown[key].get("tags", ()))
        if any(edit.key == key and edit.what == "price" for edit in done):
            assert row["price"] == shown[key]["price"]
        elif key in before:
            assert row["price"] == before[key]["price"]
        gone = {edit.value for edit in done if edit.key == key and edit.what == "untag"}
        ever = set(before.get(key, {}).get("tags", ()))
        assert not (gone - ever) & set(row.get("tags", ())), "what people took away is not put there again"


@given(CATALOGUES, EDITS, CATALOGUES, EDITS)
def test_reverting_twice_is_a_no_op(
    first: dict[str, Thing], edits: list[Edit], second: dict[str, Thing], meanwhile: list[Edit]
):
    stage = staged(first, edits, second)
    receipt = stage.apply(stage.plan())
    for edit in meanwhile:
        edit.on(stage)
    stage.revert(receipt)
    left = (rows(stage), agreed(stage))
    again = stage.plan_revert(receipt)
    assert again.is_empty, again
    stage.apply(again)
    assert (rows(stage), agreed(stage)) == left


@given(CATALOGUES, EDITS, CATALOGUES)
def test_reverting_a_revert_brings_everything_back(
    first: dict[str, Thing], edits: list[Edit], second: dict[str, Thing]
):
    stage = staged(first, edits, second)
    receipt = stage.apply(stage.plan())
    left, memory = rows(stage), agreed(stage)
    stage.revert(stage.revert(receipt))
    assert rows(stage) == left
    assert {place: value for place, value in agreed(stage).items() if place[1] != "thing.hidden"} == memory


@given(CATALOGUES, EDITS, CATALOGUES)
def test_after_a_revert_the_source_is_written_again_and_nothing_else(
    first: dict[str, Thing], edits: list[Edit], second: dict[str, Thing]
):
    stage = staged(first, edits, second)
    receipt = stage.apply(stage.plan())
    left = rows(stage)
    stage.revert(receipt)
    stage.clock.sleep(60)
    stage.apply(stage.plan())
    assert {key: {**row, "hidden": ""} for key, row in rows(stage).items()} == {
        key: {**row, "hidden": ""} for key, row in left.items()
    }
    assert stage.plan().is_empty


@given(CATALOGUES, EDITS, CATALOGUES, st.integers(0, 60), st.booleans(), st.booleans())
def test_a_revert_that_dies_and_is_made_again_comes_out_the_same(
    first: dict[str, Thing], edits: list[Edit], second: dict[str, Thing], at: int, after: bool, anew: bool
):
    stage = staged(first, edits, second)
    clean = staged(first, edits, second)
    receipt = stage.apply(stage.plan())
    clean.revert(clean.apply(clean.plan()))
    planned = stage.plan_revert(receipt)
    try:
        stage.apply(planned, crash_at=at, crash_after=after)
        event("came to its end")
    except Crash:
        event("died")
    stage.clock.sleep(1)
    stage.apply(stage.plan_revert(receipt) if anew else planned)
    assert (rows(stage), agreed(stage)) == (rows(clean), agreed(clean))

"""One person's data: found by any of their names, handed out whole, erased whole, and not brought back unasked."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve

from commerce_bridge.domain.exchange import NaturalKey, Ref
from commerce_bridge.errors import MappingError, StateConflict
from commerce_bridge.flow.play import Crash
from commerce_bridge.flow.state import ByPrefix, Op
from commerce_bridge.stores import MemoryState
from commerce_bridge.stores.sqlite import SQLiteState
from commerce_bridge.sync.applying.applier import apply
from commerce_bridge.sync.kept import tables
from commerce_bridge.sync.kept.again import TIMES
from commerce_bridge.sync.kept.tables import body_of, canonical_id, put
from commerce_bridge.sync.limits import FirstContact, Limits, Returning
from commerce_bridge.sync.personal.erased import Erased, Erasure, marks_of
from commerce_bridge.sync.personal.naming import people_of, record_called
from commerce_bridge.sync.personal.person import ABOUT, NOBODY, erase, export, readmit
from commerce_bridge.sync.personal.sealing import Seal, seal_of
from commerce_bridge.testing.crash import crash_sweep
from rigs.rows import Rows
from rigs.tiny_people import People, Person, TinyRoll
from rigs.tiny_stage import TinyStage

ADA = Person("1", "Zz-Ada@example.test", "Zz Ada", "zz-phone-1")
BOB = Person("2", "zz-bob@example.test", "Zz Bob")
EVE = Person("3", "zz-eve@example.test", "Zz Eve")
ADA_ID, BOB_ID = (canonical_id(Ref("roll", "person", key)) for key in "12")


def crowd(**more: Any) -> People:
    """Three people who are settled; the third is refused by the target."""
    people = People(TinyRoll(ADA, BOB, EVE), **more)
    people.register.refuse = {EVE.email}
    people.sync()
    people.change("1", phone="zz-phone-2")
    people.sync()
    return people


def rows(people: People) -> dict[tuple[str, str], str]:
    """Every row of the state of the bridge, but for the key."""
    return {
        (table, row.at.key): row.body
        for table in sorted({*ABOUT, *NOBODY} - {"secret"})
        for row in people.state.load(ByPrefix(table=table, scope="people", limit=10_000))
    }


def about(people: People, record: str, *names: str) -> list[tuple[str, str]]:
    """The rows in which a record or one of its names stands."""
    wanted = (record, *names)
    return [at for at, body in rows(people).items() if any(one in f"{at[1]}\n{body}" for one in wanted)]


# Names


@pytest.mark.parametrize(
    "name",
    [
        ADA_ID,
        "roll:person:1",
        "register:person:100",
        "Zz-Ada@example.test",
        "zz-ada@example.test",
        " zz-ada@example.test ",
        "Zz Ada",
    ],
)
def test_somebody_is_found_by_any_of_their_names(name: str):
    people = crowd()
    assert people.run(people_of(people.job, name)) == (ADA_ID,)


def test_somebody_is_found_by_an_address_they_had_before():
    people = crowd()
    people.change("1", email="zz-king@example.test")
    people.sync()
    for name in ("zz-ada@example.test", "zz-king@example.test"):
        assert people.run(people_of(people.job, name)) == (ADA_ID,)


@pytest.mark.parametrize(
    "name", ["", "zz", "zz-nobody@example.test", "roll:person:9", "GB", "person.email", "roll"]
)
def test_nobody_is_found_by_what_is_no_name_of_theirs(name: str):
    people = crowd()
    assert people.run(people_of(people.job, name)) == ()


def test_an_error_about_a_name_does_not_repeat_it():
    people = crowd()
    with pytest.raises(LookupError) as nobody:
        people.run(record_called(people.job, "zz-nobody@example.test"))
    people.change("2", name="Zz Ada")
    people.sync()
    with pytest.raises(LookupError) as several:
        people.run(export(people.job, "Zz Ada"))
    assert "zz" not in f"{nobody.value} {several.value}".lower()
    assert ADA_ID in str(several.value)
    assert BOB_ID in str(several.value)


def test_a_bridge_without_personal_data_knows_nobody_and_looks_for_nobody():
    stage = TinyStage()
    driver = stage.driver()
    assert driver.run(people_of(stage.tiny.job, "x")) == ()
    assert driver.run(record_called(stage.tiny.job, "x")) == "x"
    assert driver.trace == []
    with pytest.raises(MappingError, match="no personal data"):
        driver.run(erase(stage.tiny.job, "x", "asked"))
    with pytest.raises(LookupError):
        driver.run(export(stage.tiny.job, "x"))


# Export


def test_an_export_holds_every_row_about_somebody_and_none_about_others():
    people = crowd()
    told = people.run(export(people.job, "zz-ada@example.test"))
    found = {(table, key) for table, held in told["held"].items() for key in held["rows"]}
    assert found == set(about(people, ADA_ID))
    assert {"binding", "record", "receipt", "ledger"} <= set(told["held"])
    assert told["record"] == ADA_ID
    assert told["held"]["binding"]["about"] == "what both sides call them"
    assert "register:person:100" in json.dumps(told)
    assert "roll:person:2" not in json.dumps(told)


def test_an_export_of_somebody_whom_the_target_refused_holds_what_is_asked_about_them():
    people = crowd()
    told = people.run(export(people.job, "roll:person:3"))
    assert set(told["held"]) >= {"record", "work"}
    assert "cannot be taken" in json.dumps(told)


def test_an_export_changes_nothing():
    people = crowd()
    before = rows(people)
    people.run(export(people.job, ADA_ID))
    assert rows(people) == before


# Erasure


def test_nothing_is_left_of_somebody_but_marks_that_tell_when_and_why():
    people = crowd()
    others = {at: body for at, body in rows(people).items() if at not in about(people, ADA_ID)}
    erasure = people.run(erase(people.job, "zz-ada@example.test", "asked by letter"))
    assert about(people, ADA_ID, "roll:person:1", "register:person:100") == []
    left = rows(people)
    assert {at: body for at, body in left.items() if at[0] != "erased"} == others
    marks = {key: json.loads(body) for (table, key), body in left.items() if table == "erased"}
    assert set(marks) == set(erasure.marks)
    assert len(marks) == 3
    assert all(body["why"] == "asked by letter" for body in marks.values())
    assert all(body["at"] == people.clock.now().isoformat() for body in marks.values())
    assert "zz" not in str(marks)


def test_the_reason_of_an_erasure_does_not_repeat_the_name():
    people = crowd()
    erasure = people.run(erase(people.job, "zz-ada@example.test", "ZZ-Ada@example.test wrote"))
    assert erasure.why == "••• wrote"


def test_erasing_again_by_any_name_changes_nothing_and_tells_the_same():
    people = crowd()
    first = people.run(erase(people.job, "zz-ada@example.test", "asked"))
    before = rows(people)
    people.clock.sleep(60)
    for name in (ADA_ID, "roll:person:1", "zz-ada@example.test", "Zz-Ada@example.test"):
        assert people.run(erase(people.job, name, "again")) == first
    assert rows(people) == before
    told = people.run(export(people.job, "roll:person:1"))
    assert told["erased"] == {"at": first.at.isoformat(), "why": "asked"}
    assert told["held"] == {}


def test_nobody_can_be_erased_who_is_not_known():
    people = crowd()
    before = rows(people)
    with pytest.raises(LookupError, match="Nobody"):
        people.run(erase(people.job, "zz-nobody@example.test", "asked"))
    assert rows(people) == before


def test_nothing_is_deleted_on_the_target():
    people = crowd()
    goods = json.dumps(people.register.rows)
    people.run(erase(people.job, ADA_ID, "asked"))
    assert json.dumps(people.register.rows) == goods


def test_somebody_who_was_cut_off_while_they_were_made_is_erased_with_their_intent():
    people = People(TinyRoll(ADA))
    planned = people.plan()
    for number in range(100):
        if people.register.made:
            break
        people.state = MemoryState()
        people.register.rows.clear()
        people.chance = type(people.chance)(1)
        planned = people.plan()
        with pytest.raises(Crash):
            people.apply(planned, crash_at=number, crash_after=True)
    assert ("intent" in {table for table, _ in about(people, ADA_ID)}) is True
    people.run(erase(people.job, "zz-ada@example.test", "asked"))
    assert about(people, ADA_ID, "roll:person:1") == []
    people.sync()
    assert people.register.made == 1


@pytest.mark.parametrize("table", sorted(ABOUT))
def test_a_row_of_any_table_about_somebody_goes_with_them(table: str):
    people = crowd()
    ops: list[Op] = [
        put("people", table, f"{ADA_ID}/more", {"x": 1}),
        put("people", table, "plan/step/part", {"record": ADA_ID}),
        put("people", table, f"plan/{ADA_ID}", {"x": 1}),
        put("people", table, "sink/instant/notice", {"work": {"record": ADA_ID}}),
        put("people", table, "others", {"record": BOB_ID, "needs": [ADA_ID]}),
    ]
    people.state.commit(ops)
    people.run(erase(people.job, ADA_ID, "asked"))
    assert about(people, ADA_ID) == [(table, "others")]


def test_a_row_that_is_others_as_well_is_left_to_them():
    people = crowd()
    family = {"roll:person:1": ADA_ID, "roll:person:2": BOB_ID}
    body = {"source": "v", "rules": "r", "next": "", "records": family, "shown": {"register:person:100": "v"}}
    people.state.commit([put("people", "origin", "roll:family:1", body)])
    people.run(erase(people.job, ADA_ID, "asked"))
    (row,) = [r for r in people.state.load(ByPrefix(table="origin", scope="people")) if "family" in r.at.key]
    left = body_of(row)
    assert left["records"] == {"roll:person:2": BOB_ID}
    assert (left["source"], left["shown"], left["rules"]) == ("", {}, "r")


def test_every_table_of_the_state_is_about_somebody_or_about_nobody():
    documented = set(re.findall(r"^\| ``(\w+)`` \|", tables.__doc__ or "", re.MULTILINE))
    assert len(documented) > 8
    assert documented <= {*ABOUT, *NOBODY}
    assert not set(ABOUT) & NOBODY


class Busy(MemoryState):
    """A state in which a run writes about somebody right before each commit that erases."""

    def __init__(self, times: int) -> None:
        super().__init__()
        self.times = times

    def commit(self, ops: Any, expect: Any = ()) -> None:
        if self.times and any(op.at.table == "erased" for op in ops):
            self.times -= 1
            row = self.load(ByPrefix(table="record", scope="people", prefix=ADA_ID))[0]
            super().commit([put("people", "record", ADA_ID, body_of(row))])
        super().commit(ops, expect)


def test_a_run_that_writes_meanwhile_makes_it_look_again():
    people = crowd(state=Busy(2))
    people.run(erase(people.job, ADA_ID, "asked"))
    assert about(people, ADA_ID) == []


def test_a_run_that_writes_again_and_again_stops_it_before_anything_is_removed():
    people = crowd(state=Busy(TIMES))
    before = set(rows(people))
    with pytest.raises(StateConflict):
        people.run(erase(people.job, ADA_ID, "asked"))
    assert set(rows(people)) == before


@pytest.mark.parametrize("store", ["rows", "sqlite"])
def test_a_crash_at_any_effect_of_an_erasure_leaves_all_or_nothing(store: str, tmp_path: Path):
    made = iter(range(1000))

    def scene() -> People:
        state: Any = Rows() if store == "rows" else SQLiteState(tmp_path / f"{next(made)}.db")
        return crowd(state=state)

    def snapshot(people: People) -> object:
        return {at: re.sub(r'"at":"[^"]*"', "", body) for at, body in rows(people).items()}

    report = crash_sweep(
        scene,
        run=lambda people: erase(people.job, "zz-ada@example.test", "asked"),
        resume=lambda people: erase(people.job, "zz-ada@example.test", "asked"),
        snapshot=snapshot,
    )
    print(report)
    report.check()
    assert report.effects["Commit"] == 1
    assert report.tried > 50


# Coming back


def test_the_next_run_brings_nobody_back_but_asks():
    people = crowd()
    people.run(erase(people.job, ADA_ID, "asked by letter"))
    before = len(people.register.writes)
    receipt = people.sync()
    (asked,) = [one for one in receipt.work if one.reason == "erased"]
    assert "asked by letter" in asked.detail
    assert asked.label == "person 1"
    assert all(body.get("email") == EVE.email for _, _, body in people.register.writes[before:])
    held = people.run(export(people.job, "roll:person:1"))["held"]
    assert set(held) <= {"record", "work", "origin"}
    (row,) = held["record"]["rows"].values()
    assert (row["agreed"], row["target"]) == ([], None)
    assert [one.reason for one in people.sync().work] == []


def test_somebody_erased_is_known_again_under_another_number_by_their_address():
    people = crowd()
    people.run(erase(people.job, "zz-ada@example.test", "asked"))
    del people.roll.people["1"]
    people.roll.put(evolve(ADA, key="9"))
    assert [one.reason for one in people.sync().work] == ["erased"]


def test_who_is_readmitted_by_an_address_is_written_under_whatever_number_they_came_back():
    people = crowd(limits=Limits(first_contact=FirstContact.OVERWRITE))
    people.run(erase(people.job, "zz-ada@example.test", "asked"))
    del people.roll.people["1"]
    people.roll.put(evolve(ADA, key="9", country="FR"))
    people.sync()
    people.run(readmit(people.job, "zz-ada@example.test"))
    people.sync()
    assert people.row(ADA.email)["country"] == "FR"
    assert people.register.made == 2


def test_who_is_left_alone_is_neither_written_nor_asked_about():
    people = crowd(limits=Limits(returning=Returning.LEAVE))
    people.run(erase(people.job, ADA_ID, "asked"))
    before = rows(people)
    receipt = people.sync()
    assert [one.reason for one in receipt.work] == []
    assert about(people, ADA_ID, "roll:person:1") == []
    assert {at for at in rows(people)} >= {at for at in before if at[0] == "erased"}


def test_who_may_come_back_is_taken_for_somebody_new():
    people = crowd(limits=Limits(returning=Returning.TAKE))
    people.run(erase(people.job, ADA_ID, "asked"))
    people.sync()
    assert about(people, ADA_ID, "register:person:100")
    people.change("1", phone="zz-phone-3")
    people.sync()
    assert people.row(ADA.email)["facts"] == [["Phone", "zz-phone-3"]]
    assert people.register.made == 2


def test_who_is_readmitted_is_written_at_the_next_run():
    people = crowd(limits=Limits(first_contact=FirstContact.OVERWRITE))
    people.run(erase(people.job, ADA_ID, "asked"))
    people.change("1", name="Zz Countess", country="FR")
    people.sync()
    assert people.row(ADA.email)["country"] == "GB"
    erasure = people.run(readmit(people.job, "zz-ada@example.test"))
    assert erasure.why == "asked"
    assert not [at for at in rows(people) if at[0] == "erased"]
    people.sync()
    assert people.row(ADA.email)["country"] == "FR"
    assert people.register.made == 2
    assert "work" not in people.run(export(people.job, ADA_ID))["held"]
    with pytest.raises(LookupError):
        people.run(readmit(people.job, ADA_ID))


def test_who_is_readmitted_before_any_run_is_as_if_new():
    people = crowd()
    people.run(erase(people.job, ADA_ID, "asked"))
    people.run(readmit(people.job, "roll:person:1"))
    people.sync()
    assert about(people, ADA_ID, "register:person:100")
    assert people.plan().is_empty


@pytest.mark.parametrize("name", ["roll:person:1", "zz-ada@example.test"])
def test_a_plan_from_before_an_erasure_brings_nobody_back(name: str):
    people = crowd()
    people.change("1", phone="zz-phone-3")
    people.change("2", country="FR")
    planned = people.plan()
    people.run(erase(people.job, name, "asked"))
    receipt = people.apply(planned)
    assert [one.detail for one in receipt.stale] == ["this person was erased since the plan was made"]
    assert about(people, ADA_ID, "roll:person:1") == []
    assert people.row(BOB.email)["country"] == "FR"
    assert ["Phone", "zz-phone-2"] in people.row(ADA.email)["facts"]


@pytest.mark.parametrize("mark", ["record", "source", "key"])
def test_any_one_mark_keeps_an_old_plan_from_bringing_somebody_back_and_from_reading_them(mark: str):
    people = People(TinyRoll(ADA, BOB))
    planned = people.plan()
    seal = people.run(seal_of("people"))
    key = seal.key_of(NaturalKey("email", "zz-ada@example.test"))
    marks = {
        "record": marks_of(seal, [ADA_ID]),
        "source": marks_of(seal, ["roll:person:1"]),
        "key": marks_of(seal, [], [key]),
    }
    people.state.commit(Erasure(at=people.clock.now(), why="asked", marks=marks[mark]).rows("people"))
    people.roll.reads.clear()
    receipt = people.apply(planned)
    assert [one.record for one in receipt.stale] == [ADA_ID]
    assert [row["email"] for row in people.register.rows.values()] == [BOB.email]
    assert people.roll.reads == [("2",)]


def test_a_plan_that_asks_about_somebody_does_not_outlive_their_erasure():
    people = crowd()
    people.change("1", odd="zz-odd")
    planned = people.plan()
    people.run(erase(people.job, ADA_ID, "asked"))
    people.apply(planned)
    assert about(people, ADA_ID, "roll:person:1") == []


def test_an_erasure_between_two_segments_of_an_apply_is_seen_by_the_second():
    people = People(TinyRoll(BOB, EVE, evolve(ADA, key="4")))
    record = canonical_id(Ref("roll", "person", "4"))
    people.sync()
    people.change("2", country="FR")
    people.change("3", country="FR")
    people.change("4", country="FR")
    planned = people.plan()

    class Between(list[Any]):
        def append(self, event: Any) -> None:
            if type(event).__name__ == "Progressed" and event.done == 2:
                other.run(erase(other.job, record, "asked"))

    other = evolve(people, events=[])
    people.events = Between()
    receipt = people.apply(planned)
    assert [one.record for one in receipt.stale] == [record]
    assert about(people, record) == []
    assert {row["email"]: row["country"] for row in people.register.rows.values()} == {
        BOB.email: "FR",
        EVE.email: "FR",
        ADA.email: "GB",
    }


def test_marks_are_only_looked_for_where_somebody_was_erased():
    class Never(Seal):
        def name(self, name: str) -> str:
            raise AssertionError("nobody was erased")

    assert Erased(erasures={}).find(Never(b"k"), ["x"]) is None
    assert len(marks_of(Seal(b"k"), ["x", "x", "y"])) == 2


def test_an_erasure_of_one_bridge_leaves_another_alone():
    people = crowd()
    other = evolve(people.job, scope="other")
    people.run(_sync(people, other))
    before = people.state.load(ByPrefix(table="record", scope="other"))
    people.run(erase(people.job, ADA_ID, "asked"))
    assert people.state.load(ByPrefix(table="record", scope="other")) == before
    assert people.run(people_of(other, ADA.email)) == (ADA_ID,)


def _sync(people: People, job: Any) -> Any:
    from rigs.tiny_people import planning

    planned = yield from planning(job)
    return (yield from apply(job, planned))

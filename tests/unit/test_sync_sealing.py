"""Personal data is sealed before anybody sees it, and opened for the writer alone."""

from __future__ import annotations

import hashlib
import hmac
import json
import logging
import pickle
import re
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve

from commerce_bridge.domain.absence import CLEARED, MISSING
from commerce_bridge.domain.exchange import Glimpse, NaturalKey, Observed, Page, Ref
from commerce_bridge.domain.fields import Field
from commerce_bridge.domain.record import Candidates, Fact, Note, Outlet, Picture, Placement, Record
from commerce_bridge.domain.sealed import Sealed, is_sealed_text, shortened
from commerce_bridge.errors import AuthError, BridgeError, MappingError, RejectedRecord
from commerce_bridge.flow import primitives as flow
from commerce_bridge.flow.play import Crash, PlayDriver
from commerce_bridge.flow.state import ByPrefix
from commerce_bridge.flow.wiring import SeededChance
from commerce_bridge.mapping import Context, Mapped, Problem
from commerce_bridge.observe.logs import log_events
from commerce_bridge.stores import MemoryState
from commerce_bridge.stores.sqlite import SQLiteState
from commerce_bridge.sync.applying.applier import apply
from commerce_bridge.sync.job import Draft
from commerce_bridge.sync.kept.tables import body_of
from commerce_bridge.sync.personal import sealing
from commerce_bridge.sync.personal.scrubbing import BLANK, scrub_error, scrubbed, texts_of, unquoted, words_of
from commerce_bridge.sync.personal.sealed_job import SealedWriter, sealed
from commerce_bridge.sync.personal.sealing import Seal, in_clear, seal_of
from commerce_bridge.sync.personal.view import View, is_personal
from commerce_bridge.sync.plans.codec import decode, encode
from commerce_bridge.sync.plans.plan import Plan
from commerce_bridge.testing.crash import crash_sweep
from rigs.rows import Rows
from rigs.tiny_people import EMAIL, NAME, OWNERSHIP, PHONE, People, Person, TinyDesk, TinyRoll, planning
from rigs.tiny_stage import TinyStage

SEAL = Seal(b"k" * 32)
ADA = Person("1", "Zz-Ada@example.test", "Zz Ada", "zz-phone-1")
BOB = Person("2", "zz-bob@example.test", "Zz Bob")
MARKER = re.compile(rb"zz", re.IGNORECASE)
IN_A_FILE = re.compile(rb"zz[- ][a-z]{3}", re.IGNORECASE)
"""A longer one: the checksums of a write-ahead log are as good as random, and hold two given bytes now and then."""


# Seals


def test_equal_values_of_one_field_seal_equal_and_of_two_fields_do_not():
    assert SEAL.value(EMAIL, "zz-a") == SEAL.value(EMAIL, "zz-a")
    others = [
        SEAL.value(EMAIL, "zz-a"),
        SEAL.value(EMAIL, "zz-A"),
        SEAL.value(NAME, "zz-a"),
        Seal(b"other key").value(EMAIL, "zz-a"),
        SEAL.value(EMAIL, ("zz-a",)),
        SEAL.value(EMAIL, Decimal(1)),
        SEAL.value(EMAIL, 1),
    ]
    assert len(set(others)) == 7


def test_a_digest_is_the_keyed_hash_of_field_and_value():
    said = b'["value","person.email","zz-a"]'
    expected = hmac.new(b"k" * 32, said, hashlib.sha256).hexdigest()[:32]
    assert SEAL.value(EMAIL, "zz-a") == Sealed(expected)


@pytest.mark.parametrize("value", [MISSING, CLEARED, None, "", (), frozenset()])
def test_what_says_nothing_of_anybody_stays_what_it_is(value: Any):
    assert SEAL.value(EMAIL, value) is value or SEAL.value(EMAIL, value) == value
    assert not in_clear(SEAL.value(EMAIL, value))


def test_elements_stay_elements_in_their_slots_with_their_texts_sealed():
    facts = frozenset({Fact("Phone", "zz-1"), Note("ours", "birthday", "zz-2", shown=True)})
    found = SEAL.value(PHONE, facts)
    assert {one.slot for one in found} == {"fact/Phone", "note/ours/birthday"}
    assert all(is_sealed_text(one.value) for one in found)
    assert not in_clear(found)
    assert SEAL.value(PHONE, Fact("Phone", "zz-1")) in found
    assert SEAL.value(PHONE, found) == found
    assert in_clear(facts)


def test_a_picture_is_sealed_with_its_address_left_out():
    found = SEAL.element(Picture("sha256:zz", "https://zz.example/a.jpg", "Zz Ada", main=True, place=2))
    assert isinstance(found, Picture)
    assert (found.url, found.main, found.place) == ("", True, 2)
    assert is_sealed_text(found.digest)
    assert is_sealed_text(found.text)
    assert not in_clear(found)
    assert SEAL.element(Picture("sha256:zz")) == evolve(found, text="", main=False, place=0)


@pytest.mark.parametrize("one", [Placement(("VIP",)), Outlet("1")])
def test_what_stands_for_no_text_cannot_be_sealed_and_is_told_to_be_in_clear(one: Any):
    assert SEAL.value(PHONE, one) == one
    assert in_clear(one)
    assert in_clear(frozenset({one}))


def test_a_value_of_a_kind_that_no_plan_can_hold_is_refused_without_being_quoted():
    for value in (1.5, "zz-half \ud800"):
        with pytest.raises(MappingError) as caught:
            SEAL.value(EMAIL, value)
        assert "email cannot be sealed" in str(caught.value)
        assert "1.5" not in str(caught.value)
        assert "zz" not in str(caught.value)
        assert caught.value.__suppress_context__


def test_a_sealed_value_shows_carries_and_pickles_nothing_but_its_digest():
    found = SEAL.value(EMAIL, "zz-a")
    assert found.clear == "zz-a"
    assert "zz" not in f"{found!r} {found} {encode(found)}"
    assert b"zz" not in pickle.dumps(found)
    again = pickle.loads(pickle.dumps(found))
    assert (again, again.clear) == (found, MISSING)
    assert decode(encode(found)) == found
    assert decode(encode(found)).clear is MISSING
    assert str(found) == f"sealed {found.digest[:8]}"
    assert shortened(f"Phone: sealed:{found.digest}!") == f"Phone: sealed {found.digest[:8]}!"


def test_keys_versions_and_names_are_sealed_each_in_its_own_way():
    key = SEAL.key_of(NaturalKey("email", "zz-a"))
    assert key.kind == "email"
    assert is_sealed_text(key.value)
    assert SEAL.key_of(key) == key
    assert SEAL.key_of(NaturalKey("phone", "zz-a")).value != key.value
    told = {key.value[7:], SEAL.version("zz-a"), SEAL.name("zz-a"), SEAL.value(EMAIL, "zz-a").digest}
    assert len(told) == 4
    assert SEAL.version("") == ""
    assert "6b6b" not in repr(SEAL)
    assert "kk" not in repr(SEAL)


# The key


def test_a_bridge_has_one_key_which_is_made_once_and_differs_from_bridge_to_bridge():
    people = People()
    one = people.run(seal_of("people"))
    assert people.run(seal_of("people")) == one
    assert people.run(seal_of("other")) != one
    assert len(one.key) == 32


def test_two_first_runs_at_once_agree_on_one_key():
    state = MemoryState()
    mine, theirs = seal_of("people"), People(state=state)
    effect = next(mine)
    for answer in ((), "id one", "id two"):
        effect = mine.send(answer)
    made = theirs.run(seal_of("people"))
    with pytest.raises(BridgeError) as caught:
        state.commit(effect.ops, effect.expect)
    again = mine.throw(caught.value)
    rows = state.load(again.query)
    with pytest.raises(StopIteration) as done:
        mine.send(rows)
    assert done.value.value == made


# Words


def test_values_are_blanked_wherever_they_stand_and_however_they_are_written():
    texts = texts_of(
        ["Zz Ada", "zz-ada+1@example.test", ("zz-one", Decimal("12345")), Fact("n", "zz-fact"), "GB"]
    )
    assert texts == {"Zz Ada", "zz-ada+1@example.test", "zz-one", "12345", "zz-fact"}
    said = "ZZ ADA, Zz%20Ada, Zz+Ada, zz-ada%2B1%40example.test; zz-one 12345 zz-fact in GB"
    assert scrubbed(said, texts) == f"{BLANK}, {BLANK}, {BLANK}, {BLANK}; {BLANK} {BLANK} {BLANK} in GB"
    assert scrubbed("zz-é told as zz-\\u00e9", {"zz-é"}) == f"{BLANK} told as {BLANK}"
    assert scrubbed("", texts) == ""
    assert scrubbed("as it is", ()) == "as it is"


def test_a_value_of_three_letters_is_blanked_and_a_shorter_one_is_not():
    assert scrubbed("Eve in GB", texts_of(["Eve", "GB"])) == f"{BLANK} in GB"


def test_the_longest_value_is_blanked_first():
    assert scrubbed("zz-anna-maria", {"zz-anna", "zz-anna-maria"}) == BLANK


def test_words_of_a_name_are_blanked_where_they_stand_alone():
    words = words_of(["Zz Ada", "ada.byron@example.test"])
    assert words == {"Ada", "ada", "byron"}
    assert (
        scrubbed("Ada went to Adams, in the example", (), words) == f"{BLANK} went to Adams, in the example"
    )


def test_numbers_truths_pictures_and_notes_are_found_as_they_are_written():
    found = texts_of([True, 12, 1234, Picture("d", "https://zz", "zz-alt"), Note("n", "k", "zz-note")])
    assert found == {"1234", "https://zz", "zz-alt", "zz-note"}


@pytest.mark.parametrize(
    "text",
    ["'zz'", '"zz"', "‘zz’", "“zz”", "zz@zz.example", "+44 20 7946 0000", "1990-12-31"],
)
def test_what_is_quoted_is_blanked_though_nobody_mapped_it(text: str):
    assert unquoted(f"$.born: {text} is none of 12") == f"$.born: {BLANK} is none of 12"


def test_an_error_and_those_it_came_from_are_scrubbed():
    first = ValueError("zz-ada is taken", 7)
    error = RejectedRecord(
        "no zz-ada", platform="p", operation="o", status=422, fields={"zz-ada": "zz-ada"}, excerpt="<zz-ada>"
    )
    error.__cause__ = first
    second = KeyError("zz-ada")
    first.__context__, second.__context__ = second, error
    scrub_error(error, frozenset({"zz-ada"}))
    assert "zz" not in f"{error} {vars(error)} {error.args} {first} {first.args} {second}"
    assert (error.status, first.args[1]) == (422, 7)


# The job


def test_a_job_without_personal_data_is_left_as_it_is_and_asks_the_state_nothing():
    stage = TinyStage()
    driver = stage.driver()
    job = stage.tiny.job
    assert not is_personal(job)
    assert driver.run(sealed(job)) is job
    assert driver.trace == []


def test_a_job_is_personal_by_a_field_or_by_a_kind_of_key_and_is_sealed_once():
    job = People().job
    assert is_personal(evolve(job, personal_keys=frozenset()))
    rules = {name: rule for name, rule in OWNERSHIP.rules.items() if not name.personal}
    bare = evolve(job, ownership=evolve(OWNERSHIP, rules=rules))
    assert is_personal(bare)
    assert not is_personal(evolve(bare, personal_keys=frozenset()))
    people = People()
    once = people.run(sealed(people.job))
    assert isinstance(once.writer, SealedWriter)
    assert once.writer.main_part == "person"
    assert people.run(sealed(once)) is once


def _view(**changes: Any) -> View[Any]:
    people = People()
    behind = people.run(sealed(evolve(people.job, **changes)))
    view: View[Any] = behind.writer.view
    return view


def _draft(values: dict[Any, Any], **more: Any) -> Draft:
    ref = Ref("roll", "person", "1")
    usual: dict[str, Any] = {"label": "1 Zz Ada", "mapped": Mapped(values=values)}
    return Draft(ref=ref, origin=ref, **{**usual, **more})


def _seen(draft: Draft) -> Draft:
    view = _view(drafts=lambda value, context: (draft,))
    context: Any = None
    (found,) = view.drafts(None, context)
    return found


def test_a_draft_is_sealed_in_all_its_places():
    note = Field[Note]("person", "note")
    found = _seen(
        _draft(
            {EMAIL: "zz-ada@example.test", note: Note("n", "k", "zz-told")},
            parts={
                "home": Mapped(values={NAME: "Zz Home"}, problems=(Problem(code="c", message="Zz Home?"),))
            },
            asleep={"work": Mapped(values={NAME: "Zz Work"})},
            keys=(NaturalKey("email", "zz-ada@example.test"), NaturalKey("number", "17")),
            problems=(Problem(code="c", message="Zz Work and zz-ada%40example.test"),),
            remarks=("zz-ada@example.test came",),
            label="Zz Work",
        )
    )
    assert "zz" not in repr(found).lower()
    assert found.label == "person 1"
    assert found.keys[1] == NaturalKey("number", "17")
    assert found.mapped.values[EMAIL].clear == "zz-ada@example.test"
    assert found.parts["home"].problems[0].message == f"{BLANK}?"


def test_a_label_that_names_nobody_is_kept():
    assert _seen(_draft({NAME: "Zz Ada"}, label="customer 1007")).label == "customer 1007"


def test_a_problem_with_a_personal_field_is_told_without_its_words():
    problem = Problem(code="no-date", message="zz 31/02 is no date", field=NAME)
    found = _seen(_draft({}, mapped=Mapped(values={}, problems=(problem,))))
    assert found.mapped.problems[0].message.startswith("name: no-date.")
    assert "31/02" not in repr(found)


def test_a_value_that_cannot_be_sealed_is_a_problem_and_the_others_go_on():
    found = _seen(_draft({EMAIL: 1.5, NAME: "Zz Ada"}, label="1"))
    assert set(found.mapped.values) == {NAME}
    assert [(one.code, one.field) for one in found.mapped.problems] == [("no-rule", EMAIL)]


def test_a_field_is_personal_if_the_ownership_table_says_so_though_the_mapper_does_not():
    found = _seen(_draft({Field[str]("person", "email"): "zz-ada"}))
    assert "zz-ada" not in repr(found)


def test_a_target_that_shows_what_nobody_can_seal_differs_from_all_that_is_ours():
    view = _view()
    shown = view.shown(EMAIL, 1.5)
    assert isinstance(shown, Sealed)
    assert shown != view.shown(EMAIL, "1.5")
    assert view.shown(NAME, 1.5) != shown


def test_a_record_is_sealed_with_its_parts_and_their_elements():
    view = _view()
    part = Record(values={NAME: "Zz Home"}, elements={Fact("Bell", "zz-3"): None})
    behind = view.record(Record(values={EMAIL: "zz-ada"}, parts={"home": part}))
    assert "zz" not in repr(behind).lower()
    assert behind.parts["home"].values[NAME] == view.value(NAME, "Zz Home")


def test_the_natural_keys_of_a_record_are_told_before_it_is_sealed():
    view = _view()
    record = Record(values={EMAIL: "Zz-Ada@example.test"})
    behind = view.record(record)
    assert view.keys_of(behind) == (view.key(NaturalKey("email", "zz-ada@example.test")),)
    agreed = Record(values={name: one for name, one in behind.values.items() if name == EMAIL})
    assert view.keys_of(agreed) == ()


def test_a_natural_key_that_is_not_personal_is_told_of_agreed_values_too():
    number = Field[str]("person", "number")
    view = _view(natural_keys=lambda record: (NaturalKey("number", str(record.get(number))),))
    assert view.keys_of(Record(values={number: "17", EMAIL: view.value(EMAIL, "zz")})) == (
        NaturalKey("number", "17"),
    )
    assert view.keys_of(Record()) == ()


def test_a_glimpse_of_the_target_is_read_at_once_and_one_of_the_source_later():
    def glimpses(cursor: Any) -> Any:
        yield from flow.now()
        ref = Ref("register", "person", "1")
        record = Record(values={EMAIL: "zz-ada"}, ref=ref)

        def read(body: bytes) -> Observed[Any]:
            now = People().clock.now()
            return Observed(value=record, ref=ref, version="zz-v", seen_at=now, problems=("'zz' is odd",))

        return Page(items=(Glimpse(str(ref), "zz-v", b"zz", read),), remarks=("'zz' broke off",))

    class Desk(TinyDesk):
        changes = staticmethod(glimpses)  # type: ignore[assignment]

    people = People()
    behind = people.run(sealed(evolve(people.job, reader=Desk(), target_reader=Desk())))
    (shown,) = people.run(behind.target_reader.changes(None)).items
    assert isinstance(shown, Observed)
    assert "zz" not in repr(shown)
    page = people.run(behind.reader.changes(None))
    (glimpse,) = page.items
    assert isinstance(glimpse, Glimpse)
    assert glimpse.version == glimpse.look().version == shown.version
    assert page.remarks == (f"{BLANK} broke off",)
    assert glimpse.look().problems == (f"{BLANK} is odd",)


# From end to end


def test_people_are_written_in_clear_and_a_second_plan_is_empty():
    people = People(TinyRoll(ADA, BOB))
    receipt = people.sync()
    assert receipt.total == 2
    assert people.row(ADA.email)["facts"] == [["Phone", "zz-phone-1"]]
    assert people.row(BOB.email)["name"] == "Zz Bob"
    assert people.plan().is_empty


def test_only_what_changed_is_written_and_what_others_put_there_stays():
    people = People(TinyRoll(ADA, BOB))
    people.sync()
    people.row(ADA.email)["facts"].append(["Shoe", "zz-38"])
    people.change("1", phone="zz-phone-2")
    before = len(people.register.writes)
    people.sync()
    (written,) = people.register.writes[before:]
    assert written[2] == {"facts": [["Phone", "zz-phone-2"], ["Shoe", "zz-38"]]}
    people.change("1", phone="")
    people.sync()
    assert people.row(ADA.email)["facts"] == [["Shoe", "zz-38"]]


def test_an_edit_on_the_target_is_seen_through_the_seals_and_kept_where_the_rule_says_so():
    people = People(TinyRoll(ADA))
    people.sync()
    people.row(ADA.email)["name"] = "Zz Countess"
    people.row(ADA.email)["country"] = "FR"
    people.sync()
    assert people.row(ADA.email)["name"] == "Zz Countess"
    assert people.row(ADA.email)["country"] == "GB"
    assert people.plan().is_empty


def test_somebody_who_is_there_already_is_found_by_the_sealed_key_and_adopted():
    people = People(TinyRoll(ADA))
    people.register.rows["7"] = {"email": ADA.email.upper(), "name": "Zz Ada", "country": "GB", "facts": []}
    people.sync()
    row = people.register.rows["7"]
    assert list(people.register.rows) == ["7"]
    assert row["facts"] == [["Phone", "zz-phone-1"]]


def test_two_people_of_one_address_are_told_apart_as_duplicates():
    people = People(TinyRoll(ADA, evolve(BOB, email=ADA.email)))
    receipt = people.sync()
    assert [one.reason for one in receipt.work] == ["duplicate"]
    assert "zz" not in str(receipt).lower()


def test_a_step_is_refused_alone_when_the_source_says_something_else_by_now():
    people = People(TinyRoll(ADA, BOB))
    planned = people.plan()
    people.change("1", name="Zz Other")
    receipt = people.apply(planned)
    assert [one.detail for one in receipt.stale] == ["name is no longer what the source says: plan again"]
    assert [row["name"] for row in people.register.rows.values()] == ["Zz Bob"]
    assert people.sync().total == 1
    assert people.plan().is_empty


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"email": "zz-new@example.test"}, "email is no longer what the source says: plan again"),
        ({"phone": "zz-phone-9"}, "phone is no longer what the source says: plan again"),
    ],
)
def test_each_sealed_value_of_a_step_must_be_what_the_source_says(change: dict[str, str], why: str):
    people = People(TinyRoll(ADA))
    planned = people.plan()
    people.change("1", **change)
    assert [one.detail for one in people.apply(planned).stale] == [why]
    assert people.register.rows == {}


def test_a_step_is_refused_when_its_person_is_gone_from_the_source():
    people = People(TinyRoll(ADA))
    planned = people.plan()
    del people.roll.people["1"]
    assert len(people.apply(planned).stale) == 1
    assert people.register.rows == {}


def test_a_step_whose_keys_alone_have_changed_is_refused():
    people = People(TinyRoll(ADA))
    people.sync()
    people.change("1", country="FR")
    planned = people.plan()
    people.change("1", email="zz-new@example.test")
    assert [one.detail for one in people.apply(planned).stale] == [
        "the source gives it other keys now: plan again"
    ]


def test_a_step_is_refused_when_what_others_put_on_the_page_has_changed_since():
    people = People(TinyRoll(ADA))
    people.sync()
    people.row(ADA.email)["facts"].append(["Shoe", "zz-38"])
    people.change("1", phone="zz-phone-2")
    planned = people.plan()
    people.row(ADA.email)["facts"][-1][1] = "zz-39"
    assert [one.detail for one in people.apply(planned).stale] == [
        "it was changed on the target since: plan again"
    ]
    people.sync()
    assert people.row(ADA.email)["facts"] == [["Phone", "zz-phone-2"], ["Shoe", "zz-39"]]


def test_an_old_plan_is_compared_with_the_target_through_the_seals():
    people = People(TinyRoll(ADA, BOB))
    people.sync()
    people.change("1", name="Zz Ada King")
    people.change("2", name="Zz Bob King")
    planned = people.plan()
    people.row(ADA.email)["name"] = "Zz Countess"
    people.clock.sleep(600)
    receipt = people.apply(planned)
    (stale,) = receipt.stale
    assert re.fullmatch("name is sealed .{8} now, and was sealed .{8}: plan again", stale.detail)
    assert people.row(BOB.email)["name"] == "Zz Bob King"


def test_an_old_plan_to_create_looks_for_the_person_by_the_opened_key():
    people = People(TinyRoll(ADA))
    planned = people.plan()
    people.register.rows["7"] = {"email": ADA.email, "name": "Zz", "country": "GB", "facts": []}
    people.clock.sleep(600)
    assert "come to exist" in people.apply(planned).stale[0].detail


def test_applying_again_sends_nothing():
    people = People(TinyRoll(ADA, BOB))
    planned = people.plan()
    people.apply(planned)
    before = len(people.register.writes)
    receipt = people.apply(planned)
    assert (receipt.total, receipt.already) == (0, 2)
    assert len(people.register.writes) == before


def test_a_create_whose_answer_is_lost_is_found_again():
    people = People(TinyRoll(ADA, BOB))
    planned = people.plan()
    people.register.cut_after = [len(people.register.sent) + 1]
    assert people.apply(planned).total == 2
    assert people.register.made == 2


def test_a_create_that_was_cut_off_is_found_again_though_its_person_has_another_address_by_now():
    people = People(TinyRoll(ADA))
    planned = people.plan()
    made = _dies_after_the_first_write(people, planned)
    assert made == 1
    people.change("1", email="zz-new@example.test")
    people.clock.sleep(60)
    people.sync()
    people.clock.sleep(60)
    people.sync()
    assert [row["email"] for row in people.register.rows.values()] == ["zz-new@example.test"]
    assert people.register.made == 1


@pytest.mark.parametrize("resume", ["the same plan", "a new plan"])
def test_a_crash_at_any_effect_of_an_apply_then_going_on_comes_out_as_one_clean_run(resume: str):
    plans: dict[int, Plan] = {}

    def scene() -> People:
        people = People(TinyRoll(ADA, BOB, Person("3", "zz-3@example.test")), state=Rows())
        people.sync()
        people.row(ADA.email)["facts"].append(["Shoe", "zz-38"])
        people.change("1", phone="zz-phone-2", name="Zz Ada King")
        people.change("2", email="zz-robert@example.test")
        people.roll.put(Person("4", "zz-4@example.test", phone="zz-phone-4"))
        plans[id(people)] = people.plan()
        return people

    report = crash_sweep(
        scene,
        run=lambda people: apply(people.job, plans[id(people)]),
        resume=lambda people: (
            apply(people.job, plans[id(people)]) if resume == "the same plan" else people.syncing()
        ),
        snapshot=lambda people: (people.register.made, people.register.rows),
        downtime_s=60,
    )
    print(report)
    report.check()
    assert report.effects["Send"] >= 4


def _dies_after_the_first_write(people: People, planned: Plan) -> int:
    probe = People(TinyRoll(*people.roll.people.values()))
    tried = PlayDriver(probe.wiring())
    tried.run(apply(probe.job, probe.plan()))
    at = next(
        number
        for number, each in enumerate(tried.trace)
        if type(each.effect).__name__ == "Send" and each.effect.request.method == "POST"
    )
    with pytest.raises(Crash):
        people.apply(planned, crash_at=at, crash_after=True)
    return people.register.made


def test_a_plan_says_what_reading_again_costs_and_reads_each_segment_once():
    people = People(TinyRoll(ADA, BOB, Person("3", "zz-3@example.test"), Person("4", "zz-4@example.test")))
    planned = people.plan()
    assert planned.footer.calls == 4 + 2
    people.roll.reads.clear()
    people.apply(planned)
    assert people.roll.reads == [("1", "2"), ("3", "4")]
    people.change("1", phone="zz-phone-2")
    assert people.plan().footer.calls == 1 + 2
    people.change("1", phone="zz-phone-1", country="FR")
    people.row(ADA.email)["facts"].clear()
    people.change("1", phone="")
    assert people.plan().footer.calls == 1 + 1


def test_the_facts_of_the_context_are_read_once_in_a_run_for_the_instant_of_the_plan():
    people = People(TinyRoll(ADA, BOB, Person("3", "zz-3@example.test")))
    planned = people.plan()
    asked: list[Any] = []
    context = people.job.context

    def counted(now: Any) -> Any:
        asked.append(now)
        return context(now)

    people.clock.sleep(60)
    people.run(apply(evolve(people.job, context=counted), planned))
    assert asked == [planned.header.as_of]


def test_a_person_of_whom_nothing_personal_is_written_is_still_opened_by_the_key_alone():
    people = People(TinyRoll(ADA))
    people.sync()
    people.change("1", country="FR")
    before = len(people.register.writes)
    people.sync()
    assert [body for _, _, body in people.register.writes[before:]] == [{"country": "FR"}]


def test_no_sealed_text_ever_reaches_the_target():
    people = People(TinyRoll(ADA, BOB))
    people.sync()
    people.row(ADA.email)["facts"].append(["Shoe", "zz-38"])
    people.change("1", phone="zz-phone-2", name="Zz Other", email="zz-other@example.test")
    people.sync()
    assert "sealed" not in json.dumps(people.register.sent)


def test_a_mapper_whose_field_no_table_calls_personal_is_refused():
    people = People(TinyRoll(ADA))
    born = Field[str]("person", "born", personal=True)

    def drafts(person: Person, context: Context) -> tuple[Draft, ...]:
        return (_draft({born: Candidates(("zz-1", "zz-2"))}, label=person.key),)

    job = evolve(people.job, drafts=drafts, ownership=evolve(OWNERSHIP, others=OWNERSHIP.rules[EMAIL]))
    planned = people.run(planning(job))
    (step,) = planned.steps()
    assert step.reason == "no-rule:person.born"
    assert "personal data" in step.detail
    assert "zz" not in step.detail


# Leaks


class Books:
    """Everything that somebody else may come to see of a run."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.told: list[str] = []
        self.logger = logging.getLogger("test.sealing")
        self.logger.setLevel(logging.DEBUG)
        self.logger.handlers = [_Lines(self.told)]
        self.logger.propagate = False

    def tell(self, *things: object) -> None:
        for one in things:
            self.told.extend((repr(one), str(one)))

    def check(self) -> None:
        for line in self.told:
            assert not MARKER.search(line.encode()), line
        for path in self.folder.iterdir():
            found = IN_A_FILE.search(path.read_bytes())
            assert found is None, (
                path.name,
                path.read_bytes()[max(0, found.start() - 200) : found.end() + 50],
            )


class _Lines(logging.Handler):
    def __init__(self, told: list[str]) -> None:
        super().__init__(0)
        self.told = told

    def emit(self, record: logging.LogRecord) -> None:
        self.told.append(repr((record.getMessage(), vars(record))))


def _crowd(state: Any) -> People:
    """People on all ways: plain, refused by a target that quotes them, told to be odd, cut off."""
    people = People(
        TinyRoll(
            ADA,
            BOB,
            Person("3", "zz-refused@example.test", "Zz Refused"),
            Person("4", "zz-odd@example.test", "Zz Odd", odd="zz-odd-date"),
        ),
        state=state,
    )
    people.register.refuse = {"zz-refused@example.test"}
    return people


def _round(people: People, books: Books, number: int, **crash: Any) -> None:
    planned = people.plan()
    planned.save(str(books.folder / f"{number}.plan"))
    books.tell(planned, *planned.steps(), *planned.segments())
    loaded = Plan.load(str(books.folder / f"{number}.plan"))
    receipt = people.apply(loaded, **crash)
    books.tell(receipt, *receipt.failed, *receipt.work, *receipt.stale)


def test_nothing_personal_is_in_any_file_log_repr_or_error(tmp_path: Path):
    books = Books(tmp_path)
    state = SQLiteState(tmp_path / "state.db")
    people = _crowd(state)
    people.events = _Told(books, log_events(books.logger))  # type: ignore[assignment]
    _round(people, books, 1)
    people.row(ADA.email)["facts"].append(["Shoe", "zz-38"])
    people.row(BOB.email)["name"] = "Zz Robert"
    people.change("1", phone="zz-phone-2")
    people.change("2", country="FR")
    people.clock.sleep(60)
    _round(people, books, 2)
    books.tell(*people.explain("roll:person:1"), *people.explain("zz-ada@example.test"))
    with pytest.raises(LookupError) as unknown:
        people.explain("zz-nobody@example.test")
    books.tell(unknown.value)
    for table in ("record", "ledger", "receipt", "work"):
        assert state.load(ByPrefix(table=table, scope="people")), table
    books.check()
    state.close()
    books.check()
    assert len(books.told) > 100


class _Told(list[Any]):
    """Events, told to a logger and kept."""

    def __init__(self, books: Books, write: Callable[[Any], None]) -> None:
        super().__init__()
        self.books, self.write = books, write

    def append(self, event: Any) -> None:
        self.books.tell(event)
        self.write(event)


def test_nothing_personal_is_left_behind_by_a_crash_at_any_effect(tmp_path: Path):
    clean = _crowd(MemoryState())
    driver = PlayDriver(clean.wiring())
    driver.run(apply(clean.job, clean.plan()))
    commits = [n for n, each in enumerate(driver.trace) if type(each.effect).__name__ in {"Commit", "Send"}]
    assert len(commits) > 10
    for number in commits:
        folder = tmp_path / str(number)
        folder.mkdir()
        books = Books(folder)
        state = SQLiteState(folder / "state.db")
        people = _crowd(state)
        with pytest.raises(Crash):
            _round(people, books, number, crash_at=number, crash_after=True)
        books.check()
        state.close()


def test_the_books_check_bites(tmp_path: Path):
    books = Books(tmp_path)
    books.tell("Zz Ada")
    with pytest.raises(AssertionError):
        books.check()
    other = Books(tmp_path)
    state = SQLiteState(tmp_path / "state.db")
    state.commit([sealing.put("people", "work", "1", {"label": "Zz Ada"})])
    with pytest.raises(AssertionError, match=r"state\.db"):
        other.check()
    state.close()


def test_an_error_that_ends_a_run_names_nobody():
    people = People(TinyRoll(ADA))

    class Desk(TinyDesk):
        def send(self, call: Any) -> Any:
            yield from flow.now()
            body, _ = call.payload
            raise AuthError(f"no right to {body}", platform="register", operation="x", status=403)

    planned = people.plan()
    with pytest.raises(AuthError) as caught:
        people.run(apply(evolve(people.job, writer=Desk()), planned))
    assert "zz" not in f"{caught.value} {vars(caught.value)} {caught.value.args}".lower()
    assert BLANK in str(caught.value)


def test_a_rejection_is_told_in_words_that_name_nobody():
    people = People(TinyRoll(evolve(ADA, email="zz-refused@example.test")))
    people.register.refuse = {"zz-refused@example.test"}
    receipt = people.sync()
    (trouble,) = receipt.failed
    assert f"{BLANK} <{BLANK}> cannot be taken" in trouble.detail
    rows = people.state.load(ByPrefix(table="work", scope="people"))
    assert [body_of(row)["label"] for row in rows] == ["person 1"]


def test_two_states_have_nothing_in_common():
    one, two = People(TinyRoll(ADA)), People(TinyRoll(ADA), state=Rows(), chance=SeededChance(2))
    seals = [people.run(seal_of("people")) for people in (one, two)]
    assert seals[0].value(EMAIL, "zz") != seals[1].value(EMAIL, "zz")


def test_a_step_stays_the_same_when_it_is_planned_again():
    people = People(TinyRoll(ADA))
    first = [step.id for step in people.plan().steps()]
    people.clock.sleep(timedelta(days=1).total_seconds())
    assert [step.id for step in people.plan().steps()] == first

"""The history of one record: what was sent, when, by which plan and why, and what became of it."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from attrs import evolve

from commerce_bridge.domain.absence import MISSING
from commerce_bridge.flow import primitives as flow
from commerce_bridge.ports.step import StepKind
from commerce_bridge.sync.kept.tables import put, scan_bodies
from rigs.tiny_shop import NAME, PRICE, TAGS, Thing
from rigs.tiny_stage import TinyStage

ASH = Thing("a", "Ash", "1.00", ("red",))
BIRCH = Thing("b", "Birch", "2.00")


@pytest.fixture
def stage() -> TinyStage:
    stage = TinyStage(ASH, BIRCH)
    stage.sync()
    return stage


def test_history_tells_each_step_of_each_plan_oldest_first(stage: TinyStage):
    stage.put(evolve(ASH, price="3.00", tags=("tall",)))
    receipt = stage.sync()
    entries = stage.history("a")
    assert [(one.step.kind, one.outcome) for one in entries] == [
        (StepKind.CREATE, "done"),
        (StepKind.CHANGE, "done"),
        (StepKind.PRICE, "done"),
    ]
    assert [one.at for one in entries] == sorted(one.at for one in entries)
    assert {one.plan for one in entries[1:]} == {receipt.plan}
    assert entries[0].plan != receipt.plan
    assert [change.field for change in entries[0].step.changes] == [NAME, PRICE, TAGS]
    (price,) = entries[2].step.changes
    assert (str(price.before), str(price.after), price.owner, price.rule) == (
        "1.00",
        "3.00",
        "src",
        "owner/src",
    )
    assert entries[2].done == ("change",)


def test_a_record_is_named_as_for_explain(stage: TinyStage):
    by_key = stage.history("a")
    assert by_key
    assert stage.history("src:thing:a") == by_key
    assert stage.history(by_key[0].step.record) == by_key
    with pytest.raises(LookupError, match="No record called 'z' is known"):
        stage.history("z")


def test_of_another_record_nothing_is_told(stage: TinyStage):
    assert {one.step.label for one in stage.history("b")} == {"b Birch"}


def test_a_refused_write_is_told_and_stays_told_when_a_later_one_takes_hold(stage: TinyStage):
    stage.put(evolve(ASH, price="3.00"))
    stage.tiny.shop.refuse = {"a"}
    refused = stage.sync()
    *_, sent, item = stage.history("a")
    assert (sent.outcome, sent.plan, list(sent.refused)) == ("refused", refused.plan, ["change"])
    assert "! change was not taken: no" in str(sent)
    assert (item.outcome, item.step.reason) == ("open", "rejected:change")
    stage.tiny.shop.refuse = set()
    stage.put(evolve(ASH, price="4.00"))
    stage.sync()
    assert [one.outcome for one in stage.history("a")] == ["done", "refused", "done"]
    assert stage.explain("a"), "a refused write is none"


def test_explain_does_not_take_a_refused_write_for_one(stage: TinyStage):
    written = {one.decision.field: one.written_at for one in stage.explain("a")}
    stage.put(evolve(ASH, price="3.00"))
    stage.tiny.shop.refuse = {"a"}
    stage.sync()
    assert {one.decision.field: one.written_at for one in stage.explain("a")} == written


def test_an_open_work_item_is_part_of_the_history(stage: TinyStage):
    stage.put(evolve(BIRCH, blocked="It has no roots: plant it."))
    stage.sync()
    item = stage.history("b")[-1]
    assert (item.step.kind, item.outcome, item.step.reason) == (StepKind.OPEN_WORK, "open", "blocked")
    assert "It has no roots" in str(item)


def test_a_work_item_that_a_person_closed_says_who_and_why(stage: TinyStage):
    record = stage.history("b")[0].step.record
    closing = {
        "plan": "",
        "at": stage.clock.now().isoformat(),
        "did": {
            "id": "closed blocked",
            "kind": "open work",
            "record": record,
            "label": "b Birch",
            "changes": [],
            "keys": [],
            "target": None,
            "observed": "",
            "needs": [],
            "seen": None,
            "reason": "blocked",
            "detail": "It has no roots.",
        },
        "closed": {"by": "Ada", "note": "planted"},
    }
    row = put("tiny", "ledger", f"{record}/{closing['at']}/closed blocked", closing)
    stage.driver().run(flow.commit([row]))
    closed = stage.history("b")[-1]
    assert (closed.outcome, closed.closed) == ("closed", "closed by Ada: planted")
    assert "closed by Ada: planted" in str(closed)


def test_a_write_met_by_the_run_after_the_one_that_died_is_told_once(stage: TinyStage):
    stage.put(Thing("c", "Cedar"))
    planned = stage.plan()
    stage.cut_short(planned, "POST")
    stage.apply(planned)
    assert [one.outcome for one in stage.history("c")] == ["done"]


def test_all_rows_of_one_step_are_one_entry_from_the_first_on(stage: TinyStage):
    """Two parts that were refused, one of them met again by a later run."""
    (made,) = stage.history("a")
    record = made.step.record
    rows = stage.driver().run(scan_bodies("tiny", "ledger", f"{record}/"))
    ((key, body),) = rows.items()
    later = (made.at + timedelta(hours=1)).isoformat()
    ops = [
        put("tiny", "ledger", f"{key}/{part}", {**body, "at": at, "refused": {part: f"no {part}"}})
        for part, at in (("a", later), ("b", body["at"]))
    ]
    stage.driver().run(flow.commit([put("tiny", "ledger", key, {**body, "at": later}), *ops]))
    (entry,) = stage.history("a")
    assert (entry.outcome, dict(entry.refused)) == ("partly refused", {"a": "no a", "b": "no b"})
    assert entry.at == made.at


def test_an_entry_prints_as_a_publisher_reads_it(stage: TinyStage):
    stage.put(evolve(ASH, price="3.00"))
    receipt = stage.sync()
    assert str(stage.history("a")[-1]).splitlines() == [
        f"2026-11-02 09:00 UTC  plan {receipt.plan[:8]}  price: done",
        "    price            1.00 -> 3.00                                 owner src  rule owner/src",
    ]


def test_an_entry_as_data_is_json_and_complete(stage: TinyStage):
    data = json.loads(json.dumps([one.as_data() for one in stage.history("a")]))
    (made,) = data
    assert (made["kind"], made["outcome"], made["done"]) == ("create", "done", ["thing"])
    price = next(one for one in made["changes"] if one["field"] == "thing.price")
    assert price == {
        "field": "thing.price",
        "before": {"$": "missing", "v": None},
        "after": {"$": "decimal", "v": "1.00"},
        "owner": "src",
        "rule": "owner/src",
        "part": "",
        "reason": "",
    }


def test_what_both_sides_had_agreed_on_is_kept_with_a_change(stage: TinyStage):
    stage.row("a")["price"] = "9.00"  # somebody at the shop
    stage.put(evolve(ASH, price="3.00"))
    stage.sync()
    (price,) = stage.history("a")[-1].step.changes
    assert (str(price.base), str(price.before), str(price.after)) == ("1.00", "9.00", "3.00")
    assert all(one.base is MISSING for one in stage.history("a")[0].step.changes)

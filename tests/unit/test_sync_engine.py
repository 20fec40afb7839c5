"""The engine over a tiny shop: plan, apply, plan again; lost answers; crashes at every effect."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from attrs import evolve

from commerce_bridge.errors import ConnectionLost, InvalidDocument, StalePlan
from commerce_bridge.flow.events import Queued
from commerce_bridge.flow.play import Crash, ManualClock, PlayDriver
from commerce_bridge.flow.state import ByPrefix
from commerce_bridge.flow.wiring import SeededChance, Wiring
from commerce_bridge.ports.step import StepKind
from commerce_bridge.stores import MemoryState
from commerce_bridge.sync.applying.applier import apply
from commerce_bridge.sync.explaining import explain
from commerce_bridge.sync.limits import Limits
from commerce_bridge.sync.planning.planner import plan
from commerce_bridge.sync.plans.plan import Plan
from rigs.tiny_shop import COLOUR, NAME, PRICE, Thing, Tiny, TinySource

THINGS = (
    Thing("a", "Ash", "1.50", ("red", "old")),
    Thing("b", "Birch"),
    Thing("c", "Cedar", "3.00", ("tall",)),
    Thing("d", "Ash"),
    Thing("e", "Elm", blocked="It has no roots: plant it."),
)


class Stage:
    """A tiny shop, its state and its clock."""

    def __init__(self, *things: Thing, limits: Limits | None = None) -> None:
        self.tiny = Tiny(TinySource(*things), limits=limits or Limits())
        self.state = MemoryState()
        self.clock = ManualClock()
        self.events: list[object] = []

    def driver(self, **crash: object) -> PlayDriver:
        wiring = Wiring(
            transports={"shop": self.tiny.shop},
            state=self.state,
            clock=self.clock,
            chance=SeededChance(1),
            subscribers=(self.events.append,),
        )
        return PlayDriver(wiring, **crash)  # type: ignore[arg-type]

    def plan(self) -> Plan:
        return self.driver().run(plan(self.tiny.job))

    def apply(self, planned: Plan):
        return self.driver().run(apply(self.tiny.job, planned))

    def sync(self):
        return self.apply(self.plan())

    def goods(self) -> list[tuple[str, str, str, tuple[str, ...]]]:
        rows = self.tiny.shop.rows.values()
        return sorted((row["key"], row["name"], row["price"], tuple(row["tags"])) for row in rows)


def test_a_first_plan_creates_and_a_second_is_empty():
    stage = Stage(*THINGS)
    planned = stage.plan()
    assert planned.footer.steps == {StepKind.CREATE: 4, StepKind.OPEN_WORK: 1}
    receipt = stage.apply(planned)
    assert dict(receipt.applied) == {StepKind.CREATE: 4, StepKind.OPEN_WORK: 1}
    assert [row[0] for row in stage.goods()] == ["a", "b", "c", "d"]
    again = stage.plan()
    assert again.is_empty, str(again)
    assert again.footer.skipped == 5


def test_a_name_that_is_taken_gets_the_next_candidate():
    stage = Stage(*THINGS)
    stage.sync()
    names = {key: name for key, name, _, _ in stage.goods()}
    assert names["a"] == "Ash"
    assert names["d"] == "Ash (d)"


def test_planning_writes_nothing_and_a_discarded_plan_loses_nothing():
    stage = Stage(*THINGS)
    stage.plan()
    tables = ("record", "binding", "work", "intent", "receipt", "ledger", "watermark")
    assert all(not stage.state.load(ByPrefix(table=table, scope="tiny")) for table in tables)
    assert {method for method, _ in stage.tiny.shop.log} == {"GET"}
    assert stage.plan().footer.total == 5


def test_only_changed_fields_are_written():
    stage = Stage(*THINGS)
    stage.sync()
    stage.tiny.source.things["a"] = evolve(THINGS[0], price="2.50")
    planned = stage.plan()
    steps = list(planned.steps())
    assert [(step.kind, [change.field for change in step.changes]) for step in steps] == [
        (StepKind.PRICE, [PRICE])
    ]
    stage.apply(planned)
    assert stage.goods()[0] == ("a", "Ash", "2.50", ("old", "red"))


def test_a_name_is_written_once_and_kept():
    stage = Stage(*THINGS)
    stage.sync()
    stage.tiny.source.things["b"] = evolve(THINGS[1], name="Silver birch")
    assert stage.plan().is_empty


def test_others_elements_survive_ours_changing():
    stage = Stage(*THINGS)
    stage.sync()
    row = next(row for row in stage.tiny.shop.rows.values() if row["key"] == "a")
    row["tags"].append("bestseller")
    stage.tiny.source.things["a"] = evolve(THINGS[0], tags=("red", "new"))
    stage.sync()
    assert sorted(row["tags"]) == ["bestseller", "new", "red"]
    assert stage.plan().is_empty


def test_an_edit_on_the_target_of_a_field_we_own_is_put_right_and_of_one_we_do_not_is_kept():
    stage = Stage(*THINGS)
    stage.sync()
    row = next(row for row in stage.tiny.shop.rows.values() if row["key"] == "a")
    row["price"], row["colour"] = "9.99", "green"
    planned = stage.plan()
    changes = [change for step in planned.steps() for change in step.changes]
    assert [(change.field, change.before, change.after) for change in changes] == [
        (PRICE, Decimal("9.99"), Decimal("1.50"))
    ]
    stage.apply(planned)
    assert (row["price"], row["colour"]) == ("1.50", "green")


def test_a_rejected_record_becomes_a_work_item_and_stops_nothing_else():
    stage = Stage(*THINGS)
    stage.tiny.shop.refuse = {"b"}
    receipt = stage.sync()
    assert [trouble.label for trouble in receipt.failed] == ["b Birch"]
    queued = [event for event in stage.events if isinstance(event, Queued)]
    assert [event.reason.split(":")[0] for event in queued if event.record == receipt.failed[0].record] == [
        "rejected"
    ]
    assert [row[0] for row in stage.goods()] == ["a", "c", "d"]
    assert stage.plan().is_empty, "a record that is refused is not tried again until it changes"
    stage.tiny.shop.refuse = set()
    stage.tiny.source.things["b"] = evolve(THINGS[1], price="7.00")
    receipt = stage.sync()
    assert receipt.applied[StepKind.CREATE] == 1
    assert receipt.closed == 1


@pytest.mark.parametrize("cut", range(1, 8))
def test_a_lost_answer_is_looked_for_and_never_doubled(cut: int):
    stage = Stage(*THINGS)
    planned = stage.plan()
    stage.tiny.shop.cut_after = [len(stage.tiny.shop.log) + cut]
    try:
        stage.apply(planned)
    except ConnectionLost:
        stage.apply(planned)
    stage.tiny.shop.cut_after = []
    assert [row[0] for row in stage.goods()] == ["a", "b", "c", "d"]
    assert stage.plan().is_empty


def test_replaying_a_receipt_is_a_no_op():
    stage = Stage(*THINGS)
    planned = stage.plan()
    stage.apply(planned)
    sent = len(stage.tiny.shop.log)
    receipt = stage.apply(planned)
    assert receipt.total == 0
    assert receipt.already == 5
    assert len(stage.tiny.shop.log) == sent


def test_a_crash_at_every_effect_then_a_resume_equals_a_clean_run():
    clean = Stage(*THINGS)
    planned = clean.plan()
    driver = clean.driver()
    driver.run(apply(clean.tiny.job, planned))
    effects = driver.count
    assert effects > 30
    for number in range(effects):
        for after in (False, True):
            stage = Stage(*THINGS)
            planned = stage.plan()
            with pytest.raises(Crash):
                stage.driver(crash_at=number, crash_after=after).run(apply(stage.tiny.job, planned))
            stage.apply(planned)
            assert stage.goods() == clean.goods(), (number, after)
            assert stage.plan().is_empty, (number, after)
            stage = Stage(*THINGS)
            planned = stage.plan()
            with pytest.raises(Crash):
                stage.driver(crash_at=number, crash_after=after).run(apply(stage.tiny.job, planned))
            stage.sync()
            assert stage.goods() == clean.goods(), (number, after, "planned again")
            assert stage.plan().is_empty, (number, after)


def test_a_saved_plan_is_the_same_plan(tmp_path):
    stage = Stage(*THINGS)
    planned = stage.plan()
    path = str(tmp_path / "plan.jsonl")
    planned.save(path)
    loaded = Plan.load(path)
    assert loaded == planned
    assert list(loaded.segments()) == list(planned.segments())
    assert str(loaded) == str(planned)


def test_a_damaged_plan_is_refused(tmp_path):
    stage = Stage(*THINGS)
    path = tmp_path / "plan.jsonl"
    stage.plan().save(str(path))
    text = path.read_text()
    path.write_text(text.replace("1.50", "0.50"))
    with pytest.raises(InvalidDocument, match="does not match its seal"):
        Plan.load(str(path))
    path.write_text("\n".join(text.splitlines()[:-1]))
    with pytest.raises(InvalidDocument, match="no footer"):
        Plan.load(str(path))


def test_a_record_that_moved_under_an_old_plan_is_refused_alone():
    stage = Stage(*THINGS)
    stage.sync()
    for key, price in (("a", "5.00"), ("b", "6.00")):
        stage.tiny.source.things[key] = evolve(stage.tiny.source.things[key], price=price)
    planned = stage.plan()
    row = next(row for row in stage.tiny.shop.rows.values() if row["key"] == "a")
    row["price"] = "4.44"
    stage.clock.sleep(timedelta(hours=1).total_seconds())
    receipt = stage.apply(planned)
    assert [(trouble.label, trouble.reason) for trouble in receipt.stale] == [("a Ash", "stale")]
    assert receipt.applied[StepKind.PRICE] == 1
    again = stage.plan()
    assert again.footer.steps == {StepKind.PRICE: 1}


def test_a_thing_made_by_somebody_else_under_an_old_plan_is_not_doubled():
    stage = Stage(*THINGS)
    planned = stage.plan()
    stage.tiny.shop.rows["7"] = {"key": "a", "name": "Mine", "price": "1", "tags": []}
    stage.clock.sleep(3600)
    receipt = stage.apply(planned)
    assert len(receipt.stale) == 1
    assert len(stage.goods()) == 4
    stage.sync()
    assert len(stage.goods()) == 4
    assert stage.plan().is_empty


def test_a_plan_is_refused_under_other_rules():
    stage = Stage(*THINGS)
    planned = stage.plan()
    stage.tiny = evolve(stage.tiny, fingerprint="rules 2")
    with pytest.raises(StalePlan, match="rules have changed"):
        stage.apply(planned)


def test_a_change_of_rules_decides_everything_anew():
    stage = Stage(*THINGS)
    stage.sync()
    stage.tiny = evolve(stage.tiny, fingerprint="rules 2")
    assert stage.plan().footer.skipped == 0


def test_a_record_whose_time_comes_is_decided_again_though_nothing_changed():
    stage = Stage(*THINGS)
    flip = stage.clock.now() + timedelta(days=1)
    stage.tiny.source.things["a"] = evolve(THINGS[0], next_change=flip)
    stage.sync()
    assert stage.plan().footer.skipped == 5
    stage.clock.sleep(2 * 86400)
    assert stage.plan().footer.skipped == 4


def test_a_duplicate_key_and_a_deleted_record_become_work_items():
    stage = Stage(*THINGS)
    stage.sync()
    gone = next(number for number, row in stage.tiny.shop.rows.items() if row["key"] == "c")
    del stage.tiny.shop.rows[gone]
    planned = stage.plan()
    assert [step.reason for step in planned.steps()] == ["gone"]
    stage.apply(planned)
    assert stage.plan().is_empty


def test_a_work_item_closes_when_its_cause_is_gone():
    stage = Stage(*THINGS)
    stage.sync()
    stage.tiny.source.things["e"] = Thing("e", "Elm")
    receipt = stage.sync()
    assert receipt.closed == 1
    assert [row[0] for row in stage.goods()] == ["a", "b", "c", "d", "e"]


def test_explanations_say_value_owner_rule_and_write():
    stage = Stage(*THINGS)
    stage.sync()
    found = {one.decision.field: one for one in stage.driver().run(explain(stage.tiny.job, "a"))}
    assert str(found[PRICE]).startswith(
        "price is 1.50: owned by src, rule owner/src; written 2026-11-02T09:00:00"
    )
    assert found[NAME].decision.rule == "written once"
    assert COLOUR not in found


def test_a_plan_prints_as_a_publisher_reads_it():
    stage = Stage(*THINGS[:1], THINGS[4])
    text = str(stage.plan())
    assert "+ a Ash" in text
    assert "    price            1.50" in text
    assert "! It has no roots: plant it." in text
    assert "2 steps: 1 create, 1 open work" in text


def test_the_runs_id_goes_with_every_event_and_error():
    stage = Stage(*THINGS)
    planned = stage.plan()
    receipt = stage.apply(planned)
    assert receipt.correlation_id == planned.header.correlation_id
    stage.tiny.source.things["a"] = evolve(THINGS[0], price="2.00")
    planned = stage.plan()
    stage.clock.sleep(3600)
    stage.tiny.shop.cut_after = [len(stage.tiny.shop.log) + 1]
    with pytest.raises(ConnectionLost) as caught:
        stage.apply(planned)
    assert caught.value.correlation_id == planned.header.correlation_id

"""What people have said stays as it is: as values, over rules, in state."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from attrs import evolve

from commerce_bridge.domain.absence import CLEARED, MISSING
from commerce_bridge.domain.exchange import Ref
from commerce_bridge.domain.fields import Field
from commerce_bridge.domain.record import Fact
from commerce_bridge.errors import MappingError, SafetyStop, StateConflict
from commerce_bridge.flow.play import ManualClock, PlayDriver
from commerce_bridge.flow.state import ByKeys, ByPrefix, Delete, Key
from commerce_bridge.flow.wiring import SeededChance, Wiring
from commerce_bridge.mapping import Mapped
from commerce_bridge.merge import Case, Decision, Rule, owned_by, until_edited, written_once
from commerce_bridge.ports.step import Change, Step, StepKind
from commerce_bridge.stores import MemoryState
from commerce_bridge.sync.holding.holding import hold, list_holds, load_holds, pause, pin, release
from commerce_bridge.sync.holding.holds import PERSON, Hold, Holds, holds_of
from commerce_bridge.sync.job import Draft
from commerce_bridge.sync.kept.again import TIMES
from commerce_bridge.sync.kept.remembered import Remembered
from commerce_bridge.sync.kept.tables import canonical_id, put
from commerce_bridge.sync.planning.deciding import open_work
from commerce_bridge.sync.planning.watch import Watch
from commerce_bridge.sync.plans.codec import encode
from rigs.tiny_shop import COLOUR, NAME, PRICE, TAGS, Thing, Tiny, TinySource

NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)
LATER = NOON + timedelta(days=1)
HELD = Hold(record="r", label="Ash", reason="promised", who="Ada", since=NOON, until=LATER)
PAUSE = Hold(label="src -> shop", reason="the shop moves", since=NOON)
RED = Fact("tag", "red")
PINNED = evolve(HELD, name=PRICE, until=None)
FIXED = evolve(PINNED, value=Decimal("7.00"))


def holds(*some: Hold, now: datetime = NOON) -> Holds:
    return holds_of([hold.body() for hold in some], now)


def case(wanted: Any, shown: Any, name: Any = PRICE, *, is_new: bool = False, base: Any = MISSING) -> Case:
    return Case(
        field=name,
        base=base,
        sides={"src": wanted, "shop": shown},
        source="src",
        target="shop",
        is_new=is_new,
    )


def decided(held: Holds, one: Case, rule: Any = None, part: str = "") -> Decision:
    decision = held.over("r", part, one.field, rule or owned_by("src"))(one)
    assert decision is not None
    return decision


# Values


@pytest.mark.parametrize("one", [HELD, PAUSE, PINNED, FIXED, evolve(FIXED, value=CLEARED, part="sku")])
def test_a_hold_survives_its_row(one: Hold):
    assert Hold.of(json.loads(json.dumps(one.body()))) == one


def test_holds_print_as_people_read_them():
    assert str(HELD) == "Ash held by Ada until 2026-11-03 12:00 UTC: promised"
    assert str(PAUSE) == "src -> shop paused until released: the shop moves"
    assert str(PINNED) == "price of Ash pinned by Ada until released: promised"
    assert str(evolve(FIXED, part="sku")) == "sku price of Ash pinned by Ada to 7.00 until released: promised"


def test_what_has_ended_holds_no_more_and_the_rest_does():
    some = holds(HELD, PAUSE, PINNED, now=LATER)
    assert some.held("r") is None
    assert some.pinned("r", PRICE) == PINNED
    assert some.pause == PAUSE
    assert holds(HELD, now=LATER - timedelta(microseconds=1)).held("r") == HELD


def test_a_pin_is_of_one_field_of_one_part_of_one_record():
    some = holds(evolve(PINNED, part="sku"))
    assert some.pinned("r", PRICE, "sku") is not None
    assert some.pinned("r", PRICE) is None
    assert some.pinned("r", NAME, "sku") is None
    assert some.pinned("other", PRICE, "sku") is None


def test_a_record_must_be_decided_again_when_the_first_of_its_holds_ends():
    sooner = evolve(PINNED, until=NOON + timedelta(hours=1))
    assert holds(HELD, sooner).ends("r") == NOON + timedelta(hours=1)
    assert holds(HELD).ends("r") == LATER
    assert holds(PINNED).ends("r") is None
    assert holds(HELD).ends("other") is None
    assert holds(HELD, sooner, evolve(PAUSE, until=NOON + timedelta(minutes=1))).next_end == NOON + timedelta(
        minutes=1
    )


def test_all_lists_the_pause_then_records_then_fields():
    assert holds(PINNED, HELD, PAUSE).all == (PAUSE, HELD, PINNED)


def test_no_holds_leave_the_rule_itself():
    rule = owned_by("src")
    assert Holds().over("r", "", PRICE, rule) is rule
    assert holds(PINNED).over("r", "sku", PRICE, rule) is rule


# Over the rule


@pytest.mark.parametrize("held", [holds(HELD), holds(PINNED)])
def test_what_is_shown_stays_in_the_targets_name_and_the_source_loses(held: Holds):
    decision = decided(held, case("9.00", "1.50"))
    assert (decision.value, decision.owner, decision.loser) == ("1.50", "shop", "src")
    assert decision.rule in {"held by Ada", "pinned by Ada"}
    assert decision.reason.endswith(": promised")
    assert decision.candidates == {"src": "9.00", "shop": "1.50"}


def test_nobody_loses_where_nothing_would_have_changed():
    assert decided(holds(PINNED), case("1.50", "1.50")).loser is None
    assert decided(holds(PINNED), case("9.00", "1.50"), written_once("src")).loser is None
    assert decided(holds(PINNED), case("9.00", "1.50"), owned_by("shop")).loser is None
    assert decided(holds(PINNED), case(MISSING, "1.50")).loser is None
    edited = case("9.00", "1.50", base="2.00")
    assert decided(holds(PINNED), edited, until_edited("src", "shop")).loser is None


def test_nobody_loses_by_a_pin_where_the_value_was_the_targets_own_in_any_case():
    def theirs(one: Case) -> Decision:
        return Decision(field=one.field, value="9.00", owner="shop", rule="theirs")

    assert decided(holds(PINNED), case("9.00", "1.50"), Rule("theirs", 1, "shop", theirs)).loser is None


def test_a_pin_keeps_a_value_from_being_cleared():
    decision = decided(holds(PINNED), case(CLEARED, "1.50"))
    assert (decision.value, decision.loser) == ("1.50", "src")


def test_a_record_that_does_not_exist_is_made_under_a_pin_and_not_under_a_hold():
    new = case("9.00", MISSING, is_new=True)
    assert decided(holds(PINNED), new).value == "9.00"
    held = decided(holds(HELD), new)
    assert (held.value, held.owner) == (CLEARED, "shop")
    assert not held.changes(MISSING)
    assert decided(holds(FIXED), new).value == Decimal("7.00")


def test_a_given_value_stands_in_nobodys_name_but_a_persons():
    decision = decided(holds(FIXED), case("9.00", "1.50"))
    assert (decision.value, decision.owner, decision.loser) == (Decimal("7.00"), PERSON, "src")
    assert decided(holds(FIXED), case(MISSING, "1.50")).loser == "shop"
    assert decided(holds(FIXED), case(Decimal("7.00"), Decimal("7.00"))).loser is None


def test_a_hold_goes_before_a_pin():
    assert decided(holds(HELD, FIXED), case("9.00", "1.50")).value == "1.50"


def test_fields_pinned_to_a_value_take_part_in_every_part_of_a_draft_and_no_mapper_computes_them():
    ref = Ref("src", "thing", "a")
    mapped = Mapped(values={NAME: "Ash"}, rules={PRICE: "price/list", NAME: "name/ours"})
    draft = Draft(ref=ref, origin=ref, label="a", mapped=mapped, parts={"p": mapped}, asleep={"q": mapped})
    some = [evolve(FIXED, part=part) for part in ("", "p", "q", "nowhere")]
    pinned = Watch(now=NOON, holds=holds(*some, evolve(PINNED, name=COLOUR))).drafted("r", draft)
    for one in (pinned.mapped, pinned.parts["p"], pinned.asleep["q"]):
        assert one.values == {NAME: "Ash", PRICE: MISSING}
        assert one.rules == {NAME: "name/ours"}
    assert (set(pinned.parts), set(pinned.asleep)) == ({"p"}, {"q"})
    filled = evolve(draft, mapped=evolve(mapped, values={PRICE: Decimal(3)}))
    assert Watch(now=NOON, holds=holds(FIXED)).drafted("r", filled).mapped.values == {PRICE: Decimal(3)}
    assert Watch(now=NOON, holds=holds(FIXED)).drafted("other", draft) == draft


# What a plan says, and what must not be sent


def test_a_plan_counts_held_records_by_who_until_and_why():
    some = holds(HELD, evolve(HELD, record="s"), evolve(HELD, record="t", reason="other"))
    assert some.remarks() == (
        "held by Ada, nothing of it is written, until 2026-11-03 12:00 UTC: other (1)",
        "held by Ada, nothing of it is written, until 2026-11-03 12:00 UTC: promised (2)",
    )


def test_a_plan_tells_a_pinned_field_where_it_would_have_changed():
    def told(some: Holds, wanted: str) -> tuple[str, ...]:
        return some.told("r", {("", PRICE): decided(some, case(wanted, "1.50"))})

    assert told(holds(PINNED), "9.00") == ("price kept, pinned by Ada until released: promised",)
    assert told(holds(PINNED), "1.50") == ()
    assert told(holds(FIXED), "9.00") == ()
    assert told(holds(HELD, PINNED), "9.00") == ()


def step(*changes: Change, kind: StepKind = StepKind.CHANGE) -> Step:
    return Step(id="s", kind=kind, record="r", label="Ash", changes=changes)


def change(after: Any, name: Any = PRICE, part: str = "", owner: str = "src") -> Change:
    return Change(field=name, before="1.50", after=after, owner=owner, rule="rule", part=part)


def test_steps_against_what_was_said_since_the_plan_are_barred():
    other = change("Elm", NAME)
    assert holds(HELD).barred([step(other)]) == {"s": "held by Ada until 2026-11-03 12:00 UTC: promised"}
    assert holds(PINNED).barred([step(other)]) == {}
    assert holds(PINNED).barred([step(other, change("9.00"))]) == {
        "s": "price pinned by Ada until released: promised"
    }
    assert holds(PINNED).barred([step(change("9.00", part="sku"))]) == {}
    assert holds(FIXED).barred([step(change(Decimal("7.00"), owner=PERSON))]) == {}
    assert holds(FIXED).barred([step(change(Decimal("8.00"), owner=PERSON))]) != {}
    assert holds().barred([step(change(Decimal("7.00"), owner=PERSON))]) == {
        "s": "price is pinned no more: plan again"
    }


def test_work_items_are_opened_of_held_records_too():
    assert holds(HELD).barred([open_work("r", "Ash", "no-price", "It has none.")]) == {}


def test_a_pause_is_refused_with_its_reason_and_end():
    holds(HELD, PINNED).check("src -> shop")
    with pytest.raises(SafetyStop, match="src -> shop is paused until released: the shop moves") as caught:
        holds(PAUSE).check("src -> shop")
    assert caught.value.reason == "paused"
    assert "bridge.release()" in str(caught.value)


# In state


class Desk:
    """A tiny job with one settled record, and a state that may be written by others in between."""

    def __init__(self) -> None:
        self.job = Tiny(TinySource(Thing("a", "Ash"))).job
        self.state = MemoryState()
        self.clock = ManualClock()
        self.ref = Ref("src", "thing", "a")
        self.record = canonical_id(self.ref)
        settled = Remembered(
            record=self.record,
            source=self.ref,
            origin=self.ref,
            target=Ref("shop", "thing", "100"),
            source_hash="v1",
            target_hash="t1",
            fingerprint="rules 1",
            next_change=None,
            agreed={("", Field[str]("thing", "key")): "a"},
            label="a Ash",
            refused="v1",
            as_of=self.clock.now(),
        )
        scope = self.job.scope
        origin = {"source": "v1", "rules": "rules 1", "next": "", "records": {}, "shown": {}}
        self.state.commit(
            [
                put(scope, "record", self.record, settled.body()),
                put(scope, "origin", str(self.ref), origin),
                put(scope, "binding", self.record, {"source": str(self.ref), "target": "shop:thing:100"}),
                put(scope, "alias", "shop:thing:100", {"record": self.record}),
            ]
        )

    def run(self, flow: Any) -> Any:
        return PlayDriver(Wiring(state=self.state, clock=self.clock, chance=SeededChance(1))).run(flow)

    def row(self, table: str, key: str) -> dict[str, Any]:
        (row,) = self.state.load(ByKeys(table=table, scope=self.job.scope, keys=(key,)))
        body: dict[str, Any] = json.loads(row.body)
        return body

    def rows(self, table: str) -> list[str]:
        return [row.at.key for row in self.state.load(ByPrefix(table=table, scope=self.job.scope))]

    def before_commit(self, meddle: Callable[[], None], times: int) -> None:
        """Let somebody else write before each of the next commits."""
        commit, left = self.state.commit, [times]

        def slow(ops: Any, expect: Any = ()) -> None:
            if left[0]:
                left[0] -= 1
                meddle()
            commit(ops, expect)

        self.state.commit = slow  # type: ignore[method-assign]


@pytest.mark.parametrize("name", ["a", "shop:thing:100", "src:thing:a"])
def test_a_held_record_is_named_as_for_explain_and_must_be_decided_anew(name: str):
    desk = Desk()
    desk.clock.sleep(60)
    said = desk.run(hold(desk.job, name, reason="promised", who="Ada"))
    assert (said.record, said.label, said.since) == (desk.record, "a Ash", desk.clock.now())
    row = desk.row("record", desk.record)
    assert (row["source_hash"], row["refused"], row["target_hash"]) == ("", "", "t1")
    assert datetime.fromisoformat(row["as_of"]) > desk.clock.now()
    assert desk.row("origin", str(desk.ref))["source"] == ""
    assert desk.run(list_holds(desk.job)) == (said,)


def test_releasing_a_record_lets_go_of_its_hold_and_all_its_pins():
    desk = Desk()
    desk.run(hold(desk.job, "a", reason="promised"))
    desk.run(pin(desk.job, "a", PRICE, reason="promised"))
    desk.run(pin(desk.job, "a", PRICE, part="sku", reason="promised"))
    desk.run(pause(desk.job, reason="moving"))
    assert len(desk.run(release(desk.job, "a"))) == 3
    assert desk.rows("hold") == ["pause"]


def test_releasing_a_field_leaves_the_others():
    desk = Desk()
    for name, part in ((PRICE, ""), (PRICE, "sku"), (NAME, "")):
        desk.run(pin(desk.job, "a", name, part=part, reason="promised"))
    (gone,) = desk.run(release(desk.job, "a", PRICE))
    assert (gone.name, gone.part) == (PRICE, "")
    assert {(one.name, one.part) for one in desk.run(list_holds(desk.job))} == {(PRICE, "sku"), (NAME, "")}


def test_a_release_makes_the_record_be_decided_anew():
    desk = Desk()
    desk.run(hold(desk.job, "a", reason="promised"))
    settled = {**desk.row("record", desk.record), "source_hash": "v2"}
    desk.state.commit([put(desk.job.scope, "record", desk.record, settled)])
    desk.run(release(desk.job, "a"))
    assert desk.row("record", desk.record)["source_hash"] == ""


def test_a_pause_is_released_by_naming_nothing():
    desk = Desk()
    desk.run(pause(desk.job, reason="moving"))
    (gone,) = desk.run(release(desk.job))
    assert gone.reason == "moving"
    assert desk.run(load_holds(desk.job)) == Holds()


def test_what_was_never_said_is_not_released():
    desk = Desk()
    with pytest.raises(LookupError, match="Nothing holds src -> shop"):
        desk.run(release(desk.job))
    desk.run(hold(desk.job, "a", reason="promised"))
    with pytest.raises(LookupError, match="Nothing holds price of a Ash"):
        desk.run(release(desk.job, "a", PRICE))


@pytest.mark.parametrize("name", ["nobody", "shop:thing:7", "src:thing"])
def test_nobody_holds_what_nobody_knows(name: str):
    desk = Desk()
    with pytest.raises(LookupError, match="is known"):
        desk.run(hold(desk.job, name, reason="promised"))


def test_a_record_of_the_source_can_be_held_before_it_is_known():
    desk = Desk()
    said = desk.run(hold(desk.job, "src:thing:new", reason="not before the fair"))
    assert said.record == canonical_id(Ref("src", "thing", "new"))
    assert desk.run(load_holds(desk.job)).held(said.record) == said


def test_a_hold_needs_a_reason_and_an_end_that_is_to_come():
    desk = Desk()
    with pytest.raises(ValueError, match="needs a reason"):
        desk.run(pause(desk.job, reason="  "))
    with pytest.raises(ValueError, match="is past"):
        desk.run(hold(desk.job, "a", reason="promised", until=desk.clock.now()))
    with pytest.raises(ValueError, match="has no zone"):
        desk.run(pin(desk.job, "a", PRICE, reason="promised", until=datetime(2027, 1, 1)))
    assert desk.rows("hold") == []


def test_what_cannot_be_pinned_to_a_value_is_told():
    desk = Desk()
    secret = Field[str]("thing", "email", personal=True)
    rules = {**desk.job.ownership.rules, secret: owned_by("src")}
    desk.job = evolve(desk.job, ownership=evolve(desk.job.ownership, rules=rules))
    for name, value, text in (
        (COLOUR, "green", "shop's own"),
        (secret, "ada@example.test", "personal data"),
        (PRICE, object(), "cannot be kept"),
        (Field[str]("thing", "unknown"), "x", "no owner"),
    ):
        with pytest.raises(MappingError, match=text) as caught:
            desk.run(pin(desk.job, "a", name, value=value, reason="promised"))
        assert "ada@" not in str(caught.value)
    assert desk.rows("hold") == []
    desk.run(pin(desk.job, "a", secret, reason="promised"))


def test_a_value_of_another_kind_than_the_field_holds_is_refused():
    desk = Desk()
    agreed = [["", "thing.price", encode(Decimal("1.50"))], ["", "thing.tags", encode(frozenset({RED}))]]
    body = {**desk.row("record", desk.record), "agreed": agreed}
    desk.state.commit([put(desk.job.scope, "record", desk.record, body)])
    with pytest.raises(MappingError, match=r"holds Decimal, such as 1\.50; str came: '7'"):
        desk.run(pin(desk.job, "a", PRICE, value="7", reason="promised"))
    assert desk.rows("hold") == []
    for name, value in ((PRICE, Decimal(7)), (PRICE, CLEARED), (TAGS, RED), (TAGS, frozenset[Fact]())):
        desk.run(pin(desk.job, "a", name, value=value, reason="promised"))


def test_what_has_ended_by_itself_is_tidied_away_with_the_next_word_on_the_record():
    desk = Desk()
    end = desk.clock.now() + timedelta(hours=1)
    desk.run(pin(desk.job, "a", PRICE, reason="promised", until=end))
    desk.clock.sleep(3600)
    assert desk.run(list_holds(desk.job)) == ()
    desk.run(pin(desk.job, "a", NAME, reason="promised"))
    assert desk.rows("hold") == [f"{desk.record}/pin/thing.name/"]


def test_a_commit_that_somebody_comes_before_is_tried_again_but_not_for_ever():
    desk = Desk()
    commit = desk.state.commit

    def settle() -> None:
        body = {**desk.row("record", desk.record), "source_hash": "v2", "label": "settled meanwhile"}
        commit([put(desk.job.scope, "record", desk.record, body)])

    desk.before_commit(settle, times=TIMES - 1)
    desk.run(hold(desk.job, "a", reason="promised"))
    row = desk.row("record", desk.record)
    assert (row["source_hash"], row["label"]) == ("", "settled meanwhile")
    desk.before_commit(settle, times=TIMES)
    with pytest.raises(StateConflict):
        desk.run(hold(desk.job, "a", reason="promised"))


def test_a_hold_and_the_word_that_the_record_is_decided_anew_are_one_commit():
    desk = Desk()
    commits: list[list[tuple[str, str]]] = []
    commit = desk.state.commit

    def seen(ops: Any, expect: Any = ()) -> None:
        commits.append([(type(op).__name__, op.at.table) for op in ops])
        commit(ops, expect)

    desk.state.commit = seen  # type: ignore[method-assign]
    desk.run(hold(desk.job, "a", reason="promised"))
    desk.run(release(desk.job, "a"))
    assert commits == [
        [("Put", "hold"), ("Put", "record"), ("Put", "origin")],
        [(Delete.__name__, "hold"), ("Put", "record"), ("Put", "origin")],
    ]
    assert Key(table="hold", scope=desk.job.scope, key=f"{desk.record}/hold").key not in desk.rows("hold")

"""Leases: taken by one, renewed while it works, given back, taken over when their time is over."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from commerce_bridge.domain.exchange import Ref
from commerce_bridge.errors import StateConflict
from commerce_bridge.flow import primitives as flow
from commerce_bridge.flow.clock import EPOCH
from commerce_bridge.flow.effects import Commit, Flow, Load, Sleep
from commerce_bridge.flow.state import ByKeys, Expect, Key, Put
from commerce_bridge.ports.step import RowResult, StepKind, Verdict
from commerce_bridge.stores import MemoryState
from commerce_bridge.sync.applying.bookkeeping import Books, bound, commit_results, intents_of, row_key
from commerce_bridge.sync.applying.leases import (
    FIRST_LOOK_S,
    LONGEST_LOOK_S,
    RENEWED_AFTER,
    SKEW,
    Lease,
    Leases,
    Patience,
    claim,
    give_back,
    given_back,
    leases_of,
    leave,
    recheck,
    renew,
    wait_for_any,
)
from commerce_bridge.sync.applying.sending import Batch, carry_out
from commerce_bridge.sync.applying.sharing import announce, begun_of, commit_held
from commerce_bridge.sync.applying.unfinished import meet_intents, settle_intents
from commerce_bridge.sync.planning.costing import known_before
from commerce_bridge.testing.play import Trace, play
from rigs.racing import Race, Track
from rigs.tiny_shop import Thing

LASTS = timedelta(minutes=2)
LATER = EPOCH + LASTS + SKEW


def leases_for(holder: str = "me", plan: str = "p") -> Leases:
    return Leases(scope="tiny", holder=holder, plan=plan, lasts=LASTS)


def take(leases: Leases, *records: str) -> Flow[None]:
    now = yield from flow.now()
    claimed = leases.taking(records, (yield from leases_of("tiny", records)), now)
    yield from flow.commit(claimed.ops, claimed.expect)
    leases.hold(claimed)


def run(state: MemoryState, work: Flow[Any], *, at: Any = EPOCH) -> Trace[Any]:
    return play(work, state=state, start=at)


def stored(state: MemoryState, *records: str) -> dict[str, Lease]:
    return run(state, leases_of("tiny", records)).result


# Arithmetic


def test_a_lease_that_nobody_has_or_that_was_given_back_is_free():
    mine = Lease(record="a", holder="me", at=EPOCH, until=LATER)
    assert not mine.is_free(EPOCH)
    assert given_back(mine, EPOCH).is_free(EPOCH)
    assert Lease(record="a", at=EPOCH).is_free(EPOCH)


def test_a_lease_is_its_holders_until_no_clock_can_think_otherwise():
    end = EPOCH + LASTS
    mine = Lease(record="a", holder="me", at=EPOCH, until=end)
    assert not mine.is_free(end)
    assert not mine.is_free(end + SKEW)
    assert mine.is_free(end + SKEW + timedelta(microseconds=1))


@pytest.mark.parametrize(
    ("lease", "abandoned"),
    [
        (Lease(record="a", at=EPOCH), False),
        (Lease(record="a", at=EPOCH, until=LATER), True),
        (given_back(Lease(record="a", at=EPOCH, until=LATER), EPOCH), False),
        (given_back(Lease(record="a", at=EPOCH, until=LATER), EPOCH, unfinished=True), True),
    ],
)
def test_what_its_last_holder_may_have_left_under_way_is_known(lease: Lease, abandoned: bool):
    assert lease.abandoned is abandoned


@given(records=st.sets(st.text(min_size=1, max_size=4), max_size=6))
def test_a_claim_writes_each_row_once_in_the_order_of_keys_and_on_what_was_seen(records: set[str]):
    leases = leases_for()
    seen = {one: Lease(record=one, at=EPOCH, revision=len(one)) for one in sorted(records)[::2]}
    claimed = leases.taking(records, seen, EPOCH)
    assert [op.at.key for op in claimed.ops] == sorted(records)
    assert [one.revision for one in claimed.expect] == [
        len(one) if one in seen else 0 for one in sorted(records)
    ]
    assert {one.until for one in claimed.leases} <= {EPOCH + LASTS}
    leases.hold(claimed)
    assert [one.revision for one in leases.expecting(records)] == [one.revision + 1 for one in claimed.expect]


def test_nothing_is_expected_of_records_that_are_not_held():
    assert leases_for().expecting(["a"]) == []


def test_leases_are_due_after_a_part_of_their_time_counted_from_the_oldest():
    leases = leases_for()
    assert not leases.is_due(LATER)
    leases.hold(leases.taking(["a"], {}, EPOCH))
    leases.hold(leases.taking(["b"], {}, EPOCH + LASTS))
    assert not leases.is_due(EPOCH + LASTS * RENEWED_AFTER - timedelta(microseconds=1))
    assert leases.is_due(EPOCH + LASTS * RENEWED_AFTER)


# Taking, renewing, giving back


def test_of_two_that_take_the_same_record_one_gets_it_and_the_other_none_of_its_others():
    state, one, two = MemoryState(), leases_for("one"), leases_for("two")
    run(state, take(one, "b"))

    def take_unseen() -> Flow[None]:
        claimed = two.taking(["a", "b"], {}, EPOCH)
        yield from flow.commit(claimed.ops, claimed.expect)

    with pytest.raises(StateConflict):
        run(state, take_unseen()).result  # noqa: B018
    assert {name: lease.holder for name, lease in stored(state, "a", "b").items()} == {"b": "one"}


def test_what_was_taken_is_read_back_as_it_was():
    state, leases = MemoryState(), leases_for()
    run(state, take(leases, "a", "b"))
    assert stored(state, "a", "b", "c") == leases.held


def test_no_row_is_asked_for_when_there_is_no_record():
    assert not [
        one for one in run(MemoryState(), leases_of("tiny", [])).played if isinstance(one.effect, Load)
    ]


def test_a_lease_given_back_keeps_its_row_so_that_its_revision_only_grows():
    state, leases = MemoryState(), leases_for()
    run(state, take(leases, "a"))
    run(state, give_back(leases))
    assert leases.held == {}
    first = stored(state, "a")["a"]
    assert (first.until, first.revision, first.unfinished) == (None, 2, False)
    run(state, take(leases, "a"))
    assert stored(state, "a")["a"].revision == 3


def test_giving_back_nothing_commits_nothing():
    assert run(MemoryState(), give_back(leases_for())).committed == []


def test_those_with_something_unfinished_are_given_back_as_such():
    state, leases = MemoryState(), leases_for()
    run(state, take(leases, "a", "b"))
    run(state, give_back(leases, {"b"}))
    assert {name: one.unfinished for name, one in stored(state, "a", "b").items()} == {"a": False, "b": True}


def test_whoever_takes_what_was_left_unfinished_begins_with_a_clean_slate():
    state, leases = MemoryState(), leases_for()
    run(state, take(leases, "a"))
    run(state, give_back(leases, {"a"}))
    run(state, take(leases, "a"))
    assert not stored(state, "a")["a"].unfinished
    run(state, give_back(leases))
    assert not stored(state, "a")["a"].abandoned


def test_a_run_that_ends_in_an_error_leaves_all_as_unfinished_and_raises_nothing_more():
    state, leases = MemoryState(), leases_for()
    run(state, take(leases, "a"))
    run(state, leave(leases)).result  # noqa: B018
    assert stored(state, "a")["a"].unfinished

    def refuse(*_: Any) -> None:
        raise StateConflict("no")

    broken = MemoryState()
    run(broken, take(leases, "b"))
    broken.load = refuse  # type: ignore[method-assign]
    broken.commit = refuse  # type: ignore[method-assign]
    run(broken, leave(leases)).result  # noqa: B018


def test_renewing_waits_for_its_time_and_moves_the_end():
    state, leases = MemoryState(), leases_for()
    run(state, take(leases, "a", "b"))
    soon = EPOCH + LASTS * RENEWED_AFTER - timedelta(seconds=1)
    assert run(state, renew(leases), at=soon).committed == []
    due = EPOCH + LASTS * RENEWED_AFTER
    (ops,) = run(state, renew(leases), at=due).committed
    assert len(ops) == 2
    assert {one.until for one in stored(state, "a", "b").values()} == {due + LASTS}
    assert run(state, renew(leases), at=due).committed == []


def test_those_that_renew_side_by_side_renew_once():
    state, leases = MemoryState(), leases_for()
    run(state, take(leases, "a"))
    work = flow.gather_all([renew(leases) for _ in range(3)], limit=3)
    assert len(run(state, work, at=EPOCH + LASTS).committed) == 1
    assert stored(state, "a")["a"].revision == 2


def overtake(state: MemoryState, record: str) -> None:
    """Somebody else takes a record whose lease has ended."""
    run(state, take(leases_for("other", "q"), record), at=LATER + timedelta(seconds=1))


@pytest.mark.parametrize("act", [renew, give_back], ids=["renewing", "giving back"])
def test_what_others_have_taken_over_is_neither_renewed_nor_given_back(act: Callable[[Leases], Flow[None]]):
    state, leases = MemoryState(), leases_for()
    run(state, take(leases, "a", "b"))
    overtake(state, "b")
    run(state, act(leases), at=LATER + timedelta(seconds=2))
    assert "b" not in leases.held
    found = stored(state, "a", "b")
    assert found["b"].holder == "other"
    assert found["b"].revision == 2
    assert found["a"].revision == 2
    assert found["a"].holder == "me"


def test_looking_again_finds_what_was_lost_and_keeps_the_rest_as_it_stands():
    state, leases = MemoryState(), leases_for()
    run(state, take(leases, "a", "b", "c"))
    overtake(state, "b")
    run(state, flow.commit(evolve_rows(state, "a")))
    assert run(state, recheck(leases, ["a", "b", "nobody's"])).result == {"b"}
    assert leases.held["a"].revision == 2
    assert sorted(leases.held) == ["a", "c"]
    run(state, give_back(leases_again(leases, "c")))
    assert run(state, recheck(leases)).result == {"c"}, "given back is not held"


def evolve_rows(state: MemoryState, record: str) -> list[Put]:
    (row,) = state.load(ByKeys(table="lease", scope="tiny", keys=(record,)))
    return [Put(at=row.at, body=row.body)]


def leases_again(leases: Leases, record: str) -> Leases:
    return evolve(leases, held={record: leases.held[record]})


# Waiting


def test_patience_outlasts_a_lease_whose_holder_is_gone_and_looks_ever_more_seldom():
    patience = Patience.of(LASTS)

    def wait() -> Flow[None]:
        while (yield from patience.wait()):
            pass

    slept = run(MemoryState(), wait()).slept
    assert slept[:4] == [FIRST_LOOK_S, FIRST_LOOK_S * 2, FIRST_LOOK_S * 4, FIRST_LOOK_S * 8]
    assert max(slept) == LONGEST_LOOK_S
    assert LASTS + SKEW < timedelta(seconds=sum(slept)) < LASTS + SKEW + timedelta(seconds=2 * LONGEST_LOOK_S)


def test_waiting_ends_when_one_of_the_records_is_free():
    state = MemoryState()
    run(state, take(leases_for(), "a", "b"))
    trace = run(state, wait_for_any("tiny", ["a", "b", "free"], Patience.of(LASTS)))
    assert trace.result is True
    assert trace.slept == [FIRST_LOOK_S]
    trace = run(state, wait_for_any("tiny", ["a", "b"], Patience.of(LASTS)))
    assert trace.result is True
    assert (LASTS + SKEW).total_seconds() < trace.lasted_s <= (LASTS + SKEW).total_seconds() + LONGEST_LOOK_S


def test_waiting_ends_when_patience_does():
    state = MemoryState()
    run(state, take(evolve(leases_for(), lasts=timedelta(days=1)), "a"))
    assert run(state, wait_for_any("tiny", ["a"], Patience(left_s=1))).result is False


# Announcing


class Desk:
    """One worker about to send the first stage of a plan."""

    def __init__(self, *things: str) -> None:
        self.race: Race = Track(tuple(Thing(one, f"Tree {one}") for one in things))()
        steps = tuple(self.race.plan.steps())
        segments = self.race.plan.segments()
        standings = {one.record: one for segment in segments for one in segment.standings}
        job = self.race.tiny.job
        self.books = Books(
            job=job, plan=self.race.plan, steps={one.id: one for one in steps}, standings=standings
        )
        self.calls = job.writer.lower(steps, known_before(steps, {})).calls
        self.leases = Leases(scope="tiny", holder="me", plan=self.race.plan.header.plan, lasts=LASTS)
        self.state = self.race.state
        self.records = [one.record for one in steps]

    def run(self, work: Flow[Any], at: Any = EPOCH) -> Trace[Any]:
        world = self.race.tiny.shop
        answers = [lambda request: world.answer(request, at, 30.0)] * 20
        return play(work, answers, state=self.state, start=at)

    def announce(self, at: Any = EPOCH) -> Any:
        return self.run(announce(self.leases, self.books, self.calls), at).result

    def done(self, place: int = 0, number: int = 100) -> tuple[RowResult, ...]:
        row = self.calls[place].rows[0]
        return (RowResult(row=row, verdict=Verdict.DONE, ref=Ref("shop", "thing", str(number))),)

    def other(self, plan: str | None = None) -> Leases:
        return Leases(scope="tiny", holder="other", plan=plan or self.leases.plan, lasts=LASTS)


def test_announcing_takes_all_leases_and_notes_all_intents_in_one_commit():
    desk = Desk("a", "b")
    trace = desk.run(announce(desk.leases, desk.books, desk.calls))
    assert trace.result.clear
    (ops,) = trace.committed
    told = [op.at.table for op in ops if op.at.table not in {"record", "origin", "layout"}]
    assert sorted(told) == ["intent", "intent", "lease", "lease"]
    assert sorted(desk.leases.held) == sorted(desk.records)
    assert trace.sent == []


def test_a_second_stage_of_records_in_hand_takes_no_lease_again():
    desk = Desk("a")
    desk.announce()
    (ops,) = desk.run(announce(desk.leases, desk.books, desk.calls)).committed
    assert {op.at.table for op in ops} == {"intent"}


def test_a_record_in_hand_that_was_lost_meanwhile_is_busy_when_more_of_it_is_announced():
    desk = Desk("a")
    desk.announce()
    later = LATER + timedelta(seconds=1)
    desk.run(take(desk.other(), *desk.records), later)
    assert desk.announce(later).busy == set(desk.records)
    assert desk.leases.held == {}


def test_rows_that_create_nothing_need_no_lease_and_no_commit():
    desk = Desk("a")
    calls = [evolve(one, rows=tuple(evolve(row, creates=None) for row in one.rows)) for one in desk.calls]
    trace = desk.run(announce(desk.leases, desk.books, calls))
    assert trace.result.clear
    assert trace.committed == []
    assert desk.leases.held == {}


def test_rows_that_create_nothing_are_not_sent_again_when_the_other_worker_has_sent_them():
    desk = Desk("a", "b")
    calls = [evolve(one, rows=tuple(evolve(row, creates=None) for row in one.rows)) for one in desk.calls]
    desk.run(commit_results(desk.books, desk.done()))
    (met,) = desk.run(announce(desk.leases, desk.books, calls)).result.met
    assert met.row.id == desk.calls[0].rows[0].id


def test_of_calls_with_a_record_that_is_busy_none_is_announced():
    desk = Desk("a", "b")
    desk.run(take(desk.other(), desk.records[1]))
    announced = desk.announce()
    assert announced.busy == {desk.records[1]}
    assert not announced.clear
    assert desk.leases.held == {}
    assert desk.run(meet_intents(desk.books.job)).result.left == frozenset()


def test_what_the_other_worker_of_a_plan_has_done_is_met_and_not_sent():
    desk = Desk("a", "b")
    desk.run(commit_results(desk.books, desk.done()))
    announced = desk.announce()
    (met,) = announced.met
    assert met.row == desk.calls[0].rows[0]
    assert met.ref == Ref("shop", "thing", "100")
    assert desk.leases.held == {}


def test_what_another_plan_has_made_is_stale():
    desk = Desk("a", "b")
    desk.run(flow.commit(bound("tiny", desk.records[0], Ref("src", "thing", "a"), Ref("shop", "thing", "7"))))
    assert desk.announce().made == {desk.records[0]}


def test_what_another_plan_had_in_hand_since_ours_was_made_is_looked_for():
    desk = Desk("a")
    desk.race.alone()  # makes it, under our plan; the other one knows nothing of that
    forget(desk, "binding", "receipt", "record")
    desk.run(touch(desk, plan="another"), EPOCH)
    trace = desk.run(announce(desk.leases, desk.books, desk.calls))
    assert [request.method for request in trace.sent] == ["GET"]
    assert [one.ref for one in trace.result.met] == [Ref("shop", "thing", "100")]
    assert desk.run(begun_of("tiny", desk.leases.plan, desk.books.steps)).result == set(desk.books.steps)


def test_it_is_also_where_the_clocks_of_the_two_may_be_apart():
    desk = Desk("a")
    desk.run(touch(desk, plan="another"), EPOCH - SKEW)
    assert len(desk.run(announce(desk.leases, desk.books, desk.calls)).sent) == 1


def test_what_another_plan_had_in_hand_long_before_is_not():
    desk = Desk("a")
    desk.run(touch(desk, plan="another"), EPOCH - SKEW - timedelta(seconds=1))
    trace = desk.run(announce(desk.leases, desk.books, desk.calls))
    assert trace.sent == []
    assert trace.result.clear


def touch(desk: Desk, plan: str) -> Flow[None]:
    """Another run takes the record, and gives it back."""
    other = desk.other(plan)
    held = yield from leases_of("tiny", desk.records)
    now = yield from flow.now()
    claimed = other.taking(desk.records, held, now)
    yield from flow.commit(claimed.ops, claimed.expect)
    other.hold(claimed)
    yield from give_back(other)


def forget(desk: Desk, *tables: str) -> None:
    desk.state._spaces = {  # type: ignore[attr-defined]
        space: rows
        for space, rows in desk.state._spaces.items()  # type: ignore[attr-defined]
        if space[0] not in tables
    }
    desk.state._sorted.clear()  # type: ignore[attr-defined]


@pytest.mark.parametrize("made", [True, False])
def test_a_record_that_its_holder_has_abandoned_is_looked_for_before_it_is_taken_over(made: bool):
    desk = Desk("a")
    other = desk.other()
    desk.run(announce(other, desk.books, desk.calls))
    if made:
        desk.run(desk.books.job.writer.send(desk.calls[0]))
    assert desk.announce(LATER).busy == set(desk.records)
    trace = desk.run(announce(desk.leases, desk.books, desk.calls), LATER + timedelta(seconds=1))
    assert [request.method for request in trace.sent] == ["GET"]
    assert bool(trace.result.met) is made
    assert bool(desk.leases.held) is not made


# Carrying out


def carried_out(desk: Desk, at: Any = EPOCH) -> tuple[Batch, Trace[Any]]:
    batch = Batch(
        books=desk.books, known=known_before(tuple(desk.books.steps.values()), {}), leases=desk.leases
    )
    return batch, desk.run(carry_out(batch), at)


def test_whoever_waits_for_a_record_holds_none():
    desk = Desk("a", "b")
    desk.run(take(evolve(desk.other(), lasts=timedelta(days=1)), desk.records[0]))
    batch, trace = carried_out(desk)
    assert batch.busy == {desk.records[0]}
    assert batch.calls == 1
    first_sleep = next(n for n, one in enumerate(trace.played) if isinstance(one.effect, Sleep))
    last = [one.effect for one in trace.played[:first_sleep] if isinstance(one.effect, Commit)][-1]
    assert [(op.at.table, op.at.key) for op in last.ops] == [("lease", desk.records[1])]
    assert stored_by(desk)[desk.records[1]].until is None


def stored_by(desk: Desk) -> dict[str, Lease]:
    return desk.run(leases_of("tiny", desk.records)).result


def test_what_waits_for_a_record_that_others_hold_is_left_with_it():
    desk = Desk("a")
    (first,) = desk.books.steps.values()
    second = evolve(first, id="2", kind=StepKind.RELATE, record="second", needs=(first.record,))
    third = evolve(second, id="3", record="third", needs=("second",))
    apart = evolve(second, id="4", record="apart", needs=())
    desk.books = evolve(desk.books, steps={one.id: one for one in (third, second, first, apart)})
    desk.run(take(evolve(desk.other(), lasts=timedelta(days=1)), first.record))
    batch, trace = carried_out(desk)
    assert batch.busy == {first.record, "second", "third"}
    assert len(trace.result) == 4


def test_a_record_of_which_something_may_have_taken_hold_is_given_back_as_unfinished():
    desk = Desk("a", "b")
    (lost, _) = (step.keys[0].value for step in desk.books.steps.values())
    desk.race.tiny.shop.cut_after = [1, 3]  # the answer to the first create, and to the look for it
    race_receipt = desk.race.alone()
    assert [one.label for one in race_receipt.failed] == [f"{lost} Tree {lost}"]
    found = stored_by(desk)
    assert {name: one.unfinished for name, one in found.items()} == {
        desk.records[0]: True,
        desk.records[1]: False,
    }


# Results of a worker that slept


def slept(desk: Desk) -> None:
    """Our worker has announced, and slept past the end of its lease; another has taken it."""
    desk.announce()
    desk.run(take(desk.other(), *desk.records), LATER + timedelta(seconds=1))


def hold(desk: Desk, *results: RowResult) -> tuple[RowResult, ...]:
    return desk.run(commit_held(desk.leases, desk.books, results), LATER + timedelta(seconds=2)).result


def test_results_are_committed_while_the_lease_is_ours_also_when_it_was_renewed_meanwhile():
    desk = Desk("a")
    desk.announce()
    stale = evolve(desk.leases, held=dict(desk.leases.held))
    desk.run(renew(desk.leases), EPOCH + LASTS * RENEWED_AFTER)
    results = desk.done()
    assert desk.run(commit_held(stale, desk.books, results)).result == results
    assert desk.run(begun_of("tiny", desk.leases.plan, desk.books.steps)).result == set(desk.books.steps)
    assert table(desk, "intent") == []
    assert len(table(desk, "ledger")) == 1, "entered though the first try was refused"
    assert len(table(desk, "echo")) == 1


def table(desk: Desk, name: str) -> list[str]:
    spaces = desk.state._spaces.get((name, "tiny"), {})  # type: ignore[attr-defined]
    return sorted(key for key in spaces if key != "tally")


def test_what_the_new_holder_wrote_down_counts():
    desk = Desk("a")
    slept(desk)
    desk.run(commit_results(desk.books, desk.done(number=100)))
    (failed,) = desk.done()
    told = hold(desk, evolve(failed, verdict=Verdict.FAILED, ref=None))
    assert [(one.verdict, one.ref) for one in told] == [(Verdict.DONE, Ref("shop", "thing", "100"))]
    assert table(desk, "work") == []


def test_the_same_result_found_by_both_is_nothing_to_complain_of():
    desk = Desk("a")
    slept(desk)
    desk.run(commit_results(desk.books, desk.done(number=100)))
    assert [one.ref for one in hold(desk, *desk.done(number=100))] == [Ref("shop", "thing", "100")]
    assert table(desk, "work") == []


@pytest.mark.parametrize("same_plan", [True, False])
def test_two_that_were_made_are_a_work_item_and_the_first_one_stays_bound(same_plan: bool):
    desk = Desk("a")
    slept(desk)
    desk.run(commit_results(desk.books, desk.done(number=100)))
    if not same_plan:
        forget(desk, "receipt")
    assert [one.ref for one in hold(desk, *desk.done(number=101))] == [Ref("shop", "thing", "100")]
    assert table(desk, "work") == [f"{desk.records[0]}/made-twice:thing"]


def test_what_neither_has_done_is_left_out_and_its_intent_is_the_new_holders():
    desk = Desk("a")
    slept(desk)
    (done,) = desk.done()
    assert hold(desk, evolve(done, verdict=Verdict.FAILED, ref=None)) == ()
    assert table(desk, "intent") == [row_key(desk.leases.plan, done.row.id)]
    assert table(desk, "work") == []


def test_what_only_the_sleeper_has_made_is_bound():
    desk = Desk("a")
    slept(desk)
    assert hold(desk, *desk.done()) == desk.done()
    assert table(desk, "binding") == desk.records


def test_a_holder_finds_out_what_the_sleeper_has_bound_in_between():
    desk = Desk("a")
    desk.announce()
    desk.run(
        flow.commit(bound("tiny", desk.records[0], Ref("src", "thing", "a"), Ref("shop", "thing", "99")))
    )
    told = desk.run(commit_held(desk.leases, desk.books, desk.done(number=100))).result
    assert [one.ref for one in told] == [Ref("shop", "thing", "99")]
    assert table(desk, "work") == [f"{desk.records[0]}/made-twice:thing"]


# Intents whose end nobody saw


def intents(desk: Desk) -> None:
    desk.run(flow.commit(intents_of(desk.books, desk.calls)))


def test_intents_of_a_release_without_leases_are_met_at_once():
    desk = Desk("a", "b")
    intents(desk)
    met = desk.run(meet_intents(desk.books.job)).result
    assert (met.looked_for, met.found, met.left) == (2, 0, frozenset())
    assert table(desk, "intent") == []


def test_intents_of_a_worker_that_is_alive_are_left_alone():
    desk = Desk("a", "b")
    desk.run(announce(desk.other(), desk.books, desk.calls))
    trace = desk.run(meet_intents(desk.books.job))
    assert len(trace.result.left) == 2
    assert trace.sent == []
    assert trace.committed == []


def test_some_of_them_can_be_met_by_key_or_by_record():
    desk = Desk("a", "b")
    intents(desk)
    one, two = table(desk, "intent")
    assert desk.run(meet_intents(desk.books.job, keys=frozenset({one}))).result.looked_for == 1
    assert table(desk, "intent") == [two]
    assert desk.run(meet_intents(desk.books.job, records={"nobody"})).result.looked_for == 0
    assert desk.run(meet_intents(desk.books.job, records=set(desk.records))).result.looked_for == 1


def test_settling_waits_for_those_of_others_and_no_longer_than_their_lease():
    desk = Desk("a")
    desk.run(announce(desk.other(), desk.books, desk.calls))
    desk.run(desk.books.job.writer.send(desk.calls[0]))
    trace = desk.run(settle_intents(desk.books.job))
    assert trace.result == 1
    assert (LASTS + SKEW).total_seconds() < trace.lasted_s < (LASTS + SKEW).total_seconds() + 6
    assert table(desk, "binding") == desk.records
    assert table(desk, "alias") == ["shop:thing:100"]


def test_settling_gives_up_on_a_worker_that_goes_on_and_on():
    desk = Desk("a")
    other = evolve(desk.other(), lasts=timedelta(days=1))
    desk.run(announce(other, desk.books, desk.calls))
    trace = desk.run(settle_intents(desk.books.job))
    assert trace.result == 0
    assert len([one for one in trace.played if isinstance(one.effect, Sleep)]) < 40
    assert len(table(desk, "intent")) == 1


def test_of_two_that_meet_the_same_intent_one_writes_it_down():
    desk = Desk("a")
    intents(desk)
    original, tried = desk.state.commit, list[int]()

    def first_lose(ops: Any, expect: Any = ()) -> None:
        if not tried:
            tried.append(1)
            freed = claim("tiny", [Lease(record=desk.records[0], at=EPOCH)])
            original(freed.ops, freed.expect)
        original(ops, expect)

    desk.state.commit = first_lose  # type: ignore[method-assign]
    trace = desk.run(meet_intents(desk.books.job))
    assert trace.result.looked_for == 1
    assert len([one for one in trace.played if isinstance(one.effect, Commit)]) == 2


def test_expectations_are_of_rows_that_a_commit_can_check():
    leases = leases_for()
    leases.hold(leases.taking(["a"], {}, EPOCH))
    assert leases.expecting(["a"]) == [Expect(at=Key(table="lease", scope="tiny", key="a"), revision=1)]

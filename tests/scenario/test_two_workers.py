"""Two workers never create the same thing twice.

In play: every order of what two applies of one plan do to the shop and to the state, over a shop that refuses
a second thing with a key and over one that does not.  For real: two processes, one shop behind HTTP, fifty
races over each store that lasts.
"""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve

from commerce_bridge.domain.exchange import Ref
from commerce_bridge.errors import AuthError
from commerce_bridge.flow import primitives as flow
from commerce_bridge.flow.clock import EPOCH, WallClock
from commerce_bridge.flow.effects import Commit, Flow, Ok, Outcome, Send
from commerce_bridge.flow.play import Crash, ManualClock, PlayDriver
from commerce_bridge.flow.state import Query, Row
from commerce_bridge.ports.step import StepKind
from commerce_bridge.sandbox.catalogue import Book, Picture, simple_title
from commerce_bridge.sandbox.consonance import ConsonanceSandbox
from commerce_bridge.sandbox.server import running
from commerce_bridge.sandbox.transport import SandboxWorld
from commerce_bridge.sync.applying import sending
from commerce_bridge.sync.applying.bookkeeping import bound, intents_of
from commerce_bridge.sync.applying.leases import SKEW, Leases, leases_of
from commerce_bridge.sync.applying.sharing import Announced
from commerce_bridge.sync.limits import Limits
from commerce_bridge.sync.planning.planner import plan
from commerce_bridge.sync.plans.receipt import Receipt
from commerce_bridge.testing.interleave import interleavings
from rigs import postgres
from rigs import shared_workers as workers
from rigs.every_step import WatchedStore, made_by
from rigs.pair import Pair
from rigs.racing import STORES, Entrant, Race, Suspended, Track, race
from rigs.tiny_shop import Thing

ASH = (Thing("a", "Ash", tags=("tall",)),)
TREES = (*ASH, Thing("b", "Birch"), Thing("c", "Cedar"))
LEASE_S = Limits().lease_for.total_seconds()


def judging(track: Track) -> Callable[[Race, tuple[Outcome[Any] | None, ...]], str | None]:
    """What is wrong with the end of a race: anything that one clean run would have left otherwise."""
    clean = track()
    total = clean.alone().total
    expected = clean.look()

    def judge(race: Race, outcomes: tuple[Outcome[Any] | None, ...]) -> str | None:
        found = race.look()
        if found != expected:
            return f"{ {name: found[name] for name in found if found[name] != expected[name]} }"
        receipts = [one.value for one in outcomes if isinstance(one, Ok)]
        if len(receipts) < sum(one is not None for one in outcomes):
            return f"a worker ended in an error: {outcomes}"
        return _odd(receipts, total, alone=None in outcomes)

    return judge


def _odd(receipts: list[Receipt], total: int, *, alone: bool) -> str | None:
    """What is strange about what the workers say they did."""
    if any(one.stale or one.failed or one.busy or one.work for one in receipts):
        return f"somebody complains: {[str(one) for one in receipts]}"
    if any(one.total + one.already != total for one in receipts):
        return "steps are missing in a receipt"
    if not alone and sum(one.total for one in receipts) != total:
        return "a step is claimed by both, or by none"
    return None


@pytest.mark.parametrize("store", STORES)
@pytest.mark.parametrize("careless", [False, True], ids=["unique keys", "no unique keys"])
def test_in_every_order_one_worker_creates_and_the_other_finds_it_done(careless: bool, store: str):
    track = Track(ASH, careless=careless, store=STORES[store])
    report = interleavings(track, workers=(Race.apply, Race.apply), judge=judging(track))
    print(report)
    report.check()
    assert report.tried > 100


def test_the_same_where_one_worker_dies_at_any_of_its_steps():
    track = Track(ASH, careless=True)
    report = interleavings(track, workers=(Race.apply, Race.apply), judge=judging(track), dies=0)
    print(report)
    report.check()
    assert report.deaths > 200


def test_without_leases_the_same_search_finds_things_that_are_made_twice(monkeypatch: pytest.MonkeyPatch):
    def only_intents(leases: Leases, books: Any, calls: Any) -> Flow[Announced]:
        yield from flow.commit(intents_of(books, calls))
        leases.held.update({step.record: None for step in books.steps.values()})  # type: ignore[misc]
        return Announced()

    def nothing(*_: Any) -> Flow[None]:
        yield from ()

    def committed(leases: Leases, books: Any, results: Any, unsure: Any) -> Flow[Any]:
        from commerce_bridge.sync.applying.bookkeeping import commit_results

        yield from commit_results(books, results, unsure)
        leases.held.clear()
        return results

    monkeypatch.setattr(sending, "announce", only_intents)
    monkeypatch.setattr(sending, "renew", nothing)
    monkeypatch.setattr(sending, "commit_held", committed)
    track = Track(ASH, careless=True)
    report = interleavings(track, workers=(Race.apply, Race.apply), judge=judging(track))
    assert any("'keys': ['a', 'a']" in failure.problem for failure in report.failures)


def test_an_undisturbed_run_has_no_commit_more_than_without_leases():
    race = Track(TREES)()
    driver = PlayDriver(race.wiring())
    driver.run(race.apply())
    commits = [
        {op.at.table for op in one.effect.ops} for one in driver.trace if isinstance(one.effect, Commit)
    ]
    told = {"intent", "lease", "receipt", "record"}
    announced, made, settled = {"intent", "lease", "record"}, {"intent", "receipt"}, {"lease", "record"}
    one = [announced, made, settled]
    two = [announced, made, made, settled]
    found = [tables & told for tables in commits if tables & told]
    assert found == [*two, *one], "three things in two segments"


# A worker that sleeps past the end of its lease


def slept(careless: bool, *, before: bool) -> tuple[Race, Receipt, Receipt]:
    """One worker is suspended at its request for longer than its lease; another does all meanwhile."""
    race = Track(ASH, careless=careless)()
    others: list[Receipt] = []

    def meanwhile() -> None:
        race.world = None
        others.append(race.alone(later_s=LEASE_S + SKEW.total_seconds() + 1, seed=8))

    race.world = Suspended(shop=race.tiny.shop, meanwhile=meanwhile, before=before)
    first = race.alone()
    return race, first, others[0]


@pytest.mark.parametrize("careless", [False, True])
def test_what_a_suspended_worker_had_made_is_found_before_anything_is_sent(careless: bool):
    race, first, other = slept(careless, before=False)
    assert race.look()["keys"] == ["a"]
    assert (first.total, first.already) == (0, 1), "the other has written it down"
    assert (other.total, other.already) == (0, 1), "it was found by its key"
    assert not first.failed
    assert [method for method, _ in race.tiny.shop.log] == ["POST", "GET"], "made once, looked for once"


def test_what_a_suspended_worker_makes_too_late_is_refused_by_the_shop_and_found_done():
    race, first, other = slept(careless=False, before=True)
    assert race.look()["keys"] == ["a"]
    assert (other.total, other.already) == (1, 0)
    assert (first.total, first.already, first.failed) == (0, 1, ())
    assert race.look()["work"] == {}


def test_where_the_shop_takes_the_same_thing_twice_a_work_item_names_both():
    race, first, other = slept(careless=True, before=True)
    assert race.look()["keys"] == ["a", "a"], "the limit that the page on delivery tells of"
    assert (first.total, other.total) == (0, 1)
    (item,) = race.look()["work"].values()
    assert item["reason"] == "made-twice:thing"
    assert "shop:thing:100 is in use, shop:thing:101 is too much" in item["detail"]
    (bound,) = race.look()["binding"].values()
    assert bound["target"] == "shop:thing:100"


def test_a_worker_that_slept_before_its_request_does_not_send_it():
    race = Track(ASH, careless=True)()
    clock = ManualClock()
    driver = PlayDriver(evolve(race.wiring(), clock=clock))
    original = race.state.commit

    def commit(ops: Any, expect: Any = ()) -> None:
        original(ops, expect)
        if any(op.at.table == "intent" for op in ops):
            race.state.commit = original  # type: ignore[method-assign]
            clock.sleep(LEASE_S + SKEW.total_seconds() + 1)
            others.append(race.alone(later_s=LEASE_S + SKEW.total_seconds() + 1, seed=8))

    others: list[Receipt] = []
    race.state.commit = commit  # type: ignore[method-assign]
    receipt = driver.run(race.apply())
    assert race.look()["keys"] == ["a"]
    assert (others[0].total, receipt.total, receipt.already) == (1, 0, 1)


# What others have in hand


def taken(race: Race, *, lasts: timedelta, things: int = 1) -> None:
    """Somebody else, who is alive, has the first records in hand."""
    records = [step.record for step in race.plan.steps()][:things]
    PlayDriver(race.wiring()).run(seized(records, lasts))


def seized(records: list[str], lasts: timedelta) -> Flow[None]:
    """Somebody else takes some records."""
    now = yield from flow.now()
    seen = yield from leases_of("tiny", records)
    leases = Leases(scope="tiny", holder="somebody else", plan="another", lasts=lasts)
    claim = leases.taking(records, seen, now)
    yield from flow.commit(claim.ops, claim.expect)


def test_what_another_worker_holds_for_long_is_left_to_it_and_the_rest_is_done():
    race = Track(TREES)()
    taken(race, lasts=timedelta(hours=1))
    receipt = race.alone()
    assert receipt.total == 2
    (busy,) = receipt.busy
    assert busy.reason == "busy"
    assert "another worker has it in hand" in str(receipt)
    assert (receipt.ended_at - receipt.started_at).total_seconds() == pytest.approx(LEASE_S + 15, abs=6)
    assert race.look()["watermark"] == {}, "it is not settled"
    assert busy.record not in race.look()["record"]
    assert race.alone(later_s=3700).total == 1


def test_a_lease_that_has_ended_is_taken_over():
    race = Track(TREES)()
    taken(race, lasts=timedelta(seconds=30), things=3)
    receipt = race.alone()
    assert (receipt.total, receipt.busy) == (3, ())
    assert 40 < (receipt.ended_at - receipt.started_at).total_seconds() < 46


def test_a_run_that_ends_in_an_error_gives_its_leases_back_at_once(monkeypatch: pytest.MonkeyPatch):
    race = Track(TREES)()
    error = AuthError("no", platform="shop", operation="x", status=401)

    def refused(*_: Any) -> Flow[Any]:
        yield from flow.now()
        raise error

    with monkeypatch.context() as patched:
        patched.setattr(type(race.tiny.job.writer), "send", refused)
        with pytest.raises(AuthError):
            race.alone()
    receipt = race.alone(seed=8)
    assert receipt.total == 3
    assert (receipt.ended_at - receipt.started_at).total_seconds() == 0


def first_request() -> int:
    """The number of the effect that sends the first request."""
    race = Track(ASH)()
    driver = PlayDriver(race.wiring())
    driver.run(race.apply())
    return next(n for n, one in enumerate(driver.trace) if isinstance(one.effect, Send))


@pytest.mark.parametrize("after", [False, True])
def test_a_worker_that_died_is_waited_for_no_longer_than_its_lease(after: bool):
    race = Track(ASH, careless=True)()
    with pytest.raises(Crash):
        race.alone(crash_at=first_request(), crash_after=after)
    receipt = race.alone(seed=8)
    assert race.look()["keys"] == ["a"]
    assert (receipt.total, receipt.already) == ((0, 1) if after else (1, 0))
    waited = (receipt.ended_at - receipt.started_at).total_seconds()
    assert LEASE_S + SKEW.total_seconds() < waited <= LEASE_S + SKEW.total_seconds() + 6
    assert Counter(method for method, _ in race.tiny.shop.log)["POST"] == 1


def test_a_new_plan_also_meets_what_a_worker_that_died_had_under_way():
    """The new plan finds the thing on the shop, and has no step for it."""
    race = Track(ASH)()
    with pytest.raises(Crash):
        race.alone(crash_at=first_request(), crash_after=True)
    assert len(race.look()["intent"]) == 1
    race.plan = PlayDriver(race.wiring()).run(plan(race.tiny.job))
    assert not [step for step in race.plan.steps() if step.kind is StepKind.CREATE]
    race.alone(seed=8)
    assert race.look()["intent"] == {}
    assert len(race.look()["receipt"]) == 1


def test_what_another_plan_has_made_meanwhile_is_stale_and_not_settled():
    race = Track(ASH)()
    (step,) = race.plan.steps()
    others = bound("tiny", step.record, Ref("src", "thing", "a"), Ref("shop", "thing", "7"))
    hooked(race, "lease", lambda: PlayDriver(race.wiring()).run(flow.commit(others)))
    receipt = race.alone()
    assert [one.detail for one in receipt.stale] == [
        "another run has made it since the plan was made: plan again"
    ]
    assert race.tiny.shop.rows == {}
    assert (race.look()["record"], race.look()["watermark"]) == ({}, {})


def hooked(race: Race, table: str, act: Callable[[], object], *, made: bool = False) -> None:
    """Something happens once, just before rows of a table are looked up for the first time, or once a thing is made."""
    original = race.state.load

    def load(query: Query) -> tuple[Row, ...]:
        if query.table == table and (race.tiny.shop.rows or not made):
            race.state.load = original  # type: ignore[method-assign]
            act()
        return original(query)

    race.state.load = load  # type: ignore[method-assign]


def test_what_the_other_worker_of_an_old_plan_has_written_has_not_moved():
    """An hour after the plan was made the shop is looked at first; what is new there is the other's."""
    race = Track(ASH)()
    others: list[Receipt] = []

    def meanwhile() -> None:
        race.world = None
        others.append(race.alone(later_s=3600, seed=8))

    race.world = Suspended(shop=race.tiny.shop, meanwhile=meanwhile, before=True, method="GET")
    receipt = race.alone(later_s=3600)
    assert (others[0].total, others[0].already) == (1, 0)
    assert (receipt.total, receipt.already, receipt.stale) == (0, 1, ())


def test_a_lease_lost_before_the_end_of_its_segment_does_not_stop_the_run():
    race = Track(ASH)()

    def lose() -> None:
        records = [step.record for step in race.plan.steps()]
        driver = PlayDriver(evolve(race.wiring(), clock=ManualClock(EPOCH + timedelta(minutes=5))))
        driver.run(seized(records, timedelta(hours=1)))

    hooked(race, "origin", lose, made=True)
    receipt = race.alone()
    assert receipt.total == 1
    (lease,) = (
        PlayDriver(race.wiring()).run(leases_of("tiny", [step.record for step in race.plan.steps()])).values()
    )
    assert lease.holder == "somebody else", "it was not given back for them"


# For real


@contextmanager
def lasting(kind: str, folder: Path) -> Iterator[dict[str, str]]:
    """An empty store that lasts, as an entrant names it."""
    if kind == "sqlite":
        yield {"place": str(folder / "state.sqlite")}
        return
    server, schema = postgres.running(), f"race{uuid.uuid4().hex[:12]}"
    yield {"place": server.url, "schema": schema}
    postgres.drop(server.url, schema)


@contextmanager
def racing(entrants: list[Entrant]) -> Iterator[Callable[[str], list[Mapping[str, int]]]]:
    """Processes that are started once; what is given lets them race with a saved plan."""
    start, told = workers.CONTEXT.Barrier(len(entrants)), workers.CONTEXT.SimpleQueue()
    lanes = [workers.CONTEXT.SimpleQueue() for _ in entrants]
    children = [
        workers.CONTEXT.Process(target=race, args=(one, start, lane, told))
        for one, lane in zip(entrants, lanes, strict=True)
    ]
    for child in children:
        child.start()

    def go(path: str) -> list[Mapping[str, int]]:
        for lane in lanes:
            lane.put(path)
        return [came for _, came in sorted((told.get() for _ in lanes), key=lambda one: one[0])]

    try:
        yield go
    finally:
        for lane in lanes:
            lane.put("")
        for child in children:
            child.join(60)
    assert [child.exitcode for child in children] == [0] * len(children)


RACES = 50


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_two_processes_race_fifty_times_and_nothing_is_made_twice_or_lost(kind: str, tmp_path: Path):
    store = WatchedStore(seed="empty")
    store.configure(quota=1_000_000)
    stage = Pair(
        publisher=SandboxWorld(ConsonanceSandbox(seed="empty")), shop=SandboxWorld(store), clock=WallClock()
    )
    won: Counter[int] = Counter()
    with ExitStack() as stack:
        publisher = stack.enter_context(running(stage.publisher, clock=stage.clock))
        shop = stack.enter_context(running(stage.shop, clock=stage.clock))
        place = stack.enter_context(lasting(kind, tmp_path))
        entrants = [
            Entrant(
                number=number,
                store=kind,
                **place,
                publisher={"base_url": publisher.base_url, **publisher.credentials},
                shop={"base_url": shop.base_url, "quota": 1_000_000, **shop.credentials},
            )
            for number in range(2)
        ]
        bridge = stack.enter_context(entrants[0].bridge())
        go = stack.enter_context(racing(entrants))
        for number in range(RACES):
            stage.consonance.load(title(number), at=stage.clock.now())
            planned = bridge.plan()
            steps = planned.footer.total
            assert planned.footer.steps[StepKind.CREATE] == 1, planned
            planned.save(str(tmp_path / f"{number}.plan"))
            came = go(str(tmp_path / f"{number}.plan"))
            assert [one["total"] + one["already"] for one in came] == [steps, steps], (planned, came)
            assert sum(one["made"] for one in came) == 1, came
            assert not any(one["stale"] or one["failed"] or one["busy"] for one in came), came
            won.update(place for place, one in enumerate(came) if one["made"])
        assert bridge.plan().is_empty
    print(f"{kind}: {RACES} races, won {dict(sorted(won.items()))}, {len(store.answered)} requests")
    made = made_by(store.answered, store.state())
    assert len([name for name in made if name.startswith("product")]) == RACES
    assert len([name for name in made if name.startswith("image")]) == RACES
    assert set(made.values()) == {1}
    refused = [response.status for request, response in store.answered if not response.ok]
    assert refused == [], "the loser did not even try"


def title(number: int) -> Book:
    """A title with a cover: an image has no natural key, and the store takes it as often as it is sent."""
    picture = Picture(url=f"https://images.example.org/races/{number}.jpg", caption="A cover")
    book = simple_title(f"Race {number}", forms=("BC",), number=400 + number, bisac="FIC022000")
    return evolve(book, pictures=(picture,))

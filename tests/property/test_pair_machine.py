"""A rule machine over both sandboxes of the main pair: people on both sides, and everything that goes wrong.

Titles are announced, changed, postponed, taken off the list and deleted; a merchandiser edits, hides and deletes
products and adds what is the shop's own; plans are thrown away, kept and applied late; processes die anywhere,
their clocks differ, answers get lost, come late or are rubbish; news comes twice, late, in any order or never;
products are held and prices pinned; applies are taken back.  Whatever happened: a calm sync, or two, and the shop
is what the publisher and the policy say, with all that is the merchandiser's own.
"""

from __future__ import annotations

import os
from collections import Counter
from datetime import timedelta
from typing import Any, ClassVar

import pytest
from hypothesis import event, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from commerce_bridge.sandbox.core import Fault
from commerce_bridge.sandbox.faults import Chaos, FaultPlan
from commerce_bridge.sync.applying import sharing
from commerce_bridge.sync.planning.survey import Survey
from rigs.pair_machine import Format, Season, Title

DEEP = os.environ.get("COMMERCE_BRIDGE_PROFILE") == "deep"
PARTS = 4 if DEEP else 1
EXAMPLES = settings().max_examples // (PARTS if DEEP else 3)
"""An example is some fifteen things that happen, each with its own reads of a shop; a season costs up to a second."""

PLACES = st.integers(0, 5)
"""Which title, and which of its two formats."""

PRICES = st.sampled_from(["4.99", "7.50", "12.99"])
WORDS = st.sampled_from(["A road.", "A longer road.", "No road."])
DAYS = st.sampled_from([-40, 0, 1, 3, 20])
SKEWS = st.sampled_from([0.0, 0.0, -45.0, 45.0])
WAITS = st.sampled_from([1.0, 45.0, 400.0, 5_000.0, 86_400.0, 300_000.0])
AT = st.one_of(st.integers(0, 60), st.integers(40, 160))
RUBBISH = Fault(kind="status", method="GET", status=200, body="<html>Please wait</html>", times=2)
FAULTS = st.one_of(
    st.builds(Fault, kind=st.sampled_from(["cut_before", "cut_after"]), skip=st.integers(0, 12)),
    st.builds(Fault, kind=st.sampled_from(["timeout_before", "timeout_after"]), skip=st.integers(0, 12)),
    st.builds(
        Fault,
        kind=st.just("status"),
        status=st.sampled_from([429, 500, 503]),
        skip=st.integers(0, 12),
        times=st.sampled_from([1, 2, 40]),
    ),
    st.builds(Fault, kind=st.just("delay"), delay_s=st.sampled_from([5.0, 31.0]), skip=st.integers(0, 12)),
    st.just(RUBBISH),
)
TROUBLE = st.one_of(
    st.builds(FaultPlan, faults=st.lists(FAULTS, min_size=1, max_size=3)),
    st.builds(FaultPlan, chaos=st.builds(Chaos, seed=st.integers(0, 99), share=st.just(0.2))),
)

TOLD = ("conflict", "crash", "flip")
"""What must be in at least one example in ten."""


class Pairs(RuleBasedStateMachine):
    """A season, and everything that may happen in it."""

    examples: ClassVar[int] = 0
    shares: ClassVar[Counter[str]] = Counter()

    def title(self, place: int) -> Title:
        return self.season.titles[place // 2 % len(self.season.titles)]

    def format(self, place: int) -> Format:
        return self.title(place).formats[place % 2]

    @initialize(
        titles=st.integers(1, 3),
        formats=st.integers(1, 2),
        coming=st.sampled_from([0, 1, 2, 3]),
        synced=st.sampled_from([True, True, False]),
    )
    def open(self, titles: int, formats: int, coming: int, synced: bool) -> None:
        """The first title is out, or comes in so many days; the shop has all of it, or nothing yet."""
        self.season = Season.open(titles, formats)
        if coming:
            day = self.season.now.date() + timedelta(days=coming)
            self.season.schedule(self.title(0), 0, "02", day)
        if synced:
            assert self.season.sync()

    # At the publisher's

    @rule(place=PLACES, amount=PRICES)
    def reprice(self, place: int, amount: str) -> None:
        if self.title(place).there:
            self.season.set_price(self.title(place), place % 2, amount)

    @rule(place=PLACES, words=WORDS)
    def describe(self, place: int, words: str) -> None:
        if self.title(place).there:
            self.season.describe(self.title(place), words)

    @rule(place=PLACES, words=st.sampled_from([None, "A Novel"]))
    def subtitle(self, place: int, words: str | None) -> None:
        if self.title(place).there:
            self.season.subtitle(self.title(place), words)

    @rule(place=PLACES, status=st.sampled_from(["01", "02", "02", "04"]), days=DAYS)
    def schedule(self, place: int, status: str, days: int) -> None:
        if self.title(place).there:
            day = self.season.now.date() + timedelta(days=days)
            self.season.schedule(self.title(place), place % 2, status, day)

    @rule(place=PLACES)
    def toggle_format(self, place: int) -> None:
        if self.title(place).there:
            self.season.list_format(self.title(place), place % 2, not self.format(place).listed)

    @rule(place=PLACES, caption=st.sampled_from([None, "A cover", "Another cover"]))
    def cover(self, place: int, caption: str | None) -> None:
        if self.title(place).there:
            self.season.cover(self.title(place), caption)

    @rule(place=PLACES)
    def add_picture(self, place: int) -> None:
        if self.title(place).there:
            self.season.add_picture(self.title(place))

    @rule(place=PLACES)
    def remove_title(self, place: int) -> None:
        if self.title(place).there:
            self.season.remove_title(self.title(place))

    @rule()
    def change_rules(self) -> None:
        self.season.change_rules()

    # In the shop

    @rule(place=PLACES, amount=PRICES)
    def reprice_in_the_shop(self, place: int, amount: str) -> None:
        self.season.shop_edit(self.format(place).isbn, price=float(amount))

    @rule(place=PLACES, words=WORDS)
    def describe_in_the_shop(self, place: int, words: str) -> None:
        self.season.shop_edit(self.format(place).isbn, description=f"<p>Shop: {words}</p>")

    @rule(place=PLACES, amounts=st.permutations(["5.00", "6.00"]))
    def reprice_on_both_sides(self, place: int, amounts: list[str]) -> None:
        self.reprice(place, amounts[0])
        self.reprice_in_the_shop(place, amounts[1])

    @rule(place=PLACES, words=WORDS)
    def describe_on_both_sides(self, place: int, words: str) -> None:
        self.describe_in_the_shop(place, words)
        self.describe(place, words)

    @rule(place=PLACES)
    def hide_in_the_shop(self, place: int) -> None:
        self.season.shop_edit(self.format(place).isbn, is_visible=False)

    @rule(place=PLACES, words=WORDS)
    def sign(self, place: int, words: str) -> None:
        self.season.sign(self.format(place).isbn, words)

    @rule(place=PLACES)
    def pick(self, place: int) -> None:
        self.season.pick(self.format(place).isbn)

    @rule(place=PLACES)
    def delete_in_the_shop(self, place: int) -> None:
        self.season.delete_product(self.format(place).isbn)

    @precondition(lambda self: self.season.mail)
    @rule(places=st.lists(st.integers(0, 9), min_size=1, max_size=4))
    def news_arrives(self, places: list[int]) -> None:
        self.season.deliver(places)

    # What a person says

    @rule(place=PLACES)
    def hold(self, place: int) -> None:
        self.season.hold(self.format(place).isbn)

    @rule(place=PLACES, amount=PRICES)
    def pin(self, place: int, amount: str) -> None:
        self.season.pin(self.format(place).isbn, amount)

    @rule(place=PLACES)
    def release(self, place: int) -> None:
        self.season.release(self.format(place).isbn)

    # What runs

    @rule()
    def throw_a_plan_away(self) -> None:
        before = self.season.everything()
        self.season.plan()
        assert self.season.everything() == before, "a plan that is thrown away changes nothing"

    @rule()
    def keep_a_plan(self) -> None:
        planned = self.season.plan()
        if planned is not None:
            self.season.plans.append(planned)

    @precondition(lambda self: self.season.plans)
    @rule(at=st.integers(0, 3))
    def use_an_old_plan(self, at: int) -> None:
        self.season.apply(self.season.plans[at % len(self.season.plans)])

    @rule(skew_s=SKEWS)
    def sync(self, skew_s: float) -> None:
        self.season.sync(skew_s=skew_s)

    @rule(at=AT, after=st.booleans(), again=st.booleans())
    def die(self, at: int, after: bool, again: bool) -> None:
        """A process dies somewhere in its sync; perhaps another one goes on at once."""
        self.season.sync(crash_at=at, crash_after=after)
        if again:
            self.season.sync()

    @rule(place=PLACES, amount=PRICES, at=st.integers(90, 260), after=st.booleans())
    def die_while_writing(self, place: int, amount: str, at: int, after: bool) -> None:
        self.reprice(place, amount)
        self.season.sync(crash_at=at, crash_after=after)

    @rule(place=PLACES, at=st.integers(10, 60))
    def die_and_go_on_with_the_same_plan(self, place: int, at: int) -> None:
        self.add_picture(place)
        planned = self.season.plan()
        if planned is not None and not self.season.apply(planned, crash_at=at, crash_after=True):
            self.season.apply(planned)

    @rule(trouble=TROUBLE, retried=st.booleans())
    def sync_through_trouble(self, trouble: FaultPlan, retried: bool) -> None:
        self.season.trouble(trouble)
        self.season.sync()
        if retried:
            self.season.sync()
        self.season.calm()

    @precondition(lambda self: self.season.receipts)
    @rule(at=st.integers(0, 9))
    def take_back(self, at: int) -> None:
        self.season.revert(self.season.receipts[at % len(self.season.receipts)])

    @rule(seconds=WAITS)
    def wait(self, seconds: float) -> None:
        self.season.wait(timedelta(seconds=seconds))

    @rule(before=st.booleans())
    def wait_for_a_launch(self, before: bool) -> None:
        """To the second of the next launch in London, or a second before it."""
        launch = self.season.next_date()
        if launch is None:
            return
        self.season.wait(launch - self.season.now - timedelta(seconds=before))

    @rule(place=PLACES, before=st.sampled_from([False, False, True]))
    def launch(self, place: int, before: bool) -> None:
        """A title is scheduled, offered ahead, and the day comes."""
        title = self.title(place)
        if title.there:
            day = self.season.now.date() + timedelta(days=2)
            for number, one in enumerate(title.formats):
                if one.listed:
                    self.season.schedule(title, number, "02", day)
            self.season.sync()
            self.wait_for_a_launch(before)

    @rule(place=PLACES, words=WORDS)
    def edit_on_both_sides_and_sync(self, place: int, words: str) -> None:
        self.describe_on_both_sides(place, words)
        self.reprice_on_both_sides(place, ["8.00", "9.00"])
        self.season.sync()

    @rule()
    def put_right(self) -> None:
        self.season.put_right()

    # What must hold

    @invariant()
    def nothing_is_doubled_lost_or_sold_too_soon(self) -> None:
        if hasattr(self, "season"):
            self.season.check_always()

    def teardown(self) -> None:
        if not hasattr(self, "season"):
            return
        self.season.put_right()
        for isbn in {*self.season.held, *self.season.pinned}:
            self.season.release(isbn)
        self.season.put_right()
        type(self).examples += 1
        type(self).shares.update(name for name, times in self.season.seen.items() if times)
        for name in TOLD:
            event(f"{name}: {'yes' if self.season.seen[name] else 'no'}")


SEASONS: Any = settings(deadline=None, max_examples=EXAMPLES, stateful_step_count=15)


@pytest.mark.parametrize("part", range(PARTS))
def test_whatever_happens_a_calm_sync_makes_it_right(part: int):
    """And at least one example in ten has a conflict, one a crash, and one a flip."""
    Pairs.examples, Pairs.shares = 0, Counter()
    run_state_machine_as_test(Pairs, settings=SEASONS)
    print(f"part {part}: {Pairs.examples} examples: {dict(sorted(Pairs.shares.items()))}")
    assert Pairs.examples >= EXAMPLES // 2
    assert {name: Pairs.shares[name] for name in TOLD if Pairs.shares[name] * 10 < Pairs.examples} == {}


def test_a_write_that_nobody_announced_would_be_noticed(monkeypatch: pytest.MonkeyPatch):
    """A process dies once a picture is there, and another goes on with the same plan: the picture is there twice."""
    monkeypatch.setattr(sharing, "intents_of", lambda books, calls: [])
    noticed = list[str]()
    for at in range(40, 70):
        season = Season.open(1, 1)
        season.sync()
        season.add_picture(season.titles[0])
        planned = season.plan()
        assert planned is not None
        season.apply(planned, crash_at=at, crash_after=True)
        season.apply(planned)
        try:
            season.check_always()
        except AssertionError as error:
            noticed.append(str(error))
    assert any("parts twice" in one for one in noticed)


def test_edits_in_the_shop_that_are_missed_would_be_noticed(monkeypatch: pytest.MonkeyPatch):
    """A bridge that looks only at what the source says has changed misses them."""
    season = Season.open(1, 1)
    season.sync()
    season.shop_edit(season.formats[0].isbn, price=4.0)
    monkeypatch.setattr(Survey, "told_apart", lambda self, stored: ([], []))
    with pytest.raises(AssertionError, match=r"'price': '4"):
        season.put_right()

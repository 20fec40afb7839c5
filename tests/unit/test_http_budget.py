"""Budget arithmetic: windows from the first call, corrections by headers, lanes, requests in flight."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from threading import Barrier, Thread
from typing import Any

import pytest
from attrs import evolve

from commerce_bridge.errors import QuotaExhausted
from commerce_bridge.flow.budgets import BudgetAsk, BudgetRules, BudgetSettlement, Window
from commerce_bridge.http.budget import (
    FORGET_AFTER_S,
    BudgetState,
    LocalBudgets,
    Ticket,
    ask,
    flight_of,
    settle,
)
from commerce_bridge.http.windows import PATIENCE_S, SHORTEST_S, WindowState

START = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
SHORT = Window(name="30 s", seconds=30, quota=3)


class Account:
    """One account's budget, asked at seconds from the start."""

    def __init__(
        self, *windows: Window, in_flight: int | None = None, lanes: dict[str, int] | None = None
    ) -> None:
        self.rules = BudgetRules(windows=windows, in_flight=in_flight, lanes=tuple((lanes or {}).items()))
        self.state = BudgetState()
        self.count = 0

    def ask(
        self, at: float, *, weight: int = 1, lane: str | None = None, patience_s: float | None = None
    ) -> float:
        """Seconds to wait; the request is settled at once."""
        wait_s, ticket = self.begin(at, weight=weight, lane=lane, patience_s=patience_s)
        if wait_s == 0:
            self.end(ticket, at)
        return wait_s

    def begin(
        self, at: float, *, weight: int = 1, lane: str | None = None, patience_s: float | None = None
    ) -> tuple[float, str]:
        """Seconds to wait and the ticket; the request stays in flight."""
        self.count += 1
        ticket = f"t{self.count}"
        wish = BudgetAsk(ticket=ticket, weight=weight, lane=lane, patience_s=patience_s)
        self.state, wait_s = ask(self.state, self.rules, wish, instant(at))
        return wait_s, ticket

    def end(
        self,
        ticket: str,
        at: float,
        *,
        remaining: int | None = None,
        resets_in_s: float | None = None,
        quota: int | None = None,
        window: str = "30 s",
        blocked_for_s: float | None = None,
        answered: bool = True,
    ) -> None:
        told = BudgetSettlement(
            ticket=ticket,
            remaining=remaining,
            resets_in_s=resets_in_s,
            quota=quota,
            window=window,
            blocked_for_s=blocked_for_s,
            answered=answered,
        )
        self.state = settle(self.state, self.rules, told, instant(at))

    def goes(self, at: float) -> bool:
        return self.ask(at) == 0

    def room(self, at: float) -> int:
        """How many more requests would go now; each is settled without a word."""
        count = 0
        while self.goes(at):
            count += 1
        return count


def instant(at: float) -> datetime:
    return START + timedelta(seconds=at)


def test_no_rules_let_everything_through() -> None:
    assert all(Account().goes(0) for _ in range(100))


def test_a_window_counts_from_its_first_request() -> None:
    account = Account(SHORT)
    assert [account.ask(at) for at in (5, 6, 34)] == [0, 0, 0]
    assert account.ask(34) == pytest.approx(1)
    assert account.ask(34.9) == pytest.approx(0.1)
    assert account.ask(35) == 0


def test_the_next_window_counts_from_its_own_first_request() -> None:
    account = Account(SHORT)
    assert account.room(0) == 3
    assert account.room(100) == 3
    assert account.ask(129) == pytest.approx(1)
    assert account.room(130) == 3


def test_a_refused_request_counts_nowhere_and_begins_no_window() -> None:
    account = Account(SHORT, Window(name="day", seconds=86400, quota=4))
    assert account.room(0) == 3
    for _ in range(50):
        assert account.ask(10) == pytest.approx(20)
    assert account.room(30) == 1
    assert account.ask(31) == pytest.approx(86400 - 31)


def test_all_windows_must_have_room_and_the_longest_wait_counts() -> None:
    second = Window(name="second", seconds=1, quota=1)
    account = Account(second, SHORT)
    assert account.ask(0) == 0
    assert account.ask(0.25) == pytest.approx(0.75)
    assert account.ask(1) == 0
    assert account.ask(2) == 0
    assert account.ask(2.5) == pytest.approx(27.5)
    assert account.ask(3) == pytest.approx(27)


def test_a_wait_is_never_so_short_that_it_spins() -> None:
    account = Account(SHORT)
    account.room(0)
    assert account.ask(29.99) == pytest.approx(0.01)
    assert account.ask(29.9999) == SHORTEST_S


def test_weight_counts() -> None:
    account = Account(Window(name="30 s", seconds=30, quota=10))
    assert account.ask(0, weight=7) == 0
    assert account.ask(0, weight=4) > 0
    assert account.ask(0, weight=3) == 0
    assert account.ask(0) > 0


def test_what_weighs_more_than_the_quota_goes_alone() -> None:
    account = Account(SHORT)
    assert account.ask(0) == 0
    assert account.ask(1, weight=5) == pytest.approx(29)
    assert account.ask(30, weight=5) == 0
    assert account.ask(31) == pytest.approx(29)


def test_a_window_that_stops_says_when_it_starts_anew() -> None:
    account = Account(Window(name="day", seconds=86400, quota=2, stop=True))
    account.ask(0)
    account.ask(60)
    with pytest.raises(
        QuotaExhausted, match=r"quota of 2 requests in day is used up until 2026-11-03T09:00"
    ) as caught:
        account.ask(120)
    assert caught.value.resets_at == instant(86400)
    assert account.ask(86400) == 0


def test_a_stop_leaves_the_other_windows_alone() -> None:
    account = Account(SHORT, Window(name="day", seconds=86400, quota=1, stop=True))
    account.ask(0)
    for at in (1, 2):
        with pytest.raises(QuotaExhausted):
            account.ask(at)
    assert account.state.windows["30 s"].used == 1


def test_so_many_in_flight_and_no_more() -> None:
    account = Account(in_flight=2)
    _, first = account.begin(0)
    _, second = account.begin(0)
    assert account.begin(0)[0] == PATIENCE_S
    account.end(first, 1)
    assert account.begin(1)[0] == 0
    assert account.begin(1)[0] == PATIENCE_S
    account.end(second, 2)
    account.end(second, 2)
    assert account.begin(2)[0] == 0
    assert account.begin(2)[0] == PATIENCE_S


def test_a_lane_is_kept_to_by_its_own_requests_only() -> None:
    account = Account(lanes={"variants": 1})
    _, first = account.begin(0, lane="variants")
    assert account.begin(0, lane="variants")[0] == PATIENCE_S
    assert account.begin(0)[0] == 0
    assert account.begin(0, lane="elsewhere")[0] == 0
    account.end(first, 1)
    assert account.begin(1, lane="variants")[0] == 0


def test_a_request_that_nobody_settles_is_taken_for_dead() -> None:
    account = Account(in_flight=1)
    account.begin(0)
    assert account.begin(FORGET_AFTER_S - 1)[0] == PATIENCE_S
    assert account.begin(FORGET_AFTER_S)[0] == 0
    assert account.begin(FORGET_AFTER_S + 1)[0] == PATIENCE_S


def test_who_went_last_is_known_even_where_clocks_of_processes_differ() -> None:
    flying = {"a": Ticket(since=instant(5), weight=2), "b": Ticket(since=instant(1))}
    assert flight_of(BudgetState(flying=flying)) == (3, instant(5))
    assert flight_of(BudgetState()) == (0, None)


def test_the_vendors_smaller_remainder_is_believed() -> None:
    account = Account(Window(name="30 s", seconds=30, quota=100))
    _, ticket = account.begin(0)
    account.end(ticket, 0.2, remaining=5, resets_in_s=10)  # others use the account too
    assert account.room(1) == 5
    assert account.ask(1) == pytest.approx(9.2)


def test_the_vendors_larger_remainder_is_not_believed_within_a_window() -> None:
    """Requests in flight may not be in its count yet."""
    account = Account(Window(name="30 s", seconds=30, quota=5))
    first = account.begin(0)[1]
    account.room(0)
    account.end(first, 0.2, remaining=4, resets_in_s=29.9)
    assert account.room(0.3) == 0


def test_requests_in_flight_are_added_to_the_vendors_count() -> None:
    account = Account(Window(name="30 s", seconds=30, quota=10))
    tickets = [account.begin(0)[1] for _ in range(3)]
    account.end(tickets[0], 0.2, remaining=5, resets_in_s=29.9)  # it saw this one, and four of somebody else
    assert account.room(0.3) == 3


def test_the_vendors_quota_replaces_ours_and_outlives_the_window() -> None:
    account = Account(SHORT)
    _, ticket = account.begin(0)
    account.end(ticket, 0.2, remaining=449, resets_in_s=29.9, quota=450)
    account.end(account.begin(1)[1], 1.2, remaining=440, resets_in_s=28.9)  # it need not be told each time
    assert account.room(2) == 440
    assert account.room(31) == 450


def test_a_larger_remainder_without_an_end_is_not_believed_either() -> None:
    account = Account(Window(name="30 s", seconds=30, quota=5))
    account.ask(0)
    account.ask(0)
    account.end(account.begin(0)[1], 0.2, remaining=4)
    assert account.room(1) == 2


def test_a_quota_told_without_an_end_counts() -> None:
    account = Account(SHORT)
    account.end(account.begin(0)[1], 0.2, remaining=449, quota=450)
    assert account.room(1) == 449


def test_an_end_told_a_little_later_is_still_the_same_windows() -> None:
    account = Account(Window(name="30 s", seconds=30, quota=9))
    first = account.begin(0)[1]
    for _ in range(4):
        account.ask(0)
    account.end(first, 0, remaining=4, resets_in_s=30)
    account.end(account.begin(1)[1], 1, remaining=8, resets_in_s=29.5)  # another machine's clock
    assert account.state.windows["30 s"].used == 6


def test_the_vendors_end_replaces_our_guess_earlier_or_later() -> None:
    for resets_in_s in (7, 29, 29.999, 44):
        account = Account(SHORT)
        account.begin(0)
        account.begin(0)
        account.end("t1", 1, remaining=2, resets_in_s=resets_in_s)
        assert account.ask(1) == 0
        assert account.ask(2) == pytest.approx(resets_in_s - 1)


def test_a_day_counted_by_the_vendors_calendar_ends_with_it() -> None:
    day = Window(name="day", seconds=86400, quota=1000, stop=True)
    account = Account(day)
    _, ticket = account.begin(0)
    account.end(ticket, 1, remaining=0, resets_in_s=3600, window="day")
    with pytest.raises(QuotaExhausted) as caught:
        account.ask(2)
    assert caught.value.resets_at == instant(3601)
    assert account.ask(3601) == 0


def test_answers_narrow_the_end_down_from_both_sides() -> None:
    """Each was formed between the question and now: one says 29 s to 30 s, the next 27 s to 29.5 s."""
    account = Account(Window(name="30 s", seconds=30, quota=4))
    tickets = [account.begin(0)[1] for _ in range(3)]
    account.end(tickets[0], 1, remaining=3, resets_in_s=29)
    account.end(tickets[1], 2.5, remaining=2, resets_in_s=27)
    known = account.state.windows["30 s"]
    assert (known.earliest, known.ends) == (instant(29), instant(29.5))
    account.end(tickets[2], 9, remaining=1, resets_in_s=28)  # its answer took long: it ends from 28 s to 37 s
    assert account.state.windows["30 s"].ends == instant(29.5)
    assert account.ask(9) == 0
    assert account.ask(10) == pytest.approx(19.5)


def test_a_new_window_at_the_vendor_starts_a_new_count() -> None:
    account = Account(Window(name="30 s", seconds=30, quota=5))
    for _ in range(4):
        account.ask(0)
    _, ticket = account.begin(20)
    account.end(ticket, 20.2, remaining=4, resets_in_s=29.9)  # its window had begun before ours
    assert account.room(20.3) == 4
    assert account.ask(20.4) == pytest.approx(29.7)


def test_a_late_answer_of_the_last_window_does_not_fill_the_new_one() -> None:
    account = Account(SHORT)
    account.ask(0)
    account.ask(0)
    _, slow = account.begin(29.9)
    assert account.ask(30.1) == 0
    account.end(slow, 30.2, remaining=0, resets_in_s=0.05)
    assert account.room(30.3) == 1  # of three: one was asked for, one was in flight when the window began
    assert account.state.windows["30 s"].ends == instant(60.1)


def test_a_late_answer_without_an_end_does_not_fill_the_new_window_either() -> None:
    account = Account(SHORT)
    account.ask(0)
    account.ask(0)
    _, slow = account.begin(29.9)
    assert account.ask(30.1) == 0
    account.end(slow, 30.2, remaining=0)
    assert account.room(30.3) == 1


def test_an_answer_when_no_window_runs_tells_of_the_vendors() -> None:
    account = Account(SHORT)
    account.ask(0)
    _, slow = account.begin(25)
    account.end(slow, 40, remaining=1, resets_in_s=20)
    assert account.room(41) == 1
    assert account.ask(42) == pytest.approx(18)


def test_an_answer_that_took_as_long_as_a_window_says_only_what_is_left() -> None:
    """The end that it gives may be that of any of two windows."""
    for took_s, ends in ((22, 32), (22.5, 52.5)):
        account = Account(SHORT)
        _, slow = account.begin(0)
        account.end(slow, took_s, remaining=1, resets_in_s=10)
        assert account.state.windows["30 s"].ends == instant(ends)
        assert account.room(23) == 1


def test_what_is_in_flight_when_a_window_begins_counts_in_it() -> None:
    """It may arrive in the vendor's new window."""
    account = Account(SHORT)
    account.begin(0)
    account.begin(0)
    assert account.room(30) == 1


def test_a_word_on_an_unknown_window_changes_nothing() -> None:
    account = Account(SHORT)
    _, ticket = account.begin(0)
    account.end(ticket, 0.1, remaining=0, resets_in_s=500, window="hour")
    assert account.room(0.2) == 2


def test_an_unknown_ticket_is_harmless() -> None:
    account = Account(SHORT, in_flight=1)
    account.end("never asked", 0)
    assert account.begin(0)[0] == 0
    before = account.state
    account.end("never asked", 5)
    assert account.state == before


def test_a_block_holds_for_everybody_until_it_ends() -> None:
    account = Account(SHORT)
    _, ticket = account.begin(0)
    account.end(ticket, 1, blocked_for_s=10)
    assert account.ask(2) == pytest.approx(9)
    assert account.ask(10.5) == pytest.approx(0.5)
    assert account.ask(11) == 0
    assert account.state.blocked_until is None


def test_a_shorter_block_does_not_lift_a_longer_one() -> None:
    account = Account()
    first, second = account.begin(0)[1], account.begin(0)[1]
    account.end(first, 1, blocked_for_s=10)
    account.end(second, 1, blocked_for_s=2)
    assert account.ask(4) == pytest.approx(7)


def test_a_block_longer_than_a_requests_patience_is_not_waited_for() -> None:
    account = Account()
    account.end(account.begin(0)[1], 0, blocked_for_s=3600)
    with pytest.raises(
        QuotaExhausted, match=r"wait until 2026-11-02T10:00:00.*3540 s.* 120 s at the most"
    ) as caught:
        account.ask(60, patience_s=120)
    assert caught.value.resets_at == instant(3600)
    assert account.ask(3480, patience_s=120) == 120
    assert account.ask(60) == 3540
    assert account.ask(3600, patience_s=120) == 0


def test_windows_are_waited_for_however_impatient_a_request_is() -> None:
    account = Account(SHORT)
    account.room(0)
    assert account.ask(0, patience_s=1) == 30


class TestEnds:
    """A vendor's window begins when a request arrives: after it left, and before its answer came."""

    def test_a_window_ends_so_long_after_its_first_answer(self) -> None:
        account = Account(SHORT)
        first, second = account.begin(0)[1], account.begin(1)[1]
        account.end(second, 2)
        account.end(first, 9)
        known = account.state.windows["30 s"]
        assert (known.earliest, known.ends) == (instant(30), instant(32))
        assert account.room(29) == 1
        assert account.ask(31) == pytest.approx(1)
        assert account.room(32) == 3

    def test_an_answer_that_says_only_what_is_left_is_an_answer(self) -> None:
        account = Account(SHORT)
        account.end(account.begin(0)[1], 2, remaining=1)
        assert account.state.windows["30 s"].ends == instant(32)
        assert account.room(3) == 1

    def test_without_an_answer_it_goes_on(self) -> None:
        account = Account(Window(name="30 s", seconds=30, quota=1))
        _, slow = account.begin(0)
        assert account.ask(1) == pytest.approx(29)
        assert account.ask(30) == PATIENCE_S
        assert account.ask(40) == PATIENCE_S
        account.end(slow, 41)
        assert account.ask(42) == pytest.approx(29)
        assert account.ask(71) == 0

    def test_the_first_request_alone_keeps_it_going(self) -> None:
        account = Account(Window(name="30 s", seconds=30, quota=2))
        _, slow = account.begin(0)
        account.begin(31)
        account.end(slow, 41)
        known = account.state.windows["30 s"]
        assert (known.began, known.ends, known.used) == (START, instant(71), 2)

    def test_a_request_that_may_never_have_arrived_proves_nothing(self) -> None:
        account = Account(Window(name="30 s", seconds=30, quota=2))
        lost, heard = account.begin(0)[1], account.begin(0)[1]
        account.end(lost, 2, answered=False)
        assert account.state.windows["30 s"].ends == instant(32)  # if it arrived, it did so by now
        account.end(heard, 5)
        assert account.state.windows["30 s"].ends == instant(35)

    def test_when_all_are_lost_it_ends_so_long_after_the_last(self) -> None:
        account = Account(Window(name="30 s", seconds=30, quota=2))
        for at in (3, 7):
            account.end(account.begin(at - 2)[1], at, answered=False)
        assert account.ask(36.5) == pytest.approx(0.5)
        assert account.room(37) == 2

    def test_what_was_answered_after_its_earliest_end_counts_in_the_next_one_too(self) -> None:
        account = Account(SHORT)
        account.end(account.begin(0)[1], 2)
        account.end(account.begin(29)[1], 31)
        assert account.state.windows["30 s"].late == 1
        later = Account(SHORT)
        later.state = account.state
        assert account.room(32) == 2
        assert later.room(60.9) == 2
        later.state = account.state
        assert later.room(95) == 3

    def test_a_window_that_a_rule_adds_may_have_begun_with_what_is_under_way(self) -> None:
        account = Account()
        account.begin(0)
        account.rules = BudgetRules(windows=(SHORT,))
        assert account.ask(1) == 0
        account.end("t1", 1)
        assert account.ask(30.6) == 0  # the vendor's ended between 30 s and 31 s
        assert account.room(31) == 2

    def test_it_counts_for_one_length_and_no_longer(self) -> None:
        account = Account(SHORT)
        account.end(account.begin(0)[1], 2)
        account.end(account.begin(29)[1], 31)
        assert account.room(61) == 3

    def test_what_fills_the_next_window_that_way_is_waited_for(self) -> None:
        for stop in (False, True):
            account = Account(Window(name="30 s", seconds=30, quota=3, stop=stop))
            account.end(account.begin(0)[1], 2)
            account.end(account.begin(29, weight=2)[1], 31.5)
            if stop:
                with pytest.raises(QuotaExhausted) as caught:
                    account.ask(32, weight=2)
                assert caught.value.resets_at == instant(61.5)
            else:
                assert account.ask(32, weight=2) == pytest.approx(29.5)
            assert account.ask(32) == 0

    def test_what_is_still_under_way_is_waited_for_a_moment_and_stops_nothing(self) -> None:
        for stop in (False, True):
            account = Account(Window(name="30 s", seconds=30, quota=2, stop=stop))
            account.ask(0)
            _, slow = account.begin(29)
            assert account.ask(30, weight=2) == PATIENCE_S
            account.end(slow, 30)
            assert account.ask(30, weight=2) == 0

    def test_of_what_came_late_and_what_is_under_way_the_latter_is_waited_for_first(self) -> None:
        account = Account(SHORT)
        account.end(account.begin(0)[1], 2)
        slow, late = account.begin(28)[1], account.begin(29)[1]
        account.end(late, 31)
        assert account.ask(32, weight=2) == PATIENCE_S
        account.end(slow, 32)
        assert account.ask(32, weight=2) == pytest.approx(30)

    def test_a_stop_waits_for_the_first_answer_as_well(self) -> None:
        account = Account(Window(name="30 s", seconds=30, quota=1, stop=True))
        account.begin(0)
        with pytest.raises(QuotaExhausted):
            account.ask(29)
        assert account.ask(31) == PATIENCE_S

    def test_with_even_traffic_it_rests_before_the_doubt_grows_too_large(self) -> None:
        account = Account(Window(name="30 s", seconds=30, quota=1000))
        at, rests = 0.0, list[float]()
        while at < 400:
            wait_s, ticket = account.begin(at)
            if wait_s <= 0:
                at += 1
                account.end(ticket, at)
            else:
                rests.append(wait_s)
                at += wait_s
                known = account.state.windows["30 s"]
                assert known.ends == instant(at)
                account.begin(at)
                assert account.state.windows["30 s"].earliest == instant(at + 30)
                account.end(f"t{account.count}", at + 1)
                at += 1
        assert len(rests) == 3
        assert all(4 <= rest <= 6 for rest in rests)

    @pytest.mark.parametrize(
        ("sooner", "changed", "at", "wait_s"),
        [
            (27, {}, 24.9, 0),
            (27, {}, 25, 6),
            (27, {}, 30, 1),
            (28, {}, 27, 0),  # the doubt is a tenth only
            (27, {"told": True}, 26, 0),
            (27, {"answered": False}, 26, 0),
            (27, {"late": 1}, 28, 0),
            (20, {}, 26, 0),  # so much doubt would cost too long a rest
            (27, {"began": instant(-1)}, 26, 0),  # its answers take too long
        ],
    )
    def test_a_rest_is_taken_only_where_it_helps(
        self, sooner: float, changed: dict[str, Any], at: float, wait_s: float
    ) -> None:
        account = Account(Window(name="30 s", seconds=30, quota=1000))
        known = {"began": START, "ends": instant(31), "used": 9, "sooner": instant(sooner), **changed}
        account.state = BudgetState(windows={"30 s": WindowState(**known)})
        assert account.ask(at) == pytest.approx(wait_s)

    def test_a_window_that_is_not_waited_for_never_rests(self) -> None:
        account = Account(Window(name="30 s", seconds=30, quota=1000, stop=True))
        for at in range(400):
            wait_s, ticket = account.begin(at)
            assert wait_s == 0
            account.end(ticket, at + 1)

    def test_answers_of_another_window_are_told_by_its_end(self) -> None:
        account = Account(Window(name="30 s", seconds=30, quota=9))
        old, young = account.begin(0)[1], account.begin(1)[1]
        account.end(young, 1.2, remaining=5, resets_in_s=29.9)
        before = account.state.windows["30 s"]
        account.end(old, 1.3, remaining=0, resets_in_s=0.1)  # of the window before
        assert account.state.windows["30 s"] == before
        _, next_one = account.begin(20)
        account.end(next_one, 20.1, remaining=8, resets_in_s=29.9)  # others began a new one
        assert account.state.windows["30 s"].used == 1
        assert account.state.windows["30 s"].earliest == instant(49.9)

    def test_an_answer_asked_for_after_the_one_that_told_of_a_window_speaks_of_it(self) -> None:
        account = Account(Window(name="30 s", seconds=30, quota=9))
        account.ask(0)
        one, two = account.begin(20)[1], account.begin(20.05)[1]
        account.end(one, 20.1, remaining=8, resets_in_s=29.9)  # others began a new one
        account.end(two, 20.2, remaining=3)
        assert account.room(21) == 3

    def test_an_answer_of_a_window_that_is_over_begins_no_new_one(self) -> None:
        account = Account(SHORT)
        slow, quick = account.begin(0)[1], account.begin(0)[1]
        account.end(quick, 0.2, remaining=2, resets_in_s=29.8)
        account.end(slow, 31, remaining=1, resets_in_s=29.9)
        assert account.room(40) == 2  # it may have been the first of one that runs, so it counts
        assert account.ask(69) == pytest.approx(1)

    def test_what_came_back_late_is_added_where_the_vendor_may_not_have_counted_it(self) -> None:
        account = Account(Window(name="30 s", seconds=30, quota=10))
        account.end(account.begin(0)[1], 0.2, remaining=9, resets_in_s=29.8)
        unheard, next_one = account.begin(29.9)[1], account.begin(29.95)[1]
        account.end(unheard, 30.3, answered=False)
        account.end(next_one, 30.4, remaining=9, resets_in_s=29.9)
        assert account.room(30.5) == 8

    def test_what_came_back_before_it_was_asked_for_the_vendor_has_counted(self) -> None:
        account = Account(Window(name="30 s", seconds=30, quota=10))
        account.end(account.begin(0)[1], 0.2, remaining=9, resets_in_s=29.8)
        unheard = account.begin(29.9)[1]
        account.end(unheard, 30.3, answered=False)
        account.state = evolve(account.state, flying={"x": Ticket(since=instant(30.3))})
        account.end("x", 30.4, remaining=8, resets_in_s=29.9)
        assert account.room(30.5) == 8

    def test_an_answer_of_this_window_does_not_make_us_forget_what_came_late(self) -> None:
        account = Account(Window(name="30 s", seconds=30, quota=10))
        account.end(account.begin(0)[1], 0.2, remaining=9, resets_in_s=29.8)
        unheard, heard = account.begin(29.5)[1], account.begin(29.6)[1]
        account.end(unheard, 29.9, answered=False)
        account.end(heard, 29.95, remaining=7, resets_in_s=0.05)
        assert account.room(30) == 9

    def test_all_that_came_late_counts(self) -> None:
        account = Account(Window(name="30 s", seconds=30, quota=5))
        account.end(account.begin(0)[1], 2)
        account.end(account.begin(29)[1], 30.5)
        account.ask(31)
        assert account.room(32) == 3


def test_a_firm_quota_holds_whatever_the_vendor_tells() -> None:
    account = Account(Window(name="30 s", seconds=30, quota=100, firm=True))
    account.end(account.begin(0)[1], 0.2, remaining=449, resets_in_s=29.8, quota=450)
    assert account.room(1) == 99
    account.end(account.begin(31)[1], 31.2, remaining=40, resets_in_s=29.8, quota=450)  # others used much
    assert account.room(32) == 40


def test_a_smaller_quota_told_is_believed_even_where_ours_is_firm() -> None:
    account = Account(Window(name="30 s", seconds=30, quota=100, firm=True))
    account.end(account.begin(0)[1], 0.2, remaining=49, resets_in_s=29.8, quota=50)
    assert account.room(1) == 49
    assert account.room(31) == 50


def test_windows_that_only_others_keep_count_this_request_too() -> None:
    account = Account(SHORT)
    account.ask(0)
    account.rules = BudgetRules()
    account.ask(1)
    account.rules = BudgetRules(windows=(SHORT,))
    assert account.room(2) == 1


class TestLocalBudgets:
    rules = BudgetRules(windows=(Window(name="30 s", seconds=30, quota=100),))

    def test_accounts_are_apart(self) -> None:
        budgets = LocalBudgets()
        rules = BudgetRules(windows=(SHORT,))
        for number in range(3):
            assert budgets.acquire("one", rules, BudgetAsk(ticket=str(number)), START) == 0
        assert budgets.acquire("one", rules, BudgetAsk(ticket="x"), START) == 30
        assert budgets.acquire("two", rules, BudgetAsk(ticket="x"), START) == 0
        assert budgets.state("three") == BudgetState()

    def test_a_settlement_reaches_the_account(self) -> None:
        budgets = LocalBudgets()
        budgets.acquire("one", self.rules, BudgetAsk(ticket="x"), START)
        assert list(budgets.state("one").flying) == ["x"]
        told = BudgetSettlement(ticket="x", remaining=0, resets_in_s=4, window="30 s")
        budgets.settle("one", self.rules, told, START)
        assert budgets.state("one").flying == {}
        assert budgets.acquire("one", self.rules, BudgetAsk(ticket="y"), START) == 4

    def test_threads_together_get_the_quota_and_no_more(self) -> None:
        budgets, start, granted = LocalBudgets(), Barrier(8), []

        def work(worker: int) -> None:
            start.wait()
            for number in range(40):
                wish = BudgetAsk(ticket=f"{worker}-{number}")
                if budgets.acquire("one", self.rules, wish, START) == 0:
                    granted.append(wish.ticket)

        threads = [Thread(target=work, args=(worker,)) for worker in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(granted) == 100

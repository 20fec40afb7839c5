"""One window of a budget: how far it is used, when it ends, and what an answer says of it.

A vendor's window begins with the first request that *reaches* it, which we never see.  What we know is that
it lies between two instants: a request reaches the vendor after it left and before its answer came.  So the
end of a window is kept as two instants, the earliest and the latest it can be.  Nothing of the next window
leaves before the latest, and what was answered after the earliest may have been the next window's first, so it
counts there too.  An answer that says when the window ends brings the two closer.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple

from attrs import evolve, frozen

from commerce_bridge.errors import QuotaExhausted
from commerce_bridge.flow.budgets import BudgetAsk, BudgetSettlement, Window

PATIENCE_S = 0.05
"""How long to wait for a request in flight to end before asking again."""

SHORTEST_S = 0.001
"""No wait for the end of a window is shorter, or a clock that wakes us early would have us spin."""


@frozen(kw_only=True)
class WindowState:
    """How far one window is used.

    Args:
        began: When its first request was let through.
        ends: The latest it can end; nothing of the next one leaves before.
        used: Weight let through since it began, and what may have reached the vendor in it.
        quota: What the vendor last said its quota is, or None for the rules' own.
        told: Whether the vendor has said when it ends.
        sooner: The earliest it can end; None when that is `ends`.
        answered: Whether a request let through in it was answered; until then `ends` is our guess, for the
            vendor's may not have begun yet.
        late: Weight answered after `sooner`, which may be in the vendor's next window.
        late_until: When that window has ended if it was, or None.
    """

    began: datetime
    ends: datetime
    used: int
    quota: int | None = None
    told: bool = False
    sooner: datetime | None = None
    answered: bool = True
    late: int = 0
    late_until: datetime | None = None

    @property
    def earliest(self) -> datetime:
        """The earliest instant at which it can end."""
        return self.sooner or self.ends


class Flight(NamedTuple):
    """What is on its way in all: the weight of all requests in flight, and when the last was let through."""

    weight: int
    last: datetime | None


def runs(known: WindowState, flight: Flight, now: datetime) -> bool:
    """Whether a window goes on; one without any answer does while a request of its own is under way."""
    if now < known.ends:
        return True
    return not known.answered and flight.last is not None and flight.last >= known.began


def opened(known: WindowState | None, window: Window, flight: Flight, now: datetime) -> WindowState:
    """A window that would begin now; what may reach the vendor in it counts from the start."""
    length = timedelta(seconds=window.seconds)
    ends = now + length
    if known is None:
        sooner = now if flight.weight else ends
        return WindowState(began=now, ends=ends, used=flight.weight, sooner=sooner, answered=False)
    used = flight.weight + carried(known, now)
    sooner = min(known.earliest + length, ends) if used else ends
    return WindowState(began=now, ends=ends, used=used, quota=known.quota, sooner=sooner, answered=False)


def carried(known: WindowState, now: datetime) -> int:
    """The weight answered after the earliest end of a window that may still count in the vendor's next one."""
    return known.late if known.late_until is not None and now < known.late_until else 0


def room_s(
    standing: WindowState, known: WindowState | None, window: Window, wish: BudgetAsk, now: datetime
) -> float:
    """Seconds to wait until a window may have room; 0 when it has.

    Args:
        standing: The window that runs, or would begin now.
        known: The window as it was kept: the same, or the one before.
        window: Its rules.
        wish: What is asked for.
        now: The instant.

    Raises:
        QuotaExhausted: It is used up and must not be waited for.
    """
    if standing is known and _rests(standing, window, now):
        return max((standing.ends - now).total_seconds(), SHORTEST_S)
    quota = quota_of(standing.quota, window)
    most = max(quota, wish.weight)
    if standing.used + wish.weight <= most:
        return 0.0
    free_at = standing.ends
    if standing is not known:  # nothing was let through in it: what fills it was there before
        if known is None or known.late_until is None or carried(known, now) + wish.weight <= most:
            return PATIENCE_S
        free_at = known.late_until
    elif now >= standing.ends:
        return PATIENCE_S  # its first answer is still to come
    if window.stop:
        raise QuotaExhausted(
            f"The quota of {quota} requests in {window.name} is used up until {free_at.isoformat()}.",
            resets_at=free_at,
        )
    return max((free_at - now).total_seconds(), SHORTEST_S)


def _rests(standing: WindowState, window: Window, now: datetime) -> bool:
    """Whether a window lets nothing through any more although it has room.

    With even traffic and a vendor that says nothing, each window's end is known less well than the last one's,
    by one way there and back.  A rest, long enough for all answers to come, makes the next one certain again.
    It is taken when the doubt is a tenth of the window, and costs as much.  It is no use where answers take
    long for such a window, or once one has come too late.
    """
    if window.stop or standing.told or not standing.answered or standing.late:
        return False
    length = timedelta(seconds=window.seconds)
    way, doubt = standing.ends - length - standing.began, standing.ends - standing.earliest
    return length / 10 < doubt < length / 4 and way < length / 20 and now >= standing.earliest - 2 * way


def quota_of(told: int | None, window: Window) -> int:
    """The quota that holds, once the vendor has told one (or not)."""
    if told is None:
        return window.quota
    return min(told, window.quota) if window.firm else told


def settled(
    known: WindowState | None,
    window: Window,
    flight: Flight,
    told: BudgetSettlement,
    since: datetime,
    weight: int,
    now: datetime,
) -> WindowState | None:
    """A window once a request is under way no more, with what its answer says of it; None for none.

    An answer that took nearly as long as the window says what is left, but its end may be that of any of two.

    Args:
        known: The window as it was kept, running or over.
        window: Its rules.
        flight: What was under way, this request included.
        told: What the answer says, if there was one.
        since: When the request was let through.
        weight: What it weighed; 0 for one that we do not know.
        now: When its answer came, or was given up.
    """
    if told.window == window.name and told.remaining is not None:
        quota = told.quota or (known.quota if known is not None else None)
        used = max(quota_of(quota, window) - told.remaining, 0) + flight.weight - weight
        if told.resets_in_s is not None and now - since < timedelta(seconds=window.seconds * 0.75):
            left = timedelta(seconds=told.resets_in_s)
            said = WindowState(
                began=since, ends=now + left, used=used, quota=quota, told=True, sooner=since + left
            )
            better = _narrowed(known, said, window, flight, now)
            if better is not None:
                return better
        elif known is not None and since >= known.began:
            known = evolve(known, used=max(known.used, used), quota=quota)
    if known is None or not weight:
        return known
    return _without_a_word(known, window, flight, since, weight, now, arrived=told.answered)


def _without_a_word(
    known: WindowState,
    window: Window,
    flight: Flight,
    since: datetime,
    weight: int,
    now: datetime,
    *,
    arrived: bool,
) -> WindowState:
    """A window once a request that says nothing of its end is under way no more.

    Its answer shows that the vendor's window has begun; one that was given up may never have arrived.
    """
    length = timedelta(seconds=window.seconds)
    if not known.answered and since >= known.began and runs(known, flight, now):
        known = evolve(known, answered=arrived, ends=now + length)
    if now <= known.earliest:
        return known
    return evolve(known, late=carried(known, now) + weight, late_until=now + length)


def _narrowed(
    known: WindowState | None, said: WindowState, window: Window, flight: Flight, now: datetime
) -> WindowState | None:
    """A window once an answer has said what it looks like to the vendor; None when it says nothing of it.

    Requests in flight may be missing from the vendor's count, and answers may overtake each other: so the
    larger of both counts wins within one window.  Which window an answer speaks of is told by its end, which
    lies between the end counted from the question and the one counted from now: windows of one length follow
    each other, so ends that differ by less than a quarter of it are the same one's.
    """
    quarter = timedelta(seconds=window.seconds / 4)
    if known is None:
        return said
    if said.earliest > known.ends + quarter:
        late = known.late if _asked_before_late(known, window, said.began) else 0
        return evolve(said, used=said.used + late) if late else said
    if not runs(known, flight, now):
        return None
    ends, sooner = said.ends, said.earliest
    if known.told:
        if sooner <= known.ends - 3 * quarter:
            return known  # the last window's, and late
        ends = min(known.ends, ends)
        sooner = min(max(known.earliest, sooner), ends)
    elif said.began < known.began:
        return None
    return WindowState(
        began=known.began,
        ends=ends,
        used=max(known.used, said.used),
        quota=said.quota,
        told=True,
        sooner=sooner,
        late=known.late,
        late_until=known.late_until,
    )


def _asked_before_late(known: WindowState, window: Window, since: datetime) -> bool:
    """Whether something came back late after `since`, so that an answer asked for then may not count it."""
    return known.late_until is not None and known.late_until - timedelta(seconds=window.seconds) > since

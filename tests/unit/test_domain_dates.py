"""Dates without a zone: their precision, and the instants they become in a market."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commerce_bridge.domain.dates import Date, Precision, day

ZONES = (
    "UTC",
    "Europe/London",
    "America/Toronto",
    "America/Sao_Paulo",
    "America/Havana",
    "Asia/Kolkata",
    "Asia/Kathmandu",
    "Pacific/Auckland",
    "Pacific/Apia",
    "Pacific/Kiritimati",
    "Africa/Cairo",
)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("first", "precision", "last"),
    [
        ("2026-11-02", Precision.DAY, "2026-11-02"),
        ("2026-11-02", Precision.WEEK, "2026-11-08"),
        ("2026-12-28", Precision.WEEK, "2027-01-03"),
        ("2026-02-01", Precision.MONTH, "2026-02-28"),
        ("2028-02-01", Precision.MONTH, "2028-02-29"),
        ("2026-12-01", Precision.MONTH, "2026-12-31"),
        ("2026-10-01", Precision.QUARTER, "2026-12-31"),
        ("2026-04-01", Precision.QUARTER, "2026-06-30"),
        ("2026-12-01", Precision.SEASON, "2027-02-28"),
        ("2026-01-01", Precision.YEAR, "2026-12-31"),
        ("9999-01-01", Precision.YEAR, "9999-12-31"),
        ("9999-12-01", Precision.MONTH, "9999-12-31"),
    ],
)
def test_the_last_day_that_a_date_can_mean(first: str, precision: Precision, last: str) -> None:
    assert Date(date.fromisoformat(first), precision).last == date.fromisoformat(last)


@pytest.mark.parametrize(
    ("when", "text"),
    [
        (day("2026-11-02"), "2026-11-02"),
        (Date(date(2026, 11, 1), Precision.MONTH), "2026-11"),
        (Date(date(2026, 1, 1), Precision.YEAR), "2026"),
        (Date(date(2026, 10, 1), Precision.QUARTER), "quarter of 2026-10-01"),
        (Date(date(2026, 11, 2), Precision.WEEK), "week of 2026-11-02"),
    ],
)
def test_no_day_is_invented_when_it_is_written(when: Date, text: str) -> None:
    assert str(when) == text


@pytest.mark.parametrize(
    ("zone", "begins", "ends"),
    [
        ("UTC", "2026-07-01T00:00", "2026-07-02T00:00"),
        ("Europe/London", "2026-06-30T23:00", "2026-07-01T23:00"),
        ("America/Toronto", "2026-07-01T04:00", "2026-07-02T04:00"),
        ("Asia/Kolkata", "2026-06-30T18:30", "2026-07-01T18:30"),
        ("Pacific/Kiritimati", "2026-06-30T10:00", "2026-07-01T10:00"),
    ],
)
def test_a_day_begins_and_ends_by_the_markets_clock(zone: str, begins: str, ends: str) -> None:
    when = day("2026-07-01")
    assert (when.starts(zone), when.ends(zone)) == (utc(begins), utc(ends))


@pytest.mark.parametrize(
    ("zone", "when", "begins", "hours"),
    [
        ("Europe/London", "2026-03-29", "2026-03-29T00:00", 23),
        ("Europe/London", "2026-10-25", "2026-10-24T23:00", 25),
        ("America/Toronto", "2026-03-08", "2026-03-08T05:00", 23),
        ("America/Toronto", "2026-11-01", "2026-11-01T04:00", 25),
        (
            "America/Sao_Paulo",
            "2018-11-04",
            "2018-11-04T03:00",
            23,
        ),  # no midnight: 23:59 is followed by 01:00
        ("America/Havana", "2026-11-01", "2026-11-01T04:00", 25),  # two midnights: the first counts
        ("Pacific/Apia", "2011-12-30", "2011-12-30T10:00", 0),  # a day that never was
        ("Pacific/Apia", "2011-12-31", "2011-12-30T10:00", 24),
    ],
)
def test_days_on_which_clocks_change(zone: str, when: str, begins: str, hours: int) -> None:
    date_ = day(when)
    assert date_.starts(zone) == utc(begins)
    assert date_.ends(zone) - date_.starts(zone) == timedelta(hours=hours)


def test_a_month_begins_early_surely_late_and_ends_after_its_last_day() -> None:
    month = Date(date(2026, 3, 1), Precision.MONTH)
    assert month.starts("Europe/London") == utc("2026-03-01T00:00")
    assert month.surely_begun("Europe/London") == utc("2026-03-30T23:00")
    assert month.ends("Europe/London") == utc("2026-03-31T23:00")


def test_an_exact_instant_needs_no_zone() -> None:
    instant = datetime(2026, 3, 1, 14, 30, tzinfo=timezone(timedelta(hours=2)))
    when = Date(date(2026, 3, 1), instant=instant)
    for zone in ZONES:
        assert when.starts(zone) == when.surely_begun(zone) == when.ends(zone) == utc("2026-03-01T12:30")


def test_an_instant_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="expected one with a zone"):
        Date(date(2026, 3, 1), instant=datetime(2026, 3, 1, 14, 30))


@pytest.mark.parametrize("zone", ZONES)
def test_the_first_and_the_last_day_of_all_are_no_errors(zone: str) -> None:
    for when in (
        Date(date.min),
        Date(date.max),
        Date(date(9999, 1, 1), Precision.YEAR),
        Date(date(9999, 12, 30)),
    ):
        assert when.starts(zone) <= when.surely_begun(zone) <= when.ends(zone)
        assert when.starts(zone).utcoffset() == timedelta(0)
    assert Date(date.max).ends(zone) == datetime.max.replace(tzinfo=UTC)


dates = st.builds(
    Date,
    st.dates(min_value=date(1950, 1, 1), max_value=date(2100, 12, 31)),
    st.sampled_from(Precision),
)


@given(dates, st.sampled_from(ZONES))
def test_the_instants_of_a_date_are_in_order_and_in_utc(when: Date, zone: str) -> None:
    assert when.starts(zone) <= when.surely_begun(zone) <= when.ends(zone)
    assert when.first <= when.last
    assert when.starts(zone).tzinfo is UTC


@given(st.dates(min_value=date(1950, 1, 1), max_value=date(2100, 12, 30)), st.sampled_from(ZONES))
def test_days_follow_each_other_without_gap_or_overlap(when: date, zone: str) -> None:
    today, tomorrow = Date(when), Date(when + timedelta(days=1))
    assert today.ends(zone) == tomorrow.starts(zone)


@given(st.datetimes(min_value=datetime(1950, 1, 1), max_value=datetime(2100, 1, 1)), st.sampled_from(ZONES))
def test_an_instant_lies_in_the_day_its_local_calendar_shows(moment: datetime, zone: str) -> None:
    instant = moment.replace(tzinfo=UTC)
    shown = Date(instant.astimezone(ZoneInfo(zone)).date())
    assert shown.starts(zone) <= instant < shown.ends(zone)


def test_a_day_is_read_as_written() -> None:
    assert day("2026-11-02") == Date(date(2026, 11, 2))
    with pytest.raises(ValueError, match="2026-02-30"):
        day("2026-02-30")

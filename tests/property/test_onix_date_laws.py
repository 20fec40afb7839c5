"""Laws of dates: what is written is read, with its precision and nothing more."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st

from commerce_bridge.domain.dates import Precision
from commerce_bridge.platforms.onix.dates import read_date

days = st.dates(date(1450, 1, 1), date(2999, 12, 31))
FORMS = st.sampled_from(["", *(f"{number:02d}" for number in range(15)), "20", "21", "25", "32", "99", "zz"])


@given(day=days)
def test_a_day_is_that_day(day: date) -> None:
    read = read_date(f"{day:%Y%m%d}", "00")
    assert read.first is not None
    assert (read.first.first, read.first.last, read.first.precision) == (day, day, Precision.DAY)


@given(day=days)
def test_less_exact_dates_contain_the_day_and_invent_none(day: date) -> None:
    year, week, _ = day.isocalendar()
    written = {
        "01": (f"{day:%Y%m}", Precision.MONTH),
        "02": (f"{year:04d}{week:02d}", Precision.WEEK),
        "03": (f"{day:%Y}{(day.month - 1) // 3 + 1}", Precision.QUARTER),
        "05": (f"{day:%Y}", Precision.YEAR),
    }
    for form, (text, precision) in written.items():
        read = read_date(text, form)
        assert read.first is not None
        assert read.first.precision is precision
        assert read.first.first <= day <= read.first.last


@given(first=days, last=days)
def test_a_span_is_its_two_days(first: date, last: date) -> None:
    read = read_date(f"{first:%Y%m%d}{last:%Y%m%d}", "06")
    assert read.first is not None
    assert read.last is not None
    assert (read.first.first, read.last.first) == (first, last)


@given(
    moment=st.datetimes(datetime(1900, 1, 1), datetime(2999, 1, 1)),
    offset=st.integers(-14 * 60, 14 * 60),
)
def test_a_zone_makes_the_instant_that_it_says(moment: datetime, offset: int) -> None:
    zone = timezone(timedelta(minutes=offset))
    sign = "-" if offset < 0 else "+"
    text = f"{moment:%Y%m%dT%H%M%S}{sign}{abs(offset) // 60:02d}{abs(offset) % 60:02d}"
    read = read_date(text, "14")
    assert read.first is not None
    assert read.first.instant == moment.replace(microsecond=0, tzinfo=zone).astimezone(UTC)
    assert read.first.first == moment.date()


@given(text=st.text(max_size=20), form=FORMS)
def test_anything_is_read_or_told(text: str, form: str) -> None:
    read = read_date(text, form)
    assert (read.first is None) == bool(read.error or read.never)
    assert read.last is None or read.first is not None


@given(text=st.text(alphabet="0123456789TZ+-:", max_size=20), form=FORMS)
def test_nearly_dates_are_read_or_told(text: str, form: str) -> None:
    read = read_date(text, form)
    assert (read.first is None) == bool(read.error or read.never)
    if read.first is not None:
        assert read.first.last >= read.first.first

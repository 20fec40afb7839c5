"""Dates in every format of List 55, without one, and against it."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from commerce_bridge.domain.dates import Precision
from commerce_bridge.platforms.onix.dates import read_date
from rigs.onix_messages import codes, dated, one_family, one_format, product

WHOLE = [
    ("00", "20260228", date(2026, 2, 28), Precision.DAY),
    ("01", "202602", date(2026, 2, 1), Precision.MONTH),
    ("02", "202601", date(2025, 12, 29), Precision.WEEK),
    ("03", "20264", date(2026, 10, 1), Precision.QUARTER),
    ("04", "20261", date(2026, 3, 1), Precision.SEASON),
    ("04", "20264", date(2026, 12, 1), Precision.SEASON),
    ("05", "2026", date(2026, 1, 1), Precision.YEAR),
    ("13", "20260228T1830", date(2026, 2, 28), Precision.DAY),
    ("14", "20260228T183059", date(2026, 2, 28), Precision.DAY),
]


@pytest.mark.parametrize(("form", "text", "first", "precision"), WHOLE)
def test_every_format_keeps_its_precision(form: str, text: str, first: date, precision: Precision) -> None:
    read = read_date(text, form)
    assert read.error is read.oddity is None
    assert read.first is not None
    assert (read.first.first, read.first.precision, read.first.instant) == (first, precision, None)


SPANS = [
    ("06", "2026020120260228", date(2026, 2, 1), date(2026, 2, 28)),
    ("07", "202602202603", date(2026, 2, 1), date(2026, 3, 1)),
    ("08", "202602202603", date(2026, 1, 5), date(2026, 1, 12)),
    ("09", "2026120262", date(2026, 1, 1), date(2026, 4, 1)),
    ("10", "2026120262", date(2026, 3, 1), date(2026, 6, 1)),
    ("11", "20262027", date(2026, 1, 1), date(2027, 1, 1)),
]


@pytest.mark.parametrize(("form", "text", "first", "last"), SPANS)
def test_spans_are_two_dates(form: str, text: str, first: date, last: date) -> None:
    read = read_date(text, form)
    assert (read.first and read.first.first, read.last and read.last.first) == (first, last)
    assert read.oddity is None


@pytest.mark.parametrize(
    ("form", "text", "instant"),
    [
        ("00", "20260228Z", datetime(2026, 2, 28, tzinfo=UTC)),
        ("13", "20260228T0030+0200", datetime(2026, 2, 27, 22, 30, tzinfo=UTC)),
        ("14", "20260228T003001-0530", datetime(2026, 2, 28, 6, 0, 1, tzinfo=UTC)),
        ("", "20260228T0030Z", datetime(2026, 2, 28, 0, 30, tzinfo=UTC)),
    ],
)
def test_a_zone_makes_an_instant(form: str, text: str, instant: datetime) -> None:
    read = read_date(text, form)
    assert read.oddity is None
    assert read.first is not None
    assert (read.first.first, read.first.instant) == (date(2026, 2, 28), instant)


@pytest.mark.parametrize(
    ("form", "text", "first", "precision"),
    [
        ("", "2011", date(2011, 1, 1), Precision.YEAR),
        ("", "201108", date(2011, 8, 1), Precision.MONTH),
        ("", "2011-08-31", date(2011, 8, 31), Precision.DAY),
        ("", "2011-08-31T10:00:00Z", date(2011, 8, 31), Precision.DAY),
        ("14", "20110831", date(2011, 8, 31), Precision.DAY),
        ("00", "2011", date(2011, 1, 1), Precision.YEAR),
        ("01", "20110831", date(2011, 8, 31), Precision.DAY),
        ("99", "20110831", date(2011, 8, 31), Precision.DAY),
        ("06", "20110831", date(2011, 8, 31), Precision.DAY),
    ],
)
def test_what_is_plain_is_read_and_told(form: str, text: str, first: date, precision: Precision) -> None:
    read = read_date(text, form)
    assert read.first is not None
    assert (read.first.first, read.first.precision) == (first, precision)
    assert read.oddity is not None
    assert text in read.oddity


@pytest.mark.parametrize(
    ("form", "text"),
    [
        ("00", "20260231"),
        ("00", "20261301"),
        ("00", "00000000"),
        ("00", "soon"),
        ("00", ""),
        ("00", "20260228T2530"),
        ("00", "20260228T1230+9900"),
        ("00", "99991231T2300-0100"),
        ("00", "२०२६०२२८"),
        ("02", "202660"),
        ("03", "20265"),
        ("04", "20260"),
        ("06", "2026020120260231"),
        ("12", "Spring 2026"),
        ("20", "14470901"),
        ("21", "144709"),
        ("25", "1447"),
        ("32", "Ramadan 1447"),
        ("", "31.08.2011"),
        ("", "8/31/2011"),
    ],
)
def test_what_is_not_plain_is_left_out_and_told(form: str, text: str) -> None:
    read = read_date(text, form)
    assert read.first is None
    assert read.error


def test_the_old_element_says_the_format_too() -> None:
    old = "<PublishingDate><PublishingDateRole>01</PublishingDateRole><DateFormat>05</DateFormat><Date>2011</Date></PublishingDate>"
    format_ = one_format(product(publishing=old))
    assert format_.publication_date is not None
    assert format_.publication_date.precision is Precision.YEAR


def test_dates_by_role() -> None:
    format_ = one_format(
        product(
            publishing="".join(
                dated("PublishingDate", role, text)
                for role, text in (
                    ("01", "20260301"),
                    ("02", "20260228"),
                    ("09", "20251201"),
                    ("27", "20260101"),
                )
            )
        )
    )
    assert [
        str(one)
        for one in (format_.publication_date, format_.embargo, format_.announced, format_.preorder_from)
    ] == ["2026-03-01", "2026-02-28", "2025-12-01", "2026-01-01"]


def test_a_broken_date_is_told_with_its_path_and_stops_nothing() -> None:
    broken = dated("PublishingDate", "01", "20260231") + dated("PublishingDate", "09", "20260101")
    family = one_family(product(publishing=broken))
    (finding,) = [one for one in family.diagnostics if one.severity.value == "error"]
    assert (finding.code, finding.path) == ("date.unreadable", "PublishingDetail/PublishingDate[1]/Date")
    assert "'20260231' cannot be read" in finding.message
    (format_,) = family.title.formats
    assert format_.publication_date is None
    assert str(format_.announced) == "2026-01-01"


def test_an_undeclared_date_is_told() -> None:
    family = one_family(product(publishing=dated("PublishingDate", "01", "2011-08-31", "")))
    assert "date.format" in codes(family)
    assert str(family.title.formats[0].publication_date) == "2011-08-31"


def test_the_first_of_two_dates_of_one_role_counts() -> None:
    both = dated("PublishingDate", "01", "20260301") + dated("PublishingDate", "01", "20260401")
    assert str(one_format(product(publishing=both)).publication_date) == "2026-03-01"


def test_a_day_that_never_comes_is_no_day() -> None:
    for text, form in (("99991231", "00"), ("9999", "05"), ("999912", "01"), ("99991231T2359Z", "13")):
        read = read_date(text, form)
        assert (read.first, read.never, read.error) == (None, True, None)
    span = read_date("2026010199991231", "06")
    assert (str(span.first), span.last, span.never) == ("2026-01-01", None, True)

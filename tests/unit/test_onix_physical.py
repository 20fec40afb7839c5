"""Measures and extents: which of several, in which unit."""

from __future__ import annotations

from decimal import Decimal

import pytest

from commerce_bridge.domain.title import Format, Measures
from commerce_bridge.platforms.onix import fields
from rigs.onix_messages import codes, one_family, one_format, product


def measure(kind: str, value: str, unit: str) -> str:
    return (
        f"<Measure><MeasureType>{kind}</MeasureType><Measurement>{value}</Measurement>"
        f"<MeasureUnitCode>{unit}</MeasureUnitCode></Measure>"
    )


def extent(kind: str, value: str, unit: str = "03") -> str:
    return f"<Extent><ExtentType>{kind}</ExtentType><ExtentValue>{value}</ExtentValue><ExtentUnit>{unit}</ExtentUnit></Extent>"


def of(descriptive: str) -> Format:
    return one_format(product(descriptive=descriptive))


def test_the_metric_measure_is_taken_and_nothing_is_summed() -> None:
    several = measure("01", "7.8125", "in") + measure("01", "19.8", "cm") + measure("01", "198", "mm")
    assert of(several).measures == Measures(height_mm=Decimal(198))


@pytest.mark.parametrize(
    ("kind", "value", "unit", "wanted"),
    [
        ("01", "19.8", "cm", Measures(height_mm=Decimal(198))),
        ("02", "5", "in", Measures(width_mm=Decimal(127))),
        ("03", "12.5", "mm", Measures(thickness_mm=Decimal("12.5"))),
        ("08", "0.35", "kg", Measures(weight_g=Decimal(350))),
        ("08", "1", "lb", Measures(weight_g=Decimal("453.59237"))),
        ("08", "1", "oz", Measures(weight_g=Decimal("28.349523125"))),
        ("04", "234", "mm", Measures(height_mm=Decimal(234))),
        ("05", "156", "mm", Measures(width_mm=Decimal(156))),
        ("06", "156", "mm", Measures()),
    ],
)
def test_units(kind: str, value: str, unit: str, wanted: Measures) -> None:
    assert of(measure(kind, value, unit)).measures == wanted


def test_the_trim_stands_in_only_for_what_was_not_measured() -> None:
    several = measure("04", "234", "mm") + measure("01", "24", "cm") + measure("05", "156", "mm")
    assert of(several).measures == Measures(height_mm=Decimal(240), width_mm=Decimal(156))


@pytest.mark.parametrize(
    ("value", "unit"),
    [("0", "mm"), ("-3", "mm"), ("19,8", "cm"), ("tall", "mm"), ("198", "gr"), ("198", "px")],
)
def test_what_is_no_measure_is_left_out_and_told(value: str, unit: str) -> None:
    family = one_family(product(descriptive=measure("01", value, unit) + measure("02", "129", "mm")))
    assert family.title.formats[0].measures == Measures(width_mm=Decimal(129))
    assert "measure.unreadable" in codes(family)


@pytest.mark.parametrize(
    ("kinds", "wanted"),
    [
        ("10 08 06 07 11 05 00", "00"),
        ("10 08 06 07 11 05", "05"),
        ("10 08 06 07 11", "11"),
        ("10 08 06 07", "07"),
        ("10 08 06", "06"),
        ("10 08", "08"),
        ("10", "10"),
    ],
)
def test_which_page_count(kinds: str, wanted: str) -> None:
    written = "".join(extent(kind, f"1{kind}") for kind in kinds.split())
    (found,) = of(written).extents
    assert (found.kind, found.value) == ("pages", Decimal(f"1{wanted}"))


def test_front_and_back_matter_are_no_page_count() -> None:
    assert of(extent("03", "12") + extent("04", "16")).extents == ()


@pytest.mark.parametrize(
    ("value", "unit", "minutes"),
    [
        ("90", "05", "90"),
        ("1.5", "04", "90"),
        ("012", "14", "720"),
        ("01530", "15", "930"),
        ("0153030", "16", "930.5"),
        ("5400", "06", "90"),
    ],
)
def test_durations_are_minutes(value: str, unit: str, minutes: str) -> None:
    (found,) = of(extent("09", value, unit)).extents
    assert found.kind == "duration"
    assert abs(found.value - Decimal(minutes)) < Decimal("0.0001")


@pytest.mark.parametrize(
    ("value", "unit"),
    [("01575", "15"), ("15", "15"), ("0", "05"), ("long", "05"), ("90", "11"), ("0153099", "16")],
)
def test_what_is_no_duration_is_left_out_and_told(value: str, unit: str) -> None:
    family = one_family(product(descriptive=extent("09", value, unit)))
    assert family.title.formats[0].extents == ()
    assert "extent.unreadable" in codes(family)


def test_pages_that_are_no_number() -> None:
    family = one_family(product(descriptive=extent("00", "xii")))
    assert family.title.formats[0].extents == ()
    assert "extent.unreadable" in codes(family)


@pytest.mark.parametrize(
    ("value", "unit", "size"), [("480211", "17", 480211), ("1.5", "18", 1536), ("2", "19", 2097152)]
)
def test_file_size(value: str, unit: str, size: int) -> None:
    assert of(extent("22", value, unit)).extra[fields.FILE_SIZE_BYTES] == size

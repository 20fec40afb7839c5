"""The generated catalogue is what it claims to be: valid ONIX, distinct references, families far apart."""

from __future__ import annotations

from io import BytesIO

from lxml import etree

from commerce_bridge.platforms.onix import read_onix
from rigs import onix_generator
from rigs.contracts import require


def message(families: int) -> bytes:
    stream = BytesIO()
    onix_generator.write(stream, families)
    return stream.getvalue()


def test_it_is_valid_onix() -> None:
    schema = etree.XMLSchema(
        etree.parse(str(require("onix", "schema-3.0", "ONIX_BookProduct_3.0_reference.xsd")))
    )
    schema.assertValid(etree.fromstring(message(7)))


def test_it_is_the_same_each_time() -> None:
    assert message(5) == message(5)


def test_references_are_distinct_and_families_stand_apart() -> None:
    count = 60
    references = etree.fromstring(message(count)).xpath("//*[local-name() = 'RecordReference']/text()")
    assert len(set(references)) == len(references) == 3 * count
    families = [reference.split(".")[1] for reference in references]
    nearest = min(
        families.index(family, families.index(family) + 1) - families.index(family)
        for family in set(families)
    )
    assert nearest > count // 2


def test_it_is_read_family_by_family_and_without_findings() -> None:
    with read_onix(BytesIO(message(40))) as reading:
        families = list(reading.families())
        assert reading.findings == ()
    assert len(families) == 40
    for family in families:
        (_, number) = family.title.ref.id.split(".")
        assert {one.ref.id for one in family.title.formats} == {
            f"generated.{number}.{place}" for place in range(3)
        }
        assert {one.form for one in family.title.formats} == {"BB", "BC", "ED"}
        assert len(family.title.texts) == 2
        assert all(text.formats is None for text in family.title.texts)
        assert family.diagnostics == ()


def test_a_file_is_as_large_as_asked() -> None:
    for megabytes in (0.5, 2):
        families = onix_generator.families_for(megabytes)
        assert megabytes * 1e6 <= len(message(families)) < megabytes * 1.3e6 + 40_000

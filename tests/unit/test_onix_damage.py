"""Damaged records become findings and stop nothing; unknown codes are kept and counted."""

from __future__ import annotations

from io import BytesIO

from commerce_bridge.platforms.onix import Severity, UnknownCode, read_onix
from commerce_bridge.platforms.onix.intake import Intake
from rigs.onix_messages import identifier, isbn, message, one_family, price, product, supply, title

WRONG = isbn(2)[:-1] + str((int(isbn(2)[-1]) + 1) % 10)

DAMAGED = (
    product("a.1"),
    product("b.2", identifiers=identifier(WRONG)),
    product("c.3", titles=""),
    product("d.4", form="ZZZ"),
    product(
        "e.5",
        publishing='<PublishingDate><PublishingDateRole>01</PublishingDateRole><Date dateformat="00">20260231</Date></PublishingDate>',
    ),
    product("f.6", supply=supply(price("30,80"), price("3,080"))),
    product("g.7"),
)


def test_damaged_records_stop_nothing() -> None:
    with read_onix(BytesIO(message(*DAMAGED))) as reading:
        found = {
            family.title.formats[0].ref.id: {
                (one.severity, one.code) for one in family.diagnostics if one.severity is not Severity.INFO
            }
            for family in reading.families()
        }
    error, warning = Severity.ERROR, Severity.WARNING
    assert found == {
        "a.1": set(),
        "b.2": {(error, "isbn.check_digit")},
        "c.3": {(error, "title.missing")},
        "d.4": {(warning, "code.unknown")},
        "e.5": {(error, "date.unreadable")},
        "f.6": {(warning, "price.comma"), (error, "price.amount")},
        "g.7": set(),
    }


def test_the_rest_of_a_damaged_record_stands() -> None:
    family = one_family(product("b.2", identifiers=identifier(WRONG), supply=supply(price())))
    (format_,) = family.title.formats
    assert (format_.isbn, format_.identifiers[0].value) == (None, WRONG)
    assert [str(one.money) for one in format_.prices] == ["12.99 GBP"]


def test_a_finding_is_written_for_people() -> None:
    family = one_family(product("f.6", supply=supply(price("1.00"), price("3,080"))))
    (finding,) = [one for one in family.diagnostics if one.severity is Severity.ERROR]
    assert str(finding) == (
        "error [price.amount] f.6 ProductSupply/SupplyDetail/Price[2]/PriceAmount: "
        "'3,080' is no amount such as 12.99; the price was left out."
    )


def test_unknown_codes_are_kept_and_counted() -> None:
    odd = [product(f"p.{n}", form="ZZZ", titles=title(), descriptive="") for n in (1, 2, 3)]
    with read_onix(BytesIO(message(*odd, product("q.9")))) as reading:
        assert reading.unknown_codes == ()
        forms = [one.form for made in reading.titles() for one in made.formats]
        assert forms == ["ZZZ", "ZZZ", "ZZZ", "BC"]
        assert reading.unknown_codes == (UnknownCode(list=150, code="ZZZ", count=3, record="p.1"),)


def test_reading_again_does_not_count_again() -> None:
    with read_onix(BytesIO(message(product("p.1", form="ZZZ")))) as reading:
        list(reading.families())
        list(reading.families())
        assert [one.count for one in reading.unknown_codes] == [1]


def test_findings_about_a_whole_file_are_bounded() -> None:
    intake = Intake()
    for number in range(10_100):
        intake.note(Severity.INFO, str(number), "x", "x")
    assert len(intake.findings) == 10_000
    intake.index.close()


def test_an_empty_record_and_empty_blocks() -> None:
    empty = (
        "<Product><RecordReference>e.1</RecordReference><NotificationType>03</NotificationType><DescriptiveDetail/>"
        "<CollateralDetail/><PublishingDetail/><RelatedMaterial/><ProductSupply/></Product>"
    )
    bare = "<Product><RecordReference>e.2</RecordReference><NotificationType>03</NotificationType></Product>"
    with read_onix(BytesIO(message(empty, bare))) as reading:
        assert [family.title.name for family in reading.families()] == ["", ""]


def test_elements_in_the_wrong_place_are_not_read() -> None:
    odd = product("a.1").replace(
        "</Product>", "<Price><PriceAmount>9</PriceAmount></Price><TitleText>X</TitleText></Product>"
    )
    family = one_family(odd)
    assert (family.title.name, family.title.formats[0].prices) == ("The Alder Wood", ())


def test_an_element_where_text_was_expected() -> None:
    odd = product("a.1", titles=title("<X>The</X> Wood"))
    assert one_family(odd).title.formats[0].ref.id == "a.1"

"""Kinds of record: complete, partial, deleted, tests; and blocks put onto a base record."""

from __future__ import annotations

from io import BytesIO

import pytest

from commerce_bridge.errors import InvalidDocument
from commerce_bridge.platforms.onix import (
    BlockUpdate,
    OnixReading,
    OnixRecord,
    OnixSettings,
    Severity,
    apply_update,
    read_onix,
    read_records,
)
from rigs.onix_messages import identifier, isbn, market, message, price, product, supply, title, work


def reading_of(*products: str) -> OnixReading:
    return read_onix(BytesIO(message(*products)), settings=OnixSettings(keep_records=True))


def references(reading: OnixReading) -> list[str]:
    return [one.ref.id for made in reading.titles() for one in made.formats]


def base_record(written: str) -> OnixRecord:
    with reading_of(written) as reading:
        (record,) = reading.records()
    return record


def update(written: str) -> BlockUpdate:
    with reading_of(written) as reading:
        (found,) = reading.updates()
    return found


@pytest.mark.parametrize("code", ["01", "02", "03"])
def test_complete_records_differ_in_certainty_only(code: str) -> None:
    with reading_of(product("a.1", notification=code)) as reading:
        assert references(reading) == ["a.1"]
        assert reading.counts.complete == 1


@pytest.mark.parametrize("code", ["88", "89"])
def test_test_records_are_never_published(code: str) -> None:
    with reading_of(product("a.1", notification=code), product("b.2")) as reading:
        assert references(reading) == ["b.2"]
        assert reading.counts.tests == 1
        assert [one.reference for one in reading.records()] == ["b.2"]
        assert list(reading.updates()) == []


def test_a_test_does_not_replace_a_record() -> None:
    with reading_of(product("a.1"), product("a.1", notification="89", titles=title("Test"))) as reading:
        assert [made.name for made in reading.titles()] == ["The Alder Wood"]


@pytest.mark.parametrize("code", ["08", "09"])
def test_notices_are_told_and_not_read(code: str) -> None:
    with reading_of(product("a.1", notification=code)) as reading:
        assert (references(reading), reading.counts.notices) == ([], 1)
        assert [one.code for one in reading.findings] == ["record.notice"]


def test_an_unknown_kind_is_never_half_read() -> None:
    with reading_of(product("a.1", notification="77")) as reading:
        assert (references(reading), reading.counts.refused) == ([], 1)
        (finding,) = reading.findings
        assert (finding.code, finding.severity, finding.record) == (
            "record.notification",
            Severity.ERROR,
            "a.1",
        )


def test_without_a_kind_it_is_complete_and_told() -> None:
    with reading_of(product("a.1", notification=None)) as reading:
        assert references(reading) == ["a.1"]
        assert [one.code for one in reading.findings] == ["record.notification"]


def test_without_a_reference_it_is_refused() -> None:
    for reference in ("", "  "):
        with reading_of(product(reference), product("b.2")) as reading:
            assert (references(reading), reading.counts.refused) == (["b.2"], 1)
            assert [one.code for one in reading.findings] == ["record.reference"]


# --- deletions ------------------------------------------------------------------------------------------------


def deletion(reference: str, reason: str = "") -> str:
    text = f"<DeletionText>{reason}</DeletionText>" if reason else ""
    return (
        f"<Product><RecordReference>{reference}</RecordReference><NotificationType>05</NotificationType>{text}"
        f"{identifier(isbn(1))}</Product>"
    )


def test_deletions_are_told_apart() -> None:
    with reading_of(deletion("a.1", "sent in error"), product("b.2")) as reading:
        (gone,) = reading.deletions()
        assert (gone.reference, gone.reason) == ("a.1", "sent in error")
        assert [(one.scheme, one.value) for one in gone.identifiers] == [("15", isbn(1))]
        assert references(reading) == ["b.2"]
        assert reading.counts.deletions == 1


def test_of_a_record_and_its_deletion_the_last_counts() -> None:
    with reading_of(product("a.1"), deletion("a.1")) as reading:
        assert (references(reading), [one.reference for one in reading.deletions()]) == ([], ["a.1"])
    with reading_of(deletion("a.1"), product("a.1")) as reading:
        assert (references(reading), list(reading.deletions())) == (["a.1"], [])


# --- block updates --------------------------------------------------------------------------------------------

NEW_SUPPLY = supply(price("9.99"))
PARTIAL = f"<Product><RecordReference>a.1</RecordReference><NotificationType>04</NotificationType>{identifier(isbn(1))}{{blocks}}</Product>"


def partial(*blocks: str) -> str:
    return PARTIAL.format(blocks="".join(blocks))


def test_a_partial_record_is_never_a_title() -> None:
    with reading_of(product("a.1"), partial(NEW_SUPPLY), partial(NEW_SUPPLY)) as reading:
        (made,) = reading.titles()
        assert made.formats[0].prices == ()
        assert [(one.reference, one.blocks) for one in reading.updates()] == [("a.1", ("ProductSupply",))] * 2
        assert reading.counts.updates == 2
        assert reading.findings == ()


def test_blocks_are_told_in_schema_order() -> None:
    blocks = ("<RelatedMaterial/>", "<CollateralDetail/>", "<DescriptiveDetail/>")
    assert update(partial(*blocks)).blocks == ("DescriptiveDetail", "CollateralDetail", "RelatedMaterial")


def test_an_update_replaces_the_blocks_it_has_and_no_others() -> None:
    base = base_record(
        product(
            "a.1",
            publishing="<PublishingStatus>02</PublishingStatus>",
            supply=supply(price("5.00")),
            related=work("w"),
        )
    )
    merged = apply_update(
        base,
        update(
            partial(
                "<PublishingDetail><PublishingStatus>04</PublishingStatus></PublishingDetail>", NEW_SUPPLY
            )
        ),
    )
    with read_records([merged]) as reading:
        (made,) = reading.titles()
        (format_,) = made.formats
        assert (made.name, made.ref.id, format_.status.name) == ("The Alder Wood", "w", "ACTIVE")
        assert [str(one.money) for one in format_.prices] == ["9.99 GBP"]
    assert base.header == merged.header


def test_supply_is_replaced_as_a_set() -> None:
    base = base_record(
        product(
            "a.1",
            supply=supply(price("5.00"), market=market(countries="GB"))
            + supply(price("7.00"), market=market(countries="US")),
        )
    )
    merged = apply_update(base, update(partial(supply(price("9.99"), market=market(countries="GB")))))
    with read_records([merged]) as reading:
        (made,) = reading.titles()
    assert [str(one.money) for one in made.formats[0].prices] == ["9.99 GBP"]


def named_market(reference: str, amount: str) -> str:
    return supply(price(amount)).replace(
        "<ProductSupply>", f"<ProductSupply><MarketReference>{reference}</MarketReference>"
    )


def test_markets_with_references_are_replaced_one_by_one() -> None:
    base = base_record(product("a.1", supply=named_market("UK", "5.00") + named_market("US", "7.00")))
    merged = apply_update(base, update(partial(named_market("UK", "9.99"))))
    with read_records([merged]) as reading:
        (made,) = reading.titles()
    assert sorted(str(one.money) for one in made.formats[0].prices) == ["7.00 GBP", "9.99 GBP"]


def test_markets_of_which_only_some_have_references_are_a_set() -> None:
    base = base_record(product("a.1", supply=named_market("UK", "5.00") + supply(price("7.00"))))
    merged = apply_update(base, update(partial(named_market("UK", "9.99"))))
    with read_records([merged]) as reading:
        (made,) = reading.titles()
    assert [str(one.money) for one in made.formats[0].prices] == ["9.99 GBP"]


def test_an_update_in_short_tags_fits_a_base_in_reference_tags() -> None:
    short = (
        b'<ONIXmessage release="3.0"><header><x307>20260102</x307></header><product><a001>a.1</a001><a002>04</a002>'
        b"<publishingdetail><b394>07</b394></publishingdetail></product></ONIXmessage>"
    )
    with read_onix(BytesIO(short)) as reading:
        (found,) = reading.updates()
    assert found.blocks == ("PublishingDetail",)
    with read_records([apply_update(base_record(product("a.1")), found)]) as reading:
        (made,) = reading.titles()
    assert made.formats[0].status.name == "OUT_OF_PRINT"


def test_an_update_for_another_record_is_refused() -> None:
    with pytest.raises(InvalidDocument, match=r"for record a\.1, the base record is b\.2"):
        apply_update(base_record(product("b.2")), update(partial(NEW_SUPPLY)))


def test_updates_can_follow_one_another() -> None:
    first = apply_update(base_record(product("a.1")), update(partial(NEW_SUPPLY)))
    second = apply_update(first, update(partial("<CollateralDetail/>")))
    with read_records([second]) as reading:
        (made,) = reading.titles()
    assert [str(one.money) for one in made.formats[0].prices] == ["9.99 GBP"]


def test_kept_records_make_the_titles_that_their_message_made() -> None:
    written = [product(f"a.{n}", related=work("w"), supply=supply(price())) for n in (1, 2)]
    with reading_of(*written) as reading:
        wanted, kept = list(reading.families()), list(reading.records())
    with read_records(kept) as reading:
        assert list(reading.families()) == wanted
        assert reading.header == kept[0].header


def test_a_kept_record_that_is_damaged() -> None:
    record = base_record(product("a.1"))
    with pytest.raises(InvalidDocument, match="kept record"):
        read_records([OnixRecord(reference="a.1", header=record.header, xml=record.xml[:-5])])
    assert f"{len(record.xml)} bytes" in repr(record)


def test_records_are_kept_only_when_asked() -> None:
    with (
        read_onix(BytesIO(message(product("a.1")))) as reading,
        pytest.raises(ValueError, match="keep_records=True"),
    ):
        reading.records()

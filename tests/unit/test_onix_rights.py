"""Sales rights: who has which country, and when that ends."""

from __future__ import annotations

from commerce_bridge.domain.rights import RightsKind
from commerce_bridge.domain.title import Format
from commerce_bridge.platforms.onix import OnixSettings
from rigs.onix_messages import (
    codes,
    dated,
    market,
    one_family,
    one_format,
    product,
    sales_rights,
    supply,
    title,
)


def format_of(publishing: str, *, supplies: str = "") -> Format:
    return one_family(product(publishing=publishing, supply=supplies)).title.formats[0]


def says(format_: Format, place: str) -> bool | None:
    """True and false as the windows say, whenever; None when nothing is said."""
    kinds = {window.kind for window in format_.rights if place in window.territory}
    if RightsKind.NOT_FOR_SALE in kinds:
        return False
    return True if kinds else None


def verdicts(publishing: str, *places: str) -> dict[str, bool | None]:
    format_ = format_of(publishing)
    return {place: says(format_, place) for place in places}


def test_a_list_of_countries_leaves_the_rest_unsaid() -> None:
    assert verdicts(sales_rights("01", countries="GB IE"), "GB", "IE", "US") == {
        "GB": True,
        "IE": True,
        "US": None,
    }


def test_the_rest_of_the_world_by_its_own_element() -> None:
    listed = sales_rights("01", countries="GB IE")
    for kind, wanted in (("01", True), ("02", True), ("03", False), ("06", False), ("00", None)):
        rest = f"{listed}<ROWSalesRightsType>{kind}</ROWSalesRightsType>"
        assert verdicts(rest, "GB", "US") == {"GB": True, "US": wanted}


def test_the_world_but_some() -> None:
    assert verdicts(sales_rights("02", regions="WORLD", without="US CA"), "GB", "US") == {
        "GB": True,
        "US": None,
    }


def test_a_country_named_outright_outweighs_the_world() -> None:
    both = sales_rights("01", regions="WORLD") + sales_rights("06", countries="US")
    assert verdicts(both, "GB", "US") == {"GB": True, "US": False}
    both = sales_rights("06", regions="WORLD") + sales_rights("01", countries="GB")
    assert verdicts(both, "GB", "US") == {"GB": True, "US": False}


def test_a_region_outweighs_its_country() -> None:
    both = sales_rights("01", countries="CA") + sales_rights("06", regions="CA-QC")
    assert verdicts(both, "CA", "CA-QC", "CA-ON") == {"CA": True, "CA-QC": False, "CA-ON": True}
    both = sales_rights("06", countries="CA") + sales_rights("01", regions="CA-QC")
    assert verdicts(both, "CA", "CA-QC", "CA-ON") == {"CA": False, "CA-QC": True, "CA-ON": False}


def test_a_region_left_out_leaves_the_country_for_sale() -> None:
    one = sales_rights("01", countries="GB", without_regions="GB-SCT GB-AIR")
    assert verdicts(one, "GB", "GB-SCT", "GB-AIR", "GB-WLS") == {
        "GB": True,
        "GB-SCT": None,
        "GB-AIR": None,
        "GB-WLS": True,
    }


def test_the_stricter_of_two_that_claim_a_country_has_it_and_that_is_told() -> None:
    both = sales_rights("01", countries="GB US") + sales_rights("03", countries="US CA")
    family = one_family(product(publishing=both))
    assert {place: says(family.title.formats[0], place) for place in ("GB", "US", "CA")} == {
        "GB": True,
        "US": False,
        "CA": False,
    }
    assert "rights.contested" in codes(family)
    (finding,) = [one for one in family.diagnostics if one.code == "rights.contested"]
    assert "claim US;" in finding.message


def test_entries_of_one_type_may_overlap() -> None:
    both = sales_rights("01", countries="GB US") + sales_rights("01", countries="US CA")
    family = one_family(product(publishing=both))
    assert "rights.contested" not in codes(family)
    windows = family.title.formats[0].rights
    assert [sorted(one.territory.countries) for one in windows] == [["GB", "US"], ["CA"]]


def test_exclusive_and_evidence() -> None:
    several = "".join(
        sales_rights(kind, countries=country)
        for kind, country in (
            ("01", "GB"),
            ("02", "IE"),
            ("07", "FR"),
            ("08", "DE"),
            ("04", "US"),
            ("05", "CA"),
            ("06", "AU"),
        )
    )
    found = {
        next(iter(one.territory.countries)): (one.kind, one.exclusive, one.evidence)
        for one in format_of(several).rights
    }
    yes, no = RightsKind.FOR_SALE, RightsKind.NOT_FOR_SALE
    assert found == {
        "GB": (yes, True, "SalesRightsType 01"),
        "IE": (yes, False, "SalesRightsType 02"),
        "FR": (yes, True, "SalesRightsType 07"),
        "DE": (yes, False, "SalesRightsType 08"),
        "US": (no, True, "SalesRightsType 04"),
        "CA": (no, False, "SalesRightsType 05"),
        "AU": (no, None, "SalesRightsType 06"),
    }


def test_no_rights_at_all_are_no_windows() -> None:
    assert format_of("<PublishingStatus>04</PublishingStatus>").rights == ()


def test_an_unknown_type_opens_nothing_and_is_not_the_rest_of_the_world() -> None:
    both = sales_rights("77", countries="US") + sales_rights("01", countries="GB")
    family = one_family(product(publishing=both + "<ROWSalesRightsType>01</ROWSalesRightsType>"))
    format_ = family.title.formats[0]
    assert [says(format_, place) for place in ("GB", "US", "FR")] == [True, None, True]
    assert "code.unknown" in codes(family)


def test_words_that_are_no_countries_open_no_territory() -> None:
    for word in ("WORLD", "ROW"):
        family = one_family(product(publishing=sales_rights("01", countries=f"GB {word}")))
        assert [says(family.title.formats[0], place) for place in ("GB", "US")] == [True, None]
        assert {"territory.odd", "code.unknown"} <= set(codes(family))


def test_a_country_that_no_list_has_is_kept_and_told() -> None:
    family = one_family(product(publishing=sales_rights("01", countries="UK FR")))
    assert [says(family.title.formats[0], place) for place in ("UK", "GB", "FR")] == [True, None, True]
    (finding,) = [one for one in family.diagnostics if one.code == "code.unknown"]
    assert "'UK' is not in ONIX code list 91" in finding.message


def test_a_grant_whose_exclusion_cannot_be_read_grants_nothing() -> None:
    family = one_family(product(publishing=sales_rights("01", regions="WORLD", without_regions="ECZ")))
    assert says(family.title.formats[0], "GB") is None
    assert "territory.odd" in codes(family)
    refused = sales_rights("06", regions="WORLD", without_regions="ECZ")
    assert says(format_of(refused), "FR") is False


def test_an_entry_without_type_or_territory_is_left_out_and_told() -> None:
    bare = "<SalesRights><SalesRightsType>01</SalesRightsType></SalesRights>"
    family = one_family(product(publishing=bare))
    assert family.title.formats[0].rights == ()
    assert "rights.entry" in codes(family)


# --- restrictions -------------------------------------------------------------------------------------------


def restriction(code: str, dates: str = "") -> str:
    return f"<SalesRestriction><SalesRestrictionType>{code}</SalesRestrictionType>{dates}</SalesRestriction>"


def test_a_lasting_restriction_is_said_of_the_format() -> None:
    world = sales_rights("01", regions="WORLD", extra=restriction("06"))
    assert format_of(world).restricted_to == ("06",)
    direct = sales_rights("01", countries="GB") + restriction("03")
    format_ = format_of(direct)
    assert format_.restricted_to == ("03",)
    assert says(format_, "GB") is True


def test_restrictions_that_let_an_online_shop_sell_say_nothing() -> None:
    for code in ("00", "09", "11", "12", "15", "16", "17", "18", "19", "20", "23", "99"):
        format_ = format_of(sales_rights("01", regions="WORLD", extra=restriction(code)))
        assert (format_.restricted_to, len(format_.rights)) == ((), 1)


def test_which_restrictions_close_a_shop_is_a_setting() -> None:
    record = product(publishing=sales_rights("01", regions="WORLD", extra=restriction("06")))
    settings = OnixSettings(closed_to_us=frozenset({"09"}))
    assert one_format(record, settings=settings).restricted_to == ()


def test_a_dated_exclusivity_is_a_window() -> None:
    dates = '<StartDate dateformat="00">20260101</StartDate><EndDate dateformat="00">20260131</EndDate>'
    format_ = format_of(sales_rights("01", regions="WORLD", extra=restriction("04", dates)))
    grant, closed = format_.rights
    assert grant.kind is RightsKind.FOR_SALE
    assert (closed.kind, str(closed.starts), str(closed.ends), closed.evidence) == (
        RightsKind.NOT_FOR_SALE,
        "2026-01-01",
        "2026-01-31",
        "SalesRestriction 04",
    )
    assert format_.restricted_to == ()


def test_a_restriction_in_one_territory_closes_that_territory() -> None:
    both = sales_rights("01", countries="GB") + sales_rights("01", countries="US", extra=restriction("07"))
    format_ = format_of(both)
    assert [says(format_, place) for place in ("GB", "US")] == [True, False]
    assert format_.restricted_to == ()


def test_a_restriction_of_a_market_closes_that_market() -> None:
    block = market(countries="US").replace("</Market>", restriction("06") + "</Market>")
    format_ = format_of(sales_rights("01", regions="WORLD"), supplies=supply(market=block))
    assert [says(format_, place) for place in ("GB", "US")] == [True, False]


def test_a_restriction_of_one_of_several_markets_closes_that_one() -> None:
    closed = market(countries="US").replace("</Market>", restriction("06") + "</Market>")
    format_ = format_of(
        sales_rights("01", regions="WORLD"), supplies=supply(market=market(countries="GB") + closed)
    )
    assert [says(format_, place) for place in ("GB", "US")] == [True, False]


def test_a_restriction_whose_end_cannot_be_read_lasts() -> None:
    dates = '<EndDate dateformat="00">20261399</EndDate>'
    family = one_family(
        product(publishing=sales_rights("01", regions="WORLD", extra=restriction("04", dates)))
    )
    assert family.title.formats[0].restricted_to == ("04",)
    assert "date.unreadable" in codes(family)


# --- endings ------------------------------------------------------------------------------------------------


def test_out_of_print_everywhere_from_a_day() -> None:
    format_ = format_of(sales_rights("01", regions="WORLD") + dated("PublishingDate", "13", "20270101"))
    ending = format_.rights[-1]
    assert (ending.kind, str(ending.starts), ending.ends) == (RightsKind.NOT_FOR_SALE, "2027-01-01", None)
    assert ending.territory.is_world


def test_a_market_ends_by_its_own_date_or_when_its_last_supplier_does() -> None:
    closing = supply(
        market=market(countries="US"),
        detail="<MarketPublishingDetail><MarketPublishingStatus>04</MarketPublishingStatus>"
        + dated("MarketDate", "13", "20270301")
        + "</MarketPublishingDetail>",
    )
    ending = format_of(sales_rights("01", regions="WORLD"), supplies=closing).rights[-1]
    assert (sorted(ending.territory.countries), str(ending.starts), ending.evidence) == (
        ["US"],
        "2027-03-01",
        "MarketDate 13",
    )
    leaving = supply(market=market(countries="US"), dates=dated("SupplyDate", "51", "20270401"))
    ending = format_of(sales_rights("01", regions="WORLD"), supplies=leaving).rights[-1]
    assert (str(ending.starts), ending.evidence) == ("2027-04-01", "SupplyDate 51")


def test_one_supplier_that_stays_keeps_the_market_open() -> None:
    leaving = supply(market=market(countries="US"), dates=dated("SupplyDate", "51", "20270401"))
    staying = "<SupplyDetail><ProductAvailability>20</ProductAvailability></SupplyDetail></ProductSupply>"
    both = leaving.replace("</ProductSupply>", staying)
    assert len(format_of(sales_rights("01", regions="WORLD"), supplies=both).rights) == 1


def test_an_embargo_that_cannot_be_read_holds_the_product_back() -> None:
    family = one_family(
        product(
            publishing=sales_rights("01", regions="WORLD") + dated("PublishingDate", "02", "soon"),
            titles=title(),
        )
    )
    format_ = family.title.formats[0]
    assert format_.embargo is None
    assert says(format_, "GB") is False
    assert format_.rights[-1].evidence == "an embargo whose date cannot be read"

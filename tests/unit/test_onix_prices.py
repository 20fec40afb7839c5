"""Prices: amounts, types, qualifiers, territories, tax and days."""

from __future__ import annotations

from decimal import Decimal

import pytest

from commerce_bridge.domain.money import Money, Price, PriceKind, TaxBasis
from commerce_bridge.platforms.onix import OnixSettings
from commerce_bridge.platforms.onix.codes import CODES
from commerce_bridge.platforms.onix.prices import PRICE_TYPES
from rigs.contracts import require
from rigs.onix_messages import (
    HEADER,
    codes,
    dated,
    market,
    one_family,
    one_format,
    price,
    product,
    supply,
    territory,
)


def prices_of(
    *written: str, market_: str = "", header: str = HEADER, settings: OnixSettings | None = None
) -> list[Price]:
    record = product(supply=supply(*written, market=market_))
    return list(one_format(record, header=header, settings=settings).prices)


def read_with_findings(*written: str) -> tuple[list[Price], list[str]]:
    family = one_family(product(supply=supply(*written)))
    return list(family.title.formats[0].prices), [code for code in codes(family)]


def test_a_plain_price() -> None:
    (only,) = prices_of(price("12.99", kind="02", currency="GBP"))
    assert only.money == Money(Decimal("12.99"), "GBP")
    assert (only.kind, only.tax.basis, only.type_code, only.qualifier) == (
        PriceKind.LIST,
        TaxBasis.INCLUSIVE,
        "02",
        None,
    )
    assert only.territory.is_world
    assert (only.starts, only.ends, only.provisional, only.minimum_quantity) == (None, None, False, 1)


def test_every_type_is_known_and_says_whether_it_has_tax() -> None:
    assert set(PRICE_TYPES) == CODES[58]


def test_types_agree_with_the_list_about_tax() -> None:
    import json

    table = json.loads(require("onix", "codelists-issue71.json").read_text(encoding="utf-8"))
    for code, label in table["lists"]["58"]["codes"].items():
        wanted = TaxBasis.INCLUSIVE if "including tax" in label else TaxBasis.EXCLUSIVE
        assert PRICE_TYPES[code][1] is wanted, label
        assert ("net price" in label.lower()) <= (PRICE_TYPES[code][0] is PriceKind.TRADE), label


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("01", PriceKind.LIST),
        ("04", PriceKind.FIXED),
        ("34", PriceKind.FIXED),
        ("42", PriceKind.FIXED),
        ("05", PriceKind.TRADE),
        ("36", PriceKind.TRADE),
        ("12", PriceKind.SPECIAL),
        ("31", PriceKind.SPECIAL),
        ("22", PriceKind.PREPUBLICATION),
    ],
)
def test_what_a_price_is_for(code: str, kind: PriceKind) -> None:
    assert [one.kind for one in prices_of(price(kind=code))] == [kind]


def test_the_header_stands_in_for_type_and_currency() -> None:
    header = HEADER.replace(
        "</Header>",
        "<DefaultPriceType>04</DefaultPriceType><DefaultCurrencyCode>EUR</DefaultCurrencyCode></Header>",
    )
    (plain, own) = prices_of(price("9.90", kind="", currency=""), price("8.00"), header=header)
    assert (plain.money.currency, plain.type_code, plain.kind) == ("EUR", "04", PriceKind.FIXED)
    assert (own.money.currency, own.type_code) == ("GBP", "02")


def test_without_type_or_default_the_kind_is_unknown() -> None:
    (only,) = prices_of(price(kind=""))
    assert (only.kind, only.tax.basis, only.type_code) == (PriceKind.UNKNOWN, TaxBasis.UNKNOWN, None)


def test_a_type_that_no_list_has_is_kept_and_told() -> None:
    (only,), found = read_with_findings(price(kind="88"))
    assert (only.kind, only.type_code) == (PriceKind.UNKNOWN, "88")
    assert found == ["code.unknown"]


def test_without_a_currency_the_price_is_left_out() -> None:
    for currency in ("", "gbp", "£"):
        assert read_with_findings(price(currency=currency)) == ([], ["price.currency"])


def test_qualifiers_and_what_stands_in_for_none() -> None:
    (said, unsaid) = prices_of(price(before="<PriceQualifier>05</PriceQualifier>"), price())
    assert (said.qualifier, unsaid.qualifier) == ("05", None)
    (unsaid,) = prices_of(price(), settings=OnixSettings(unqualified="05"))
    assert unsaid.qualifier == "05"


# --- amounts ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["12.99", "7", "0.01", "880.00", "1234567.891"])
def test_amounts_are_exact(text: str) -> None:
    assert [one.money.amount for one in prices_of(price(text))] == [Decimal(text)]


def test_a_decimal_comma_is_read_and_told() -> None:
    (only,), found = read_with_findings(price("30,80"))
    assert only.money.amount == Decimal("30.80")
    assert found == ["price.comma"]


@pytest.mark.parametrize(
    "text",
    ["3,080", "30,8", "1,030,80", "1.030,80", "30.80.1", "", "free", "1e3", "-5", "+5", "NaN", "£5", "١٢.٩٩"],
)
def test_what_is_no_amount_is_refused_and_never_a_thousandfold(text: str) -> None:
    assert read_with_findings(price(text)) == ([], ["price.amount"])


def test_the_comma_can_be_forbidden() -> None:
    family = one_family(product(supply=supply(price("30,80"))), settings=OnixSettings(decimal_comma=False))
    assert family.title.formats[0].prices == ()


def test_nothing_costs_nothing() -> None:
    for text in ("0", "0.00"):
        assert read_with_findings(price(text)) == ([], ["price.zero"])


def test_a_coded_price_is_no_amount() -> None:
    coded = "<Price><PriceType>02</PriceType><PriceCoded><PriceCode>A</PriceCode></PriceCoded></Price>"
    assert read_with_findings(coded) == ([], ["price.amount"])


# --- unpriced -----------------------------------------------------------------------------------------------


def test_why_there_is_no_price() -> None:
    whole = supply("<UnpricedItemType>01</UnpricedItemType>")
    assert one_format(product(supply=whole)).unpriced == "01"
    single = supply("<Price><UnpricedItemType>02</UnpricedItemType></Price>")
    assert one_format(product(supply=single)).unpriced == "02"


def test_a_price_elsewhere_outweighs_unpriced() -> None:
    both = supply("<UnpricedItemType>04</UnpricedItemType>", market=market(countries="US")) + supply(
        price(), market=market(countries="GB")
    )
    format_ = one_format(product(supply=both))
    assert (format_.unpriced, len(format_.prices)) == (None, 1)


# --- territories --------------------------------------------------------------------------------------------


def test_a_price_without_a_territory_holds_in_its_market() -> None:
    (only,) = prices_of(price(), market_=market(countries="GB IE"))
    assert only.territory.countries == {"GB", "IE"}


def test_a_market_of_all_the_world_but_some() -> None:
    (only,) = prices_of(price(), market_=market(regions="WORLD", without="US"))
    assert "GB" in only.territory
    assert "US" not in only.territory


def test_several_markets_of_one_block_are_one_territory() -> None:
    (only,) = prices_of(price(), market_=market(countries="GB") + market(countries="IE"))
    assert only.territory.countries == {"GB", "IE"}


def test_a_price_with_a_territory_holds_there() -> None:
    (only,) = prices_of(price(extra=territory(countries="IE")), market_=market(countries="GB IE"))
    assert only.territory.countries == {"IE"}


def test_a_price_may_reach_beyond_its_market() -> None:
    family = one_family(
        product(supply=supply(price(extra=territory(countries="US")), market=market(countries="GB")))
    )
    assert family.title.formats[0].prices[0].territory.countries == {"US"}


# --- days ---------------------------------------------------------------------------------------------------


def test_first_and_last_day() -> None:
    days = dated("PriceDate", "14", "20260708") + dated("PriceDate", "15", "20260708")
    (only,) = prices_of(price(extra=days))
    assert (str(only.starts), str(only.ends)) == ("2026-07-08", "2026-07-08")


@pytest.mark.parametrize("form", ["06", ""])
def test_a_span_in_one_element(form: str) -> None:
    (only,) = prices_of(price(extra=dated("PriceDate", "24", "2026070120260715", form)))
    assert (str(only.starts), str(only.ends)) == ("2026-07-01", "2026-07-15")


def test_a_price_whose_last_day_cannot_be_read_is_left_out_lest_it_hold_for_ever() -> None:
    days = dated("PriceDate", "14", "20260708") + dated("PriceDate", "15", "20260799")
    assert read_with_findings(price(extra=days)) == ([], ["date.unreadable", "price.date"])


def test_until_never_is_without_end() -> None:
    until = dated("PriceDate", "14", "20260708") + dated("PriceDate", "15", "99991231")
    span = dated("PriceDate", "24", "2026070899991231", "06")
    for days in (until, span):
        (only,) = prices_of(price(extra=days))
        assert (str(only.starts), only.ends) == ("2026-07-08", None)


def test_from_never_is_no_price() -> None:
    assert read_with_findings(price(extra=dated("PriceDate", "14", "99991231"))) == ([], ["price.date"])


# --- the rest -----------------------------------------------------------------------------------------------


def tax(code: str = "S", percent: str = "20", kind: str = "01") -> str:
    return (
        f"<Tax><TaxType>{kind}</TaxType><TaxRateCode>{code}</TaxRateCode>"
        f"<TaxRatePercent>{percent}</TaxRatePercent></Tax>"
    )


def taxed(inner: str) -> str:
    return price().replace("<CurrencyCode>", f"{inner}<CurrencyCode>")


def test_the_tax_rate() -> None:
    (only,) = prices_of(taxed(tax("Z", "0")))
    assert (only.tax.rate_percent, only.tax.code) == (Decimal(0), "Z")
    (only,) = prices_of(taxed(tax() + tax("S", "1.5", kind="03")))
    assert only.tax.rate_percent == 20


def test_parts_under_different_rates_have_no_single_rate() -> None:
    prices, found = read_with_findings(taxed(tax() + tax("R", "5")))
    assert prices[0].tax.rate_percent is None
    assert found == ["price.tax"]


def test_an_exempt_price_has_a_rate_of_nothing() -> None:
    (only,) = prices_of(taxed("<TaxExempt/>"))
    assert only.tax.rate_percent == 0


def test_a_rate_that_cannot_be_read() -> None:
    prices, found = read_with_findings(taxed(tax(percent="20%")))
    assert prices[0].tax.rate_percent is None
    assert found == ["price.tax"]


def test_prices_of_products_beside_it_are_not_its_own() -> None:
    beside = (
        "<ComparisonProductPrice><ProductIdentifier><ProductIDType>15</ProductIDType><IDValue>9781900000024</IDValue>"
        "</ProductIdentifier><PriceType>02</PriceType><PriceAmount>99.00</PriceAmount><CurrencyCode>GBP</CurrencyCode>"
        "</ComparisonProductPrice>"
    )
    (only,) = prices_of(price("5.00", extra=beside))
    assert only.money.amount == 5


def test_a_price_under_conditions_is_special() -> None:
    rental = "<PriceCondition><PriceConditionType>10</PriceConditionType></PriceCondition>"
    free = "<PriceCondition><PriceConditionType>00</PriceConditionType></PriceCondition>"
    assert [one.kind for one in prices_of(price(before=rental), price(before=free))] == [
        PriceKind.SPECIAL,
        PriceKind.LIST,
    ]


def test_quantities_and_status() -> None:
    many = "<MinimumOrderQuantity>10</MinimumOrderQuantity><PriceStatus>01</PriceStatus>"
    (only,) = prices_of(price(before=many))
    assert (only.minimum_quantity, only.provisional) == (10, True)
    prices, found = read_with_findings(price(before="<MinimumOrderQuantity>ten</MinimumOrderQuantity>"))
    assert (prices[0].minimum_quantity, found) == (1, ["price.quantity"])


def test_several_prices_for_one_country_and_currency_are_all_kept() -> None:
    assert [
        one.money.amount for one in prices_of(price("5.00"), price("6.00"), price("5.00", kind="01"))
    ] == [5, 6, 5]


def test_prices_of_all_suppliers_and_markets_in_order() -> None:
    both = supply(price("1.00"), market=market(countries="GB")) + supply(
        price("2.00"), market=market(countries="US")
    )
    assert [one.money.amount for one in one_format(product(supply=both)).prices] == [1, 2]

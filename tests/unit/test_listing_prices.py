"""Prices and weights of pages: the store's tax basis, a rate table, work items; a weight is never silently 0."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from commerce_bridge.bridges.listing import rules
from commerce_bridge.bridges.listing.policy import StorePolicy
from commerce_bridge.domain.absence import CLEARED
from commerce_bridge.domain.listing import Fulfilment
from commerce_bridge.domain.money import Money, TaxBasis
from commerce_bridge.domain.territory import territory
from commerce_bridge.mapping import Problem
from rigs.titles import day, make_context, make_format, make_listing, price, with_measures

EX, IN = TaxBasis.EXCLUSIVE, TaxBasis.INCLUSIVE
RATES = StorePolicy(tax_percent={Fulfilment.PHYSICAL: Decimal(0), Fulfilment.DIGITAL: Decimal(20)})
NO_RATES = StorePolicy()


def priced(*prices: Any, form: str = "BC", basis: TaxBasis = IN, policy: StorePolicy = NO_RATES) -> Any:
    listing = make_listing(make_format(1, form, prices=prices))
    return rules.list_price(policy)(listing, make_context(tax_basis=basis))


@pytest.mark.parametrize(
    ("prices", "form", "store", "policy", "wanted"),
    [
        ([price("12.99", basis=IN)], "BC", IN, NO_RATES, "12.99"),
        ([price("10.83", basis=EX)], "BC", EX, NO_RATES, "10.83"),
        ([price("12.99", basis=IN), price("10.83", basis=EX)], "BC", IN, NO_RATES, "12.99"),
        ([price("12.99", basis=IN), price("10.83", basis=EX)], "BC", EX, NO_RATES, "10.83"),
        ([price("12.00", basis=IN)], "ED", EX, RATES, "10.00"),
        ([price("10.00", basis=EX)], "ED", IN, RATES, "12.00"),
        ([price("10.00", basis=EX)], "BC", IN, RATES, "10.00"),
        ([price("9.99", basis=IN)], "ED", EX, RATES, "8.33"),
        ([price("0.00", basis=IN)], "BC", IN, NO_RATES, "0.00"),
    ],
)
def test_the_price_is_the_one_on_the_stores_basis_else_made_by_the_rate_table(
    prices: list[Any], form: str, store: TaxBasis, policy: StorePolicy, wanted: str
):
    assert priced(*prices, form=form, basis=store, policy=policy) == Money(Decimal(wanted), "GBP")


@pytest.mark.parametrize(
    ("prices", "store", "code", "words"),
    [
        ([price("10.00", basis=EX)], IN, "tax-unknown", "give a rate table"),
        ([price("10.00", basis=IN)], EX, "tax-unknown", "give a rate table"),
        ([price("10.00", basis=TaxBasis.UNKNOWN)], IN, "tax-unknown", "tax not said"),
        ([], IN, "no-price", "It has no price at all"),
        ([price("10.00", "USD")], IN, "no-currency", "there is one in USD"),
        ([price("10.00", territory=territory("US"))], IN, "no-price", "none of them"),
        ([price("10.00", starts=day("2027-01-01"))], IN, "no-price", "holds today"),
    ],
)
def test_without_a_price_the_page_is_a_work_item_that_says_what_to_try(
    prices: list[Any], store: TaxBasis, code: str, words: str
):
    problem = priced(*prices, basis=store)
    assert isinstance(problem, Problem)
    assert problem.code == code
    assert problem.blocking
    assert words in problem.message


def test_a_family_shows_its_lowest_price_and_lacks_what_one_of_it_lacks():
    formats = [make_format(number, prices=(price(amount),)) for number, amount in ((1, "20.00"), (2, "9.50"))]
    assert rules.lowest_price(NO_RATES)(make_listing(*formats), make_context()) == Money(
        Decimal("9.50"), "GBP"
    )
    formats.append(make_format(3, prices=()))
    assert isinstance(rules.lowest_price(NO_RATES)(make_listing(*formats), make_context()), Problem)


@pytest.mark.parametrize(
    ("form", "stated", "table", "wanted"),
    [
        ("BC", Decimal(281), {"BC": Decimal(300)}, Decimal(281)),
        ("BC", None, {"BC": Decimal(300)}, Decimal(300)),
        ("BC", Decimal(0), {"BC": Decimal(300)}, Decimal(300)),
        ("BB", None, {"B": Decimal(400)}, Decimal(400)),
        ("BB", None, {"B": Decimal(400), "BB": Decimal(520)}, Decimal(520)),
        ("BB", None, {"": Decimal(100)}, Decimal(100)),
        ("ED", None, {}, Decimal(0)),
        ("ED", Decimal(5), {"E": Decimal(9)}, Decimal(0)),
        ("AJ", None, {}, Decimal(0)),
        ("LC", None, {}, Decimal(0)),
        ("LB", None, {"LB": Decimal(20)}, Decimal(20)),
    ],
)
def test_a_weight_is_stated_or_the_policys(
    form: str, stated: Any, table: dict[str, Decimal], wanted: Decimal
):
    one = with_measures(make_format(1, form), weight_g=stated)
    assert rules.weight(StorePolicy(weights_g=table))(make_listing(one), make_context()) == wanted


@pytest.mark.parametrize(
    ("form", "stated"),
    [("BC", None), ("BC", Decimal(0)), ("BB", None), ("AC", None), ("LA", None), ("LB", None), ("SA", None)],
)
def test_a_weight_that_nobody_knows_is_a_work_item_and_never_0(form: str, stated: Any):
    one = with_measures(make_format(1, form), weight_g=stated)
    problem = rules.weight(StorePolicy(weights_g={"DB": Decimal(90)}))(make_listing(one), make_context())
    assert isinstance(problem, Problem)
    assert (problem.code, problem.blocking) == ("no-weight", True)
    assert "give the policy a weight" in problem.message


@pytest.mark.parametrize(
    ("form", "stated", "wanted"),
    [
        ("BC", Decimal(198), Decimal(198)),
        ("BC", None, CLEARED),
        ("BC", Decimal(0), CLEARED),
        ("ED", Decimal(198), CLEARED),
    ],
)
def test_measures_are_those_of_what_is_shipped(form: str, stated: Any, wanted: Any):
    one = with_measures(make_format(1, form), height_mm=stated, width_mm=stated, thickness_mm=stated)
    for name in ("height_mm", "width_mm", "thickness_mm"):
        assert rules.measure(name)(make_listing(one), make_context()) == wanted


@pytest.mark.parametrize(
    ("form", "wanted"),
    [
        ("BB", Fulfilment.PHYSICAL),
        ("AC", Fulfilment.PHYSICAL),
        ("DB", Fulfilment.PHYSICAL),
        ("SA", Fulfilment.PHYSICAL),
        (None, Fulfilment.PHYSICAL),
        ("ED", Fulfilment.DIGITAL),
        ("AJ", Fulfilment.DIGITAL),
        ("AN", Fulfilment.DIGITAL),
        ("AO", Fulfilment.DIGITAL),
        ("SG", Fulfilment.DIGITAL),
    ],
)
@pytest.mark.parametrize("tracked", [True, False])
def test_fulfilment_and_stock_follow_the_form(form: str | None, wanted: Fulfilment, tracked: bool):
    listing = make_listing(make_format(1, form))
    assert rules.fulfilment_kind()(listing, make_context()) is wanted
    counted = rules.stock_tracked(StorePolicy(track_stock=tracked))(listing, make_context())
    assert counted is (tracked and wanted is Fulfilment.PHYSICAL)

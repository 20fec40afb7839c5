"""Markets: availability, status, dates, and which embargo counts."""

from __future__ import annotations

import pytest

from commerce_bridge.domain.title import Status, Supply
from commerce_bridge.platforms.onix.codes import COUNTRIES
from rigs.onix_messages import codes, dated, market, one_family, one_format, product, supply


def local(status: str = "04", *dates: tuple[str, str]) -> str:
    inner = "".join(dated("MarketDate", role, text) for role, text in dates)
    return (
        f"<MarketPublishingDetail><MarketPublishingStatus>{status}</MarketPublishingStatus>{inner}"
        "</MarketPublishingDetail>"
    )


def supplies(*blocks: str, publishing: str = "<PublishingStatus>04</PublishingStatus>") -> tuple[Supply, ...]:
    return one_format(product(publishing=publishing, supply="".join(blocks))).supplies


def test_each_supplier_of_each_market() -> None:
    found = supplies(
        supply(market=market(countries="GB IE"), detail=local("04"), availability="20"),
        supply(
            market=market(countries="US"),
            detail=local("02"),
            availability="10",
            dates=dated("SupplyDate", "08", "20260301"),
        ),
    )
    assert [(sorted(one.countries), one.status, one.availability, str(one.expected)) for one in found] == [
        (["GB", "IE"], "04", "20", "None"),
        (["US"], "02", "10", "2026-03-01"),
    ]


def test_no_market_is_every_market() -> None:
    assert [one.countries for one in supplies(supply())] == [frozenset()]
    assert [one.countries for one in supplies(supply(market=market(regions="WORLD")))] == [frozenset()]


def test_all_the_world_but_some_is_written_out() -> None:
    (only,) = supplies(supply(market=market(regions="WORLD", without="US CA")))
    assert only.countries == COUNTRIES - {"US", "CA"}


def test_a_market_may_have_no_supplier() -> None:
    bare = f"<ProductSupply>{market(countries='US')}{local('12')}</ProductSupply>"
    (only,) = supplies(bare)
    assert (only.countries, only.status, only.availability) == ({"US"}, "12", None)


def test_the_markets_own_dates() -> None:
    (only,) = supplies(supply(detail=local("02", ("01", "20260301"), ("27", "20260101"), ("09", "20251201"))))
    assert [str(one) for one in (only.publication_date, only.preorder_from, only.announced)] == [
        "2026-03-01",
        "2026-01-01",
        "2025-12-01",
    ]


EMBARGOES = [
    (None, None, None, None),
    ("20260110", None, None, "2026-01-10"),
    (None, "20260105", None, "2026-01-05"),
    ("20260110", "20260105", None, "2026-01-05"),
    ("20260110", "20260120", None, "2026-01-20"),
    ("20260110", None, "20260105", "2026-01-10"),
    ("20260110", None, "20260120", "2026-01-20"),
    ("20260110", "20260105", "20260107", "2026-01-07"),
    ("20260110", "20260120", "20260107", "2026-01-20"),
    (None, None, "20260107", "2026-01-07"),
]


@pytest.mark.parametrize(("general", "own", "supplier", "wanted"), EMBARGOES)
def test_the_market_replaces_the_general_embargo_and_the_supplier_only_delays(
    general: str | None, own: str | None, supplier: str | None, wanted: str | None
) -> None:
    (only,) = supplies(
        supply(
            detail=local("04", ("02", own)) if own else "",
            dates=dated("SupplyDate", "02", supplier) if supplier else "",
        ),
        publishing=dated("PublishingDate", "02", general)
        if general
        else "<PublishingStatus>04</PublishingStatus>",
    )
    assert (str(only.on_sale) if only.on_sale else None) == wanted


def test_a_purchase_embargo_counts_where_it_is_later() -> None:
    both = dated("PublishingDate", "02", "20260110") + dated("PublishingDate", "33", "20260120")
    format_ = one_format(product(publishing=both))
    assert str(format_.embargo) == "2026-01-20"


def test_of_dates_that_begin_together_the_less_exact_is_the_later() -> None:
    both = dated("PublishingDate", "02", "20260101") + dated("PublishingDate", "33", "202601", "01")
    assert str(one_format(product(publishing=both)).embargo) == "2026-01"


@pytest.mark.parametrize("status", list(Status))
def test_every_status(status: Status) -> None:
    publishing = f"<PublishingStatus>{status.value}</PublishingStatus>"
    assert one_format(product(publishing=publishing)).status is status


def test_an_unknown_status_is_unknown_and_told() -> None:
    family = one_family(product(publishing="<PublishingStatus>77</PublishingStatus>"))
    assert family.title.formats[0].status is Status.UNKNOWN
    assert "code.unknown" in codes(family)


def test_a_cancelled_product_with_a_date_is_odd() -> None:
    publishing = "<PublishingStatus>01</PublishingStatus>" + dated("PublishingDate", "01", "20260101")
    assert "status.date" in codes(one_family(product(publishing=publishing)))


def test_an_unreadable_embargo_of_one_market_holds_that_market_back() -> None:
    blocks = supply(market=market(countries="US"), detail=local("04", ("02", "never"))) + supply(
        market=market(countries="GB")
    )
    (hold,) = one_family(product(supply=blocks)).title.formats[0].rights
    assert (hold.territory.countries, hold.evidence) == ({"US"}, "an embargo whose date cannot be read")

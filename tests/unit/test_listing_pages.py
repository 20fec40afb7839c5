"""From a title to its pages: readiness, sleep, families, variants, and when they come out differently."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from attrs import evolve

from commerce_bridge.bridges.listing.pages import PageMaker, closing, label_of, listing_of, refuses_variants
from commerce_bridge.bridges.listing.policy import Layout, StorePolicy
from commerce_bridge.bridges.listing.standard import page_mapper, variant_mapper
from commerce_bridge.domain import listing as on
from commerce_bridge.domain.absence import CLEARED
from commerce_bridge.domain.dates import Date
from commerce_bridge.domain.exchange import NaturalKey
from commerce_bridge.domain.fields import Field
from commerce_bridge.domain.money import Money
from commerce_bridge.domain.record import Kin, Outlet
from commerce_bridge.domain.rights import RightsKind, RightsWindow
from commerce_bridge.domain.territory import WORLD, territory
from commerce_bridge.domain.title import Asset, AssetKind, Status, Text, TextKind, Title
from commerce_bridge.mapping import Context, Mapped
from commerce_bridge.sync.job import Draft
from rigs.titles import NOW, day, isbn, make_context, make_format, make_title, price, with_measures

US_ONLY = RightsWindow(kind=RightsKind.FOR_SALE, territory=territory("US"))
SALE = {on.VISIBLE, on.SELLING, on.RELEASE, on.OUTLETS}


def maker(**decisions: Any) -> PageMaker:
    policy = StorePolicy(**decisions)
    return PageMaker(policy=policy, page=page_mapper(policy), variant=variant_mapper(policy))


def drafts(title: Title, context: Context | None = None, **decisions: Any) -> tuple[Draft, ...]:
    return maker(**decisions).drafts(title, context or make_context())


def family(title: Title, context: Context | None = None, **decisions: Any) -> Draft:
    (draft,) = drafts(title, context, layout=Layout.VARIANTS, **decisions)
    return draft


def codes(draft: Draft) -> list[str]:
    return [one.code for one in draft.all_problems]


# A product for each format


def test_a_ready_title_comes_to_a_page_for_each_format():
    title = make_title(make_format(1), make_format(2, "ED", prices=(price("6.00"),)))
    book, ebook = drafts(title)
    assert [one.ref for one in (book, ebook)] == [one.ref for one in title.formats]
    assert book.origin == title.ref
    assert book.label == f"{isbn(1)}  The Black Road, paperback"
    assert book.keys == (NaturalKey("sku", isbn(1)),)
    assert not book.unmade
    assert not book.all_problems
    assert set(book.mapped.values) == set(page_mapper(StorePolicy()).fields)
    assert ebook.mapped.values[on.PRICE] == Money(Decimal("6.00"), "GBP")
    assert ebook.mapped.values[on.FULFILMENT] is on.Fulfilment.DIGITAL
    assert maker().refs(title) == tuple(one.ref for one in title.formats)


def test_a_title_without_formats_comes_to_nothing():
    title = evolve(make_title(), formats=())
    assert drafts(title) == ()
    assert maker().refs(title) == ()
    assert maker(layout=Layout.VARIANTS).refs(title) == ()


def test_everything_a_page_lacks_is_told_at_once():
    bare = make_format(1, None, isbn=None, prices=(), feed_allowed=False)
    (draft,) = drafts(make_title(with_measures(bare, weight_g=None), name=" ", texts=(), assets=()))
    assert draft.unmade
    assert set(codes(draft)) >= {
        "no-isbn",
        "no-title",
        "no-form",
        "no-cover",
        "no-description",
        "kept-back",
        "no-price",
        "no-weight",
    }
    assert draft.label == "no ISBN (1)  (no title), no form"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"isbn": None}, "no-isbn"),
        ({"form": None}, "no-form"),
        ({"prices": ()}, "no-price"),
        ({"prices": (price("1.00", "USD"),)}, "no-currency"),
        ({"feed_allowed": False}, "kept-back"),
    ],
)
def test_a_page_that_lacks_something_is_not_made_and_an_existing_one_stays_as_it_is(
    changes: dict[str, Any], code: str
):
    (draft,) = drafts(make_title(make_format(1, **changes)))
    assert code in codes(draft)
    assert draft.dormant
    assert draft.mapped.values == {}


@pytest.mark.parametrize(
    ("changes", "selling"),
    [
        ({"rights": (US_ONLY,)}, on.Selling.CLOSED),
        ({"status": Status.WITHDRAWN}, on.Selling.CLOSED),
        ({"status": Status.CANCELLED}, on.Selling.CLOSED),
    ],
)
@pytest.mark.parametrize("lacks", [{}, {"prices": ()}, {"form": None}])
def test_what_may_no_longer_be_sold_is_hidden_whatever_else_it_lacks(
    changes: dict[str, Any], selling: on.Selling, lacks: dict[str, Any]
):
    (draft,) = drafts(make_title(make_format(1, **changes, **lacks), assets=()))
    assert draft.dormant
    assert not draft.blocked, "else an existing page would stay on sale"
    assert draft.mapped.values[on.VISIBLE] is False
    assert draft.mapped.values[on.SELLING] is selling
    assert draft.mapped.values[on.OUTLETS] == frozenset()
    assert set(draft.mapped.values) <= SALE
    assert draft.all_problems == (), "nobody is needed for what is not to be sold"


@pytest.mark.parametrize("status", [Status.OUT_OF_PRINT, Status.OUT_OF_STOCK])
def test_what_is_out_of_print_cannot_be_bought_though_its_cover_was_withdrawn(status: Status):
    (draft,) = drafts(make_title(make_format(1, status=status), assets=()))
    assert codes(draft) == ["no-cover"]
    assert draft.mapped.values == {on.SELLING: on.Selling.CLOSED, on.RELEASE: CLEARED}


def test_an_embargo_that_moved_holds_a_page_back_though_it_lacks_something():
    coming = make_format(1, status=Status.FORTHCOMING, publication_date=day("2027-03-04"))
    (draft,) = drafts(make_title(coming, assets=()))
    assert draft.mapped.values == {
        on.SELLING: on.Selling.PREORDER,
        on.RELEASE: datetime(2027, 3, 4, tzinfo=UTC),
    }


def test_a_page_asleep_with_all_it_needs_is_kept_right_where_it_exists():
    (draft,) = drafts(make_title(make_format(1, rights=(US_ONLY,))))
    assert draft.dormant
    assert draft.mapped.values[on.VISIBLE] is False
    assert on.PRICE in draft.mapped.values


def test_closing_opens_nothing():
    open_page = Mapped(
        values={
            on.VISIBLE: True,
            on.SELLING: on.Selling.LIVE,
            on.RELEASE: CLEARED,
            on.OUTLETS: frozenset({Outlet("1")}),
            on.NAME: "x",
        },
        rules=dict.fromkeys((on.VISIBLE, on.SELLING, on.NAME), "r"),
    )
    assert closing(open_page) == Mapped(values={})
    shut = evolve(open_page, values={**open_page.values, on.VISIBLE: False, on.OUTLETS: frozenset()})
    assert closing(shut) == Mapped(
        values={on.VISIBLE: False, on.OUTLETS: frozenset()}, rules={on.VISIBLE: "r"}
    )
    assert closing(Mapped(values={})) == Mapped(values={})


def test_rights_that_nobody_states_are_the_policys_matter():
    title = make_title(make_format(1, rights=()))
    assert drafts(title)[0].dormant
    assert not drafts(title, rights_unknown=True)[0].dormant


NOT_IN_FRANCE = RightsWindow(kind=RightsKind.NOT_FOR_SALE, territory=territory("FR"))
NOT_HERE = RightsWindow(kind=RightsKind.NOT_FOR_SALE, territory=territory("GB"))


@pytest.mark.parametrize(
    ("rights", "told"),
    [((), True), ((NOT_IN_FRANCE,), True), ((NOT_HERE,), False), ((US_ONLY,), False)],
)
def test_rights_that_nobody_states_are_told_and_those_that_are_stated_are_obeyed_in_silence(
    rights: Any, told: bool
):
    (draft,) = drafts(make_title(make_format(1, rights=rights)))
    assert draft.unmade
    assert codes(draft) == (["no-rights"] if told else [])


def test_a_page_whose_lacks_will_be_told_later_is_looked_at_then():
    coming = make_format(1, rights=(), announced=day("2026-12-01"), status=Status.FORTHCOMING)
    (draft,) = drafts(make_title(evolve(coming, publication_date=day("2027-01-01")), assets=()))
    assert draft.all_problems == (), "it is not announced yet"
    assert draft.next_change == datetime(2026, 12, 1, tzinfo=UTC)
    (later,) = drafts(
        make_title(evolve(coming, publication_date=day("2027-01-01")), assets=()),
        make_context(now=draft.next_change),
    )
    assert "no-rights" in codes(later)


def test_family_is_related_except_to_what_is_not_for_sale():
    title = make_title(make_format(1), make_format(2, "BB"), make_format(3, "ED", rights=(US_ONLY,)))
    kin = {str(one.ref): f"record {one.key}" for one in title.formats}
    first, second, third = drafts(title, make_context(kin=kin))
    assert first.mapped.values[on.FAMILY] == {Kin("record 2")}
    assert second.mapped.values[on.FAMILY] == {Kin("record 1")}
    assert third.mapped.values[on.FAMILY] == {Kin("record 1"), Kin("record 2")}


def test_a_remark_about_codes_without_a_place_comes_once_for_a_title():
    from commerce_bridge.bridges.listing.categories import CategoryMap

    mapped = CategoryMap.of({"bisac": {"HIS": ["History"]}})
    first, second = drafts(make_title(make_format(1), make_format(2, "BB")), categories=mapped)
    assert any("FIC022000" in remark for remark in first.remarks)
    assert second.remarks == ()
    assert family(make_title(), categories=mapped).remarks == first.remarks


# What other packages add travels with the page

AGE = Field[int]("listing", "acme_reading_age")
BAND = Field[str]("listing", "acme_band")


def test_extras_of_title_and_format_are_the_pages_and_the_formats_win():
    one, two = make_format(1, extra={AGE: 9}), make_format(2)
    title = make_title(one, two, extra={AGE: 7, BAND: "b"})
    assert listing_of(title, one).extra == {AGE: 9, BAND: "b"}
    assert listing_of(title, two).extra == {AGE: 7, BAND: "b"}
    assert listing_of(title, one, two).extra == {AGE: 7, BAND: "b"}, "a page of several speaks for all"


# A product for each title


PAIR = make_title(make_format(1, "BB", prices=(price("20.00"),)), make_format(2, prices=(price("9.00"),)))


def test_a_family_is_one_page_with_a_variant_for_each_format():
    draft = family(PAIR)
    assert draft.ref == PAIR.ref
    assert draft.label == "The Black Road, 2 formats"
    assert set(draft.parts) == {isbn(1), isbn(2)}
    assert draft.asleep == {}
    assert draft.mapped.values[on.PRICE] == Money(Decimal("9.00"), "GBP")
    assert {part.values[on.OPTION] for part in draft.parts.values()} == {"Hardback", "Paperback"}
    assert {part.values[on.PRICE].amount for part in draft.parts.values()} == {Decimal(20), Decimal(9)}
    assert {part.values[on.SELLING] for part in draft.parts.values()} == {on.Selling.LIVE}
    assert set(draft.keys) == {NaturalKey("sku", isbn(1)), NaturalKey("sku", isbn(2))}
    assert not draft.all_problems
    assert not draft.unmade
    assert on.SKU not in draft.mapped.values, "a SKU is the variants'"
    assert maker(layout=Layout.VARIANTS).refs(PAIR) == (PAIR.ref,)


@pytest.mark.parametrize(
    ("changes", "code"),
    [({"prices": ()}, "no-price"), ({"feed_allowed": False}, "kept-back"), ({"isbn": None}, "no-isbn")],
)
def test_a_format_that_is_not_ready_stays_off_the_page_and_the_page_goes_on(
    changes: dict[str, Any], code: str
):
    draft = family(make_title(make_format(1, "BB"), make_format(2, **changes)))
    assert set(draft.parts) == {isbn(1)}
    assert f"{code}/2" in codes(draft)
    assert not draft.unmade
    assert next(one for one in draft.all_problems if one.code == f"{code}/2").message.startswith(
        label_of(listing_of(PAIR, make_format(2, **changes)))
    )


def test_two_formats_that_lack_the_same_are_two_work_items():
    draft = family(
        make_title(make_format(1, "BB", prices=()), make_format(2, prices=()), make_format(3, "BE"))
    )
    assert {"no-price/1", "no-price/2"} <= set(codes(draft))


@pytest.mark.parametrize("changes", [{"rights": (US_ONLY,)}, {"status": Status.WITHDRAWN}])
@pytest.mark.parametrize("lacks", [{}, {"prices": ()}])
def test_a_variant_that_may_no_longer_be_sold_is_closed_where_it_exists(
    changes: dict[str, Any], lacks: dict[str, Any]
):
    draft = family(make_title(make_format(1, "BB"), make_format(2, **changes, **lacks)))
    assert set(draft.parts) == {isbn(1)}
    assert {part: mapped.values for part, mapped in draft.asleep.items()} == {
        isbn(2): {on.SELLING: on.Selling.CLOSED}
    }
    assert draft.all_problems == ()
    assert draft.keys[0] == NaturalKey("sku", isbn(1)), "what is looked for first is on the page"


def test_a_variant_that_is_out_of_print_stays_and_cannot_be_bought():
    draft = family(make_title(make_format(1, "BB", status=Status.OUT_OF_PRINT), make_format(2)))
    selling = {part: mapped.values[on.SELLING] for part, mapped in draft.parts.items()}
    assert selling == {isbn(1): on.Selling.CLOSED, isbn(2): on.Selling.LIVE}
    assert draft.mapped.values[on.SELLING] is on.Selling.LIVE, "the page is as open as its most open format"


def test_a_family_of_which_nothing_may_be_sold_is_hidden_where_it_exists():
    gone = [make_format(number, form, rights=(US_ONLY,)) for number, form in ((1, "BB"), (2, "BC"))]
    draft = family(make_title(*gone))
    assert draft.dormant
    assert draft.parts == {}
    assert draft.mapped.values[on.VISIBLE] is False
    assert set(draft.mapped.values) <= SALE
    assert set(draft.asleep) == {isbn(1), isbn(2)}
    assert draft.all_problems == ()


def test_a_family_of_which_nothing_is_ready_stays_as_it_is():
    draft = family(make_title(make_format(1, "BB"), make_format(2), assets=()))
    assert draft.dormant
    assert codes(draft) == ["no-cover/1", "no-cover/2"]
    assert draft.mapped.values == {}
    assert all(mapped.values == {} for mapped in draft.asleep.values())


def test_a_family_of_one_is_told_plainly_what_it_lacks():
    draft = family(make_title(make_format(1), assets=()))
    assert codes(draft) == ["no-cover"]
    assert draft.dormant


def test_two_formats_of_one_number_are_a_work_item():
    draft = family(make_title(make_format(1, "BB"), make_format(2, isbn=isbn(1))))
    assert set(draft.parts) == {isbn(1)}
    assert codes(draft) == ["duplicate"]
    assert f"the number {isbn(1)}" in draft.problems[0].message


FORTHCOMING = {"status": Status.FORTHCOMING}


@pytest.mark.parametrize(
    ("formats", "words"),
    [
        ([make_format(1, "BB"), make_format(2, "ED")], "Printed and digital formats cannot be variants"),
        (
            [
                make_format(1, "BB", publication_date=day("2027-01-05"), **FORTHCOMING),
                make_format(2, publication_date=day("2027-06-05"), **FORTHCOMING),
            ],
            "on sale on different days",
        ),
        (
            [make_format(1, "BB"), make_format(2, publication_date=day("2027-06-05"), **FORTHCOMING)],
            "Some of its formats are on sale, and others can be ordered ahead",
        ),
    ],
)
def test_what_a_product_cannot_carry_is_refused_with_a_reason_and_a_way_out(formats: list[Any], words: str):
    reason = refuses_variants(formats, make_context())
    assert reason is not None
    assert words in reason
    assert reason.endswith("use a product for each format.")
    draft = family(make_title(*formats))
    assert "layout" in codes(draft)
    assert draft.unmade
    assert draft.parts == {}


@pytest.mark.parametrize(
    "formats",
    [
        [],
        [make_format(1, "BB")],
        [make_format(1, "BB"), make_format(2)],
        [make_format(1, "ED"), make_format(2, "AJ")],
        [make_format(1, "BB"), make_format(2, status=Status.OUT_OF_PRINT)],
        [
            make_format(1, "BB", publication_date=day("2027-01-05"), **FORTHCOMING),
            make_format(2, publication_date=day("2027-01-05"), **FORTHCOMING),
        ],
        [
            make_format(1, "BB", publication_date=day("2027-01-05"), **FORTHCOMING),
            make_format(2, publication_date=None, **FORTHCOMING),
        ],
    ],
)
def test_what_a_product_can_carry_is_not_refused(formats: list[Any]):
    assert refuses_variants(formats, make_context()) is None


def test_staggered_preorders_are_refused_though_nobody_states_rights():
    formats = [
        make_format(1, "BB", publication_date=day("2027-01-05"), rights=(), **FORTHCOMING),
        make_format(2, publication_date=day("2027-06-05"), rights=(), **FORTHCOMING),
    ]
    assert refuses_variants(formats, make_context()) is None, "without rights none of them is on sale"
    assert refuses_variants(formats, make_context(), rights_unknown=True) is not None
    assert "layout" in codes(family(make_title(*formats), rights_unknown=True))


# When a page comes out differently though nothing changed


def flips(title: Title, **decisions: Any) -> datetime | None:
    return drafts(title, **decisions)[0].next_change


MIDNIGHT = datetime(2027, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    "title",
    [
        make_title(make_format(1, prices=(price("9.00", ends=day("2026-12-31")), price("12.00")))),
        make_title(make_format(1, prices=(price("12.00"), price("9.00", starts=day("2027-01-01"))))),
        make_title(
            make_format(
                1,
                rights=(RightsWindow(kind=RightsKind.FOR_SALE, territory=WORLD, ends=day("2026-12-31")),),
            )
        ),
        make_title(make_format(1, publication_date=day("2027-01-01"), status=Status.FORTHCOMING)),
        make_title(
            make_format(1),
            texts=(
                Text(kind=TextKind.DESCRIPTION, body="Now"),
                Text(kind=TextKind.DESCRIPTION, body="Then", starts=day("2027-01-01")),
            ),
        ),
        make_title(
            make_format(1),
            assets=(
                Asset(kind=AssetKind.FRONT_COVER, url="https://x.example/c.jpg", ends=day("2026-12-31")),
            ),
        ),
    ],
    ids=["price ends", "price starts", "rights end", "launch", "text starts", "cover ends"],
)
@pytest.mark.parametrize("layout", Layout)
def test_the_next_change_is_the_first_edge_to_come(title: Title, layout: Layout):
    assert flips(title, layout=layout) == MIDNIGHT
    (after,) = drafts(title, make_context(now=MIDNIGHT), layout=layout)
    assert after.next_change is None or after.next_change > MIDNIGHT


def test_what_has_no_edge_to_come_has_no_next_change():
    assert flips(make_title()) is None


def test_a_day_begins_where_the_market_is():
    far = evolve(make_context().market, time_zone="Australia/Sydney")
    title = make_title(make_format(1, publication_date=day("2027-01-01"), status=Status.FORTHCOMING))
    (draft,) = drafts(title, make_context(market=far))
    assert draft.next_change == datetime(2026, 12, 31, 13, tzinfo=UTC)


def test_a_page_flips_at_its_next_change_and_not_before():
    exact = Date(day("2026-11-05").first, instant=NOW + timedelta(days=3, hours=4))
    title = make_title(make_format(1, publication_date=exact, status=Status.FORTHCOMING))
    (draft,) = drafts(title)
    assert draft.next_change == NOW + timedelta(days=3, hours=4)
    assert draft.mapped.values[on.SELLING] is on.Selling.PREORDER
    before = drafts(title, make_context(now=draft.next_change - timedelta(seconds=1)))[0]
    after = drafts(title, make_context(now=draft.next_change))[0]
    assert before.mapped.values[on.SELLING] is on.Selling.PREORDER
    assert after.mapped.values[on.SELLING] is on.Selling.LIVE
    assert after.mapped.values[on.RELEASE] is CLEARED

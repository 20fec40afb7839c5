"""Every sample, title by title, against values found by independent XPath or taken by hand."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from lxml import etree

from commerce_bridge.domain.dates import Precision
from commerce_bridge.domain.money import PriceKind, TaxBasis
from commerce_bridge.domain.rights import RightsKind
from commerce_bridge.domain.title import AssetKind, Audience, Format, Scheme, Status, TextKind, Title
from commerce_bridge.errors import InvalidDocument
from commerce_bridge.platforms.onix import Family, fields, read_onix
from rigs import onix_oracle as oracle

READABLE = (
    "consonance-snowbooks-onix30",
    "consonance-snowbooks-two-families",
    "editeur-sample-onix31-reference",
    "editeur-sample-onix31-short",
    "fr-legacy-namespace-minimal",
    "fr-market-publishing-detail-nons",
    "fr-preorder-embargo-nons",
    "fr-price-periods-bare-product",
)
every_sample = pytest.mark.parametrize("name", READABLE)


def families(name: str) -> list[Family]:
    with read_onix(oracle.sample(name)) as reading:
        return list(reading.families())


def formats(name: str) -> dict[str, Format]:
    return {one.ref.id: one for family in families(name) for one in family.title.formats}


def may_sell(format_: Format, country: str) -> bool | None:
    """What the windows say of a country: no outweighs yes, silence is None."""
    kinds = {window.kind for window in format_.rights if country in window.territory}
    if RightsKind.NOT_FOR_SALE in kinds:
        return False
    return True if kinds else None


# --- every sample against XPath ---------------------------------------------------------------------------


@every_sample
def test_every_record_is_one_format_and_in_the_order_of_the_file(name: str) -> None:
    wanted = [oracle.first(one, "RecordReference") for one in oracle.products(oracle.sample(name))]
    found = [one.ref.id for family in families(name) for one in family.title.formats]
    assert sorted(found) == sorted(filter(None, wanted))
    for family in families(name):
        references = [one.ref.id for one in family.title.formats]
        assert references == sorted(references, key=wanted.index)


@every_sample
def test_prices_per_currency_and_type(name: str) -> None:
    made = formats(name)
    for product in oracle.products(oracle.sample(name)):
        found = [
            (
                price.money.amount,
                price.money.currency,
                price.type_code,
                price.qualifier,
                frozenset(country for country in oracle.code_list(91) if country in price.territory),
                f"{price.starts.first:%Y%m%d}" if price.starts else "",
                f"{price.ends.first:%Y%m%d}" if price.ends else "",
            )
            for price in made[oracle.first(product, "RecordReference") or ""].prices
        ]
        assert found == oracle.prices(product)


@every_sample
def test_rights_country_by_country(name: str) -> None:
    made = formats(name)
    for product in oracle.products(oracle.sample(name)):
        format_ = made[oracle.first(product, "RecordReference") or ""]
        assert {country: may_sell(format_, country) for country in oracle.code_list(91)} == oracle.for_sale(
            product
        )


@every_sample
def test_dates_and_status(name: str) -> None:
    made = formats(name)
    for product in oracle.products(oracle.sample(name)):
        format_ = made[oracle.first(product, "RecordReference") or ""]
        for role, value in (
            ("01", format_.publication_date),
            ("02", format_.embargo),
            ("27", format_.preorder_from),
        ):
            written = oracle.dates(product, role)
            assert (f"{value.first:%Y%m%d}" if value else None) == (written[:8] if written else None)
        assert format_.status.value == (oracle.first(product, "PublishingDetail/PublishingStatus") or "09")


@every_sample
def test_form_names_and_people(name: str) -> None:
    titles = {one.ref.id: family.title for family in families(name) for one in family.title.formats}
    for product in oracle.products(oracle.sample(name)):
        reference = oracle.first(product, "RecordReference") or ""
        title = titles[reference]
        format_ = next(one for one in title.formats if one.ref.id == reference)
        element = "DescriptiveDetail/TitleDetail[TitleType='01']/TitleElement[TitleElementLevel='01']"
        prefix = oracle.first(product, f"{element}/TitlePrefix")
        text = oracle.first(product, f"{element}/TitleText | {element}/TitleWithoutPrefix")
        assert (format_.name or title.name) == " ".join(part for part in (prefix, text) if part)
        assert (format_.subtitle or title.subtitle) == oracle.first(product, f"{element}/Subtitle")
        assert format_.form == oracle.first(product, "DescriptiveDetail/ProductForm")
        assert list(format_.form_details) == oracle.every(product, "DescriptiveDetail/ProductFormDetail")
        roles = [
            (oracle.first(one, "KeyNames") or "", role)
            for one in product.xpath("DescriptiveDetail/Contributor")
            for role in oracle.every(one, "ContributorRole")
        ]
        mine = [one for one in title.contributors if one.formats is None or reference in one.formats]
        assert len(mine) == len(roles)
        for contributor, (key, role) in zip(mine, roles, strict=True):
            assert contributor.role == role
            assert key in contributor.name


@every_sample
def test_subjects_texts_and_resources(name: str) -> None:
    titles = {one.ref.id: family.title for family in families(name) for one in family.title.formats}
    for product in oracle.products(oracle.sample(name)):
        reference = oracle.first(product, "RecordReference") or ""
        title = titles[reference]
        codes = set(oracle.every(product, "DescriptiveDetail/Subject/SubjectCode"))
        assert codes <= {subject.code for subject in title.subjects}
        kinds = oracle.every(product, "CollateralDetail/TextContent/TextType")
        mine = [text for text in title.texts if text.formats is None or reference in text.formats]
        assert [text.kind.value for text in mine] == kinds
        links = oracle.every(product, "CollateralDetail/SupportingResource/ResourceVersion/ResourceLink")
        assert [
            asset.url for asset in title.assets if asset.formats is None or reference in asset.formats
        ] == links


# --- by hand: the two families of a Consonance export ------------------------------------------------------

TWO = "consonance-snowbooks-two-families"
HOME = {"GB", "GG", "IE", "IM", "JE"}


def test_two_families_of_three_formats() -> None:
    found = {
        family.title.ref.id: {one.isbn: (one.form, one.form_details) for one in family.title.formats}
        for family in families(TWO)
    }
    assert found == {
        "com.snowbooks.onix.53250": {
            "9781911390558": ("BC", ("B105",)),
            "9781911390541": ("BB", ("B402",)),
            "9781911390565": ("EA", ("E101",)),
        },
        "com.snowbooks.onix.61479": {
            "9781911390503": ("BC", ("B105",)),
            "9781911390510": ("EA", ("E101",)),
            "9781911390497": ("BB", ("B402",)),
        },
    }
    assert [family.title.ref.id[-5:] for family in families(TWO)] == ["53250", "61479"]


def test_two_families_prices() -> None:
    shown = {
        isbn: {
            (str(price.money), price.tax.basis, price.kind, frozenset(price.territory.countries))
            for price in one.prices
        }
        for isbn, one in formats(TWO).items()
    }
    islands = frozenset({"GB", "GG", "IM", "JE"})
    wide = frozenset({"FK", "GB", "GG", "GI", "IM", "JE", "VG"})
    gross, net, listed = TaxBasis.INCLUSIVE, TaxBasis.EXCLUSIVE, PriceKind.LIST

    def local(pounds: str, euros: str) -> set[tuple[str, TaxBasis, PriceKind, frozenset[str]]]:
        return {(f"{pounds} GBP", gross, listed, islands), (f"{euros} EUR", net, listed, frozenset({"IE"}))}

    assert shown == {
        "9781911390558": local("8.99", "15.99"),
        "9781911390541": local("25.00", "39.99"),
        "9781911390565": local("1.99", "2.99"),
        "9781911390503": {("8.99 GBP", gross, listed, wide)},
        "9781911390510": {("7.99 GBP", gross, listed, wide)},
        "9781911390497": {("25.00 GBP", gross, listed, wide)},
    }


def test_53250_is_for_sale_at_home_not_elsewhere_and_not_in_the_rest_of_the_world() -> None:
    for isbn in ("9781911390558", "9781911390541", "9781911390565"):
        home, elsewhere, rest = formats(TWO)[isbn].rights
        assert (home.kind, home.exclusive, set(home.territory.countries)) == (RightsKind.FOR_SALE, True, HOME)
        assert elsewhere.kind is RightsKind.NOT_FOR_SALE
        assert elsewhere.evidence == "SalesRightsType 06"
        assert "US" in elsewhere.territory
        assert "GB" not in elsewhere.territory
        assert rest.kind is RightsKind.NOT_FOR_SALE
        assert rest.evidence == "ROWSalesRightsType 03"
        assert rest.territory.complement
        assert rest.territory == ~(home.territory | elsewhere.territory)


def test_61479_is_for_sale_in_all_the_world() -> None:
    for isbn in ("9781911390503", "9781911390510", "9781911390497"):
        (window,) = formats(TWO)[isbn].rights
        assert (window.kind, window.exclusive) == (RightsKind.FOR_SALE, True)
        assert window.territory.is_world


def test_what_formats_share_stands_once() -> None:
    first = families(TWO)[0].title
    assert first.name == "Bones of Empire"
    assert [(one.name, one.inverted, one.role, one.formats) for one in first.contributors] == [
        ("Steven Savile", "Savile, Steven", "A01", None),
        ("Aaron Rosenberg", "Rosenberg, Aaron", "A01", None),
    ]
    assert [(one.name, one.number) for one in first.series] == [("Relicant", "1")]
    assert (first.imprint, first.publisher, first.language) == ("Snowbooks", "Snowbooks", "eng")
    assert [one.code for one in first.subjects if one.scheme is Scheme.THEMA] == ["FM", "FK", "FMH"]
    assert [one.code for one in first.subjects if one.scheme is Scheme.BISAC and one.main] == ["FIC009000"]
    assert {text.formats for text in first.texts} == {None}
    assert {one.version for one in families(TWO)} == {one.version for one in families(TWO)}


# --- by hand: eight works of one format, seven currencies --------------------------------------------------

EIGHT = "consonance-snowbooks-onix30"


def test_eight_works_of_one_format() -> None:
    found = {
        family.title.ref.id[-5:]: [one.isbn for one in family.title.formats] for family in families(EIGHT)
    }
    assert found == {
        "49049": ["9781911390220"],
        "55301": ["9781911390305"],
        "18210": ["9781909679863"],
        "72119": ["9781911390527"],
        "61479": ["9781911390503"],
        "52521": ["9781911390633"],
        "71296": ["9781911390411"],
        "42498": ["9781909679641"],
    }


def test_seven_currencies() -> None:
    of_man_o_war = {
        price.money.currency: (price.money.amount, price.tax.basis)
        for price in formats(EIGHT)["9781911390305"].prices
    }
    assert of_man_o_war == {
        "AUD": (Decimal("19.95"), TaxBasis.EXCLUSIVE),
        "CAD": (Decimal("19.95"), TaxBasis.EXCLUSIVE),
        "EUR": (Decimal("15.99"), TaxBasis.EXCLUSIVE),
        "GBP": (Decimal("8.99"), TaxBasis.INCLUSIVE),
        "INR": (Decimal(799), TaxBasis.EXCLUSIVE),
        "NZD": (Decimal("19.95"), TaxBasis.EXCLUSIVE),
        "USD": (Decimal("15.95"), TaxBasis.EXCLUSIVE),
    }
    assert {str(price.money) for price in formats(EIGHT)["9781911390411"].prices} == {"9.99 GBP"}
    assert formats(EIGHT)["9781911390633"].status is Status.NO_LONGER_OURS


def test_one_of_several_units_is_chosen_and_never_summed() -> None:
    measures = formats(EIGHT)["9781909679863"].measures
    assert (measures.height_mm, measures.width_mm, measures.thickness_mm) == (198, 129, 24)
    assert measures.weight_g is None


def test_a_role_of_many_people() -> None:
    anthology = next(one.title for one in families(EIGHT) if one.title.ref.id.endswith("18210"))
    roles = [one.role for one in anthology.contributors]
    assert roles[0] == "B01"
    assert (roles.count("B01"), roles.count("A32"), roles.count("A12")) == (1, 17, 6)
    assert [one.place for one in anthology.contributors] == list(range(1, len(roles) + 1))


# --- by hand: the others ----------------------------------------------------------------------------------


def test_the_short_and_the_reference_sample_are_one_title() -> None:
    (reference,), (short,) = (
        families("editeur-sample-onix31-reference"),
        families("editeur-sample-onix31-short"),
    )
    assert short.title == reference.title
    assert short.version == reference.version


def roseanna() -> Title:
    return families("editeur-sample-onix31-reference")[0].title


def test_the_editeur_sample() -> None:
    title = roseanna()
    (format_,) = title.formats
    assert (title.ref.id, title.name, title.identifiers[0].scheme) == ("A0220090000154FA", "Roseanna", "11")
    assert [(one.name, one.role) for one in title.contributors] == [
        ("Maj Sjöwall", "A01"),
        ("Per Wahlöö", "A01"),
        ("Lois Roth", "B06"),
        ("Henning Mankell", "A24"),
    ]
    assert [(one.scheme, one.value) for one in title.contributors[0].identifiers] == [
        ("01", "7421"),
        ("16", "0000000121479135"),
    ]
    assert [(one.name, one.number) for one in title.series] == [("The Martin Beck series", "1")]
    assert title.extra[fields.AUDIENCE] == ("01",)
    measures = format_.measures
    assert (measures.height_mm, measures.width_mm, measures.thickness_mm, measures.weight_g) == (
        197,
        130,
        18,
        195,
    )
    assert [(one.kind, one.value) for one in format_.extents] == [("pages", 245)]
    assert next(one.code for one in title.subjects if one.scheme is Scheme.KEYWORDS).startswith(
        "Martin Beck; "
    )


def test_the_editeur_sample_texts_are_html_whatever_wraps_them() -> None:
    texts = roseanna().texts
    assert [(text.kind, text.html) for text in texts] == [
        (TextKind.SHORT_DESCRIPTION, True),
        (TextKind.DESCRIPTION, True),
        (TextKind.REVIEW_QUOTE, True),
        (TextKind.REVIEW_QUOTE, True),
        (TextKind.HEADLINE, False),
    ]
    assert texts[0].body.startswith("<p><strong>Perennial relaunches the first novel")
    assert "xmlns" not in "".join(text.body for text in texts)
    assert (texts[4].body, texts[4].audiences) == (
        "One of the greatest masterpieces of crime fiction",
        frozenset({Audience.UNRESTRICTED}),
    )
    cover = next(one for one in roseanna().assets if one.kind is AssetKind.FRONT_COVER)
    assert (cover.media_type, cover.height_px, cover.width_px) == ("image/jpeg", 341, 222)


def test_the_editeur_sample_market_is_the_world_but_some() -> None:
    (format_,) = roseanna().formats
    (supply,) = format_.supplies
    assert (supply.availability, supply.status) == ("21", "04")
    assert {"AS", "AU", "CA", "GU", "MP", "NZ", "PH", "PR", "US", "VI", "ZA"}.isdisjoint(supply.countries)
    assert {"GB", "FR", "DE", "IN"} <= supply.countries
    assert [price.tax.code for price in format_.prices] == ["Z", None, None]


def test_the_header_of_the_editeur_sample() -> None:
    with read_onix(oracle.sample("editeur-sample-onix31-short")) as reading:
        header = reading.header
    assert (header.release, header.short, header.number, header.sender) == (
        "3.1",
        True,
        "231",
        "Global Bookinfo",
    )
    assert header.sent is not None
    assert header.sent.instant == datetime(2010, 5, 10, 15, 15, tzinfo=UTC)


def test_the_superseded_namespace() -> None:
    (family,) = families("fr-legacy-namespace-minimal")
    (format_,) = family.title.formats
    assert family.title.name == "Certaines n'avaient jamais vu la mer"
    assert family.title.language == "fre"
    assert (format_.isbn, format_.unpriced, format_.prices) == (None, "03", ())
    assert format_.extra[fields.FILE_SIZE_BYTES] == 480211
    assert format_.extra[fields.PROTECTION] == ("02",)


def test_eighteen_markets_with_their_own_dates() -> None:
    name = "fr-market-publishing-detail-nons"
    (product,), (format_,) = oracle.products(oracle.sample(name)), formats(name).values()
    wanted = list(oracle.market_dates(product))
    assert len(wanted) == 18
    assert [
        (one.countries, one.status, f"{one.publication_date.first:%Y%m%d}" if one.publication_date else None)
        for one in format_.supplies
    ] == wanted
    assert {price.kind for price in format_.prices} == {PriceKind.FIXED}
    assert format_.prices[0].tax.rate_percent == Decimal("5.5")


def test_preorders_open_before_publication() -> None:
    (format_,) = formats("fr-preorder-embargo-nons").values()
    assert format_.preorder_from is not None
    assert (format_.preorder_from.first, format_.preorder_from.precision) == (
        date(2011, 8, 21),
        Precision.DAY,
    )
    (family,) = families("fr-preorder-embargo-nons")
    digests = [asset.digest for asset in family.title.assets]
    assert digests == ["md5:bfff2150cafd29b9004258a7fc284266", "md5:a4242180f71d96bed26150a7d2f87d18"]


def test_a_bare_record_is_read_with_its_price_periods() -> None:
    (format_,) = formats("fr-price-periods-bare-product").values()
    assert [
        (str(price.money), price.qualifier, str(price.starts), str(price.ends)) for price in format_.prices
    ] == [
        ("8.99 EUR", "00", "None", "None"),
        ("4.99 EUR", "08", "2016-07-08", "2016-07-08"),
        ("3.99 EUR", "08", "2016-08-01", "2016-08-15"),
    ]
    assert format_.publication_date is not None
    assert format_.publication_date.instant == datetime(2011, 5, 31, 22, 0, tzinfo=UTC)
    assert format_.isbn is None


def test_release_two_is_refused() -> None:
    with pytest.raises(InvalidDocument, match=r"release 2\.1.*Ask the sender for ONIX 3\.0 or 3\.1"):
        read_onix(oracle.sample("wiley-onix21"))


# --- every sample in every spelling -------------------------------------------------------------------------

SPELLINGS = (
    ("http://ns.editeur.org/onix/{release}/reference", False),
    ("http://ns.editeur.org/onix/{release}/short", True),
    ("http://www.editeur.org/onix/{release}/reference", False),
    (None, False),
    (None, True),
)


@pytest.mark.parametrize("name", [name for name in READABLE if "bare" not in name])
@pytest.mark.parametrize("release", ["3.0", "3.1"])
@pytest.mark.parametrize(("namespace", "short"), SPELLINGS)
def test_the_spelling_makes_no_difference(
    name: str, release: str, namespace: str | None, short: bool
) -> None:
    from io import BytesIO

    root = oracle.plain_tree(oracle.sample(name)).getroot()
    for element in root.iter():
        local = oracle.tag_map().get(element.tag, element.tag) if short else element.tag
        local = "ONIXmessage" if short and element is root else local
        element.tag = f"{{{namespace.format(release=release)}}}{local}" if namespace else local
    root.set("release", release)
    with read_onix(BytesIO(etree.tostring(root, encoding="utf-8"))) as reading:
        found = [family.title for family in reading.families()]
        assert reading.header.release == release
    assert found == [family.title for family in families(name)]

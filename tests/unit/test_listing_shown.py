"""What a page shows: texts, pictures, categories, custom fields, keywords, brand."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from attrs import evolve

from commerce_bridge.bridges.listing import rules
from commerce_bridge.bridges.listing.categories import CategoryMap
from commerce_bridge.bridges.listing.policy import StorePolicy
from commerce_bridge.domain.absence import CLEARED, MISSING
from commerce_bridge.domain.dates import Date, Precision
from commerce_bridge.domain.record import Fact, Kin, Placement
from commerce_bridge.domain.title import (
    Asset,
    AssetKind,
    Contributor,
    Extent,
    Listing,
    Scheme,
    SeriesMembership,
    Subject,
    Text,
    TextKind,
)
from commerce_bridge.mapping import Problem
from rigs.titles import day, facts, isbn, make_context, make_format, make_listing, make_title, with_measures

CONTEXT = make_context()
POLICY = StorePolicy()


def text(kind: TextKind, body: str, **more: Any) -> Text:
    return Text(kind=kind, body=body, **more)


@pytest.mark.parametrize(
    ("texts", "wanted"),
    [
        (
            [text(TextKind.DESCRIPTION, "<p>Long</p>"), text(TextKind.SHORT_DESCRIPTION, "Short")],
            "<p>Long</p>",
        ),
        ([text(TextKind.SHORT_DESCRIPTION, "Short"), text(TextKind.COVER_COPY, "Cover")], "Short"),
        ([text(TextKind.COVER_COPY, "Cover")], "Cover"),
        ([text(TextKind.REVIEW_QUOTE, "Splendid")], CLEARED),
        ([text(TextKind.DESCRIPTION, "No", approved=False)], CLEARED),
        ([text(TextKind.DESCRIPTION, "<script>x()</script>")], CLEARED),
        ([text(TextKind.DESCRIPTION, "<p>&nbsp;</p><p> </p>")], CLEARED),
        ([], CLEARED),
        ([text(TextKind.DESCRIPTION, "a < b\n\nc & d", html=False)], "<p>a &lt; b</p><p>c &amp; d</p>"),
    ],
)
def test_the_description_is_the_fullest_there_is_and_safe(texts: list[Text], wanted: Any):
    assert rules.description()(make_listing(texts=tuple(texts)), CONTEXT) == wanted


@pytest.mark.parametrize(
    ("body", "wanted"),
    [
        ("<p>In <b>brief</b>, so.</p><p>And more</p>", "In brief, so. And more"),
        ("<p>D<i>rop</i>cap</p>", "Dropcap"),
        ("one<br>two<br/>three<ul><li>a</li><li>b</li></ul>", "one two three a b"),
        ("a &amp; b &lt;c&gt;", "a & b <c>"),
        ("<p></p>", CLEARED),
    ],
)
def test_the_summary_is_the_short_description_without_markup(body: str, wanted: Any):
    listing = make_listing(texts=(text(TextKind.SHORT_DESCRIPTION, body),))
    assert rules.summary()(listing, CONTEXT) == wanted


def test_a_long_summary_is_cut_at_a_word():
    found = rules.summary()(make_listing(texts=(text(TextKind.SHORT_DESCRIPTION, "word " * 200),)), CONTEXT)
    assert len(found) <= 300
    assert found.endswith("word…")
    solid = rules.summary()(make_listing(texts=(text(TextKind.HEADLINE, "x" * 400),)), CONTEXT)
    assert solid == "x" * 299 + "…"
    assert rules.summary()(make_listing(), CONTEXT) is CLEARED, "a description is no summary"


@pytest.mark.parametrize(
    ("body", "wanted"),
    [
        ("<p onclick='x()' style='color:red' class='a'>Safe</p>", "<p>Safe</p>"),
        ("<a href='https://example.org' target='_blank'>go</a>", '<a href="https://example.org">go</a>'),
        ("<a href='javascript:x()'>go</a>", "<a>go</a>"),
        ("<iframe src='https://example.org'></iframe>kept", "kept"),
        ("<h1>Big</h1><h2>Less</h2>", "Big<h2>Less</h2>"),
        ("<img src=x onerror=y()>kept", "kept"),
        ("<style>p{}</style><table><tr><td>cell</td></tr></table>", "cell"),
        ("<!-- secret -->kept", "kept"),
    ],
)
def test_nothing_that_runs_or_hides_reaches_a_shop(body: str, wanted: str):
    assert rules.description()(make_listing(texts=(text(TextKind.DESCRIPTION, body),)), CONTEXT) == wanted


def cover(
    url: str = "https://images.example.org/c.jpg", kind: AssetKind = AssetKind.FRONT_COVER, **more: Any
) -> Asset:
    return Asset(kind=kind, url=url, **more)


def shown(*assets: Asset, policy: StorePolicy = POLICY) -> Any:
    found = rules.pictures(policy)(make_listing(assets=assets), CONTEXT)
    return found if isinstance(found, Problem) else sorted(found, key=lambda one: one.place)


def test_the_cover_comes_first_and_stands_for_the_product():
    found = shown(
        cover("https://images.example.org/back.jpg", AssetKind.BACK_COVER),
        cover("https://images.example.org/old.jpg"),
        cover("https://images.example.org/new.jpg"),
        cover("https://images.example.org/sample.pdf", AssetKind.SAMPLE_CONTENT),
    )
    assert [(one.url.rsplit("/")[-1], one.main, one.place) for one in found] == [
        ("new.jpg", True, 0),
        ("back.jpg", False, 1),
    ]


def test_a_picture_is_known_by_its_content_else_by_its_address():
    (by_url,) = shown(cover("https://images.example.org/a.jpg"))
    (other,) = shown(cover("https://images.example.org/b.jpg"))
    (moved_a,) = shown(cover("https://images.example.org/a.jpg", digest="sha256:" + "0" * 64))
    (moved_b,) = shown(cover("https://images.example.org/b.jpg", digest="sha256:" + "0" * 64))
    assert by_url.digest != other.digest
    assert moved_a.digest == moved_b.digest, "the same content is the same picture, wherever it lies"
    assert all(one.digest.startswith("token:") and len(one.digest) == 18 for one in (by_url, moved_a))


def test_the_same_picture_is_shown_once():
    found = shown(
        cover("https://images.example.org/c.jpg"),
        cover("https://images.example.org/c.jpg", AssetKind.PACK_SHOT),
        cover("https://images.example.org/d.jpg", AssetKind.PACK_SHOT, digest="sha256:1"),
        cover("https://images.example.org/e.jpg", AssetKind.BACK_COVER, digest="sha256:1"),
    )
    assert [one.place for one in found] == [0, 1]
    assert len({one.slot for one in found}) == 2
    assert found[0].main


@pytest.mark.parametrize(
    ("asset", "words"),
    [
        (cover(), "Front cover of The Black Road"),
        (cover(caption="The road at night"), "The road at night"),
        (cover(caption="Caption", alternative_text="A road between firs"), "A road between firs"),
        (cover(credit="© A. Quill"), "Front cover of The Black Road. © A. Quill"),
        (cover(kind=AssetKind.HOLDING_IMAGE), "Cover to come of The Black Road"),
    ],
)
def test_a_picture_has_words_for_those_who_cannot_see_it(asset: Asset, words: str):
    assert shown(asset)[0].text == words


def test_words_of_a_picture_have_a_limit():
    assert len(shown(cover(alternative_text="long " * 100))[0].text) <= 200


def test_the_policy_limits_the_other_pictures():
    others = [cover(f"https://images.example.org/{n}.jpg", AssetKind.PACK_SHOT) for n in range(6)]
    assert len(shown(cover(), *others)) == 5
    assert len(shown(cover(), *others, policy=StorePolicy(images=0))) == 1
    assert shown() == []


def test_an_address_that_the_store_refuses_is_told_and_the_other_pictures_go():
    long = "https://images.example.org/" + "x" * 240 + ".jpg"
    problem = shown(cover(long), cover("https://images.example.org/b.jpg", AssetKind.BACK_COVER))
    assert isinstance(problem, Problem)
    assert not problem.blocking
    assert f"is {len(long)} characters long, and the store takes 255" in problem.message
    assert "https://images.example.org/xxx" in problem.message, "people must know which"
    (left,) = problem.instead
    assert left.url.endswith("b.jpg")
    assert left.main


MAP = CategoryMap.of(
    {"bisac": {"FIC": ["Fiction"], "FIC022": ["Fiction", "Crime"]}, "thema": {"FB": ["Novels"]}}
)


@pytest.mark.parametrize(
    ("codes", "wanted"),
    [
        (["FIC022000"], {("Fiction", "Crime")}),
        (["FIC019000"], {("Fiction",)}),
        (["FIC022000", "FIC019000"], {("Fiction", "Crime"), ("Fiction",)}),
        (["FIC019000", "FIC020000"], {("Fiction",)}),
        (["FIC019000", "HIS000000"], {("Fiction",)}),
    ],
)
def test_categories_are_those_the_map_gives_the_longest_beginning_winning(codes: list[str], wanted: set[Any]):
    subjects = tuple(Subject(scheme=Scheme.BISAC, code=code) for code in codes)
    found = rules.categories(StorePolicy(categories=MAP))(make_listing(subjects=subjects), CONTEXT)
    assert found == {Placement(path) for path in wanted}


@pytest.mark.parametrize(
    ("subjects", "words"),
    [
        (
            [Subject(scheme=Scheme.BISAC, code="HIS000000"), Subject(scheme=Scheme.THEMA, code="NH")],
            "(HIS000000, NH)",
        ),
        ([Subject(scheme=Scheme.BIC, code="FF")], "(it has none)"),
        ([], "(it has none)"),
    ],
)
def test_a_title_without_a_place_is_told_and_goes_to_the_store_all_the_same(
    subjects: list[Subject], words: str
):
    rule = rules.categories(StorePolicy(categories=MAP))
    problem = rule(make_listing(subjects=tuple(subjects)), CONTEXT)
    assert isinstance(problem, Problem)
    assert (problem.code, problem.blocking, problem.instead) == ("no-category", False, frozenset())
    assert words in problem.message


def test_a_store_without_a_map_has_no_categories_of_ours_and_nobody_is_told():
    assert rules.categories(POLICY)(make_listing(), CONTEXT) == frozenset()


def test_contributors_are_those_of_this_format_by_role():
    title = make_title(
        make_format(1, "BC"),
        make_format(2, "AJ"),
        contributors=(
            Contributor(name="Ada Quill"),
            Contributor(name="Bo Reed", role="A02"),
            Contributor(name="Cy Voice", role="E07", formats=frozenset({"2"})),
            Contributor(name="Di Pen", role="A12", formats=frozenset({"1", "2"})),
            Contributor(name="Quill Society", role="Z98", corporate=True),
            Contributor(name="  ", role="B01"),
        ),
    )
    common = {"Author": {"Ada Quill", "Bo Reed"}, "Illustrator": {"Di Pen"}, "Contributor": {"Quill Society"}}
    book, audio = (Listing(title=title, formats=(one,)) for one in title.formats)
    assert facts(rules.contributors()(book, CONTEXT)) == common
    assert facts(rules.contributors()(audio, CONTEXT)) == {**common, "Reader": {"Cy Voice"}}


@pytest.mark.parametrize(
    ("form", "height", "width", "wanted"),
    [
        ("BC", Decimal("198.00"), Decimal(129), "198 × 129 mm"),
        ("BC", Decimal("200"), Decimal("129.5"), "200 × 129.5 mm"),
        ("BC", None, Decimal(129), CLEARED),
        ("BC", Decimal(198), None, CLEARED),
        ("BC", Decimal(0), Decimal(129), CLEARED),
        ("ED", Decimal(198), Decimal(129), CLEARED),
    ],
)
def test_trim_size(form: str, height: Any, width: Any, wanted: Any):
    one = with_measures(make_format(1, form), height_mm=height, width_mm=width)
    assert rules.trim_size()(make_listing(one), CONTEXT) == wanted


@pytest.mark.parametrize(
    ("extents", "wanted"),
    [
        ([("pages", "312")], "312 pages"),
        ([("pages", "1")], "1 page"),
        ([("duration", "605")], "10 h 05 min"),
        ([("duration", "45.5")], "0 h 45 min"),
        ([("pages", "0"), ("duration", "60")], "1 h 00 min"),
        ([("pages", "0")], CLEARED),
        ([], CLEARED),
    ],
)
def test_extents(extents: list[tuple[str, str]], wanted: Any):
    made = tuple(Extent(kind=kind, value=Decimal(value)) for kind, value in extents)
    assert rules.extent()(make_listing(make_format(extents=made)), CONTEXT) == wanted


@pytest.mark.parametrize(
    ("date", "wanted"),
    [
        (day("2026-09-03"), "2026-09-03"),
        (Date(day("2026-09-01").first, Precision.MONTH), "2026-09"),
        (Date(day("2026-01-01").first, Precision.YEAR), "2026"),
        (None, CLEARED),
    ],
)
def test_a_publication_date_is_no_more_exact_than_it_is_known(date: Any, wanted: Any):
    assert rules.publication_date()(make_listing(make_format(publication_date=date)), CONTEXT) == wanted


def test_series_with_and_without_a_number():
    series = (
        SeriesMembership(name="Roads", number="2"),
        SeriesMembership(name="Nights"),
        SeriesMembership(name=" "),
        SeriesMembership(name="L" * 300, number="1"),
    )
    found = facts(rules.series()(make_listing(series=series), CONTEXT))["Series"]
    assert {"Roads, 2", "Nights"} <= found
    assert len(found) == 3
    assert all(len(one) <= 250 for one in found)
    assert rules.series()(make_listing(series=()), CONTEXT) == frozenset()


@pytest.mark.parametrize(
    ("own", "titles", "wanted"),
    [(None, "Of titles", "Of titles"), ("Own", "Of titles", "Own"), (None, None, CLEARED), ("", "", CLEARED)],
)
def test_a_formats_own_subtitle_wins(own: Any, titles: Any, wanted: Any):
    listing = make_listing(make_format(subtitle=own), subtitle=titles)
    assert rules.subtitle()(listing, CONTEXT) == wanted


@pytest.mark.parametrize(
    ("lists", "wanted"),
    [
        (["road; night ;  ; crime"], "road,night,crime"),
        (["road;night", "night;firs"], "road,night,firs"),
        ([" ; "], CLEARED),
        ([], CLEARED),
    ],
)
def test_keywords_are_the_publishers_each_once(lists: list[str], wanted: Any):
    subjects = tuple(Subject(scheme=Scheme.KEYWORDS, code=one) for one in lists)
    other = Subject(scheme=Scheme.BISAC, code="FIC000000")
    assert rules.keywords()(make_listing(subjects=(other, *subjects)), CONTEXT) == wanted


@pytest.mark.parametrize(
    ("imprint", "publisher", "wanted"),
    [("Larkmere", "Quill & Co", "Larkmere"), (None, "Quill & Co", "Quill & Co"), (None, None, CLEARED)],
)
def test_the_brand_is_the_imprint_else_the_publisher(imprint: Any, publisher: Any, wanted: Any):
    assert rules.brand()(make_listing(imprint=imprint, publisher=publisher), CONTEXT) == wanted


def test_sku_form_and_the_sources_numbers():
    listing = make_listing(make_format(3, "BB"))
    assert rules.sku()(listing, CONTEXT) == isbn(3)
    assert rules.sku()(make_listing(make_format(isbn=None)), CONTEXT) is MISSING
    assert rules.form()(listing, CONTEXT) == "Hardback"
    assert rules.form()(make_listing(make_format(form=None)), CONTEXT) is MISSING
    assert rules.source_id(True)(listing, CONTEXT) == "7"
    assert rules.source_id(False)(listing, CONTEXT) == "3"


def test_the_family_is_everybody_else():
    listing = make_listing(make_format(1))
    context = evolve(CONTEXT, kin={"src:product:1": "one", "src:product:2": "two", "src:product:3": "three"})
    assert rules.family()(listing, context) == {Kin("two"), Kin("three")}
    assert rules.family()(listing, CONTEXT) == frozenset()


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("BB", "Hardback"),
        ("BC", "Paperback"),
        ("BZ", "Book"),
        ("AJ", "Audiobook download"),
        ("AC", "Audio CD"),
        ("AA", "Audio"),
        ("ED", "E-book"),
        ("SA", "Set"),
        ("XA", "Other"),
    ],
)
def test_forms_have_the_names_shops_use(code: str, name: str):
    assert rules.form()(make_listing(make_format(form=code)), CONTEXT) == name


@pytest.mark.parametrize(
    ("role", "name"),
    [
        ("A01", "Author"),
        ("A12", "Illustrator"),
        ("B06", "Translator"),
        ("E07", "Reader"),
        ("Z99", "Contributor"),
    ],
)
def test_roles_have_the_names_shops_use(role: str, name: str):
    listing = make_listing(contributors=(Contributor(name="Ada", role=role),))
    assert rules.contributors()(listing, CONTEXT) == {Fact(name, "Ada")}

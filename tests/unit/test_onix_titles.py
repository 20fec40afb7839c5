"""Names, series, people, subjects: what a record says of the work."""

from __future__ import annotations

import pytest

from commerce_bridge.domain.title import Scheme, Title
from commerce_bridge.platforms.onix import OnixSettings, fields
from rigs.onix_messages import HEADER, codes, one_family, one_format, one_title, product, related, title, work


def of(descriptive: str = "", *, titles: str | None = None, settings: OnixSettings | None = None) -> Title:
    return one_title(product(descriptive=descriptive, titles=titles), settings=settings)


def element(level: str, inner: str) -> str:
    return f"<TitleElement><TitleElementLevel>{level}</TitleElementLevel>{inner}</TitleElement>"


def detail(*elements: str, kind: str = "01") -> str:
    return f"<TitleDetail><TitleType>{kind}</TitleType>{''.join(elements)}</TitleDetail>"


# --- titles -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("inner", "name"),
    [
        ("<TitleText>The Alder Wood</TitleText>", "The Alder Wood"),
        (
            "<TitlePrefix>The</TitlePrefix><TitleWithoutPrefix>Alder Wood</TitleWithoutPrefix>",
            "The Alder Wood",
        ),
        ("<NoPrefix/><TitleWithoutPrefix>Alder Wood</TitleWithoutPrefix>", "Alder Wood"),
        ("<TitlePrefix>L'</TitlePrefix><TitleWithoutPrefix>aulne</TitleWithoutPrefix>", "L'aulne"),
        ("<TitlePrefix>L’</TitlePrefix><TitleWithoutPrefix>aulne</TitleWithoutPrefix>", "L’aulne"),
        ("<TitleText>  The\n  Alder   Wood </TitleText>", "The Alder Wood"),
        ("<TitleText>Fish &amp; Chips &lt;2&gt;</TitleText>", "Fish & Chips <2>"),
        ("<PartNumber>2</PartNumber><TitleText>Wood</TitleText>", "Wood"),
    ],
)
def test_the_display_title(inner: str, name: str) -> None:
    assert of(titles=detail(element("01", inner))).name == name


def test_the_distinctive_title_is_shown_whatever_stands_first() -> None:
    short = detail(element("01", "<TitleText>ALDER WD</TitleText>"), kind="10")
    assert of(titles=short + title("The Alder Wood")).name == "The Alder Wood"


def test_another_title_stands_in_and_that_is_told() -> None:
    family = one_family(product(titles=detail(element("01", "<TitleText>Alder</TitleText>"), kind="10")))
    assert family.title.name == "Alder"
    assert "title.type" in codes(family)


def test_the_collection_level_beside_it_is_not_in_the_title() -> None:
    both = detail(
        element("02", "<TitleText>Woods</TitleText>"), element("01", "<TitleText>Alder</TitleText>")
    )
    assert of(titles=both).name == "Alder"


def test_a_volume_may_have_only_its_collections_title_and_a_number() -> None:
    volume = detail(
        element("02", "<TitleText>Woods of Europe</TitleText>"), element("01", "<PartNumber>3</PartNumber>")
    )
    assert of(titles=volume).name == "Woods of Europe 3"
    annual = detail(
        element("02", "<TitleText>Woods</TitleText>"), element("01", "<YearOfAnnual>2026</YearOfAnnual>")
    )
    assert of(titles=annual).name == "Woods 2026"


def test_subtitles() -> None:
    assert of(titles=title(extra="<Subtitle>A \n History</Subtitle>")).subtitle == "A History"
    assert of().subtitle is None


def test_no_title_is_told_and_stops_nothing() -> None:
    family = one_family(product(titles=""))
    assert (family.title.name, len(family.title.formats)) == ("", 1)
    assert "title.missing" in codes(family)


def test_a_sibling_names_the_title_that_the_first_record_does_not() -> None:
    one = product("a.1", titles="", related=work("w"))
    family = one_family(
        one, product("b.2", titles=title("Alder", extra="<Subtitle>Sub</Subtitle>"), related=work("w"))
    )
    assert (family.title.name, family.title.subtitle) == ("Alder", "Sub")
    assert [one.name for one in family.title.formats] == [None, None]


def test_a_format_keeps_a_name_of_its_own() -> None:
    named = [
        product(f"a.{n}", titles=title(text), related=work("w"))
        for n, text in ((1, "Alder"), (2, "Alder (film tie-in)"))
    ]
    made = one_title(*named)
    assert (made.name, [one.name for one in made.formats]) == ("Alder", [None, "Alder (film tie-in)"])


# --- series -------------------------------------------------------------------------------------------------


def collection(inner: str = "", *, kind: str = "10", name: str = "Woods", elements: str | None = None) -> str:
    return (
        f"<Collection><CollectionType>{kind}</CollectionType>{inner}"
        f"{detail(elements or element('02', f'<TitleText>{name}</TitleText>'))}</Collection>"
    )


def sequence(kind: str, number: str) -> str:
    return (
        f"<CollectionSequence><CollectionSequenceType>{kind}</CollectionSequenceType>"
        f"<CollectionSequenceNumber>{number}</CollectionSequenceNumber></CollectionSequence>"
    )


def memberships(*collections: str, titles: str | None = None) -> list[tuple[str, str | None]]:
    return [(one.name, one.number) for one in of("".join(collections), titles=titles).series]


def test_a_series_and_its_number() -> None:
    assert memberships(collection()) == [("Woods", None)]
    assert memberships(collection(sequence("03", "7"))) == [("Woods", "7")]
    assert memberships(collection(sequence("06", "9") + sequence("02", "4"))) == [("Woods", "4")]


def test_a_part_number_is_a_number_too() -> None:
    inside = collection(elements=element("02", "<PartNumber>5</PartNumber><TitleText>Woods</TitleText>"))
    assert memberships(inside) == [("Woods", "5")]
    own = detail(element("01", "<PartNumber>6</PartNumber><TitleText>Alder</TitleText>"))
    assert memberships(collection(), titles=own) == [("Woods", "6")]
    assert memberships(collection(), collection(name="Trees"), titles=own) == [
        ("Woods", None),
        ("Trees", None),
    ]


def test_a_series_in_a_series() -> None:
    nested = element("02", "<TitleText>Woods</TitleText>") + element("03", "<TitleText>North</TitleText>")
    assert memberships(collection(sequence("02", "2"), elements=nested)) == [("Woods", None), ("North", "2")]


def test_an_aggregators_series_stands_in_only_where_there_is_no_other() -> None:
    assert memberships(collection(kind="20", name="Ascribed"), collection()) == [("Woods", None)]
    assert memberships(collection(kind="20", name="Ascribed")) == [("Ascribed", None)]


def test_a_series_with_a_prefix_and_an_identifier() -> None:
    prefixed = element("02", "<TitlePrefix>The</TitlePrefix><TitleWithoutPrefix>Woods</TitleWithoutPrefix>")
    numbered = (
        "<CollectionIdentifier><CollectionIDType>01</CollectionIDType><IDTypeName>own</IDTypeName>"
        "<IDValue>S1</IDValue></CollectionIdentifier>"
    )
    (only,) = of(collection(numbered, elements=prefixed)).series
    assert (only.name, only.identifier) == ("The Woods", "S1")


# --- people -------------------------------------------------------------------------------------------------


def person(name: str, *roles: str, place: str = "", more: str = "") -> str:
    number = f"<SequenceNumber>{place}</SequenceNumber>" if place else ""
    return f"<Contributor>{number}{''.join(f'<ContributorRole>{one}</ContributorRole>' for one in roles)}{name}{more}</Contributor>"


JANE = "<PersonName>Jane Rowan</PersonName><PersonNameInverted>Rowan, Jane</PersonNameInverted>"


@pytest.mark.parametrize(
    ("name", "shown", "sorted_as"),
    [
        (JANE, "Jane Rowan", "Rowan, Jane"),
        ("<PersonNameInverted>Rowan, Jane</PersonNameInverted>", "Jane Rowan", "Rowan, Jane"),
        (
            "<PersonNameInverted>Rowan, Jane, Dame</PersonNameInverted>",
            "Rowan, Jane, Dame",
            "Rowan, Jane, Dame",
        ),
        ("<NamesBeforeKey>Jane</NamesBeforeKey><KeyNames>Rowan</KeyNames>", "Jane Rowan", "Rowan, Jane"),
        ("<KeyNames>Colette</KeyNames>", "Colette", "Colette"),
        (
            "<TitlesBeforeNames>Dame</TitlesBeforeNames><NamesBeforeKey>Ann</NamesBeforeKey><PrefixToKey>van</PrefixToKey>"
            "<KeyNames>Es</KeyNames><SuffixToKey>III</SuffixToKey><LettersAfterNames>PhD</LettersAfterNames>",
            "Dame Ann van Es III, PhD",
            "Es, Ann van",
        ),
    ],
)
def test_names_of_persons(name: str, shown: str, sorted_as: str) -> None:
    (only,) = of(person(name, "A01")).contributors
    assert (only.name, only.inverted, only.corporate) == (shown, sorted_as, False)


def test_bodies() -> None:
    body = "<CorporateName>Alder Society</CorporateName>"
    (only,) = of(person(body, "B01")).contributors
    assert (only.name, only.corporate, only.inverted) == ("Alder Society", True, None)


@pytest.mark.parametrize("code", [f"0{number}" for number in range(1, 10)])
def test_unnamed_persons_have_a_name_to_show(code: str) -> None:
    (only,) = of(person(f"<UnnamedPersons>{code}</UnnamedPersons>", "A01")).contributors
    assert only.name
    assert not only.name.isdigit()


def test_what_unnamed_persons_are_called_is_a_setting() -> None:
    settings = OnixSettings(unnamed={"04": "Divers"})
    (only,) = of(person("<UnnamedPersons>04</UnnamedPersons>", "A01"), settings=settings).contributors
    assert only.name == "Divers"


def test_roles_repeat() -> None:
    found = of(person(JANE, "A01", "A12", "A01")).contributors
    assert [(one.name, one.role, one.place) for one in found] == [
        ("Jane Rowan", "A01", 1),
        ("Jane Rowan", "A12", 1),
    ]


def test_the_order_is_that_of_the_sequence_numbers() -> None:
    two = person(JANE, "A01", place="2") + person("<PersonName>Tom Ash</PersonName>", "B06", place="1")
    assert [(one.name, one.place) for one in of(two).contributors] == [("Tom Ash", 1), ("Jane Rowan", 2)]
    bare = person(JANE, "A01") + person("<PersonName>Tom Ash</PersonName>", "B06")
    assert [one.place for one in of(bare).contributors] == [1, 2]


def test_identifiers_and_biography() -> None:
    more = (
        "<NameIdentifier><NameIDType>16</NameIDType><IDValue>0000000121479135</IDValue></NameIdentifier>",
        '<BiographicalNote language="fre">Elle</BiographicalNote>'
        '<BiographicalNote textformat="05"><p>Born in <em>Ely</em>.</p></BiographicalNote>',
    )
    (only,) = of(person(more[0] + JANE, "A01", more=more[1])).contributors
    assert [(one.scheme, one.value) for one in only.identifiers] == [("16", "0000000121479135")]
    assert only.biography == "<p>Born in <em>Ely</em>.</p>"


def test_a_contributor_without_a_name_is_left_out_and_told() -> None:
    family = one_family(product(descriptive=person("", "A01") + person(JANE, "A01")))
    assert [one.name for one in family.title.contributors] == ["Jane Rowan"]
    assert "contributor.name" in codes(family)


def test_a_contributor_without_a_role_is_an_author_and_told() -> None:
    family = one_family(product(descriptive=person(JANE)))
    assert [one.role for one in family.title.contributors] == ["A01"]
    assert "contributor.role" in codes(family)


def test_who_belongs_to_which_format() -> None:
    reader = person("<PersonName>Tom Ash</PersonName>", "E07", place="2")
    made = one_title(
        product("a.1", descriptive=person(JANE, "A01", place="1"), related=work("w")),
        product("a.2", descriptive=person(JANE, "A01", place="1") + reader, related=work("w"), form="AJ"),
    )
    assert [(one.name, one.formats) for one in made.contributors] == [
        ("Jane Rowan", None),
        ("Tom Ash", {"a.2"}),
    ]


# --- subjects and the rest ----------------------------------------------------------------------------------


def subject(scheme: str, code: str = "", heading: str = "", *, main: bool = False, name: str = "") -> str:
    return (
        f"<Subject>{'<MainSubject/>' if main else ''}<SubjectSchemeIdentifier>{scheme}</SubjectSchemeIdentifier>"
        f"{f'<SubjectSchemeName>{name}</SubjectSchemeName>' if name else ''}"
        f"{f'<SubjectCode>{code}</SubjectCode>' if code else ''}"
        f"{f'<SubjectHeadingText>{heading}</SubjectHeadingText>' if heading else ''}</Subject>"
    )


def test_subjects_in_their_schemes() -> None:
    several = (
        subject("93", "FM", "Fantasy", main=True)
        + subject("94", "1DDU-GB-ESL")
        + subject("10", "FIC009020", main=True)
        + subject("12", "FM")
        + subject("20", heading="alder; wood")
        + subject("23", heading="SF", name="shelf")
        + subject("01", "823.92")
        + subject("24", "X1", name="Alder")
    )
    assert [(one.scheme, one.code, one.main, one.scheme_name) for one in of(several).subjects] == [
        (Scheme.THEMA, "FM", True, None),
        (Scheme.THEMA_PLACE, "1DDU-GB-ESL", False, None),
        (Scheme.BISAC, "FIC009020", True, None),
        (Scheme.BIC, "FM", False, None),
        (Scheme.KEYWORDS, "alder; wood", False, None),
        (Scheme.OWN, "SF", False, "shelf"),
        (Scheme.OTHER, "823.92", False, "ONIX List 27: 01"),
        (Scheme.OTHER, "X1", False, "Alder"),
    ]


def test_a_code_that_is_no_bisac_code_is_kept_and_told() -> None:
    family = one_family(product(descriptive=subject("10", "FICTION")))
    assert [one.code for one in family.title.subjects] == ["FICTION"]
    assert "subject.code" in codes(family)


def test_a_subject_without_a_code_is_left_out_and_told() -> None:
    family = one_family(product(descriptive=subject("93")))
    assert family.title.subjects == ()
    assert "subject.code" in codes(family)


def test_subjects_of_all_formats_stand_once() -> None:
    made = one_title(
        product("a.1", descriptive=subject("93", "FM") + subject("93", "FK"), related=work("w")),
        product("a.2", descriptive=subject("93", "FM") + subject("93", "FMH"), related=work("w")),
    )
    assert [one.code for one in made.subjects] == ["FM", "FK", "FMH"]


def test_language_publisher_imprint() -> None:
    language = (
        "<Language><LanguageRole>02</LanguageRole><LanguageCode>swe</LanguageCode></Language>"
        "<Language><LanguageRole>01</LanguageRole><LanguageCode>eng</LanguageCode></Language>"
    )
    publishing = (
        "<Imprint><ImprintName>Twig</ImprintName></Imprint>"
        "<Publisher><PublishingRole>02</PublishingRole><PublisherName>Co</PublisherName></Publisher>"
        "<Publisher><PublishingRole>01</PublishingRole><PublisherName>Alder</PublisherName></Publisher>"
    )
    made = one_title(product(descriptive=language, publishing=publishing))
    assert (made.language, made.publisher, made.imprint) == ("eng", "Alder", "Twig")


def test_the_headers_language_stands_in() -> None:
    header = HEADER.replace("</Header>", "<DefaultLanguageOfText>fre</DefaultLanguageOfText></Header>")
    assert one_title(product(), header=header).language == "fre"
    assert one_title(product()).language is None


def test_similar_titles_are_told_by_isbn() -> None:
    similar = (
        related("9781900000024", "23")
        + related("9781900000031", "06")
        + related("1900000024", "23", kind="02")
    )
    assert one_title(product(related=similar)).related == ("9781900000024",)


def test_extras() -> None:
    descriptive = (
        "<ProductFormFeature><ProductFormFeatureType>09</ProductFormFeatureType>"
        "<ProductFormFeatureValue>84</ProductFormFeatureValue></ProductFormFeature>"
        "<ProductFormFeature><ProductFormFeatureType>10</ProductFormFeatureType>"
        "<ProductFormFeatureValue>2</ProductFormFeatureValue></ProductFormFeature>"
        "<EpubTechnicalProtection>00</EpubTechnicalProtection>"
        "<ContributorStatement>By <em>Jane</em> Rowan</ContributorStatement>"
        "<Audience><AudienceCodeType>01</AudienceCodeType><AudienceCodeValue>02</AudienceCodeValue></Audience>"
        "<Audience><AudienceCodeType>22</AudienceCodeType><AudienceCodeValue>x</AudienceCodeValue></Audience>"
    )
    made = of(descriptive)
    (format_,) = made.formats
    assert format_.extra == {
        fields.COMPOSITION: "00",
        fields.ACCESSIBILITY: ("84",),
        fields.PROTECTION: ("00",),
    }
    assert made.extra == {fields.AUDIENCE: ("02",), fields.CONTRIBUTOR_STATEMENT: "By Jane Rowan"}
    assert set(format_.extra) <= set(fields.FORMAT_EXTRAS)
    assert set(made.extra) <= set(fields.TITLE_EXTRAS)


def test_a_trade_pack_is_told() -> None:
    pack = product().replace("<ProductComposition>00", "<ProductComposition>30")
    assert "composition.trade" in codes(one_family(pack))


def test_editions() -> None:
    format_ = one_format(
        product(descriptive="<EditionNumber>3</EditionNumber><EditionStatement>Third</EditionStatement>")
    )
    assert (format_.edition_number, format_.edition) == (3, "Third")
    assert one_format(product(descriptive="<NoEdition/>")).edition_number is None


@pytest.mark.parametrize(
    ("identifiers", "wanted"),
    [
        ((("15", "9781900000017"),), "9781900000017"),
        ((("15", "978-1-900000-01-7"),), "9781900000017"),
        ((("03", "9781900000017"),), "9781900000017"),
        ((("02", "1900000016"),), "9781900000017"),
        ((("01", "SKU"), ("03", "5012345678900")), None),
        ((("03", "5012345678900"), ("15", "9781900000017")), "9781900000017"),
        ((("01", "SKU"),), None),
    ],
)
def test_isbns(identifiers: tuple[tuple[str, str], ...], wanted: str | None) -> None:
    written = "".join(
        f"<ProductIdentifier><ProductIDType>{kind}</ProductIDType><IDValue>{value}</IDValue></ProductIdentifier>"
        for kind, value in identifiers
    )
    format_ = one_format(product(identifiers=written))
    assert format_.isbn == wanted
    others = [(one.scheme, one.value) for one in format_.identifiers]
    assert others == [
        (kind, value) for kind, value in identifiers if wanted is None or kind == "01" or value[:3] == "501"
    ]

"""Texts and resources: what they are, for whom, from when until when, and what they look like."""

from __future__ import annotations

import pytest

from commerce_bridge.domain.title import Asset, AssetKind, Audience, Text, TextKind
from rigs.onix_messages import codes, dated, one_family, one_title, product, territory, work


def content(
    text: str = "A wood.",
    *,
    kind: str = "03",
    audience: str = "00",
    form: str = "",
    more: str = "",
    before: str = "",
) -> str:
    attribute = f' textformat="{form}"' if form else ""
    audiences = "".join(f"<ContentAudience>{one}</ContentAudience>" for one in audience.split())
    return f"<TextContent><TextType>{kind}</TextType>{audiences}{before}<Text{attribute}>{text}</Text>{more}</TextContent>"


def texts(*written: str) -> tuple[Text, ...]:
    return one_title(product(collateral="".join(written))).texts


def only(*written: str) -> Text:
    (text,) = texts(*written)
    return text


@pytest.mark.parametrize("kind", list(TextKind))
def test_every_kind(kind: TextKind) -> None:
    assert only(content(kind=kind.value)).kind is kind


def test_kinds_that_have_no_word_of_their_own() -> None:
    for code in ("07", "13", "27", "30"):
        assert only(content(kind=code)).kind is TextKind.OTHER


@pytest.mark.parametrize(
    ("codes_", "wanted"),
    [
        ("00", {Audience.UNRESTRICTED}),
        ("01", {Audience.RESTRICTED}),
        ("02", {Audience.TRADE}),
        ("03", {Audience.CONSUMERS}),
        ("04", {Audience.OTHER}),
        ("02 03", {Audience.TRADE, Audience.CONSUMERS}),
        ("04 05", {Audience.OTHER}),
    ],
)
def test_for_whom(codes_: str, wanted: set[Audience]) -> None:
    assert only(content(audience=codes_)).audiences == wanted


def test_without_an_audience_it_is_not_shown() -> None:
    family = one_family(product(collateral=content(audience="")))
    assert family.title.texts[0].audiences == {Audience.RESTRICTED}
    assert "content.audience" in codes(family)


# --- what it looks like ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("form", "written", "body", "html"),
    [
        ("", "Plain.", "Plain.", False),
        ("06", "A &amp; B &lt; C", "A & B < C", False),
        ("07", "1 &lt; 2 and 3 &gt; 2", "1 < 2 and 3 > 2", False),
        ("02", "<![CDATA[<p>One.</p>]]>", "<p>One.</p>", True),
        ("02", "&lt;p&gt;One.&lt;/p&gt;", "<p>One.</p>", True),
        (
            "05",
            "<p>One <em>and</em> <strong>two</strong>.</p>",
            "<p>One <em>and</em> <strong>two</strong>.</p>",
            True,
        ),
        ("05", "Before <br/>after &amp; on", "Before <br>after &amp; on", True),
        (
            "05",
            '<p xmlns="http://www.w3.org/1999/xhtml">One.<a href="x?a=1&amp;b=2">w</a></p>',
            '<p>One.<a href="x?a=1&amp;b=2">w</a></p>',
            True,
        ),
        ("05", "<p></p><p>Two.</p>", "<p></p><p>Two.</p>", True),
        ("02", "AT&amp;T and others", "AT&T and others", False),
        ("02", "<![CDATA[caf&eacute; &#8212; bar]]>", "caf&eacute; &#8212; bar", True),
        ("07", "<![CDATA[caf&eacute;]]>", "caf&eacute;", False),
    ],
)
def test_what_it_looks_like_outweighs_what_it_claims(form: str, written: str, body: str, html: bool) -> None:
    text = only(content(written, form=form))
    assert (text.body, text.html) == (body, html)


@pytest.mark.parametrize("form", ["", "06", "07"])
def test_tags_in_a_plain_text_are_told(form: str) -> None:
    family = one_family(product(collateral=content("<![CDATA[<p>One.</p>]]>", form=form)))
    assert family.title.texts[0].html
    assert "text.format" in codes(family)


def test_a_text_that_is_escaped_twice() -> None:
    family = one_family(
        product(collateral=content("&amp;lt;p&amp;gt;One &amp;amp; two.&amp;lt;/p&amp;gt;", form="02"))
    )
    assert (family.title.texts[0].body, family.title.texts[0].html) == ("<p>One & two.</p>", True)
    assert "text.format" in codes(family)


def test_an_empty_text_is_left_out_and_told() -> None:
    family = one_family(product(collateral=content("  ")))
    assert family.title.texts == ()
    assert "text.empty" in codes(family)


def test_one_text_in_two_languages_is_two() -> None:
    both = (
        content("A wood.")
        .replace("<Text>", '<Text language="eng">')
        .replace("</Text>", '</Text><Text language="fre">Un bois.</Text>')
    )
    assert [(one.body, one.language) for one in texts(both)] == [("A wood.", "eng"), ("Un bois.", "fre")]


# --- windows ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("dates", "wanted"),
    [
        (dated("ContentDate", "14", "20260101"), ("2026-01-01", "None")),
        (dated("ContentDate", "15", "20260131"), ("None", "2026-01-31")),
        (dated("ContentDate", "24", "2026010120260131", "06"), ("2026-01-01", "2026-01-31")),
        (
            dated("ContentDate", "27", "20260101") + dated("ContentDate", "28", "20260131"),
            ("2026-01-01", "2026-01-31"),
        ),
        (
            dated("ContentDate", "14", "20260101") + dated("ContentDate", "15", "99991231"),
            ("2026-01-01", "None"),
        ),
        (dated("ContentDate", "01", "20260101") + dated("ContentDate", "17", "20260101"), ("None", "None")),
    ],
)
def test_from_when_until_when(dates: str, wanted: tuple[str, str]) -> None:
    text = only(content(more=dates))
    assert (str(text.starts), str(text.ends)) == wanted
    assert text.audiences == {Audience.UNRESTRICTED}


@pytest.mark.parametrize("role", ["14", "15", "24"])
def test_a_window_that_cannot_be_read_holds_the_text_back(role: str) -> None:
    family = one_family(product(collateral=content(more=dated("ContentDate", role, "soon"))))
    assert family.title.texts[0].audiences == {Audience.RESTRICTED}
    assert {"date.unreadable", "content.date"} <= set(codes(family))


def test_a_text_for_one_territory_is_held_back() -> None:
    family = one_family(product(collateral=content(before=territory(countries="US"))))
    assert family.title.texts[0].audiences == {Audience.RESTRICTED}
    assert "content.territory" in codes(family)


def test_which_text_belongs_to_which_format() -> None:
    made = one_title(
        product("a.1", collateral=content() + content("For e-readers.", kind="11"), related=work("w")),
        product("a.2", collateral=content(), related=work("w")),
    )
    assert [(one.body, one.formats) for one in made.texts] == [("A wood.", None), ("For e-readers.", {"a.1"})]


# --- resources ------------------------------------------------------------------------------------------------


def feature(role: str, value: str) -> str:
    return (
        f"<ResourceVersionFeature><ResourceVersionFeatureType>{role}</ResourceVersionFeatureType>"
        f"<FeatureValue>{value}</FeatureValue></ResourceVersionFeature>"
    )


def version(*features: str, link: str = "https://alder.example/1.jpg", more: str = "") -> str:
    links = f"<ResourceLink>{link}</ResourceLink>" if link else ""
    return (
        f"<ResourceVersion><ResourceForm>02</ResourceForm>{''.join(features)}{links}{more}</ResourceVersion>"
    )


def resource(*versions: str, kind: str = "01", about: str = "", audience: str = "00") -> str:
    return (
        f"<SupportingResource><ResourceContentType>{kind}</ResourceContentType>"
        f"<ContentAudience>{audience}</ContentAudience><ResourceMode>03</ResourceMode>{about}{''.join(versions)}"
        "</SupportingResource>"
    )


def assets(*written: str) -> tuple[Asset, ...]:
    return one_title(product(collateral="".join(written))).assets


@pytest.mark.parametrize("kind", [kind for kind in AssetKind if kind is not AssetKind.OTHER])
def test_every_kind_of_resource(kind: AssetKind) -> None:
    assert [one.kind for one in assets(resource(version(), kind=kind.value))] == [kind]


def test_a_licence_is_no_picture() -> None:
    both = assets(
        resource(version(), kind="99"), resource(version(link="https://alder.example/2.jpg"), kind="49")
    )
    assert [one.kind for one in both] == [AssetKind.OTHER] * 2


def test_the_same_said_twice_is_said_once() -> None:
    assert len(assets(resource(version()), resource(version()))) == 1


SHA = "dad3bc3b80badc892aebb045a98ba88bd620e577677cb280fbf91b5e9743430f"
MD5 = "4c8086833ff3eac2afe4386ef634836e"


def test_features_of_a_version() -> None:
    (asset,) = assets(
        resource(
            version(
                feature("01", "D502"),
                feature("02", "1376"),
                feature("03", "894"),
                feature("06", MD5.upper()),
                feature("08", SHA),
            )
        )
    )
    assert (asset.media_type, asset.height_px, asset.width_px, asset.digest) == (
        "image/jpeg",
        1376,
        894,
        f"sha256:{SHA}",
    )
    (asset,) = assets(resource(version(feature("06", MD5.upper()))))
    assert asset.digest == f"md5:{MD5}"


@pytest.mark.parametrize("value", ["0", "-1", "12.5", "wide", "99999999999"])
def test_pixels_that_are_none(value: str) -> None:
    (asset,) = assets(resource(version(feature("02", value), feature("08", "xyz"))))
    assert (asset.height_px, asset.digest) == (None, None)


def test_what_is_said_about_a_resource() -> None:
    about = "".join(
        f"<ResourceFeature><ResourceFeatureType>{role}</ResourceFeatureType><FeatureNote>{text}</FeatureNote></ResourceFeature>"
        for role, text in (("01", "© J. <em>Rowan</em>"), ("02", "The wood"), ("07", "A wood in winter"))
    )
    (asset,) = assets(resource(version(), about=about))
    assert (asset.credit, asset.caption, asset.alternative_text) == (
        "© J. Rowan",
        "The wood",
        "A wood in winter",
    )


def test_each_version_is_an_asset() -> None:
    found = assets(
        resource(
            version(feature("03", "100")), version(feature("03", "900"), link="https://alder.example/2.jpg")
        )
    )
    assert [(one.url[-5:], one.width_px) for one in found] == [("1.jpg", 100), ("2.jpg", 900)]


def test_a_resource_under_embargo() -> None:
    (asset,) = assets(resource(version(more=dated("ContentDate", "14", "20260101"))))
    assert str(asset.starts) == "2026-01-01"
    family = one_family(product(collateral=resource(version(more=dated("ContentDate", "14", "soon")))))
    assert family.title.assets[0].audiences == {Audience.RESTRICTED}


def test_no_link_and_no_address_are_told() -> None:
    family = one_family(product(collateral=resource(version(link=""), version(link="cover.jpg"))))
    assert [one.url for one in family.title.assets] == ["cover.jpg"]
    assert codes(family).count("resource.link") == 2

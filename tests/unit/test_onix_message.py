"""What is taken for a message, in every spelling, and what is refused."""

from __future__ import annotations

import sys
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any

import pytest

from commerce_bridge.errors import InvalidDocument, MissingExtra
from commerce_bridge.platforms.onix import OnixReading, OnixSettings, Severity, read_onix
from rigs.onix_messages import HEADER, REFERENCE_30, Pipe, isbn, message, product


def reading_of(source: bytes, **options: Any) -> OnixReading:
    return read_onix(BytesIO(source), settings=OnixSettings(**options))


def names(source: bytes, **options: Any) -> list[str]:
    with reading_of(source, **options) as reading:
        return [one.ref.id for title in reading.titles() for one in title.formats]


def refusal(source: bytes, **options: Any) -> str:
    with pytest.raises(InvalidDocument) as caught:
        reading_of(source, **options)
    assert caught.value.fault == "data"
    return str(caught.value)


@pytest.mark.parametrize("release", ["3.0", "3.1"])
@pytest.mark.parametrize(
    "namespace",
    [
        "http://ns.editeur.org/onix/{release}/reference",
        "http://www.editeur.org/onix/{release}/reference",
        None,
    ],
)
def test_every_namespace_and_none(release: str, namespace: str | None) -> None:
    source = message(
        product("a.1"), release=release, namespace=namespace and namespace.format(release=release)
    )
    with reading_of(source) as reading:
        assert [one.ref.id for title in reading.titles() for one in title.formats] == ["a.1"]
        assert reading.header.release == release
        assert reading.header.namespace == (namespace and namespace.format(release=release))


def test_short_tags() -> None:
    source = (
        b'<ONIXmessage release="3.1" xmlns="http://ns.editeur.org/onix/3.1/short"><header><sender><x298>Alder</x298>'
        b"</sender><x307>20260102</x307></header><product><a001>s.1</a001><a002>03</a002><productidentifier>"
        b"<b221>15</b221><b244>"
        + isbn(1).encode()
        + b"</b244></productidentifier><descriptivedetail><x314>00</x314>"
        b"<b012>BC</b012><titledetail><b202>01</b202><titleelement><x409>01</x409><b203>Short</b203></titleelement>"
        b"</titledetail></descriptivedetail></product></ONIXmessage>"
    )
    with reading_of(source) as reading:
        (title,) = reading.titles()
        assert (title.name, title.formats[0].isbn, title.formats[0].form) == ("Short", isbn(1), "BC")
        assert reading.header.short
        assert reading.header.sender == "Alder"


def test_a_prefix_is_as_good_as_a_default_namespace() -> None:
    body = message(product("a.1"), namespace=None).decode()
    prefixed = body.replace("</", "</o:").replace("<", "<o:").replace("<o:/o:", "</o:").replace("<o:?", "<?")
    declared = prefixed.replace("<o:ONIXMessage", f'<o:ONIXMessage xmlns:o="{REFERENCE_30}"')
    assert names(declared.encode()) == ["a.1"]


def test_a_release_that_only_the_namespace_names() -> None:
    with reading_of(message(product(), release="", namespace=REFERENCE_30)) as reading:
        assert reading.header.release == "3.0"


def test_a_later_3_is_read_too() -> None:
    assert names(message(product("a.1"), release="3.2", namespace=None)) == ["a.1"]


def test_a_bare_record_is_read() -> None:
    with reading_of(product("bare.1").encode()) as reading:
        assert [one.ref.id for title in reading.titles() for one in title.formats] == ["bare.1"]
        assert reading.header.release is None
        assert reading.findings == ()


def test_a_message_that_says_it_has_no_records() -> None:
    with reading_of(message("<NoProduct/>")) as reading:
        assert (reading.family_count, reading.findings) == (0, ())


def test_a_message_without_records_or_the_word_for_it() -> None:
    with reading_of(message()) as reading:
        assert [one.code for one in reading.findings] == ["message.empty"]


def test_a_message_without_a_date() -> None:
    with reading_of(message(product(), header="<Header><Sender/></Header>")) as reading:
        assert [one.code for one in reading.findings] == ["message.sent"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "iso-8859-1", "windows-1252"])
def test_encodings(encoding: str) -> None:
    text = message(product("é.1", identifiers=""), namespace=None).decode()
    source = text.replace('encoding="UTF-8"', f'encoding="{encoding}"').encode(encoding)
    assert names(source) == ["é.1"]


def test_comments_cdata_and_instructions_are_no_records() -> None:
    trap = "<!-- <Product><RecordReference>x</RecordReference></Product> --><?p <Product/> ?>"
    text = "<![CDATA[<Product></Product> & more]]>"
    inner = product(
        "a.1",
        collateral=f"<TextContent><TextType>03</TextType><ContentAudience>00</ContentAudience><Text>{text}</Text>"
        "</TextContent>",
    ).replace("<NotificationType>", "<!-- a comment --><NotificationType>")
    with reading_of(message(trap, inner, trap)) as reading:
        (title,) = reading.titles()
        assert title.texts[0].body == "<Product></Product> & more"


def test_a_comment_does_not_cut_a_text() -> None:
    source = message(product("a<!-- here -->.1"))
    assert names(source) == ["a.1"]


# --- sources ------------------------------------------------------------------------------------------------


def test_a_path_and_its_text(tmp_path: Path) -> None:
    file = tmp_path / "message.xml"
    file.write_bytes(message(product("p.1")))
    for source in (file, str(file)):
        with read_onix(source) as reading:
            assert reading.family_count == 1


def test_what_cannot_be_rewound_is_read_all_the_same() -> None:
    with read_onix(Pipe(message(product("p.1"), product("p.2")))) as reading:
        assert reading.family_count == 2
        assert [one.name for one in reading.titles()] == ["The Alder Wood"] * 2
        assert [one.name for one in reading.titles()] == ["The Alder Wood"] * 2


def test_a_file_opened_for_text_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(TypeError, match="binary mode"):
        read_onix(StringIO("<ONIXMessage/>"))  # type: ignore[arg-type]


def test_a_file_that_is_not_there() -> None:
    with pytest.raises(FileNotFoundError):
        read_onix("nowhere.xml")


def test_a_source_given_open_stays_open() -> None:
    source = BytesIO(message(product()))
    read_onix(source).close()
    assert not source.closed


# --- refusals -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("release", ["2.1", "2.0", "1.2", "4.0"])
def test_other_releases_are_refused_with_what_to_ask_for(release: str) -> None:
    told = refusal(message(product(), release=release, namespace=None))
    assert f"release {release}" in told
    assert "Ask the sender for ONIX 3.0 or 3.1" in told


def test_release_two_by_its_namespace() -> None:
    told = refusal(message(release="", namespace="http://www.editeur.org/onix/2.1/reference"))
    assert "release 2.1" in told


@pytest.mark.parametrize(
    "child", ["<ProductForm>BB</ProductForm>", "<b012>BB</b012>", "<Title/>", "<SupplyDetail/>"]
)
def test_release_two_by_its_structure(child: str) -> None:
    record = f"<Product><RecordReference>1</RecordReference>{child}</Product>"
    assert "structure of release 2.1" in refusal(message(record, release="", namespace=None))
    assert "structure of release 2.1" in refusal(record.encode())


def test_release_two_in_disguise_is_never_half_read() -> None:
    old = "<Product><RecordReference>1</RecordReference><NotificationType>03</NotificationType><ProductForm>BB</ProductForm></Product>"
    gone = "<Product><RecordReference>0</RecordReference><NotificationType>05</NotificationType></Product>"
    assert "structure of release 2.1" in refusal(message(gone, old, release="3.0"))


def test_a_stray_element_does_not_make_a_record_old() -> None:
    stray = product("a.1").replace("<DescriptiveDetail>", "<ProductForm>BB</ProductForm><DescriptiveDetail>")
    assert names(message(stray)) == ["a.1"]


@pytest.mark.parametrize(
    ("source", "said"),
    [
        (b"", "empty"),
        (b"   \n", "cannot be read as XML"),
        (b"title;isbn\nAlder;978", "cannot be read as XML"),
        (b'{"title": "Alder"}', "cannot be read as XML"),
        (b"%PDF-1.7 \x80\x81", "cannot be read as XML"),
        (b"\x1f\x8b\x08\x00", "gzip archive"),
        (b"PK\x03\x04", "ZIP archive"),
        (b"<rss><channel/></rss>", "got <rss>"),
        (b"<html><Product/></html>", "got <html>"),
        (b"<", "cannot be read as XML"),
    ],
)
def test_what_is_no_onix(source: bytes, said: str) -> None:
    assert said in refusal(source)


BOMB = (
    b'<?xml version="1.0"?><!DOCTYPE m [<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">'
    b'<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">]><ONIXMessage release="3.0"><Product>'
    b"<RecordReference>&c;</RecordReference></Product></ONIXMessage>"
)


@pytest.mark.parametrize(
    "source",
    [
        BOMB,
        BOMB.replace(b"<!DOCTYPE m [", b'<!DOCTYPE m SYSTEM "http://127.0.0.1:9/x.dtd" ['),
        b'<!DOCTYPE m [<!ENTITY x SYSTEM "file:///etc/passwd">]><ONIXMessage release="3.0"><Product>'
        b"<RecordReference>&x;</RecordReference></Product></ONIXMessage>",
        b'<!DOCTYPE m [<!ELEMENT m ANY>]><ONIXMessage release="3.0"/>',
        b'<!DOCTYPE m SYSTEM "http://127.0.0.1:9/x.dtd"><ONIXMessage release="3.0"/>',
    ],
)
def test_document_types_and_entities_are_refused(source: bytes) -> None:
    assert "DOCTYPE" in refusal(source)


def test_a_bare_document_type_may_be_ignored_but_never_its_entities() -> None:
    outer = b'<!DOCTYPE ONIXMessage SYSTEM "http://127.0.0.1:9/onix.dtd">'
    source = outer + message(product("d.1"), namespace=None).partition(b"\n")[2]
    assert names(source, ignore_doctype=True) == ["d.1"]
    assert "DOCTYPE" in refusal(BOMB, ignore_doctype=True)


def test_an_undefined_entity_breaks_the_file_where_it_stands() -> None:
    source = message(product("a.1"), product("b.1", titles="<X>&nbsp;</X>"), product("c.1"), namespace=None)
    with reading_of(source) as reading:
        assert reading.broken is not None
        assert "nbsp" in reading.broken
        assert [one.ref.id for title in reading.titles() for one in title.formats] == ["a.1"]


# --- breaks -------------------------------------------------------------------------------------------------


def test_records_before_a_break_are_kept_and_the_break_is_told() -> None:
    source = message(product("a.1"), product("b.2"), product("c.3"))
    cut = source.index(b"c.3") + 5
    with reading_of(source[:cut]) as reading:
        assert [one.ref.id for title in reading.titles() for one in title.formats] == ["a.1", "b.2"]
        (finding,) = reading.findings
        assert (finding.severity, finding.code, finding.record) == (Severity.ERROR, "message.broken", None)
        assert "records before the break were read" in finding.message


def test_a_break_anywhere_never_loses_a_whole_record() -> None:
    source = message(product("a.1"), product("b.1"))
    ends = [
        place + len(b"</Product>") for place in (source.index(b"</Product>"), source.rindex(b"</Product>"))
    ]
    for cut in range(source.index(b"<Product>") + 1, len(source)):
        whole = sum(end <= cut for end in ends)
        if whole == 0:
            assert "breaks off before its first record" in refusal(source[:cut])
            continue
        with reading_of(source[:cut]) as reading:
            assert reading.counts.complete == whole
            assert reading.broken is not None


def test_strict_is_all_or_nothing_about_breaks() -> None:
    source = message(product("a.1"), product("b.1"))
    assert "all or nothing" in refusal(source[:-20], strict=True)


def test_strict_is_all_or_nothing_about_one_wrong_check_digit() -> None:
    wrong = product(
        "b.1",
        identifiers="<ProductIdentifier><ProductIDType>15</ProductIDType><IDValue>9781234567890</IDValue></ProductIdentifier>",
    )
    told = refusal(message(product("a.1"), wrong), strict=True)
    assert "isbn.check_digit" in told
    assert "b.1" in told


def test_strict_reads_what_has_no_error() -> None:
    assert names(message(product("a.1")), strict=True) == ["a.1"]


def test_a_record_larger_than_allowed_stops_the_file() -> None:
    huge = product("h.1", descriptive=f"<EditionStatement>{'x' * 300_000}</EditionStatement>")
    assert "larger than 100,000 bytes" in refusal(message(huge), record_limit_bytes=100_000)


def test_a_text_too_long_for_the_parser_breaks_the_file() -> None:
    huge = product("h.1", descriptive=f"<EditionStatement>{'x' * 11_000_000}</EditionStatement>")
    with reading_of(message(product("a.1"), huge)) as reading:
        assert reading.broken is not None
        assert reading.counts.complete == 1


def test_the_header_is_told() -> None:
    header = (
        "<Header><Sender><SenderName>Alder Press</SenderName></Sender><MessageNumber>17</MessageNumber>"
        "<SentDateTime>20260102T0304+0100</SentDateTime><DefaultLanguageOfText>fre</DefaultLanguageOfText>"
        "<DefaultPriceType>02</DefaultPriceType><DefaultCurrencyCode>EUR</DefaultCurrencyCode></Header>"
    )
    with reading_of(message(product(), header=header)) as reading:
        told = reading.header
    assert (told.sender, told.number, told.language, told.price_type, told.currency) == (
        "Alder Press",
        "17",
        "fre",
        "02",
        "EUR",
    )


def test_without_lxml_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "lxml", None)
    with pytest.raises(MissingExtra, match=r"commerce-bridge\[publishing\]") as caught:
        reading_of(message(product()))
    assert caught.value.extra == "publishing"


def test_closing_twice_is_harmless() -> None:
    reading = reading_of(message(product()))
    reading.close()
    reading.close()


def test_the_header_of_the_rig_is_one() -> None:
    with reading_of(message(product(), header=HEADER)) as reading:
        assert reading.header.sent is not None
        assert reading.findings == ()

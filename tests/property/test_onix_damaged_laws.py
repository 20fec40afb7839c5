"""Whatever is in a record, lenient reading never raises, loses no record, and says the same each time."""

from __future__ import annotations

import random
import re
from io import BytesIO

from hypothesis import given, settings
from hypothesis import strategies as st

from commerce_bridge.errors import InvalidDocument
from commerce_bridge.platforms.onix import OnixSettings, read_onix
from commerce_bridge.platforms.onix.elements import KINDS
from rigs.onix_generator import record
from rigs.onix_messages import HEADER, message, product, work

RECORD = record(3, 1, 3)
TEXTS = re.compile(r">([^<>]+)<")
ELEMENTS = re.compile(r"<([A-Z][A-Za-z]+)(?: [^<>]*)?>")

rubbish = st.one_of(
    st.sampled_from(
        [
            "",
            " ",
            "0",
            "-1",
            "99",
            "ZZ",
            "WORLD",
            "30,80",
            "9" * 5000,
            "20260231",
            "1e9",
            "NaN",
            "٣",
            "\u0085",
        ]
    ),
    st.text(
        alphabet=st.characters(
            codec="utf-8", exclude_categories=("Cc", "Cs"), exclude_characters="<>&\ufffe\uffff"
        ),
        max_size=30,
    ),
)


def escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;")


@st.composite
def damaged(draw: st.DrawFn) -> str:
    """A whole record in which some texts are rubbish, some elements gone, doubled, renamed or moved."""
    chance = random.Random(draw(st.integers(0, 2**32)))
    written = RECORD
    for _ in range(draw(st.integers(1, 6))):
        how = draw(st.sampled_from(["text", "rename", "drop", "double", "empty"]))
        if how == "text":
            found = chance.choice(list(TEXTS.finditer(written)))
            written = written[: found.start(1)] + escaped(draw(rubbish)) + written[found.end(1) :]
            continue
        name = chance.choice(ELEMENTS.findall(written))
        whole = re.search(rf"<{name}(?: [^<>]*)?>.*?</{name}>", written, re.DOTALL)
        if whole is None or name in {"Product", "RecordReference", "NotificationType"}:
            continue
        piece = {
            "drop": "",
            "double": whole.group() * 2,
            "empty": f"<{name}/>",
            "rename": whole.group().replace(f"{name}>", f"{chance.choice(sorted(KINDS))}>"),
        }[how]
        if how == "rename" and piece.count("<") != whole.group().count("<"):
            continue
        written = written[: whole.start()] + piece + written[whole.end() :]
    return written


def well_formed(text: str) -> bool:
    from lxml import etree

    try:
        etree.fromstring(text)
    except etree.XMLSyntaxError:
        return False
    return True


@settings(max_examples=200)
@given(records=st.lists(damaged().filter(well_formed), min_size=1, max_size=3))
def test_damaged_records_never_raise(records: list[str]) -> None:
    source = message(*records, product("sound.1"))
    with read_onix(BytesIO(source)) as reading:
        first = list(reading.families())
        assert list(reading.families()) == first
        references = [one.ref.id for family in first for one in family.title.formats]
        assert "sound.1" in references
        assert len(references) == reading.counts.complete
        sound = next(one for one in first if one.title.formats[0].ref.id == "sound.1")
        assert sound.diagnostics == ()


@settings(max_examples=100)
@given(written=damaged().filter(well_formed))
def test_strict_refuses_exactly_what_lenient_calls_an_error(written: str) -> None:
    source = message(written)
    with read_onix(BytesIO(source)) as reading:
        wrong = [
            one
            for family in reading.families()
            for one in family.diagnostics
            if one.severity.value == "error"
        ]
        wrong += [one for one in reading.findings if one.severity.value == "error"]
    try:
        read_onix(BytesIO(source), settings=OnixSettings(strict=True)).close()
    except InvalidDocument:
        assert wrong
    else:
        assert not wrong


@settings(max_examples=100)
@given(cut=st.integers(0, 20_000))
def test_a_cut_never_raises_once_a_record_came(cut: int) -> None:
    source = message(RECORD, product("sound.1"))[:cut]
    if b"</Product>" not in source:
        return
    with read_onix(BytesIO(source)) as reading:
        assert len(list(reading.families())) == source.count(b"</Product>")


@settings(max_examples=100)
@given(data=st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    for source in (data, message()[:-15] + data, HEADER.encode() + data):
        try:
            read_onix(BytesIO(source)).close()
        except InvalidDocument:
            continue


@settings(max_examples=60)
@given(shape=st.lists(st.integers(0, 5), min_size=1, max_size=24), seed=st.integers(0, 2**16))
def test_families_are_the_same_in_any_order_of_the_records(shape: list[int], seed: int) -> None:
    written = [product(f"r.{place}", related=work(f"w{family}")) for place, family in enumerate(shape)]
    shuffled = written.copy()
    random.Random(seed).shuffle(shuffled)

    def grouped(records: list[str]) -> set[tuple[str, frozenset[str]]]:
        with read_onix(BytesIO(message(*records))) as reading:
            return {
                (one.ref.id, frozenset(member.ref.id for member in one.formats)) for one in reading.titles()
            }

    assert grouped(written) == grouped(shuffled)
    assert {name for name, _ in grouped(written)} == {f"w{family}" for family in shape}

"""The category map: a file the user owns, errors that say where, and codes that have no place."""

from __future__ import annotations

from pathlib import Path

import pytest

from commerce_bridge.bridges.listing.categories import CategoryMap
from commerce_bridge.domain.record import Placement
from commerce_bridge.domain.title import Scheme, Subject
from commerce_bridge.errors import InvalidDocument
from rigs.titles import make_title

FILE = """
[bisac]
FIC = ["Fiction"]
FIC022 = ["Fiction", "Crime & Thrillers"]
JUV = "Children"

[thema]
FF = ["Fiction", "Crime & Thrillers"]

[own]
"Staff pick" = ["Picks"]
"""


@pytest.fixture
def loaded(tmp_path: Path) -> CategoryMap:
    path = tmp_path / "categories.toml"
    path.write_text(FILE, encoding="utf-8")
    return CategoryMap.load(path)


@pytest.mark.parametrize(
    ("scheme", "code", "path"),
    [
        (Scheme.BISAC, "FIC022000", ("Fiction", "Crime & Thrillers")),
        (Scheme.BISAC, "FIC022", ("Fiction", "Crime & Thrillers")),
        (Scheme.BISAC, "FIC02", ("Fiction",)),
        (Scheme.BISAC, "JUV001000", ("Children",)),
        (Scheme.THEMA, "FFH", ("Fiction", "Crime & Thrillers")),
        (Scheme.OWN, "Staff pick", ("Picks",)),
        (Scheme.BISAC, "HIS000000", None),
        (Scheme.THEMA, "FIC", None),
        (Scheme.BIC, "FF", None),
        (Scheme.BISAC, "", None),
    ],
)
def test_a_code_has_its_place_by_the_longest_beginning(loaded, scheme: Scheme, code: str, path):
    found = loaded.place(Subject(scheme=scheme, code=code))
    assert found == (None if path is None else Placement(path))


def test_a_file_from_an_editor_that_marks_its_encoding_is_read(tmp_path: Path):
    path = tmp_path / "categories.toml"
    path.write_text(FILE, encoding="utf-8-sig")
    assert CategoryMap.load(str(path)).places[Scheme.BISAC]["JUV"] == ("Children",)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[bisac\nFIC = 1", ["is no TOML file", "line 1"]),
        ("[bisacs]\nFIC = ['Fiction']", ["[bisacs] is no table of a scheme", "bisac, thema, bic, own"]),
        ("FIC = ['Fiction']", ["[FIC] is no table of a scheme", "Write it like: [bisac]"]),
        ("[bisac]\nFIC = 7", ["[bisac] FIC", "expected a list of category names", "got 7"]),
        ("[bisac]\nFIC = []", ["[bisac] FIC", "got []"]),
        ("[bisac]\nFIC = ['Fiction', 7]", ["got ['Fiction', 7]"]),
        ("[bisac]\nFIC = ['Fiction', '']", ["got ['Fiction', '']"]),
        ("[bisac]\nFIC = ' '", ["got ' '"]),
        ("[bisac.FIC]\nx = ['Fiction']", ["[bisac] FIC"]),
        ("[bisac]\nFIC = ['a']\nFIC = ['b']", ["is no TOML file", "Cannot overwrite a value"]),
    ],
)
def test_an_error_in_the_file_says_where_and_what_to_write(tmp_path: Path, text: str, words: list[str]):
    path = tmp_path / "categories.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InvalidDocument) as told:
        CategoryMap.load(path)
    message = str(told.value)
    assert "categories.toml" in message
    assert all(word in message for word in words), message
    assert told.value.hint


def test_a_file_that_cannot_be_read_is_told_plainly(tmp_path: Path):
    with pytest.raises(InvalidDocument, match="cannot be read: No such file or directory"):
        CategoryMap.load(tmp_path / "none.toml")
    (tmp_path / "latin.toml").write_bytes(b'[bisac]\nFIC = ["Caf\xe9"]')
    with pytest.raises(InvalidDocument, match="is no TOML file"):
        CategoryMap.load(tmp_path / "latin.toml")


def test_codes_without_a_place_are_counted_by_title_the_most_used_first(loaded):
    def subject(code: str, scheme: Scheme = Scheme.BISAC) -> Subject:
        return Subject(scheme=scheme, code=code)

    titles = [
        make_title(subjects=(subject("HIS000000"), subject("HIS000000"), subject("FIC000000"))),
        make_title(subjects=(subject("HIS000000"), subject("ZZZ"), subject("NH", Scheme.THEMA))),
        make_title(subjects=(subject("FF", Scheme.BIC), subject("own words", Scheme.KEYWORDS))),
        make_title(subjects=()),
    ]
    assert list(loaded.unplaced(titles).items()) == [
        ("bisac HIS000000", 2),
        ("bisac ZZZ", 1),
        ("thema NH", 1),
    ]
    assert CategoryMap().unplaced(titles) == {}, "a store without a map misses nothing"


def test_the_fingerprint_follows_the_map_and_not_its_order():
    one = CategoryMap.of({"bisac": {"A": ["x"], "B": ["y", "z"]}})
    same = CategoryMap.of({"bisac": {"B": ["y", "z"], "A": ["x"]}})
    others = [
        CategoryMap.of({"bisac": {"A": ["x"], "B": ["y/z"]}}),
        CategoryMap.of({"thema": {"A": ["x"], "B": ["y", "z"]}}),
        CategoryMap.of({"bisac": {"A": ["x"]}}),
        CategoryMap(),
    ]
    assert one.fingerprint == same.fingerprint
    assert len({one.fingerprint, *(other.fingerprint for other in others)}) == 5

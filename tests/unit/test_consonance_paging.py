"""Lists are read after the largest id seen, and never skip a row unseen."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commerce_bridge.errors import DecodeError
from commerce_bridge.platforms.consonance import ConsonanceSettings, ProductSearch, WorkSearch
from commerce_bridge.platforms.consonance.paging import ListTurn, turn_of

USUAL = ConsonanceSettings()


def first(products: ProductSearch | None = None, settings: ConsonanceSettings = USUAL) -> ListTurn:
    return turn_of(None, None, products, settings)


def again(
    cursor: str | None, products: ProductSearch | None = None, settings: ConsonanceSettings = USUAL
) -> ListTurn:
    assert cursor is not None
    return turn_of(cursor, None, products, settings)


def test_the_first_page_asks_after_nothing() -> None:
    assert first().variables("workSearch") == {}
    assert first().inputs("workSearch") == ()


def test_the_next_page_asks_after_the_largest_id() -> None:
    turn = again(first().next([3, 8, 9], "works", USUAL))
    assert turn.variables("workSearch") == {"workSearch": {"after": 9}}
    assert turn.variables("productSearch") == {"productSearch": {"after": 9}}
    assert turn.inputs("productSearch") == (("productSearch", "ProductSearchAttributes"),)


def test_an_empty_page_ends_the_list() -> None:
    assert again(first().next([3], "works", USUAL)).next([], "works", USUAL) is None


def test_a_short_page_ends_the_list_where_the_page_size_is_known() -> None:
    known = ConsonanceSettings(page_size=3)
    assert first().next([1, 2], "works", known) is None
    assert first().next([1, 2, 3], "works", known) is not None


def test_searches_stay_on_every_page() -> None:
    turn = turn_of('{"after": 4}', WorkSearch(title="Canal"), ProductSearch(has_isbn=True), USUAL)
    assert turn.variables("workSearch") == {
        "workSearch": {"titleEq": "Canal", "after": 4},
        "productSearch": {"isbn13Assigned": True},
    }


@pytest.mark.parametrize("ids", [[5], [2, 5], [1]])
def test_a_page_that_does_not_advance_is_an_error(ids: list[int]) -> None:
    turn = again('{"after": 5}')
    with pytest.raises(DecodeError, match="would never end") as caught:
        turn.next(ids, "works", USUAL)
    assert caught.value.path == "$.data.works"
    assert caught.value.expected == "ids above 5"


@pytest.mark.parametrize("ids", [[2, 1], [1, 3, 2], [1, 1]])
def test_a_page_whose_ids_do_not_ascend_is_refused_unless_the_account_mixes_them(ids: list[int]) -> None:
    with pytest.raises(DecodeError, match="skipped unseen") as caught:
        first().next(ids, "works", USUAL)
    assert "unsorted_pages" in caught.value.hint
    mixed = ConsonanceSettings(unsorted_pages="accept")
    assert again(first().next(ids, "works", mixed)).after == max(ids)


def test_many_isbns_are_asked_for_in_batches() -> None:
    settings = ConsonanceSettings(isbn_batch=2)
    search = ProductSearch(isbns=("a", "b", "c"), has_isbn=True)
    turn = first(search, settings)
    assert turn.variables("productSearch") == {
        "productSearch": {"isbn13In": ["a", "b"], "isbn13Assigned": True}
    }
    turn = again(turn.next([7], "products", settings), search, settings)
    assert turn.variables("productSearch")["productSearch"]["isbn13In"] == ["a", "b"]
    assert turn.after == 7
    turn = again(turn.next([], "products", settings), search, settings)
    assert turn.variables("productSearch")["productSearch"] == {"isbn13In": ["c"], "isbn13Assigned": True}
    assert turn.next([], "products", settings) is None


def test_a_search_for_no_isbns_matches_nothing() -> None:
    assert first(ProductSearch(isbns=())).is_empty
    assert not first(ProductSearch(isbns=("a",))).is_empty
    assert not first().is_empty


@pytest.mark.parametrize("cursor", ["x", "{}", "[]", '{"after": "x"}', "null"])
def test_a_foreign_cursor_is_refused(cursor: str) -> None:
    with pytest.raises(ValueError, match="cursor"):
        turn_of(cursor, None, None, USUAL)


@given(
    rows=st.sets(st.integers(1, 60)),
    cap=st.integers(1, 9),
    isbn_batch=st.integers(1, 9),
    known=st.booleans(),
)
def test_every_row_comes_once_whatever_the_pages(
    rows: set[int], cap: int, isbn_batch: int, known: bool
) -> None:
    settings = ConsonanceSettings(isbn_batch=isbn_batch, page_size=cap if known else None)
    search = ProductSearch(isbns=tuple(str(row) for row in sorted(rows)))
    seen: list[int] = []
    cursor: str | None = None
    while not (turn := turn_of(cursor, None, search, settings)).is_empty:
        asked = turn.variables("productSearch")["productSearch"]
        matching = [
            row for row in sorted(rows) if str(row) in asked["isbn13In"] and row > asked.get("after", 0)
        ]
        page = matching[:cap]
        seen += page
        cursor = turn.next(page, "products", settings)
        if cursor is None:
            break
    assert seen == sorted(rows)


@pytest.mark.parametrize(
    "settings",
    [
        {"in_flight": 0},
        {"isbn_batch": 0},
        {"fetch_batch": -1},
        {"unsorted_pages": "maybe"},
        {"text_variants": {"SHORT_DESCRIPTION": "somewhere"}},
    ],
)
def test_settings_that_cannot_be_are_refused(settings: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=next(iter(settings))):
        ConsonanceSettings(**settings)  # type: ignore[arg-type]

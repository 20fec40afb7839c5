"""Names and addresses of pages: unique in a store, within its limits, readable."""

from __future__ import annotations

import pytest

from commerce_bridge.bridges.listing import rules
from commerce_bridge.bridges.listing.policy import Layout, StorePolicy
from commerce_bridge.domain.exchange import Ref
from commerce_bridge.domain.record import Candidates
from rigs.titles import isbn, make_context, make_format, make_listing

CONTEXT = make_context()
FORMAT = StorePolicy()
VARIANTS = StorePolicy(layout=Layout.VARIANTS)


def names(listing, policy: StorePolicy = FORMAT) -> tuple[str, ...]:
    found = rules.display_name(policy)(listing, CONTEXT)
    assert isinstance(found, Candidates)
    return found.values


@pytest.mark.parametrize(
    ("form", "changes", "wanted"),
    [
        ("BC", {}, ["The Black Road (paperback)", f"The Black Road (paperback, {isbn(1)})"]),
        (
            "BB",
            {"edition": "Revised edition"},
            [
                "The Black Road (hardback)",
                "The Black Road (hardback, Revised edition)",
                f"The Black Road (hardback, {isbn(1)})",
            ],
        ),
        (
            "ED",
            {"edition_number": 2},
            [
                "The Black Road (e-book)",
                "The Black Road (e-book, edition 2)",
                f"The Black Road (e-book, {isbn(1)})",
            ],
        ),
        (
            "BC",
            {"edition": "Large print", "edition_number": 3},
            [
                "The Black Road (paperback)",
                "The Black Road (paperback, Large print)",
                f"The Black Road (paperback, {isbn(1)})",
            ],
        ),
        (
            "BC",
            {"name": "The Black Road: Illustrated"},
            [
                "The Black Road: Illustrated (paperback)",
                f"The Black Road: Illustrated (paperback, {isbn(1)})",
            ],
        ),
        (None, {}, ["The Black Road", f"The Black Road ({isbn(1)})"]),
        ("BC", {"isbn": None}, ["The Black Road (paperback)", "The Black Road (paperback, 1)"]),
        ("ZZ", {}, ["The Black Road (other)", f"The Black Road (other, {isbn(1)})"]),
    ],
)
def test_a_name_is_told_apart_by_form_then_edition_then_isbn(form, changes, wanted: list[str]):
    assert list(names(make_listing(make_format(1, form, **changes)))) == wanted


def test_a_family_is_named_by_its_title_then_edition_then_the_sources_number():
    listing = make_listing(make_format(1, edition="Second edition", name="Own name"), make_format(2, "BB"))
    assert names(listing, VARIANTS) == (
        "The Black Road",
        "The Black Road (Second edition)",
        "The Black Road (7)",
    )


def test_spaces_are_single_and_none_at_the_ends():
    assert names(make_listing(name="  The\n Black   Road "))[0] == "The Black Road (paperback)"


@pytest.mark.parametrize("length", [230, 238, 239, 249, 250, 251, 400, 5000])
def test_no_name_is_longer_than_the_store_takes_and_what_tells_it_apart_is_kept(length: int):
    listing = make_listing(make_format(1, edition="Second"), name="x" * length)
    found = names(listing)
    assert all(len(name) <= 250 for name in found)
    assert [name.rpartition(" (")[2] for name in found] == [
        "paperback)",
        "paperback, Second)",
        f"paperback, {isbn(1)})",
    ]
    assert len(set(found)) == 3
    assert ("…" in found[0]) is (length > 250 - len(" (paperback)"))


def test_an_edition_that_is_longer_than_a_name_does_not_break_it():
    found = names(make_listing(make_format(1, edition="e" * 300)))
    assert all(len(name) <= 250 for name in found)
    assert found[-1].endswith(f"{isbn(1)})"), "the surest name is whole"


@pytest.mark.parametrize(
    ("name", "address"),
    [
        ("The Black Road", f"/the-black-road-{isbn(1)}/"),
        ("Où est l’âne ?", f"/ou-est-lane-{isbn(1)}/"),
        ("  --Dash--  ", f"/dash-{isbn(1)}/"),
        ("Дорога", f"/{isbn(1)}/"),
        ("", f"/{isbn(1)}/"),
    ],
)
def test_an_address_is_the_title_and_the_isbn(name: str, address: str):
    assert rules.web_address(FORMAT)(make_listing(name=name), CONTEXT) == address


def test_an_address_without_isbn_or_of_a_family_has_the_sources_number():
    assert rules.web_address(FORMAT)(make_listing(make_format(4, isbn=None)), CONTEXT) == "/the-black-road-4/"
    assert rules.web_address(VARIANTS)(make_listing(), CONTEXT) == "/the-black-road-7/"


@pytest.mark.parametrize("number", ["7", "n" * 200, "n" * 400])
@pytest.mark.parametrize("length", [1, 240, 300, 1000])
def test_no_address_is_longer_than_the_store_takes(length: int, number: str):
    listing = make_listing(name="x" * length, ref=Ref("src", "work", number))
    address = rules.web_address(VARIANTS)(listing, CONTEXT)
    assert len(address) <= 255
    assert address.startswith("/")
    assert address.endswith("/")
    assert "--" not in address


def test_two_formats_of_one_title_have_two_addresses():
    pages = [make_listing(make_format(number)) for number in (1, 2)]
    assert len({rules.web_address(FORMAT)(page, CONTEXT) for page in pages}) == 2


@pytest.mark.parametrize(
    ("formats", "labels"),
    [
        ([("BB", {}), ("BC", {})], ["Hardback", "Paperback"]),
        (
            [("BC", {"edition": "First"}), ("BC", {"edition": "Second"})],
            ["Paperback, First", "Paperback, Second"],
        ),
        (
            [("BC", {"edition": "First"}), ("BC", {})],
            ["Paperback, First", f"Paperback, {isbn(1)}"],
        ),
        (
            [("BC", {"edition": "First"}), ("BC", {"edition": "First"}), ("BB", {})],
            [f"Paperback, {isbn(0)}", f"Paperback, {isbn(1)}", "Hardback"],
        ),
    ],
)
def test_no_two_variants_of_a_product_have_one_label(formats, labels: list[str]):
    made = tuple(make_format(number, form, **changes) for number, (form, changes) in enumerate(formats))
    title = make_listing(*made).title
    from commerce_bridge.bridges.listing.pages import listing_of

    assert [rules.option_label()(listing_of(title, one), CONTEXT) for one in made] == labels

"""Which records are one title, wherever in the message they stand."""

from __future__ import annotations

from io import BytesIO

from commerce_bridge.platforms.onix import OnixReading, OnixSettings, Severity, read_onix
from rigs.onix_messages import families, identifier, isbn, message, product, related, title, work


def reading_of(*products: str, family_limit: int = 200) -> OnixReading:
    return read_onix(BytesIO(message(*products)), settings=OnixSettings(family_limit=family_limit))


def groups(*products: str, family_limit: int = 200) -> list[list[str]]:
    with reading_of(*products, family_limit=family_limit) as reading:
        return [[one.ref.id for one in title.formats] for title in reading.titles()]


def findings(*products: str, family_limit: int = 200) -> list[tuple[str, str | None]]:
    with reading_of(*products, family_limit=family_limit) as reading:
        return [(one.code, one.record) for one in reading.findings]


def member(reference: str, *relations: str, own: str | None = None) -> str:
    return product(reference, related="".join(relations), identifiers=own)


def test_a_shared_work_joins_records_that_stand_far_apart() -> None:
    shuffled = [member(f"{work_}.{number}", work(work_)) for number in range(1, 4) for work_ in ("x", "y")]
    assert groups(*shuffled) == [["x.1", "x.2", "x.3"], ["y.1", "y.2", "y.3"]]


def test_families_come_in_the_order_of_their_first_records() -> None:
    assert groups(
        member("b.1", work("b")), member("a.2", work("a")), member("b.3", work("b")), member("a.4", work("a"))
    ) == [
        ["b.1", "b.3"],
        ["a.2", "a.4"],
    ]


def test_without_anything_said_each_record_is_a_family_of_its_own() -> None:
    assert groups(product("a.1"), product("b.2")) == [["a.1"], ["b.2"]]


def test_the_work_is_known_by_type_name_and_value() -> None:
    assert groups(member("a.1", work("7", name="one")), member("b.2", work("7", name="two"))) == [
        ["a.1"],
        ["b.2"],
    ]
    assert groups(member("a.1", work("7", kind="11")), member("b.2", work("7", kind="33"))) == [
        ["a.1"],
        ["b.2"],
    ]


def test_one_of_several_identifiers_of_a_work_is_enough() -> None:
    both = work("7").replace(
        "</RelatedWork>",
        "<WorkIdentifier><WorkIDType>11</WorkIDType><IDValue>A1</IDValue></WorkIdentifier></RelatedWork>",
    )
    assert groups(member("a.1", both), member("b.2", work("A1", kind="11")), member("c.3", work("7"))) == [
        ["a.1", "b.2", "c.3"]
    ]


def test_other_relations_to_works_join_nothing() -> None:
    for relation in ("02", "03", "04", "05", "21", "98", "99"):
        assert groups(member("a.1", work("7", relation)), member("b.2", work("7", relation))) == [
            ["a.1"],
            ["b.2"],
        ]


def test_a_direct_manifestation_joins_like_any_other() -> None:
    assert groups(member("a.1", work("7", "06")), member("b.2", work("7", "01"))) == [["a.1", "b.2"]]


# --- omnibus editions ---------------------------------------------------------------------------------------


def test_an_omnibus_never_joins_the_works_in_it() -> None:
    omnibus = member("o.9", work("1"), work("2"))
    assert groups(member("a.1", work("1")), omnibus, member("b.2", work("2"))) == [["a.1"], ["o.9"], ["b.2"]]


def test_formats_of_one_omnibus_are_a_family() -> None:
    one = member("o.1", work("1"), work("2"))
    two = member("o.2", work("2"), work("1"))
    assert groups(one, member("a.3", work("1")), two) == [["o.1", "o.2"], ["a.3"]]


def test_an_omnibus_is_not_joined_to_a_work_by_a_product_link() -> None:
    omnibus = member("o.9", work("1"), work("2"), related(isbn(1), "06"), related(isbn(2), "06"))
    assert groups(member("a.1", work("1")), omnibus, member("b.2", work("2"))) == [["a.1"], ["o.9"], ["b.2"]]


def test_the_direct_manifestation_is_the_work_of_an_omnibus_that_names_its_parts_too() -> None:
    omnibus = member("o.1", work("all", "06"), work("1"), work("2"))
    assert groups(omnibus, member("o.2", work("all", "06")), member("a.3", work("1"))) == [
        ["o.1", "o.2"],
        ["a.3"],
    ]


def test_the_same_work_named_twice_is_no_omnibus() -> None:
    assert groups(member("a.1", work("1"), work("1")), member("b.2", work("1"))) == [["a.1", "b.2"]]


# --- product links ------------------------------------------------------------------------------------------


def test_links_join_across_any_number_of_steps() -> None:
    assert groups(
        member("a.1", related(isbn(2), "06")),
        member("x.9"),
        member("b.2", related(isbn(3), "27")),
        member("c.3"),
        member("d.4", related(isbn(3), "13")),
    ) == [["a.1", "b.2", "c.3", "d.4"], ["x.9"]]


def test_a_link_is_good_in_either_direction() -> None:
    assert groups(member("a.1"), member("b.2", related(isbn(1), "13"))) == [["a.1", "b.2"]]


def test_a_product_that_is_not_in_the_message_still_joins_those_that_name_it() -> None:
    assert groups(member("a.1", related(isbn(77), "13")), member("b.2", related(isbn(77), "13"))) == [
        ["a.1", "b.2"]
    ]


def test_one_of_several_relation_codes_is_enough() -> None:
    assert groups(member("a.1", related(isbn(2), "23", "06")), member("b.2")) == [["a.1", "b.2"]]


def test_other_relations_join_nothing() -> None:
    for code in ("01", "02", "03", "05", "11", "12", "16", "18", "22", "23", "30"):
        assert groups(member("a.1", related(isbn(2), code)), member("b.2")) == [["a.1"], ["b.2"]]


def test_every_spelling_of_an_isbn_is_one_key() -> None:
    ten = "1900000024"  # 10 + 9 * 9 + 2 * 2 = 95, and 4 more are a multiple of 11
    assert isbn(2) == "9781900000024"
    for link in (
        related(isbn(2), "06", kind="03"),
        related("978-1-900000-02-4", "06"),
        related(ten, "06", kind="02"),
    ):
        assert groups(member("a.1", link), member("b.2")) == [["a.1", "b.2"]]


def test_a_link_by_the_senders_own_number() -> None:
    own = identifier("SKU7", "01")
    assert groups(member("a.1", related("SKU7", "06", kind="01")), member("b.2", own=own)) == [["a.1", "b.2"]]


def test_two_products_with_the_same_senders_number_are_not_joined_by_it() -> None:
    own = identifier("SERIES", "01")
    assert groups(
        member("a.1", own=own + identifier(isbn(1))), member("b.2", own=own + identifier(isbn(2)))
    ) == [
        ["a.1"],
        ["b.2"],
    ]


def test_a_link_adds_a_product_without_a_work_to_the_works_family() -> None:
    assert groups(
        member("a.1", work("1")), member("b.2", related(isbn(1), "06")), member("c.3", work("1"))
    ) == [["a.1", "b.2", "c.3"]]


def test_works_outweigh_links_and_the_contradiction_is_told() -> None:
    one, two = member("a.1", work("1"), related(isbn(2), "06")), member("b.2", work("2"))
    assert groups(one, two) == [["a.1"], ["b.2"]]
    assert findings(one, two) == [("family.two_works", "a.1"), ("family.two_works", "b.2")]


def test_a_work_named_by_an_isbn_joins_the_product_of_that_isbn() -> None:
    by_isbn = work(isbn(1), kind="15")
    assert groups(
        member("a.1", by_isbn), member("b.2", by_isbn), member("c.3", work(isbn(3), kind="15"))
    ) == [
        ["a.1", "b.2"],
        ["c.3"],
    ]


def test_works_named_by_the_isbns_of_their_own_formats_are_joined_by_links() -> None:
    one = member("a.1", work(isbn(1), kind="15"), related(isbn(2), "06"))
    assert groups(one, member("b.2", work(isbn(2), kind="15"))) == [["a.1", "b.2"]]


# --- what is odd --------------------------------------------------------------------------------------------


def test_the_last_of_several_records_of_one_reference_is_read() -> None:
    old, new = product("a.1", titles=title("Old")), product("a.1", titles=title("New"))
    assert [one.title.name for one in families(old, product("b.2"), new)] == ["The Alder Wood", "New"]
    assert findings(old, new, new) == [("record.duplicate", "a.1")]
    with reading_of(old, new, new) as reading:
        assert (reading.counts.complete, reading.counts.replaced) == (1, 1)


def test_a_replaced_record_joins_nothing() -> None:
    assert groups(
        member("a.1", work("1")), member("b.2", work("1")), member("c.3", work("2")), member("a.1", work("2"))
    ) == [["b.2"], ["c.3", "a.1"]]


def test_two_records_of_one_isbn_are_told() -> None:
    same = identifier(isbn(5))
    assert findings(product("a.1", identifiers=same), product("b.2", identifiers=same)) == [
        ("isbn.duplicate", "a.1"),
        ("isbn.duplicate", "b.2"),
    ]
    with reading_of(product("a.1", identifiers=same), product("b.2", identifiers=same)) as reading:
        assert {one.severity for one in reading.findings} == {Severity.ERROR}
        for family, finding in zip(reading.families(), reading.findings, strict=True):
            assert "a.1 and b.2" in finding.message
            assert family.diagnostics == (finding,)


def test_an_identifier_that_would_join_a_whole_catalogue_is_a_placeholder() -> None:
    catalogue = [member(f"p.{number}", work("unknown")) for number in range(1, 6)]
    assert groups(*catalogue, family_limit=4) == [[f"p.{number}"] for number in range(1, 6)]
    codes = [code for code, _ in findings(*catalogue, family_limit=4)]
    assert codes == ["work.ambiguous", "family.too_large"]
    with reading_of(*catalogue, family_limit=4) as reading:
        names = [one.ref.id for one in reading.titles()]
    assert names == [f"p.{number}" for number in range(1, 6)]


def test_the_title_is_named_by_its_work_else_by_its_first_record() -> None:
    made = families(
        member("a.1", work("w1")),
        member("b.2"),
        member(
            "c.3",
            work("A9", kind="11"),
        ),
    )
    assert [str(one.title.ref) for one in made] == ["onix:work:w1", "onix:work:b.2", "onix:work:A9"]


def test_a_name_that_two_works_share_names_neither() -> None:
    one, two = member("a.1", work("7", name="x")), member("b.2", work("7", name="y"))
    assert [one.title.ref.id for one in families(one, two)] == ["a.1", "b.2"]
    assert findings(one, two) == [("work.ambiguous", "a.1")]


def test_an_omnibus_is_named_by_its_first_record() -> None:
    (omnibus,) = families(member("o.9", work("1"), work("2")))
    assert omnibus.title.ref.id == "o.9"
    assert omnibus.title.identifiers == ()


def test_many_records_go_through_the_index_in_batches() -> None:
    crowd = [member(f"p.{number}", work(str(number % 700))) for number in range(1400)]
    made = groups(*crowd)
    assert len(made) == 700
    assert made[3] == ["p.3", "p.703"]

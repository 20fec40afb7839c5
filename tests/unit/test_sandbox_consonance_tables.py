"""Playing the publisher: rows come, change and go, and their links hold."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from commerce_bridge.sandbox.catalogue import simple_title
from commerce_bridge.sandbox.consonance import ConsonanceSandbox, rows
from commerce_bridge.sandbox.consonance.tables import PARENTS, SHARED, Tables
from rigs.consonance_desk import OPENING

LATER = OPENING + timedelta(days=1)


@pytest.fixture
def sandbox() -> ConsonanceSandbox:
    sandbox = ConsonanceSandbox(seed="empty")
    sandbox.load(simple_title("The Black Road", forms=("BB", "DG")), at=OPENING)
    return sandbox


def test_every_table_has_one_name() -> None:
    assert set(rows.KINDS.values()) == set(rows.ROW_CLASSES)
    assert len(rows.KINDS) == len(rows.ROW_CLASSES)
    assert rows.KINDS["supporting_resource"] is rows.SupportingResource


def test_every_table_but_the_work_knows_whose_rows_it_holds() -> None:
    assert set(PARENTS) | set(SHARED) | {rows.Work} == set(rows.ROW_CLASSES)
    assert not set(PARENTS) & set(SHARED)


def test_ids_count_up_and_are_never_used_again(sandbox: ConsonanceSandbox) -> None:
    first = sandbox.add("season", at=OPENING, name="Winter")
    sandbox.remove("season", first, at=OPENING)
    assert sandbox.add("season", at=OPENING, name="Winter") == first + 1
    assert sandbox.add("season", at=OPENING, id=500, name="Later") == 500
    assert sandbox.add("season", at=OPENING, name="Last") == 501


def test_people_and_bodies_share_their_ids(sandbox: ConsonanceSandbox) -> None:
    body = sandbox.add("organisation", at=OPENING, organisation_name="The Society")
    assert sandbox.add("person", at=OPENING, key_names="Quill") == body + 1


@pytest.mark.parametrize(
    ("kind", "columns", "said"),
    [
        ("shelf", {}, "unknown kind 'shelf'; known: binding"),
        ("price", {"product_id": 1, "colour": 1}, "price has no column colour; known: amount"),
        ("price", {"product_id": 99}, "price.product_id: there is no product 99"),
        ("work", {"imprint_id": 99}, "work.imprint_id: there is no imprint 99"),
        ("contribution", {"work_id": 1, "contact_id": 99}, "there is no contact 99"),
        ("marketing_text", {"work_id": 1, "product_ids": (1, 99)}, "there is no product 99"),
        ("series_membership", {"work_id": 1, "series_id": 1}, "there is no series 1"),
    ],
)
def test_a_row_that_cannot_be_is_refused(
    sandbox: ConsonanceSandbox, kind: str, columns: dict[str, Any], said: str
) -> None:
    before = sandbox.state()
    with pytest.raises(ValueError, match=said):
        sandbox.add(kind, at=OPENING, **columns)
    assert sandbox.state() == before


def test_an_id_is_taken_once(sandbox: ConsonanceSandbox) -> None:
    with pytest.raises(ValueError, match="there is a work 1 already"):
        sandbox.add("work", at=OPENING, id=1)


def test_what_is_not_there_cannot_change_or_go(sandbox: ConsonanceSandbox) -> None:
    with pytest.raises(ValueError, match="there is no work 9"):
        sandbox.edit("work", 9, at=OPENING, title="x")
    with pytest.raises(ValueError, match="there is no work 9"):
        sandbox.remove("work", 9, at=OPENING)


def test_a_work_takes_all_that_is_its_own(sandbox: ConsonanceSandbox) -> None:
    sandbox.remove("work", 1, at=LATER)
    left = {kind: len(found) for kind, found in sandbox.state().items() if found}
    assert left == {"imprint": 1, "season": 1, "project_stage": 1, "work_type": 1, "person": 1}


def test_a_format_takes_its_prices_and_leaves_every_list(sandbox: ConsonanceSandbox) -> None:
    sandbox.edit("work", 1, at=OPENING, similar_product_ids=(1, 2))
    sandbox.remove("product", 1, at=LATER)
    state = sandbox.state()
    assert [price["product_id"] for price in state["price"]] == [2]
    assert state["work"][0]["similar_product_ids"] == [2]
    for kind in ("marketing_text", "contribution", "supporting_resource"):
        assert {tuple(row["product_ids"]) for row in state[kind]} == {(2,)}


def test_a_person_takes_the_credits_and_an_imprint_its_name(sandbox: ConsonanceSandbox) -> None:
    sandbox.remove("person", 1, at=LATER)
    sandbox.remove("imprint", 1, at=LATER)
    state = sandbox.state()
    assert state["contribution"] == []
    assert state["work"][0]["imprint_id"] is None
    assert sandbox.tables.changed_at(1) == LATER


def test_a_row_that_moves_changes_both_families(sandbox: ConsonanceSandbox) -> None:
    other = sandbox.load(simple_title("Green Lane", number=2), at=OPENING)
    sandbox.edit("marketing_text", 1, at=LATER, work_id=other.work, product_ids=())
    assert sandbox.tables.changed_at(1, {"marketing_text"}) == LATER
    assert sandbox.tables.changed_at(other.work, {"marketing_text"}) == LATER
    assert sandbox.tables.changed_at(1, {"price"}) == OPENING


def test_an_earlier_stamp_never_hides_a_later_one(sandbox: ConsonanceSandbox) -> None:
    sandbox.edit("work", 1, at=LATER, subtitle="x")
    sandbox.edit("work", 1, at=OPENING, subtitle="y")
    assert sandbox.tables.changed_at(1) == LATER
    assert sandbox.tables.changed_at(1, ()) is None
    assert sandbox.tables.changed_at(77) is None


def test_a_copy_goes_its_own_way(sandbox: ConsonanceSandbox) -> None:
    copy = sandbox.tables.copy()
    copy.remove("work", 1, at=LATER)
    copy.add("season", at=LATER, name="x")
    assert sandbox.tables.get(rows.Work, 1) is not None
    assert sandbox.tables.changed_at(1) == OPENING
    assert len(sandbox.tables.all(rows.Season)) == 1
    assert Tables().all(rows.Work) == ()


def test_a_title_gets_ids_in_the_order_in_which_it_is_written(sandbox: ConsonanceSandbox) -> None:
    loaded = sandbox.load(
        simple_title("Green Lane", number=2, forms=("BB", "BC"), currencies=("GBP", "USD")), at=LATER
    )
    assert (loaded.work, loaded.products, loaded.prices) == (2, (3, 4), (3, 4, 5, 6))
    assert (loaded.texts, loaded.resources, loaded.contributions) == ((3, 4), (2,), (2,))
    state = sandbox.state()
    assert len(state["person"]) == len(state["imprint"]) == len(state["season"]) == 1


def test_a_title_is_entered_as_it_is_written(sandbox: ConsonanceSandbox) -> None:
    state = sandbox.state()
    (picture,) = state["supporting_resource"]
    assert (picture["filename"], picture["image_content_type"]) == ("000001-front.jpg", "image/jpeg")
    assert state["person"][0]["address_as"] == "Ada"
    assert [row["title"] for row in state["product"]] == ["Black Road", "Black Road"]
    assert [row["main"] for row in state["subject"]] == [True, True]
    assert state["work"][0]["title"] == "The Black Road"

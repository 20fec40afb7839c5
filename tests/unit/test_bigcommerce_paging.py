"""Pages: where a list goes on, and where it stops."""

from __future__ import annotations

from typing import Any

import pytest

from commerce_bridge.flow.messages import Response
from commerce_bridge.flow.operation import every
from commerce_bridge.platforms.bigcommerce import Limits
from commerce_bridge.testing.play import play
from rigs.bigcommerce_client import Desk, answer, raw_client


def _page(ids: list[int], page: int, total: int | None, per_page: int = 250) -> Response:
    meta = {"pagination": {"current_page": page, "total_pages": total, "per_page": per_page}}
    return answer([{"id": number} for number in ids], meta=meta)


def _cursors(
    ids: list[int], start: str, end: str, *, more: bool, pages: bool = False, back: bool = False
) -> Response:
    links = {"next": "?after=x"} if more and not back else {"previous": "?before=x"} if more else {}
    meta: dict[str, Any] = {"cursor_pagination": {"start_cursor": start, "end_cursor": end, "links": links}}
    if pages:
        meta["pagination"] = {"current_page": 1, "total_pages": 2}
    return answer([{"id": number} for number in ids], meta=meta)


def test_pages_go_on_until_the_last_one() -> None:
    client = raw_client()
    trace = play(every(client.products.list), [_page([1, 2], 1, 2), _page([3], 2, 2)])
    assert [product.id for product in trace.result] == [1, 2, 3]
    assert [request.param("page") for request in trace.sent] == [None, "2"]
    assert {request.param("limit") for request in trace.sent} == {"250"}


@pytest.mark.parametrize("end", [answer([]), Response(status=204), Response(status=200)])
def test_an_empty_page_is_the_last_one_whatever_the_numbers_say(end: Response) -> None:
    client = raw_client()
    trace = play(every(client.products.list), [_page([1], 1, None), end])
    assert len(trace.result) == 1
    assert len(trace.sent) == 2


def test_an_empty_first_page_costs_one_call() -> None:
    client = raw_client()
    for first in (answer([], meta={"pagination": {"total_pages": 0}}), Response(status=204)):
        assert play(every(lambda cursor: client.images.list(cursor, 7)), [first]).result == ()


@pytest.mark.parametrize(
    ("limit", "include", "sent"),
    [
        (None, (), "250"),
        (20, (), "20"),
        (1000, (), "250"),
        (0, (), "1"),
        (None, ("options",), "10"),
        (50, ("modifiers", "images"), "10"),
        (5, ("options",), "5"),
        (None, ("images",), "250"),
    ],
)
def test_a_page_size_is_never_above_the_maximum(limit: int | None, include: Any, sent: str) -> None:
    client = raw_client()
    trace = play(client.products.list(None, limit=limit, include=include), [_page([], 1, 0)])
    assert trace.sent[0].param("limit") == sent


def test_a_store_may_set_a_lower_maximum() -> None:
    client = raw_client(Limits(page=100))
    assert play(client.brands.list(None), [answer([])]).sent[0].param("limit") == "100"


def test_a_page_that_silently_holds_ten_is_followed_to_its_end() -> None:
    client = raw_client()
    pages = [_page(list(range(10)), 1, 3, 10), _page(list(range(10, 20)), 2, 3, 10), _page([20], 3, 3, 10)]
    trace = play(every(lambda cursor: client.products.list(cursor, include=("options",))), pages)
    assert [product.id for product in trace.result] == list(range(21))


def test_cursors_are_followed_forward_from_the_first_page() -> None:
    client = raw_client()
    pages = [_cursors([1, 2], "a", "b", more=True, pages=True), _cursors([3], "c", "c", more=False)]
    trace = play(every(lambda cursor: client.product_metafields.list_all(cursor, namespace="n")), pages)
    assert [one.id for one in trace.result] == [1, 2, 3]
    assert [request.param("after") for request in trace.sent] == [None, "b"]
    assert all(request.param("page") is None for request in trace.sent)


def test_cursors_are_followed_backward() -> None:
    client = raw_client()
    pages = [
        _cursors([3, 4], "c", "d", more=True, back=True),
        _cursors([1, 2], "a", "b", more=False, back=True),
    ]
    trace = play(every(client.product_metafields.list_all, start="before:e"), pages)
    assert [request.param("before") for request in trace.sent] == ["e", "c"]


def test_a_page_is_a_checkpoint() -> None:
    desk = Desk()
    for number in range(5):
        desk.product(f"Title {number}", f"978000000000{number}")
    listed = desk.store.products.list(limit=2)
    first, *_ = listed.pages()
    assert first.next == "2"
    assert [product.name for page in listed.pages(start="2") for product in page.items] == [
        "Title 2",
        "Title 3",
        "Title 4",
    ]


def test_iterating_again_reads_again() -> None:
    desk = Desk()
    listed = desk.store.products.list()
    assert list(listed) == []
    desk.product()
    assert len(list(listed)) == 1


@pytest.mark.parametrize("past_end", [200, 204])
def test_metafields_of_a_whole_shop(past_end: int) -> None:
    desk = Desk(past_end_status=past_end)
    from commerce_bridge.platforms.bigcommerce import MetafieldDraft

    product = desk.product()
    rows = [
        (product.id, MetafieldDraft(namespace="n", key=f"k{number}", value="v", permission_set="app_only"))
        for number in range(7)
    ]
    desk.store.product_metafields.create_batch(rows)
    assert [one.key for one in desk.store.product_metafields.list_all(limit=3)] == [f"k{n}" for n in range(7)]
    assert [one.key for one in desk.store.product_metafields.list(product.id, limit=2)] == [
        f"k{n}" for n in range(7)
    ]


def test_v2_pages_stop_when_one_is_not_full() -> None:
    client = raw_client()
    few = Response(status=200, body=b'[{"id": 1}, {"id": 2}]')
    assert len(play(every(client.currencies.list), [few]).result) == 2
    full = Response(status=200, body=str([{"id": number} for number in range(50)]).replace("'", '"').encode())
    trace = play(every(client.currencies.list), [full, Response(status=204)])
    assert len(trace.result) == 50
    assert [request.param("page") for request in trace.sent] == [None, "2"]


def test_v2_pages_of_a_wanted_size_are_followed() -> None:
    client = raw_client()
    pages = [Response(status=200, body=b'[{"id": 1}]'), Response(status=200, body=b"[]")]
    trace = play(every(lambda cursor: client.currencies.list(cursor, limit=1)), pages)
    assert [request.param("limit") for request in trace.sent] == ["1", "1"]
    assert len(trace.result) == 1

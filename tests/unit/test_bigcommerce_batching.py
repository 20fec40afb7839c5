"""Batches: one answer for each row, whatever the vendor says of them."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

import pytest

from commerce_bridge.errors import (
    AuthError,
    Conflict,
    ConnectionLost,
    DecodeError,
    PlanLimit,
    RateLimited,
    RejectedRecord,
    RequestRefused,
    ServerFault,
)
from commerce_bridge.flow.messages import Request, Response
from commerce_bridge.platforms.bigcommerce import (
    CategoryDraft,
    Failed,
    Limits,
    MetafieldDraft,
    ProductDraft,
    RedirectDraft,
    Saved,
    TreeDraft,
    Unknown,
    VariantDraft,
)
from commerce_bridge.platforms.bigcommerce.batching import by_row, split
from commerce_bridge.testing.play import Trace, play
from rigs.bigcommerce_client import answer, body, raw_client, refusal

CLIENT = raw_client()
PRICE = ProductDraft(price=Decimal("12.99"))


def _rows(count: int) -> list[tuple[int, ProductDraft]]:
    return [(number, PRICE) for number in range(1, count + 1)]


def _saved(request: Request) -> Response:
    return answer([{"id": row["id"]} for row in body(request)])


def _update(count: int, script: Sequence[Any]) -> Trace[Any]:
    return play(CLIENT.products.update_batch(_rows(count)), script)


def _kinds(trace: Trace[Any]) -> list[str]:
    return [type(one).__name__ for one in trace.result]


def _sizes(trace: Trace[Any]) -> list[int]:
    return [len(body(request)) for request in trace.sent]


def test_split() -> None:
    assert split((), 3) == ()
    assert split(range(7), 3) == (range(3), range(3, 6), range(6, 7))
    with pytest.raises(ValueError, match="1 row or more"):
        split([1], 0)


def test_rows_by_their_number() -> None:
    assert by_row({"0.name": "a", "0.sku": "b", "12.x.y": "c", "weight": "d", "3": "e"}) == {
        0: {"name": "a", "sku": "b"},
        12: {"x.y": "c"},
        3: {"": "e"},
    }


def test_no_rows_are_no_calls() -> None:
    assert _update(0, []).result == ()


def test_rows_go_out_ten_at_a_time_in_order() -> None:
    trace = _update(23, [_saved] * 3)
    assert _sizes(trace) == [10, 10, 3]
    assert [one.value.id for one in trace.result] == list(range(1, 24))
    assert body(trace.sent[2])[0] == {"id": 21, "price": 12.99}


def test_a_piece_found_too_large_is_halved() -> None:
    def small(request: Request) -> Response:
        return refusal(413, "too many") if len(body(request)) > 3 else _saved(request)

    trace = _update(10, [small] * 7)
    assert _kinds(trace) == ["Saved"] * 10
    assert _sizes(trace) == [10, 5, 3, 2, 5, 3, 2]


def test_a_single_row_found_too_large_has_failed() -> None:
    trace = _update(1, [refusal(413, "too large")])
    assert isinstance(trace.result[0], Failed)
    assert trace.result[0].error.status == 413


def test_a_refusal_that_names_no_row_is_narrowed_down() -> None:
    def bad_seven(request: Request) -> Response:
        bad = any(row["id"] == 7 for row in body(request))
        return refusal(409, "The product sku is a duplicate") if bad else _saved(request)

    trace = _update(10, [bad_seven] * 20)
    assert _kinds(trace) == ["Saved"] * 6 + ["Failed"] + ["Saved"] * 3
    assert isinstance(trace.result[6].error, Conflict)
    assert len(trace.sent) <= 9


def test_a_refusal_that_names_its_rows_costs_one_call_more() -> None:
    def named(request: Request) -> Response:
        ids = [row["id"] for row in body(request)]
        if 3 not in ids:
            return _saved(request)
        return refusal(422, "Invalid", {f"{ids.index(3)}.weight": "must be a number"})

    trace = _update(10, [named] * 2)
    assert _sizes(trace) == [10, 9]
    assert _kinds(trace) == ["Saved"] * 2 + ["Failed"] + ["Saved"] * 7
    failed = trace.result[2].error
    assert isinstance(failed, RejectedRecord)
    assert failed.fields == {"weight": "must be a number"}
    assert "a row was refused" in str(failed)


def test_a_partial_answer_saves_some_and_names_the_others() -> None:
    partial = answer(
        [{"id": 1}, {"id": 3}],
        207,
        errors={
            "status": 207,
            "title": "Not all",
            "errors": {"1.id": "gone", "2.inventory_level": "negative"},
        },
    )
    trace = _update(3, [partial])
    assert _kinds(trace) == ["Saved", "Failed", "Saved"]
    assert trace.result[2].problems == {"inventory_level": "negative"}
    assert trace.result[0].problems == {}
    assert trace.result[1].error.fields == {"id": "gone"}


def test_a_partial_answer_that_does_not_say_is_asked_again_for_the_rest() -> None:
    partial = answer([{"id": 1}], 207, errors={"title": "Some failed", "errors": {"custom_url": "taken"}})

    def alone(request: Request) -> Response:
        (row,) = body(request)
        return refusal(409, "gone") if row["id"] == 2 else answer([{"id": row["id"]}])

    trace = _update(3, [partial, refusal(409, "no"), alone, alone])
    assert _sizes(trace) == [3, 2, 1, 1]
    assert _kinds(trace) == ["Saved", "Failed", "Saved"]


def test_a_complaint_without_a_row_is_not_lost_when_all_were_saved() -> None:
    partial = answer([{"id": 1}, {"id": 2}], 207, errors={"errors": {"custom_url": "taken"}})
    trace = _update(2, [partial])
    assert [one.problems for one in trace.result] == [{"custom_url": "taken"}] * 2


def test_a_lost_answer_is_unknown_after_the_tries_are_over() -> None:
    trace = _update(2, [ConnectionLost("cut")] * 5)
    assert _kinds(trace) == ["Unknown", "Unknown"]
    assert isinstance(trace.result[0].error, ConnectionLost)


def test_a_request_that_never_left_has_failed() -> None:
    trace = _update(2, [ConnectionLost("no route", sent=False)] * 5)
    assert _kinds(trace) == ["Failed", "Failed"]


@pytest.mark.parametrize(
    ("line", "kind", "error"),
    [
        (refusal(500, "oops"), "Unknown", ServerFault),
        (Response(status=200, body=b"<html>"), "Unknown", DecodeError),
        (refusal(507, "full"), "Failed", PlanLimit),
        (refusal(404, "gone"), "Failed", Exception),
    ],
)
def test_what_becomes_of_one_row(line: Response, kind: str, error: type[Exception]) -> None:
    trace = _update(1, [line] * 5)
    assert _kinds(trace) == [kind]
    assert isinstance(trace.result[0].error, error)


def test_an_answer_that_says_nothing_of_a_row_leaves_it_unknown() -> None:
    trace = _update(1, [answer([])])
    assert _kinds(trace) == ["Unknown"]


@pytest.mark.parametrize(
    ("line", "error"),
    [
        (refusal(401, "no"), AuthError),
        (refusal(429, "no", X_Retry_After="900"), RateLimited),
        (refusal(415, "no"), RequestRefused),
    ],
)
def test_what_every_row_would_meet_is_raised_while_nothing_is_saved(
    line: Response, error: type[Exception]
) -> None:
    assert isinstance(_update(20, [line]).error, error)


def test_what_every_row_would_meet_hides_nothing_that_was_saved() -> None:
    trace = _update(25, [_saved, refusal(401, "revoked")])
    assert _kinds(trace) == ["Saved"] * 10 + ["Failed"] * 15
    assert isinstance(trace.result[24].error, AuthError)


def test_a_row_that_adds_is_sent_once() -> None:
    from commerce_bridge.platforms.bigcommerce import CustomFieldDraft, ImageDraft

    image = ProductDraft(images=(ImageDraft(image_url="https://example.com/a.jpg"),))
    known = ProductDraft(custom_fields=(CustomFieldDraft(id=4, value="x"),))
    assert _tries(CLIENT.products.update_batch([(1, image)])) == 1
    assert _tries(CLIENT.products.update(1, image)) == 1
    assert _tries(CLIENT.products.update_batch([(1, known)])) == 5
    assert _tries(CLIENT.products.update(1, known)) == 5


def _tries(flow: Any) -> int:
    return len(play(flow, [refusal(503, "later")] * 5).sent)


def _metafield(key: str) -> MetafieldDraft:
    return MetafieldDraft(namespace="n", key=key, value="v", permission_set="app_only")


def _kept(request: Request, *keys: str) -> list[dict[str, Any]]:
    return [{"id": 9, **row} for row in body(request) if row["key"] in keys]


def _create(keys: str, script: Sequence[Callable[[Request], Response] | Response]) -> Trace[Any]:
    return play(CLIENT.product_metafields.create_batch([(7, _metafield(key)) for key in keys]), script)


def _partial(*keys: str, errors: list[Any]) -> Callable[[Request], Response]:
    def line(request: Request) -> Response:
        rows = _kept(request, *keys)
        meta = {"total": len(body(request)), "success": len(rows), "failed": len(body(request)) - len(rows)}
        return answer(rows, 422, meta=meta, errors=errors)

    return line


TAKEN = {"status": 409, "title": "The metafield is a duplicate", "errors": {}}
LONG = {"status": 422, "title": "Invalid", "errors": {"value": "too long"}}


def test_metafields_that_were_saved_stay_saved_in_a_422() -> None:
    trace = _create("abc", [_partial("a", "c", errors=[TAKEN])])
    assert _kinds(trace) == ["Saved", "Failed", "Saved"]
    assert isinstance(trace.result[1].error, Conflict)


def test_metafields_that_failed_alike_have_failed() -> None:
    trace = _create("abc", [_partial("b", errors=[TAKEN, TAKEN])])
    assert _kinds(trace) == ["Failed", "Saved", "Failed"]


def test_metafields_that_failed_differently_are_asked_for_one_by_one() -> None:
    lines = [_partial("b", errors=[LONG, TAKEN]), _partial(errors=[LONG, TAKEN])]
    lines += [_partial(errors=[LONG]), _partial(errors=[TAKEN])]
    trace = _create("abc", lines)
    assert _sizes(trace) == [3, 2, 1, 1]
    assert _kinds(trace) == ["Failed", "Saved", "Failed"]
    assert isinstance(trace.result[0].error, RejectedRecord)
    assert isinstance(trace.result[2].error, Conflict)


def test_a_422_without_rows_is_a_refusal_of_all() -> None:
    def whole(request: Request) -> Response:
        return (
            refusal(422, "Invalid", {"0.key": "too long"})
            if body(request)[0]["key"] == "a"
            else _all(request)
        )

    def _all(request: Request) -> Response:
        return answer(_kept(request, "a", "b"), meta={"total": 1, "success": 1, "failed": 0})

    trace = _create("ab", [whole, whole])
    assert _kinds(trace) == ["Failed", "Saved"]
    assert trace.result[0].error.fields == {"key": "too long"}


def test_metafields_are_not_sent_twice_when_the_answer_is_lost() -> None:
    trace = _create("ab", [refusal(504, "late")])
    assert _kinds(trace) == ["Unknown", "Unknown"]
    assert len(trace.sent) == 1


def test_metafields_are_changed_and_deleted_many_at_a_time() -> None:
    kept = answer([{"id": 5, "key": "a"}], 422, meta={"total": 2, "success": 1, "failed": 1}, errors=[TAKEN])
    trace = play(CLIENT.brand_metafields.update_batch([(5, _metafield("a")), (6, _metafield("b"))]), [kept])
    assert _kinds(trace) == ["Saved", "Failed"]
    gone = answer([5], meta={"total": 1, "success": 1, "failed": 0}, errors=[])
    done = play(CLIENT.category_metafields.delete_batch([5]), [gone])
    assert done.result == (Saved(value=5),)
    assert done.sent[0].method == "DELETE"
    assert done.sent[0].body == b"[5]"


def test_how_many_metafields_go_at_once_is_a_setting() -> None:
    client = raw_client(Limits(metafield_rows=2))
    line = _partial("a", "b", "c", errors=[])
    trace = play(
        client.product_metafields.create_batch([(7, _metafield(key)) for key in "abc"]), [line, line]
    )
    assert _sizes(trace) == [2, 1]
    assert _kinds(trace) == ["Saved"] * 3


def test_a_variant_batchs_refusal_is_narrowed_down() -> None:
    def line(request: Request) -> Response:
        bad = any(row.get("sku") == "bad" for row in body(request))
        told = {"batch_errors": [{"status": 422, "title": "Invalid", "errors": {"sku": "is in use"}}]}
        return Response(status=422, body=json.dumps(told).encode()) if bad else _saved(request)

    rows = [(number, VariantDraft(sku="bad" if number == 2 else f"s{number}")) for number in range(1, 5)]
    trace = play(CLIENT.variants.update_batch(rows), [line] * 9)
    assert _kinds(trace) == ["Saved", "Failed", "Saved", "Saved"]
    assert trace.result[1].error.fields == {"sku": "is in use"}


def test_variants_are_made_one_by_one_or_at_once_as_the_store_allows() -> None:
    drafts = [VariantDraft(sku=sku) for sku in ("A", "b")]
    single = play(CLIENT.variants.create_batch(7, drafts), [answer({"id": 1}), refusal(409, "taken")])
    assert _kinds(single) == ["Saved", "Failed"]
    assert {request.method for request in single.sent} == {"POST"}
    client = raw_client(Limits(variant_batch_creates=True))
    made = [{"id": 2, "sku": "b"}, {"id": 1, "sku": "a"}]
    at_once = play(client.variants.create_batch(7, drafts), [answer(made)])
    assert [one.value.id for one in at_once.result] == [1, 2]
    assert body(at_once.sent[0]) == [{"product_id": 7, "sku": "A"}, {"product_id": 7, "sku": "b"}]
    lost = play(client.variants.create_batch(7, drafts), [refusal(504, "late")])
    assert _kinds(lost) == ["Unknown", "Unknown"]


def test_categories_are_matched_by_name_among_their_siblings() -> None:
    drafts = [CategoryDraft(name="Crime", parent_id=4), CategoryDraft(name="Crime", parent_id=5)]
    rows = [
        {"category_id": 11, "name": "Crime", "parent_id": 5},
        {"category_id": 10, "name": "Crime", "parent_id": 4},
    ]
    trace = play(CLIENT.categories.create(drafts), [answer(rows, 201)])
    assert [one.value.category_id for one in trace.result] == [10, 11]


def test_categories_that_are_partly_changed_are_narrowed_down() -> None:
    def line(request: Request) -> Response:
        ids = [row["category_id"] for row in body(request)]
        if 2 in ids:
            meta = {"total": len(ids), "success": len(ids) - 1, "failed": 1}
            told = {
                "errors": {"status": 422, "title": "Invalid", "errors": {"name": "too long"}},
                "meta": meta,
            }
            return Response(status=207, body=json.dumps(told).encode())
        return Response(status=200, body=json.dumps({"meta": {"total": len(ids), "failed": 0}}).encode())

    rows = [(number, CategoryDraft(name="x")) for number in (1, 2, 3)]
    trace = play(CLIENT.categories.update(rows), [line] * 9)
    assert _kinds(trace) == ["Saved", "Failed", "Saved"]
    assert trace.result[0].value == 1
    assert trace.result[1].error.fields == {"name": "too long"}


def test_trees_and_redirects_are_matched() -> None:
    made = answer([{"id": 3, "name": "German"}, {"id": 2, "name": "English"}])
    trees = play(CLIENT.trees.upsert([TreeDraft(id=2), TreeDraft(name="German", channels=(5,))]), [made])
    assert [one.value.id for one in trees.result] == [2, 3]
    redirects = [RedirectDraft(from_path="/Old/", site_id=1), RedirectDraft(from_path="/old", site_id=2)]
    rows = [{"id": 8, "site_id": 2, "from_path": "/old"}, {"id": 7, "site_id": 1, "from_path": "/old"}]
    assert [one.value.id for one in play(CLIENT.redirects.upsert(redirects), [answer(rows, 201)]).result] == [
        7,
        8,
    ]


def test_a_new_tree_is_sent_once_and_a_changed_one_again() -> None:
    assert _tries(CLIENT.trees.upsert([TreeDraft(name="German")])) == 1
    assert _tries(CLIENT.trees.upsert([TreeDraft(id=2, name="German")])) == 5


def test_assignments_are_all_saved_or_narrowed_down() -> None:
    def line(request: Request) -> Response:
        bad = any(row["product_id"] == 99 for row in body(request))
        return refusal(422, "invalid") if bad else Response(status=204)

    trace = play(CLIENT.channel_assignments.assign([(1, 1), (99, 1), (3, 1)]), [line] * 5)
    assert _kinds(trace) == ["Saved", "Failed", "Saved"]
    assert trace.result[0].value == (1, 1)
    categories = play(CLIENT.category_assignments.assign([(1, 4)]), [line])
    assert body(categories.sent[0]) == [{"product_id": 1, "category_id": 4}]


def test_the_three_answers_are_values() -> None:
    error = ConnectionLost("cut")
    assert Saved(value=1) == Saved(value=1)
    assert Failed(error=error) == Failed(error=error)
    assert Unknown(error=error) != Failed(error=error)

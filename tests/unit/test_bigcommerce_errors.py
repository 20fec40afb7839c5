"""What each answer of BigCommerce means."""

from __future__ import annotations

import json
from typing import Any

import pytest

from commerce_bridge.errors import (
    AuthError,
    Conflict,
    NotFound,
    PlanLimit,
    RateLimited,
    RejectedRecord,
    RemoteError,
    RequestRefused,
    ServerFault,
)
from commerce_bridge.flow.messages import Request, Response
from commerce_bridge.platforms.bigcommerce import BigCommerce, ProductDraft
from commerce_bridge.platforms.bigcommerce.classifier import Classifier, accepting
from commerce_bridge.platforms.bigcommerce.errors import error_of, read_error, wait_asked_s
from commerce_bridge.sandbox.core import Fault
from commerce_bridge.testing.play import play
from rigs.bigcommerce_client import TOKEN, Desk, raw_client, refusal

ASK = Request(method="PUT", path="/v3/catalog/products/180")
IMAGE = Request(method="POST", path="/v3/catalog/products/180/images")
V3: dict[str, Any] = {"type": "https://example.com", "errors": {}}


def _meant(response: Response, request: Request = ASK) -> RemoteError:
    error = Classifier(secrets=(TOKEN,))("products.update", request, response)
    assert error is not None
    return error


@pytest.mark.parametrize(
    ("status", "title", "kind"),
    [
        (400, "Input is invalid", RequestRefused),
        (401, "Unauthorized", AuthError),
        (403, "You don't have a required scope to access the endpoint", AuthError),
        (403, "The maximum number of products is reached", PlanLimit),
        (403, "A scope for this limit is missing", AuthError),
        (404, "The product was not found", NotFound),
        (404, "The route is not found, check the URL", RequestRefused),
        (405, "Method Not Allowed", RequestRefused),
        (406, "Not Acceptable", RequestRefused),
        (409, "The product name is a duplicate", Conflict),
        (413, "The maximum items allowed in the array is 10.", RequestRefused),
        (415, "Unsupported Media Type", RequestRefused),
        (422, "JSON data is missing or invalid", RejectedRecord),
        (423, "Resource locked", RateLimited),
        (429, "Too many requests", RateLimited),
        (499, "Client closed request", ServerFault),
        (500, "Internal error", ServerFault),
        (502, "Bad gateway", ServerFault),
        (503, "Service unavailable", ServerFault),
        (503, "This store is suspended", PlanLimit),
        (504, "Gateway timeout", ServerFault),
        (507, "Plan limit reached", PlanLimit),
        (302, "", RequestRefused),
    ],
)
def test_statuses(status: int, title: str, kind: type[RemoteError]) -> None:
    error = _meant(refusal(status, title))
    assert type(error) is kind
    assert error.status == status
    assert error.platform == "bigcommerce"
    assert error.operation == "products.update"
    assert str(status) in str(error)
    assert "PUT /v3/catalog/products/180" in str(error)
    assert title in error.title


@pytest.mark.parametrize("status", [200, 201, 202, 204, 207])
def test_a_success_and_a_partial_success_are_results(status: int) -> None:
    assert Classifier()("products.update", ASK, Response(status=status)) is None


def test_a_call_may_take_further_statuses_as_results() -> None:
    taking = accepting(Classifier(), (422,))
    assert taking("x", ASK, refusal(422)) is None
    assert isinstance(taking("x", ASK, refusal(409)), Conflict)


def test_complaints_by_field() -> None:
    error = _meant(refusal(422, "Invalid", {"weight": "must be a number", "0.name": {"code": 7}}))
    assert error.fields == {"weight": "must be a number", "0.name": '{"code": 7}'}
    assert "weight: must be a number" in str(error)


def test_a_400_with_complaints_is_about_the_record() -> None:
    assert type(_meant(refusal(400, "Invalid", {"namespace": "too long"}))) is RejectedRecord


def test_a_400_for_an_image_is_about_the_record() -> None:
    assert type(_meant(refusal(400, "The image host cannot be reached"), IMAGE)) is RejectedRecord


def test_a_v2_refusal_is_an_array() -> None:
    rows = [{"status": 404, "message": "The requested resource was not found.", "details": {"id": "unknown"}}]
    error = _meant(Response(status=404, body=json.dumps(rows).encode()))
    assert type(error) is NotFound
    assert error.title == "The requested resource was not found."
    assert error.fields == {"id": "unknown"}


def test_the_gateways_own_form() -> None:
    told = {"error": {"code": "SERVICE_DEGRADED", "message": "Try later", "retry_after_seconds": 30}}
    error = _meant(Response(status=503, body=json.dumps(told).encode()))
    assert type(error) is ServerFault
    assert error.title == "SERVICE_DEGRADED: Try later"
    assert error.retry_after_s == 30


@pytest.mark.parametrize(
    ("body", "title"),
    [
        (b"Unauthorized", "Unauthorized"),
        (b"", ""),
        (b"<html>  <b>no</b>\n</html>", "<html> <b>no</b> </html>"),
        (b'"just text"', "just text"),
        (b"[1, 2]", ""),
        (b'{"error": "Invalid format."}', "Invalid format."),
        (b'{"message": "told"}', "told"),
        (b"\xff\xfe", "\ufffd\ufffd"),
    ],
)
def test_bodies_of_any_form_are_read(body: bytes, title: str) -> None:
    assert read_error(body).title == title
    assert type(_meant(Response(status=401, body=body))) is AuthError


def test_a_list_of_complaints_is_numbered() -> None:
    assert read_error(b'{"title": "t", "errors": ["a", {"b": 1}]}').fields == {"0": "a", "1": '{"b": 1}'}


def test_nothing_secret_is_shown() -> None:
    told = {"title": f"no {TOKEN}", "errors": {"email": f"ann@example.com {TOKEN}"}, "access_token": "abc123"}
    error = _meant(Response(status=422, body=json.dumps(told).encode()))
    for text in (str(error), repr(error), error.title, error.excerpt, *error.fields.values()):
        assert TOKEN not in text
        assert "ann@example.com" not in text
        assert "abc123" not in text


def test_the_token_is_never_in_a_repr() -> None:
    assert TOKEN not in repr(raw_client().connection)
    assert TOKEN not in repr(raw_client().connection.classify)


def test_the_request_id_is_kept() -> None:
    assert _meant(refusal(500, "x", X_Request_Id="abc")).request_id == "abc"
    assert _meant(refusal(500, "x")).request_id is None


@pytest.mark.parametrize(
    ("headers", "wait_s"),
    [
        ({}, None),
        ({"X-Rate-Limit-Time-Reset-Ms": "2500"}, 2.5),
        ({"X-Rate-Limit-Time-Reset-Ms": "2500", "X-Rate-Limit-Requests-Left": "0"}, 2.5),
        ({"X-Rate-Limit-Time-Reset-Ms": "2500", "X-Rate-Limit-Requests-Left": "12"}, None),
        ({"X-Retry-After": "7", "X-Rate-Limit-Time-Reset-Ms": "2500"}, 7.0),
        ({"Retry-After": "9"}, 9.0),
        ({"X-Retry-After": "soon", "X-Rate-Limit-Time-Reset-Ms": "?"}, None),
    ],
)
def test_how_long_a_429_asks_to_wait(headers: dict[str, str], wait_s: float | None) -> None:
    assert wait_asked_s(Response(status=429, headers=headers)) == wait_s


def test_a_403_says_what_to_look_at() -> None:
    error = error_of("store.get", ASK, refusal(403, "You don't have a required scope"))
    assert "scopes" in str(error)
    assert "store hash" in str(error)


def test_a_fault_of_the_server_is_retried_for_a_read_and_not_for_a_create() -> None:
    client = raw_client()
    fine = Response(status=200, body=b'{"time": 1}')
    assert play(client.store.time(), [refusal(500, "x"), fine]).result.timestamp() == 1
    lost = play(client.request("POST", "/v3/channels", json={}), [refusal(504, "late")])
    assert isinstance(lost.error, ServerFault)
    assert len(lost.sent) == 1


def test_a_plan_limit_and_a_suspended_store_are_not_retried() -> None:
    for response in (refusal(507, "full"), refusal(503, "The store is suspended")):
        trace = play(raw_client().store.get(), [response])
        assert isinstance(trace.error, PlanLimit)
        assert len(trace.sent) == 1


@pytest.mark.parametrize("body", ["json", "text"])
def test_a_wrong_token_is_told_whatever_the_form(body: str) -> None:
    desk = Desk(unauthorized_body=body)
    stranger = BigCommerce(
        store_hash="demo",
        access_token="wrong",
        transport=desk.world.sync(desk.clock, base_path="/stores/demo"),
    )
    with pytest.raises(AuthError) as caught:
        stranger.products.get(1)
    assert caught.value.status == 401
    assert "wrong" not in repr(caught.value)
    assert desk.count() == 1


def test_a_wrong_store_and_a_missing_scope_are_not_retried() -> None:
    desk = Desk()
    elsewhere = BigCommerce(
        store_hash="other",
        access_token=TOKEN,
        transport=desk.world.sync(desk.clock, base_path="/stores/other"),
    )
    with pytest.raises(AuthError) as caught:
        elsewhere.check()
    assert caught.value.status == 403
    narrow = Desk(scopes=("store_v2_information",))
    narrow.store.check()
    with pytest.raises(AuthError, match="scope"):
        narrow.product()
    assert (desk.count(), narrow.count()) == (1, 3)


@pytest.mark.parametrize(
    "headers", [{}, {"X-Rate-Limit-Time-Reset-Ms": "4000", "X-Rate-Limit-Requests-Left": "0"}]
)
def test_a_storm_of_429_passes_and_nothing_is_made_twice(headers: dict[str, str]) -> None:
    desk = Desk(faults=(Fault(kind="status", status=429, headers=headers, times=3),))
    desk.product()
    assert [line.status for line in desk.world.log] == [429, 429, 429, 200]
    assert len(list(desk.store.products.list())) == 1


def test_a_storm_that_does_not_pass_ends() -> None:
    desk = Desk(faults=(Fault(kind="status", status=429, times=None),))
    with pytest.raises(RateLimited):
        desk.product()
    assert desk.count() == 5


@pytest.mark.parametrize("kind", ["cut_before", "cut_after", "timeout_before", "timeout_after"])
def test_a_lost_answer_of_a_repeatable_write_is_asked_for_again(kind: str) -> None:
    desk = Desk()
    product = desk.product()
    desk.world.plan_faults([Fault(kind=kind, method="PUT")])
    saved = desk.store.products.update(product.id, ProductDraft(name="Salt Road"))
    assert saved.value.name == "Salt Road"
    assert desk.paths().count(f"PUT /v3/catalog/products/{product.id}") == 2

"""How an account is named, what its answers mean, and what is never shown."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest

from commerce_bridge.errors import (
    AuthError,
    ConnectionLost,
    DecodeError,
    RateLimited,
    RemoteError,
    RequestRefused,
    ServerFault,
)
from commerce_bridge.flow.clock import EPOCH
from commerce_bridge.flow.messages import Request, Response
from commerce_bridge.http.policy import Safety
from commerce_bridge.platforms import consonance
from commerce_bridge.platforms.consonance import CAPABILITIES, Consonance, ConsonanceSettings
from commerce_bridge.platforms.consonance.connection import (
    Classifier,
    account_of,
    connect,
    retry_after_s,
    told,
)
from commerce_bridge.testing.play import play
from rigs.consonance_client import KEY, answer, raw_client

REQUEST = Request(method="POST", path="/graphql")


def refused(status: int, body: str = "", **headers: str) -> RemoteError | None:
    named = {name.replace("_", "-"): text for name, text in headers.items()}
    response = Response(status=status, headers=named, body=body.encode())
    return Classifier(secrets=(KEY,))("works.list", REQUEST, response)


# ── names and keys ───────────────────────────────────────────────────────
def test_an_account_is_named_by_its_host_and_a_hash_of_its_key() -> None:
    name = account_of("https://web.consonance.app", KEY)
    platform, host, mark = name.split(":")
    assert (platform, host) == ("consonance", "web.consonance.app")
    assert len(mark) == 8
    assert int(mark, 16) >= 0
    assert KEY not in name
    assert account_of("https://web.consonance.app", KEY) == name


def test_two_keys_or_two_hosts_are_two_accounts() -> None:
    names = {
        account_of(host, key)
        for host in (
            "https://web.consonance.app",
            "http://127.0.0.1:4000",
            "https://user@demo.consonance.app/",
        )
        for key in (KEY, KEY[::-1])
    }
    assert len(names) == 6
    assert {name.split(":")[1] for name in names} == {
        "web.consonance.app",
        "127.0.0.1.4000",
        "demo.consonance.app",
    }


@pytest.mark.parametrize("key", ["", " ", f"{KEY} ", "schlüssel"])
def test_what_cannot_be_a_key_is_refused_at_once(key: str) -> None:
    with pytest.raises(ValueError, match="api_key"):
        Consonance(api_key=key)


def test_the_key_is_never_shown() -> None:
    client = Consonance(api_key=KEY)
    shown = [repr(client), repr(client.service), repr(client.service.connection), client.account]
    assert all(KEY not in text for text in shown)


def test_the_key_travels_in_the_header_the_vendor_names() -> None:
    flow = raw_client().request("{works{id}}", safety=Safety.READ)
    (sent,) = play(flow, [answer({"works": []})]).sent
    assert (sent.method, sent.path) == ("POST", "/graphql")
    assert sent.header("Authorization") == f"Bearer {KEY}"
    assert sent.header("Content-Type") == "application/json"
    assert json.loads(sent.body) == {"query": "{works{id}}"}


# ── what a status means ──────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (301, RequestRefused),
        (401, AuthError),
        (403, AuthError),
        (404, RequestRefused),
        (413, RequestRefused),
        (429, RateLimited),
        (500, ServerFault),
        (502, ServerFault),
        (503, ServerFault),
    ],
)
def test_a_status_says_whose_fault_it_is(status: int, kind: type[RemoteError]) -> None:
    error = refused(status, "<html>no</html>", X_Request_Id="r-1")
    assert type(error) is kind
    assert error is not None
    assert (error.status, error.platform, error.operation, error.request_id) == (
        status,
        "consonance",
        "works.list",
        "r-1",
    )


@pytest.mark.parametrize("body", ["HTTP Token: Access denied.\n", '{"errors": [{"message": "no"}]}', ""])
@pytest.mark.parametrize("status", [401, 403])
def test_a_bad_key_is_an_auth_error_whatever_the_body(status: int, body: str) -> None:
    assert isinstance(refused(status, body), AuthError)


def test_a_wrong_address_says_what_to_check() -> None:
    assert "base_url" in str(refused(404, "Not Found"))
    assert "base_url" in str(refused(302, ""))


def test_an_answer_that_holds_a_result_or_a_refused_query_is_read_further() -> None:
    assert refused(200, "{}") is None
    assert refused(400, '{"errors": []}') is None
    assert isinstance(refused(400, "Bad Request"), RequestRefused)


def test_an_answer_that_repeats_the_key_is_blanked_out() -> None:
    error = refused(500, f"boom at {KEY} for reader@example.com")
    assert KEY not in str(error)
    assert "reader@example.com" not in str(error)


# ── waiting ──────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Retry-After": "7"}, 7.0),
        ({}, None),
        ({"Retry-After": "soon"}, None),
        ({"Retry-After": "Mon, 02 Nov 2026 09:00:30 GMT"}, None),
        ({"Retry-After": "Mon, 02 Nov 2026 09:00:30 GMT", "Date": "Mon, 02 Nov 2026 09:00:00 GMT"}, 30.0),
        ({"Retry-After": "Mon, 02 Nov 2026 08:00:00 GMT", "Date": "Mon, 02 Nov 2026 09:00:00 GMT"}, 0.0),
    ],
)
def test_how_long_an_answer_asks_us_to_wait(headers: dict[str, str], seconds: float | None) -> None:
    assert retry_after_s(Response(status=429, headers=headers)) == seconds


def test_a_429_blocks_the_whole_account_and_nothing_else_does() -> None:
    limited = Response(status=429, headers={"Retry-After": "7"})
    assert told("t", limited, EPOCH).blocked_for_s == 7.0
    assert told("t", Response(status=200), EPOCH).blocked_for_s is None
    assert told("t", Response(status=503, headers={"Retry-After": "7"}), EPOCH).blocked_for_s is None


def test_a_read_is_tried_again_as_told() -> None:
    limited = Response(status=429, headers={"Retry-After": "7"})
    trace = play(raw_client().works.list(None), [limited, Response(status=502), answer({"works": []})])
    assert trace.result.items == ()
    assert trace.slept[0] == 7.0
    assert len(trace.sent) == 3


def test_a_lost_read_is_tried_again_and_a_lost_mutation_is_not() -> None:
    lost = ConnectionLost("cut")
    client = raw_client()
    assert len(play(client.works.list(None), [lost, answer({"works": []})]).sent) == 2
    assert play(client.request("mutation{x}"), [lost]).error is lost
    assert len(play(client.request("{x}", safety=Safety.READ), [lost, answer({"x": 1})]).sent) == 2


def test_two_requests_at_once_unless_the_settings_say_otherwise() -> None:
    assert connect(api_key=KEY).budget.in_flight == 2
    one = Consonance(api_key=KEY, settings=ConsonanceSettings(in_flight=1))
    assert one.service.connection.budget.in_flight == 1


# ── what an answer of 200 means ──────────────────────────────────────────
def listed(*script: Response) -> Any:
    return play(raw_client().works.list(None), script)


@pytest.mark.parametrize("status", [200, 400])
def test_an_answer_without_data_is_a_refused_query(status: int) -> None:
    error = listed(answer(errors=[{"message": "Field 'x' doesn't exist"}], status=status)).error
    assert type(error) is RequestRefused
    assert error.title == "Field 'x' doesn't exist"
    assert "check()" in error.hint


@pytest.mark.parametrize("data", [None, {"works": []}])
def test_an_answer_with_errors_beside_its_data_is_a_fault_of_the_service(data: Any) -> None:
    body = {
        "data": data,
        "errors": [{"message": "boom", "path": ["works", 3, "title"]}, {"message": "boom."}],
    }
    error = listed(Response(status=200, body=json.dumps(body).encode())).error
    assert type(error) is ServerFault
    assert error.title == "boom"
    assert error.fields == {"$.works[3].title": "boom"}


@pytest.mark.parametrize("body", [b"<html>Log in</html>", b"", b"[]", b'{"data": {"works": {}}}'])
def test_an_answer_of_another_shape_is_said_with_its_place(body: bytes) -> None:
    error = listed(Response(status=200, body=body)).error
    assert type(error) is DecodeError
    assert error.path.startswith("$")


def test_an_answer_that_holds_nothing_is_refused() -> None:
    assert "neither data nor errors" in str(listed(answer()).error)


def test_members_nobody_asked_for_are_passed_over_and_counted() -> None:
    row = {"id": 1, "mood": "blue", "products": [{"id": 2, "mood": 1}, {"id": 3, "mood": 2}]}
    client = raw_client()
    page = play(client.works.list(None), [answer({"works": [row]})]).result
    assert [work.id for work in page.items] == [1]
    assert client.unknown_members == {"data.works.mood": 1, "data.works.products.mood": 2}


def test_a_wrong_member_beside_an_unknown_one_is_still_an_error() -> None:
    error = listed(answer({"works": [{"id": "x", "mood": "blue"}]})).error
    assert type(error) is DecodeError
    assert error.path == "$.data.works[0].id"


# ── what is loaded, and what is promised ─────────────────────────────────
HEAVY = ("pydantic", "pydantic_core", "httpx", "httpx2", "lxml", "anyio", "tenacity", "graphql")
OPENED = f"""
import sys
from commerce_bridge.platforms.consonance import Consonance, ConsonanceSettings
client = Consonance(api_key="k" * 32, settings=ConsonanceSettings())
client.raw, client.works, client.products, repr(client)
print(*sorted(name for name in {HEAVY!r} if name in sys.modules))
print(*sorted(name for name in sys.modules if ".consonance.wire" in name or name.endswith("domain.title")))
client.close()
"""


def test_opening_a_client_loads_no_wire_models_no_title_family_and_no_library() -> None:
    heavy, ours = subprocess.run(
        [sys.executable, "-c", OPENED], capture_output=True, text=True, check=True
    ).stdout.splitlines()
    assert heavy == ""
    assert ours == ""


def test_every_public_name_is_there_and_listed_in_order() -> None:
    assert list(consonance.__all__) == sorted(consonance.__all__)
    for name in consonance.__all__:
        assert getattr(consonance, name) is not None
        assert name in dir(consonance)
    with pytest.raises(AttributeError, match="Consonence"):
        consonance.Consonence  # noqa: B018


def test_capabilities_are_named_once_each_with_reason_and_source() -> None:
    names = [one.name for one in CAPABILITIES]
    assert len(names) == len(set(names))
    assert all(one.reason.endswith(".") and one.source for one in CAPABILITIES)
    said = {one.name: one.supported for one in Consonance(api_key=KEY).capabilities}
    for name in ("supports_demand_writeback", "rights_windows_dates", "price_write", "webhooks", "weight"):
        assert said[name] is False
    assert said["works_read"] is True
    assert said["web_link_write"] is None

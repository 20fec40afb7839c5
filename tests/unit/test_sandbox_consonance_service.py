"""Who may ask the Consonance sandbox, over which paths, and what an answer looks like over HTTP."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import timedelta

import pytest

from commerce_bridge.flow.messages import Request
from commerce_bridge.sandbox.consonance import DEMO_KEY, SEEDED_AT, ConsonanceSandbox
from commerce_bridge.sandbox.consonance.schema import QUERIES, consonance_schema
from commerce_bridge.sandbox.consonance.service import checked
from commerce_bridge.sandbox.core import Sandbox
from rigs.consonance_desk import OPENING, Desk

REST = "/api/v4/products.json"


def rest(desk: Desk, authorization: str, path: str = REST) -> int:
    request = Request(method="GET", path=path, headers={"Authorization": authorization})
    return desk.sandbox.handle(request, OPENING).status


def test_it_is_a_sandbox() -> None:
    sandbox: Sandbox = ConsonanceSandbox(seed="empty")
    assert sandbox.name == "consonance"
    assert sandbox.credentials() == {"api_key": DEMO_KEY}
    assert len(DEMO_KEY) == 32
    assert DEMO_KEY.isalnum()


@pytest.mark.parametrize("key", ["", "short", "x" * 33, "with-dashes-00000000000000000000"])
def test_a_key_that_the_vendor_could_not_have_made_is_refused(key: str) -> None:
    with pytest.raises(ValueError, match="32 letters and digits"):
        ConsonanceSandbox(api_key=key)


# ── who may ask ──────────────────────────────────────────────────────────
def test_a_wrong_key_is_401_with_json_and_reaches_nothing() -> None:
    desk = Desk(seed="demo")
    answer = desk.post({"query": "{ works { id } }"}, key="0" * 32)
    assert answer.status == 401
    assert answer.messages
    assert answer.response.header("content-type") == "application/json; charset=utf-8"
    assert desk.sandbox.log[-1].applied is False


def test_a_key_in_the_rest_form_does_not_open_graphql() -> None:
    desk = Desk()
    request = Request(
        method="POST",
        path="/graphql",
        headers={"Authorization": f"Token token={DEMO_KEY}"},
        body=b'{"query": "{ works { id } }"}',
    )
    assert desk.sandbox.handle(request, OPENING).status == 401


def test_a_refusal_may_be_403_and_plain_text() -> None:
    desk = Desk(auth_failure_status=403, auth_failure_json=False)
    answer = desk.post({"query": "{ works { id } }"}, key="0" * 32)
    assert answer.status == 403
    assert (answer.response.header("content-type") or "").startswith("text/plain")


def test_rest_refuses_a_wrong_key_with_plain_text_and_a_challenge() -> None:
    desk = Desk()
    request = Request(method="GET", path=REST, headers={"Authorization": f"Token token={'0' * 32}"})
    response = desk.sandbox.handle(request, OPENING)
    assert response.status == 401
    assert (response.header("WWW-Authenticate") or "").startswith("Token ")
    assert (response.header("Content-Type") or "").startswith("text/plain")


def test_rest_takes_both_forms_of_the_key_and_is_not_served_yet() -> None:
    desk = Desk()
    assert rest(desk, f"Token token={DEMO_KEY}") == 404
    assert rest(desk, f'Token token="{DEMO_KEY}"') == 404
    assert rest(desk, f"Bearer {DEMO_KEY}") == 401
    assert rest(desk, f"Token token={DEMO_KEY}", "/api/v4/works.json") == 404
    assert not any(line.applied for line in desk.sandbox.log)


def test_graphql_answers_posts_alone() -> None:
    desk = Desk()
    request = Request(method="GET", path="/graphql", headers={"Authorization": f"Bearer {DEMO_KEY}"})
    assert desk.sandbox.handle(request, OPENING).status == 404


# ── what is asked ────────────────────────────────────────────────────────
def test_a_body_that_is_not_json_is_400() -> None:
    assert Desk().post(b"{ works { id } }").status == 400


@pytest.mark.parametrize(
    "body", [{}, [], "text", {"query": 3}, {"query": "{ works { id } }", "variables": 3}]
)
def test_json_without_a_query_is_answered_with_errors(body: object) -> None:
    answer = Desk().post(body)
    assert answer.status == 200
    assert answer.messages == ["No query was given."]


@pytest.mark.parametrize("query", ["{ works { id", "{ works { noSuchMember } }", "{ works }"])
@pytest.mark.parametrize("status", [200, 400])
def test_a_query_that_does_not_fit_is_answered_with_errors(query: str, status: int) -> None:
    desk = Desk(invalid_query_status=status)
    answer = desk.ask(query)
    assert answer.status == status
    assert "data" not in answer.json
    assert answer.messages
    assert desk.sandbox.log[-1].applied is False


def test_variables_of_the_wrong_kind_are_errors() -> None:
    answer = Desk().ask("query ($id: Int!) { person(id: $id) { id } }", id="one")
    assert answer.messages
    assert "person" not in (answer.json.get("data") or {})


@pytest.mark.parametrize("day", ["2026-02-30", "yesterday", "2026-06-01T00:00:00Z", 20260601])
def test_a_date_must_be_a_day(day: object) -> None:
    answer = Desk().ask(
        "query ($day: ISO8601Date) { works(workSearch: {changedSince: $day}) { id } }", day=day
    )
    assert "is not a date of the form YYYY-MM-DD" in answer.messages[0]


def test_one_of_several_operations_is_chosen_by_name() -> None:
    desk = Desk(seed="demo")
    text = "query A { works(workSearch: {idEq: 1}) { id } } query B { products(productSearch: {idEq: 1}) { id } }"
    assert set(desk.post({"query": text, "operationName": "B"}).data) == {"products"}
    assert desk.post({"query": text}).messages


def test_introspection_is_on_and_can_be_switched_off() -> None:
    desk = Desk()
    query = "{ __schema { queryType { name } } }"
    assert desk.ask(query).data == {"__schema": {"queryType": {"name": "Query"}}}
    desk.sandbox.configure(introspection=False)
    assert desk.ask(query).messages
    assert desk.ask("{ works { __typename } }").data == {"works": []}


def test_a_query_is_read_once() -> None:
    checked.cache_clear()
    desk = Desk()
    for _ in range(3):
        desk.ask("{ works { id title } }")
    assert checked.cache_info().misses == 1
    assert checked.cache_info().hits == 2


# ── failing ──────────────────────────────────────────────────────────────
def test_a_broken_member_gives_200_with_errors_and_what_is_left_of_the_data() -> None:
    desk = Desk(seed="demo", broken_fields=["Work.season", "Product.isbn"])
    answer = desk.ask("{ works(workSearch: {idEq: 1}) { id season products { id isbn { isbn13 } } } }")
    assert answer.status == 200
    work = answer.json["data"]["works"][0]
    assert (work["id"], work["season"], work["products"][0]["isbn"]) == (1, None, None)
    assert answer.json["errors"][0]["path"] == ["works", 0, "season"]


def test_a_broken_member_that_may_not_be_null_takes_its_row_with_it() -> None:
    desk = Desk(seed="demo", broken_fields=["Work.marketingTexts"])
    answer = desk.ask("{ work(workSearch: {idEq: 1}) { id marketingTexts { id } } }")
    assert (answer.status, answer.json["data"]) == (200, {"work": None})


def test_the_text_of_a_defect_of_ours_never_leaves(monkeypatch: pytest.MonkeyPatch) -> None:
    schema = consonance_schema()
    assert schema.query_type is not None

    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("secret: the key is 1234")

    monkeypatch.setattr(schema.query_type.fields["works"], "resolve", fail)
    desk = Desk()
    answer = desk.ask("{ works { id } }")
    assert answer.messages == ["Internal error"]
    assert b"1234" not in answer.response.body
    assert [str(defect) for defect in desk.sandbox.defects] == ["secret: the key is 1234"]
    assert "works" in QUERIES


# ── quota ────────────────────────────────────────────────────────────────
def test_no_limit_is_set_unless_asked_for() -> None:
    desk = Desk()
    assert {desk.ask("{ works { id } }").status for _ in range(200)} == {200}


def test_a_limit_holds_in_any_sixty_seconds_and_says_how_long_to_wait() -> None:
    desk = Desk(requests_per_minute=2)
    assert desk.ask("{ works { id } }").status == 200
    desk.later(seconds=20)
    assert desk.ask("{ works { id } }").status == 200
    desk.later(seconds=10.5)
    refused = desk.ask("{ works { id } }")
    assert (refused.status, refused.response.header("Retry-After")) == (429, "30")
    desk.later(seconds=29)
    assert desk.ask("{ works { id } }").status == 429
    desk.later(seconds=1)
    assert desk.ask("{ works { id } }").status == 200


def test_a_refusal_may_leave_the_wait_unsaid() -> None:
    desk = Desk(requests_per_minute=1, send_retry_after=False)
    desk.ask("{ works { id } }")
    refused = desk.ask("{ works { id } }")
    assert (refused.status, refused.response.header("Retry-After")) == (429, None)
    assert desk.sandbox.log[-1].applied is False


def test_a_wrong_key_does_not_count_against_the_limit() -> None:
    desk = Desk(requests_per_minute=1)
    desk.post({"query": "{ works { id } }"}, key="0" * 32)
    assert desk.ask("{ works { id } }").status == 200


# ── state, settings, seeds ───────────────────────────────────────────────
def test_settings_are_json_and_change_by_name() -> None:
    sandbox = ConsonanceSandbox(seed="empty", page_cap=7)
    assert json.loads(json.dumps(sandbox.settings()))["page_cap"] == 7
    sandbox.configure(page_cap=None, broken_fields=["Work.season"])
    assert sandbox.settings()["page_cap"] is None
    assert sandbox.settings()["broken_fields"] == ["Work.season"]


@pytest.mark.parametrize(
    "act", [lambda: ConsonanceSandbox(pages=3), lambda: Desk().sandbox.configure(pages=3)]
)
def test_an_unknown_setting_lists_the_known_ones(act: object) -> None:
    assert callable(act)
    with pytest.raises(ValueError, match="unknown setting pages; known: page_cap, order"):
        act()


@pytest.mark.parametrize(
    ("name", "value"),
    [("page_cap", 0), ("order", "random"), ("singular_match", "last"), ("auth_failure_status", 200)],
)
def test_a_setting_takes_only_what_it_knows(name: str, value: object) -> None:
    with pytest.raises(ValueError, match=name):
        ConsonanceSandbox(seed="empty", **{name: value})


def test_an_unknown_seed_lists_the_known_ones() -> None:
    with pytest.raises(ValueError, match="known: demo, empty"):
        ConsonanceSandbox(seed="full")


def test_the_state_is_json_and_two_demo_accounts_are_alike() -> None:
    one, other = ConsonanceSandbox(), ConsonanceSandbox()
    assert json.dumps(one.state()) == json.dumps(other.state())
    assert len(one.state()["work"]) >= 60
    assert not any(ConsonanceSandbox(seed="empty").state().values())


def test_one_account_does_not_see_the_other_change() -> None:
    one, other = ConsonanceSandbox(), ConsonanceSandbox()
    one.edit("work", 1, at=OPENING, subtitle="Changed")
    one.add("imprint", at=OPENING, name="New")
    assert one.state() != other.state()
    assert ConsonanceSandbox().state() == other.state()


def test_reset_starts_again_and_keeps_key_and_switches() -> None:
    desk = Desk(seed="demo", page_cap=3)
    fresh = desk.sandbox.state()
    desk.sandbox.remove("work", 1, at=OPENING)
    desk.ask("{ works { id } }")
    desk.sandbox.reset()
    assert desk.sandbox.state() == fresh
    assert desk.sandbox.log == []
    assert len(desk.ids("works")) == 3
    desk.sandbox.reset("empty")
    assert desk.ids("works") == []


def test_every_request_is_logged_as_it_came() -> None:
    desk = Desk()
    desk.ask("{ works { id } }")
    desk.later(seconds=5)
    desk.post(b"nonsense")
    assert [line.status for line in desk.sandbox.log] == [200, 400]
    assert [line.at - OPENING for line in desk.sandbox.log] == [timedelta(0), timedelta(seconds=5)]
    assert [line.applied for line in desk.sandbox.log] == [True, False]
    assert DEMO_KEY not in repr(desk.sandbox.log)


def test_the_demo_account_was_last_changed_before_the_tests_begin() -> None:
    assert SEEDED_AT < OPENING


def test_without_graphql_core_the_import_names_the_extra() -> None:
    code = (
        "import sys; sys.modules['graphql'] = None\n"
        "try:\n    import commerce_bridge.sandbox.consonance\n"
        "except ImportError as error:\n    print(error)\n"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "commerce-bridge[sandbox]" in told.stdout


def test_the_catalogue_needs_no_extra() -> None:
    code = (
        "import sys; sys.modules['graphql'] = None\n"
        "import commerce_bridge.sandbox.catalogue as list_; print(len(list_.demo_catalogue()))"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert int(told.stdout) >= 60

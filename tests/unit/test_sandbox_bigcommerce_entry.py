"""Who may enter the BigCommerce sandbox, what it costs, and what is answered at the door."""

from __future__ import annotations

import json

import pytest

from commerce_bridge.sandbox.bigcommerce import BigCommerceSandbox
from rigs.bigcommerce_shop import Shop


def test_the_credentials_are_the_clients_keyword_arguments():
    sandbox = BigCommerceSandbox(store_hash="abc", access_token="t")
    assert sandbox.credentials() == {"store_hash": "abc", "access_token": "t"}


def test_time_needs_no_scope_and_says_the_sandboxs_clock():
    shop = Shop(scopes=())
    assert shop.get("/v2/time").json == {"time": int(shop.now.timestamp())}


def test_store_facts_follow_the_switches():
    shop = Shop(currency="EUR", weight_units="Grams", dimension_units="Inches", tax_entry="exclusive")
    facts = shop.get("/v2/store").json
    assert (facts["currency"], facts["weight_units"], facts["dimension_units"]) == ("EUR", "Grams", "Inches")
    assert facts["is_price_entered_with_tax"] is False
    assert facts["default_channel_id"] == 1


@pytest.mark.parametrize("path", ["/v2/store", "/v3/catalog/products"])
def test_an_unknown_token_is_401_as_json(path: str):
    shop = Shop(token="wrong")
    reply = shop.get(path)
    assert reply.status == 401
    body = reply.json[0] if path.startswith("/v2") else reply.json
    assert body["status"] == 401


def test_an_unknown_token_is_401_as_text_when_switched():
    shop = Shop(token="", unauthorized_body="text")
    reply = shop.get("/v3/channels")
    assert reply.status == 401
    assert reply.header("Content-Type") == "text/plain"
    with pytest.raises(json.JSONDecodeError):
        _ = reply.json


@pytest.mark.parametrize("status", [403, 404])
def test_another_stores_hash_is_refused_not_missed(status: int):
    shop = Shop(wrong_store_status=status)
    request = shop.request("GET", "/v3/channels")
    other = type(request)(method="GET", path="/stores/other/v3/channels", headers=request.headers)
    assert shop.sandbox.handle(other, shop.now).status == status


@pytest.mark.parametrize(
    ("scopes", "method", "status"),
    [
        (("store_v2_products_read_only",), "GET", 200),
        (("store_v2_products_read_only",), "POST", 403),
        (("store_v2_products",), "POST", 200),
        (("store_channel_settings",), "GET", 403),
    ],
)
def test_a_missing_scope_is_403_and_a_read_only_one_reads(scopes: tuple[str, ...], method: str, status: int):
    shop = Shop(scopes=scopes)
    body = {"name": "A", "type": "physical", "weight": 1, "price": 1} if method == "POST" else None
    reply = shop.send(method, "/v3/catalog/products", body)
    assert reply.status == status
    if status == 403:
        assert reply.title == "You don't have a required scope to access the endpoint"
        assert shop.sandbox.state()["products"] == []


def test_unknown_routes_are_404_and_unknown_verbs_405():
    shop = Shop()
    assert shop.get("/v3/catalog/nothing").title == "The route is not found, check the URL"
    assert shop.get("/v3/catalog/nothing").status == 404
    assert shop.send("PATCH", "/v3/channels").status == 405
    assert shop.get("/v2/nothing").json[0]["status"] == 404


def test_media_types_are_checked():
    shop = Shop()
    assert shop.send("GET", "/v3/channels", headers={"Accept": "text/csv"}).status == 406
    assert shop.send("POST", "/v3/catalog/products", {}, headers={"Content-Type": "text/plain"}).status == 415
    request = shop.request("POST", "/v3/catalog/products", {})
    broken = type(request)(method="POST", path=request.path, headers=request.headers, body=b"{")
    assert shop.sandbox.handle(broken, shop.now).status == 400


def test_every_answer_carries_the_four_rate_headers():
    shop = Shop(quota=5, window_ms=30_000)
    first = shop.get("/v3/channels")
    shop.wait(seconds=10)
    second = shop.get("/v3/nothing")
    assert first.header("X-Rate-Limit-Requests-Left") == "4"
    assert first.header("x-rate-limit-time-reset-ms") == "30000"
    assert second.header("X-Rate-Limit-Requests-Left") == "3"
    assert second.header("X-Rate-Limit-Time-Reset-Ms") == "20000"
    assert second.header("X-Rate-Limit-Requests-Quota") == "5"
    assert second.header("X-Rate-Limit-Time-Window-Ms") == "30000"


def test_the_quota_is_per_store_and_a_window_opens_with_its_first_request():
    shop = Shop(quota=2, window_ms=1_000, other_accounts={"second": "client-two"})
    assert shop.get("/v2/time").status == 200
    shop.token = "second"
    assert shop.get("/v2/time").status == 200
    refused = shop.get("/v3/channels")
    assert refused.status == 429
    assert refused.json == {
        "status": 429,
        "title": "Too many requests",
        "type": refused.json["type"],
        "errors": {},
    }
    assert refused.header("X-Rate-Limit-Requests-Left") == "0"
    assert refused.header("Retry-After") is None
    shop.wait(milliseconds=999)
    assert shop.get("/v2/time").status == 429
    shop.wait(milliseconds=1)
    assert shop.get("/v2/time").status == 200


def test_a_429_says_x_retry_after_in_seconds_when_switched():
    shop = Shop(quota=1, window_ms=2_500, retry_after=True)
    shop.get("/v2/time")
    assert shop.get("/v2/time").header("X-Retry-After") == "3"


def test_a_refused_request_changes_nothing_and_is_logged():
    shop = Shop(quota=1)
    shop.get("/v2/time")
    shop.post("/v3/catalog/products", {"name": "A", "type": "physical", "weight": 1, "price": 1})
    assert [line.status for line in shop.sandbox.log] == [200, 429]
    assert shop.sandbox.state()["products"] == []


def test_switches_are_set_by_name_and_listed():
    sandbox = BigCommerceSandbox()
    sandbox.configure(quota=7, other_accounts={"secret": "client-two"})
    assert sandbox.settings()["quota"] == 7
    assert "secret" not in json.dumps(sandbox.settings())
    with pytest.raises(ValueError, match=r"quotas.*Known: .*quota"):
        sandbox.configure(quotas=7)
    with pytest.raises(ValueError, match="past_end_status must be one of 200, 204"):
        sandbox.configure(past_end_status=404)


def test_reset_starts_again_from_a_seed():
    shop = Shop()
    before = shop.sandbox.state()
    shop.product()
    assert shop.sandbox.state() != before
    shop.sandbox.reset("empty")
    assert shop.sandbox.state() == before
    assert shop.sandbox.log == []
    with pytest.raises(ValueError, match="No such seed"):
        shop.sandbox.reset("nothing")


def test_the_same_calls_give_the_same_answers():
    def story() -> list[bytes]:
        shop = Shop()
        shop.family("A-1", "A-2", images=[{"image_url": "https://pictures.example/cover.jpg"}])
        shop.get("/v3/catalog/products")
        return [
            shop.send("GET", "/v3/catalog/products").response.body,
            json.dumps(shop.sandbox.state()).encode(),
        ]

    assert story() == story()

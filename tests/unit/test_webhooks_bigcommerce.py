"""A store's webhooks: what proves who sent them, and which records they are about, against the vendor's examples."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from commerce_bridge.http.webhooks import Reason, Received, Refused, Verified
from commerce_bridge.platforms.bigcommerce.webhooks import SCOPES, WebhookSecrets, refs_of, verify_webhook
from rigs import contracts

NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
SECRET = "c2VjcmV0IG9mIHRoZSBhY2NvdW50"
SIGNED = WebhookSecrets(client_secrets=SECRET)
WORD = WebhookSecrets(header="X-Shop-Word", header_values="long and random")
BODY = {
    "scope": "store/product/updated",
    "store_id": "1002003",
    "data": {"type": "product", "id": 180},
    "hash": "9a2d0f6f0f1c4a5d8f0c1e2b3a4d5e6f7a8b9c0d",
    "created_at": int(NOW.timestamp()) - 2,
    "producer": "stores/demo",
}


def raw(body: object = BODY) -> bytes:
    return json.dumps(body).encode()


def sign(
    body: bytes, *, key: bytes = SECRET.encode(), at: datetime = NOW, ident: str | None = None
) -> dict[str, str]:
    """The headers of a call, signed as the vendor's page says."""
    ident = ident or hashlib.sha1(body).hexdigest()
    stamp = str(int(at.timestamp()))
    digest = hmac.digest(key, f"{ident}.{stamp}.".encode() + body, "sha256")
    return {
        "Webhook-Id": ident,
        "Webhook-Timestamp": stamp,
        "Webhook-Signature": f"v1,{base64.b64encode(digest).decode()}",
    }


def received(outcome: Verified | Refused) -> Received:
    assert isinstance(outcome, Verified), outcome
    (one,) = outcome.received
    return one


def refused(outcome: Verified | Refused) -> Reason:
    assert isinstance(outcome, Refused), outcome
    return outcome.reason


class TestTheSignature:
    def test_of_the_client_secrets_own_bytes_is_taken(self) -> None:
        outcome = verify_webhook(sign(raw()), raw(), NOW, SIGNED)
        assert received(outcome) == Received(
            platform="bigcommerce",
            account="bigcommerce:demo",
            kind="store/product/updated",
            key=BODY["hash"],
            delivery=hashlib.sha1(raw()).hexdigest(),
            sent_at=NOW,
            happened_at=NOW - timedelta(seconds=2),
            refs=refs_of("store/product/updated", BODY["data"]),
            data=BODY,
        )
        assert isinstance(outcome, Verified)
        assert (outcome.answer.status, outcome.answer.body) == (204, b"")

    def test_of_the_decoded_secret_is_taken_when_told_to(self) -> None:
        headers = sign(raw(), key=base64.b64decode(SECRET))
        assert refused(verify_webhook(headers, raw(), NOW, SIGNED)) is Reason.WRONG_PROOF
        decoded = WebhookSecrets(client_secrets=SECRET, key="base64")
        assert received(verify_webhook(headers, raw(), NOW, decoded)).refs
        assert refused(verify_webhook(sign(raw()), raw(), NOW, decoded)) is Reason.WRONG_PROOF

    def test_may_be_of_either_secret_while_one_replaces_the_other(self) -> None:
        both = WebhookSecrets(client_secrets=("former", SECRET))
        for key in (b"former", SECRET.encode()):
            assert received(verify_webhook(sign(raw(), key=key), raw(), NOW, both)).refs
        assert refused(verify_webhook(sign(raw(), key=b"third"), raw(), NOW, both)) is Reason.WRONG_PROOF

    @pytest.mark.parametrize("minutes", [-5, 5])
    def test_is_good_for_five_minutes_either_way(self, minutes: int) -> None:
        at = NOW + timedelta(minutes=minutes)
        assert received(verify_webhook(sign(raw(), at=at), raw(), NOW, SIGNED)).sent_at == at
        beyond = NOW - timedelta(minutes=minutes, seconds=minutes / 5)
        reason = Reason.TOO_EARLY if minutes < 0 else Reason.TOO_OLD
        assert refused(verify_webhook(sign(raw(), at=beyond), raw(), NOW, SIGNED)) is reason

    def test_is_asked_for(self) -> None:
        outcome = verify_webhook({}, raw(), NOW, SIGNED)
        assert refused(outcome) is Reason.NO_PROOF
        assert isinstance(outcome, Refused)
        assert outcome.answer.status == 401
        assert outcome.answer.body == b"", "nothing is told to somebody who guesses"

    def test_is_looked_at_before_the_body_is_read(self) -> None:
        assert refused(verify_webhook(sign(raw()), b"{", NOW, SIGNED)) is Reason.WRONG_PROOF

    @given(place=st.integers(0, len(raw()) - 1), bit=st.integers(0, 7))
    def test_covers_every_bit_of_the_body(self, place: int, bit: int) -> None:
        changed = bytearray(raw())
        changed[place] ^= 1 << bit
        assert refused(verify_webhook(sign(raw()), bytes(changed), NOW, SIGNED)) is Reason.WRONG_PROOF


class TestTheSecretHeader:
    def test_is_enough_by_itself(self) -> None:
        one = received(verify_webhook({"x-shop-word": "long and random"}, raw(), NOW, WORD))
        assert (one.sent_at, one.delivery, one.key) == (None, None, BODY["hash"])

    @pytest.mark.parametrize(
        ("headers", "reason"),
        [
            ({}, Reason.NO_PROOF),
            ({"X-Shop-Word": ""}, Reason.WRONG_PROOF),
            ({"X-Shop-Word": "long and randon"}, Reason.WRONG_PROOF),
        ],
    )
    def test_must_be_right(self, headers: dict[str, str], reason: Reason) -> None:
        assert refused(verify_webhook(headers, raw(), NOW, WORD)) is reason

    def test_does_not_make_an_old_call_new(self) -> None:
        headers = {**sign(raw(), at=NOW - timedelta(hours=1)), "X-Shop-Word": "long and random"}
        assert refused(verify_webhook(headers, raw(), NOW, WORD)) is Reason.TOO_OLD

    def test_beside_a_signature_both_must_be_right(self) -> None:
        both = WebhookSecrets(client_secrets=SECRET, header_values="word", header="X-Word")
        good = {**sign(raw()), "X-Word": "word"}
        assert received(verify_webhook(good, raw(), NOW, both)).refs
        assert refused(verify_webhook({**good, "X-Word": "other"}, raw(), NOW, both)) is Reason.WRONG_PROOF
        assert refused(verify_webhook({"X-Word": "word"}, raw(), NOW, both)) is Reason.NO_PROOF


class TestSecrets:
    def test_are_never_shown(self) -> None:
        shown = repr(WebhookSecrets(client_secrets=SECRET, header_values="word of ours"))
        assert SECRET not in shown
        assert "word of ours" not in shown

    def test_must_be_given(self) -> None:
        with pytest.raises(ValueError, match="unchecked calls may be anybody's"):
            WebhookSecrets()

    @pytest.mark.parametrize("name", ["client_secrets", "header_values"])
    @pytest.mark.parametrize("value", ["", " ", ("good", "")])
    def test_must_not_be_empty(self, name: str, value: Any) -> None:
        with pytest.raises(ValueError, match=f"{name} must not be empty"):
            WebhookSecrets(**{name: value})

    @pytest.mark.parametrize("secret", ["not base64!", "====", "abc"])
    def test_that_cannot_be_decoded_are_said_at_once_and_not_shown(self, secret: str) -> None:
        with pytest.raises(ValueError, match="use key='raw'") as caught:
            WebhookSecrets(client_secrets=secret, key="base64")
        assert secret not in str(caught.value)


class TestTheBody:
    def test_of_another_store_is_refused_where_ours_are_named(self) -> None:
        ours = WebhookSecrets(client_secrets=SECRET, stores=("another", "demo"))
        assert received(verify_webhook(sign(raw()), raw(), NOW, ours)).account == "bigcommerce:demo"
        other = raw({**BODY, "producer": "stores/third"})
        assert refused(verify_webhook(sign(other), other, NOW, ours)) is Reason.WRONG_ACCOUNT

    @pytest.mark.parametrize(
        "body",
        [b"", b"\xff", b"[]", b"null", raw({**BODY, "scope": 3}), raw({**BODY, "producer": None}), b"{}"],
    )
    def test_that_cannot_be_read_is_refused_as_such(self, body: bytes) -> None:
        outcome = verify_webhook(sign(body), body, NOW, SIGNED)
        assert refused(outcome) is Reason.UNREADABLE
        assert isinstance(outcome, Refused)
        assert outcome.answer.status == 400

    def test_without_a_hash_has_a_key_of_its_own(self) -> None:
        body = raw({key: value for key, value in BODY.items() if key != "hash"})
        headers = {"X-Shop-Word": "long and random"}
        one = received(verify_webhook(headers, body, NOW, WORD))
        assert one.key == received(verify_webhook(headers, body, NOW, WORD)).key
        assert one.key != received(verify_webhook(headers, body + b" ", NOW, WORD)).key

    @pytest.mark.parametrize("created_at", [None, "soon", -1, True])
    def test_may_say_no_time(self, created_at: object) -> None:
        body = raw({**BODY, "created_at": created_at})
        assert received(verify_webhook(sign(body), body, NOW, SIGNED)).happened_at is None

    def test_of_an_unknown_scope_is_news_without_records(self) -> None:
        body = raw({**BODY, "scope": "store/giftCertificate/issued"})
        assert received(verify_webhook(sign(body), body, NOW, SIGNED)).refs == ()

    @given(
        scope=st.sampled_from([f"store/{one}/updated" for one in [*SCOPES, "metafield", "priceList/record"]]),
        data=st.recursive(
            st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
            lambda inner: st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(
                    ["id", "sku", "inventory", "product_id", "variant_id", "address", "resource_id", "cartId",
                     "customer_id", "affected_product_ids", "price_list_id", "currency", "resource_type"]
                ),
                inner,
                max_size=4,
            ),
            max_leaves=12,
        ),
    )  # fmt: skip
    def test_of_any_shape_is_read_without_a_failure(self, scope: str, data: object) -> None:
        refs = refs_of(scope, data)
        assert len(set(refs)) == len(refs)
        assert all(ref.platform == "bigcommerce" and ref.kind and ref.id for ref in refs)


REFS: list[tuple[str, object, list[str]]] = [
    ("store/product/created", {"type": "product", "id": 205}, ["product:205"]),
    ("store/product/inventory/updated", {"id": 9, "inventory": {"product_id": 167}}, ["product:167"]),
    ("store/product/inventory/order/updated", {"inventory": {"product_id": 167}}, ["product:167"]),
    # the id is one that no other call takes
    (
        "store/sku/updated",
        {"type": "sku", "id": 461, "sku": {"product_id": 206, "variant_id": 509}},
        ["product:206", "variant:509"],
    ),
    (
        "store/sku/inventory/order/updated",
        {"type": "sku", "id": 461, "inventory": {"product_id": 206, "variant_id": 509}},
        ["product:206", "variant:509"],
    ),
    # the type says customer, and the id is the address's
    (
        "store/customer/address/created",
        {"type": "customer", "id": 60, "address": {"customer_id": 32}},
        ["customer:32", "customer_address:60"],
    ),
    ("store/customer/updated", {"type": "customer", "id": 32, "channel_ids": [1]}, ["customer:32"]),
    ("store/customer/channel/login/access/updated", {"customer_id": 32, "channel_ids": [1]}, ["customer:32"]),
    ("store/order/statusUpdated", {"type": "order", "id": 250, "status": {}}, ["order:250"]),
    ("store/order/refund/created", {"id": 250, "refund": {"refund_id": 3}}, ["order:250"]),
    # a text, and no id
    ("store/order/transaction/created", {"order_id": "250", "transaction_id": "7"}, ["order:250"]),
    ("store/shipment/created", {"type": "shipment", "id": 12, "orderId": 251}, ["order:251", "shipment:12"]),
    ("store/cart/created", {"type": "cart", "id": "09346904-4175"}, ["cart:09346904-4175"]),
    ("store/cart/converted", {"id": "d30016e2", "orderId": 252}, ["cart:d30016e2", "order:252"]),
    ("store/cart/lineItem/updated", {"id": "743bfd94", "cartId": "b0386708"}, ["cart:b0386708"]),
    ("store/priceList/created", {"price_list_id": 4}, ["price_list:4"]),
    ("store/priceList/assignment/updated", {"price_list_id": 4, "channel_id": 1}, ["price_list:4"]),
    # the currency has two names
    (
        "store/priceList/record/updated",
        {"price_list_id": 4, "variant_id": 9, "currency": "gbp"},
        ["price_record:4/9/GBP", "price_list:4"],
    ),
    # an array
    (
        "store/priceList/records/created",
        [{"price_list_id": 4, "variant_id": v, "currency_code": "GBP"} for v in (9, 10, 9)],
        ["price_record:4/9/GBP", "price_list:4", "price_record:4/10/GBP"],
    ),
    ("store/product/metafield/updated", {"metafield_id": 8, "resource_id": "180"}, ["product:180", "metafield:8"]),
    (
        "store/product/variant/metafield/updated",
        {"metafield_id": 8, "resource_id": "509"},
        ["variant:509", "metafield:8"],
    ),
    (
        "store/metafield/created",
        {"metafield_id": 8, "resource_id": "180", "resource_type": "Product"},
        ["product:180", "metafield:8"],
    ),
    ("store/metafield/deleted", {"metafield_id": 8, "resource_id": "180"}, ["metafield:8"]),
    (
        "store/inventory/location/metafield/created",
        {"metafield_id": 8, "resource_id": "2"},
        ["location:2", "metafield:8"],
    ),
    ("store/inventory/location/updated", {"location_id": 2}, ["location:2"]),
    ("store/option/updated", {"id": 5, "affected_product_ids": [1, 2]}, ["option:5", "product:1", "product:2"]),
    ("store/modifier/updated", {"id": 5, "affected_product_ids": []}, ["modifier:5"]),
    ("store/redirects/updated", {"id": 77, "site_id": 1, "from_path": "/old"}, ["redirect:77"]),
    ("store/information/updated", {"type": "store"}, ["store:demo"]),
    ("store/app/uninstalled", {"type": "store"}, ["store:demo"]),
    ("store/subscriber/created", {"type": "subscriber", "id": 5}, ["subscriber:5"]),
    ("store/category/deleted", {"type": "category", "id": "42"}, ["category:42"]),
    ("store/channel/updated", {"type": "channel", "id": 173331}, ["channel:173331"]),
    ("store/channel/metafield/updated", {"metafield_id": 8, "resource_id": "1"}, ["channel:1", "metafield:8"]),
    # told for one channel: other names of keys
    ("store/channel/7/product/assigned", {"product_id": 180}, ["product:180"]),
    ("store/channel/7/order/created", {"order_id": 250}, ["order:250"]),
    (
        "store/channel/7/inventory/product/updated",
        {"location_id": 2, "product_id": 180, "variant_id": 509},
        ["product:180", "variant:509", "location:2"],
    ),
    # what is there and means nothing
    ("store/product/updated", {"type": "product", "id": True}, []),
    ("store/product/updated", {"type": "product", "id": ""}, []),
    ("store/product/updated", None, []),
    ("store", {"id": 1}, []),
    ("", {"id": 1}, []),
]  # fmt: skip


@pytest.mark.parametrize(("scope", "data", "expected"), REFS)
def test_news_names_the_records_to_read_again(scope: str, data: object, expected: list[str]):
    assert [f"{one.kind}:{one.id}" for one in refs_of(scope, data, "demo")] == expected


def folder() -> Path:
    return contracts.require("bigcommerce", "webhook-callbacks")


EXAMPLES = 42
"""The vendor's examples that hold something; one file is empty."""


def test_the_vendors_examples_are_verified_and_name_their_records():
    seen = 0
    for path in sorted((folder() / "data").glob("*.json")):
        body = path.read_bytes()
        outcome = verify_webhook(sign(body), body, NOW, SIGNED)
        if not body.strip():
            assert refused(outcome) is Reason.UNREADABLE, path.name
            continue
        seen += 1
        one, whole = received(outcome), json.loads(body)
        assert (one.kind, one.key, one.data) == (whole["scope"], whole["hash"], whole), path.name
        assert one.account == f"bigcommerce:{whole['producer'].removeprefix('stores/')}"
        assert one.happened_at == datetime.fromtimestamp(whole["created_at"], UTC)
        assert one.refs, path.name
        assert {ref.id for ref in one.refs if ref.kind != "store"} <= set(texts(whole["data"])), path.name
    assert seen == EXAMPLES


@cache
def schemas() -> tuple[tuple[str, dict[str, Any]], ...]:
    """Scope and schema of its body, from every file of the vendor's."""
    documents = (yaml.safe_load(path.read_text(encoding="utf-8")) for path in sorted(folder().glob("*.yml")))
    return tuple(pair for document in documents for pair in document["properties"].items())


def made(schema: dict[str, Any], numbers: Iterator[int]) -> Any:
    """A body that fits a schema, in which no two ids are the same."""
    match schema.get("type"):
        case "object":
            return {name: made(part, numbers) for name, part in schema.get("properties", {}).items()}
        case "array":
            return [made(schema["items"], numbers) for _ in range(2)]
        case "integer":
            return next(numbers)
        case _:
            return (schema.get("enum") or [f"text-{next(numbers)}"])[0]


def texts(value: Any) -> Iterator[str]:
    """All texts and numbers in a value, as texts."""
    match value:
        case dict():
            for inner in value.values():
                yield from texts(inner)
        case list():
            for inner in value:
                yield from texts(inner)
        case _:
            yield str(value)


def test_a_body_after_every_schema_of_the_vendors_names_its_records():
    silent, invented = [], []
    for scope, schema in schemas():
        body = {**made(schema, iter(range(1000, 2000))), "scope": scope, "producer": "stores/demo"}
        one = received(verify_webhook(sign(raw(body)), raw(body), NOW, SIGNED))
        if not one.refs:
            silent.append(scope)
        known = {*texts(body["data"]), "demo"}
        invented += [
            f"{scope} {ref}" for ref in one.refs if ref.kind != "price_record" and ref.id not in known
        ]
    assert len(schemas()) == 90
    assert invented == []
    assert silent == []


def test_every_known_scope_is_one_of_the_vendors():
    words = " ".join(scope for scope, _ in schemas()).replace("store/", "")
    ours = set(SCOPES) - {"channel", "inventory/product"}  # told in other pages of the vendor's
    assert [scope for scope in sorted(ours) if scope not in words] == []

"""The shape of webhooks: what its checks promise, and that it carries every platform's way of calling."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest

from commerce_bridge.domain.exchange import Ref
from commerce_bridge.flow.messages import Response
from commerce_bridge.http.webhooks import (
    TOLERANCE,
    Headers,
    Reason,
    Received,
    Refused,
    Signed,
    Verified,
    Verify,
    header,
    hmac_sha256,
    matches,
    standard_signature,
    timely,
    unix_instant,
)

NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
STAMP = str(int(NOW.timestamp()))

# The test vector of the Standard Webhooks specification's own libraries.
VECTOR_KEY = base64.b64decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
VECTOR_BODY = b'{"test": 2432232314}'
VECTOR = {
    "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
    "webhook-timestamp": "1614265330",
    "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
}


def test_headers_are_found_whatever_their_case_in_both_shapes():
    assert header({"Webhook-ID": "1"}, "webhook-id") == "1"
    assert header((("WEBHOOK-id", "1"), ("webhook-id", "2")), "webhook-id") == "1"
    assert header({}, "webhook-id") is None


@pytest.mark.parametrize(
    ("given", "allowed", "found"),
    [
        (("a",), ("a",), True),
        (("x", "a"), ("b", "a"), True),
        ((b"a",), ("a",), True),
        (("é",), ("é",), True),
        (("a",), ("b",), False),
        (("",), ("a",), False),
        ((), ("a",), False),
        (("a",), (), False),
        (("\ud800",), ("a",), False),
    ],
)
def test_texts_match_when_one_is_allowed(given: tuple[str, ...], allowed: tuple[str, ...], found: bool):
    assert matches(given, allowed) is found


def test_all_are_compared_in_constant_time(monkeypatch: pytest.MonkeyPatch):
    import hmac

    compared: list[tuple[bytes, bytes]] = []
    real = hmac.compare_digest

    def spy(one: bytes, two: bytes) -> bool:
        compared.append((one, two))
        return real(one, two)

    monkeypatch.setattr("commerce_bridge.http.webhooks.hmac.compare_digest", spy)
    assert matches(("a", "b"), ("a", "b", "c"))
    assert len(compared) == 6, "a match does not end the comparing"


class TestInstants:
    @pytest.mark.parametrize("seconds", [-300, -1, 0, 1, 300])
    def test_near_ones_are_timely(self, seconds: float) -> None:
        assert timely(NOW + timedelta(seconds=seconds), NOW) is None

    @pytest.mark.parametrize(("seconds", "reason"), [(-301, Reason.TOO_OLD), (301, Reason.TOO_EARLY)])
    def test_far_ones_are_refused(self, seconds: float, reason: Reason) -> None:
        refused = timely(NOW + timedelta(seconds=seconds), NOW)
        assert refused is not None
        assert (refused.reason, refused.answer.status) == (reason, 401)
        assert "301 s" in refused.detail
        assert "300 s" in refused.detail

    def test_are_read_from_counts_of_seconds(self) -> None:
        assert unix_instant(STAMP) == unix_instant(int(STAMP)) == NOW

    @pytest.mark.parametrize("text", ["", "-1", "1.5", "١٢٣", "1e9", "9" * 12, " 1", None, True])
    def test_what_is_none_is_none(self, text: str | None) -> None:
        assert unix_instant(text) is None


class TestStandardSignatures:
    def test_the_specifications_own_example_fits(self) -> None:
        at = unix_instant(VECTOR["webhook-timestamp"])
        assert at is not None
        assert standard_signature(VECTOR, VECTOR_BODY, at, [VECTOR_KEY]) == Signed(
            delivery=VECTOR["webhook-id"], sent_at=at
        )

    def check(self, headers: Mapping[str, str], body: bytes = VECTOR_BODY, *keys: bytes) -> object:
        at = unix_instant(VECTOR["webhook-timestamp"])
        assert at is not None
        outcome = standard_signature(headers, body, at, keys or (VECTOR_KEY,))
        return outcome.reason if isinstance(outcome, Refused) else outcome.delivery

    def test_any_of_several_signatures_and_keys_will_do(self) -> None:
        several = {**VECTOR, "webhook-signature": f"v1,AAAA v1a,BBBB {VECTOR['webhook-signature']}"}
        assert self.check(several, VECTOR_BODY, b"another", VECTOR_KEY) == VECTOR["webhook-id"]

    @pytest.mark.parametrize("name", sorted(VECTOR))
    def test_each_header_is_needed(self, name: str) -> None:
        assert self.check({key: text for key, text in VECTOR.items() if key != name}) is Reason.NO_PROOF
        assert self.check({**VECTOR, name: ""}) is Reason.NO_PROOF

    def test_a_time_that_is_none_is_no_proof(self) -> None:
        assert self.check({**VECTOR, "webhook-timestamp": "today"}) is Reason.NO_PROOF

    @pytest.mark.parametrize(
        "change",
        [
            {"webhook-id": "msg_another"},
            {"webhook-timestamp": "1614265331"},
            {"webhook-signature": "v1,h0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="},
            {"webhook-signature": VECTOR["webhook-signature"].replace("v1,", "v1a,")},
            {"webhook-signature": VECTOR["webhook-signature"].replace("v1,", "")},
            {"webhook-signature": VECTOR["webhook-signature"][:-1]},
            {"webhook-signature": "v1,"},
        ],
    )
    def test_whatever_is_changed_is_noticed(self, change: dict[str, str]) -> None:
        assert self.check({**VECTOR, **change}) is Reason.WRONG_PROOF

    def test_a_changed_body_and_a_wrong_key_are_noticed(self) -> None:
        assert self.check(VECTOR, VECTOR_BODY + b" ") is Reason.WRONG_PROOF
        assert self.check(VECTOR, VECTOR_BODY, VECTOR_KEY + b"x") is Reason.WRONG_PROOF

    def test_no_key_fits_nothing_and_an_empty_one_is_refused(self) -> None:
        at = unix_instant(VECTOR["webhook-timestamp"])
        assert at is not None
        outcome = standard_signature(VECTOR, VECTOR_BODY, at, ())
        assert isinstance(outcome, Refused)
        with pytest.raises(ValueError, match="must not be empty"):
            standard_signature(VECTOR, VECTOR_BODY, at, (b"",))

    def test_an_old_one_is_told_from_a_wrong_one(self) -> None:
        outcome = standard_signature(VECTOR, VECTOR_BODY, NOW, [VECTOR_KEY])
        assert isinstance(outcome, Refused)
        assert outcome.reason is Reason.TOO_OLD


def test_data_is_not_shown():
    received = Received(platform="x", account="x:1", kind="k", key="1", data={"email": "ada@example.org"})
    assert "ada" not in repr(Verified(received=(received,)))


# Four platforms that this release has no receiver for, each as its function would be: enough to see that the
# shape holds what they send.


def contentstack(headers: Headers, body: bytes, now: datetime, secrets: bytes) -> Verified | Refused:
    """An HMAC over time and body, in one header, with several signatures while a secret is changed."""
    pairs = [
        one.partition("=") for one in (header(headers, "x-contentstack-hmac-signature") or "").split(",")
    ]
    sent_at = unix_instant(next((text for name, _, text in pairs if name == "t"), None))
    if sent_at is None:
        return Refused(reason=Reason.NO_PROOF, detail="No time.")
    expected = hmac_sha256(secrets, str(int(sent_at.timestamp())).encode() + b"." + body).hex()
    if not matches((text for name, _, text in pairs if name == "v1"), (expected,)):
        return Refused(reason=Reason.WRONG_PROOF, detail="No signature fits.")
    whole = json.loads(body)
    entry = whole["data"]["entry"]
    return timely(sent_at, now) or Verified(
        received=(
            Received(
                platform="contentstack",
                account=f"contentstack:{whole['api_key']}",
                kind=f"{whole['module']}.{whole['event']}",
                key=f"{entry['uid']}/{entry['locale']}/{entry['_version']}/{whole['event']}",
                sent_at=sent_at,
                refs=(Ref("contentstack", "entry", f"{entry['uid']}/{entry['locale']}"),),
                data=whole,
            ),
        )
    )


def sap_commerce(headers: Headers, body: bytes, now: datetime, secrets: str) -> Verified | Refused:
    """CloudEvents in headers, a credential that we handed out, and an id that is another when sent again."""
    if not matches((header(headers, "authorization") or "",), (secrets,)):
        return Refused(reason=Reason.WRONG_PROOF, detail="Not our credential.")
    subject, kind = header(headers, "ce-subject") or "", header(headers, "ce-type") or ""
    item = json.loads(body)
    return Verified(
        received=(
            Received(
                platform="sap_commerce",
                account=f"sap_commerce:{header(headers, 'ce-source')}",
                kind=kind,
                key=f"{subject}/{item['modifiedtime']}",
                delivery=header(headers, "ce-id"),
                happened_at=datetime.fromisoformat(header(headers, "ce-time") or ""),
                refs=(Ref("sap_commerce", kind.split(".")[3], subject),),
                data=item,
            ),
        ),
        answer=Response(status=201),
    )


def salesforce(headers: Headers, body: bytes, now: datetime, secrets: str) -> Verified | Refused:
    """Several notifications in one call, each with an id; the answer has a body, or all come again."""
    text = body.decode()
    organization = re.search(r"<OrganizationId>(\w+)</OrganizationId>", text)
    if organization is None or not matches((organization[1],), (secrets,)):
        return Refused(reason=Reason.WRONG_ACCOUNT, detail="Another organization.")
    found = re.findall(r'<Notification><Id>(\w+)</Id><sObject xsi:type="sf:(\w+)"><sf:Id>(\w+)</sf:Id>', text)
    return Verified(
        received=tuple(
            Received(
                platform="salesforce",
                account=f"salesforce:{organization[1]}",
                kind=f"outbound/{kind}",
                key=ident,
                delivery=ident,
                refs=(Ref("salesforce", kind, record),),
            )
            for ident, kind, record in found
        ),
        answer=Response(status=200, headers={"Content-Type": "text/xml"}, body=b"<Ack>true</Ack>"),
    )


def omnisend(headers: Headers, body: bytes, now: datetime, secrets: str) -> Verified | Refused:
    """Unsigned, with a body that our own automation wrote and a secret in a header of it."""
    if not matches((header(headers, "x-our-secret") or "",), (secrets,)):
        return Refused(reason=Reason.WRONG_PROOF, detail="The header is not the secret one.")
    whole = json.loads(body)
    return Verified(
        received=(
            Received(
                platform="omnisend",
                account="omnisend:shop",
                kind="entered segment",
                key=f"{whole['contact']}/{whole['at']}",
                refs=(Ref("omnisend", "contact", whole["contact"]),),
            ),
        )
    )


def news(outcome: Verified | Refused) -> tuple[Received, ...]:
    assert isinstance(outcome, Verified), outcome
    return outcome.received


class TestTheShapeCarries:
    def test_signatures_in_a_header_of_their_own(self) -> None:
        receive: Verify[bytes] = contentstack
        body = json.dumps(
            {
                "module": "entry",
                "event": "publish",
                "api_key": "blt1",
                "data": {"entry": {"uid": "blt9", "locale": "en-gb", "_version": 4}},
            }
        ).encode()
        good = hmac_sha256(b"of the organization", f"{STAMP}.".encode() + body).hex()
        headers = {"X-Contentstack-HMAC-Signature": f"t={STAMP},v1={'0' * 64},v1={good}"}
        (one,) = news(receive(headers, body, NOW, b"of the organization"))
        assert (one.key, one.refs) == (
            "blt9/en-gb/4/publish",
            (Ref("contentstack", "entry", "blt9/en-gb"),),
        )
        for wrong, reason in ((b"another", Reason.WRONG_PROOF), (b"of the organization", Reason.TOO_OLD)):
            later = NOW if wrong == b"another" else NOW + 2 * TOLERANCE
            outcome = receive(headers, body, later, wrong)
            assert isinstance(outcome, Refused)
            assert outcome.reason is reason

    def test_metadata_in_headers_and_ids_that_change(self) -> None:
        receive: Verify[str] = sap_commerce
        headers = {
            "Authorization": "Basic b3VyczpzZWNyZXQ=",
            "ce-id": "first",
            "ce-type": "sap.cx.commerce.CBOrder.Updated.v1",
            "ce-source": "/eu/sap.cx.commerce",
            "ce-subject": "0001|site",
            "ce-time": "2026-11-02T08:59:58Z",
        }
        body = b'{"code": "0001", "modifiedtime": "/Date(1793609998000)/"}'
        once = receive(headers, body, NOW, headers["Authorization"])
        again = receive({**headers, "ce-id": "second"}, body, NOW, headers["Authorization"])
        assert news(once)[0].key == news(again)[0].key
        assert news(once)[0].delivery != news(again)[0].delivery
        assert news(once)[0].refs == (Ref("sap_commerce", "CBOrder", "0001|site"),)
        assert isinstance(once, Verified)
        assert once.answer.status == 201

    def test_many_in_one_call_and_an_answer_with_a_body(self) -> None:
        receive: Verify[str] = salesforce
        rows = "".join(
            f'<Notification><Id>04l{n}</Id><sObject xsi:type="sf:Account"><sf:Id>001{n}</sf:Id></sObject></Notification>'
            for n in range(3)
        )
        body = f"<notifications><OrganizationId>00D1</OrganizationId>{rows}</notifications>".encode()
        outcome = receive({}, body, NOW, "00D1")
        assert [one.key for one in news(outcome)] == ["04l0", "04l1", "04l2"]
        assert [one.refs[0].id for one in news(outcome)] == ["0010", "0011", "0012"]
        assert isinstance(outcome, Verified)
        assert b"Ack" in outcome.answer.body

    def test_unsigned_calls_with_a_secret_header(self) -> None:
        receive: Verify[str] = omnisend
        body = b'{"contact": "c-1", "at": "2026-11-02T09:00:00Z"}'
        (one,) = news(receive({"X-Our-Secret": "long and random"}, body, NOW, "long and random"))
        assert (one.sent_at, one.delivery) == (None, None)
        assert isinstance(receive({}, body, NOW, "long and random"), Refused)

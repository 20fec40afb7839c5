"""Webhooks: the shape that every platform's calls come to, and what their checks are made of.

A platform's receiver is a pure function: headers, body, the instant and the secrets go in, and `Verified` or
`Refused` comes out, each with the answer to give.  It reads no clock, keeps nothing and calls nobody, so it
serves every web framework.  What is news goes to an inbox (`commerce_bridge.http.inbox`), and from there the
records are read again: a call says that something changed, not what is true now.

The shape holds one call with one or many pieces of news, signed or not, with times or without:

| platform's way | where it goes |
|---|---|
| a signature in headers (Standard Webhooks, RSA, HMAC) | checked by the platform's function; `Received.sent_at` |
| metadata in headers (CloudEvents) | `kind`, `refs`, `happened_at`; `key` where the id changes when sent again |
| several records in one call (SOAP notifications) | one `Received` each, with a `key` each |
| an answer with a body (SOAP's acknowledgement) | `Verified.answer` |
| no signature | a secret in a header, or a credential, checked by `matches` |
"""

from __future__ import annotations

import base64
import enum
import hashlib
import hmac
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Protocol, TypeAlias, TypeVar

from attrs import field, frozen

from commerce_bridge.domain.exchange import JsonValue, Ref
from commerce_bridge.flow.messages import Pairs, Response

Headers: TypeAlias = Mapping[str, str] | Pairs
"""Headers of a call, as a mapping or as pairs; names are case-insensitive."""

TOLERANCE = timedelta(minutes=5)
"""How far the sender's clock and ours may be apart, either way.  Source: Standard Webhooks specification."""


@frozen(kw_only=True)
class Received:
    """One piece of news.

    Args:
        platform: Who sent it, such as ``bigcommerce``.
        account: Which account it is about, such as ``bigcommerce:demo``.
        kind: The vendor's name of what happened, such as ``store/product/updated``.
        key: The same for each delivery of the same news: what duplicates are told by.
        delivery: The vendor's id of this delivery, or None when it gives none.
        sent_at: When it was sent, by the vendor's clock, or None when it does not say.
        happened_at: When it happened, by the vendor's clock, or None when it does not say.
        refs: The records to read again, in the order the news names them; none when they are not known, and
            then only a look at everything shows what changed.
        data: The body as it came.  It may hold personal data, so it is neither shown nor stored.
    """

    platform: str
    account: str
    kind: str
    key: str
    delivery: str | None = None
    sent_at: datetime | None = None
    happened_at: datetime | None = None
    refs: tuple[Ref, ...] = ()
    data: JsonValue = field(default=None, repr=False)


class Reason(enum.Enum):
    """Why a call is refused."""

    NO_PROOF = "nothing proves who sent it"
    WRONG_PROOF = "the proof is wrong"
    TOO_OLD = "it was sent too long ago"
    TOO_EARLY = "it was sent in the future"
    WRONG_ACCOUNT = "it is about an account that is not ours"
    UNREADABLE = "it cannot be read"


@frozen(kw_only=True)
class Verified:
    """A call that is what it claims to be.

    Args:
        received: The news in it; none for a call that only asks whether we are there.
        answer: What to answer once the news is kept.
    """

    received: tuple[Received, ...]
    answer: Response = field(factory=lambda: Response(status=204))


@frozen(kw_only=True)
class Refused:
    """A call that must be ignored.

    Args:
        reason: Why.
        detail: In words, for a log: without secrets, and nothing for the sender.
        answer: What to answer.
    """

    reason: Reason
    detail: str
    answer: Response = field(factory=lambda: Response(status=401))


S_contra = TypeVar("S_contra", contravariant=True)


class Verify(Protocol[S_contra]):
    """A platform's receiver."""

    def __call__(self, headers: Headers, body: bytes, now: datetime, secrets: S_contra) -> Verified | Refused:
        """What the call comes to.

        Args:
            headers: Of the call.
            body: The raw bytes, as they came; a body that was parsed and written anew has another signature.
            now: The instant it arrived; aware.
            secrets: What it is checked with.
        """
        ...


def header(headers: Headers, name: str) -> str | None:
    """The first header called `name`, whatever its case, or None."""
    pairs = headers.items() if isinstance(headers, Mapping) else headers
    wanted = name.lower()
    return next((text for key, text in pairs if key.lower() == wanted), None)


def matches(given: Iterable[str | bytes], allowed: Iterable[str | bytes]) -> bool:
    """Whether one of the given texts is one of those allowed.

    All are compared with all, each in a time that does not depend on where they differ.
    """
    known = [_bytes(one) for one in allowed]
    found = False
    for one in given:
        for other in known:
            found |= hmac.compare_digest(_bytes(one), other)
    return found


def hmac_sha256(key: bytes, message: bytes) -> bytes:
    """The HMAC-SHA256 of a message.

    Raises:
        ValueError: The key is empty: anybody could sign with it.
    """
    if not key:
        raise ValueError("A webhook's key must not be empty.")
    return hmac.new(key, message, hashlib.sha256).digest()


def timely(sent_at: datetime, now: datetime, tolerance: timedelta = TOLERANCE) -> Refused | None:
    """None when the two instants are near enough, else the refusal."""
    age = now - sent_at
    if abs(age) <= tolerance:
        return None
    seconds, most = age.total_seconds(), tolerance.total_seconds()
    if seconds > 0:
        return Refused(reason=Reason.TOO_OLD, detail=f"Sent {seconds:.0f} s ago; {most:.0f} s are allowed.")
    return Refused(
        reason=Reason.TOO_EARLY,
        detail=f"Sent {-seconds:.0f} s from now; {most:.0f} s are allowed. Is our clock right?",
    )


def unix_instant(text: str | int | None) -> datetime | None:
    """The instant of a count of seconds since 1970, or None when it is none."""
    if isinstance(text, bool) or text is None:
        return None
    digits = str(text)
    if not (digits.isascii() and digits.isdigit()) or len(digits) > 11:
        return None
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=int(digits))


@frozen(kw_only=True)
class Signed:
    """What a Standard Webhooks signature vouches for, beside the body.

    Args:
        delivery: The id of the delivery.
        sent_at: When it was sent.
    """

    delivery: str
    sent_at: datetime


def standard_signature(
    headers: Headers, body: bytes, now: datetime, keys: Iterable[bytes], tolerance: timedelta = TOLERANCE
) -> Signed | Refused:
    """Check a signature after the Standard Webhooks specification: ``webhook-id``, ``-timestamp``, ``-signature``.

    Args:
        headers: Of the call.
        body: The raw bytes.
        now: The instant it arrived; aware.
        keys: Any of them may have signed it; several while one replaces another.
        tolerance: How far the clocks may be apart.

    Source: Standard Webhooks specification, "Signature scheme" and "Verifying webhook authenticity".
    """
    delivery, stamp, signatures = (
        header(headers, f"webhook-{one}") for one in ("id", "timestamp", "signature")
    )
    if not delivery or stamp is None or not signatures:
        return Refused(reason=Reason.NO_PROOF, detail="A header of the signature is missing.")
    sent_at = unix_instant(stamp)
    if sent_at is None:
        return Refused(reason=Reason.NO_PROOF, detail="webhook-timestamp is no count of seconds.")
    message = b".".join((_bytes(delivery), _bytes(stamp), body))
    expected = [base64.b64encode(hmac_sha256(key, message)) for key in keys]
    given = [text for scheme, _, text in (one.partition(",") for one in signatures.split()) if scheme == "v1"]
    if not matches(given, expected):
        return Refused(reason=Reason.WRONG_PROOF, detail="No signature of the call fits any of our keys.")
    return timely(sent_at, now, tolerance) or Signed(delivery=delivery, sent_at=sent_at)


def _bytes(text: str | bytes) -> bytes:
    return text if isinstance(text, bytes) else text.encode("utf-8", "replace")

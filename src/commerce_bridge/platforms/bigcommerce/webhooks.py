"""Webhooks of a store: what a call is checked with, and which records its news is about.

The news carries ids and no state, may come twice and in any order, and not everything that changes is told:
swapping an image, for one, is not.  So read the records again, and sweep the whole store now and then.

Source: BigCommerce guide, integrations/webhooks; `webhooks.v3.yml`; webhooks/callbacks/*.yml.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, Literal, TypeAlias, cast

from attrs import Attribute, field, frozen

from commerce_bridge.domain.exchange import Ref
from commerce_bridge.flow.messages import Response
from commerce_bridge.http.webhooks import (
    TOLERANCE,
    Headers,
    Reason,
    Received,
    Refused,
    Verified,
    header,
    matches,
    standard_signature,
    timely,
    unix_instant,
)
from commerce_bridge.platforms.bigcommerce.connection import account_of
from commerce_bridge.platforms.bigcommerce.keys import ref
from commerce_bridge.platforms.bigcommerce.limits import PLATFORM

KeyForm: TypeAlias = Literal["raw", "base64"]


def _several(value: str | Iterable[str]) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value)


def _none_empty(_: object, attribute: Attribute[tuple[str, ...]], value: tuple[str, ...]) -> None:
    if any(not one.strip() for one in value):
        raise ValueError(f"{attribute.name} must not be empty: anybody could send it.")


@frozen(kw_only=True)
class WebhookSecrets:
    """What a store's calls are checked with: a signature, a secret header, or both.

    Where both are given both must be right.  Several values of one are for the time while one replaces
    another: any of them will do.

    Args:
        client_secrets: The client secret of the API account that made the hooks; it signs the calls.
        key: How it becomes the key: its bytes as they are, as the vendor's sample does, or decoded as
            base64, as a library of Standard Webhooks does with a secret it is given.
        header: The name of a header that the hooks were made with (their ``headers``).
        header_values: Its value: a long random text.
        stores: The hashes of the stores that are ours; none accepts every store the secrets fit.
        tolerance: How far the store's clock and ours may be apart.

    Raises:
        ValueError: Nothing to check with is given, or something cannot be used.

    Source: BigCommerce guide, integrations/webhooks (signature verification; `headers` of a hook).
    """

    client_secrets: tuple[str, ...] = field(default=(), converter=_several, validator=_none_empty, repr=False)
    key: KeyForm = "raw"
    header: str = "X-Webhook-Secret"
    header_values: tuple[str, ...] = field(default=(), converter=_several, validator=_none_empty, repr=False)
    stores: tuple[str, ...] = field(default=(), converter=_several)
    tolerance: timedelta = TOLERANCE

    def __attrs_post_init__(self) -> None:
        if not self.client_secrets and not self.header_values:
            raise ValueError("Give client_secrets, header_values or both: unchecked calls may be anybody's.")
        _keys_of(self)


def _keys_of(secrets: WebhookSecrets) -> tuple[bytes, ...]:
    """The keys that may have signed a call."""
    if secrets.key == "raw":
        return tuple(one.encode() for one in secrets.client_secrets)
    return tuple(_decoded(one) for one in secrets.client_secrets)


def _decoded(secret: str) -> bytes:
    try:
        key = base64.b64decode(secret, validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if not key:
        raise ValueError("A client secret is no base64; use key='raw'.")
    return key


def verify_webhook(
    headers: Headers, body: bytes, now: datetime, secrets: WebhookSecrets
) -> Verified | Refused:
    """What a call from a store comes to; no vendor call, and nothing is kept.

    Args:
        headers: Of the call.
        body: The raw bytes, as they came.
        now: The instant it arrived; aware.
        secrets: What it is checked with.

    Returns:
        `Verified` with one piece of news and an empty answer, or `Refused`.  Answer at once: the store
        gives up after some ten seconds, sends again for two days, and then switches the hook off.  A
        refusal that is the store's own fault counts against the whole domain.

    Source: BigCommerce guide, integrations/webhooks.
    """
    sent_at = _sent_at(headers, body, now, secrets)
    if isinstance(sent_at, Refused):
        return sent_at
    if secrets.header_values and not matches((header(headers, secrets.header) or "",), secrets.header_values):
        reason = Reason.NO_PROOF if header(headers, secrets.header) is None else Reason.WRONG_PROOF
        return Refused(reason=reason, detail=f"The header {secrets.header} is not the secret one.")
    received = _received(body, sent_at, header(headers, "webhook-id"))
    if isinstance(received, Refused):
        return received
    if secrets.stores and received.account not in {account_of(one) for one in secrets.stores}:
        return Refused(reason=Reason.WRONG_ACCOUNT, detail=f"{received.account} is none of our stores.")
    return Verified(received=(received,))


def _sent_at(
    headers: Headers, body: bytes, now: datetime, secrets: WebhookSecrets
) -> datetime | Refused | None:
    """When the call says that it was sent, once that is checked; None when an unsigned one does not say."""
    if secrets.client_secrets:
        signed = standard_signature(headers, body, now, _keys_of(secrets), secrets.tolerance)
        return signed if isinstance(signed, Refused) else signed.sent_at
    sent_at = unix_instant(header(headers, "webhook-timestamp"))
    late = None if sent_at is None else timely(sent_at, now, secrets.tolerance)
    return late or sent_at


def _received(body: bytes, sent_at: datetime | None, delivery: str | None) -> Received | Refused:
    try:
        read: object = json.loads(body)
    except ValueError:
        return _unreadable("The body is no JSON.")
    if not isinstance(read, dict):
        return _unreadable("The body is no object.")
    whole = cast("dict[str, Any]", read)
    scope, producer = whole.get("scope"), whole.get("producer")
    if not isinstance(scope, str) or not isinstance(producer, str):
        return _unreadable("The body has no scope, or no producer.")
    store_hash = producer.removeprefix("stores/")
    digest = whole.get("hash")
    return Received(
        platform=PLATFORM,
        account=account_of(store_hash),
        kind=scope,
        key=digest if isinstance(digest, str) and digest else hashlib.sha256(body).hexdigest(),
        delivery=delivery,
        sent_at=sent_at,
        happened_at=unix_instant(whole.get("created_at")),
        refs=refs_of(scope, whole.get("data"), store_hash),
        data=whole,
    )


def _unreadable(detail: str) -> Refused:
    return Refused(reason=Reason.UNREADABLE, detail=detail, answer=Response(status=400))


_Part: TypeAlias = tuple[str, tuple[str, ...]]
"""A kind of record, and where its id may stand in the data; the first that is there counts."""


def _part(kind: str, *places: str) -> _Part:
    return kind, places


_VARIANT = (_part("product", "sku.product_id", "inventory.product_id"),
            _part("variant", "sku.variant_id", "inventory.variant_id"))  # fmt: skip
_ORDER = (_part("order", "order_id", "id"),)

SCOPES: Mapping[str, tuple[_Part, ...]] = {
    "product": (_part("product", "product_id", "id"),),
    "product/inventory": (_part("product", "inventory.product_id", "id"),),
    "sku": _VARIANT,
    "inventory/product": (
        _part("product", "product_id"),
        _part("variant", "variant_id"),
        _part("location", "location_id"),
    ),
    "inventory/location": (_part("location", "location_id"),),
    "option": (_part("option", "id"), _part("product", "affected_product_ids")),
    "modifier": (_part("modifier", "id"), _part("product", "affected_product_ids")),
    "category": (_part("category", "id"),),
    "channel": (_part("channel", "id"),),
    "order": _ORDER,
    "shipment": (_part("order", "orderId", "order_id"), _part("shipment", "id")),
    "cart": (_part("cart", "id"), _part("order", "orderId")),
    "cart/lineItem": (_part("cart", "cartId"),),
    "customer": (_part("customer", "customer_id", "id"),),
    "customer/address": (_part("customer", "address.customer_id"), _part("customer_address", "id")),
    "subscriber": (_part("subscriber", "id"),),
    "priceList": (_part("price_list", "price_list_id"),),
    "redirects": (_part("redirect", "id"),),
}
"""What is below ``store/`` in a scope, to the records that its data names.

The longest beginning that fits counts.  ``data.id`` is not always the record's: that of ``sku`` is an id
that no other call takes, and that of an address stands under the type ``customer``.
Source: webhooks/callbacks/*.yml and their examples.
"""

_OWNERS: Mapping[str, str] = {"product/variant": "variant", "inventory/location": "location"}
"""Owners of metafields whose kind of record is not called as in the scope."""


def refs_of(scope: str, data: object, store_hash: str = "") -> tuple[Ref, ...]:
    """The records that a piece of news is about, each once.

    Args:
        scope: Such as ``store/product/updated``, or ``store/channel/7/order/created``.
        data: The body's ``data``: an object, or an array of them.
        store_hash: The store's, for news about the store itself.
    """
    words = scope.split("/")[1:]
    if len(words) > 2 and words[0] == "channel" and words[1].isdigit():
        words = words[2:]  # the same news, told for one channel
    rows = cast("list[object]", data) if isinstance(data, list) else [data]
    objects = [cast("dict[str, Any]", row) for row in rows if isinstance(row, dict)]
    found = (one for row in objects for one in _refs(words, row, store_hash))
    return tuple(dict.fromkeys(found))


def _refs(words: list[str], row: dict[str, Any], store_hash: str) -> Iterator[Ref]:
    if "metafield" in words:
        yield from _metafield(words, row)
    elif words[:2] in (["priceList", "record"], ["priceList", "records"]):
        yield from _price_record(row)
    elif words[:1] in (["information"], ["app"]):
        yield ref("store", store_hash)
    else:
        for kind, places in _parts(words):
            yield from (ref(kind, one) for one in _ids(row, places))


def _parts(words: list[str]) -> tuple[_Part, ...]:
    """The parts of the longest known beginning of a scope."""
    for length in range(len(words), 0, -1):
        parts = SCOPES.get("/".join(words[:length]))
        if parts is not None:
            return parts
    return ()


def _metafield(words: list[str], row: dict[str, Any]) -> Iterator[Ref]:
    """The metafield after its owner, whose kind the scope says, or the data where the scope is of all owners."""
    of = "/".join(words[: words.index("metafield")])
    said = row.get("resource_type")
    kind = _OWNERS.get(of, of) or (said.lower() if isinstance(said, str) else "")
    if kind:
        yield from (ref(kind, one) for one in _ids(row, ("resource_id",)))
    yield from (ref("metafield", one) for one in _ids(row, ("metafield_id",)))


def _price_record(row: dict[str, Any]) -> Iterator[Ref]:
    """A price record is named by its list, its variant and its currency, which has two names."""
    lists, variants = _ids(row, ("price_list_id",)), _ids(row, ("variant_id",))
    currency = row.get("currency_code") or row.get("currency")
    if lists and variants and isinstance(currency, str):
        yield ref("price_record", f"{lists[0]}/{variants[0]}/{currency.upper()}")
    yield from (ref("price_list", one) for one in lists)


def _ids(row: dict[str, Any], places: Iterable[str]) -> list[str]:
    """The ids at the first of some places that has any; numbers may come as texts."""
    for place in places:
        value: object = row
        for name in place.split("."):
            value = cast("dict[str, object]", value).get(name) if isinstance(value, dict) else None
        values = cast("list[object]", value) if isinstance(value, list) else [value]
        ids = [str(one) for one in values if _is_id(one)]
        if ids:
            return ids
    return []


def _is_id(value: object) -> bool:
    return (isinstance(value, int) and not isinstance(value, bool)) or (
        isinstance(value, str) and value != ""
    )

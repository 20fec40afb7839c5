"""A sink that tells another program of work items by signed calls over HTTPS.

desk = WebhookSink("https://desk.example.org/hooks/books", secret=os.environ["DESK_SECRET"])
queue = work_queue_of(state, sinks=(desk,))
queue.deliver()

A call is signed after the Standard Webhooks specification, so whoever receives it checks it with any library
for that, or with `commerce_bridge.http.webhooks.standard_signature`.  Its body is JSON::

    {"type": "work_items", "notices": [
        {"id": "…", "kind": "opened", "at": "…", "pair": "Consonance -> BigCommerce", "scope": "…",
         "record": "…", "reason": "no-price:listing.price", "owner": "consonance", "path": "listing.price",
         "part": "", "first_seen": "…", "last_seen": "…", "attempts": 1, "plan": "…", "error": "",
         "status": null, "request_id": null, "by_hand": false}]}

A notice may come twice, always with the same `id`.  The words of an item, what a vendor answered, and who
closed it stay in the state: they may be personal.

Source: Standard Webhooks specification, "Signature scheme" and "Deliverability and reliability".
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import datetime
from urllib.parse import urlsplit

from attrs import Attribute, Factory, field, frozen

from commerce_bridge.errors import BridgeError, RequestRefused, ServerFault, TransportError
from commerce_bridge.flow import primitives as flow
from commerce_bridge.flow.effects import Flow
from commerce_bridge.flow.messages import Request, Response
from commerce_bridge.ports.work import Notice, NoticeKind

_MAY_PASS = frozenset({408, 425, 429})
_OWN_MACHINE = frozenset({"localhost", "127.0.0.1", "::1"})
_WRITTEN_SECRET = "whsec_"  # noqa: S105  the prefix that the specification gives to secrets in base64


def _key_of(secret: str | bytes) -> bytes:
    """The key that a secret stands for."""
    if isinstance(secret, bytes):
        return secret
    if not secret.startswith(_WRITTEN_SECRET):
        return secret.encode()
    try:
        return base64.b64decode(secret.removeprefix(_WRITTEN_SECRET), validate=True)
    except binascii.Error:
        raise ValueError("The secret of a sink begins with whsec_, and no base64 follows.") from None


def _not_empty(_: object, attribute: Attribute[bytes], value: bytes) -> None:
    if not value:
        raise ValueError(f"The {attribute.name} of a sink must not be empty: anybody could sign with it.")


def _reachable(_: object, attribute: Attribute[str], value: str) -> None:
    parts = urlsplit(value)
    host = parts.hostname
    if not host or not (parts.scheme == "https" or (parts.scheme == "http" and host in _OWN_MACHINE)):
        raise ValueError(
            f"The {attribute.name} of a sink must be an absolute https address; "
            "http is for this very machine only."
        )
    if parts.username or parts.password or parts.fragment:
        raise ValueError(f"The {attribute.name} of a sink takes no user, password or fragment.")


def _one_or_more(_: object, attribute: Attribute[int], value: int) -> None:
    if value < 1:
        raise ValueError(f"{attribute.name} must be 1 or more, not {value!r}.")


def _plain(_: object, attribute: Attribute[str], value: str) -> None:
    if "/" in value:
        raise ValueError(f"The {attribute.name} of a sink has no slash in it, not {value!r}.")


def _host_of(sink: WebhookSink) -> str:
    return urlsplit(sink.url).hostname or ""


@frozen
class WebhookSink:
    """Passes notices on to an address, signed.

    It tries a few times and then gives up until the end of the next run: no run waits for it longer than
    `attempts` times `timeout_s`, and the waits in between.

    Args:
        url: Where to, with https; it may hold a token, so it is neither shown nor told.
        secret: What the calls are signed with: text, bytes, or ``whsec_`` and base64.
        name: What its undelivered notices are kept under; the address's host unless given.  Two sinks of one
            bridge need two names.
        labels: Whether to tell how people name the record.  Leave it out where such names are personal.
        timeout_s: Seconds for one try.
        attempts: Tries, 1 or more.
        first_wait_s: Seconds before the second try; each further wait is twice as long.
    """

    url: str = field(validator=_reachable, repr=False)
    secret: bytes = field(converter=_key_of, validator=_not_empty, repr=False, kw_only=True)
    name: str = field(default=Factory(_host_of, takes_self=True), validator=_plain, kw_only=True)
    labels: bool = field(default=False, kw_only=True)
    timeout_s: float = field(default=10.0, kw_only=True)
    attempts: int = field(default=3, validator=_one_or_more, kw_only=True)
    first_wait_s: float = field(default=1.0, kw_only=True)

    @property
    def account(self) -> str:
        """The account that its calls are sent through."""
        return f"sink:{self.name}"

    @property
    def hosts(self) -> Mapping[str, str]:
        """The account with its base URL."""
        parts = urlsplit(self.url)
        return {self.account: f"{parts.scheme}://{parts.netloc}"}

    def tell(self, notices: tuple[Notice, ...]) -> Flow[None]:
        """Send one call with these notices.

        Raises:
            TransportError: It was not answered, each time.
            ServerFault: It was answered with a fault that may pass, each time.
            RequestRefused: It was refused.
        """
        body = self.body(notices)
        call = hashlib.sha256("\n".join(one.id for one in notices).encode()).hexdigest()[:32]
        for attempt in range(1, self.attempts + 1):
            error = yield from self._try(call, body)
            if error is None:
                return
            if attempt == self.attempts or isinstance(error, RequestRefused):
                raise error
            chance = yield from flow.draw()
            yield from flow.sleep(self.first_wait_s * 2 ** (attempt - 1) * (0.5 + chance / 2))

    def _try(self, call: str, body: bytes) -> Flow[BridgeError | None]:
        """Send it once; what went wrong, if anything."""
        now = yield from flow.now()
        headers = {"Content-Type": "application/json", **signature(self.secret, call, now, body)}
        request = Request(method="POST", path=self.url, headers=headers, body=body)
        try:
            response = yield from flow.send(self.account, request, timeout_s=self.timeout_s)
        except TransportError as error:  # its words would tell the address
            return type(error)(f"The sink {self.name} was not reached.", sent=error.sent)
        return self._refusal(response)

    def _refusal(self, response: Response) -> BridgeError | None:
        if 200 <= response.status < 300:
            return None
        passes = response.status >= 500 or response.status in _MAY_PASS
        return (ServerFault if passes else RequestRefused)(
            f"The sink {self.name} answered {response.status} instead of a status from 200 to 299.",
            platform=self.name,
            operation="tell",
            status=response.status,
            hint="The notices wait. Look at the receiver's log, its address and its secret.",
        )

    def body(self, notices: tuple[Notice, ...]) -> bytes:
        """The body of a call."""
        told = [self._told(one) for one in notices]
        return json.dumps({"type": "work_items", "notices": told}, separators=(",", ":")).encode()

    def _told(self, notice: Notice) -> dict[str, str | int | bool | None]:
        item, evidence = notice.item, notice.item.evidence
        label = {"label": item.label} if self.labels else {}
        return {
            "id": notice.id,
            "kind": notice.kind.value,
            "at": notice.at.isoformat(),
            "pair": item.pair,
            "scope": item.scope,
            "record": item.record,
            **label,
            "reason": item.reason,
            "owner": item.owner,
            "path": item.path,
            "part": item.part,
            "first_seen": item.first_seen.isoformat(),
            "last_seen": item.last_seen.isoformat(),
            "attempts": item.attempts,
            "plan": evidence.plan,
            "error": evidence.error,
            "status": evidence.status,
            "request_id": evidence.request_id,
            "by_hand": notice.kind is NoticeKind.RESOLVED and bool(notice.by),
        }


def signature(key: bytes, call: str, now: datetime, body: bytes) -> dict[str, str]:
    """The headers that sign a call.

    Args:
        key: What it is signed with.
        call: The id of the call: the same each time it is tried.
        now: The instant of this try; aware.
        body: The raw bytes.
    """
    stamp = str(int(now.timestamp()))
    signed = hmac.new(key, b".".join((call.encode(), stamp.encode(), body)), hashlib.sha256).digest()
    return {
        "webhook-id": call,
        "webhook-timestamp": stamp,
        "webhook-signature": f"v1,{base64.b64encode(signed).decode()}",
    }

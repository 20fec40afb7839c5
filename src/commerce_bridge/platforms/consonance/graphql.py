"""One GraphQL request and what it came to: data, errors, or both."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, TypeVar, cast

from commerce_bridge.domain.exchange import JsonValue
from commerce_bridge.errors import RejectedRecord, RemoteError, RequestRefused, ServerFault
from commerce_bridge.flow.effects import Flow
from commerce_bridge.flow.messages import Request, Response
from commerce_bridge.http.exchange import exchange
from commerce_bridge.http.policy import Safety
from commerce_bridge.http.redact import excerpt
from commerce_bridge.platforms.consonance.connection import PLATFORM
from commerce_bridge.platforms.consonance.limits import PATH
from commerce_bridge.platforms.consonance.service import Service

if TYPE_CHECKING:
    from commerce_bridge.platforms.consonance.wire.answer import Answer, Complaint

D = TypeVar("D")

_NAMED = 3

REFUSED_HINT = (
    "Run check(): it compares this account's schema with our queries, and leaves out what the schema lacks."
)
BROKEN_HINT = "The service could not answer all of it: run again later, or ask Consonance's support."


def request_of(query: str, variables: Mapping[str, JsonValue], name: str | None = None) -> Request:
    """The request that sends a query.

    Source: vendor example queries, README.
    """
    asked: dict[str, JsonValue] = {"query": query}
    if variables:
        asked["variables"] = dict(variables)
    if name:
        asked["operationName"] = name
    return Request(method="POST", path=PATH, body=json.dumps(asked, ensure_ascii=False).encode())


def ask(
    service: Service,
    query: str,
    variables: Mapping[str, JsonValue],
    *,
    operation: str,
    safety: Safety = Safety.READ,
    name: str | None = None,
) -> Flow[Response]:
    """The answer to a query, before its body is read.

    Raises:
        AuthError: The key is wrong.
        RateLimited: Too many requests, and we have waited as long as we may.
        ServerFault: The service failed.
        RequestRefused: There is no GraphQL endpoint at this address.
        TransportError: No answer came.
    """
    request = request_of(query, variables, name)
    return (yield from exchange(service.connection, request, operation=operation, safety=safety))


def complete(service: Service, operation: str, response: Response, answer: Answer[D]) -> D:
    """The data of an answer that has all that was asked for.

    Raises:
        RequestRefused: The query does not fit the service's schema.
        ServerFault: The query was carried out, and part or all of it failed.
    """
    if answer.errors or answer.data is None:
        raise error_of(service, operation, response, answer)
    return answer.data


def error_of(service: Service, operation: str, response: Response, answer: Answer[D]) -> RemoteError:
    """The error that the complaints of an answer mean.

    An answer without ``data`` was refused before anything was carried out.  Source: GraphQL
    specification, section 7.1 (response format).
    """
    carried_out = "data" in answer.model_fields_set
    kind = ServerFault if carried_out else RequestRefused
    said = complaints_text(answer.errors) or "it holds neither data nor errors"
    what = "could not answer all of it" if carried_out else "refused the query"
    shown = excerpt(said.encode(), service.connection.secrets)
    return kind(
        f"Consonance {operation}: the service {what}: {shown}.",
        platform=PLATFORM,
        operation=operation,
        status=response.status,
        title=shown,
        fields={path_text(one.path): one.message for one in answer.errors if one.path},
        request_id=response.header("X-Request-Id"),
        excerpt=shown,
        hint=BROKEN_HINT if carried_out else REFUSED_HINT,
    )


def taken(service: Service, operation: str, response: Response, data: Mapping[str, JsonValue]) -> None:
    """Nothing, when every mutation in `data` took hold.

    A mutation that was refused answers with status 200 and errors inside its own payload.  The vendor's
    drafts show these with ``field`` or ``attribute``, and ``message`` or ``messages``; all are read.

    Raises:
        RejectedRecord: A payload holds errors; `fields` says which member and why.

    Source: vendor example queries, withdrawn drafts of mutations.
    """
    said: dict[str, str] = {}
    for name, payload in data.items():
        for place, one in enumerate(_errors_in(payload)):
            field = str(one.get("field") or one.get("attribute") or place)
            words = one.get("messages") or [one.get("message") or "(no message)"]
            said[f"{name}.{field}"] = "; ".join(str(word) for word in words)
    if not said:
        return
    shown = excerpt(
        "; ".join(f"{where}: {why}" for where, why in said.items()).encode(), service.connection.secrets
    )
    raise RejectedRecord(
        f"Consonance {operation}: the service did not take it: {shown.rstrip('.')}.",
        platform=PLATFORM,
        operation=operation,
        status=response.status,
        title=shown,
        fields=said,
        request_id=response.header("X-Request-Id"),
        excerpt=shown,
    )


def _errors_in(payload: JsonValue) -> list[Mapping[str, JsonValue]]:
    errors: object = (
        cast("dict[str, JsonValue]", payload).get("errors") if isinstance(payload, dict) else None
    )
    rows = cast("list[object]", errors) if isinstance(errors, list) else []
    return [cast("Mapping[str, JsonValue]", one) for one in rows if isinstance(one, dict)]


def complaints_text(complaints: Sequence[Complaint]) -> str:
    """What the errors of an answer say, each once."""
    return "; ".join(dict.fromkeys(one.message.rstrip(".") for one in complaints))


def path_text(path: Sequence[str | int] | None) -> str:
    """A path as people write it: ``$.works[3].products``."""
    parts = (f"[{part}]" if isinstance(part, int) else f".{part}" for part in path or ())
    return "$" + "".join(parts)


def unreadable(unread: Mapping[int, str], kind: str = "work") -> ServerFault:
    """The error that names records which cannot be read whole, and why."""
    named = [f"{kind} {one} at {why}" for one, why in unread.items()]
    shown = "; ".join(named[:_NAMED]) + ("; …" if len(named) > _NAMED else "")
    return ServerFault(
        f"Consonance works.get: {len(named)} {kind}(s) cannot be read whole: {shown}.",
        platform=PLATFORM,
        operation="works.get",
        status=200,
        title=shown,
        fields={str(one): why for one, why in unread.items()},
        hint=BROKEN_HINT,
    )

"""Reading a request's body: JSON, or the fields and files of a form."""

from __future__ import annotations

import json
from email.parser import BytesParser
from email.policy import HTTP
from typing import Any, NoReturn, cast

from attrs import field, frozen

from commerce_bridge.flow.messages import Request

from .call import Route, Upload
from .wire import Row, refuse

_FLAGS = {"true": True, "false": False, "1": True, "0": False}


@frozen(kw_only=True)
class Body:
    """A body as a route sees it."""

    data: Any = None
    uploads: dict[str, Upload] = field(factory=dict[str, Upload])
    multipart: bool = False


def _no_constant(word: str) -> NoReturn:
    raise ValueError(word)


def read_body(request: Request, route: Route) -> Body:
    """The body of `request`.

    Raises:
        Refused: 415 for a media type the route does not take, 400 for a body that cannot be read.
    """
    if not request.body:
        return Body()
    media = (request.header("Content-Type") or "").split(";")[0].strip().lower()
    if media == "multipart/form-data" and route.multipart:
        return _form(request)
    if media != "application/json" and not media.endswith("+json"):
        raise refuse(415, "Unsupported Media Type", detail="Send application/json.")
    try:
        return Body(data=json.loads(request.body, parse_constant=_no_constant))
    except (ValueError, RecursionError) as error:
        raise refuse(400, "Input is invalid", detail="The body is not JSON.") from error


def _typed(name: str, text: str) -> Any:
    """Form fields come as text; the numbers and flags among them are read here."""
    if name.startswith("is_"):
        return _FLAGS.get(text.strip().lower(), text)
    if name in ("sort_order", "product_id") and text.strip().lstrip("-").isdecimal():
        return int(text)
    return text


def _form(request: Request) -> Body:
    head = f"Content-Type: {request.header('Content-Type')}\r\n\r\n".encode()
    message = BytesParser(policy=HTTP).parsebytes(head + request.body)
    if not message.is_multipart():
        raise refuse(400, "Input is invalid", detail="The multipart body has no boundary.")
    fields: Row = {}
    uploads: dict[str, Upload] = {}
    for part in message.iter_parts():
        name = part.get_param("name", header="content-disposition")
        content = cast("bytes", part.get_payload(decode=True)) or b""
        if not isinstance(name, str):
            continue
        filename = part.get_filename()
        if filename is None:
            fields[name] = _typed(name, content.decode("utf-8", "replace"))
        else:
            uploads[name] = Upload(name=filename, content=content)
    return Body(data=fields, uploads=uploads, multipart=True)

"""Bodies: the content type against those declared, then the content against its schema."""

from __future__ import annotations

import json
from email.parser import BytesParser
from email.policy import HTTP
from typing import NoReturn
from urllib.parse import parse_qsl

from attrs import evolve

from rigs.openapi.documents import Document, Node, join
from rigs.openapi.operations import Contents
from rigs.openapi.parameters import item_types, scalar, types
from rigs.openapi.problems import Problem, from_schema
from rigs.openapi.schemas import COMPOSED, Use, family, validator

MULTIPART = "multipart/form-data"
URLENCODED = "application/x-www-form-urlencoded"
FORMS = (MULTIPART, URLENCODED)


class Unreadable(Exception):
    """A body is not what its content type says; the message says why."""


def check_body(
    document: Document, contents: Contents, content_type: str | None, body: bytes, use: Use, base: Problem
) -> tuple[Problem, ...]:
    """The problems of a body that is there, against the media types declared for it."""
    media = (content_type or "").partition(";")[0].strip().lower()
    declared = next((key for key in (media, f"{media.partition('/')[0]}/*", "*/*") if key in contents), None)
    if declared is None:
        message = f"expected {', '.join(contents) or 'no body'}; content type: {media or 'none given'}"
        return (evolve(base, part="media", keyword="undeclared", message=message),)
    schema = contents[declared]
    if schema is None or not (is_json(media) or media in FORMS):
        return ()
    try:
        value = read(document, schema, content_type or "", media, body)
    except Unreadable as error:
        return (evolve(base, keyword="unreadable", message=str(error)),)
    return from_schema(validator(document, schema, use).iter_errors(value), base)


def is_json(media: str) -> bool:
    """Whether a media type holds JSON."""
    return media == "application/json" or media.endswith("+json")


def read(document: Document, schema: str, content_type: str, media: str, body: bytes) -> Node:
    """The value in a body: JSON as it stands, the fields of a form as its schema types them."""
    if is_json(media):
        return read_json(body)
    pairs = _multipart(content_type, body) if media == MULTIPART else _urlencoded(body)
    return _form(document, schema, pairs)


def read_json(body: bytes) -> Node:
    """The JSON value in a body; NaN, infinities and repeated names are refused."""
    try:
        return json.loads(body, parse_constant=_no_constant, object_pairs_hook=_no_repeats)
    except ValueError as error:
        raise Unreadable(f"expected JSON: {error}") from error


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")


def _no_repeats(pairs: list[tuple[str, Node]]) -> dict[str, Node]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise ValueError("a name is given twice in one object: " + ", ".join(name for name, _ in pairs))
    return value


def _multipart(content_type: str, body: bytes) -> list[tuple[str, str]]:
    """The parts by name.  Bytes of a file become text of the same length, so that limits still apply."""
    message = BytesParser(policy=HTTP).parsebytes(f"Content-Type: {content_type}\r\n\r\n".encode() + body)
    if not message.is_multipart() or message.defects:
        raise Unreadable("expected parts divided by the boundary of the content type")
    pairs: list[tuple[str, str]] = []
    for part in message.iter_parts():
        name = part.get_param("name", header="content-disposition")
        if part.get_content_disposition() != "form-data" or not isinstance(name, str):
            raise Unreadable(f"part {len(pairs) + 1} has no 'Content-Disposition: form-data; name=…'")
        content = part.get_payload(decode=True)
        is_file = part.get_filename() is not None
        pairs.append((name, _text(content if isinstance(content, bytes) else b"", is_file)))
    return pairs


def _text(raw: bytes, is_file: bool) -> str:
    try:
        return raw.decode("latin-1" if is_file else "utf-8")
    except UnicodeDecodeError as error:
        raise Unreadable(f"a field that is no file must be UTF-8: {error}") from error


def _urlencoded(body: bytes) -> list[tuple[str, str]]:
    try:
        return parse_qsl(body.decode("ascii"), keep_blank_values=True, strict_parsing=True)
    except ValueError as error:
        raise Unreadable(f"expected name=value pairs: {error}") from error


def _form(document: Document, schema: str, pairs: list[tuple[str, str]]) -> dict[str, Node]:
    fields: dict[str, Node] = {}
    for name in dict.fromkeys(name for name, _ in pairs):
        texts = [text for key, text in pairs if key == name]
        at = _field(document, schema, name)
        kinds = types(document, at)
        if at is not None and "array" in kinds:
            fields[name] = [scalar(text, item_types(document, at)) for text in texts]
        elif len(texts) > 1:
            raise Unreadable(f"field {name!r} is sent {len(texts)} times, though it takes one value")
        else:
            fields[name] = scalar(texts[0], kinds)
    return fields


def _field(document: Document, schema: str, name: str) -> str | None:
    for at, node in family(document, schema, COMPOSED):
        if name in node.get("properties", {}):
            return join(at, "properties", name)
    return None

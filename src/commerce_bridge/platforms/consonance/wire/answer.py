"""A GraphQL answer, and reading one from bytes.

Source: GraphQL specification, section 7 (response).
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from functools import cache
from typing import Any, Generic, Literal, TypeAlias, TypeVar

from pydantic import Field, JsonValue, TypeAdapter, ValidationError

from commerce_bridge.errors import DecodeError
from commerce_bridge.platforms.consonance.wire.base import Wire
from commerce_bridge.platforms.consonance.wire.products import Price, Product, WorkId
from commerce_bridge.platforms.consonance.wire.works import Work

D = TypeVar("D")
T = TypeVar("T")
Extra: TypeAlias = Literal["forbid", "ignore"]

_SHOWN = 80


class Complaint(Wire):
    """One entry of ``errors``."""

    message: str = "(no message)"
    path: list[str | int] | None = None
    extensions: dict[str, JsonValue] = Field(default={})


class Answer(Wire, Generic[D]):
    """An answer: ``data``, ``errors``, or both."""

    data: D | None = None
    errors: list[Complaint] = Field(default=[])


WorkLists: TypeAlias = Answer[dict[str, list[Work]]]
ProductLists: TypeAlias = Answer[dict[str, list[Product]]]
PriceLists: TypeAlias = Answer[dict[str, list[Price]]]
IdLists: TypeAlias = Answer[dict[str, list[WorkId]]]
AnyAnswer: TypeAlias = Answer[dict[str, JsonValue]]


@cache
def adapter(shape: Any) -> TypeAdapter[Any]:
    """The reader of a shape, built when it is first used."""
    return TypeAdapter(shape)


def decode(shape: type[Answer[D]], body: bytes, unknown: Counter[str]) -> Answer[D]:
    """The answer in a body.

    Args:
        shape: What is expected.
        body: The raw bytes.
        unknown: Counts members that nobody asked for, by their place in the shape.

    Raises:
        DecodeError: The body is no JSON, or of another shape; `path` says where.
    """
    reader = adapter(shape)
    answer: Answer[D] = _lenient(lambda extra: reader.validate_json(body, extra=extra), unknown)
    return answer


def decode_work(value: JsonValue, unknown: Counter[str]) -> Work:
    """The work in a parsed value, the same as if it had been read from its bytes.

    Raises:
        DecodeError: It is of another shape; `path` says where in the work.
    """
    reader, body = adapter(Work), json.dumps(value)
    work: Work = _lenient(lambda extra: reader.validate_json(body, extra=extra), unknown)
    return work


def _lenient(read: Callable[[Extra], T], unknown: Counter[str]) -> T:
    """What `read` gives; it is asked to refuse unknown members first, so that they can be counted."""
    try:
        return read("forbid")
    except ValidationError as error:
        complaints = error.errors(include_url=False, include_context=False)
        extra = [one for one in complaints if one["type"] == "extra_forbidden"]
        if not extra:
            raise decode_error(error) from None
        unknown.update(".".join(str(part) for part in one["loc"] if isinstance(part, str)) for one in extra)
    try:
        return read("ignore")
    except ValidationError as error:
        raise decode_error(error) from None


def decode_error(error: ValidationError) -> DecodeError:
    """The first thing that is not as expected, as an error of ours; what came is shortened."""
    first = error.errors(include_url=False, include_context=False)[0]
    parts = (f"[{part}]" if isinstance(part, int) else f".{part}" for part in first["loc"])
    path = "$" + "".join(parts)
    got = repr(first["input"])
    got = got if len(got) <= _SHOWN else got[: _SHOWN - 1] + "…"
    return DecodeError(
        f"Consonance answered in another shape than its schema pages show: at {path}, {first['msg']}; got {got}.",
        path=path,
        expected=first["msg"],
        got=got,
    )

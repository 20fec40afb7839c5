"""What all wire models share, the envelope, and the one function that decodes.

Models are frozen; a field the vendor did not send is None, and `model_fields_set` tells it from a null.
Fields that this library does not know are kept aside and can be counted (`unknown_fields`): vendors add
fields without notice.  Numbers become `Decimal` through their shortest text, which is exact for 15
digits; BigCommerce's have at most 10 before the point and 4 behind it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime
from decimal import Decimal
from email.utils import parsedate_to_datetime
from functools import cache
from typing import Annotated, Any, Generic, TypeVar, cast

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainValidator,
    TypeAdapter,
    ValidationError,
)

from commerce_bridge.errors import DecodeError
from commerce_bridge.flow.messages import Response
from commerce_bridge.http.redact import excerpt
from commerce_bridge.platforms.bigcommerce.json_text import is_object

T = TypeVar("T")

SHOWN = 120
"""How many characters of an unexpected value an error shows."""


class Wire(BaseModel):
    """A resource as the vendor sends it."""

    model_config = ConfigDict(
        extra="allow", frozen=True, defer_build=True, coerce_numbers_to_str=True, protected_namespaces=()
    )


def read_instant(value: object) -> datetime | None:
    """An instant in UTC, from ISO 8601 (v3) or RFC 2822 (v2); empty text is none.

    Raises:
        ValueError: It is neither.

    Source: BigCommerce REST reference; v2 answers in RFC 2822, v3 in ISO 8601, both in UTC.
    """
    if value is None or value == "":
        return None
    if isinstance(value, datetime):
        return value
    if not isinstance(value, str):
        raise ValueError(f"expected a timestamp as text, got {value!r}")
    try:
        instant = datetime.fromisoformat(value)
    except ValueError:
        instant = parsedate_to_datetime(value)
    return (instant.replace(tzinfo=UTC) if instant.tzinfo is None else instant).astimezone(UTC)


Instant = Annotated[datetime | None, PlainValidator(read_instant)]
"""A timestamp, read by `read_instant`."""


EMPTY: tuple[object, ...] = ({}, [])
"""What stands for nothing in some answers."""


def _or_none(value: object) -> object:
    return None if value in EMPTY else value


Sparse = Annotated[T | None, BeforeValidator(_or_none)]
"""An object that may also come as null, or as an empty object or array: then it is None."""


SparseAmount = Annotated[Decimal | None, BeforeValidator(_or_none)]
"""An amount that comes as an empty object when there is none, as the vendor's examples have it."""


class Pagination(Wire):
    """Numbered pages."""

    total: int | None = None
    count: int | None = None
    per_page: int | None = None
    current_page: int | None = None
    total_pages: int | None = None


class CursorPagination(Wire):
    """Pages by cursor: go forward with `after=end_cursor`, backward with `before=start_cursor`."""

    count: int | None = None
    per_page: int | None = None
    start_cursor: str | None = None
    end_cursor: str | None = None
    links: dict[str, str | None] = Field(default_factory=dict[str, str | None])


class Meta(Wire):
    """What an envelope says of its rows: pages, and the counts of a batch."""

    pagination: Pagination | None = None
    cursor_pagination: CursorPagination | None = None
    total: int | None = None
    success: int | None = None
    failed: int | None = None


def _object(value: object) -> object:
    return value if is_object(value) or isinstance(value, Meta) else {}


AnyMeta = Annotated[Meta, BeforeValidator(_object)]
"""The meta of an envelope; anything but an object is an empty one."""

_NO_META = Meta.model_construct()


class One(Wire, Generic[T]):
    """The envelope of one record."""

    data: T
    meta: AnyMeta = _NO_META


class Many(Wire, Generic[T]):
    """The envelope of a collection, or of a batch that is partly saved: then `errors` says what is not."""

    data: tuple[T, ...] = ()
    meta: AnyMeta = _NO_META
    errors: Any = None


@cache
def _adapter(model: Any) -> TypeAdapter[Any]:
    return TypeAdapter(model)


def decode(model: type[T], response: Response) -> T:
    """A response's body as a value of `model`.

    Args:
        model: A wire model, an envelope such as `One` of one, or a list of models (v2).
        response: The answer, with a JSON body.

    Raises:
        DecodeError: The body has another shape; it names the place, what was expected and what came.
    """
    try:
        value: T = _adapter(cast("Any", model)).validate_json(response.body)
    except ValidationError as error:
        raise _decode_error(model, error) from error
    return value


def _decode_error(model: object, error: ValidationError) -> DecodeError:
    first = error.errors(include_url=False)[0]
    path = "$" + "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in first["loc"])
    got = excerpt(repr(first["input"])[:SHOWN].encode())
    more = f" and {error.error_count() - 1} more" if error.error_count() > 1 else ""
    name = getattr(model, "__name__", str(model))
    return DecodeError(
        f"Decoding BigCommerce's {name}: at {path} expected {first['msg']}, got {got}{more}.",
        path=path,
        expected=first["msg"],
        got=got,
    )


def unknown_fields(value: object) -> Counter[str]:
    """How often each field came that no model knows, as ``Product.new_field``."""
    counted: Counter[str] = Counter()
    _count(value, counted)
    return counted


def _count(value: object, counted: Counter[str]) -> None:
    if isinstance(value, BaseModel):
        counted.update(f"{type(value).__name__}.{name}" for name in (value.model_extra or {}))
        for name in type(value).model_fields:
            _count(getattr(value, name), counted)
    elif isinstance(value, (list, tuple)):
        for inner in cast("Iterable[object]", value):
            _count(inner, counted)

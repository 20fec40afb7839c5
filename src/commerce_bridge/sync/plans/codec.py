"""Values as JSON and back: what plan files, receipts and state rows hold.

A value of ours is written as ``{"$": tag, "v": …}``; plain JSON values stand for
themselves.  Other packages' values travel as long as they are made of these.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, cast

from commerce_bridge.domain.absence import CLEARED, MISSING, Cleared, Missing
from commerce_bridge.domain.exchange import NaturalKey, Ref
from commerce_bridge.domain.fields import AnyField, Field
from commerce_bridge.domain.listing import LISTING_FIELDS, Fulfilment, Selling
from commerce_bridge.domain.money import Money
from commerce_bridge.domain.record import Element, Fact, Kin, Note, Outlet, Picture, Placement, Record
from commerce_bridge.domain.sealed import Sealed
from commerce_bridge.errors import MappingError, StateUnreadable

_ENCODE: dict[type[Any], tuple[str, Callable[[Any], Any]]] = {
    Missing: ("missing", lambda value: None),
    Cleared: ("cleared", lambda value: None),
    Decimal: ("decimal", str),
    datetime: ("instant", lambda value: value.isoformat()),
    Money: ("money", lambda value: [str(value.amount), value.currency]),
    Fact: ("fact", lambda value: [value.name, value.value]),
    Note: ("note", lambda value: [value.namespace, value.key, value.value, value.shown]),
    Picture: ("picture", lambda value: [value.digest, value.url, value.text, value.main, value.place]),
    Placement: ("placement", lambda value: list(value.path)),
    Outlet: ("outlet", lambda value: value.channel),
    Kin: ("kin", lambda value: value.record),
    Ref: ("ref", str),
    Selling: ("selling", lambda value: value.value),
    Fulfilment: ("fulfilment", lambda value: value.value),
    Sealed: ("sealed", lambda value: value.digest),
}

_DECODE: dict[str, Callable[[Any], Any]] = {
    "missing": lambda value: MISSING,
    "cleared": lambda value: CLEARED,
    "decimal": Decimal,
    "instant": datetime.fromisoformat,
    "money": lambda value: Money(Decimal(value[0]), value[1]),
    "fact": lambda value: Fact(*value),
    "note": lambda value: Note(*value),
    "picture": lambda value: Picture(value[0], value[1], value[2], value[3], value[4]),
    "placement": lambda value: Placement(tuple(value)),
    "outlet": Outlet,
    "kin": Kin,
    "ref": Ref.parse,
    "sealed": Sealed,
    "selling": Selling,
    "fulfilment": Fulfilment,
    "set": lambda value: frozenset(decode(one) for one in value),
    "list": lambda value: tuple(decode(one) for one in value),
}


_FIELDS: dict[str, AnyField] = {str(name): name for name in LISTING_FIELDS}


def encode(value: Any) -> Any:
    """A value as JSON-able data.

    Raises:
        MappingError: The value is of a kind that cannot be kept in a file.
    """
    if value is None or type(value) in {bool, int}:
        return value
    if type(value) is str:
        return _text(value)
    kind: type[Any] = type(value)  # pyright: ignore[reportUnknownVariableType]
    known = _ENCODE.get(kind)
    if known is not None:
        return {"$": known[0], "v": _whole(known[1](value))}
    if isinstance(value, frozenset):
        items = [encode(one) for one in cast("Iterable[Any]", value)]
        if len(items) > 1:
            items.sort(key=lambda item: json.dumps(item, sort_keys=True))
        return {"$": "set", "v": items}
    if isinstance(value, tuple):
        return {"$": "list", "v": [encode(one) for one in cast("Iterable[Any]", value)]}
    raise MappingError(
        f"A value of type {kind.__name__} cannot be kept in a plan: {value!r}.",
        hint="Map it to text, a whole number, Decimal, an instant, Money, a tuple or frozenset of these, or an "
        "element such as Fact.",
    )


def _whole(packed: Any) -> Any:
    """What a value was packed into, its texts checked."""
    several = type(packed) is list
    for text in cast("Iterable[object]", packed) if several else (packed,):
        if isinstance(text, str):
            _text(text)
    return packed


def _text(value: str) -> str:
    try:
        value.encode()
    except UnicodeEncodeError as error:
        raise MappingError(
            f"A text with half a character (at place {error.start}) cannot be kept in a plan.",
            hint="Mend it at the source: it was cut or decoded wrongly.",
        ) from error
    return value


def decode(data: Any) -> Any:
    """The value that `encode` wrote.

    Raises:
        StateUnreadable: The data was written by a newer release, or is damaged.
    """
    if not isinstance(data, dict):
        return data
    packed = cast("Mapping[str, Any]", data)
    kind = str(packed.get("$"))
    make = _DECODE.get(kind)
    if make is None:
        raise StateUnreadable(f"A value of the unknown kind {kind!r} was found.")
    try:
        return make(packed["v"])
    except (LookupError, TypeError, ValueError, ArithmeticError) as error:
        raise StateUnreadable(f"A value that is no {kind} was found where one should be.") from error


def encode_field(name: AnyField) -> str:
    """A field as text: ``listing.price``; with its label, where nobody here knows it: ``listing.x|label of x``."""
    text = str(name)
    return text if not name.label or text in _FIELDS else f"{text}|{name.label}"


def decode_field(text: str) -> AnyField:
    """The field that `encode_field` wrote; equal to the one it was made from, and called the same."""
    known = _FIELDS.get(text)
    if known is not None:
        return known
    place, _, label = text.partition("|")
    entity, _, name = place.partition(".")
    return Field[Any](entity, name, label=label)


def encode_key(key: NaturalKey) -> list[str]:
    """A natural key as JSON-able data."""
    return [key.kind, key.value]


def decode_key(data: list[str]) -> NaturalKey:
    """The natural key that `encode_key` wrote."""
    return NaturalKey(data[0], data[1])


def encode_record(record: Record) -> dict[str, Any]:
    """A record as JSON-able data."""
    return {
        "values": {encode_field(name): encode(value) for name, value in record.values.items()},
        "elements": [[encode(one), str(ref) if ref else None] for one, ref in record.elements.items()],
        "parts": {key: encode_record(part) for key, part in record.parts.items()},
        "ref": str(record.ref) if record.ref else None,
    }


def decode_record(data: Mapping[str, Any]) -> Record:
    """The record that `encode_record` wrote."""
    elements: dict[Element, Ref | None] = {
        decode(one): Ref.parse(ref) if ref else None for one, ref in data["elements"]
    }
    return Record(
        values={decode_field(name): decode(value) for name, value in data["values"].items()},
        elements=elements,
        parts={key: decode_record(part) for key, part in data["parts"].items()},
        ref=Ref.parse(data["ref"]) if data["ref"] else None,
    )


def digest(data: Any) -> str:
    """Sixteen hex digits that change when JSON-able data does."""
    text = json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:16]

"""Sealing: a keyed hash in the place of personal data.  Pure, but for the one flow that gets the key.

The key is random, is made when a bridge with personal data first plans, and stays in the state: a digest says
nothing to who has not got the state.  Within one bridge and one field, values seal equal if and only if they are
equal; no spelling is evened out.  Values of two fields or two bridges have nothing in common.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterable
from datetime import UTC, datetime
from decimal import MAX_EMAX, MIN_EMIN, Context, Decimal
from typing import Any, cast

from attrs import evolve, field, frozen

from commerce_bridge.domain.absence import Cleared, Maybe, Missing
from commerce_bridge.domain.exchange import NaturalKey
from commerce_bridge.domain.fields import AnyField
from commerce_bridge.domain.money import Money
from commerce_bridge.domain.record import Candidates, Element, Fact, Note, Picture
from commerce_bridge.domain.sealed import Sealed, is_sealed_text, sealed_text
from commerce_bridge.errors import MappingError, StateConflict
from commerce_bridge.flow import primitives as flow
from commerce_bridge.flow.effects import Flow
from commerce_bridge.flow.state import Expect, Key
from commerce_bridge.merge.collections import elements
from commerce_bridge.sync.kept.tables import load_bodies, put
from commerce_bridge.sync.plans.codec import encode

TABLE, KEY = "secret", "seal"

_EMPTY: tuple[Any, ...] = (None, "", (), frozenset[Any]())
"""Values that say nothing of anybody, and are compared as what they are."""


@frozen
class Seal:
    """Seals what is personal, under one key.

    Args:
        key: The key; at least 16 random bytes.
    """

    key: bytes = field(repr=False)

    def value(self, name: AnyField, value: Maybe[Any]) -> Maybe[Any]:
        """A field's value, sealed; absences and empty values stay what they are.

        Elements of a shared collection stay elements, so that they are compared one by one: only their texts
        are sealed.

        Raises:
            MappingError: The value is of a kind that cannot be sealed.
        """
        if isinstance(value, (Missing, Cleared, Sealed, Candidates)) or value in _EMPTY:
            return value
        if elements(value):
            return self.elements(value)
        try:
            packed = encode(_as_compared(value))
        except MappingError:
            raise MappingError(
                f"A value of {name.text} cannot be sealed: it is of the type {type(value).__name__}, or holds half "
                "a character.",
                hint="Map it to text, a whole number, Decimal, an instant, or a tuple of these.",
            ) from None
        return Sealed(self._digest("value", str(name), packed), clear=value)

    def elements(self, value: Maybe[Any]) -> Maybe[Any]:
        """A value whose elements, if it has any, are sealed; any other value as it is."""
        ours = elements(value)
        if not isinstance(value, frozenset):
            return self.element(next(iter(ours))) if ours else value
        return frozenset(self.element(one) if one in ours else one for one in cast("Iterable[Any]", value))

    def element(self, one: Element) -> Element:
        """An element with its texts sealed; what names no person (a category, a channel, kin) as it is."""
        if isinstance(one, Fact):
            return evolve(one, value=self._text(one.slot, one.value))
        if isinstance(one, Note):
            return evolve(one, value=self._text(one.slot, one.value))
        if isinstance(one, Picture):
            told = self._text("picture text", one.text)
            return evolve(one, digest=self._text("picture", one.digest), url="", text=told)
        return one

    def key_of(self, key: NaturalKey) -> NaturalKey:
        """A natural key with its value sealed."""
        return NaturalKey(key.kind, self._text(f"key/{key.kind}", key.value))

    def version(self, version: str) -> str:
        """A record's version, which may be a plain hash of all that it holds."""
        return self._digest("version", version) if version else ""

    def name(self, name: str) -> str:
        """A record's name, where only somebody who has the name shall recognise it."""
        return self._digest("name", name)

    def _text(self, place: str, text: str) -> str:
        if not text or is_sealed_text(text):
            return text
        return sealed_text(self._digest("text", place, text))

    def _digest(self, *parts: Any) -> str:
        told = json.dumps(parts, sort_keys=True, separators=(",", ":"))
        return hmac.new(self.key, told.encode(), hashlib.sha256).hexdigest()[:32]


def _as_compared(value: Any) -> Any:
    """The value that stands for all that are equal to it: ``1.50`` for ``1.5``, an instant in any zone."""
    if isinstance(value, Decimal) and value.is_finite():
        places = Context(prec=max(len(value.as_tuple().digits), 1), Emax=MAX_EMAX, Emin=MIN_EMIN)
        return value.normalize(places) if value else Decimal(0)
    if isinstance(value, datetime) and value.tzinfo is not None:
        return value.astimezone(UTC)
    if isinstance(value, Money):
        return evolve(value, amount=_as_compared(value.amount))
    if isinstance(value, tuple):
        return tuple(_as_compared(one) for one in cast("Iterable[Any]", value))
    if isinstance(value, frozenset):
        return frozenset(_as_compared(one) for one in cast("Iterable[Any]", value))
    return value


def in_clear(*values: Maybe[Any]) -> bool:
    """Whether any of these values of a personal field is not sealed."""
    return any(_is_clear(value) for value in values)


def _is_clear(value: Maybe[Any]) -> bool:
    if isinstance(value, (Missing, Cleared, Sealed)) or value in _EMPTY:
        return False
    if isinstance(value, frozenset):
        return any(_is_clear(one) for one in cast("Iterable[Any]", value))
    if isinstance(value, (Fact, Note)):
        return not (value.value == "" or is_sealed_text(value.value))
    if isinstance(value, Picture):
        return not is_sealed_text(value.digest)
    return True


def seal_of(scope: str) -> Flow[Seal]:
    """The seal of a bridge; its key is made at the first call, one for all who ask at once.

    Cost: no vendor call; one row read, and one written the first time.
    """
    while True:
        rows = yield from load_bodies(scope, TABLE, [KEY])
        if rows:
            return Seal(bytes.fromhex(rows[KEY]["key"]))
        one, two = (yield from flow.new_id()), (yield from flow.new_id())
        key = hashlib.sha256(f"{one}{two}".encode()).hexdigest()
        at = Key(table=TABLE, scope=scope, key=KEY)
        try:
            yield from flow.commit([put(scope, TABLE, KEY, {"key": key})], [Expect(at=at, revision=0)])
        except StateConflict:
            continue  # somebody else's first run has made it: theirs is the one
        return Seal(bytes.fromhex(key))

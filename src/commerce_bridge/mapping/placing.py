"""Rules that give a value a place on the target: custom fields and metafields."""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterable
from typing import Any, cast

from attrs import evolve

from commerce_bridge.domain.absence import CLEARED, MISSING
from commerce_bridge.domain.fields import AnyField
from commerce_bridge.domain.record import Fact, Note
from commerce_bridge.errors import MappingError
from commerce_bridge.mapping.algebra import Compute, Named, OfItsField, named
from commerce_bridge.mapping.context import Context, Problem


def value_of(name: AnyField) -> Named:
    """The entity's own value of a field, from its attribute or its `extra`; None there is CLEARED."""

    def compute(entity: Any, context: Context) -> Any:
        value: Any = name.of(entity)
        return CLEARED if value is None else value

    return named("value", compute, field=str(name))


def custom_field(name: str, value: Compute | None = None) -> OfItsField:
    """A value shown as a custom field.

    Args:
        name: What the shop calls it; 1–250 characters.
        value: How to compute it, at most 250 characters; by default the entity's own value of the field that
            the rule is given to.  A tuple, list or set becomes several custom fields of one name; None, an empty text and an
            empty set clear what we put there before; MISSING leaves it.

    Returns:
        A rule that gives a `Fact`, or a frozenset of them.

    Raises:
        MappingError: The name is empty or too long.
    """
    _fits("custom field's name", name, 250)

    def fact(text: str) -> Fact:
        _fits(f"value of the custom field {name!r}", text, 250)
        return Fact(name, text)

    def shape(got: Any) -> Any:
        if isinstance(got, (tuple, list, set, frozenset)):
            texts = (_text(one) for one in cast("Iterable[object]", got))
            return frozenset(fact(text) for text in texts if text)
        text = _text(got)
        return fact(text) if text else CLEARED

    return _placed("custom field", shape, value, name=name)


def metafield(namespace: str, key: str, value: Compute | None = None, *, shown: bool = False) -> OfItsField:
    """A value kept as a metafield.

    Args:
        namespace: Ours keeps it apart from others'; 1–64 characters.
        key: Its name there; 1–64 characters.
        value: How to compute it; by default the entity's own value of the field that the rule is given to.
        shown: Whether storefront programs may read it.

    Returns:
        A rule that gives a `Note`; None and an empty text clear it, MISSING leaves it.

    Raises:
        MappingError: Namespace or key is empty or too long.
    """
    _fits("metafield's namespace", namespace, 64)
    _fits("metafield's key", key, 64)

    def shape(got: Any) -> Any:
        text = _text(got)
        return Note(namespace, key, text, shown) if text else CLEARED

    return _placed("metafield", shape, value, namespace=namespace, key=key, shown=shown)


def _placed(rule: str, shape: Callable[[Any], Any], value: Compute | None, **params: Any) -> OfItsField:
    def make(name: AnyField) -> Compute:
        inner = value or value_of(name)

        def compute(entity: Any, context: Context) -> Any:
            got = inner(entity, context)
            if got is None:
                return CLEARED
            if isinstance(got, Problem):
                instead = got.instead
                return (
                    got if instead is MISSING or instead is CLEARED else evolve(got, instead=shape(instead))
                )
            return got if got is MISSING or got is CLEARED else shape(got)

        compute.__name__ = rule
        if not isinstance(
            inner, Named
        ):  # a rule without a name stays one, so its records are always decided anew
            return compute
        # A rule that is computed by another says so: people look for the one they named.
        told = rule if value is None else f"{rule} of {inner.name}"
        return named(told, compute, of=inner.fingerprint, **params)

    return OfItsField(make)


def _text(value: object) -> str:
    """A value as shoppers read it."""
    return str(value.value) if isinstance(value, enum.Enum) else str(value).strip()


def _fits(what: str, text: str, longest: int) -> None:
    if not 1 <= len(text) <= longest:
        raise MappingError(
            f"A {what} has 1 to {longest} characters; this one has {len(text)}: {text!r}.", hint=""
        )

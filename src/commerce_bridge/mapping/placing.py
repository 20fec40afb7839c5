"""Rules that give a value a place on the target: custom fields and metafields."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, cast

from commerce_bridge.domain.absence import CLEARED, MISSING
from commerce_bridge.domain.fields import AnyField
from commerce_bridge.domain.record import Fact, Note
from commerce_bridge.mapping.algebra import Compute, Named, OfItsField, named
from commerce_bridge.mapping.context import Context, Problem


def value_of(name: AnyField) -> Named:
    """The entity's own value of a field, from its attribute or its `extra`."""

    def compute(entity: Any, context: Context) -> Any:
        return name.of(entity)

    return named("value", compute, field=str(name))


def custom_field(name: str, value: Compute | None = None) -> OfItsField:
    """A value shown as a custom field.

    Args:
        name: What the shop calls it; 1–250 characters.
        value: How to compute it; by default the entity's own value of the field that the rule is given
            to.  A tuple or set becomes several custom fields of one name.

    Returns:
        A rule that gives a `Fact`, or a frozenset of them.
    """

    def shape(got: Any) -> Any:
        if isinstance(got, (tuple, list, frozenset)):
            return frozenset(Fact(name, str(one)) for one in cast("Iterable[object]", got))
        return Fact(name, str(got))

    return _placed("custom field", shape, value, name=name)


def metafield(namespace: str, key: str, value: Compute | None = None, *, shown: bool = False) -> OfItsField:
    """A value kept as a metafield.

    Args:
        namespace: Ours keeps it apart from others'; 1–64 characters.
        key: Its name there; 1–64 characters.
        value: How to compute it; by default the entity's own value of the field that the rule is given to.
        shown: Whether storefront programs may read it.

    Returns:
        A rule that gives a `Note`.
    """

    def shape(got: Any) -> Any:
        return Note(namespace, key, str(got), shown)

    return _placed("metafield", shape, value, namespace=namespace, key=key, shown=shown)


def _placed(rule: str, shape: Callable[[Any], Any], value: Compute | None, **params: Any) -> OfItsField:
    def make(name: AnyField) -> Named:
        inner = value or value_of(name)

        def compute(entity: Any, context: Context) -> Any:
            got = inner(entity, context)
            if got is MISSING or got is None:
                return MISSING
            return got if got is CLEARED or isinstance(got, Problem) else shape(got)

        of = inner.fingerprint if isinstance(inner, Named) else repr(inner)
        return named(rule, compute, of=of, **params)

    return OfItsField(make)

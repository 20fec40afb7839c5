"""The mapper algebra: a mapper turns an entity into values by field, and tells all problems at once.

Mappers compose with ``|`` and need neither engine nor state::

    mapper = field(NAME, display_name) | field(PRICE, list_price(currency="GBP"))
    mapped = mapper(listing, context)

A later `field` for the same field is an error that names both; `override` replaces.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias, TypeVar

import attrs
from attrs import frozen

from commerce_bridge.domain.absence import CLEARED, MISSING
from commerce_bridge.domain.fields import AnyField, Field
from commerce_bridge.errors import MappingError
from commerce_bridge.mapping.context import Context, Problem
from commerce_bridge.mapping.fingerprint import stable

T = TypeVar("T")

Compute: TypeAlias = Callable[[Any, Context], Any]
"""Computes one value from an entity: a value, MISSING (say nothing: what is there stays), CLEARED or None (there
is no value: what is there goes), or a `Problem`.  `MappingError`, `ValueError`, `LookupError` and
`ArithmeticError` become a problem of the field; any other error is a fault of the program, and is raised."""

_OF_THE_RECORD = (MappingError, ValueError, LookupError, ArithmeticError)
"""Errors that say that one record is not as the rule expects it."""


@frozen
class Named:
    """A compute function with a name, a version and parameters, so that a change of rules is noticed.

    Args:
        name: Unique among rules, such as ``price/list``.
        version: Raised whenever the same input gives another output.
        params: Name and text of each parameter; the text is the same in every process.
        compute: The function.
    """

    name: str
    version: int
    params: tuple[tuple[str, str], ...]
    compute: Compute

    def __call__(self, entity: Any, context: Context) -> Any:
        """The value, MISSING, CLEARED, or a `Problem`."""
        return self.compute(entity, context)

    @property
    def fingerprint(self) -> str:
        """Text that changes when the rule does."""
        params = ",".join(f"{key}={value}" for key, value in self.params)
        return f"{self.name}@{self.version}({params})"


def named(name: str, compute: Compute, /, *, version: int = 1, **params: object) -> Named:
    """Give a compute function a name, a version and parameters.

    Args:
        name: Unique among rules, such as ``price/list``.
        compute: The function of entity and context.
        version: Raise it whenever the same entity gives another value.
        params: All that the function depends on beside entity and context, such as a table.
    """
    return Named(name, version, tuple(sorted((key, stable(value)) for key, value in params.items())), compute)


@frozen
class OfItsField:
    """A rule that looks at the field it is given to, such as `custom_field("Reading age")`.

    Args:
        make: Makes the rule for a field.
    """

    make: Callable[[AnyField], Compute]


@frozen(kw_only=True)
class Term:
    """One field and how it is computed.

    Args:
        field: Which field.
        compute: How.
        replaces: Whether it replaces another term of the same field.
    """

    field: AnyField
    compute: Compute
    replaces: bool = False

    @property
    def rule(self) -> str:
        """The name of the rule, for explanations."""
        return (
            self.compute.name
            if isinstance(self.compute, Named)
            else getattr(self.compute, "__name__", "unnamed")
        )


@frozen(kw_only=True)
class Mapped:
    """What a mapper made of an entity.

    Args:
        values: Field to value; a field that is MISSING is left out.
        problems: All of them, each with the field it is about.
        rules: Field to the name of the rule that computed it.
    """

    values: Mapping[AnyField, Any]
    problems: tuple[Problem, ...] = ()
    rules: Mapping[AnyField, str] = attrs.field(factory=dict[AnyField, str])

    @property
    def blocked(self) -> bool:
        """Whether a problem stops the record from being written."""
        return any(problem.blocking for problem in self.problems)


@frozen
class Mapper:
    """Some terms, each field at most once."""

    terms: tuple[Term, ...] = ()

    def __or__(self, other: Mapper) -> Mapper:
        known = {term.field: term for term in self.terms}
        for term in other.terms:
            former = known.get(term.field)
            if former is not None and not term.replaces:
                raise MappingError(
                    f"Two rules compute {term.field}: {former.rule!r} and {term.rule!r}.",
                    hint="Use override(...) where the second is meant to replace the first.",
                )
            # What stood first says whether the whole replaces what comes before it, wherever the brackets are.
            known[term.field] = term if former is None else attrs.evolve(term, replaces=former.replaces)
        return Mapper(tuple(known.values()))

    def __call__(self, entity: Any, context: Context) -> Mapped:
        """The values of all fields, and all problems at once."""
        values: dict[AnyField, Any] = {}
        problems: list[Problem] = []
        rules: dict[AnyField, str] = {}
        for term in self.terms:
            value = _computed(term, entity, context)
            if isinstance(value, Problem):
                problems.append(value if value.field is not None else attrs.evolve(value, field=term.field))
                value = value.instead
            if value is None:
                value = CLEARED
            if value is not MISSING:
                values[term.field] = value
                rules[term.field] = term.rule
        return Mapped(values=values, problems=tuple(problems), rules=rules)

    @property
    def fields(self) -> tuple[AnyField, ...]:
        """The fields it computes."""
        return tuple(term.field for term in self.terms)

    @property
    def fingerprint(self) -> str | None:
        """Text that changes when a rule does; None when a rule has no name, so records are always decided anew."""
        parts: list[str] = []
        for term in self.terms:
            if not isinstance(term.compute, Named):
                return None
            parts.append(f"{term.field}={term.compute.fingerprint}")
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


def field(name: Field[T], compute: Compute | OfItsField) -> Mapper:
    """A mapper for one field."""
    return Mapper((Term(field=name, compute=_for(name, compute)),))


def override(name: Field[T], compute: Compute | OfItsField) -> Mapper:
    """A mapper for one field that replaces whatever computed it before, or adds it."""
    return Mapper((Term(field=name, compute=_for(name, compute), replaces=True),))


def _computed(term: Term, entity: Any, context: Context) -> Any:
    try:
        return term.compute(entity, context)
    except _OF_THE_RECORD as error:
        said = str(error) if isinstance(error, MappingError) else f"{type(error).__name__}: {error}"
        return Problem(
            code="mapping", message=f"The rule {term.rule!r} cannot compute {term.field.text}: {said}"
        )


def _for(name: AnyField, compute: Compute | OfItsField) -> Compute:
    return compute.make(name) if isinstance(compute, OfItsField) else compute

"""Values of exchange: how records are named, seen, and handed over in pages."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Generic, TypeAlias, TypeVar

from attrs import field, frozen

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)

Cursor: TypeAlias = str
"""Where a reader may go on; opaque to everyone but the reader that made it."""


@frozen(order=True)
class Ref:
    """A platform's own name of a record, such as ``bigcommerce product 180``.

    Args:
        platform: Which platform.
        kind: What kind of record there, such as ``product``.
        id: The platform's id, as text.
    """

    platform: str
    kind: str
    id: str

    def __str__(self) -> str:
        return f"{self.platform}:{self.kind}:{self.id}"

    @classmethod
    def parse(cls, text: str) -> Ref:
        """The reference that `str()` wrote."""
        platform, kind, ident = text.split(":", 2)
        return cls(platform, kind, ident)


@frozen(order=True)
class NaturalKey:
    """A name that people give a record and may change, such as an ISBN, a SKU or an e-mail address."""

    kind: str
    value: str

    def __str__(self) -> str:
        return f"{self.kind}={self.value}"


@frozen(kw_only=True)
class Observed(Generic[T]):
    """A record as one platform showed it.

    Args:
        value: The canonical value.
        ref: The platform's name of it.
        version: The platform's version, or a hash of what was seen: changes when the record does.
        seen_at: When it was read.
        sources: Where each field came from, by field name, for explanations.
        problems: What could not be read, as text with a path; the rest of the value stands.
        concerns: A problem to the name of the part of the value that it is about, such as one format of a
            title; problems about the whole are left out.
    """

    value: T
    ref: Ref
    version: str
    seen_at: datetime
    sources: Mapping[str, str] = field(factory=dict[str, str])
    problems: tuple[str, ...] = ()
    concerns: Mapping[str, Ref] = field(factory=dict[str, Ref])


@frozen(kw_only=True)
class Page(Generic[T_co]):
    """Some items, and where to go on.

    Args:
        items: In the platform's order.
        next: The cursor of the next page, or None when this was the last.
        resume: On the last page, the cursor from which a later read finds what changed since; None when
            only a complete read does.
        remarks: What is to be said of the source as a whole, such as that a file breaks off.
    """

    items: tuple[T_co, ...]
    next: Cursor | None = None
    resume: Cursor | None = None
    remarks: tuple[str, ...] = ()


JsonValue: TypeAlias = Any
"""What `json.loads` gives; only wire code and state codecs may hold one."""

"""Values of exchange: how records are named, seen, and handed over in pages."""

from __future__ import annotations

from collections.abc import Callable, Mapping
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

    @property
    def name(self) -> str:
        """The reference as text."""
        return str(self.ref)

    def look(self) -> Observed[T]:
        """The record itself: it has been read already."""
        return self


@frozen
class Glimpse(Generic[T]):
    """A record whose name and version are known, and whose value is read only when somebody looks.

    Nearly every record of every run is as it was: a reader that can tell so from the bytes alone saves
    the reading.

    Args:
        name: The platform's name of it, as `str(Ref)` writes it.
        version: As of `Observed`.
        body: Its bytes as the platform sent them.
        read: Makes the value of the bytes; pure, and of the same name and version.
    """

    name: str
    version: str
    body: bytes = field(repr=False)
    read: Callable[[bytes], Observed[T]] = field(repr=False)

    @property
    def ref(self) -> Ref:
        """The platform's name of it."""
        return Ref.parse(self.name)

    def look(self) -> Observed[T]:
        """The record, read now."""
        return self.read(self.body)


Sighting: TypeAlias = Observed[T] | Glimpse[T]
"""A record as a page shows it: read, or known by its name and version alone."""


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

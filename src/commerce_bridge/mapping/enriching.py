"""Enrichments add to a source's values what the source itself does not know, before anything is mapped."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

from attrs import frozen

from commerce_bridge.mapping.fingerprint import stable

T = TypeVar("T")


@frozen
class Enrichment(Generic[T]):
    """A function that adds to a value, with a name, a version and parameters, so that a change is noticed.

    Args:
        name: Unique among enrichments, such as ``acme/reading age``.
        version: Raised whenever the same value is enriched in another way.
        params: Name and text of each parameter; the text is the same in every process.
        enrich: Gives the value with more in it, usually in its `extra`; never changes its reference.
    """

    name: str
    version: int
    params: tuple[tuple[str, str], ...]
    enrich: Callable[[T], T]

    def __call__(self, value: T) -> T:
        """The value with more in it."""
        return self.enrich(value)

    @property
    def fingerprint(self) -> str:
        """Text that changes when the enrichment does."""
        params = ",".join(f"{key}={text}" for key, text in self.params)
        return f"{self.name}@{self.version}({params})"


def enrichment(
    name: str, enrich: Callable[[T], T], /, *, version: int = 1, **params: object
) -> Enrichment[T]:
    """Give an enriching function a name, a version and parameters.

    A table of one's own is filled into the `extra` of titles and formats, under fields of one's own::

        def add_ages(title: Title) -> Title:
            formats = (evolve(one, extra={**one.extra, AGE: AGES.get(one.isbn)}) for one in title.formats)
            return evolve(title, formats=tuple(formats))

        ages = enrichment("acme/reading age", add_ages, table=AGES)

    Args:
        name: Unique among enrichments.
        enrich: Pure: the same value always comes to the same.  It may raise `MappingError` for a value that
            it cannot enrich; the value goes on without, and the error becomes a work item.
        version: Raise it whenever the same value is enriched in another way.
        params: All that the function depends on, such as its table: when it changes, the source is read
            anew from the beginning.
    """
    texts = tuple(sorted((key, stable(value)) for key, value in params.items()))
    return Enrichment(name, version, texts, enrich)

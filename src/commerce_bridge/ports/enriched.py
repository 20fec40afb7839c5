"""A reader whose records are enriched on their way in."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from attrs import evolve

from commerce_bridge.domain.exchange import Cursor, Glimpse, Observed, Page, Ref, Sighting
from commerce_bridge.errors import MappingError
from commerce_bridge.flow.effects import Flow
from commerce_bridge.ports.reader import Reader

T = TypeVar("T")


class Enriched(Generic[T]):
    """A `Reader` that reads what another reads, and adds to it.

    A value that cannot be enriched goes on as it was, with a problem; nothing else stops.

    Args:
        reader: The reader.
        enrich: Gives a value with more in it; pure.
    """

    def __init__(self, reader: Reader[T], enrich: Callable[[T], T]) -> None:
        self._reader = reader
        self._enrich = enrich

    def changes(self, cursor: Cursor | None) -> Flow[Page[Sighting[T]]]:
        """One page of records that changed since the cursor, enriched."""
        page = yield from self._reader.changes(cursor)
        return evolve(page, items=tuple(self._sighted(one) for one in page.items))

    def fetch(self, refs: Sequence[Ref]) -> Flow[tuple[Observed[T], ...]]:
        """These records as they stand now, enriched."""
        found = yield from self._reader.fetch(refs)
        return tuple(self._more(one) for one in found)

    def _sighted(self, sighting: Sighting[T]) -> Sighting[T]:
        if not isinstance(sighting, Glimpse):
            return self._more(sighting)
        read = sighting.read

        def more(body: bytes) -> Observed[T]:
            return self._more(read(body))

        return evolve(sighting, read=more)

    def _more(self, observed: Observed[T]) -> Observed[T]:
        try:
            return evolve(observed, value=self._enrich(observed.value))
        except (MappingError, ValueError, LookupError, ArithmeticError) as error:
            said = str(error) if isinstance(error, MappingError) else f"{type(error).__name__}: {error}"
            problem = f"It cannot be enriched: {said}"
            return evolve(observed, problems=(*observed.problems, problem))

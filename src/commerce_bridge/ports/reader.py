"""The port through which records are read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, TypeVar

from commerce_bridge.domain.exchange import Cursor, Observed, Page, Ref, Sighting
from commerce_bridge.flow.effects import Flow

T = TypeVar("T")


class Reader(Protocol[T]):
    """Reads one kind of record from one platform."""

    def changes(self, cursor: Cursor | None) -> Flow[Page[Sighting[T]]]:
        """One page of records that changed since the cursor; from the beginning for None.

        A reader that can tell a record's version from its bytes hands out a `Glimpse`, which is read only
        when something has changed.
        """
        ...

    def fetch(self, refs: Sequence[Ref]) -> Flow[tuple[Observed[T], ...]]:
        """These records as they stand now; those that are gone are left out."""
        ...

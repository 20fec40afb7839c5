"""Which records belong together: first by work, then by what they say of one another.

Two groups that each name a work of their own are never joined by a product link; works outweigh links.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Sequence
from typing import TypeAlias

from attrs import frozen

Member: TypeAlias = tuple[int, bool]
"""The ordinal of a record, and whether the key is a link (True) or the product's own number."""


@frozen(kw_only=True)
class Doubt:
    """Something doubtful about a family.

    Args:
        kind: ``same product``, ``two works``, ``one name`` or ``too many``.
        key: The key in question, or empty.
        ordinals: The records it is about.
        count: How many records, or families, there are.
        references: The records' references.
    """

    kind: str
    key: str
    ordinals: tuple[int, ...]
    count: int = 0
    references: tuple[str, ...] = ()


class Links:
    """Groups of records, joined as keys come in.

    Args:
        count: How many records there are; their ordinals are below it.
    """

    def __init__(self, count: int) -> None:
        self._parents = array("l", range(count))
        self._has_work = bytearray(count)
        self._sizes = array("l")
        self.families = 0

    def join(self, is_work: bool, key: str, members: Sequence[Member]) -> Iterator[Doubt]:
        """Join the records that share a key; keys of works come first, and links before products' own numbers."""
        first, linked = members[0]
        own = [ordinal for ordinal, is_link in members if not is_link]
        if len(own) > 1 and key.startswith("isbn:"):
            yield Doubt(kind="same product", key=key, ordinals=(own[0], own[1]), count=len(own))
        if not linked:
            return
        for ordinal, _ in members:
            one, two = self._root(first), self._root(ordinal)
            if is_work:
                self._has_work[one] = self._has_work[two] = 1
            elif one != two and self._has_work[one] and self._has_work[two]:
                yield Doubt(kind="two works", key=key, ordinals=(first, ordinal))
                continue
            if one != two:
                low, high = min(one, two), max(one, two)
                self._parents[high] = low
                self._has_work[low] |= self._has_work[high]

    def numbered(self, ordinals: Iterable[int], limit: int) -> Iterator[tuple[int, int]]:
        """Family and ordinal of each record; families are numbered by their first records."""
        listed = array("l", ordinals)
        self._sizes = array("l", bytes(self._parents.itemsize * len(self._parents)))
        for ordinal in listed:
            self._sizes[self._root(ordinal)] += 1
        numbers = array("l", [-1]) * len(self._parents)
        for ordinal in listed:
            root = self._root(ordinal)
            if self._sizes[root] > limit:
                root = ordinal
            if numbers[root] < 0:
                numbers[root] = self.families
                self.families += 1
            yield numbers[root], ordinal

    def too_large(self, limit: int) -> Iterator[Doubt]:
        """Groups that are too large to be families."""
        for root, size in enumerate(self._sizes):
            if size > limit:
                yield Doubt(kind="too many", key="", ordinals=(root,), count=size)

    def _root(self, ordinal: int) -> int:
        parents = self._parents
        while parents[ordinal] != ordinal:
            parents[ordinal] = parents[parents[ordinal]]
            ordinal = parents[ordinal]
        return ordinal

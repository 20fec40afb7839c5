"""Keyset paging: after the largest id seen, until a page is empty.

Lists are plain arrays without a count, and neither their order nor the size of a page is documented.  So
the end is an empty page, a page that does not advance is an error, and so is one whose ids do not ascend,
unless the account is known to mix them: with an unknown order, rows could be skipped unseen.

Source: vendor GraphQL schema pages, `WorkSearchAttributes.after` and `ProductSearchAttributes.after`.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from itertools import pairwise

from attrs import evolve, frozen

from commerce_bridge.domain.exchange import JsonValue
from commerce_bridge.errors import DecodeError
from commerce_bridge.platforms.consonance.searches import ProductSearch, WorkSearch, variable_of
from commerce_bridge.platforms.consonance.settings import ConsonanceSettings

INPUT_TYPES = {"workSearch": "WorkSearchAttributes", "productSearch": "ProductSearchAttributes"}


@frozen(kw_only=True)
class ListTurn:
    """One page that is asked for.

    Args:
        works: Which works, or None.
        products: Which products, or None; its ISBNs are split into batches.
        after: Only ids above this one.
        batch: Which batch of ISBNs, from 0.
        isbn_batch: ISBNs in one batch.
    """

    works: WorkSearch | None
    products: ProductSearch | None
    after: int = 0
    batch: int = 0
    isbn_batch: int

    @property
    def is_empty(self) -> bool:
        """Whether nothing can match: a search for ISBNs that names none.

        The vendor's servers may take an empty list for no search at all, so it is never sent.
        """
        isbns = self.products.isbns if self.products else None
        return isbns is not None and not isbns

    def _batch_of_products(self) -> ProductSearch | None:
        search = self.products
        if search is None or search.isbns is None:
            return search
        first = self.batch * self.isbn_batch
        return evolve(search, isbns=search.isbns[first : first + self.isbn_batch])

    @property
    def _last_batch(self) -> bool:
        isbns = (self.products.isbns if self.products else None) or ()
        return (self.batch + 1) * self.isbn_batch >= len(isbns)

    def variables(self, paged: str) -> dict[str, JsonValue]:
        """The variables of the query.

        Args:
            paged: The search that carries ``after``: ``workSearch`` or ``productSearch``.
        """
        said = {
            "workSearch": variable_of(self.works),
            "productSearch": variable_of(self._batch_of_products()),
        }
        if self.after:
            said[paged]["after"] = self.after
        return {name: search for name, search in said.items() if search}

    def inputs(self, paged: str) -> tuple[tuple[str, str], ...]:
        """The searches that the query declares, with their input types."""
        return tuple((name, INPUT_TYPES[name]) for name in self.variables(paged))

    def next(self, ids: Sequence[int], root: str, settings: ConsonanceSettings) -> str | None:
        """The cursor of the page after one that holds these ids, or None when it was the last.

        Raises:
            DecodeError: The page does not advance, or its ids do not ascend.
        """
        if ids:
            checked(ids, self.after, root, settings)
        full = bool(ids) and (settings.page_size is None or len(ids) >= settings.page_size)
        if full:
            return _cursor(self.batch, max(ids))
        return None if self._last_batch else _cursor(self.batch + 1, 0)


def checked(ids: Sequence[int], after: int, root: str, settings: ConsonanceSettings) -> None:
    """Nothing, when a page with these ids can be paged on from.

    Raises:
        DecodeError: The page does not advance, or its ids do not ascend.
    """
    if max(ids) <= after:
        raise DecodeError(
            f"Consonance {root}: a page after id {after} goes no further than id {max(ids)}, so the list would "
            "never end.",
            path=f"$.data.{root}",
            expected=f"ids above {after}",
            got=f"ids up to {max(ids)}",
        )
    if settings.unsorted_pages == "refuse" and any(left >= right for left, right in pairwise(ids)):
        raise DecodeError(
            f"Consonance {root}: the ids of a page do not ascend, so rows could be skipped unseen.",
            path=f"$.data.{root}",
            expected="ascending ids",
            got=f"{list(ids[:5])}…",
            hint="If this account only mixes the order within a page, set unsorted_pages='accept'.",
        )


def turn_of(
    cursor: str | None,
    works: WorkSearch | None,
    products: ProductSearch | None,
    settings: ConsonanceSettings,
) -> ListTurn:
    """The page that a cursor names; the first for None.

    Raises:
        ValueError: The cursor is not one of ours.
    """
    batch, after = _read(cursor) if cursor else (0, 0)
    return ListTurn(works=works, products=products, after=after, batch=batch, isbn_batch=settings.isbn_batch)


def _cursor(batch: int, after: int) -> str:
    return json.dumps({"batch": batch, "after": after} if batch else {"after": after})


def _read(cursor: str) -> tuple[int, int]:
    try:
        said = json.loads(cursor)
        return int(said.get("batch", 0)), int(said["after"])
    except (ValueError, KeyError, TypeError, AttributeError):
        raise ValueError(f"cursor {cursor!r}: expected the `next` of a page of this list.") from None

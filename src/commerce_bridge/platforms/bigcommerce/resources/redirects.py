"""Redirects from former addresses.

Source: BigCommerce REST reference, `redirects.v3.yml`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, TypedDict, Unpack

from commerce_bridge.domain.exchange import Page
from commerce_bridge.flow.effects import Flow
from commerce_bridge.flow.operation import M, Raw, operation, paged
from commerce_bridge.platforms.bigcommerce.batching import RowAnswer, in_pieces
from commerce_bridge.platforms.bigcommerce.drafts.body import body_of
from commerce_bridge.platforms.bigcommerce.drafts.catalogue import RedirectDraft
from commerce_bridge.platforms.bigcommerce.endpoint import Endpoint, StoreResource, call
from commerce_bridge.platforms.bigcommerce.paging import list_page
from commerce_bridge.platforms.bigcommerce.query import pairs
from commerce_bridge.platforms.bigcommerce.rows import answers_of
from commerce_bridge.platforms.bigcommerce.wire.base import Many, decode
from commerce_bridge.platforms.bigcommerce.wire.catalogue import Redirect

_ALL = "/v3/storefront/redirects"
LIST = Endpoint("GET", _ALL, "redirects.list")
UPSERT = Endpoint("PUT", _ALL, "redirects.upsert")
DELETE = Endpoint("DELETE", _ALL, "redirects.delete")


class RedirectFilters(TypedDict, total=False):
    """Which redirects are listed, and in what order; `keyword` matches the beginning of a path."""

    site_id: int
    id_in: Sequence[int]
    keyword: str
    sort: Literal["from_path", "type", "site_id"]
    direction: Literal["asc", "desc"]


class Redirects(StoreResource[M]):
    """301 redirects: one for each site and path; the token needs the scope ``store_v2_content``."""

    @paged
    def list(
        self: Redirects[Raw],
        cursor: str | None,
        *,
        include: Literal["to_url"] | None = None,
        limit: int | None = None,
        **filters: Unpack[RedirectFilters],
    ) -> Flow[Page[Redirect]]:
        """Redirects, page by page; one vendor call a page.

        Args:
            cursor: Where to go on; None for the first page.
            include: The whole address they lead to, to come with them.
            limit: Rows on a page, 1-250; the maximum when not given.
            filters: See `RedirectFilters`.

        Source: BigCommerce REST reference, `redirects.v3.yml`, GET /storefront/redirects.
        """
        query = pairs(filters, RedirectFilters, include=include)
        return (yield from list_page(self.connection, LIST, Redirect, cursor, query=query, limit=limit))

    @operation
    def upsert(
        self: Redirects[Raw], drafts: Sequence[RedirectDraft]
    ) -> Flow[tuple[RowAnswer[Redirect], ...]]:
        """What became of each redirect, in order; one for the same site and path is overwritten.

        One vendor call for each 50 (`Limits.redirect_rows`; the vendor states no maximum).

        Args:
            drafts: The redirects.

        Source: BigCommerce REST reference, `redirects.v3.yml`, PUT /storefront/redirects.
        """

        def send(piece: Sequence[RedirectDraft]) -> Flow[Sequence[RowAnswer[Redirect] | None]]:
            response = yield from call(self.connection, UPSERT, body=[body_of(draft) for draft in piece])
            answer = decode(Many[Redirect], response)
            made = {(one.site_id, _bare(one.from_path or "")): one for one in answer.data}
            found = [made.get((draft.site_id, _bare(draft.from_path))) for draft in piece]
            return answers_of(found, answer.errors, response, UPSERT)

        return (yield from in_pieces(drafts, self.connection.limits.redirect_rows, send))

    @operation
    def delete(self: Redirects[Raw], id_in: Sequence[int], *, site_id: int | None = None) -> Flow[None]:
        """Delete redirects; one vendor call.

        Args:
            id_in: Their ids.
            site_id: Their site.

        Raises:
            GuardRail: No id was given; nothing was sent.

        Source: BigCommerce REST reference, `redirects.v3.yml`, DELETE /storefront/redirects.
        """
        yield from call(self.connection, DELETE, query=pairs({"id_in": id_in, "site_id": site_id}))


def _bare(path: str) -> str:
    """A path as the store may give it back: with or without its last slash."""
    return path.rstrip("/").casefold()

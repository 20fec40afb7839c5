"""Channels of a store.

Source: BigCommerce REST reference, `channels.v3.yml`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Literal, TypedDict, Unpack

from commerce_bridge.domain.absence import MISSING
from commerce_bridge.domain.exchange import Page
from commerce_bridge.flow.effects import Flow
from commerce_bridge.flow.operation import M, Raw, operation, paged
from commerce_bridge.platforms.bigcommerce.drafts.body import body_of
from commerce_bridge.platforms.bigcommerce.drafts.channel import ChannelDraft, ChannelStatus, ChannelType
from commerce_bridge.platforms.bigcommerce.endpoint import Endpoint, StoreResource, call
from commerce_bridge.platforms.bigcommerce.paging import list_page
from commerce_bridge.platforms.bigcommerce.query import pairs
from commerce_bridge.platforms.bigcommerce.wire.base import One, decode
from commerce_bridge.platforms.bigcommerce.wire.store import Channel

LIST = Endpoint("GET", "/v3/channels", "channels.list")
CREATE = Endpoint("POST", "/v3/channels", "channels.create")
GET = Endpoint("GET", "/v3/channels/{channel_id}", "channels.get")
UPDATE = Endpoint("PUT", "/v3/channels/{channel_id}", "channels.update")


class ChannelFilters(TypedDict, total=False):
    """Which channels are listed."""

    available: bool
    status_in: Sequence[ChannelStatus]
    type_in: Sequence[ChannelType]
    platform_in: Sequence[str]
    date_created: datetime
    date_created_min: datetime
    date_created_max: datetime
    date_modified: datetime
    date_modified_min: datetime
    date_modified_max: datetime


class Channels(StoreResource[M]):
    """Channels; channel 1 is the default storefront."""

    @paged
    def list(
        self: Channels[Raw],
        cursor: str | None,
        *,
        include: Literal["currencies"] | None = None,
        limit: int | None = None,
        **filters: Unpack[ChannelFilters],
    ) -> Flow[Page[Channel]]:
        """Channels, page by page; one vendor call a page.

        Args:
            cursor: Where to go on; None for the first page.
            include: Their currencies, to come with them.
            limit: Rows on a page, 1-250; the maximum when not given.
            filters: See `ChannelFilters`.

        Source: BigCommerce REST reference, `channels.v3.yml`, GET /channels.
        """
        query = pairs(filters, ChannelFilters, include=include)
        return (yield from list_page(self.connection, LIST, Channel, cursor, query=query, limit=limit))

    @operation
    def get(
        self: Channels[Raw], channel_id: int, *, include: Literal["currencies"] | None = None
    ) -> Flow[Channel]:
        """One channel; one vendor call.

        Args:
            channel_id: The store's id of it.
            include: Its currencies, to come with it.

        Raises:
            NotFound: There is none.

        Source: BigCommerce REST reference, `channels.v3.yml`, GET /channels/{channel_id}.
        """
        query = pairs({"include": include})
        return decode(One[Channel], (yield from call(self.connection, GET, (channel_id,), query=query))).data

    @operation
    def create(self: Channels[Raw], draft: ChannelDraft) -> Flow[Channel]:
        """The channel just made; one vendor call.

        Args:
            draft: With `name`, `type` and `platform`.

        Raises:
            Conflict: There is one with this name, platform and type.
            RejectedRecord: A field is not acceptable, or the plan has no seat left.

        Source: BigCommerce REST reference, `channels.v3.yml`, POST /channels.
        """
        return decode(One[Channel], (yield from call(self.connection, CREATE, body=body_of(draft)))).data

    @operation
    def update(self: Channels[Raw], channel_id: int, draft: ChannelDraft) -> Flow[Channel]:
        """The channel as it stands after the change; one vendor call.

        Args:
            channel_id: The store's id of it.
            draft: What changes; `type` and `platform` cannot.

        Raises:
            ValueError: The draft has a type or a platform.
            NotFound: There is none.

        Source: BigCommerce REST reference, `channels.v3.yml`, PUT /channels/{channel_id}.
        """
        if draft.type is not MISSING or draft.platform is not MISSING:
            raise ValueError("A channel's type and platform cannot change: create another channel.")
        response = yield from call(self.connection, UPDATE, (channel_id,), body=body_of(draft))
        return decode(One[Channel], response).data

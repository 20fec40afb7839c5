"""Channels."""

from __future__ import annotations

from .call import Call, Route
from .filters import Filter, active, as_flag, as_text, in_, kept, moment_filters
from .moments import zulu
from .paging import paged
from .wire import Answer, Row

SCOPE = "store_channel_settings"

UNAVAILABLE = ("archived", "deleted", "terminated")
"""Statuses of a channel that cannot be used."""

CHANNEL_FILTERS: dict[str, Filter] = {
    "available": Filter(read=as_flag, keeps=lambda row, value: (row["status"] not in UNAVAILABLE) is value),
    "status:in": in_("status", as_text),
    "type:in": in_("type", as_text),
    "platform:in": in_("platform", as_text),
    **moment_filters("date_created"),
    **moment_filters("date_modified"),
}


def fresh_channel(call: Call, number: int) -> Row:
    """A channel row before its body is applied."""
    return {
        "id": number,
        "external_id": "",
        "is_listable_from_ui": True,
        "is_enabled": True,
        "is_visible": True,
        "status": "connected",
        "name": "",
        "type": "",
        "platform": "",
        "icon_url": "",
        "date_created": zulu(call.now),
        "date_modified": zulu(call.now),
    }


def shown_channel(call: Call, channel: Row) -> Row:
    """What is answered of a channel."""
    return dict(channel)


def list_channels(call: Call) -> Answer:
    """`GET /channels`."""
    used = active(call, CHANNEL_FILTERS, ("include",))
    rows = [call.store.channels[number] for number in sorted(call.store.channels)]
    return paged(call, kept(rows, used), lambda row: shown_channel(call, row))


ROUTES = (Route(method="GET", path="/v3/channels", run=list_channels, scope=SCOPE),)

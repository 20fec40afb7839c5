"""Channels and their currencies."""

from __future__ import annotations

import re

from .call import Call, Route
from .check import MISSING, Rule, accepted, flag, id_in, invalid, one_of, text, text_list
from .filters import Filter, active, as_flag, as_text, in_, kept, moment_filters
from .moments import zulu
from .paging import paged
from .wire import Answer, Row, not_found, ok, refuse

SCOPE = "store_channel_settings"

STATUSES = (
    "active",
    "prelaunch",
    "inactive",
    "connected",
    "disconnected",
    "archived",
    "deleted",
    "terminated",
)
UNAVAILABLE = ("disconnected", "archived", "deleted", "terminated")
"""Statuses of a channel that cannot be used."""

_STOREFRONT_ONLY = ("active", "prelaunch", "inactive")
_NOT_STOREFRONT = ("connected", "disconnected")
_GONE = ("deleted", "terminated")
_NAME = re.compile(r"^[A-Za-z0-9_-]+$")

RULES: dict[str, Rule] = {
    "external_id": text(),
    "is_listable_from_ui": flag(),
    "is_visible": flag(),
    "status": one_of(*STATUSES),
    "name": Rule(
        fault=lambda value: (
            None
            if isinstance(value, str) and _NAME.match(value)
            else "may have Latin letters, digits, dashes and underscores"
        )
    ),
}
MADE_RULES: dict[str, Rule] = {
    **RULES,
    "type": one_of("pos", "marketplace", "storefront", "marketing"),
    "platform": text(1),
}
"""Source: BigCommerce REST reference, `channels.v3.yml`."""

CURRENCY_RULES: dict[str, Rule] = {"enabled_currencies": text_list(), "default_currency": text(3, 3)}

FILTERS: dict[str, Filter] = {
    "available": Filter(read=as_flag, keeps=lambda row, value: (row["status"] not in UNAVAILABLE) is value),
    "status:in": in_("status", as_text),
    "type:in": in_("type", as_text),
    "platform:in": in_("platform", as_text),
    **moment_filters("date_created"),
    **moment_filters("date_modified"),
}

_ONE = "/v3/channels/{channel_id}"
_CURRENCIES = "/v3/channels/currency-assignments"
_CURRENCY = f"{_ONE}/currency-assignments"


def fresh_channel(number: int, stamp: str, **fields: object) -> Row:
    """A channel row; `stamp` is when it was made."""
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
        "date_created": stamp,
        "date_modified": stamp,
        "currencies": None,
        **fields,
    }


def _channel_of(call: Call) -> Row:
    channel = call.store.channels.get(call.ids["channel_id"])
    if channel is None:
        raise not_found("The channel")
    return channel


def _currencies(call: Call, channel: Row) -> Row:
    """The channel's currencies: its own, or the store's."""
    own: Row | None = channel["currencies"]
    codes = [row["currency_code"] for _, row in sorted(call.store.currencies.items()) if row["enabled"]]
    inherited = {"enabled_currencies": codes, "default_currency": call.settings.currency}
    return {"channel_id": channel["id"], **(own or inherited)}


def _shown(call: Call, channel: Row) -> Row:
    shown = {name: value for name, value in channel.items() if name != "currencies"}
    if "currencies" in call.query.words("include"):
        shown["currencies"] = _currencies(call, channel)
    return shown


def list_channels(call: Call) -> Answer:
    """`GET /channels`."""
    used = active(call, FILTERS, ("include",), strict=True)
    rows = [call.store.channels[number] for number in sorted(call.store.channels)]
    return paged(call, kept(rows, used), lambda row: _shown(call, row))


def get_channel(call: Call) -> Answer:
    """`GET /channels/{channel_id}`."""
    return ok(_shown(call, _channel_of(call)))


def _check_channel(call: Call, after: Row, before: Row | None) -> None:
    status, storefront = after["status"], after["type"] == "storefront"
    forbidden = _NOT_STOREFRONT if storefront else _STOREFRONT_ONLY
    never = ("terminated", "deleted") if before is None else ("terminated", "prelaunch")
    changed = before is None or before["status"] != status
    if changed and (status in forbidden or status in never):
        raise invalid({"status": "is not valid here"})
    if after["id"] == 1 and status in ("deleted", "archived"):
        raise invalid({"status": "the default storefront stays"})
    same = ("name", "platform", "type")
    for other in call.store.channels.values():
        if other is not before and all(other[name] == after[name] for name in same):
            raise refuse(409, "A channel with this name, platform and type exists.", {"name": "is in use"})


def create_channel(call: Call) -> Answer:
    """`POST /channels`."""
    fields = accepted(call.one(), MADE_RULES, required=("name", "type", "platform"))
    fields.setdefault("status", "active" if fields["type"] == "storefront" else "connected")
    channel = fresh_channel(0, zulu(call.now), **fields)
    _check_channel(call, channel, None)
    channel["id"] = call.store.next_id("channel")
    channel["is_enabled"] = channel["status"] not in UNAVAILABLE
    call.store.channels[channel["id"]] = channel
    return ok(_shown(call, channel))


def update_channel(call: Call) -> Answer:
    """`PUT /channels/{channel_id}`: partial; `type` and `platform` stay."""
    channel, body = _channel_of(call), call.one()
    if channel["status"] in _GONE:
        raise refuse(422, "A deleted or terminated channel cannot be updated.")
    fixed = [name for name in ("type", "platform") if body.get(name, channel[name]) != channel[name]]
    if fixed:
        raise invalid(dict.fromkeys(fixed, "cannot be changed"))
    fields = accepted(body, RULES)
    after = {**channel, **fields, "date_modified": zulu(call.now)}
    _check_channel(call, after, channel)
    after["is_enabled"] = after["status"] not in UNAVAILABLE
    channel.update(after)
    return ok(_shown(call, channel))


def list_currencies(call: Call) -> Answer:
    """`GET /channels/currency-assignments`."""
    return ok([_currencies(call, row) for _, row in sorted(call.store.channels.items())])


def get_currencies(call: Call) -> Answer:
    """`GET /channels/{channel_id}/currency-assignments`."""
    return ok(_currencies(call, _channel_of(call)))


def _read_currencies(call: Call, body: Row, path: str = "") -> Row:
    fields = accepted(body, CURRENCY_RULES, required=CURRENCY_RULES, path=path)
    known = {row["currency_code"] for row in call.store.currencies.values()}
    enabled = fields["enabled_currencies"]
    if not set(enabled) <= known or not enabled:
        raise invalid({f"{path}enabled_currencies": "names a currency the store does not have"})
    if fields["default_currency"] not in enabled:
        raise invalid({f"{path}default_currency": "must be enabled"})
    return fields


def put_currencies(call: Call) -> Answer:
    """`POST` and `PUT /channels/{channel_id}/currency-assignments`."""
    channel = _channel_of(call)
    channel["currencies"] = _read_currencies(call, call.one())
    return ok(_currencies(call, channel))


def put_many_currencies(call: Call) -> Answer:
    """`POST` and `PUT /channels/currency-assignments`: one faulty row refuses all."""
    bodies = call.rows(call.settings.limit_max)
    read: list[tuple[Row, Row]] = []
    for at, body in enumerate(bodies):
        number = id_in(body, "channel_id", f"{at}.")
        channel = call.store.channels.get(number or 0)
        if channel is None:
            raise invalid({f"{at}.channel_id": MISSING if number is None else "does not exist"})
        read.append((channel, _read_currencies(call, body, f"{at}.")))
    for channel, fields in read:
        channel["currencies"] = fields
    return ok([_currencies(call, channel) for channel, _ in read])


def delete_currencies(call: Call) -> Answer:
    """`DELETE /channels/{channel_id}/currency-assignments`: the store's count again."""
    channel = _channel_of(call)
    channel["currencies"] = None
    return ok(channel["id"])


ROUTES = (
    Route(method="GET", path="/v3/channels", run=list_channels, scope=SCOPE),
    Route(method="POST", path="/v3/channels", run=create_channel, scope=SCOPE),
    Route(method="GET", path=_ONE, run=get_channel, scope=SCOPE),
    Route(method="PUT", path=_ONE, run=update_channel, scope=SCOPE),
    Route(method="GET", path=_CURRENCIES, run=list_currencies, scope=SCOPE),
    Route(method="POST", path=_CURRENCIES, run=put_many_currencies, scope=SCOPE),
    Route(method="PUT", path=_CURRENCIES, run=put_many_currencies, scope=SCOPE),
    Route(method="GET", path=_CURRENCY, run=get_currencies, scope=SCOPE),
    Route(method="POST", path=_CURRENCY, run=put_currencies, scope=SCOPE),
    Route(method="PUT", path=_CURRENCY, run=put_currencies, scope=SCOPE),
    Route(method="DELETE", path=_CURRENCY, run=delete_currencies, scope=SCOPE),
)

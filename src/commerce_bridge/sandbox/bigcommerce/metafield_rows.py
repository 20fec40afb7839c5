"""Metafield rows: fields, ownership by API account, uniqueness."""

from __future__ import annotations

from collections.abc import Iterable

from .call import Call
from .check import Rule, checked, invalid, one_of, text
from .filters import Filter, as_text, in_, is_, moment_filters, number_filters
from .store import METAFIELD_KEY
from .wire import Refused, Row, refuse

PER_OBJECT_MAX = 250
"""Metafields of one object for one API account."""

RULES: dict[str, Rule] = {
    "permission_set": one_of("app_only", "read", "write", "read_and_sf_access", "write_and_sf_access"),
    "namespace": text(1, 64),
    "key": text(1, 64),
    "value": text(1, 65_535),
    "description": text(0, 255),
}
REQUIRED = ("permission_set", "namespace", "key", "value")
"""Source: BigCommerce REST reference, `catalog/products_catalog.v3.yml`, metafields."""

_GUARDED = ("namespace", "key", "permission_set", "value")

BATCH_FILTERS: dict[str, Filter] = {
    "key": is_("key", as_text),
    "key:in": in_("key", as_text),
    "namespace": is_("namespace", as_text),
    "namespace:in": in_("namespace", as_text),
    **moment_filters("date_modified"),
    **moment_filters("date_created"),
}
"""Filters of the store-wide lists."""

SINGLE_FILTERS: dict[str, Filter] = {
    **BATCH_FILTERS,
    **number_filters("id"),
    "resource_id:in": in_("resource_id"),
}
"""Filters of one object's list."""


def visible(call: Call, rows: Iterable[Row], resource_type: str) -> list[Row]:
    """The metafields of a resource type that the caller may see, by id."""
    return sorted(
        (row for row in rows if row["resource_type"] == resource_type and may_see(call, row)),
        key=lambda row: row["id"],
    )


def may_see(call: Call, row: Row) -> bool:
    """Whether a metafield shows itself to the calling account: `app_only` ones belong to their maker alone."""
    return bool(row["owner_client_id"] == call.client_id or row["permission_set"] != "app_only")


def may_write(call: Call, row: Row) -> bool:
    """Whether the calling account may change or delete a metafield."""
    if row["owner_client_id"] == call.client_id or "store_metafield_write_all" in call.settings.scopes:
        return True
    open_to_all = row["permission_set"] in ("write", "write_and_sf_access")
    return open_to_all and call.settings.permission_write_open


def _clash(call: Call, row: Row, but: int) -> bool:
    number = call.store.metafield_keys.get(tuple(row[name] for name in METAFIELD_KEY))
    return number is not None and number != but


def _duplicate() -> Refused:
    return refuse(409, "The metafield is a duplicate", {"key": "is in use"})


def make(call: Call, resource_type: str, resource_id: int, body: Row) -> Row:
    """Add a metafield; whether `resource_id` exists is not looked at.

    Raises:
        Refused: 422 for faulty fields, 409 for a key in use, 403 above the platform's limit.
    """
    kept, errors = checked(body, RULES, required=REQUIRED)
    if errors:
        raise invalid(errors)
    row: Row = {
        "id": 0,
        "description": "",
        **kept,
        "resource_type": resource_type,
        "resource_id": resource_id,
        "owner_client_id": call.client_id,
        "date_created": call.stamp,
        "date_modified": call.stamp,
    }
    if _clash(call, row, 0):
        raise _duplicate()
    there = call.store.metafields_of(resource_type, resource_id)
    if sum(each["owner_client_id"] == call.client_id for each in there) >= PER_OBJECT_MAX:
        raise refuse(403, f"An object has at most {PER_OBJECT_MAX} metafields of one API account.")
    row["id"] = call.store.next_id("metafield")
    call.store.put_metafield(row)
    return row


def amend(call: Call, row: Row, body: Row) -> Row:
    """Change a metafield.

    Raises:
        Refused: 403 for another account's, 422 for faulty fields, 409 for a key in use.
    """
    kept, errors = checked(body, RULES)
    if errors:
        raise invalid(errors)
    if not may_write(call, row) and any(name in kept for name in _GUARDED):
        raise refuse(403, "The metafield belongs to another API account.")
    after = {**row, **kept, "date_modified": call.stamp}
    if _clash(call, after, row["id"]):
        raise _duplicate()
    call.store.drop_metafield(row["id"])
    call.store.put_metafield(after)
    return after

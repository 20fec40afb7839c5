"""The tables of state: what is kept where, under which key, in which version of its shape.

| table | key | what |
|---|---|---|
| ``binding`` | canonical id | the record's references on both sides |
| ``alias`` | the target's name of a record | the canonical id that is bound to it |
| ``record`` | canonical id | hashes, next change and agreed values: what skips and merges stand on |
| ``intent`` | plan, step, part | a write that is under way and may have to be looked for |
| ``lease`` | canonical id | who may create something of a record, and until when |
| ``receipt`` | plan, step, part | a row that has taken hold |
| ``ledger`` | canonical id, instant, step, part | the history of a record |
| ``work`` | canonical id, reason | a work item: what is wrong, when it was first and last met, in how many plans |
| ``outbox`` | sink, instant, notice | what a sink has not been told yet of a work item |
| ``sink`` | sink | since when a sink takes nothing |
| ``bridge`` | scope | a bridge that has had work items; these rows have no scope of their own |
| ``secret`` | ``seal`` | the key that seals personal data; it never leaves the state |
| ``erased`` | a keyed hash of a name | when and why somebody was erased |
| ``hold`` | canonical id, field, part; or ``pause`` | what a person holds as it is, why and until when |
| ``echo`` | canonical id; or ``tally`` | hashes of our last writes of each field; what was heard of them |
| ``origin`` | the source's name of a source record | what skipping all that it comes to stands on |
| ``allowed`` | plan | why somebody let a plan pass that safety would have stopped |
| ``watermark`` | ``source`` | how far the source is settled |
| ``sweep`` | ``source`` | when the source was last settled whole |
| ``layout`` | ``rows`` | the layout of the rows |
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from commerce_bridge.domain.exchange import Ref
from commerce_bridge.errors import StateUnreadable
from commerce_bridge.flow import primitives as flow
from commerce_bridge.flow.effects import Flow
from commerce_bridge.flow.state import ByKeys, ByPrefix, Key, Put, Row

VERSION = 1
"""The version of the shapes below; older rows are brought up by `UPCASTERS`."""

UPCASTERS: Mapping[int, Callable[[dict[str, Any]], dict[str, Any]]] = {}
"""Version to the function that brings a body of it to the next version."""

_decode = json.JSONDecoder().decode

_NAMESPACE = uuid.UUID("6f9a1d0e-6b0c-5a4e-9a55-3d0c0a6c7d11")


def canonical_id(ref: Ref) -> str:
    """The canonical id of a record first seen under this reference; stored, never computed again."""
    return str(uuid.uuid5(_NAMESPACE, str(ref)))


def put(scope: str, table: str, key: str, body: Mapping[str, Any]) -> Put:
    """Write a body in the current version."""
    text = json.dumps({"version": VERSION, **body}, separators=(",", ":"), ensure_ascii=False)
    return Put(at=Key(table=table, scope=scope, key=key), body=text)


def body_of(row: Row) -> dict[str, Any]:
    """The body of a row, brought up to the current version.

    Raises:
        StateUnreadable: It was written by a newer release, or is damaged.
    """
    try:
        body: dict[str, Any] = _decode(row.body)
        version = body["version"]
    except (ValueError, KeyError, TypeError) as error:
        raise StateUnreadable(f"The row {row.at.table}/{row.at.key} is damaged.") from error
    if version > VERSION:
        raise StateUnreadable(
            f"The row {row.at.table}/{row.at.key} is of version {version}; this release reads up to {VERSION}."
        )
    while version < VERSION:
        body = UPCASTERS[version](body)
        version = body["version"]
    return body


def load_rows(scope: str, table: str, keys: Iterable[str]) -> Flow[dict[str, Row]]:
    """The rows under these keys, for who must know their revisions; nothing is asked for no keys."""
    wanted = tuple(dict.fromkeys(keys))
    if not wanted:
        return {}
    rows = yield from flow.load(ByKeys(table=table, scope=scope, keys=wanted))
    return {row.at.key: row for row in rows}


def load_bodies(scope: str, table: str, keys: Iterable[str]) -> Flow[dict[str, dict[str, Any]]]:
    """The bodies under these keys."""
    rows = yield from load_rows(scope, table, keys)
    return {key: body_of(row) for key, row in rows.items()}


def scan_bodies(scope: str, table: str, prefix: str = "") -> Flow[dict[str, dict[str, Any]]]:
    """The bodies whose key starts with `prefix`, in the order of their keys."""
    found: dict[str, dict[str, Any]] = {}
    after = ""
    while True:
        rows = yield from flow.load(ByPrefix(table=table, scope=scope, prefix=prefix, after=after))
        if not rows:
            return found
        found.update((row.at.key, body_of(row)) for row in rows)
        after = rows[-1].at.key

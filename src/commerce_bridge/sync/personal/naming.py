"""Who goes by a name, where names are sealed: an e-mail address, a reference, a canonical id."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, cast

from commerce_bridge.domain.exchange import NaturalKey
from commerce_bridge.domain.sealed import Sealed
from commerce_bridge.flow import primitives as flow
from commerce_bridge.flow.effects import Flow
from commerce_bridge.flow.state import ByPrefix
from commerce_bridge.sync.job import Job
from commerce_bridge.sync.kept.tables import body_of
from commerce_bridge.sync.personal.sealing import Seal, seal_of
from commerce_bridge.sync.personal.view import is_personal


def people_of(job: Job[Any], name: str) -> Flow[tuple[str, ...]]:
    """The canonical ids of those who go, or went, by a name; none where nobody does.

    Args:
        job: The job.
        name: A canonical id, a platform's reference, a natural key such as an e-mail address, or a value of a
            personal field, as it is written there.

    Cost: no vendor call; a walk through all records and their history, unless it is a canonical id.
    """
    if not is_personal(job):
        return ()
    seal = yield from seal_of(job.scope)
    wanted = _forms(job, seal, name)
    found: dict[str, None] = {}
    for table in ("binding", "record", "intent", "ledger"):
        after = ""
        while rows := (yield from flow.load(ByPrefix(table=table, scope=job.scope, after=after))):
            for row in rows:
                if row.at.key == name:
                    return (name,)
                body = body_of(row)
                if not wanted.isdisjoint(_named_by(body)):
                    found[body.get("record") or row.at.key.partition("/")[0]] = None
            after = rows[-1].at.key
    return tuple(found)


def _named_by(body: Mapping[str, Any]) -> Iterator[str]:
    """The names and sealed values by which a row tells of somebody; its origin may be several people's."""
    did: Mapping[str, Any] = body.get("did") or {}
    yield from (one for one in (body.get("source"), body.get("target"), did.get("target")) if one)
    keys: list[list[str]] = [*did.get("keys", ()), *([body["creates"]] if body.get("creates") else [])]
    yield from (value for _, value in keys)
    yield from _digests([body.get("agreed"), did.get("changes")])


def _forms(job: Job[Any], seal: Seal, name: str) -> frozenset[str]:
    """A name as it is, and as it is when it is sealed as a key or as a personal field's value."""
    spellings = {name, name.strip(), name.strip().lower(), name.strip().casefold()} - {""}
    forms = set(spellings)
    for one in spellings:
        forms |= {seal.key_of(NaturalKey(kind, one)).value for kind in job.personal_keys}
        values = (seal.value(field, one) for field in job.ownership.rules if field.personal)
        forms |= {value.digest for value in values if isinstance(value, Sealed)}
    return frozenset(forms)


def _digests(data: Any) -> Iterator[str]:
    """The digests of all sealed values in a row's data."""
    if isinstance(data, Mapping):
        packed = cast("Mapping[str, Any]", data)
        if packed.get("$") == "sealed":
            yield packed["v"]
    elif isinstance(data, (list, tuple)):
        for one in cast("Sequence[object]", data):
            yield from _digests(one)


def record_called(job: Job[Any], name: str) -> Flow[str]:
    """The canonical id of the one who goes by a name; where nothing is personal, the name as it is.

    Raises:
        LookupError: Nobody goes by it, or several people do; the error does not repeat it.
    """
    if not is_personal(job):
        return name
    records = yield from people_of(job, name)
    if not records:
        raise nobody()
    return only_one(records)


def only_one(records: Sequence[str]) -> str:
    """The one among these.

    Raises:
        LookupError: There are several.
    """
    if len(records) > 1:
        told = ", ".join(sorted(records))
        raise LookupError(f"{len(records)} people go by this name: take one by its canonical id: {told}.")
    return records[0]


def nobody() -> LookupError:
    """That nobody goes by a name, without the name."""
    return LookupError(
        "Nobody goes by this name here. Give an e-mail address as it is written at the source, "
        "a platform's reference such as 'bigcommerce:customer:180', or a canonical id."
    )

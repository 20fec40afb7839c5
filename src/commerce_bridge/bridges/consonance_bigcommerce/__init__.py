"""Consonance to BigCommerce: promises CB1 (titles become sellable products) and CB4 (formats and families)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from attrs import evolve

from commerce_bridge.bridges.joining import joined, opened
from commerce_bridge.bridges.listing.job import Enrich, listing_job
from commerce_bridge.bridges.listing.policy import StorePolicy
from commerce_bridge.flow.events import Subscriber
from commerce_bridge.flow.operation import M
from commerce_bridge.flow.state import StateStore
from commerce_bridge.mapping import Registry
from commerce_bridge.merge import Ownership
from commerce_bridge.platforms.bigcommerce.client import BigCommerceClient
from commerce_bridge.platforms.consonance.client import ConsonanceClient
from commerce_bridge.platforms.consonance.reader import ConsonanceReader
from commerce_bridge.ports.work import Sink
from commerce_bridge.sync.bridge import Bridge
from commerce_bridge.sync.limits import Limits


def consonance_to_bigcommerce(
    consonance: ConsonanceClient[M],
    bigcommerce: BigCommerceClient[M],
    *,
    state: StateStore | str | Path | None = None,
    policy: StorePolicy | None = None,
    registry: Registry | None = None,
    ownership: Ownership | None = None,
    enrich: Sequence[Enrich] = (),
    limits: Limits | None = None,
    subscribers: tuple[Subscriber, ...] = (),
    sinks: tuple[Sink, ...] = (),
) -> Bridge[M]:
    """A bridge that makes a publisher's titles sellable products of a store, and keeps them right.

    Args:
        consonance: The publisher's account.
        bigcommerce: The store; a client of the same mode.
        state: Where the bridge remembers: a store, the path of a SQLite file, or None for this process only.
        policy: What the publisher decided about the store.
        registry: Mappers; `standard_registry(policy)` unless given.
        ownership: Which side owns each field; `standard_ownership(policy)` unless given.
        enrich: Add to each title what the source does not know (see `commerce_bridge.mapping.enrichment`), one
            after the other.
        limits: How careful it is.
        subscribers: Called with each event.
        sinks: Told of work items that open and close, at the end of each run; a sink that fails breaks no run.

    Returns:
        A bridge with `plan`, `apply`, `sync`, `explain`, `work_items` and `status`.
    """
    store, close = opened(state)
    reader = ConsonanceReader(consonance)
    job = listing_job(
        "consonance",
        consonance.account,
        reader,
        bigcommerce.raw,
        policy or StorePolicy(),
        registry=registry,
        ownership=ownership,
        enrich=enrich,
        limits=limits,
        reading=reader.fingerprint,
    )
    mode = joined(bigcommerce.mode, consonance.mode, state=store, subscribers=subscribers, sinks=sinks)
    return Bridge(mode, evolve(job, sinks=sinks), close)

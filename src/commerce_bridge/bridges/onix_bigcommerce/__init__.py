"""ONIX to BigCommerce: the same promises as from Consonance, CB1 and CB4, with a file as the source."""

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
from commerce_bridge.platforms.onix.reader import OnixReader
from commerce_bridge.ports.work import Sink
from commerce_bridge.sync.bridge import Bridge
from commerce_bridge.sync.limits import Limits


def onix_to_bigcommerce(
    onix: OnixReader,
    bigcommerce: BigCommerceClient[M],
    *,
    sender: str = "file",
    state: StateStore | str | Path | None = None,
    policy: StorePolicy | None = None,
    registry: Registry | None = None,
    ownership: Ownership | None = None,
    enrich: Sequence[Enrich] = (),
    limits: Limits | None = None,
    subscribers: tuple[Subscriber, ...] = (),
    sinks: tuple[Sink, ...] = (),
    complete: bool = False,
) -> Bridge[M]:
    """A bridge that makes the titles of an ONIX file sellable products of a store.

    Args:
        onix: The reader of a file.
        bigcommerce: The store.
        sender: Names the feed, so that several feeds into one store keep apart what they remember.
        state: Where the bridge remembers: a store, the path of a SQLite file, or None for this process only.
        policy: What the publisher decided about the store.
        registry: Mappers; `standard_registry(policy)` unless given.
        ownership: Which side owns each field; `standard_ownership(policy, "onix")` unless given.
        enrich: Add to each title what the source does not know (see `commerce_bridge.mapping.enrichment`), one
            after the other.
        limits: How careful it is.
        subscribers: Called with each event.
        sinks: Told of work items that open and close, at the end of each run; a sink that fails breaks no run.
        complete: Whether the file holds everything that the sender sells, so that what it lacks is gone and is
            taken off view.  Most files are deliveries of changes, which say nothing of what they do not hold.

    Returns:
        A bridge with `plan`, `apply`, `sync`, `explain`, `work_items` and `status`.
    """
    store, close = opened(state)
    job = listing_job(
        "onix",
        f"onix:{sender}",
        onix,
        bigcommerce.raw,
        policy or StorePolicy(),
        registry=registry,
        ownership=ownership,
        enrich=enrich,
        limits=limits,
        whole=complete,
    )
    mode = joined(bigcommerce.mode, state=store, subscribers=subscribers, sinks=sinks)
    return Bridge(mode, evolve(job, sinks=sinks), close)

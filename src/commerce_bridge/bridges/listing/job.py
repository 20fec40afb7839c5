"""The job of a listing bridge: any reader of titles, one store."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Any

from attrs import evolve

from commerce_bridge.bridges.listing.context import listing_context
from commerce_bridge.bridges.listing.pages import PageMaker
from commerce_bridge.bridges.listing.policy import StorePolicy
from commerce_bridge.bridges.listing.standard import (
    AFTER_CREATE,
    UNIQUE,
    kind_of,
    page_mapper,
    page_ownership,
    variant_mapper,
)
from commerce_bridge.domain.title import Listing, Title
from commerce_bridge.flow.effects import Flow
from commerce_bridge.flow.operation import Raw
from commerce_bridge.mapping import Context, Mapped, Mapper, Registry
from commerce_bridge.merge import Ownership
from commerce_bridge.platforms.bigcommerce.client import BigCommerceClient
from commerce_bridge.platforms.bigcommerce.keys import keys_of
from commerce_bridge.platforms.bigcommerce.mapping import as_read_back
from commerce_bridge.platforms.bigcommerce.memory import StoreMemory
from commerce_bridge.platforms.bigcommerce.reader import BigCommerceReader
from commerce_bridge.platforms.bigcommerce.units import Units
from commerce_bridge.platforms.bigcommerce.writer import BigCommerceWriter
from commerce_bridge.ports.reader import Reader
from commerce_bridge.sync.job import Draft, Job, Limits

TARGET = "bigcommerce"

UNITS = "units"
"""The fact of a context that holds the store's units."""


def standard_registry(policy: StorePolicy) -> Registry:
    """The mappers a listing bridge uses unless it is given others: extend it, and pass it in."""
    return Registry().add(TARGET, Listing, page_mapper(policy))


def listing_job(
    source: str,
    source_account: str,
    reader: Reader[Title],
    store: BigCommerceClient[Raw],
    policy: StorePolicy,
    *,
    registry: Registry | None = None,
    ownership: Ownership | None = None,
    limits: Limits | None = None,
) -> Job[Title]:
    """A job that lists titles of any source in a BigCommerce store.

    Args:
        source: The name of the side that knows the titles.
        source_account: Its account, for the scope of the state.
        reader: Reads titles.
        store: The store, in raw mode.
        policy: What the publisher decided about the store.
        registry: Mappers; `standard_registry(policy)` unless given.
        ownership: Which side owns each field; the standard table unless given.
        limits: How careful it is.
    """
    pair = f"{source} -> {TARGET}"
    mapper = (registry or standard_registry(policy)).get(TARGET, Listing)
    owners = ownership or page_ownership(pair, source, TARGET, policy)
    variant = variant_mapper(policy)
    maker = PageMaker(policy=policy, page=mapper, variant=variant)
    memory = StoreMemory(store)

    def context(now: datetime) -> Flow[Context]:
        facts = yield from memory.facts(anew=True)
        made = listing_context(
            policy,
            now,
            currency=facts.currency,
            country=facts.country,
            time_zone=facts.time_zone,
            channel=facts.channel,
            tax_basis=facts.tax_basis,
        )
        return evolve(made, facts={**made.facts, UNITS: (yield from memory.units())})

    def drafts(title: Title, context: Context) -> tuple[Draft, ...]:
        return tuple(kept_exactly(draft, context.facts[UNITS]) for draft in maker.drafts(title, context))

    return Job(
        pair=pair,
        scope=f"{pair}|{source_account}|{store.connection.account}",
        source=source,
        target=TARGET,
        reader=reader,
        target_reader=BigCommerceReader(store, memory=memory),
        writer=BigCommerceWriter(store, memory=memory),
        context=context,
        drafts=drafts,
        refs=maker.refs,
        formats=_formats,
        ownership=owners,
        natural_keys=keys_of,
        kind_of=kind_of,
        after_create=AFTER_CREATE,
        unique=UNIQUE,
        fingerprint=_fingerprint(policy, owners, mapper, variant),
        limits=limits or Limits(),
    )


def kept_exactly(draft: Draft, units: Units) -> Draft:
    """A draft whose values are those the store can keep: the nearest length in its units, so many decimals."""

    def kept(mapped: Mapped, *, part: bool) -> Mapped:
        values = {name: as_read_back(name, value, units, part=part) for name, value in mapped.values.items()}
        return evolve(mapped, values=values)

    return evolve(
        draft,
        mapped=kept(draft.mapped, part=False),
        parts={key: kept(mapped, part=True) for key, mapped in draft.parts.items()},
        asleep={key: kept(mapped, part=True) for key, mapped in draft.asleep.items()},
    )


def _formats(title: Title) -> int:
    return len(title.formats)


def _fingerprint(policy: StorePolicy, owners: Ownership, *mappers: Mapper) -> str | None:
    """The rules as one text; None when a rule has no name, so records are decided anew each time."""
    prints: list[Any] = [policy.fingerprint, owners.fingerprint, *(mapper.fingerprint for mapper in mappers)]
    if None in prints:
        return None
    return hashlib.sha256("|".join(prints).encode()).hexdigest()[:16]

"""The job of a listing bridge: any reader of titles, one store."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, TypeAlias

from attrs import evolve, frozen

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
    withdrawn,
)
from commerce_bridge.domain.title import Format, Listing, Title
from commerce_bridge.errors import MappingError
from commerce_bridge.flow.effects import Flow
from commerce_bridge.flow.operation import Raw
from commerce_bridge.mapping import Context, Enrichment, Mapped, Mapper, Registry
from commerce_bridge.merge import Ownership
from commerce_bridge.platforms.bigcommerce.client import BigCommerceClient
from commerce_bridge.platforms.bigcommerce.keys import keys_of
from commerce_bridge.platforms.bigcommerce.mapping import as_read_back
from commerce_bridge.platforms.bigcommerce.memory import StoreMemory
from commerce_bridge.platforms.bigcommerce.reader import BigCommerceReader
from commerce_bridge.platforms.bigcommerce.units import Units
from commerce_bridge.platforms.bigcommerce.writer import BigCommerceWriter
from commerce_bridge.ports.enriched import Enriched
from commerce_bridge.ports.reader import Reader
from commerce_bridge.sync.job import Draft, Job
from commerce_bridge.sync.limits import Limits

TARGET = "bigcommerce"

UNITS = "units"
"""The fact of a context that holds the store's units."""

Enrich: TypeAlias = Callable[[Title], Title]
"""Adds to a title what its source does not know; an `Enrichment`, or a plain function, under which every record
is decided anew each time."""


def standard_registry(policy: StorePolicy) -> Registry:
    """The mappers a listing bridge uses unless it is given others: extend it, and pass it in.

    There is one for ``("bigcommerce", Listing)``, a product page, and one for ``("bigcommerce", Format)``, a
    variant, which only the layout with variants uses; its rules are given a listing of that one format.
    """
    return Registry().add(TARGET, Listing, page_mapper(policy)).add(TARGET, Format, variant_mapper(policy))


def standard_ownership(policy: StorePolicy, source: str = "consonance") -> Ownership:
    """The ownership table a listing bridge uses unless it is given another: change it, and pass it in.

    Args:
        policy: Says whether names and addresses follow.
        source: The side that knows the titles: ``consonance`` or ``onix``.
    """
    return page_ownership(f"{source} -> {TARGET}", source, TARGET, policy)


def listing_job(
    source: str,
    source_account: str,
    reader: Reader[Title],
    store: BigCommerceClient[Raw],
    policy: StorePolicy,
    *,
    registry: Registry | None = None,
    ownership: Ownership | None = None,
    enrich: Sequence[Enrich] = (),
    limits: Limits | None = None,
    reading: str = "",
    whole: bool = True,
) -> Job[Title]:
    """A job that lists titles of any source in a BigCommerce store.

    Args:
        source: The name of the side that knows the titles.
        source_account: Its account, for the scope of the state.
        reader: Reads titles.
        store: The store, in raw mode.
        policy: What the publisher decided about the store.
        registry: Mappers; `standard_registry(policy)` unless given.
        ownership: Which side owns each field; `standard_ownership(policy)` unless given.
        enrich: Add to each title what the source does not know, one after the other.
        limits: How careful it is.
        reading: Text that changes when the reader reads otherwise: then everything is read and decided anew.
        whole: Whether a read from the beginning shows all that the source has, so that the rest is gone.

    Raises:
        MappingError: The ownership table names a side that is none of this pair's.
    """
    pair = f"{source} -> {TARGET}"
    known = registry or standard_registry(policy)
    mapper = known.get(TARGET, Listing)
    variant = known.mappers.get((TARGET, Format)) or variant_mapper(policy)
    owners = _checked(pair, source, ownership or standard_ownership(policy, source))
    for one in enrich:
        reader = Enriched(reader, one)
    memory = StoreMemory(store)
    listings = _Listings(policy, PageMaker(policy=policy, page=mapper, variant=variant), memory)
    return Job(
        pair=pair,
        scope=f"{pair}|{source_account}|{store.connection.account}",
        source=source,
        target=TARGET,
        reader=reader,
        target_reader=BigCommerceReader(store, memory=memory),
        writer=BigCommerceWriter(store, memory=memory),
        context=listings.context,
        drafts=listings.drafts,
        refs=listings.maker.refs,
        formats=_formats,
        ownership=owners,
        natural_keys=keys_of,
        kind_of=kind_of,
        after_create=AFTER_CREATE,
        unique=UNIQUE,
        fingerprint=_fingerprint(policy, owners, enrich, reading, mapper, variant),
        limits=limits or Limits(),
        withdrawn=withdrawn,
        budget=store.connection.budget,
        whole=whole,
    )


def _checked(pair: str, source: str, owners: Ownership) -> Ownership:
    """An ownership table that names no side but this pair's."""
    strangers = owners.lint(owners.rules, (source, TARGET))
    if strangers:
        raise MappingError(
            f"The ownership table of {pair}: {'; '.join(strangers)}.",
            hint=f"The sides of this pair are {source!r} and {TARGET!r}.",
        )
    return owners


@frozen
class _Listings:
    """Titles as the store can list them.

    Args:
        policy: What the publisher decided about the store.
        maker: Makes the pages.
        memory: What is known of the store.
    """

    policy: StorePolicy
    maker: PageMaker
    memory: StoreMemory

    def context(self, now: datetime) -> Flow[Context]:
        """What mappers may look at; reads the store's facts anew."""
        facts = yield from self.memory.facts(anew=True)
        made = listing_context(
            self.policy,
            now,
            currency=facts.currency,
            country=facts.country,
            time_zone=facts.time_zone,
            channel=facts.channel,
            tax_basis=facts.tax_basis,
        )
        return evolve(made, facts={**made.facts, UNITS: (yield from self.memory.units())})

    def drafts(self, title: Title, context: Context) -> tuple[Draft, ...]:
        """The pages of a title, with values that the store can keep."""
        made = self.maker.drafts(title, context)
        return tuple(kept_exactly(draft, context.facts[UNITS]) for draft in made)


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


def _fingerprint(
    policy: StorePolicy, owners: Ownership, enrich: Sequence[Enrich], reading: str, *mappers: Mapper
) -> str | None:
    """The rules as one text; None when a rule has no name, so records are decided anew each time."""
    prints: list[Any] = [policy.fingerprint, owners.fingerprint, reading]
    prints.extend(mapper.fingerprint for mapper in mappers)
    prints.extend(one.fingerprint if isinstance(one, Enrichment) else None for one in enrich)
    if None in prints:
        return None
    return hashlib.sha256("|".join(prints).encode()).hexdigest()[:16]

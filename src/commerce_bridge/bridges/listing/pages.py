"""From one title to the pages that sell it: the split by layout, readiness, and the mapping.  Pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from attrs import evolve, frozen

from commerce_bridge.bridges.listing.forms import form_name, fulfilment
from commerce_bridge.bridges.listing.policy import Layout, StorePolicy
from commerce_bridge.bridges.listing.rules import stage_of
from commerce_bridge.domain import listing as on
from commerce_bridge.domain.exchange import NaturalKey, Ref
from commerce_bridge.domain.fields import AnyField
from commerce_bridge.domain.rights import RightsKind
from commerce_bridge.domain.title import Format, Listing, Title
from commerce_bridge.mapping import Context, Mapped, Mapper, Problem
from commerce_bridge.publishing.availability import Stage, availability, on_sale_at
from commerce_bridge.publishing.choice import embargo_edges
from commerce_bridge.publishing.prices import price_edges
from commerce_bridge.publishing.readiness import Moment
from commerce_bridge.sync.job import Draft

DORMANT = frozenset({Stage.HIDDEN, Stage.WITHDRAWN})
"""Stages in which a page is not made, and one that exists is hidden."""

_OPENNESS = (Stage.LIVE, Stage.PREORDER, Stage.COMING_SOON, Stage.CLOSED, Stage.HIDDEN, Stage.WITHDRAWN)


@frozen(kw_only=True)
class PageMaker:
    """Makes the drafts of a title's pages.

    Args:
        policy: What the publisher decided about the store.
        page: Computes the fields of a page.
        variant: Computes the fields of a variant, for the layout with variants.
    """

    policy: StorePolicy
    page: Mapper
    variant: Mapper

    def drafts(self, title: Title, context: Context) -> tuple[Draft, ...]:
        """The pages of one title, all of its family at once."""
        if not title.formats:
            return ()
        if self.policy.layout is Layout.VARIANTS:
            return (self._family(title, context),)
        listings = [listing_of(title, one) for one in title.formats]
        asleep = {str(one.ref) for one in listings if self._asleep(one, context)}
        awake = {ref: record for ref, record in context.kin.items() if ref not in asleep}
        inside = evolve(context, kin=awake)
        first, *others = (self._draft(one, inside, asleep=str(one.ref) in asleep) for one in listings)
        return (evolve(first, remarks=self._remarks(title)), *others)

    def refs(self, title: Title) -> tuple[Ref, ...]:
        """The source's names of the pages that a title may come to."""
        if self.policy.layout is Layout.VARIANTS:
            return (title.ref,) if title.formats else ()
        return tuple(one.ref for one in title.formats)

    def _draft(self, listing: Listing, context: Context, *, asleep: bool) -> Draft:
        mapped = self.page(listing, context)
        faults = (*self._lacks(listing, context), *mapped.problems)
        halted = _blocking(faults)
        return Draft(
            ref=listing.ref,
            origin=listing.title.ref,
            label=label_of(listing),
            mapped=closing(mapped) if halted else evolve(mapped, problems=()),
            keys=keys_of(listing),
            problems=() if asleep else _noted(faults),
            dormant=asleep or halted,
            next_change=next_change(listing, context, rights_unknown=self.policy.rights_unknown),
        )

    def _family(self, title: Title, context: Context) -> Draft:
        """The one page of a title whose formats are variants."""
        ready: dict[str, Format] = {}
        variants: dict[str, Mapped] = {}
        faults: list[Problem] = []
        formats = self._most_open_first(title.formats, context)
        for format_ in formats:
            single, key = listing_of(title, format_), format_.isbn or format_.key
            if key in variants:
                faults.append(Problem(code="duplicate", message=f"Two of its formats have the number {key}."))
                continue
            variants[key] = self.variant(single, context)
            if self._asleep(single, context):
                continue
            own = (*self._lacks(single, context), *variants[key].problems)
            faults.extend(_of_variant(one, single, alone=len(formats) == 1) for one in own)
            if not _blocking(own):
                ready[key] = format_
        sold = listing_of(title, *(ready.values() or formats))
        page = self.page(sold, context)
        refusal = refuses_variants(ready.values(), context, rights_unknown=self.policy.rights_unknown)
        if refusal is not None:
            faults.append(Problem(code="layout", message=refusal, blocking=True))
        faults.extend(page.problems if ready else ())
        halted = not ready or _blocking(faults)
        made = {} if halted else {key: evolve(variants[key], problems=()) for key in ready}
        return Draft(
            ref=title.ref,
            origin=title.ref,
            label=label_of(sold),
            mapped=closing(page) if halted else evolve(page, problems=()),
            parts=made,
            asleep={key: closing(mapped) for key, mapped in variants.items() if key not in made},
            keys=tuple(dict.fromkeys((*keys_of(sold), *keys_of(listing_of(title, *formats))))),
            problems=_noted(faults),
            remarks=self._remarks(title),
            dormant=halted,
            next_change=next_change(
                listing_of(title, *formats), context, rights_unknown=self.policy.rights_unknown
            ),
        )

    def _remarks(self, title: Title) -> tuple[str, ...]:
        """Subject codes of the title that have no place in the category map."""
        unplaced = self.policy.categories.unplaced([title])
        return tuple(f"no place in the category map: {code}" for code in unplaced)

    def _most_open_first(self, formats: Iterable[Format], context: Context) -> list[Format]:
        """The formats of a page, the one whose stage the page takes first."""
        unknown = self.policy.rights_unknown
        return sorted(
            formats,
            key=lambda one: _OPENNESS.index(
                availability(one, context.market, context.now, rights_unknown=unknown).stage
            ),
        )

    def _lacks(self, listing: Listing, context: Context) -> tuple[Problem, ...]:
        moment = Moment(now=context.now, market=context.market, rights_unknown=self.policy.rights_unknown)
        return tuple(
            Problem(code=lack.code, message=lack.message, blocking=True)
            for lack in self.policy.readiness.lacks(listing, moment)
        )

    def _asleep(self, listing: Listing, context: Context) -> bool:
        """Whether nothing is wrong with a page that is not shown.

        One that is not shown only because nobody says where it may be sold is not asleep: a person can say it.
        """
        if stage_of(listing, context, self.policy).stage not in DORMANT:
            return False
        if _states_rights(listing.format):
            return True
        granted = availability(listing.format, context.market, context.now, rights_unknown=True)
        return granted.stage in DORMANT


def listing_of(title: Title, *formats: Format) -> Listing:
    """The page that sells some formats of a title.

    What other packages put into the title's `extra` is in the page's; of a page with one format, what they
    put into the format's is too, and wins.
    """
    extra = dict(title.extra)
    if len(formats) == 1:
        extra.update(formats[0].extra)
    return Listing(title=title, formats=formats, extra=extra)


def closing(mapped: Mapped) -> Mapped:
    """What of a page's (or a variant's) values takes it off sale or holds it back, and nothing that opens it.

    A page that must not go to the store as it is (no cover, no price, …) stays there as it was; but what
    may no longer be sold is taken off sale all the same.
    """
    held: dict[AnyField, Any] = {}
    selling = mapped.values.get(on.SELLING, on.Selling.LIVE)
    if mapped.values.get(on.VISIBLE) is False:
        held[on.VISIBLE] = False
    if selling is not on.Selling.LIVE:
        held.update((name, mapped.values[name]) for name in (on.SELLING, on.RELEASE) if name in mapped.values)
    if mapped.values.get(on.OUTLETS) == frozenset():
        held[on.OUTLETS] = frozenset[Any]()
    return Mapped(values=held, rules={name: mapped.rules[name] for name in held if name in mapped.rules})


def refuses_variants(
    formats: Iterable[Format], context: Context, *, rights_unknown: bool = False
) -> str | None:
    """Why these formats cannot be variants of one product, or None.

    Kind of fulfilment and preorder are a product's, not a variant's; that one of them cannot be bought is a
    variant's own.

    Args:
        formats: Those that are ready.
        context: When and where.
        rights_unknown: Whether a format that states no rights may be sold.

    Source: BigCommerce REST reference, `catalog/products_catalog.v3.yml` and
    `catalog/product-variants_catalog.v3.yml`: `type`, `availability` and `preorder_release_date` are
    members of a product only, `purchasing_disabled` is a variant's.
    """
    formats = tuple(formats)
    if len({fulfilment(one) for one in formats}) > 1:
        return "Printed and digital formats cannot be variants of one product: use a product for each format."
    staged = [
        (availability(one, context.market, context.now, rights_unknown=rights_unknown).stage, one)
        for one in formats
    ]
    dates = {on_sale_at(one, context.market) for stage, one in staged if stage is Stage.PREORDER}
    if dates and any(stage is Stage.LIVE for stage, _ in staged):
        return (
            "Some of its formats are on sale, and others can be ordered ahead; a product has one state for all "
            "its variants: use a product for each format."
        )
    if len(dates) > 1:
        return "Its formats go on sale on different days; a product has one release date: use a product for each format."
    return None


def next_change(listing: Listing, context: Context, *, rights_unknown: bool = False) -> datetime | None:
    """The next instant at which a page comes out differently though nothing changed.

    Args:
        listing: The page, with all formats that may come to stand on it.
        context: When and where.
        rights_unknown: Whether a format that states no rights may be sold.
    """
    zone = context.market.time_zone
    instants = [edge for edge in embargo_edges(listing, zone) if edge > context.now]
    for one in listing.formats:
        granted = rights_unknown or not _states_rights(one)  # its lacks are told while it could be shown
        stage = availability(one, context.market, context.now, rights_unknown=granted)
        if stage.next_change is not None:
            instants.append(stage.next_change)
        instants.extend(edge for edge in price_edges(one, context.market) if edge > context.now)
    return min(instants, default=None)


def _states_rights(format_: Format) -> bool:
    return any(window.kind is RightsKind.FOR_SALE for window in format_.rights)


def keys_of(listing: Listing) -> tuple[NaturalKey, ...]:
    """The natural keys by which a page can be found in a store."""
    return tuple(NaturalKey("sku", one.isbn) for one in listing.formats if one.isbn)


def label_of(listing: Listing) -> str:
    """How people name a page: its ISBN, its title, its form."""
    title = listing.title.name.strip() or "(no title)"
    if len(listing.formats) != 1:
        return f"{title}, {len(listing.formats)} formats"
    one = listing.format
    number = one.isbn or f"no ISBN ({one.key})"
    return f"{number}  {one.name or title}, {(form_name(one) or 'no form').lower()}"


def _blocking(problems: Iterable[Problem]) -> bool:
    return any(problem.blocking for problem in problems)


def _noted(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Problems as work items of a page that is not made, or changed only as far as it must be."""
    return tuple(evolve(one, blocking=False) for one in problems)


def _of_variant(problem: Problem, listing: Listing, *, alone: bool) -> Problem:
    """A problem of one format: it stays off the page if it must, and the page goes on without it."""
    if alone:
        return evolve(problem, blocking=False)
    code = f"{problem.code}/{listing.format.key}"
    return evolve(problem, code=code, message=f"{label_of(listing)}: {problem.message}", blocking=False)

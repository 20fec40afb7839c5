"""From one title to the pages that sell it: the split by layout, readiness, and the mapping.  Pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from attrs import evolve, frozen

from commerce_bridge.bridges.listing.forms import form_name, fulfilment
from commerce_bridge.bridges.listing.policy import Layout, StorePolicy
from commerce_bridge.bridges.listing.rules import stage_of
from commerce_bridge.domain.exchange import NaturalKey, Ref
from commerce_bridge.domain.title import Format, Listing, Title
from commerce_bridge.mapping import Context, Mapped, Mapper, Problem
from commerce_bridge.publishing.availability import Stage, availability, on_sale_at
from commerce_bridge.publishing.choice import embargo_edges
from commerce_bridge.publishing.prices import price_edges
from commerce_bridge.publishing.readiness import Moment
from commerce_bridge.sync.job import Draft

DORMANT = frozenset({Stage.HIDDEN, Stage.WITHDRAWN})
"""Stages in which a page is not made, and one that exists is hidden."""


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
        listings = [Listing(title=title, formats=(one,)) for one in title.formats]
        lacks = {str(one.ref): self._lacks(one, context) for one in listings}
        asleep = {str(one.ref): self._asleep(one, context) for one in listings}
        coming = {
            ref: record
            for ref, record in context.kin.items()
            if ref in lacks and not _blocking(lacks[ref]) and not asleep[ref]
        }
        inside = evolve(context, kin=coming)
        first, *others = (
            self._draft(one, inside, lacks[str(one.ref)], dormant=asleep[str(one.ref)]) for one in listings
        )
        return (evolve(first, remarks=self._remarks(title)), *others)

    def refs(self, title: Title) -> tuple[Ref, ...]:
        """The source's names of the pages that a title may come to."""
        if self.policy.layout is Layout.VARIANTS:
            return (title.ref,) if title.formats else ()
        return tuple(one.ref for one in title.formats)

    def _draft(
        self, listing: Listing, context: Context, problems: tuple[Problem, ...], *, dormant: bool
    ) -> Draft:
        blocked = _blocking(problems)
        return Draft(
            ref=listing.ref,
            origin=listing.title.ref,
            label=label_of(listing),
            mapped=Mapped(values={}) if blocked else self.page(listing, context),
            keys=keys_of(listing),
            problems=() if dormant else problems,
            dormant=dormant,
            next_change=next_change(listing, context),
        )

    def _family(self, title: Title, context: Context) -> Draft:
        """The one page of a title whose formats are variants."""
        whole = Listing(title=title, formats=title.formats)
        singles = [Listing(title=title, formats=(one,)) for one in title.formats]
        problems: list[Problem] = []
        ready: list[Format] = []
        for single in singles:
            lacks = self._lacks(single, context)
            if self._asleep(single, context):
                continue
            problems.extend(_of_variant(lack, single, alone=len(singles) == 1) for lack in lacks)
            if not _blocking(lacks):
                ready.append(single.format)
        refusal = refuses_variants(ready, context)
        listing = evolve(whole, formats=tuple(ready) or title.formats)
        dormant = not ready and not problems
        if refusal is not None:
            problems.append(Problem(code="layout", message=refusal, blocking=True))
        elif not ready and problems:
            problems.append(
                Problem(code="no-variant", message="None of its formats is ready.", blocking=True)
            )
        blocked = _blocking(tuple(problems))
        parts = {} if blocked else {one.isbn or one.key: self._variant(title, one, context) for one in ready}
        return Draft(
            ref=title.ref,
            origin=title.ref,
            label=label_of(listing),
            mapped=Mapped(values={}) if blocked or dormant else self.page(listing, context),
            parts=parts,
            keys=keys_of(listing),
            problems=tuple(problems),
            dormant=dormant,
            remarks=self._remarks(title),
            next_change=next_change(whole, context),
        )

    def _remarks(self, title: Title) -> tuple[str, ...]:
        """Subject codes of the title that have no place in the category map."""
        unplaced = self.policy.categories.unplaced([title])
        return tuple(f"no place in the category map: {code}" for code in unplaced)

    def _variant(self, title: Title, format_: Format, context: Context) -> Mapped:
        return self.variant(Listing(title=title, formats=(format_,)), context)

    def _lacks(self, listing: Listing, context: Context) -> tuple[Problem, ...]:
        moment = Moment(now=context.now, market=context.market)
        return tuple(
            Problem(code=lack.code, message=lack.message, blocking=True)
            for lack in self.policy.readiness.lacks(listing, moment)
        )

    def _asleep(self, listing: Listing, context: Context) -> bool:
        return stage_of(listing, context, self.policy).stage in DORMANT


def refuses_variants(formats: Iterable[Format], context: Context) -> str | None:
    """Why these formats cannot be variants of one product, or None.

    Visibility, kind of fulfilment and preorder are a product's, not a variant's.

    Source: BigCommerce REST reference, `catalog/products_catalog.v3.yml` and
    `catalog/product-variants_catalog.v3.yml`: `type`, `availability` and `preorder_release_date` are
    members of a product only.
    """
    formats = tuple(formats)
    kinds = {fulfilment(one) for one in formats}
    if len(kinds) > 1:
        return "Printed and digital formats cannot be variants of one product: use a product for each format."
    stages = {availability(one, context.market, context.now).stage for one in formats}
    if len(stages) > 1:
        words = ", ".join(sorted(stage.value for stage in stages))
        return f"Its formats are {words}; a product has one state for all its variants: use a product for each format."
    dates = {on_sale_at(one, context.market) for one in formats}
    if Stage.PREORDER in stages and len(dates) > 1:
        return "Its formats go on sale on different days; a product has one release date: use a product for each format."
    return None


def next_change(listing: Listing, context: Context) -> datetime | None:
    """The next instant at which a page comes out differently though nothing changed."""
    zone = context.market.time_zone
    instants = [edge for edge in embargo_edges(listing, zone) if edge > context.now]
    for one in listing.formats:
        stage = availability(one, context.market, context.now)
        if stage.next_change is not None:
            instants.append(stage.next_change)
        instants.extend(edge for edge in price_edges(one, context.market) if edge > context.now)
    return min(instants, default=None)


def keys_of(listing: Listing) -> tuple[NaturalKey, ...]:
    """The natural keys by which a page can be found in a store."""
    return tuple(NaturalKey("sku", one.isbn) for one in listing.formats if one.isbn)


def label_of(listing: Listing) -> str:
    """How people name a page: its ISBN, its title, its form."""
    title = listing.title.name or "(no title)"
    if len(listing.formats) != 1:
        return f"{title}, {len(listing.formats)} formats"
    one = listing.format
    number = one.isbn or f"no ISBN ({one.key})"
    return f"{number}  {one.name or title}, {(form_name(one) or 'no form').lower()}"


def _blocking(problems: Iterable[Problem]) -> bool:
    return any(problem.blocking for problem in problems)


def _of_variant(problem: Problem, listing: Listing, *, alone: bool) -> Problem:
    """A lack of one format: it stays off the page, and the page goes on without it."""
    if alone:
        return problem
    code = f"{problem.code}/{listing.format.key}"
    return evolve(problem, code=code, message=f"{label_of(listing)}: {problem.message}", blocking=False)

"""Enrichments add to what a source says, noticed like rules; a reader that enriches stops for nobody."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from attrs import evolve

from commerce_bridge.bridges.listing.job import listing_job, standard_ownership, standard_registry
from commerce_bridge.bridges.listing.policy import Layout, StorePolicy
from commerce_bridge.domain import listing as on
from commerce_bridge.domain.exchange import Observed, Page, Ref
from commerce_bridge.domain.fields import Field
from commerce_bridge.domain.title import Format, Listing, Title
from commerce_bridge.errors import MappingError
from commerce_bridge.flow import primitives as flow
from commerce_bridge.flow.effects import Flow
from commerce_bridge.mapping import enrichment, named, override
from commerce_bridge.platforms.bigcommerce.client import BigCommerce
from commerce_bridge.ports.enriched import Enriched
from commerce_bridge.testing.play import play
from rigs.titles import NOW, isbn, make_context, make_format, make_title

AGE = Field[str]("listing", "acme_reading_age")


class Shelf:
    """A reader of two titles."""

    def _seen(self, number: int) -> Observed[Title]:
        title = make_title(make_format(number), name=f"Title {number}")
        return Observed(
            value=title, ref=Ref("src", "work", str(number)), version="v", seen_at=NOW, problems=("old",)
        )

    def changes(self, cursor: str | None) -> Flow[Page[Observed[Title]]]:
        yield from flow.now()
        return Page(items=(self._seen(1), self._seen(2)), next="more", resume="end")

    def fetch(self, refs: Sequence[Ref]) -> Flow[tuple[Observed[Title], ...]]:
        yield from flow.now()
        return tuple(self._seen(int(ref.id)) for ref in refs)


def louder(title: Title) -> Title:
    return evolve(title, name=title.name.upper())


def test_pages_and_single_records_are_enriched_and_all_else_stays():
    reader = Enriched(Shelf(), louder)
    page = play(reader.changes(None), []).result
    assert [one.value.name for one in page.items] == ["TITLE 1", "TITLE 2"]
    assert (page.next, page.resume) == ("more", "end")
    (one,) = play(reader.fetch([Ref("src", "work", "2")]), []).result
    assert one.value.name == "TITLE 2"
    assert (one.version, one.problems) == ("v", ("old",))


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (MappingError("No such age.", hint="Add it."), "It cannot be enriched: No such age. Add it."),
        (KeyError("978"), "It cannot be enriched: KeyError: '978'"),
        (ValueError("seven"), "It cannot be enriched: ValueError: seven"),
    ],
)
def test_a_record_that_cannot_be_enriched_goes_on_as_it_was_with_a_problem(error: Exception, said: str):
    def picky(title: Title) -> Title:
        if title.name == "Title 1":
            raise error
        return louder(title)

    page = play(Enriched(Shelf(), picky).changes(None), []).result
    assert [one.value.name for one in page.items] == ["Title 1", "TITLE 2"]
    assert page.items[0].problems == ("old", said)
    assert page.items[1].problems == ("old",)


def test_a_fault_of_the_program_is_raised():
    def broken(title: Title) -> Title:
        raise TypeError("fault")

    with pytest.raises(TypeError, match="fault"):
        play(Enriched(Shelf(), broken).changes(None), [])


def test_an_enrichment_is_noticed_like_a_rule():
    prints = [
        enrichment("a", louder).fingerprint,
        enrichment("b", louder).fingerprint,
        enrichment("a", louder, version=2).fingerprint,
        enrichment("a", louder, table={"x": 1}).fingerprint,
        enrichment("a", louder, table={"x": 2}).fingerprint,
    ]
    assert len(set(prints)) == len(prints)
    assert enrichment("a", louder, table={"x": 1, "y": 2}) == enrichment("a", louder, table={"y": 2, "x": 1})
    assert enrichment("a", louder)(make_title(name="x")).name == "X"


def job(**changes: Any) -> Any:
    store = BigCommerce(store_hash="demo", access_token="t").raw
    policy = changes.pop("policy", StorePolicy())
    return listing_job("src", "account", Shelf(), store, policy, **changes)


def test_the_jobs_fingerprint_follows_its_enrichments_and_a_plain_function_leaves_it_without():
    bare = job().fingerprint
    ages = job(enrich=[enrichment("ages", louder, table={1: 2})]).fingerprint
    assert ages is not None
    assert len({bare, ages, job(enrich=[enrichment("ages", louder, table={1: 3})]).fingerprint}) == 3
    assert job(enrich=[louder]).fingerprint is None
    assert job(enrich=[]).fingerprint == bare


def test_enrichments_come_one_after_the_other_and_one_that_fails_loses_only_itself():
    def marked(title: Title) -> Title:
        return evolve(title, name=f"{title.name}!")

    def failing(title: Title) -> Title:
        raise MappingError("No.", hint="")

    reader = job(enrich=[louder, failing, marked]).reader
    page = play(reader.changes(None), []).result
    assert [one.value.name for one in page.items] == ["TITLE 1!", "TITLE 2!"]


def test_rules_of_variants_are_in_the_registry_beside_those_of_pages():
    policy = StorePolicy(layout=Layout.VARIANTS)
    cheap = override(on.WEIGHT_G, named("own weight", lambda listing, context: listing.format.extra[AGE]))
    registry = standard_registry(policy).extend("bigcommerce", Format, cheap)
    made = job(policy=policy, registry=registry)
    assert made.fingerprint not in {None, job(policy=policy).fingerprint}
    assert on.OPTION in registry.get("bigcommerce", Format).fields
    assert on.OPTION not in registry.get("bigcommerce", Listing).fields
    title = make_title(make_format(1, "BB", extra={AGE: 5}), make_format(2, extra={AGE: 6}))
    from commerce_bridge.bridges.listing.pages import PageMaker

    maker = PageMaker(
        policy=policy, page=registry.get("bigcommerce", Listing), variant=registry.get("bigcommerce", Format)
    )
    (draft,) = maker.drafts(title, make_context())
    assert {sku: part.values[on.WEIGHT_G] for sku, part in draft.parts.items()} == {isbn(1): 5, isbn(2): 6}


def test_the_standard_table_can_be_had_before_there_is_a_bridge():
    policy = StorePolicy(rename=True)
    assert standard_ownership(policy).fingerprint == job_ownership(policy).fingerprint
    assert standard_ownership(policy, "onix").rule(on.NAME).owner == "onix"
    assert standard_ownership(policy).lint(on.LISTING_FIELDS, ("consonance", "bigcommerce")) == ()


def job_ownership(policy: StorePolicy) -> Any:
    store = BigCommerce(store_hash="demo", access_token="t").raw
    return listing_job("consonance", "account", Shelf(), store, policy).ownership

"""A package outside our tree adds a field, and it takes part in everything: plan, ownership, explanation, apply."""

from __future__ import annotations

import importlib
import sys
import tomllib
from collections.abc import Iterator
from importlib import metadata
from importlib.metadata import EntryPoint, EntryPoints
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from attrs import evolve

from commerce_bridge import (
    BigCommerce,
    Consonance,
    Listing,
    Plan,
    Registry,
    StorePolicy,
    consonance_to_bigcommerce,
    standard_registry,
)
from commerce_bridge.bridges.listing.job import standard_ownership
from commerce_bridge.domain.fields import Field
from commerce_bridge.domain.record import Fact
from commerce_bridge.sandbox.catalogue import simple_title
from commerce_bridge.sandbox.consonance import ConsonanceSandbox
from commerce_bridge.stores import MemoryState
from commerce_bridge.sync.bridge import Bridge
from commerce_bridge.testing.sandboxes import Sandboxes
from rigs.pair import WEIGHTS

HOME = Path(__file__).parents[2] / "examples" / "reading_age"
GROUP = "commerce_bridge.mappers"
BEAR, ROAD = (
    simple_title("The Bear", forms=("BB",), number=1, bisac="JUV000000"),
    simple_title("The Black Road", forms=("BC",), number=2),
)
BEARS, ROADS = (book.formats[0].isbn for book in (BEAR, ROAD))


@pytest.fixture
def package(monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    """The package, as if it were installed: importable, and found by its entry points."""
    monkeypatch.syspath_prepend(str(HOME / "src"))
    with (HOME / "pyproject.toml").open("rb") as file:
        named = tomllib.load(file)["project"]["entry-points"][GROUP]
    points = EntryPoints([EntryPoint(name=name, value=value, group=GROUP) for name, value in named.items()])
    monkeypatch.setattr(
        metadata, "entry_points", lambda **wanted: points.select(**wanted) if wanted else points
    )
    yield importlib.import_module("acme_reading_age")
    for name in [name for name in sys.modules if name.startswith("acme_reading_age")]:
        del sys.modules[name]


class Stage:
    """A publisher with a children's book and another, an empty store, and the package between them."""

    def __init__(self, package: ModuleType) -> None:
        self.package = package
        house = ConsonanceSandbox(seed="empty")
        self.sandboxes = Sandboxes(house)
        for book in (BEAR, ROAD):
            house.load(book, at=self.sandboxes.clock.now())
        self.publisher, self.store = self.sandboxes.open(Consonance), self.sandboxes.open(BigCommerce)
        self.state = MemoryState()

    def bridge(self, ages: dict[str, str]) -> Bridge[Any]:
        """The bridge a new process would make, with this table of reading ages."""
        usual = StorePolicy(weights_g=WEIGHTS)
        policy = evolve(usual, readiness=usual.readiness.plus([self.package.CHILDREN_HAVE_ONE]))
        return consonance_to_bigcommerce(
            self.publisher,
            self.store,
            state=self.state,
            policy=policy,
            registry=Registry.from_entry_points(GROUP, standard_registry(policy)),
            ownership=self.package.owned(standard_ownership(policy), "consonance"),
            enrich=[self.package.reading_ages(ages)],
        )

    def facts(self, sku: str) -> set[tuple[str, str]]:
        """The custom fields that the store shows with a product."""
        for product in self.store.products.list(include=("custom_fields",)):
            if product.sku == sku:
                return {(one.name or "", one.value or "") for one in product.custom_fields or ()}
        raise AssertionError(f"no product {sku}")


@pytest.fixture
def stage(package: ModuleType) -> Stage:
    return Stage(package)


AGES = {BEARS: "7 and up"}


def test_its_field_takes_part_in_plan_ownership_apply_and_explanation(stage: Stage):
    bridge = stage.bridge(AGES)
    text = str(bridge.plan())
    assert "reading age" in text
    assert "  reading age       consonance   elements" in str(bridge.ownership).splitlines()
    assert bridge.ownership.lint([*bridge.ownership.rules], ("consonance", "bigcommerce")) == ()
    bridge.sync()
    assert ("Reading age", "7 and up") in stage.facts(BEARS)
    assert "Reading age" not in dict(stage.facts(ROADS))
    (why,) = bridge.explain(BEARS, stage.package.ACME_READING_AGE)
    assert str(why).startswith(
        "reading age is Reading age: 7 and up: owned by consonance, rule elements; computed by custom field; written 2026-11-02"
    )
    assert why.decision.value == Fact("Reading age", "7 and up")
    assert bridge.plan().is_empty


def test_its_readiness_check_holds_back_what_lacks_it_and_lets_it_go_when_it_is_there(stage: Stage):
    stage.bridge({}).sync()
    (item,) = stage.bridge({}).work_items()
    assert item.reason == "acme-no-reading-age"
    assert "add it to the table of reading ages" in item.detail
    with pytest.raises(AssertionError):
        stage.facts(BEARS)
    receipt = stage.bridge(AGES).sync()
    assert receipt.closed == 1
    assert ("Reading age", "7 and up") in stage.facts(BEARS)


def test_a_table_that_changes_is_noticed_though_no_title_did(stage: Stage):
    stage.bridge({**AGES, ROADS: "12 and up"}).sync()
    assert ("Reading age", "12 and up") in stage.facts(ROADS)
    plan = stage.bridge({**AGES, ROADS: "14 and up"}).plan()
    (change,) = [change for step in plan.steps() for change in step.changes]
    assert (change.field, change.before, change.after) == (
        stage.package.ACME_READING_AGE,
        Fact("Reading age", "12 and up"),
        Fact("Reading age", "14 and up"),
    )
    stage.bridge(AGES).sync()
    assert "Reading age" not in dict(stage.facts(ROADS)), "what is no longer in the table goes"
    assert stage.bridge(AGES).plan().is_empty


def test_the_same_table_in_a_new_process_decides_nothing_anew(stage: Stage):
    stage.bridge(AGES).sync()
    plan = stage.bridge(dict(reversed(AGES.items()))).plan()
    assert plan.footer.skipped == plan.footer.records


def test_what_a_merchandiser_put_beside_it_survives(stage: Stage):
    stage.bridge(AGES).sync()
    product = next(one for one in stage.store.products.list() if one.sku == BEARS)
    stage.store.custom_fields.create(product.id, name="Signed", value="yes")
    stage.bridge({BEARS: "8 and up"}).sync()
    assert {("Signed", "yes"), ("Reading age", "8 and up")} <= stage.facts(BEARS)
    assert ("Reading age", "7 and up") not in stage.facts(BEARS)


def test_a_saved_plan_calls_it_by_its_name(stage: Stage, tmp_path: Path):
    plan = stage.bridge(AGES).plan()
    plan.save(str(tmp_path / "plan.jsonl"))
    loaded = Plan.load(str(tmp_path / "plan.jsonl"))
    assert str(loaded) == str(plan)
    assert stage.bridge(AGES).apply(loaded).total == plan.footer.total
    assert stage.bridge(AGES).plan().is_empty


def test_it_adds_to_the_registry_it_is_given_and_leaves_that_one_alone(package: ModuleType):
    base = standard_registry(StorePolicy())
    more = package.extend(base)
    assert package.ACME_READING_AGE in more.get("bigcommerce", Listing).fields
    assert package.ACME_READING_AGE not in base.get("bigcommerce", Listing).fields
    assert Field[str]("listing", "acme_reading_age") == package.ACME_READING_AGE
    assert more.get("bigcommerce", Listing).fingerprint is not None


def test_installing_it_alone_changes_nothing(stage: Stage):
    policy = StorePolicy(weights_g=WEIGHTS)
    bridge = consonance_to_bigcommerce(stage.publisher, stage.store, policy=policy)
    assert "reading age" not in str(bridge.plan())

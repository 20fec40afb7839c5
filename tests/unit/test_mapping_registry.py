"""The registry: mappers by platform and entity, a value that is passed in."""

from __future__ import annotations

from importlib import metadata
from importlib.metadata import EntryPoint, EntryPoints

import pytest

from commerce_bridge.domain.fields import Field
from commerce_bridge.domain.title import Listing, Title
from commerce_bridge.errors import MappingError
from commerce_bridge.mapping import Registry, field, named, override

FIELDS = [Field[int]("listing", name) for name in ("one", "two", "three", "four")]
ONE = field(FIELDS[0], named("one", lambda entity, context: 1))
TWO = field(FIELDS[1], named("two", lambda entity, context: 2))


def test_it_is_asked_by_platform_and_entity():
    known = Registry().add("shop", Listing, ONE).add("shop", Title, TWO)
    assert known.get("shop", Listing) is ONE
    assert known.get("shop", Title) is TWO
    with pytest.raises(
        MappingError, match="No mapper for Listing on web; known: Listing on shop, Title on shop"
    ):
        known.get("web", Listing)
    with pytest.raises(MappingError, match="known: none"):
        Registry().get("web", Listing)


def test_two_mappers_for_one_key_are_an_error_that_names_both():
    many = field(FIELDS[0], named("a", lambda entity, context: 1))
    for name in FIELDS[1:]:
        many = many | field(name, named("b", lambda entity, context: 1))
    with pytest.raises(MappingError, match=r"one of 1 fields \(listing.one\) and one of 4 \(") as told:
        Registry().add("shop", Listing, ONE).add("shop", Listing, many)
    assert "listing.three, …" in str(told.value)
    assert "extend" in told.value.hint


def test_extend_joins_and_replace_puts_another_in_its_place():
    base = Registry().add("shop", Listing, ONE)
    more = base.extend("shop", Listing, TWO | override(FIELDS[0], named("x", lambda entity, context: 9)))
    assert more.get("shop", Listing).fields == (FIELDS[0], FIELDS[1])
    assert base.get("shop", Listing) is ONE, "a registry is a value"
    assert base.replace("shop", Listing, TWO).get("shop", Listing) is TWO
    with pytest.raises(MappingError, match="No mapper"):
        base.extend("web", Listing, TWO)


def test_installed_packages_extend_it_in_the_order_of_their_names(monkeypatch: pytest.MonkeyPatch):
    asked: list[str] = []

    def found(*, group: str) -> EntryPoints:
        asked.append(group)
        return EntryPoints(
            [
                EntryPoint(name="b", value=f"{__name__}:extend_second", group=group),
                EntryPoint(name="a", value=f"{__name__}:extend_first", group=group),
            ]
        )

    monkeypatch.setattr(metadata, "entry_points", found)
    base = Registry().add("shop", Listing, ONE)
    got = Registry.from_entry_points("commerce_bridge.mappers", base)
    assert asked == ["commerce_bridge.mappers"]
    assert got.get("shop", Listing).fields == tuple(FIELDS[:3])
    assert base.get("shop", Listing) is ONE


def extend_first(known: Registry) -> Registry:
    return known.extend("shop", Listing, TWO)


def extend_second(known: Registry) -> Registry:
    assert FIELDS[1] in known.get("shop", Listing).fields, "the first has run"
    return known.extend("shop", Listing, field(FIELDS[2], named("three", lambda entity, context: 3)))


def test_without_packages_and_without_a_base_it_is_empty(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(metadata, "entry_points", lambda *, group: EntryPoints([]))
    assert Registry.from_entry_points("commerce_bridge.mappers") == Registry()

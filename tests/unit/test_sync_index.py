"""The target as one read showed it: names, keys, and values that must be unique."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from attrs import evolve

from commerce_bridge.domain.absence import MISSING
from commerce_bridge.domain.exchange import Glimpse, NaturalKey, Observed, Page, Ref
from commerce_bridge.domain.record import Candidates, Fact, Kin, Record
from commerce_bridge.flow import primitives as flow
from commerce_bridge.sync.planning import spool
from commerce_bridge.sync.planning.index import TargetIndex, read_target
from commerce_bridge.testing.play import play
from rigs.tiny_shop import COLOUR, NAME, Tiny, TinySource

NOW = datetime(2026, 11, 2, tzinfo=UTC)


def ref(number: int) -> Ref:
    return Ref("shop", "thing", str(number))


def seen(number: int, name: str = "Ash", *elements: Any, keys: str = "") -> Observed[Record]:
    record = Record(values={NAME: name, COLOUR: keys}, elements=dict.fromkeys(elements), ref=ref(number))
    return Observed(value=record, ref=ref(number), version="v", seen_at=NOW)


def keys_of(record: Record) -> tuple[NaturalKey, ...]:
    return tuple(key(text) for text in str(record.get(COLOUR)).split())


def index_of(*items: Any, unique: tuple[Any, ...] = (), bound: dict[str, str] | None = None) -> TargetIndex:
    index = TargetIndex(keys_of, unique)
    index.add(items)
    index.hold(bound or {})
    return index


def key(text: str) -> NaturalKey:
    return NaturalKey("sku", text)


def test_records_are_found_by_name_and_by_any_of_their_keys():
    index = index_of(seen(1, keys="a b"), seen(2, keys="b"))
    assert len(index) == 2
    assert index.get(ref(1)).ref == ref(1)
    assert index.get(ref(3)) is None
    assert index.get(None) is None
    assert [one.ref for one in index.named([key("a"), key("b")])] == [ref(1), ref(2)]
    assert index.named([key("c")]) == ()


def test_a_bound_record_is_known_by_its_canonical_id():
    index = index_of(seen(1), bound={str(ref(1)): "A"})
    assert index.owner(ref(1)) == "A"
    assert index.owner(ref(2)) is None


def test_family_goes_by_canonical_id_where_that_is_known():
    fact = Fact("a", "b")
    index = index_of(seen(1, "Ash", Kin(str(ref(2))), Kin(str(ref(3))), fact), bound={str(ref(2)): "B"})
    shown = index.get(ref(1)).value
    assert set(shown.elements) == {Kin("B"), Kin(str(ref(3))), fact}


def test_a_key_is_the_first_records_of_a_run():
    index = index_of()
    assert index.claim([key("a"), key("b")], "A") is None
    assert index.claim([key("a")], "A") is None, "the same record may ask again"
    assert index.claim([key("c"), key("b")], "B") == (key("b"), "A")
    assert index.claim([key("c")], "B") is None


def test_unique_values_are_taken_whatever_their_letters():
    index = index_of(seen(1, "Straße"), seen(2, "Elm"), unique=(NAME,))
    names = Candidates(("STRASSE", "elm", "Oak"))
    assert index.settle(NAME, names, {"C"}, MISSING) == "Oak"
    assert index.settle(NAME, names, {"A", str(ref(1))}, MISSING) == "STRASSE", "its own"
    assert index.settle(NAME, names, {"B", str(ref(2))}, MISSING) == "elm", "its own, not bound yet"
    index.take(NAME, "oak", "D")
    assert index.settle(NAME, names, {"C"}, MISSING) is MISSING
    assert index.settle(NAME, names, {"C"}, "elm") == "elm", "what stands is kept"
    assert index.settle(NAME, names, {"C"}, "Beech") is MISSING


def test_asking_takes_nothing_and_other_fields_are_nobodys():
    index = index_of(seen(1), unique=(NAME,))
    names = Candidates(("Oak",))
    assert index.settle(NAME, names, {"A"}, MISSING) == "Oak"
    assert index.settle(NAME, names, {"B"}, MISSING) == "Oak"
    assert index.settle(COLOUR, Candidates(("red",)), {"B"}, MISSING) == "red"
    index.take(COLOUR, "red", "A")
    assert index.settle(COLOUR, Candidates(("red",)), {"B"}, MISSING) == "red"
    assert index.settle(NAME, "plain", {"B"}, MISSING) == "plain"
    index.take(NAME, MISSING, "A")


class Pages:
    """A reader of three pages."""

    def changes(self, cursor: str | None):
        yield from flow.now()
        number = int(cursor or 1)
        return Page(items=(seen(number),), next=str(number + 1) if number < 3 else None)


def test_the_whole_target_is_read_page_by_page():
    job = evolve(
        Tiny(TinySource()).job, target_reader=Pages(), natural_keys=lambda record: (key(record.ref.id),)
    )
    index = TargetIndex(job.natural_keys)
    play(read_target(job, index), [])
    assert len(index) == 3
    assert [one.ref for one in index.named([key("3")])] == [ref(3)]


def glimpse(number: int, name: str = "Ash", keys: str = "") -> Glimpse[Record]:
    return Glimpse(str(ref(number)), f"v{number}", f"{number}|{name}|{keys}".encode(), reading)


def reading(body: bytes) -> Observed[Record]:
    READ.append(body)
    number, name, keys = body.decode().split("|")
    return seen(int(number), name, keys=keys)


READ: list[bytes] = []


def test_what_is_only_glimpsed_is_read_when_somebody_asks_for_it():
    READ.clear()
    index = index_of(glimpse(1), glimpse(2, "Elm", "b"), unique=(NAME,))
    assert index.versions([str(ref(1)), str(ref(3))]) == {str(ref(1)): "v1"}
    assert READ == []
    assert index.get(ref(2)).value.get(NAME) == "Elm"
    assert len(READ) == 1
    assert [one.ref for one in index.named([key("b")])] == [ref(2)], "any record may carry the key"
    assert index.settle(NAME, Candidates(("elm", "Oak")), {"A"}, MISSING) == "Oak"


def test_more_records_than_stay_in_memory_come_back_from_the_file(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(spool, "KEPT", 2)
    items = [seen(number, f"Tree {number}", Fact("a", str(number)), keys=f"k{number}") for number in range(9)]
    index = index_of(*items)
    assert [index.get(one.ref) for one in items] == items
    assert [one.ref for one in index.named([key("k7")])] == [ref(7)]


def test_what_the_source_showed_is_kept_once():
    index = index_of()
    index.see(["a", "b"], {"a": {}})
    index.see(["b", "a"], {"a": {}})
    assert index.seen(["b", "c", "a"]) == {"a", "b"}
    assert index.count_seen() == 1, "of those that were known before"

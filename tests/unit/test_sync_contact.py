"""First contact, field by field: what stands stays, what is missing is filled in."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from commerce_bridge.domain.absence import CLEARED, MISSING
from commerce_bridge.domain.record import Fact
from commerce_bridge.merge import Case, Decision, elements_of, owned_by
from commerce_bridge.sync.planning.contact import RULE, Contact
from rigs.tiny_shop import NAME, PRICE, TAGS


def tags(*words: str) -> frozenset[Fact]:
    return frozenset(Fact("tag", word) for word in words)


def case(name: Any, wanted: Any, shown: Any) -> Case:
    return Case(field=name, base=MISSING, sides={"src": wanted, "shop": shown}, source="src", target="shop")


def met(name: Any, wanted: Any, shown: Any, contact: Contact | None = None, part: str = "") -> Decision:
    one = case(name, wanted, shown)
    decision = (elements_of("src") if name == TAGS else owned_by("src"))(one)
    assert decision is not None
    return (contact or Contact.of(True, {})).kept(one, decision, part)


@pytest.mark.parametrize("shown", [MISSING, CLEARED])
def test_what_is_missing_is_filled_in(shown: Any):
    assert met(NAME, "Ash", shown).value == "Ash"


def test_what_stands_there_and_differs_stays_and_is_told():
    contact = Contact.of(True, {})
    kept = met(PRICE, Decimal("1.00"), Decimal("0.50"), contact)
    assert (kept.value, kept.owner, kept.rule, kept.loser) == (Decimal("0.50"), "shop", RULE, "src")
    assert kept.reason == "it was there before; it stays until src says something new"
    met(NAME, "Ash", "Old Ash", contact, part="b")
    (problem,) = contact.problems("src", "shop")
    assert problem.code == "first-contact"
    assert problem.message == (
        "It stood on shop before; kept as it is there: price (0.50 there, 1.00 wanted), name (Old Ash there, Ash "
        "wanted). Let src have its way with plan(only=[...], overwrite=True), or leave it."
    )
    assert set(contact.adopted) == {("", PRICE), ("b", NAME)}


def test_what_is_the_same_is_nothing_to_tell():
    contact = Contact.of(True, {})
    assert met(NAME, "Ash", "Ash", contact).owner == "src"
    assert list(contact.problems("src", "shop")) == []
    assert contact.adopted == {}


def test_elements_are_added_to_those_that_stand_there():
    assert met(TAGS, tags("ours", "more"), tags("ours")).value == tags("ours", "more")
    assert met(TAGS, tags("ours"), MISSING).rule == "elements"


def test_elements_that_would_go_stay():
    one = case(TAGS, tags("new"), tags("old"))
    going = Decision(field=TAGS, value=tags("new"), owner="src", rule="owner", candidates=one.sides)
    kept = Contact.of(True, {}).kept(one, going, "")
    assert (kept.value, kept.rule) == (tags("old"), RULE)
    growing = Decision(field=TAGS, value=tags("new", "old"), owner="src", rule="owner", candidates=one.sides)
    assert Contact.of(True, {}).kept(one, growing, "") is growing


def test_later_it_stays_while_the_source_says_the_same_and_goes_when_it_says_something_new():
    first = Contact.of(True, {})
    met(PRICE, Decimal("1.00"), Decimal("0.50"), first)
    again = Contact.of(False, first.adopted)
    assert met(PRICE, Decimal("1.00"), Decimal("0.50"), again).rule == RULE
    assert again.adopted == first.adopted
    later = Contact.of(False, first.adopted)
    assert met(PRICE, Decimal("2.00"), Decimal("0.50"), later).value == Decimal("2.00")
    assert later.adopted == {}
    assert met(PRICE, Decimal("1.00"), Decimal("0.50"), Contact.of(False, {})).value == Decimal("1.00")
    assert met(
        PRICE, Decimal("1.00"), Decimal("0.50"), Contact.of(False, first.adopted), "b"
    ).value == Decimal("1.00")

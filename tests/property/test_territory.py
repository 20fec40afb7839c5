"""Territories form a Boolean algebra, and membership is its homomorphism."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from commerce_bridge.domain.territory import NOWHERE, WORLD, Territory

COUNTRIES = ("CA", "GB", "US", "FR")
REGIONS = ("CA-QC", "CA-ON", "GB-SCT", "GB-NIR", "US-PR", "FR-971")
PLACES = (*COUNTRIES, *REGIONS, "ZZ", "ZZ-01", "CA-XX")

territories = st.builds(
    Territory,
    st.sets(st.sampled_from(COUNTRIES)),
    st.booleans(),
    without=st.sets(st.sampled_from(REGIONS)),
    regions=st.sets(st.sampled_from(REGIONS)),
)
places = st.sampled_from(PLACES)


@given(territories, territories, places)
def test_membership_follows_the_operations(a: Territory, b: Territory, place: str) -> None:
    assert (place in (a | b)) == (place in a or place in b)
    assert (place in (a & b)) == (place in a and place in b)
    assert (place in (a - b)) == (place in a and place not in b)
    assert (place in ~a) == (place not in a)


@given(territories, territories)
def test_what_holds_the_same_places_is_equal_and_only_that(a: Territory, b: Territory) -> None:
    same = all((place in a) == (place in b) for place in PLACES)
    assert (a == b) == same
    if a == b:
        assert hash(a) == hash(b)
        assert str(a) == str(b)


@given(territories, territories, territories)
def test_union_and_intersection_commute_associate_and_distribute(
    a: Territory, b: Territory, c: Territory
) -> None:
    assert a | b == b | a
    assert a & b == b & a
    assert (a | b) | c == a | (b | c)
    assert (a & b) & c == a & (b & c)
    assert a & (b | c) == (a & b) | (a & c)
    assert a | (b & c) == (a | b) & (a | c)


@given(territories, territories)
def test_identity_absorption_and_idempotence(a: Territory, b: Territory) -> None:
    assert a | NOWHERE == a == a & WORLD
    assert a | WORLD == WORLD
    assert a & NOWHERE == NOWHERE
    assert a | a == a == a & a
    assert a | (a & b) == a == a & (a | b)


@given(territories, territories)
def test_complement_difference_and_de_morgan(a: Territory, b: Territory) -> None:
    assert ~~a == a
    assert a | ~a == WORLD
    assert a & ~a == NOWHERE
    assert ~(a | b) == ~a & ~b
    assert ~(a & b) == ~a | ~b
    assert a - b == a & ~b
    assert (a - b) | (a & b) == a


@given(territories)
def test_empty_and_world_are_told(a: Territory) -> None:
    assert a.is_empty == (a == NOWHERE)
    assert a.is_world == (a == WORLD)

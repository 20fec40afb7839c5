"""Territories: what people write, and what is in."""

from __future__ import annotations

import pytest

from commerce_bridge.domain.territory import NOWHERE, WORLD, Territory, territory


def test_a_set_of_countries() -> None:
    home = territory("GB", "IE")
    assert "GB" in home
    assert "GB-SCT" in home
    assert "US" not in home
    assert "US-CA" not in home


def test_the_world_and_nowhere() -> None:
    assert "AQ" in WORLD
    assert "GB-SCT" in WORLD
    assert "AQ" not in NOWHERE
    assert WORLD.is_world
    assert not WORLD.is_empty
    assert NOWHERE.is_empty
    assert not NOWHERE.is_world
    assert ~WORLD == NOWHERE == territory()


def test_the_rest_of_the_world_is_what_the_others_leave() -> None:
    sold, not_sold = territory("GB", "IE"), territory("US")
    rest = WORLD - sold - not_sold
    assert ("GB" in rest, "US" in rest, "FR" in rest) == (False, False, True)
    assert sold | not_sold | rest == WORLD


def test_a_region_left_out_keeps_its_country() -> None:
    canada = Territory({"CA"}, without={"CA-QC"})
    assert ("CA" in canada, "CA-ON" in canada, "CA-QC" in canada) == (True, True, False)
    assert canada | Territory(regions={"CA-QC"}) == territory("CA")
    assert territory("CA") - canada == Territory(regions={"CA-QC"})
    assert canada != territory("CA")
    assert not canada.is_empty
    assert not (WORLD - Territory(regions={"CA-QC"})).is_world


def test_a_region_without_its_country() -> None:
    scotland = Territory(regions={"GB-SCT"})
    assert ("GB" in scotland, "GB-SCT" in scotland, "GB-ENG" in scotland) == (False, True, False)
    assert not scotland.is_empty
    assert (scotland & territory("GB")) == scotland
    assert (scotland - territory("GB")).is_empty


def test_each_set_has_one_way_of_being_said() -> None:
    assert Territory({"GB"}, regions={"GB-SCT"}) == territory("GB")
    assert Territory(without={"GB-SCT"}) == NOWHERE
    assert Territory(frozenset(), True, regions={"GB-SCT"}) == WORLD
    assert Territory({"CA"}, without={"CA-QC"}, regions={"CA-QC"}) == territory("CA")
    assert hash(Territory({"GB"}, regions={"GB-SCT"})) == hash(territory("GB"))
    assert Territory(["GB", "GB"]) == territory("GB")


@pytest.mark.parametrize(
    ("where", "text"),
    [
        (WORLD, "WORLD"),
        (NOWHERE, "nowhere"),
        (territory("IE", "GB"), "GB IE"),
        (WORLD - territory("US", "CA"), "WORLD but CA US"),
        (Territory({"CA"}, without={"CA-QC"}), "CA (without CA-QC)"),
        (territory("IE") | Territory(regions={"GB-SCT"}), "IE and GB-SCT"),
        (Territory(regions={"GB-SCT", "CA-QC"}), "CA-QC GB-SCT"),
        (WORLD - Territory(regions={"CA-QC"}), "WORLD (without CA-QC)"),
        (WORLD - territory("GB") | Territory(regions={"GB-SCT"}), "WORLD but GB and GB-SCT"),
    ],
)
def test_it_is_written_as_people_say_it(where: Territory, text: str) -> None:
    assert str(where) == text

"""Values as text that is the same in every process."""

from __future__ import annotations

import os
import subprocess
import sys
from decimal import Decimal

import pytest

from commerce_bridge.bridges.listing.policy import Layout, StorePolicy
from commerce_bridge.domain.market import Market
from commerce_bridge.domain.record import Picture
from commerce_bridge.domain.territory import territory
from commerce_bridge.mapping.fingerprint import stable


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ({"b", "a"}, "{'a', 'b'}"),
        (frozenset({3, 1, 2}), "{1, 2, 3}"),
        ({"b": {2, 1}, "a": None}, "{'a': None, 'b': {1, 2}}"),
        (("a", ["b"]), "('a', ('b'))"),
        (Layout.FORMAT, "Layout.FORMAT"),
        (Decimal("12.50"), "12.5"),
        (stable, "commerce_bridge.mapping.fingerprint.stable"),
        (True, "True"),
    ],
)
def test_it_writes_out_what_repr_leaves_to_chance(value: object, text: str):
    assert stable(value) == text


def test_what_is_no_part_of_a_value_is_left_out():
    assert stable(Picture("d", url="a")) == stable(Picture("d", url="b"))
    assert stable(Picture("d", text="a")) != stable(Picture("d", text="b"))


PROGRAM = """
from decimal import Decimal
from commerce_bridge.bridges.listing.policy import StorePolicy
from commerce_bridge.bridges.listing.standard import page_mapper, page_ownership
from commerce_bridge.domain.market import Market
from commerce_bridge.domain.territory import territory
from commerce_bridge.mapping import named
market = Market(name="Isles", territory=territory("GB", "IE", "JE", "GG", "IM"), currency="GBP")
policy = StorePolicy(market=market, weights_g={"BB": Decimal(500), "BC": Decimal(300)})
own = named("own", lambda entity, context: 1, regions={"north", "south", "east", "west"})
print(policy.fingerprint, page_mapper(policy).fingerprint, own.fingerprint,
      page_ownership("pair", "src", "shop", policy).fingerprint)
"""


def test_rules_have_the_same_fingerprint_in_every_process():
    told = {
        subprocess.run(
            [sys.executable, "-c", PROGRAM],
            env={**os.environ, "PYTHONHASHSEED": str(seed)},
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        for seed in range(4)
    }
    assert len(told) == 1, "else each run would decide every record anew, and a saved plan would be refused"


def test_the_policys_fingerprint_follows_each_decision():
    isles = Market(name="Isles", territory=territory("GB", "IE"), currency="GBP")
    policies = [
        StorePolicy(),
        StorePolicy(market=isles),
        StorePolicy(layout=Layout.VARIANTS),
        StorePolicy(weights_g={"BB": Decimal(1)}),
        StorePolicy(weights_g={"BB": Decimal(2)}),
        StorePolicy(rename=True),
        StorePolicy(rights_unknown=True),
        StorePolicy(track_stock=True),
        StorePolicy(images=5),
        StorePolicy(readiness=StorePolicy().readiness.without("no-cover")),
    ]
    assert len({one.fingerprint for one in policies}) == len(policies)

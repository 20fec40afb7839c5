"""One tale in which everything happens once: all that is said, told and kept of it, held against golden files.

What is kept is a format that later releases must read, and what is said is read by people.  After a change that is
meant, write the files anew by running the tests with ``COMMERCE_BRIDGE_GOLDEN=write``, and read the difference; rows
of another shape need an upcaster.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from rigs.golden import held
from rigs.tale import TABLES, PeopleTale, RareTale, ThingsTale, rows_of, told


@pytest.fixture(scope="module")
def things() -> ThingsTale:
    tale = ThingsTale()
    tale.all_of()
    return tale


@pytest.fixture(scope="module")
def rare() -> RareTale:
    tale = RareTale()
    tale.all_of()
    return tale


def lines(rows: dict[str, Any]) -> str:
    return "\n".join(f"{key}\n    {json.dumps(body, ensure_ascii=False)}" for key, body in rows.items())


def test_what_is_said_of_things(things: ThingsTale):
    held("tale-things-said.txt", "\n".join(things.told))


def test_what_is_kept_of_things(things: ThingsTale):
    held("tale-things-rows.txt", lines({**things.kept, **rows_of(things.state, "tiny")}))


def test_what_is_told_of_things_while_it_happens(things: ThingsTale):
    held("tale-things-events.txt", "\n".join(map(told, things.events)))


def test_what_a_sink_is_told(things: ThingsTale):
    held("tale-things-notices.txt", "\n".join(map(repr, things.ears.notices)))


def test_what_the_shop_was_asked(things: ThingsTale):
    asked = "\n".join(f"{method} {path}" for method, path in things.tiny.shop.log)
    held("tale-things-shop.txt", f"{asked}\n{json.dumps(things.tiny.shop.rows, indent=1)}")


def test_what_mistakes_are_answered_with():
    tale = ThingsTale()
    tale.sync()
    held("tale-mistakes.txt", "\n".join(tale.said()))


def test_what_is_said_and_kept_of_rare_things(rare: RareTale):
    held("tale-rare-said.txt", "\n".join(rare.told))
    held("tale-rare-rows.txt", lines(rows_of(rare.state, "tiny")))
    held("tale-rare-events.txt", "\n".join(map(told, rare.events)))


def test_what_a_plan_file_is_and_what_a_damaged_one_is_answered_with(tmp_path: Path):
    held("tale-plan-files.txt", "\n".join(RareTale().damaged(tmp_path)))


def test_what_is_said_and_kept_of_people():
    tale = PeopleTale()
    said = tale.all_of()
    held("tale-people-said.txt", "\n".join(said))
    held("tale-people-rows.txt", lines({**tale.kept, **rows_of(tale.state, "people")}))
    held("tale-people-events.txt", "\n".join(map(told, tale.events)))


def test_the_tales_have_rows_in_every_table(things: ThingsTale, rare: RareTale):
    people = PeopleTale()
    people.all_of()
    kept = [*things.kept, *people.kept]
    stood = [*kept, *(key for one in (things, rare) for key in rows_of(one.state, "tiny"))]
    stood += rows_of(people.state, "people")
    assert {key.rpartition(": ")[2].split()[0] for key in stood} == set(TABLES)

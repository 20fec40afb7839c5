"""Our tables of tags and codes against the vendor's own."""

from __future__ import annotations

import json
from typing import Any

from commerce_bridge.domain.title import FORMAT_FIELDS, TITLE_FIELDS
from commerce_bridge.platforms.onix.codes import CODES, COUNTRIES, ISSUE
from commerce_bridge.platforms.onix.elements import KINDS, RELATIONS
from commerce_bridge.platforms.onix.fields import FORMAT_EXTRAS, TITLE_EXTRAS
from commerce_bridge.platforms.onix.reader import SOURCES
from commerce_bridge.platforms.onix.records import BLOCKS
from commerce_bridge.platforms.onix.settings import CLOSED_TO_US, UNNAMED
from commerce_bridge.platforms.onix.tags import REFERENCE_TAGS
from commerce_bridge.platforms.onix.texts import MEDIA_TYPES
from rigs.contracts import require
from rigs.onix_oracle import code_list, tag_map


def lists() -> dict[str, Any]:
    table: dict[str, Any] = json.loads(require("onix", "codelists-issue71.json").read_text(encoding="utf-8"))
    return table


def test_every_tag_in_both_vocabularies() -> None:
    assert {reference: short for short, reference in REFERENCE_TAGS.items()} == tag_map()
    assert len(REFERENCE_TAGS) == 526


def test_every_code_of_the_lists_that_are_looked_at() -> None:
    assert lists()["issue"] == ISSUE
    for number, codes in CODES.items():
        assert codes == code_list(number), number
    assert code_list(91) == COUNTRIES


def test_every_element_that_is_read_is_an_element() -> None:
    # The XML names of two of EDItEUR's own elements; the table spells both as the schemas do.
    assert set(KINDS) <= set(tag_map()) | {"ONIXMessage"}


def test_tables_name_only_codes_of_their_lists() -> None:
    assert set(UNNAMED) == code_list(19)
    assert code_list(71) >= CLOSED_TO_US
    assert set(MEDIA_TYPES) <= code_list(178)
    assert RELATIONS["RelatedWork"][1] <= code_list(164)
    assert RELATIONS["RelatedProduct"][1] <= code_list(51)


def test_blocks_stand_in_schema_order() -> None:
    schema = require("onix", "schema-3.1", "ONIX_BookProduct_3.1_reference.rng").read_text(encoding="utf-8")
    product = schema[schema.index('<element name="Product">') :]
    places = [product.index(f'<ref name="{block}"') for block in BLOCKS]
    assert places == sorted(places)


def test_every_field_that_is_read_has_a_source() -> None:
    ours = {one.name for one in TITLE_FIELDS} | {f"format.{one.name}" for one in FORMAT_FIELDS}
    extras = {one.name for one in TITLE_EXTRAS} | {f"format.{one.name}" for one in FORMAT_EXTRAS}
    assert set(SOURCES) <= ours | extras
    assert (ours | extras) - set(SOURCES) == {"stage", "season", "format.feed_allowed"}

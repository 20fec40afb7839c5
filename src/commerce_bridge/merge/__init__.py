"""Merging: ownership as data, rules that compose, decisions that explain themselves."""

from __future__ import annotations

from commerce_bridge.merge.case import Case, Decision
from commerce_bridge.merge.comparing import maximum, newest, three_way
from commerce_bridge.merge.composing import by_field, first_of, when
from commerce_bridge.merge.consent import consent_of
from commerce_bridge.merge.explain import Explanation, show
from commerce_bridge.merge.joining import append_only, union
from commerce_bridge.merge.ownership import Ownership
from commerce_bridge.merge.rules import (
    Rule,
    custom,
    decide,
    elements_of,
    owned_by,
    until_edited,
    written_once,
)

__all__ = [
    "Case",
    "Decision",
    "Explanation",
    "Ownership",
    "Rule",
    "append_only",
    "by_field",
    "consent_of",
    "custom",
    "decide",
    "elements_of",
    "first_of",
    "maximum",
    "newest",
    "owned_by",
    "show",
    "three_way",
    "union",
    "until_edited",
    "when",
    "written_once",
]

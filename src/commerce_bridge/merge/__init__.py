"""Merging: ownership as data, rules that compose, decisions that explain themselves."""

from __future__ import annotations

from commerce_bridge.merge.case import Case, Decision
from commerce_bridge.merge.explain import Explanation, show
from commerce_bridge.merge.ownership import Ownership
from commerce_bridge.merge.rules import (
    Rule,
    by_field,
    decide,
    elements_of,
    first_of,
    owned_by,
    until_edited,
    when,
    written_once,
)

__all__ = [
    "Case",
    "Decision",
    "Explanation",
    "Ownership",
    "Rule",
    "by_field",
    "decide",
    "elements_of",
    "first_of",
    "owned_by",
    "show",
    "until_edited",
    "when",
    "written_once",
]

"""Mappers as values: the algebra, places on a target, enrichments, and the registry."""

from __future__ import annotations

from commerce_bridge.mapping.algebra import Mapped, Mapper, Named, Term, field, named, override
from commerce_bridge.mapping.context import Context, Problem
from commerce_bridge.mapping.enriching import Enrichment, enrichment
from commerce_bridge.mapping.placing import custom_field, metafield, value_of
from commerce_bridge.mapping.registry import Registry

__all__ = [
    "Context",
    "Enrichment",
    "Mapped",
    "Mapper",
    "Named",
    "Problem",
    "Registry",
    "Term",
    "custom_field",
    "enrichment",
    "field",
    "metafield",
    "named",
    "override",
    "value_of",
]

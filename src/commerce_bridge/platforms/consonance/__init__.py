"""Consonance: a publisher's works and products, read over GraphQL."""

from __future__ import annotations

from commerce_bridge.platforms.consonance.client import AsyncConsonance, Consonance, ConsonanceClient
from commerce_bridge.platforms.consonance.reader import ConsonanceReader
from commerce_bridge.platforms.consonance.report import Finding, SchemaReport
from commerce_bridge.platforms.consonance.searches import PriceSearch, ProductSearch, WorkSearch
from commerce_bridge.platforms.consonance.settings import ConsonanceSettings, ReaderSettings

__all__ = [
    "AsyncConsonance",
    "Consonance",
    "ConsonanceClient",
    "ConsonanceReader",
    "ConsonanceSettings",
    "Finding",
    "PriceSearch",
    "ProductSearch",
    "ReaderSettings",
    "SchemaReport",
    "WorkSearch",
]

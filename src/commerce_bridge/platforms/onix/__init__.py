"""ONIX for Books 3.0 and 3.1, read into titles with their families of formats."""

from commerce_bridge.platforms.onix.diagnostics import Diagnostic, Severity, UnknownCode
from commerce_bridge.platforms.onix.document import Header
from commerce_bridge.platforms.onix.intake import Counts
from commerce_bridge.platforms.onix.reader import OnixReader
from commerce_bridge.platforms.onix.reading import Family, OnixReading, read_onix, read_records
from commerce_bridge.platforms.onix.records import BlockUpdate, Deletion, OnixRecord, apply_update
from commerce_bridge.platforms.onix.settings import OnixSettings

__all__ = [
    "BlockUpdate",
    "Counts",
    "Deletion",
    "Diagnostic",
    "Family",
    "Header",
    "OnixReader",
    "OnixReading",
    "OnixRecord",
    "OnixSettings",
    "Severity",
    "UnknownCode",
    "apply_update",
    "read_onix",
    "read_records",
]

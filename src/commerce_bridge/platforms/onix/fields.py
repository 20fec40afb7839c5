"""Fields that only ONIX has; their values travel in the `extra` of titles and formats."""

from __future__ import annotations

from typing import Final

from commerce_bridge.domain.fields import Field

COMPOSITION: Final = Field[str]("format", "onix_composition", label="product composition")
"""Code of ONIX List 2; only 00 and 10 are ordinary consumer goods."""
ACCESSIBILITY: Final = Field[tuple[str, ...]]("format", "onix_accessibility", label="accessibility")
"""Codes of ONIX List 196 (accessibility of an e-book)."""
PROTECTION: Final = Field[tuple[str, ...]]("format", "onix_protection", label="copy protection")
"""Codes of ONIX List 144 (technical protection of an e-book)."""
FILE_SIZE_BYTES: Final = Field[int]("format", "onix_file_size_bytes", label="file size (bytes)")
"""Size of the file."""
AUDIENCE: Final = Field[tuple[str, ...]]("title", "onix_audience", label="audience")
"""Codes of ONIX List 28 (for whom a title is written)."""
CONTRIBUTOR_STATEMENT: Final = Field[str](
    "title", "onix_contributor_statement", label="contributor statement"
)
"""Who made it, as the publisher wants it shown."""

FORMAT_EXTRAS: Final = (COMPOSITION, ACCESSIBILITY, PROTECTION, FILE_SIZE_BYTES)
TITLE_EXTRAS: Final = (AUDIENCE, CONTRIBUTOR_STATEMENT)

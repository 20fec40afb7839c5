"""What every row is."""

from __future__ import annotations

from attrs import frozen

Ids = tuple[int, ...]
Texts = tuple[str, ...]


@frozen(kw_only=True)
class Row:
    """Anything with an internal id."""

    id: int


@frozen(kw_only=True)
class Named(Row):
    """A row of a short list the account configures: a season, a project stage, an imprint."""

    name: str = ""

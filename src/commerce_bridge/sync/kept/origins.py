"""What one look at a source record needs: whether anything about all that it comes to can have changed.

A source record, such as a title, comes to several records of the target.  One row holds what skipping all of
them stands on, so that nearly every record of every run costs one small row, and nothing else is loaded.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from attrs import field, frozen

from commerce_bridge.sync.kept.remembered import Remembered

GONE = "gone"
"""The version of a source record that a complete read no longer shows."""


@frozen(kw_only=True)
class Origin:
    """A source record as it was last settled.

    Args:
        name: The source's name of it, as text.
        version: The version that all its records were decided from; empty when one must be decided anew.
        fingerprint: The rules they were decided under; None when a rule had no name.
        next_change: When one of them must be decided again, as ISO 8601 text in UTC; or empty.
        records: The source's name of each of its records, as text, to the canonical id.
        formats: How many formats it has.
        gone: Whether a complete read no longer showed it; it stays so until the source shows it again.
        shown: The target's name of each record that exists there to the version it had; empty when only a
            comparison of values tells, None when it need only exist.
    """

    name: str
    version: str
    fingerprint: str | None
    next_change: str
    records: Mapping[str, str]
    formats: int = 0
    gone: bool = False
    shown: Mapping[str, str | None] = field(factory=dict[str, "str | None"])

    def body(self) -> dict[str, Any]:
        """As a state row's body."""
        return {
            "source": self.version,
            "rules": self.fingerprint,
            "next": self.next_change,
            "records": dict(self.records),
            "formats": self.formats,
            "gone": self.gone,
            "shown": dict(self.shown),
        }


def origin_of(name: str, records: Iterable[Remembered], formats: int) -> Origin:
    """What all the records of a source record come to; they are decided anew when they do not agree."""
    known = tuple(records)
    versions = {one.source_hash for one in known}
    rules = {one.fingerprint for one in known}
    agree = len(versions) == len(rules) == 1
    changes = [stamp(one.next_change) for one in known if one.next_change is not None]
    return Origin(
        name=name,
        version=versions.pop() if agree else "",
        fingerprint=rules.pop() if agree else None,
        next_change=min(changes, default=""),
        records={str(one.source): one.record for one in known},
        formats=formats,
        shown={str(one.target): _version(one) for one in known if one.target is not None},
    )


def _version(known: Remembered) -> str | None:
    return None if known.refused and known.refused == known.source_hash else known.target_hash


def stamp(instant: datetime) -> str:
    """An instant as text that sorts by time."""
    return instant.astimezone(UTC).isoformat(timespec="microseconds")


def unchanged(body: Mapping[str, Any], version: str, fingerprint: str | None, now: str) -> bool:
    """Whether source, rules and clock are as they were for an origin's body; the target is asked apart.

    Args:
        body: What is stored of it.
        version: The source's version now.
        fingerprint: The rules now.
        now: The instant, by `stamp`.
    """
    if fingerprint is None or body["rules"] != fingerprint or not version or body["source"] != version:
        return False
    due: str = body["next"]
    return not due or due > now


def undisturbed(settled: Mapping[str, str | None], shown: Mapping[str, str]) -> bool:
    """Whether the target shows every record of an origin as it was last settled.

    Args:
        settled: The target's names to the versions that were settled, as an origin keeps them.
        shown: The target's names to the versions it shows now.
    """
    for name, version in settled.items():
        there = shown.get(name)
        if there is None or (version is not None and version != there):
            return False
    return True

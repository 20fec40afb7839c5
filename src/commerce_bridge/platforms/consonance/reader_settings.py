"""How one account's works are read as titles, where the vendor's pages leave it open."""

from __future__ import annotations

import enum
from collections.abc import Iterable, Mapping
from datetime import UTC, tzinfo
from typing import Literal, TypeAlias, cast
from zoneinfo import ZoneInfo

from attrs import field, fields, frozen, has
from attrs.validators import ge, in_

from commerce_bridge.domain.territory import Territory
from commerce_bridge.domain.title import AssetKind
from commerce_bridge.platforms.consonance.codes import ASSET_KINDS, Form
from commerce_bridge.platforms.consonance.limits import OVERLAP_DAYS

RULES = "1"
"""By which rules of `mapping` a title was made; raised when they change, so that titles are read anew."""

PAGE_COUNTS = (
    "mainContentPageCount",
    "contentPageCount",
    "totalNumberedPages",
    "approximatePageCount",
    "absolutePageCount",
    "productionPageCount",
)
"""Which page count stands for the length, the first one present winning."""

_BESIDE_TITLES = frozenset({"zone", "overlap_days", "unreadable"})
"""Settings that decide what is read, not how a title comes out."""

Unlinked: TypeAlias = Literal["none", "all"]
Unreadable: TypeAlias = Literal["stop", "note"]


def _folded(names: Iterable[str]) -> frozenset[str]:
    return frozenset(name.casefold() for name in names)


def _zone(instance: object, attribute: object, value: str) -> None:
    try:
        zone_of(value)
    except (ValueError, OSError, LookupError):
        raise ValueError(f"zone {value!r}: expected an IANA name, such as Europe/London.") from None


def zone_of(name: str) -> tzinfo:
    """The zone of a name; UTC is there even where the machine has no zone files."""
    return UTC if name == "UTC" else ZoneInfo(name)


def _counts(instance: object, attribute: object, value: tuple[str, ...]) -> None:
    if unknown := sorted(set(value) - set(PAGE_COUNTS)):
        raise ValueError(f"page_counts: unknown {', '.join(unknown)}; known: {', '.join(PAGE_COUNTS)}")


@frozen(kw_only=True)
class ReaderSettings:
    """How one account's works are read as titles.

    Args:
        zone: IANA name of the zone whose date is the run's date.
        overlap_days: Days by which a read of changes reaches back behind the last run, 0 or more; with
            0, `zone` must be the zone in which the service counts days.
        publisher: The publisher's name; the service does not say it.
        price_territories: Currency to the countries where its prices hold.  The account keeps such sets
            ("pricing territories"), but GraphQL does not give them; a currency not named here holds
            everywhere.
        house_forms: Names of in-house formats, such as ``Kindle``, to the form they mean, where it says
            more than the form code.
        page_counts: Which page count stands for the length, the first one present winning.
        resource_kinds: Variants of supporting resources to kinds of asset.
        approved: Words, in any case, by which a text or a resource is approved.
        unsaid_is_approved: Whether a text or a resource without any status counts as approved.
        unreadable: What to do with a work that the service cannot answer whole: ``stop`` the read with an
            error that names it, or ``note`` it as a title without formats whose `problems` say why.
        unlinked: To which formats a contribution, text or resource belongs that names no product.

    Source: vendor GraphQL schema pages and help pages (configuration), which leave these open.
    """

    zone: str = field(default="UTC", validator=_zone)
    overlap_days: int = field(default=OVERLAP_DAYS, validator=ge(0))
    publisher: str | None = None
    price_territories: Mapping[str, Territory] = field(factory=dict[str, Territory])
    house_forms: Mapping[str, Form] = field(factory=dict[str, Form])
    page_counts: tuple[str, ...] = field(default=PAGE_COUNTS, validator=_counts)
    resource_kinds: Mapping[str, AssetKind] = field(factory=lambda: dict(ASSET_KINDS))
    approved: frozenset[str] = field(default=frozenset({"approved"}), converter=_folded)
    unsaid_is_approved: bool = False
    unreadable: Unreadable = field(default="stop", validator=in_(("stop", "note")))
    unlinked: Unlinked = field(default="none", validator=in_(("none", "all")))

    @property
    def fingerprint(self) -> str:
        """A text that is the same in every process and changes when titles come out differently."""
        names = (one.name for one in fields(ReaderSettings) if one.name not in _BESIDE_TITLES)
        said = (f"{name}={stable_text(getattr(self, name))}" for name in names)
        return f"rules {RULES} {' '.join(said)}"


def stable_text(value: object) -> str:
    """A value as text that is the same in every process: sets and mappings have an order."""
    if isinstance(value, enum.Enum):
        return str(value.value)
    if isinstance(value, Mapping):
        pairs = cast("Mapping[object, object]", value).items()
        return "{" + ",".join(sorted(f"{name}:{stable_text(one)}" for name, one in pairs)) + "}"
    if isinstance(value, tuple):
        return f"[{','.join(stable_text(one) for one in cast('tuple[object, ...]', value))}]"
    if isinstance(value, frozenset):
        return "{" + ",".join(sorted(stable_text(one) for one in cast("frozenset[object]", value))) + "}"
    kind = type(value)
    if has(kind):
        names = [one.name for one in fields(kind)]
        return f"({','.join(f'{name}={stable_text(getattr(value, name))}' for name in names)})"
    return repr(value)

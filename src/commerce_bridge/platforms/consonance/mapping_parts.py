"""What belongs to a family or to some of its formats: contributors, texts, assets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING

from attrs import field, frozen

from commerce_bridge.domain.dates import Date
from commerce_bridge.domain.title import (
    Asset,
    AssetKind,
    Audience,
    Contributor,
    Identifier,
    Text,
    TextKind,
)
from commerce_bridge.platforms.consonance.codes import audience_of, text_kind
from commerce_bridge.platforms.consonance.mapping_format import day_of
from commerce_bridge.platforms.consonance.reader_settings import ReaderSettings
from commerce_bridge.platforms.consonance.shelves import SHELVES

if TYPE_CHECKING:
    from commerce_bridge.platforms.consonance.wire.base import Code
    from commerce_bridge.platforms.consonance.wire.works import (
        Contribution,
        MarketingText,
        SupportingResource,
        Work,
    )

ISNI_SCHEME = "16"
"""ISNI in ONIX List 44, the schemes of names."""

_SHELVES = tuple((f"texts_{shelf}", text_kind(code)) for shelf, code in SHELVES.items())
_ANYBODY = frozenset({Audience.UNRESTRICTED})


@frozen(kw_only=True)
class Family:
    """A work's products, and how its parts name them.

    Args:
        keys: The keys of its formats by product id.
        settings: How this account's works are read.
        known: What lists of product ids came to; most parts of a family name the same ones.
    """

    keys: Mapping[int, str]
    settings: ReaderSettings
    known: dict[tuple[int, ...], frozenset[str] | None] = field(
        factory=dict[tuple[int, ...], "frozenset[str] | None"]
    )

    @classmethod
    def of(cls, work: Work, settings: ReaderSettings) -> Family:
        """The family of a work."""
        return cls(keys={product.id: str(product.id) for product in work.products}, settings=settings)

    def formats(self, product_ids: Sequence[int]) -> frozenset[str] | None:
        """The keys of the formats that a part belongs to; None when it belongs to all of them."""
        named = tuple(product_ids)
        if named not in self.known:
            self.known[named] = self._named(named)
        return self.known[named]

    def _named(self, product_ids: tuple[int, ...]) -> frozenset[str] | None:
        if not product_ids and self.settings.unlinked == "all":
            return None
        keys = self.keys
        named = frozenset(keys[one] for one in product_ids if one in keys)
        return None if len(named) == len(keys) else named

    def is_approved(self, status: str | None) -> bool:
        """Whether a status says that a text or a resource is approved."""
        if not status:
            return self.settings.unsaid_is_approved
        return status.casefold() in self.settings.approved


def contributors_of(work: Work, family: Family, problems: list[str]) -> tuple[Contributor, ...]:
    """Everybody who had a hand in it, in order."""
    found = [_contributor(one, place, family, problems) for place, one in enumerate(work.contributions, 1)]
    return tuple([one for one in found if one is not None])


def _contributor(one: Contribution, place: int, family: Family, problems: list[str]) -> Contributor | None:
    who = one.contributor
    corporate = who.typename == "Organisation"
    name = (who.organisationName if corporate else who.personName) or who.name
    if not name:
        problems.append(f"$.contributions[id={one.id}].contributor: contact {who.id} has no name.")
        return None
    role = one.onixContributorRole.code
    if not role:
        problems.append(f"$.contributions[id={one.id}].onixContributorRole: no code; left out.")
        return None
    return Contributor(
        name=name,
        inverted=who.personNameInverted or None,
        role=role,
        place=place,
        corporate=corporate,
        biography=who.biographicalNote or None,
        identifiers=(Identifier(scheme=ISNI_SCHEME, value=who.isni, name="ISNI"),) if who.isni else (),
        formats=family.formats(one.productIds),
    )


def texts_of(work: Work, family: Family) -> tuple[Text, ...]:
    """All texts but empty ones, shelf by shelf, on each by id; approved or not, embargoed or not."""
    found: list[Text] = []
    for shelf, kind in _SHELVES:
        rows: list[MarketingText] = getattr(work, shelf)
        if rows:
            found += [_text(row, kind, family) for row in rows if row.externalText.strip()]
    return tuple(found)


def _text(row: MarketingText, kind: TextKind, family: Family) -> Text:
    """A text; it is withheld until both of its embargoes have passed.

    Source: vendor GraphQL schema pages, `MarketingText.fromDate` and `dateReleased`.
    """
    starts = row.fromDate
    if row.dateReleased is not None and (starts is None or row.dateReleased > starts):
        starts = row.dateReleased
    return Text(
        kind=kind,
        body=row.externalText,
        audiences=audiences_of(row.onixContentAudiences),
        approved=family.is_approved(row.approvalStatusName),
        starts=day(starts),
        ends=day(row.untilDate),
        source_id=None if row.id is None else str(row.id),
        formats=family.formats(row.productIds),
    )


def audiences_of(codes: Sequence[Code]) -> frozenset[Audience]:
    """For whom; everybody when nothing is said."""
    if len(codes) == 1:
        return _audience(codes[0].code)
    return frozenset(audience_of(one.code) for one in codes if one.code) or _ANYBODY


@lru_cache(maxsize=64)
def _audience(code: str | None) -> frozenset[Audience]:
    return frozenset({audience_of(code)}) if code else _ANYBODY


def day(value: date | None) -> Date | None:
    """A date of the domain."""
    return None if value is None else day_of(value)


def assets_of(work: Work, family: Family, problems: list[str]) -> tuple[Asset, ...]:
    """All images and files by id, approved or not, ready or not."""
    return tuple([_asset(row, family, problems) for row in work.supportingResources])


def _asset(row: SupportingResource, family: Family, problems: list[str]) -> Asset:
    if not row.url and not row.isProcessing:
        problems.append(
            f"$.supportingResources[id={row.id}].url: there is none, and it is not being prepared."
        )
    audience = row.onixContentAudience or row.onixIntendedContentAudience
    return Asset(
        kind=family.settings.resource_kinds.get(row.resourceVariant or "", AssetKind.OTHER),
        url=row.url or "",
        media_type=row.imageContentType or None,
        width_px=row.width,
        height_px=row.height,
        caption=row.caption or None,
        credit=row.requiredCredit or None,
        audiences=_audience(audience.code) if audience else _ANYBODY,
        approved=family.is_approved(row.status),
        ready=bool(row.url) and not row.isProcessing,
        source_id=str(row.id),
        formats=family.formats(row.productIds),
    )

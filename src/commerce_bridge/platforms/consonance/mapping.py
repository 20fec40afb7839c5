"""From a work on the wire to a title: pure, and the only place where Consonance's words become the domain's."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from operator import attrgetter
from types import MappingProxyType
from typing import TYPE_CHECKING

from attrs import frozen

from commerce_bridge.domain.exchange import Ref
from commerce_bridge.domain.fields import AnyField, Field
from commerce_bridge.domain.identifiers import isbn13
from commerce_bridge.domain.title import Identifier, SeriesMembership, Subject, Title
from commerce_bridge.platforms.consonance.codes import subject_scheme
from commerce_bridge.platforms.consonance.mapping_format import format_of, isbn_text
from commerce_bridge.platforms.consonance.mapping_parts import Family, assets_of, contributors_of, texts_of
from commerce_bridge.platforms.consonance.reader_settings import ReaderSettings
from commerce_bridge.platforms.consonance.shelves import SHELVES

if TYPE_CHECKING:
    from commerce_bridge.platforms.consonance.wire import works as wire
    from commerce_bridge.platforms.consonance.wire.works import MarketingText, SubjectCode, Work


@frozen(kw_only=True)
class Prize:
    """A prize that a title won, or was named for.

    Args:
        name: The prize.
        year: The year, or None.
        achievement: What came of it (ONIX List 41), or None.
        jury: Who chose, or None.
        statement: How the publisher words it, or None.
        formats: Keys of the formats it belongs to; None for all.
    """

    name: str
    year: int | None = None
    achievement: str | None = None
    jury: str | None = None
    statement: str | None = None
    formats: frozenset[str] | None = None


PRIZES: Field[tuple[Prize, ...]] = Field("title", "consonance_prizes", label="prizes")
"""The prizes of a title, in its `extra`."""

SOURCES: Mapping[str, str] = MappingProxyType(
    {
        "name": "Work.title",
        "subtitle": "Work.subtitle",
        "contributors": "Work.contributions",
        "subjects": "Work.subjectCodes, by Work.bisacs and Work.bics",
        "series": "Work.seriesMemberships",
        "texts": "Work.marketingTexts",
        "assets": "Work.supportingResources",
        "imprint": "Work.imprint",
        "publisher": "the reader's settings",
        "stage": "Work.projectStage",
        "season": "Work.season",
        "identifiers": "Work.identifyingDoi, inHouseWorkReference, salesforceUid",
        "formats": "Work.products",
        "related": "Work.similarProducts",
        "consonance_prizes": "Work.prizes",
        "format.isbn": "Product.isbn",
        "format.identifiers": "Product.asin",
        "format.form": "Product.onix21ProductForm, inHouseFormat",
        "format.form_details": "Product.onix21ProductForm, inHouseFormat",
        "format.name": "Product.titlePrefix and titleWithoutPrefix, else fullTitle",
        "format.subtitle": "Product.subtitle",
        "format.edition_number": "Work.editionNumber",
        "format.edition": "Product.actualEditionStatement, else Work.editionStatement",
        "format.status": "Product.onixPublishingStatus",
        "format.publication_date": "Product.publicationDate",
        "format.extents": "the product's page counts",
        "format.measures": "Product.productHeight, productWidth, productThickness",
        "format.prices": "Product.prices",
        "format.rights": "Product.isForSaleWorldwide, forSaleCountryCodes, notForSaleCountryCodes",
        "format.supplies": "Product.onixProductAvailability",
        "format.feed_allowed": "Product.allowOnixExports",
    }
)
"""Where each field of a title, and of its formats, comes from."""

_SCHEME_PLACES: Mapping[str, int] = {"BISAC": 0, "Thema": 1, "BIC": 2}
_BY_ID = attrgetter("id")


def arrange(work: Work) -> None:
    """Bring the lists of a work, whose order means nothing, into one order: that of their ids.

    The service does not say in which order lists come; a work read twice must not look changed.
    """
    work.products.sort(key=_BY_ID)
    for product in work.products:
        product.prices.sort(key=_BY_ID)
    work.supportingResources.sort(key=_BY_ID)
    work.contributions.sort(key=lambda one: (one.sequenceNumber, one.id or 0))
    work.prizes.sort(key=_numbered)
    for shelf in SHELVES:
        texts: list[MarketingText] = getattr(work, f"texts_{shelf}")
        if len(texts) > 1:
            texts.sort(key=_numbered)


def _numbered(row: wire.Prize | MarketingText) -> int:
    return row.id or 0


def version_of(work: Work) -> str:
    """A hash of the work as it came, members in our order: changes when anything that we read does."""
    return hashlib.sha256(work.model_dump_json(by_alias=True).encode()).hexdigest()[:32]


def title_of(work: Work, settings: ReaderSettings) -> tuple[Title, tuple[str, ...]]:
    """The title that a work is, and what of it could not be read.

    Args:
        work: The work with its family, arranged.
        settings: How this account's works are read.

    Returns:
        The title, and problems as text with a path; the rest of the title stands.

    Source: vendor GraphQL schema pages, `Work`.
    """
    problems: list[str] = []
    family = Family.of(work, settings)
    if not work.title:
        problems.append("$.title: the work has no title.")
    prizes = tuple(_prize(work, place, family) for place in range(len(work.prizes)))
    extra: dict[AnyField, object] = {PRIZES: prizes} if prizes else {}
    title = Title(
        ref=Ref("consonance", "work", str(work.id)),
        name=work.title or "",
        subtitle=work.subtitle or None,
        contributors=contributors_of(work, family, problems),
        subjects=subjects_of(work),
        series=tuple(
            SeriesMembership(
                name=one.series.name, number=one.partNumber or None, identifier=str(one.series.id)
            )
            for one in work.seriesMemberships
        ),
        texts=texts_of(work, family),
        assets=assets_of(work, family, problems),
        imprint=work.imprint.name if work.imprint else None,
        publisher=settings.publisher,
        stage=work.projectStage or None,
        season=work.season or None,
        identifiers=_identifiers(work),
        formats=tuple(format_of(product, work, settings, problems) for product in work.products),
        related=_related(work),
        extra=extra,
    )
    return title, tuple(problems)


def _prize(work: Work, place: int, family: Family) -> Prize:
    prize = work.prizes[place]
    return Prize(
        name=prize.prizeName,
        year=prize.prizeYear,
        achievement=prize.onixPrizeAchievement.code if prize.onixPrizeAchievement else None,
        jury=prize.prizeJury or None,
        statement=prize.prizeStatement or None,
        formats=family.formats(prize.productIds),
    )


def _identifiers(work: Work) -> tuple[Identifier, ...]:
    found: list[Identifier] = []
    if work.identifyingDoi:
        found.append(Identifier(scheme="06", value=work.identifyingDoi))
    if work.inHouseWorkReference:
        found.append(Identifier(scheme="01", value=work.inHouseWorkReference, name="in-house reference"))
    if work.salesforceUid:
        found.append(Identifier(scheme="01", value=work.salesforceUid, name="Salesforce"))
    return tuple(found)


def subjects_of(work: Work) -> tuple[Subject, ...]:
    """The subjects: BISAC, then Thema, then BIC, in each the main one first, then by priority."""
    ranks = {"BISAC": work.bisacs or (), "Thema": work.themas or (), "BIC": work.bics or ()}
    rows = [(*_standing(one, ranks), place, one) for place, one in enumerate(work.subjectCodes) if one.code]
    rows.sort()  # places differ, so that codes themselves are never compared
    found: dict[tuple[str, str], Subject] = {}
    for *_, one in rows:
        key = (one.typename, one.code)
        if key not in found:
            scheme, name = subject_scheme(one.typename, one.code)
            found[key] = Subject(scheme=scheme, code=one.code, main=bool(one.main), scheme_name=name)
    return tuple(found.values())


def _standing(one: SubjectCode, ranks: Mapping[str, Sequence[str]]) -> tuple[int, bool, int]:
    """Where a code stands: its scheme's place, main before others, its rank by priority or after all of them."""
    codes = ranks.get(one.typename, ())
    rank = codes.index(one.code) if one.code in codes else len(codes)
    return _SCHEME_PLACES.get(one.typename, len(_SCHEME_PLACES)), not one.main, rank


def _related(work: Work) -> tuple[str, ...]:
    """ISBNs of similar products; those without a valid one cannot be named elsewhere and are left out."""
    found: dict[str, None] = {}
    for one in work.similarProducts:
        text = isbn_text(one.isbn)
        if text is not None:
            try:
                found[isbn13(text)] = None
            except ValueError:
                continue
    return tuple(found)

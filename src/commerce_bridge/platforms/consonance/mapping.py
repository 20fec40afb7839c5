"""From a work on the wire to a title: pure, and the only place where Consonance's words become the domain's."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from operator import attrgetter
from types import MappingProxyType
from typing import TYPE_CHECKING, TypeVar

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

T = TypeVar("T")
_SHELVES = tuple(f"texts_{shelf}" for shelf in SHELVES)
_BY_ID = attrgetter("id")


def arrange(work: Work) -> None:
    """Bring the lists of a work, whose order means nothing, into one order: that of their ids.

    The service does not say in which order lists come; a work read twice must not look changed.
    """
    _sort(work.products, _BY_ID)
    for product in work.products:
        _sort(product.prices, _BY_ID)
    _sort(work.supportingResources, _BY_ID)
    _sort(work.contributions, attrgetter("sequenceNumber"))
    _sort(work.prizes, _numbered)
    for shelf in _SHELVES:
        texts: list[MarketingText] = getattr(work, shelf)
        _sort(texts, _numbered)


def _sort(rows: list[T], key: Callable[[T], int]) -> None:
    if len(rows) > 1:
        rows.sort(key=key)


def _numbered(row: wire.Prize | MarketingText) -> int:
    return row.id or 0


def version_of(work: Work, salt: str = "") -> str:
    """A hash of the work as it came, members in our order: changes when anything that we read does.

    Args:
        work: The work, arranged.
        salt: Whatever else decides how it is read.
    """
    return hashlib.sha256(f"{salt}\n{work.model_dump_json(by_alias=True)}".encode()).hexdigest()[:32]


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
    extra: dict[AnyField, object] = {}
    if work.prizes:
        extra[PRIZES] = tuple([_prize(prize, family) for prize in work.prizes])
    title = Title(
        ref=Ref("consonance", "work", str(work.id)),
        name=work.title or "",
        subtitle=work.subtitle or None,
        contributors=contributors_of(work, family, problems),
        subjects=subjects_of(work),
        series=_series(work) if work.seriesMemberships else (),
        texts=texts_of(work, family),
        assets=assets_of(work, family, problems),
        imprint=work.imprint.name if work.imprint else None,
        publisher=settings.publisher,
        stage=work.projectStage or None,
        season=work.season or None,
        identifiers=_identifiers(work),
        formats=tuple([format_of(product, work, settings, problems) for product in work.products]),
        related=_related(work) if work.similarProducts else (),
        extra=extra,
    )
    return title, tuple(problems)


def _prize(prize: wire.Prize, family: Family) -> Prize:
    return Prize(
        name=prize.prizeName,
        year=prize.prizeYear,
        achievement=prize.onixPrizeAchievement.code if prize.onixPrizeAchievement else None,
        jury=prize.prizeJury or None,
        statement=prize.prizeStatement or None,
        formats=family.formats(prize.productIds),
    )


def _series(work: Work) -> tuple[SeriesMembership, ...]:
    return tuple(
        SeriesMembership(name=one.series.name, number=one.partNumber or None, identifier=str(one.series.id))
        for one in work.seriesMemberships
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
    found: dict[tuple[str, str], Subject] = {}
    rest = work.subjectCodes
    for scheme, ranked in (("BISAC", work.bisacs), ("Thema", work.themas), ("BIC", work.bics)):
        rows = [one for one in rest if one.typename == scheme]
        if len(rows) > 1:
            rest = [one for one in rest if one.typename != scheme]
            rows = _by_priority(rows, ranked or ())
        for one in rows:
            found.setdefault((scheme, one.code), _subject(scheme, one.code, bool(one.main)))
    for one in rest:
        found.setdefault((one.typename, one.code), _subject(one.typename, one.code, bool(one.main)))
    return tuple(found.values())


def _by_priority(rows: list[SubjectCode], ranked: Sequence[str]) -> list[SubjectCode]:
    """The main code first, then by rank; those without a rank last, as they came."""
    places = {code: place for place, code in enumerate(ranked)}
    last = len(places)
    return sorted(rows, key=lambda one: (not one.main, places.get(one.code, last)))


@lru_cache(maxsize=4096)
def _subject(typename: str, code: str, main: bool) -> Subject:
    """A subject; remembered, because titles share their subjects."""
    scheme, name = subject_scheme(typename, code)
    return Subject(scheme=scheme, code=code, main=main, scheme_name=name)


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

"""Works with their families on the wire.

Source: vendor GraphQL schema pages, `Work`, `Contribution`, `Person`, `Organisation`, `MarketingText`,
`SupportingResource`, `Prize`; vendor example queries, `examples/sample_custom_report.md`.
"""

from __future__ import annotations

from datetime import date

from pydantic import Field

from commerce_bridge.platforms.consonance.wire.base import Code, Wire
from commerce_bridge.platforms.consonance.wire.products import Product, Similar


class Contact(Wire):
    """A person or an organisation."""

    typename: str = Field(default="", alias="__typename")
    id: int
    name: str | None = None
    isni: str | None = None
    personName: str | None = None
    personNameInverted: str | None = None
    organisationName: str | None = None
    biographicalNote: str | None = None


class Contribution(Wire):
    """What a contact did for a work, and for which of its products."""

    id: int | None = None
    sequenceNumber: int
    productIds: list[int]
    onixContributorRole: Code
    contributor: Contact


class MarketingText(Wire):
    """A text; its kind is the shelf it was asked for under."""

    id: int | None = None
    externalText: str
    approvalStatusName: str | None = None
    fromDate: date | None = None
    dateReleased: date | None = None
    untilDate: date | None = None
    productIds: list[int]
    onixContentAudiences: list[Code]


class SupportingResource(Wire):
    """An image or a file."""

    id: int
    url: str | None = None
    caption: str | None = None
    requiredCredit: str | None = None
    imageContentType: str | None = None
    height: int | None = None
    width: int | None = None
    isProcessing: bool
    productIds: list[int]
    onixIntendedContentAudience: Code | None = None
    onixContentAudience: Code | None = None
    status: str | None = None
    resourceVariant: str | None = None


class Prize(Wire):
    """A prize that a work won, or was named for."""

    id: int | None = None
    prizeName: str
    prizeYear: int | None = None
    prizeJury: str | None = None
    prizeStatement: str | None = None
    productIds: list[int]
    onixPrizeAchievement: Code | None = None


class Imprint(Wire):
    """An imprint."""

    name: str


class Series(Wire):
    """A series."""

    id: int
    name: str


class SeriesMembership(Wire):
    """A place in a series."""

    partNumber: str | None = None
    series: Series


class SubjectCode(Wire):
    """A subject in one of three schemes, told apart by its type."""

    typename: str = Field(alias="__typename")
    code: str
    main: bool | None = None


class Work(Wire):
    """A title with the family of its formats."""

    id: int
    title: str | None = None
    subtitle: str | None = None
    editionNumber: int | None = None
    editionStatement: str | None = None
    projectStage: str | None = None
    season: str | None = None
    identifyingDoi: str | None = None
    inHouseWorkReference: str | None = None
    salesforceUid: str | None = None
    bisacs: list[str] | None = None
    bics: list[str] | None = None
    themas: list[str] | None = None
    imprint: Imprint | None = None
    seriesMemberships: list[SeriesMembership] = Field(default=[])
    subjectCodes: list[SubjectCode] = Field(default=[])
    contributions: list[Contribution] = Field(default=[])
    supportingResources: list[SupportingResource] = Field(default=[])
    prizes: list[Prize] = Field(default=[])
    similarProducts: list[Similar] = Field(default=[])
    products: list[Product] = Field(default=[])
    texts_description: list[MarketingText] = Field(default=[])
    texts_long_description: list[MarketingText] = Field(default=[])
    texts_short_description: list[MarketingText] = Field(default=[])
    texts_contents: list[MarketingText] = Field(default=[])
    texts_cover_copy: list[MarketingText] = Field(default=[])
    texts_review_quote: list[MarketingText] = Field(default=[])
    texts_endorsement: list[MarketingText] = Field(default=[])
    texts_headline: list[MarketingText] = Field(default=[])
    texts_feature: list[MarketingText] = Field(default=[])
    texts_biographical_note: list[MarketingText] = Field(default=[])
    texts_excerpt: list[MarketingText] = Field(default=[])
    texts_other: list[MarketingText] = Field(default=[])

"""What our queries select, as values: written once, rendered to a query, and held against the live schema.

Each member names its type as the vendor's schema spells it.  `sure` members are shown by the vendor, in
the schema pages or in example queries; the others were inferred, and may be left out when an account's
schema lacks them.  Members that are not `asked` are read only where a schema offers them.

Internal members (``internalText``, ``plannedPublicationDate``, fees and royalties) are never selected.

Source: vendor GraphQL schema pages; vendor example queries (GeneralProducts/consonance-graphql).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from attrs import frozen

from commerce_bridge.platforms.consonance.shelves import SHELVES


@frozen(kw_only=True)
class Argument:
    """An argument of a member, written into the query.

    Args:
        name: Its name.
        type: Its type, as the schema spells it.
        values: Enum values sent; each must exist.
    """

    name: str
    type: str
    values: tuple[str, ...]


@frozen(kw_only=True)
class Shape:
    """What is selected of one type.

    Args:
        type: The type's name.
        members: Its members.
        kinds: What is selected besides of its concrete types.
    """

    type: str
    members: tuple[Member, ...]
    kinds: tuple[Shape, ...] = ()


@frozen(kw_only=True)
class Member:
    """One member that is selected.

    Args:
        name: Its name in the schema.
        type: Its type as the schema spells it, such as ``[Price!]!``.
        below: What is selected of it; None for a leaf.
        alias: The name it answers under, where that is another.
        arguments: Arguments that are always sent.
        sure: Whether the vendor shows it.
        asked: Whether it is asked for unless it is known to be absent.
    """

    name: str
    type: str
    below: Shape | None = None
    alias: str | None = None
    arguments: tuple[Argument, ...] = ()
    sure: bool = True
    asked: bool = True

    @property
    def answers(self) -> str:
        """The name it answers under."""
        return self.alias or self.name


def _leaves(text: str) -> tuple[Member, ...]:
    """Leaf members, written ``name: Type`` and separated by commas."""
    pairs = (entry.split(":") for entry in text.split(","))
    return tuple(Member(name=name.strip(), type=spelled.strip()) for name, spelled in pairs)


_CODE = Shape(type="ONIXCode", members=_leaves("code: String"))
_PRODUCT_IDS = Member(name="productIds", type="[Int!]!")

PRICE = Shape(
    type="Price",
    members=(
        *_leaves(
            "id: Int!, amount: Float!, currencyCode: String!, effectiveFrom: ISO8601Date, effectiveTo: ISO8601Date"
        ),
        Member(name="onixPriceType", type="ONIXCode!", below=_CODE),
        Member(name="onixPriceTypeQualifier", type="ONIXCode!", below=_CODE),
    ),
)

_PAPER_COUNTS = _leaves(
    "approximatePageCount: Int, productionPageCount: Int, mainContentPageCount: Int, "
    "totalNumberedPages: Int, contentPageCount: Int"
)
_ISBN = Shape(type="ISBN", members=_leaves("isbn13: String"))

PRODUCT = Shape(
    type="Product",
    members=(
        *_leaves(
            "__typename: String!, id: Int!, asin: String, allowOnixExports: Boolean!, "
            "actualEditionStatement: String, fullTitle: String, titlePrefix: String, "
            "titleWithoutPrefix: String, subtitle: String, publicationDate: ISO8601Date, "
            "forSaleCountryCodes: [String!], notForSaleCountryCodes: [String!], "
            "isForSaleWorldwide: Boolean, salesRightsDescription: String"
        ),
        Member(name="isbn", type="ISBN", below=_ISBN),
        Member(name="onix21ProductForm", type="ONIXCode", below=_CODE),
        Member(name="onixPublishingStatus", type="ONIXCode", below=_CODE),
        Member(
            name="onixProductAvailability", type="ONIXCode", below=_CODE, alias="availability", sure=False
        ),
        Member(
            name="inHouseFormat",
            type="InHouseFormat",
            below=Shape(type="InHouseFormat", members=_leaves("name: String!")),
        ),
        Member(name="prices", type="[Price!]!", below=PRICE),
    ),
    kinds=(
        Shape(
            type="PhysicalBookProduct",
            members=(
                *_leaves("productHeight: Float, productWidth: Float, productThickness: Float"),
                *_PAPER_COUNTS,
            ),
        ),
        Shape(
            type="ElectronicBookProduct",
            members=_leaves("absolutePageCount: Int, approximatePageCount: Int"),
        ),
    ),
)

_CONTACT = Shape(
    type="Contact",
    members=_leaves("__typename: String!, id: Int!, name: String, isni: String"),
    kinds=(
        Shape(
            type="Person",
            members=_leaves("personName: String, personNameInverted: String, biographicalNote: String"),
        ),
        Shape(type="Organisation", members=_leaves("organisationName: String, biographicalNote: String")),
    ),
)

CONTRIBUTION = Shape(
    type="Contribution",
    members=(
        *_leaves("id: Int, sequenceNumber: Int!"),
        _PRODUCT_IDS,
        Member(name="onixContributorRole", type="ONIXCode!", below=_CODE),
        Member(name="contributor", type="Contact!", below=_CONTACT),
    ),
)

MARKETING_TEXT = Shape(
    type="MarketingText",
    members=(
        *_leaves(
            "id: Int, externalText: String!, approvalStatusName: String, fromDate: ISO8601Date, "
            "dateReleased: ISO8601Date"
        ),
        _PRODUCT_IDS,
        Member(name="onixContentAudiences", type="[ONIXCode!]!", below=_CODE),
        Member(name="untilDate", type="ISO8601Date", sure=False, asked=False),
    ),
)

SUPPORTING_RESOURCE = Shape(
    type="SupportingResource",
    members=(
        *_leaves(
            "id: Int!, url: String, caption: String, requiredCredit: String, imageContentType: String, "
            "height: Int, isProcessing: Boolean!"
        ),
        _PRODUCT_IDS,
        Member(name="onixIntendedContentAudience", type="ONIXCode!", below=_CODE),
        Member(name="status", type="SupportingResourceStatus", sure=False),
        Member(name="resourceVariant", type="SupportingResourceVariant", sure=False),
        Member(name="onixContentAudience", type="ONIXCode!", below=_CODE, sure=False, asked=False),
        Member(name="width", type="Int", sure=False, asked=False),
    ),
)

PRIZE = Shape(
    type="Prize",
    members=(
        *_leaves("id: Int, prizeName: String!, prizeYear: Int, prizeJury: String, prizeStatement: String"),
        _PRODUCT_IDS,
        Member(name="onixPrizeAchievement", type="ONIXCode", below=_CODE),
    ),
)

_SERIES_MEMBERSHIP = Shape(
    type="SeriesMembership",
    members=(
        *_leaves("partNumber: String"),
        Member(
            name="series",
            type="Series!",
            below=Shape(type="Series", members=_leaves("id: Int!, name: String!")),
        ),
    ),
)

_SUBJECT = Shape(type="SubjectCode", members=_leaves("__typename: String!, code: String!, main: Boolean"))


def text_members(variants: Mapping[str, str]) -> tuple[Member, ...]:
    """One member for each shelf of texts that a variant goes to; an inferred variant makes it unsure.

    Args:
        variants: Variants and their shelves.
    """
    return tuple(
        Member(
            name="marketingTexts",
            type="[MarketingText!]!",
            below=MARKETING_TEXT,
            alias=f"texts_{shelf}",
            arguments=(Argument(name="variantIn", type="[MarketingTextVariant!]", values=found),),
        )
        for shelf in SHELVES
        if (found := tuple(variant for variant, goes in variants.items() if goes == shelf))
    )


WORK = Shape(
    type="Work",
    members=(
        *_leaves(
            "id: Int!, title: String, subtitle: String, editionNumber: Int, editionStatement: String, "
            "projectStage: String, season: String, identifyingDoi: String, inHouseWorkReference: String, "
            "salesforceUid: String, bisacs: [String!], bics: [String!]"
        ),
        Member(name="themas", type="[String!]", sure=False),
        Member(name="imprint", type="Imprint", below=Shape(type="Imprint", members=_leaves("name: String!"))),
        Member(name="seriesMemberships", type="[SeriesMembership!]!", below=_SERIES_MEMBERSHIP),
        Member(
            name="subjectCodes",
            type="[SubjectCode!]!",
            below=_SUBJECT,
            arguments=(
                Argument(name="schemesIn", type="[SubjectScheme!]", values=("BISAC", "THEMA", "BIC")),
            ),
        ),
        Member(name="contributions", type="[Contribution!]!", below=CONTRIBUTION),
        Member(name="supportingResources", type="[SupportingResource!]!", below=SUPPORTING_RESOURCE),
        Member(name="prizes", type="[Prize!]!", below=PRIZE),
        Member(
            name="similarProducts",
            type="[Product!]!",
            below=Shape(type="Product", members=(Member(name="isbn", type="ISBN", below=_ISBN),)),
        ),
        Member(name="products", type="[Product!]!", below=PRODUCT),
    ),
)
"""A work without its texts, which depend on the account's variants."""

SURE_VALUES = frozenset(
    {
        "MarketingTextVariant.SHORT_DESCRIPTION",
        "SubjectScheme.BIC",
        "SubjectScheme.BISAC",
        "SubjectScheme.THEMA",
    }
)
"""Enum values that the vendor shows."""

INPUTS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "WorkSearchAttributes": MappingProxyType(
            {
                "after": "Int",
                "idEq": "Int",
                "contractIdEq": "Int",
                "changedSince": "ISO8601Date",
                "titleEq": "String",
                "titleCont": "String",
                "subtitleEq": "String",
                "subtitleCont": "String",
                "subtitlePresent": "Boolean",
                "imprintIdIn": "[Int!]",
            }
        ),
        "ProductSearchAttributes": MappingProxyType(
            {
                "after": "Int",
                "idEq": "Int",
                "isbn13Eq": "String",
                "isbn13In": "[String!]",
                "isbn13Assigned": "Boolean",
                "titleEq": "String",
                "titleCont": "String",
                "titlePrefixPresent": "String",
                "publicationDateEq": "ISO8601Date",
                "publicationDateGt": "ISO8601Date",
                "publicationDateLt": "ISO8601Date",
                "publicationDateGteq": "ISO8601Date",
                "publicationDateLteq": "ISO8601Date",
                "onix21ProductFormCodeIn": "[ONIX21ProductFormCode!]",
                "changedSince": "ISO8601Date",
                "productTypes": "[ProductTypename!]",
            }
        ),
        "PriceSearchAttributes": MappingProxyType(
            {
                "amountLteq": "Float",
                "currencyCodeIn": "[CurrencyCode!]",
                "onixPriceTypeCodeIn": "[ONIXPriceTypeCode!]",
                "onixPriceTypeQualifierCodeIn": "[ONIXPriceTypeQualifierCode!]",
            }
        ),
    }
)
"""Members of the search inputs that our searches can send."""


def walk(shape: Shape) -> Iterator[tuple[str, Member]]:
    """Every member below a shape with the name of the type that holds it, parents first."""
    for member in shape.members:
        yield shape.type, member
        if member.below is not None:
            yield from walk(member.below)
    for kind in shape.kinds:
        yield from walk(kind)

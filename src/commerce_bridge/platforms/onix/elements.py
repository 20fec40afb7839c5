"""From elements to contents: one walk that knows which elements are read, in both vocabularies."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from typing import Any, Final, Protocol

from commerce_bridge.errors import MissingExtra
from commerce_bridge.platforms.onix.node import Content
from commerce_bridge.platforms.onix.tags import REFERENCE_TAGS


class Element(Protocol):
    """As much of an lxml element as is used here."""

    tag: str
    text: str | None
    tail: str | None

    def __iter__(self) -> Iterator[Element]: ...
    def __len__(self) -> int: ...
    def get(self, key: str) -> str | None:
        """An attribute."""
        ...

    def clear(self) -> None:
        """Drop everything in it."""
        ...

    def itertext(self) -> Iterator[str]:
        """All text below it."""
        ...

    def iter(self) -> Iterator[Element]:
        """It and all below it."""
        ...

    def items(self) -> list[tuple[str, str]]:
        """All attributes."""
        ...

    def getprevious(self) -> Element | None:
        """The element before it."""
        ...

    def getparent(self) -> Any:
        """The element around it."""
        ...

    def getroottree(self) -> Any:
        """The document it is in."""
        ...

    def findall(self, path: str) -> list[Element]:
        """The elements of this path."""
        ...

    def findtext(self, path: str) -> str | None:
        """The text of the first element of this path."""
        ...


DATA, DATED, FLAT, COMPOSITE, MARKUP, RELATED = range(6)

_READ: Final = {
    COMPOSITE: """
        Product ProductIdentifier DescriptiveDetail ProductFormFeature Measure Collection CollectionIdentifier
        CollectionSequence TitleDetail TitleElement Contributor NameIdentifier Language Extent Subject Audience
        CollateralDetail TextContent Territory ContentDate SupportingResource ResourceFeature ResourceVersion
        ResourceVersionFeature PublishingDetail Imprint Publisher PublishingDate SalesRights SalesRestriction
        RelatedMaterial WorkIdentifier ProductSupply Market MarketPublishingDetail
        MarketDate SupplyDetail Supplier SupplyDate Price PriceCondition Tax PriceDate Header Sender""",
    RELATED: "RelatedWork RelatedProduct",
    DATED: "Date StartDate EndDate SentDateTime",
    MARKUP: "Text BiographicalNote",
    FLAT: "FeatureNote ContributorStatement EditionStatement SalesRestrictionNote DeletionText",
    DATA: """
        RecordReference NotificationType ProductIDType IDTypeName IDValue ProductComposition ProductForm
        ProductFormDetail ProductFormFeatureType ProductFormFeatureValue PrimaryContentType ProductContentType
        EpubTechnicalProtection MeasureType Measurement MeasureUnitCode CollectionType CollectionIDType
        CollectionSequenceType CollectionSequenceNumber TitleType TitleElementLevel PartNumber YearOfAnnual
        TitleText TitlePrefix NoPrefix TitleWithoutPrefix Subtitle SequenceNumber ContributorRole NameIDType
        PersonName PersonNameInverted TitlesBeforeNames NamesBeforeKey PrefixToKey KeyNames NamesAfterKey
        SuffixToKey LettersAfterNames TitlesAfterNames CorporateName CorporateNameInverted UnnamedPersons
        EditionNumber LanguageRole LanguageCode ExtentType ExtentValue ExtentUnit MainSubject
        SubjectSchemeIdentifier SubjectSchemeName SubjectCode SubjectHeadingText AudienceCode AudienceCodeType
        AudienceCodeValue TextType ContentAudience CountriesIncluded RegionsIncluded CountriesExcluded
        RegionsExcluded ContentDateRole DateFormat ResourceContentType ResourceMode ResourceFeatureType
        FeatureValue ResourceForm ResourceVersionFeatureType ResourceLink ImprintName PublishingRole
        PublisherName PublishingStatus PublishingDateRole SalesRightsType ROWSalesRightsType
        SalesRestrictionType WorkRelationCode WorkIDType ProductRelationCode MarketReference
        MarketPublishingStatus MarketDateRole SupplierRole SupplierName ProductAvailability SupplyDateRole
        UnpricedItemType PriceType PriceQualifier PriceConditionType MinimumOrderQuantity PriceStatus
        PriceAmount PriceCoded TaxExempt TaxType TaxRateCode TaxRatePercent CurrencyCode PriceDateRole
        SenderName MessageNumber DefaultLanguageOfText DefaultPriceType DefaultCurrencyCode""",
}
KINDS: Final = {name: kind for kind, names in _READ.items() for name in names.split()}
"""Reference name of every element that is read, and what it is."""


class _Names(dict[str, "tuple[str, int] | None"]):
    """Any spelling of a tag to its reference name and kind; None for what is not read."""

    def __missing__(self, raw: str) -> tuple[str, int] | None:
        name = reference_name(raw)
        kind = KINDS.get(name)
        known = None if kind is None else (name, kind)
        if len(self) < 5000:
            self[raw] = known
        return known


_NAMES: Final = _Names()


def lxml_etree() -> Any:
    """The `lxml.etree` module.

    Raises:
        MissingExtra: lxml is not installed.
    """
    try:
        from lxml import etree
    except ImportError as error:
        raise MissingExtra("Reading ONIX needs lxml.", extra="publishing") from error
    return etree


def local_name(tag: str) -> str:
    """The tag without its namespace."""
    return tag.rpartition("}")[2]


def reference_name(tag: str) -> str:
    """The reference name of a tag in any namespace and either vocabulary."""
    name = local_name(tag)
    return REFERENCE_TAGS.get(name, name)


def read(element: Element) -> Content:
    """What the composite `element` has, with all below it that is read."""
    content: Content = {}
    names = _NAMES
    for child in element:
        known = names[child.tag]
        if known is None:
            continue
        name, kind = known
        if kind == DATA:
            text = child.text
            value: Any = text.strip() if text else ""
        elif kind == COMPOSITE:
            value = read(child)
        else:
            value = _special(child, name, kind, content)
            if value is None:
                continue
        if name not in content:
            content[name] = value if kind <= FLAT else [value]
        elif kind <= FLAT:
            content.setdefault(name + "*", [content[name]]).append(value)
        else:
            content[name].append(value)
    return content


def _special(child: Element, name: str, kind: int, around: Content) -> str | Content | None:
    """What an element is that is neither plain data nor a plain composite; None when it is not wanted."""
    if kind == MARKUP:
        return _markup(child)
    if kind == RELATED:
        return read(child) if _stands_in(child, *RELATIONS[name]) else None
    if kind == DATED:
        around.setdefault(name + "@dateformat", child.get("dateformat") or "")
    return "".join(child.itertext()).strip()


RELATIONS: Final = {
    "RelatedWork": ("WorkRelationCode", frozenset({"01", "06"})),
    "RelatedProduct": ("ProductRelationCode", frozenset({"06", "13", "23", "27"})),
}
"""Relations that are read, by composite (ONIX lists 164 and 51); records name many more of other kinds."""


def _stands_in(related: Element, code_name: str, wanted: frozenset[str]) -> bool:
    """Whether a related work or product stands in a relation that is read."""
    for child in related:
        known = _NAMES[child.tag]
        if known is not None and known[0] == code_name and (child.text or "").strip() in wanted:
            return True
    return False


def _markup(element: Element) -> Content:
    """A text that may be plain, markup in text, or XHTML children; its attributes beside it."""
    body = _inner_markup(element) if len(element) else (element.text or "")
    content: Content = {"body": body.strip(), "children": "yes" if len(element) else ""}
    for name in ("textformat", "language"):
        content[name] = element.get(name) or ""
    return content


_VOID: Final = frozenset({"br", "hr", "img", "col", "wbr"})


def _inner_markup(element: Element) -> str:
    """The children as HTML without namespaces, whatever is declared around them."""
    return escape(element.text or "", quote=False) + "".join(_html(child) for child in element)


def _html(element: Element) -> str:
    name = local_name(element.tag)
    attributes = "".join(f' {local_name(key)}="{escape(value)}"' for key, value in element.items())
    tail = escape(element.tail or "", quote=False)
    if name in _VOID:
        return f"<{name}{attributes}>{tail}"
    return f"<{name}{attributes}>{_inner_markup(element)}</{name}>{tail}"

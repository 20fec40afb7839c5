"""One record to one format, and to what it says of the work."""

from __future__ import annotations

from typing import Any, Final

from attrs import define, field

from commerce_bridge.domain.exchange import Ref
from commerce_bridge.domain.fields import AnyField
from commerce_bridge.domain.title import (
    Asset,
    Contributor,
    Format,
    Identifier,
    SeriesMembership,
    Status,
    Subject,
    Text,
)
from commerce_bridge.platforms.onix import fields
from commerce_bridge.platforms.onix.diagnostics import Notes
from commerce_bridge.platforms.onix.document import Header
from commerce_bridge.platforms.onix.identity import (
    identifiers_of,
    others,
    read_isbn,
    similar,
    the_work,
)
from commerce_bridge.platforms.onix.names import display_title, series
from commerce_bridge.platforms.onix.node import EMPTY, Node
from commerce_bridge.platforms.onix.people import contributors, subjects
from commerce_bridge.platforms.onix.physical import extents, file_size_bytes, measures
from commerce_bridge.platforms.onix.rights import rights
from commerce_bridge.platforms.onix.settings import OnixSettings
from commerce_bridge.platforms.onix.supply import dates_of, trade
from commerce_bridge.platforms.onix.texts import assets, texts

PLATFORM: Final = "onix"
_STATUSES: Final = {one.value: one for one in Status}
_NOT_CONSUMER: Final = frozenset({"20", "30", "31"})
_NO_DATE_WANTED: Final = frozenset({"01", "03"})


@define(kw_only=True)
class Piece:
    """What one record gives to a title.

    Args:
        format: The product; its own name and subtitle are set when the family's are known.
        name: The distinctive title, empty when the record has none.
        subtitle: Or None.
        works: All identifiers of its work.
        contributors: In order.
        subjects: In order.
        series: In order.
        texts: In order.
        assets: In order.
        imprint: Or None.
        publisher: Or None.
        language: Or None.
        similar: ISBNs of similar products.
        extra: Fields of the title that only ONIX has.
    """

    format: Format
    name: str
    subtitle: str | None
    works: tuple[Identifier, ...]
    contributors: list[Contributor]
    subjects: list[Subject]
    series: list[SeriesMembership]
    texts: list[Text]
    assets: list[Asset]
    imprint: str | None
    publisher: str | None
    language: str | None
    similar: list[str]
    extra: dict[AnyField, Any] = field(factory=dict[AnyField, Any])


def piece(product: Node, header: Header, settings: OnixSettings, notes: Notes) -> Piece:
    """What a complete record says; whatever cannot be read is noted, and the rest stands."""
    detail = product.node("DescriptiveDetail") or EMPTY
    collateral = product.node("CollateralDetail") or EMPTY
    publishing = product.node("PublishingDetail") or EMPTY
    related = product.node("RelatedMaterial")
    language = _language(detail, notes) or header.language
    name, subtitle = display_title(detail, notes)
    work = the_work(related)
    return Piece(
        format=_format(product, detail, publishing, header, settings, notes),
        name=name,
        subtitle=subtitle,
        works=identifiers_of(work, "WorkIdentifier", "WorkIDType", 16, notes) if work else (),
        contributors=contributors(detail, language, settings, notes),
        subjects=subjects(detail, notes),
        series=series(detail, notes),
        texts=texts(collateral, notes),
        assets=assets(collateral, notes),
        imprint=_first(publishing, "Imprint", "ImprintName"),
        publisher=_publisher(publishing),
        language=language,
        similar=similar(related),
        extra=_title_extra(detail, notes),
    )


def _format(
    product: Node, detail: Node, publishing: Node, header: Header, settings: OnixSettings, notes: Notes
) -> Format:
    general = dates_of(publishing, "PublishingDate", 163, notes)
    status = _status(publishing, notes)
    if status.value in _NO_DATE_WANTED and general.published:
        notes.info("status.date", "A cancelled or postponed product has a publication date.", publishing)
    windows, restricted = rights(publishing, general.ends, general.hold, settings, notes)
    traded = trade(product, general, header, settings, notes)
    identifiers = identifiers_of(product, "ProductIdentifier", "ProductIDType", 5, notes)
    isbn = read_isbn(identifiers, product, notes)
    edition = detail.text("EditionNumber") or ""
    return Format(
        ref=Ref(PLATFORM, "product", product.text("RecordReference") or ""),
        isbn=isbn,
        identifiers=others(identifiers, isbn) if isbn else identifiers,
        form=notes.code(150, detail, "ProductForm"),
        form_details=tuple(notes.codes(175, detail, "ProductFormDetail")),
        edition_number=int(edition) if edition.isascii() and edition.isdigit() and len(edition) < 5 else None,
        edition=detail.text("EditionStatement"),
        status=status,
        publication_date=general.published,
        embargo=general.embargo,
        preorder_from=general.preorder,
        announced=general.announced,
        extents=extents(detail, notes),
        measures=measures(detail, notes),
        prices=traded.prices,
        unpriced=traded.unpriced,
        rights=windows + traded.ended,
        supplies=traded.supplies,
        restricted_to=restricted,
        extra=_format_extra(detail, notes),
    )


def _status(publishing: Node, notes: Notes) -> Status:
    code = notes.code(64, publishing, "PublishingStatus")
    return _STATUSES.get(code or "", Status.UNKNOWN)


def _language(detail: Node, notes: Notes) -> str | None:
    for node in detail.each("Language"):
        if notes.code(22, node, "LanguageRole") == "01":
            return notes.code(74, node, "LanguageCode")
    return None


def _publisher(publishing: Node) -> str | None:
    """The publisher's name: role 01 before all others."""
    nodes = publishing.each("Publisher")
    chosen = [one for one in nodes if one.text("PublishingRole") == "01"] or nodes
    return next((name for one in chosen if (name := one.text("PublisherName"))), None)


def _first(node: Node, composite: str, name: str) -> str | None:
    return next((text for one in node.each(composite) if (text := one.text(name))), None)


def _format_extra(detail: Node, notes: Notes) -> dict[AnyField, Any]:
    extra: dict[AnyField, Any] = {}
    composition = notes.code(2, detail, "ProductComposition")
    if composition:
        extra[fields.COMPOSITION] = composition
        if composition in _NOT_CONSUMER:
            message = f"Composition {composition} is a trade pack or trade-only product, not a consumer's."
            notes.warning("composition.trade", message, detail, "ProductComposition")
    features = [
        notes.code(196, one, "ProductFormFeatureValue")
        for one in detail.each("ProductFormFeature")
        if notes.code(79, one, "ProductFormFeatureType") == "09"
    ]
    if features:
        extra[fields.ACCESSIBILITY] = tuple(code for code in features if code)
    if protection := notes.codes(144, detail, "EpubTechnicalProtection"):
        extra[fields.PROTECTION] = tuple(protection)
    if size := file_size_bytes(detail):
        extra[fields.FILE_SIZE_BYTES] = size
    return extra


def _title_extra(detail: Node, notes: Notes) -> dict[AnyField, Any]:
    extra: dict[AnyField, Any] = {}
    audience = [
        notes.code(28, one, "AudienceCodeValue")
        for one in detail.each("Audience")
        if one.text("AudienceCodeType") == "01"
    ]
    codes = [code for code in (*audience, *detail.all("AudienceCode")) if code]
    if codes:
        extra[fields.AUDIENCE] = tuple(dict.fromkeys(codes))
    if statement := detail.text("ContributorStatement"):
        extra[fields.CONTRIBUTOR_STATEMENT] = statement
    return extra

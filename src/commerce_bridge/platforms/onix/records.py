"""Records that are not complete: block updates and deletions; and complete ones as a caller keeps them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from attrs import field, frozen

from commerce_bridge.domain.title import Identifier
from commerce_bridge.errors import InvalidDocument
from commerce_bridge.platforms.onix.document import PARSER_OPTIONS, Header
from commerce_bridge.platforms.onix.elements import Element, lxml_etree, reference_name

BLOCKS: Final = (
    "DescriptiveDetail",
    "CollateralDetail",
    "PromotionDetail",
    "ContentDetail",
    "PublishingDetail",
    "RelatedMaterial",
    "ProductionDetail",
    "ProductSupply",
)
"""The numbered blocks in schema order; what comes before them is the record's head."""


@frozen(kw_only=True)
class OnixRecord:
    """A complete record as a caller may keep it, to apply block updates to it later.

    Args:
        reference: Its RecordReference.
        header: What its message said of itself; the defaults belong to the record.
        xml: The record as UTF-8 XML.
    """

    reference: str
    header: Header
    xml: bytes = field(repr=lambda xml: f"<{len(xml)} bytes>")


@frozen(kw_only=True)
class BlockUpdate:
    """A partial record (NotificationType 04): the blocks it has replace those of its base record.

    Args:
        reference: The RecordReference of its base record.
        blocks: The blocks it has, in schema order.
        record: The update itself.

    Source: EDItEUR ONIX code lists, Issue 71, List 1.
    """

    reference: str
    blocks: tuple[str, ...]
    record: OnixRecord


@frozen(kw_only=True)
class Deletion:
    """A record that its sender withdraws (NotificationType 05), because it was sent in error.

    It is not the way to say that a title is cancelled or out of print; that is a publishing status.

    Args:
        reference: The RecordReference.
        identifiers: The product's identifiers.
        reason: What the sender says, or None.

    Source: EDItEUR ONIX code lists, Issue 71, List 1.
    """

    reference: str
    identifiers: tuple[Identifier, ...]
    reason: str | None = None


def parse_record(xml: bytes) -> Element:
    """The element of a record that an index or a caller kept.

    Raises:
        InvalidDocument: It is no well-formed XML.
    """
    etree = lxml_etree()
    try:
        element: Element = etree.fromstring(xml, _parser(etree))
    except etree.XMLSyntaxError as error:
        raise InvalidDocument(f"ONIX: a kept record cannot be read as XML ({error}).") from error
    return element


_PARSERS: Final[list[Any]] = []


def _parser(etree: Any) -> Any:
    if not _PARSERS:
        _PARSERS.append(etree.XMLParser(**PARSER_OPTIONS))
    return _PARSERS[0]


def blocks_of(record: Element) -> tuple[str, ...]:
    """The blocks a record has, in schema order."""
    present = {reference_name(child.tag) for child in record}
    return tuple(block for block in BLOCKS if block in present)


def apply_update(base: OnixRecord, update: BlockUpdate) -> OnixRecord:
    """The base record with the blocks of the update in place of its own; all other blocks stay.

    `ProductSupply` is replaced as a set, unless every one in both has a MarketReference (3.1): then each
    replaces the one of the same market.

    Raises:
        InvalidDocument: The update is for another record.

    Source: EDItEUR ONIX for Books 3.1 revision 2, `NotificationType` and `MarketReference`.
    """
    if base.reference != update.reference:
        raise InvalidDocument(
            f"ONIX: the block update is for record {update.reference}, the base record is {base.reference}.",
            hint="Look up the base record by the update's reference.",
        )
    etree = lxml_etree()
    old, new = _normalised(base.xml), _normalised(update.record.xml)
    merged = etree.Element("Product")
    head = [child for child in old if child.tag not in BLOCKS]
    for child in head:
        merged.append(child)
    for block in BLOCKS:
        mine, theirs = old.findall(block), new.findall(block)
        chosen = _supplies(mine, theirs) if block == "ProductSupply" else theirs or mine
        for child in chosen:
            merged.append(child)
    return OnixRecord(
        reference=base.reference, header=base.header, xml=etree.tostring(merged, encoding="utf-8")
    )


def _supplies(mine: Sequence[Element], theirs: Sequence[Element]) -> list[Element]:
    if not theirs:
        return list(mine)
    references = [one.findtext("MarketReference") for one in theirs]
    if None in references or any(one.findtext("MarketReference") is None for one in mine):
        return list(theirs)
    kept = [one for one in mine if one.findtext("MarketReference") not in references]
    return [*kept, *theirs]


def _normalised(xml: bytes) -> Element:
    """The record in reference tags without a namespace, so that two vocabularies can be merged."""
    record = parse_record(xml)
    etree = lxml_etree()
    for element in record.iter():
        element.tag = reference_name(element.tag)
    etree.cleanup_namespaces(record)
    return record

"""ONIX behind the reader port: a page is some families, a cursor is where the next page begins.

Reading the local file inside the flow is not an effect: it waits for no vendor, takes no quota, and
gives the same answer each time.  In async mode it holds the event loop while a page is read, so give
large files their own thread.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import BinaryIO, Final

from commerce_bridge.domain.exchange import Cursor, Observed, Page, Ref
from commerce_bridge.domain.title import Title
from commerce_bridge.errors import InvalidDocument
from commerce_bridge.flow.effects import Flow
from commerce_bridge.flow.primitives import now
from commerce_bridge.platforms.onix.diagnostics import Severity
from commerce_bridge.platforms.onix.product import PLATFORM
from commerce_bridge.platforms.onix.reading import Family, OnixReading, read_onix
from commerce_bridge.platforms.onix.settings import OnixSettings

PAGE_SIZE: Final = 50

SOURCES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "ref": "RelatedMaterial/RelatedWork (WorkRelationCode 01, 06)",
        "name": "DescriptiveDetail/TitleDetail (TitleType 01), TitleElement (level 01)",
        "subtitle": "DescriptiveDetail/TitleDetail/TitleElement/Subtitle",
        "contributors": "DescriptiveDetail/Contributor",
        "subjects": "DescriptiveDetail/Subject",
        "series": "DescriptiveDetail/Collection",
        "texts": "CollateralDetail/TextContent",
        "assets": "CollateralDetail/SupportingResource",
        "imprint": "PublishingDetail/Imprint",
        "publisher": "PublishingDetail/Publisher (PublishingRole 01)",
        "language": "DescriptiveDetail/Language (LanguageRole 01)",
        "identifiers": "RelatedMaterial/RelatedWork/WorkIdentifier",
        "related": "RelatedMaterial/RelatedProduct (ProductRelationCode 23)",
        "formats": "Product",
        "onix_audience": "DescriptiveDetail/Audience (AudienceCodeType 01)",
        "onix_contributor_statement": "DescriptiveDetail/ContributorStatement",
        "format.ref": "RecordReference",
        "format.name": "DescriptiveDetail/TitleDetail, where it differs from the family's",
        "format.subtitle": "DescriptiveDetail/TitleDetail/TitleElement/Subtitle, where it differs",
        "format.onix_composition": "DescriptiveDetail/ProductComposition",
        "format.onix_accessibility": "DescriptiveDetail/ProductFormFeature (ProductFormFeatureType 09)",
        "format.onix_protection": "DescriptiveDetail/EpubTechnicalProtection",
        "format.onix_file_size_bytes": "DescriptiveDetail/Extent (ExtentType 22)",
        "format.isbn": "ProductIdentifier (ProductIDType 15, 03, 02)",
        "format.identifiers": "ProductIdentifier",
        "format.form": "DescriptiveDetail/ProductForm",
        "format.form_details": "DescriptiveDetail/ProductFormDetail",
        "format.edition_number": "DescriptiveDetail/EditionNumber",
        "format.edition": "DescriptiveDetail/EditionStatement",
        "format.status": "PublishingDetail/PublishingStatus",
        "format.publication_date": "PublishingDetail/PublishingDate (role 01)",
        "format.embargo": "PublishingDetail/PublishingDate (role 02, 33)",
        "format.preorder_from": "PublishingDetail/PublishingDate (role 27)",
        "format.announced": "PublishingDetail/PublishingDate (role 09)",
        "format.extents": "DescriptiveDetail/Extent",
        "format.measures": "DescriptiveDetail/Measure",
        "format.prices": "ProductSupply/SupplyDetail/Price",
        "format.unpriced": "ProductSupply/SupplyDetail/UnpricedItemType",
        "format.rights": "PublishingDetail/SalesRights, ROWSalesRightsType; ends: dates 13, 51, market status",
        "format.supplies": "ProductSupply",
        "format.restricted_to": "PublishingDetail/SalesRestriction, SalesRights/SalesRestriction",
    }
)
"""Field of a title, or ``format.`` and field of a format, to the ONIX elements it is read from."""


class OnixReader:
    """Reads the titles of one message, family by family.  Close it, or use `with`.

    The message is indexed when the first page is asked for; a file on disk that has changed since is
    indexed again when a new reading from the beginning, or a look at single titles, is asked for.

    Args:
        source: A path, or a file open for reading bytes, which is read once.
        settings: How to read; the defaults suit a publisher's own shop.
        page_size: Families a page, at least 1.
    """

    def __init__(
        self,
        source: str | os.PathLike[str] | BinaryIO,
        *,
        settings: OnixSettings | None = None,
        page_size: int = PAGE_SIZE,
    ) -> None:
        if page_size < 1:
            raise ValueError(f"page_size is {page_size}: expected at least 1")
        self._path = Path(source) if isinstance(source, (str, os.PathLike)) else None
        self._stream = None if isinstance(source, (str, os.PathLike)) else source
        self._settings = settings or OnixSettings()
        self._page_size = page_size
        self._reading: OnixReading | None = None
        self._stamp: tuple[int, int] | None = None
        self._seen_at: datetime | None = None

    def changes(self, cursor: Cursor | None) -> Flow[Page[Observed[Title]]]:
        """One page of titles, in the order in which the message first names their families.

        A file does not say what changed: every reading goes through all titles, and their versions tell
        which are as they were.  A cursor of another file begins at its beginning.

        Raises:
            InvalidDocument: It is no ONIX 3.0 or 3.1.
        """
        reading = self._opened(fresh=cursor is None)
        start = _start(cursor, reading)
        seen_at = yield from self._instant(reading)
        stop = min(start + self._page_size, reading.family_count)
        items = tuple(observed(reading.family(number), seen_at) for number in range(start, stop))
        following = f"{reading.digest}:{stop}" if stop < reading.family_count else None
        return Page(items=items, next=following, remarks=() if following else _remarks(reading))

    def fetch(self, refs: Sequence[Ref]) -> Flow[tuple[Observed[Title], ...]]:
        """The titles of these works, or of the works that these products belong to, as the file has them now.

        Raises:
            InvalidDocument: It is no ONIX 3.0 or 3.1.
        """
        reading = self._opened(fresh=True)
        seen_at = yield from self._instant(reading)
        numbers = dict.fromkeys(number for ref in refs if (number := _number(ref, reading)) is not None)
        return tuple(observed(reading.family(number), seen_at) for number in numbers)

    @property
    def reading(self) -> OnixReading:
        """The indexed message: its updates, deletions and findings.

        Raises:
            InvalidDocument: It is no ONIX 3.0 or 3.1.
        """
        return self._opened(fresh=False)

    def close(self) -> None:
        """Give the disk space back; closing twice is harmless."""
        if self._reading is not None:
            self._reading.close()
            self._reading = None

    def __enter__(self) -> OnixReader:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _opened(self, *, fresh: bool) -> OnixReading:
        if self._path is not None:
            stat = self._path.stat()
            stamp = (stat.st_mtime_ns, stat.st_size)
            if self._reading is None or (fresh and stamp != self._stamp):
                self.close()
                self._reading, self._stamp, self._seen_at = (
                    read_onix(self._path, settings=self._settings),
                    stamp,
                    None,
                )
        elif self._reading is None:
            if self._stream is None:
                raise InvalidDocument(
                    "ONIX: the stream was read once and the reader was closed.", hint="Open the source anew."
                )
            self._reading, self._stream = read_onix(self._stream, settings=self._settings), None
        return self._reading

    def _instant(self, reading: OnixReading) -> Flow[datetime]:
        """When the sender sent it; the present instant when the message does not say."""
        if self._seen_at is None:
            sent = reading.header.sent
            if sent is not None:
                self._seen_at = sent.starts(self._settings.sender_zone).astimezone(UTC)
            else:
                self._seen_at = yield from now()
        return self._seen_at


def observed(family: Family, seen_at: datetime) -> Observed[Title]:
    """A family as the port shows it; errors and warnings are its problems."""
    told = [one for one in family.diagnostics if one.severity is not Severity.INFO]
    return Observed(
        value=family.title,
        ref=family.title.ref,
        version=family.version,
        seen_at=seen_at,
        sources=SOURCES,
        problems=tuple(str(one) for one in told),
        concerns={str(one): Ref(PLATFORM, "product", one.record) for one in told if one.record is not None},
    )


def _remarks(reading: OnixReading) -> tuple[str, ...]:
    """What is wrong with the message as a whole."""
    return tuple(str(one) for one in reading.findings if one.severity is not Severity.INFO)


def _start(cursor: Cursor | None, reading: OnixReading) -> int:
    if cursor is None:
        return 0
    digest, _, number = cursor.partition(":")
    return int(number) if digest == reading.digest and number.isdigit() else 0


def _number(ref: Ref, reading: OnixReading) -> int | None:
    if ref.platform != PLATFORM:
        return None
    number = reading.family_of_work(ref.id) if ref.kind == "work" else None
    return reading.family_of(ref.id) if number is None else number

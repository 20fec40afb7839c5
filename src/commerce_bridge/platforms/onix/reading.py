"""Reading a message: one pass over the source to find the families, one over the index to read them."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from hashlib import blake2b
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Final

from attrs import frozen

from commerce_bridge.domain.title import Title
from commerce_bridge.errors import InvalidDocument
from commerce_bridge.platforms.onix.codes import ISSUE
from commerce_bridge.platforms.onix.diagnostics import Diagnostic, Notes, Severity, UnknownCode, errors
from commerce_bridge.platforms.onix.document import Header, Message
from commerce_bridge.platforms.onix.gather import title_of
from commerce_bridge.platforms.onix.identity import identifiers_of
from commerce_bridge.platforms.onix.index import COMPLETE, DELETION, UPDATE, Entry
from commerce_bridge.platforms.onix.intake import Counts, Intake
from commerce_bridge.platforms.onix.node import Node
from commerce_bridge.platforms.onix.product import Piece, piece
from commerce_bridge.platforms.onix.records import (
    BlockUpdate,
    Deletion,
    OnixRecord,
    blocks_of,
    parse_record,
)
from commerce_bridge.platforms.onix.settings import OnixSettings

MAPPING_VERSION: Final = 1
"""Raised when a release reads more, or otherwise, from the same record; a part of each family's version."""

_ERRORS_LISTED: Final = 5
_CODES_KEPT: Final = 10_000


@frozen(kw_only=True)
class Family:
    """One title with all its formats that the message has.

    Args:
        number: Its place among the families, from 0, by the first record of each.
        title: The title; its name is empty when no record of the family has a title.
        version: A hash of all that is read of its records and of how it is read; changes when either does.
        diagnostics: What is wrong or odd with its records, by themselves and among the others.
    """

    number: int
    title: Title
    version: str
    diagnostics: tuple[Diagnostic, ...] = ()


class OnixReading:
    """An indexed message: its families, updates, deletions and findings.  Close it, or use `with`.

    Attributes:
        header: What the message says of itself.
        broken: Why the file could not be read to its end, or None.
    """

    def __init__(
        self, intake: Intake, *, header: Header, settings: OnixSettings, broken: str | None = None
    ) -> None:
        self.header = header
        self.broken = broken
        self._settings = settings
        self._intake = intake
        self._index = intake.index
        # Bounded, because a broken sender could invent a code in every record.
        self._unknown: dict[tuple[int, str], UnknownCode] = {}
        self._tallied = 0
        defaults = (header.language, header.price_type, header.currency)
        how_read = repr((MAPPING_VERSION, ISSUE, defaults, settings.fingerprint))
        self._how_read = blake2b(how_read.encode(), digest_size=16).digest()

    @property
    def counts(self) -> Counts:
        """How many records of each kind the message has."""
        return self._intake.counts

    @property
    def findings(self) -> tuple[Diagnostic, ...]:
        """What is wrong with the message as a whole, and what only the whole message shows of a record."""
        return tuple(self._intake.findings)

    @property
    def family_count(self) -> int:
        """How many families there are."""
        return self._index.families

    def families(self, start: int = 0) -> Iterator[Family]:
        """All families from number `start` on, one at a time."""
        for number, entries in enumerate(self._index.each_family(start), start):
            yield self._family(number, entries)

    def titles(self) -> Iterator[Title]:
        """The titles of all families, one at a time."""
        return (family.title for family in self.families())

    def family(self, number: int) -> Family:
        """One family.

        Raises:
            IndexError: There is none of this number.
        """
        entries = self._index.family(number)
        if not entries:
            raise IndexError(f"there are {self._index.families} families; none has the number {number}")
        return self._family(number, entries)

    def _family(self, number: int, entries: Sequence[Entry]) -> Family:
        digest = blake2b(self._how_read, digest_size=16)
        pieces: list[Piece] = []
        found: list[Diagnostic] = []
        for entry in entries:
            digest.update(entry.digest)
            product = Node(entry.content)
            notes = Notes(entry.reference, product)
            pieces.append(piece(product, self.header, self._settings, notes))
            found += self._intake.about(entry.reference)
            found += notes.found
            if number >= self._tallied:
                self._tally(notes)
        self._tallied = max(self._tallied, number + 1)
        title = title_of(pieces, next((one.work for one in entries if one.work), None))
        return Family(number=number, title=title, version=digest.hexdigest(), diagnostics=tuple(found))

    def family_of(self, reference: str) -> int | None:
        """The number of the family with the record of this reference, or None."""
        return self._index.family_of(reference)

    def family_of_work(self, work: str) -> int | None:
        """The number of the family whose work has this identifier, or None."""
        return self._index.family_of_work(work)

    @property
    def digest(self) -> str:
        """A hash of all records; the same for the same records, whatever the header says."""
        return self._index.digest

    def records(self) -> Iterator[OnixRecord]:
        """The complete records, to be kept as bases of later block updates.

        Raises:
            ValueError: The message was read without `keep_records`.
        """
        if not self._settings.keep_records:
            raise ValueError(
                "the records were not kept; read the message with OnixSettings(keep_records=True)"
            )
        return (self._record(one) for one in self._index.of_kind(COMPLETE))

    def updates(self) -> Iterator[BlockUpdate]:
        """The block updates; `apply_update` puts one onto its base record."""
        for one in self._index.of_kind(UPDATE):
            blocks = blocks_of(parse_record(one.xml))
            yield BlockUpdate(reference=one.reference, blocks=blocks, record=self._record(one))

    def deletions(self) -> Iterator[Deletion]:
        """The records that the sender withdraws."""
        for one in self._index.of_kind(DELETION):
            product = Node(one.content)
            notes = Notes(one.reference, product)
            yield Deletion(
                reference=one.reference,
                identifiers=identifiers_of(product, "ProductIdentifier", "ProductIDType", 5, notes),
                reason=product.text("DeletionText"),
            )

    @property
    def unknown_codes(self) -> tuple[UnknownCode, ...]:
        """Codes that this release's lists do not have, in the families read so far."""
        return tuple(self._unknown[key] for key in sorted(self._unknown))

    def require_clean(self) -> None:
        """Read everything once.

        Raises:
            InvalidDocument: There is an error anywhere.
        """
        found = dict.fromkeys(errors(self.findings))
        for family in self.families():
            found.update(dict.fromkeys(errors(family.diagnostics)))
        if found:
            listed = "; ".join(str(one) for one in list(found)[:_ERRORS_LISTED])
            raise InvalidDocument(
                f"ONIX: the file has {len(found)} errors, and strict reading takes all or nothing: {listed}.",
                hint="Mend the file at its source, or read it without strict.",
            )

    def close(self) -> None:
        """Give the disk space back; closing twice is harmless."""
        self._index.close()

    def __enter__(self) -> OnixReading:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _record(self, entry: Entry) -> OnixRecord:
        return OnixRecord(reference=entry.reference, header=self.header, xml=entry.xml)

    def _tally(self, notes: Notes) -> None:
        for number, code in notes.unknown:
            known = self._unknown.get((number, code))
            if known is not None or len(self._unknown) < _CODES_KEPT:
                self._unknown[number, code] = UnknownCode(
                    list=number,
                    code=code,
                    count=known.count + 1 if known else 1,
                    record=known.record if known else notes.record,
                )


def read_onix(
    source: str | os.PathLike[str] | BinaryIO, *, settings: OnixSettings | None = None
) -> OnixReading:
    """An ONIX message as titles with their families of formats.

    The source is read once, from where it stands to its end; what is needed again stands in temporary
    files, so a source that cannot be rewound (standard input, a socket) is as good as a file.  Memory
    stays the same for files of any size.

    Args:
        source: A path, or a file open for reading bytes; a file given open is not closed.
        settings: How to read; the defaults suit a publisher's own shop.

    Returns:
        The reading; close it, or use it in a `with` statement.

    Raises:
        InvalidDocument: It is no ONIX 3.0 or 3.1, has a DTD, breaks off before its first record, or, when
            strict, has an error anywhere.
        MissingExtra: lxml is not installed.
        OSError: The file cannot be opened or read.

    Source: EDItEUR ONIX for Books 3.0 revision 8 and 3.1 revision 2.
    """
    settings = settings or OnixSettings()
    if not isinstance(source, (str, os.PathLike)):
        return _read_message(Message(source, settings), settings)
    with Path(source).open("rb") as stream:
        return _read_message(Message(stream, settings), settings)


def _read_message(message: Message, settings: OnixSettings) -> OnixReading:
    """Index all records of a message; the index is given back when that fails."""
    intake = Intake(keep_records=settings.keep_records)
    with ExitStack() as on_failure:
        on_failure.callback(intake.index.close)
        for element in message.records():
            intake.take(element)
        _note_message(intake, message)
        intake.finish(settings.family_limit)
        reading = OnixReading(intake, header=message.header, settings=settings, broken=message.broken)
        if settings.strict:
            reading.require_clean()
        on_failure.pop_all()
    return reading


def read_records(records: Iterable[OnixRecord], *, settings: OnixSettings | None = None) -> OnixReading:
    """Kept records as titles, for instance after block updates were applied; all of one sender.

    Args:
        records: Complete records; the header of the first one stands for all.
        settings: How to read.

    Raises:
        InvalidDocument: A record is no well-formed XML, or, when strict, has an error.
    """
    settings = settings or OnixSettings()
    intake, header = Intake(keep_records=settings.keep_records), Header()
    with ExitStack() as on_failure:
        on_failure.callback(intake.index.close)
        for place, record in enumerate(records):
            header = record.header if place == 0 else header
            intake.take(parse_record(record.xml))
        intake.finish(settings.family_limit)
        reading = OnixReading(intake, header=header, settings=settings)
        if settings.strict:
            reading.require_clean()
        on_failure.pop_all()
    return reading


def _note_message(intake: Intake, message: Message) -> None:
    """Findings about the message as a whole."""
    none = not intake.seen
    if message.broken and none:
        raise InvalidDocument(f"ONIX: the file breaks off before its first record ({message.broken}).")
    if message.broken:
        text = (
            f"The file cannot be read to its end ({message.broken}); the records before the break were read."
        )
        intake.note(Severity.ERROR, None, "message.broken", text)
    elif none and not message.empty:
        intake.note(Severity.WARNING, None, "message.empty", "The message has neither records nor NoProduct.")
    if message.header.sent is None and not message.bare:
        text = "The header has no SentDateTime that can be read."
        intake.note(Severity.WARNING, None, "message.sent", text)

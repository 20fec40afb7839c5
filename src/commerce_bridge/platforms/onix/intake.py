"""The first pass: which records a message has, what is done with each, and which belong together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from attrs import define

from commerce_bridge.platforms.onix.diagnostics import Diagnostic, Severity
from commerce_bridge.platforms.onix.elements import Element, lxml_etree, read
from commerce_bridge.platforms.onix.families import Doubt
from commerce_bridge.platforms.onix.identity import Keys, keys_of
from commerce_bridge.platforms.onix.index import COMPLETE, DELETION, UPDATE, Index
from commerce_bridge.platforms.onix.node import Node

_FINDINGS_KEPT: Final = 10_000

_HANDLING: Final = {
    "01": COMPLETE,
    "02": COMPLETE,
    "03": COMPLETE,
    "04": UPDATE,
    "05": DELETION,
    "08": "notice",
    "09": "notice",
    "88": "test",
    "89": "test",
}
"""What is done with a record of each NotificationType (ONIX List 1)."""


@define(kw_only=True)
class Counts:
    """How many records of each kind a message has.

    Args:
        complete: Complete records, the ones replaced later in the message not counted.
        updates: Block updates.
        deletions: Deletions.
        notices: Notices of sale and acquisition, which are not read.
        tests: Test records, which are never published.
        refused: Records that cannot be read at all.
        replaced: Records that a later one of the same reference replaced.
    """

    complete: int = 0
    updates: int = 0
    deletions: int = 0
    notices: int = 0
    tests: int = 0
    refused: int = 0
    replaced: int = 0


class Intake:
    """Takes the records of one message into an index.

    Args:
        keep_records: Whether the XML of complete records is kept too.

    Attributes:
        index: Where they stand.
        counts: How many of each kind there are.
        findings: What is wrong with the message, or with records outside any family; the first ten thousand.
        seen: How many records came, of whatever kind.
    """

    def __init__(self, *, keep_records: bool = False) -> None:
        self.index = Index()
        self._keep_records = keep_records
        self.seen = 0
        self.counts = Counts()
        self.findings: list[Diagnostic] = []
        self._by_record: dict[str, list[Diagnostic]] = {}

    def note(self, severity: Severity, record: str | None, code: str, message: str) -> None:
        """Add a finding."""
        if len(self.findings) >= _FINDINGS_KEPT:
            return
        finding = Diagnostic(severity=severity, record=record, path="", code=code, message=message)
        self.findings.append(finding)
        if record is not None:
            self._by_record.setdefault(record, []).append(finding)

    def about(self, record: str) -> Sequence[Diagnostic]:
        """The findings about one record."""
        return self._by_record.get(record, ())

    def take(self, element: Element) -> None:
        """Index one record."""
        self.seen += 1
        content = read(element)
        node = Node(content)
        reference = node.text("RecordReference")
        if reference is None:
            self.counts.refused += 1
            message = "A record has no RecordReference, so it cannot be told from others; it was not read."
            self.note(Severity.ERROR, None, "record.reference", message)
            return
        kind = self._kind(node, reference)
        if kind == "test":
            self.counts.tests += 1
        elif kind == "notice":
            self.counts.notices += 1
            message = "A notice of sale or acquisition (NotificationType 08 or 09) was not read."
            self.note(Severity.INFO, reference, "record.notice", message)
        elif kind is not None:
            keys = keys_of(node, node.node("RelatedMaterial")) if kind == COMPLETE else Keys()
            xml = _bytes(element) if kind == UPDATE or self._keep_records else b""
            self.index.add(kind, reference, content, keys, xml)
            self.counts.complete += kind == COMPLETE
            self.counts.updates += kind == UPDATE
            self.counts.deletions += kind == DELETION

    def _kind(self, node: Node, reference: str) -> str | None:
        code = node.text("NotificationType")
        if code is None:
            message = "The record has no NotificationType; it was read as complete (03)."
            self.note(Severity.WARNING, reference, "record.notification", message)
            return COMPLETE
        kind = _HANDLING.get(code)
        if kind is None:
            self.counts.refused += 1
            message = f"NotificationType {code!r} is unknown, so whether the record is complete is too; it was not read."
            self.note(Severity.ERROR, reference, "record.notification", message)
        return kind

    def finish(self, family_limit: int) -> None:
        """Settle duplicates and find the families."""
        for reference in self.index.replace_earlier():
            message = "The message has several records of this reference; the last one was read."
            self.note(Severity.WARNING, reference, "record.duplicate", message)
            self.counts.replaced += 1
        self.counts.complete = self.index.count(COMPLETE)
        self.counts.deletions = self.index.count(DELETION)
        for doubt in self.index.join(family_limit):
            self._note_doubt(doubt)

    def _note_doubt(self, doubt: Doubt) -> None:
        code, severity, message = _DOUBTS[doubt.kind]
        text = message.format(
            key=doubt.key.partition(":")[2], others=" and ".join(doubt.references), count=doubt.count
        )
        for reference in doubt.references:
            self.note(severity, reference, code, text)


_DOUBTS: Final = {
    "same product": (
        "isbn.duplicate",
        Severity.ERROR,
        "{count} records have the ISBN {key}: {others}; each was read as a format of its own.",
    ),
    "two works": (
        "family.two_works",
        Severity.WARNING,
        "{others} are linked as formats of one another but name different works; the works decide.",
    ),
    "one name": (
        "work.ambiguous",
        Severity.WARNING,
        "{count} families give their work the identifier {key}, the first with {others}; each is named by its "
        "first record instead.",
    ),
    "too many": (
        "family.too_large",
        Severity.ERROR,
        "{count} records would be one family with {others}; the identifier that joins them is taken for a "
        "placeholder, and each was read by itself.",
    ),
}


def _bytes(element: Element) -> bytes:
    """The record by itself, without the space that follows it."""
    xml: bytes = lxml_etree().tostring(element, encoding="utf-8", with_tail=False)
    return xml

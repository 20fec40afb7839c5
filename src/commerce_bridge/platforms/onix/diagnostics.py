"""What is wrong, or odd, with a file or one of its records: values for people and for reports."""

from __future__ import annotations

import enum
from collections.abc import Iterable

from attrs import frozen

from commerce_bridge.platforms.onix.codes import CODES
from commerce_bridge.platforms.onix.node import Node, path_to


class Severity(enum.Enum):
    """How bad it is."""

    ERROR = "error"
    """Something was lost: the sender must mend it."""
    WARNING = "warning"
    """Something was read in a way that the sender may not have meant."""
    INFO = "info"
    """Worth knowing; nothing was lost."""


@frozen(kw_only=True)
class Diagnostic:
    """One finding.

    Args:
        severity: How bad it is.
        record: The RecordReference, or None when it concerns the whole file.
        path: Where in the record, in reference tags, such as ``ProductSupply/SupplyDetail/Price[2]/PriceAmount``.
        code: A stable name for programs, such as ``isbn.check_digit``.
        message: What was expected, what came, what was done; one sentence for people.
    """

    severity: Severity
    record: str | None
    path: str
    code: str
    message: str

    def __str__(self) -> str:
        where = " ".join(part for part in (self.record, self.path) if part)
        return f"{self.severity.value} [{self.code}] {where}: {self.message}"


@frozen(kw_only=True)
class UnknownCode:
    """A code that the lists known to this release do not have; it was kept as it came.

    Args:
        list: The number of the ONIX code list.
        code: The code.
        count: How often it came.
        record: The first record that has it.
    """

    list: int
    code: str
    count: int
    record: str


class Notes:
    """Collects what is noticed while one record is read.

    Args:
        record: Its RecordReference.
        root: Its root, for paths, which are only worked out when there is a finding.
    """

    __slots__ = ("found", "record", "root", "unknown")

    def __init__(self, record: str, root: Node) -> None:
        self.record = record
        self.root = root
        self.found: list[Diagnostic] = []
        self.unknown: list[tuple[int, str]] = []

    def error(self, code: str, message: str, at: Node, name: str = "") -> None:
        """Something is lost."""
        self._add(Severity.ERROR, code, message, at, name)

    def warning(self, code: str, message: str, at: Node, name: str = "") -> None:
        """Something may have been misread."""
        self._add(Severity.WARNING, code, message, at, name)

    def info(self, code: str, message: str, at: Node, name: str = "") -> None:
        """Something worth knowing."""
        self._add(Severity.INFO, code, message, at, name)

    def check(self, list_number: int, code: str, at: Node, name: str) -> None:
        """Report a code that its list does not have."""
        if code not in CODES[list_number]:
            self.unknown.append((list_number, code))
            message = f"{code!r} is not in ONIX code list {list_number}; it was kept as it came."
            self._add(Severity.WARNING, "code.unknown", message, at, name)

    def code(self, list_number: int, at: Node, name: str) -> str | None:
        """The first code of that name, reported when its list does not have it."""
        code: str | None = at.content.get(name) or None
        if code is not None and code not in CODES[list_number]:
            self.check(list_number, code, at, name)
        return code

    def codes(self, list_number: int, at: Node, name: str) -> list[str]:
        """All codes of that name, reported when their list does not have them."""
        codes = at.all(name)
        known = CODES[list_number]
        for code in codes:
            if code not in known:
                self.check(list_number, code, at, name)
        return codes

    def _add(self, severity: Severity, code: str, message: str, at: Node, name: str) -> None:
        path = path_to(self.root, at, name)
        self.found.append(
            Diagnostic(severity=severity, record=self.record, path=path, code=code, message=message)
        )


def errors(found: Iterable[Diagnostic]) -> list[Diagnostic]:
    """Those that are errors."""
    return [one for one in found if one.severity is Severity.ERROR]

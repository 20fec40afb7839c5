"""What a reading of ONIX may be told."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from attrs import field, frozen

MIB: Final = 1024 * 1024

UNNAMED: Final[Mapping[str, str]] = {
    "01": "Unknown",
    "02": "Anonymous",
    "03": "and others",
    "04": "Various",
    "05": "Synthesised voice",
    "06": "Synthesised voice",
    "07": "Synthesised voice",
    "08": "Synthesised voice",
    "09": "Artificial intelligence",
}
"""What unnamed persons are called on a page (keys: ONIX List 19); the words are ours."""

CLOSED_TO_US: Final = frozenset(
    {"01", "02", "03", "04", "05", "06", "07", "08", "10", "13", "14", "21", "22"}
)
"""Sales restrictions (ONIX List 71) under which a general online shop may not sell."""


@frozen(kw_only=True)
class OnixSettings:
    """How a file is read; the defaults suit a publisher's own shop.

    Args:
        strict: All or nothing: any error, in the file or in one record, refuses the whole file before a
            title is handed out.  Otherwise errors become diagnostics and stop nothing.
        decimal_comma: Whether ``30,80`` is read as 30.80 and reported; else it is refused.  ``3,080`` always is.
        unqualified: The price qualifier (ONIX List 59) of prices that name none, such as ``05``; None keeps it unsaid.
        closed_to_us: Sales restrictions (ONIX List 71) that keep this shop from selling.
        unnamed: What unnamed persons are called, by code of ONIX List 19.
        sender_zone: IANA time zone of a `SentDateTime` that names none.
        family_limit: A family of more formats than this is taken for a placeholder identifier and not joined.
        record_limit_bytes: A record larger than this refuses the file; it keeps memory bounded.
        keep_records: Whether the XML of complete records is kept, so that a caller can put them aside as bases of
            later block updates; it takes the room of the file once more.
        ignore_doctype: Whether a bare DOCTYPE that only names an external DTD is ignored (never loaded)
            instead of refused.  Declarations inside a DOCTYPE are always refused.
    """

    strict: bool = False
    decimal_comma: bool = True
    unqualified: str | None = None
    closed_to_us: frozenset[str] = CLOSED_TO_US
    unnamed: Mapping[str, str] = field(factory=lambda: dict(UNNAMED))
    sender_zone: str = "UTC"
    family_limit: int = 200
    record_limit_bytes: int = 64 * MIB
    keep_records: bool = False
    ignore_doctype: bool = False

    @property
    def fingerprint(self) -> str:
        """What of it changes how a record is read, in an order that is the same in every process."""
        named = sorted(self.unnamed.items())
        return repr((self.decimal_comma, self.unqualified, sorted(self.closed_to_us), named))

"""Personal data where it must not stand in clear: a keyed hash takes its place."""

from __future__ import annotations

import re
from typing import Any

from attrs import field, frozen

from commerce_bridge.domain.absence import MISSING

_TEXT = re.compile(r"sealed:[0-9a-f]{32}")


@frozen
class Sealed:
    """A value that only its equality is known of.

    Where it was just made, it still carries the value in memory, for whoever counts the calls of a plan.  That
    never goes further: it is in no file, no state row, no `repr` and no copy that is pickled.

    Args:
        digest: A keyed hash of field and value, 32 hex digits: equal values of one field have the same.
        clear: The value itself, or MISSING.
    """

    digest: str
    clear: Any = field(default=MISSING, eq=False, repr=False, kw_only=True)

    def __str__(self) -> str:
        return f"sealed {self.digest[:8]}"

    def __reduce__(self) -> tuple[type[Sealed], tuple[str]]:
        return Sealed, (self.digest,)


def sealed_text(digest: str) -> str:
    """The text that stands for another text where only a text can stand: in a natural key, in an element."""
    return f"sealed:{digest}"


def is_sealed_text(text: str) -> bool:
    """Whether a text stands for another."""
    return _TEXT.fullmatch(text) is not None


def shortened(text: str) -> str:
    """A text as people read it: eight digits of a hash are enough to tell two values apart."""
    return _TEXT.sub(lambda found: f"sealed {found[0][7:15]}", text)

"""Consent: whether a person may be written to, since when, and how we know.

Consent is no field like others.  It is kept in a register of its own, by the rules of
`commerce_bridge.merge.consent`, and a bulk sync never writes it.
"""

from __future__ import annotations

import enum
from datetime import datetime
from typing import Any

from attrs import field, frozen

from commerce_bridge.domain.fields import AnyField, Field


class Medium(enum.Enum):
    """By what a person is reached."""

    EMAIL = "email"
    SMS = "sms"
    PUSH = "push"
    PHONE = "phone"
    POST = "post"


class ConsentState(enum.Enum):
    """What the person said; of somebody who said nothing there is no consent at all."""

    OPTED_IN = "opted in"
    OPTED_OUT = "opted out"


def _aware(instance: object, attribute: object, value: datetime) -> None:
    if value.utcoffset() is None:
        raise ValueError(f"consent at {value.isoformat()}: expected an instant with a zone")


@frozen(kw_only=True)
class Consent:
    """One word of one person on one medium.

    Args:
        medium: By what they are, or are no longer, to be reached.
        state: What they said.
        at: When they said it, by the clock of `source`; an aware instant.
        source: The side that heard it, such as ``omnisend``.
        evidence: How it can be shown, such as the form's text and address; personal, and never printed.
    """

    medium: Medium
    state: ConsentState
    at: datetime = field(validator=_aware)
    source: str
    evidence: str = field(default="", repr=False)

    @property
    def is_proven(self) -> bool:
        """Whether there is evidence."""
        return bool(self.evidence.strip())

    def __str__(self) -> str:
        return f"{self.medium.value} {self.state.value} {self.at.isoformat(' ', 'minutes')} ({self.source})"


def consent_field(medium: Medium, entity: str = "customer") -> Field[Consent]:
    """The field of an entity that says what its person consented to on a medium; personal."""
    return Field[Any](entity, f"{_PREFIX}{medium.value}", personal=True)


def is_consent(name: AnyField) -> bool:
    """Whether a field is one of consent: its name begins with ``consent_``, ours or another package's."""
    return name.name.startswith(_PREFIX)


_PREFIX = "consent_"

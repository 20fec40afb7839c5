"""The port through which records are written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from commerce_bridge.domain.exchange import NaturalKey, Ref
from commerce_bridge.flow.effects import Flow
from commerce_bridge.ports.step import Call, Known, RowResult, Stage, Step


class Writer(Protocol):
    """Writes one kind of record to one platform.

    Attributes:
        main_part: The part of a step whose reference is the record's own, such as ``product``.
    """

    main_part: str

    def find(self, keys: Sequence[NaturalKey]) -> Flow[Mapping[NaturalKey, tuple[Ref, ...]]]:
        """The records, or elements of records, that these keys name now; none is an empty tuple."""
        ...

    def lower(self, steps: Sequence[Step], known: Known) -> Stage:
        """The calls that can be sent now; pure, so the cost estimate and the real run share it."""
        ...

    def send(self, call: Call) -> Flow[tuple[RowResult, ...]]:
        """Send one call; one result for each of its rows, never fewer.

        Errors that are one row's stay in its result; errors that are everybody's (credentials, an
        exhausted quota) are raised.
        """
        ...

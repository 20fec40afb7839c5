"""Lowering: what a writer sends for steps, worked out without sending anything.

A step is unfolded into pieces, each with the rows it carries and the work it asks for; a piece whose
needs are not met waits.  Pieces of all steps are then packed into calls by the platform's limits:
changes of one product share a row, rows share a batch.
"""

from __future__ import annotations

from collections.abc import Sequence

from commerce_bridge.platforms.bigcommerce.limits import Limits
from commerce_bridge.platforms.bigcommerce.lowering.packing import pack
from commerce_bridge.platforms.bigcommerce.lowering.unfolding import is_starting, unfold
from commerce_bridge.platforms.bigcommerce.settings import Settings
from commerce_bridge.ports.step import Known, Stage, Step


def lower(
    steps: Sequence[Step], known: Known, settings: Settings | None = None, limits: Limits | None = None
) -> Stage:
    """The calls that can be sent now, the steps that wait for answers, and those that are over.

    Args:
        steps: The steps still under way.
        known: What is known of the target.
        settings: How records are written.
        limits: Batch sizes.

    Raises:
        MappingError: A field has no place in this store; the message says which, and what to use.
    """
    settings, limits = settings or Settings(), limits or Limits()
    starting = {step.record for step in steps if is_starting(step, known, settings)}
    pieces = [(step, unfold(step, known, settings, starting=step.record in starting)) for step in steps]
    return Stage(
        calls=pack([piece for _, some in pieces for piece in some], limits),
        waiting=tuple(step for step, some in pieces if any(piece.work is None for piece in some)),
        done=tuple(step.id for step, some in pieces if not some),
    )


__all__ = ["lower"]

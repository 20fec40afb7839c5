"""Milestones.  **Provisional**: the shape may change while the milestone promises are built."""

from __future__ import annotations

from attrs import frozen

from commerce_bridge.domain.dates import Date
from commerce_bridge.domain.exchange import Ref


@frozen(kw_only=True)
class Milestone:
    """A point in a title's making.

    Args:
        title: The source's name of the title.
        name: What the publisher calls it, such as ``final approval``.
        due: When it is due, or None.
        reached: When it was reached, or None while it was not.
    """

    title: Ref
    name: str
    due: Date | None = None
    reached: Date | None = None

"""The verbs of a bridge by which a person keeps things as they are, and lets them go."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from commerce_bridge.domain.absence import MISSING, Maybe
from commerce_bridge.domain.fields import AnyField
from commerce_bridge.flow.effects import Flow
from commerce_bridge.flow.operation import M, Raw, Resource, operation
from commerce_bridge.sync.holding.holding import hold, list_holds, pause, pin, release
from commerce_bridge.sync.holding.holds import Hold
from commerce_bridge.sync.job import Job
from commerce_bridge.sync.planning.watch import release_brake


class HoldingVerbs(Resource[M]):
    """What `Bridge` has on holds, pins, pauses and the brake."""

    job: Job[Any]

    @operation
    def hold(
        self: HoldingVerbs[Raw], record: str, *, reason: str, who: str = "", until: datetime | None = None
    ) -> Flow[Hold]:
        """Keep a whole record as it is: nothing of it is written until the hold ends or is released.

        Args:
            record: Named as for `explain`; or a reference of the source's, for a record not known yet.
            reason: Why, in words; plans, explanations and refusals repeat it.
            who: Who says so, in words.
            until: When it ends by itself, with a zone; None for when it is released.

        Raises:
            LookupError: No record of that name is known.
            ValueError: There is no reason, or the end is past or has no zone.

        Cost: no vendor call.
        """
        return (yield from hold(self.job, record, reason=reason, who=who, until=until))

    @operation
    def pin(
        self: HoldingVerbs[Raw],
        record: str,
        name: AnyField,
        *,
        reason: str,
        value: Maybe[Any] = MISSING,
        part: str = "",
        who: str = "",
        until: datetime | None = None,
    ) -> Flow[Hold]:
        """Keep one field of a record: what the target shows stays, or the value that is given.

        Args:
            record: Named as for `explain`; or a reference of the source's, for a record not known yet.
            name: The field.
            reason: Why, in words; plans, explanations and refusals repeat it.
            value: What the field is to be; MISSING for what the target shows, CLEARED for no value.
            part: Which sub-record the field is in, such as a variant's SKU; empty for the record itself.
            who: Who says so, in words.
            until: When it ends by itself, with a zone; None for when it is released.

        Raises:
            LookupError: No record of that name is known.
            MappingError: The value cannot be kept, or the field is the target's own: change it there.
            ValueError: There is no reason, or the end is past or has no zone.

        Cost: no vendor call.
        """
        return (
            yield from pin(
                self.job, record, name, reason=reason, value=value, part=part, who=who, until=until
            )
        )

    @operation
    def pause(
        self: HoldingVerbs[Raw], *, reason: str, who: str = "", until: datetime | None = None
    ) -> Flow[Hold]:
        """Stop the bridge: plans are empty and say so, and `apply` refuses, until it ends or is released.

        Args:
            reason: Why, in words.
            who: Who says so, in words.
            until: When it ends by itself, with a zone; None for when it is released.

        Raises:
            ValueError: There is no reason, or the end is past or has no zone.

        Cost: no vendor call.
        """
        return (yield from pause(self.job, reason=reason, who=who, until=until))

    @operation
    def release(
        self: HoldingVerbs[Raw], record: str | None = None, name: AnyField | None = None, *, part: str = ""
    ) -> Flow[tuple[Hold, ...]]:
        """Let go of a pin, of a record's hold and all its pins, or of the pause.

        Args:
            record: The record, named as for `explain`; None ends the pause.
            name: The pinned field; None for all that was said of the record.
            part: Which sub-record the field is in.

        Returns:
            What was let go of.

        Raises:
            LookupError: No such record is known, or nothing was said of it.

        Cost: no vendor call.
        """
        return (yield from release(self.job, record, name, part=part))

    @operation
    def holds(self: HoldingVerbs[Raw]) -> Flow[tuple[Hold, ...]]:
        """All that is held now: the pause, then records, then fields; no vendor call."""
        return (yield from list_holds(self.job))

    @operation
    def release_brake(
        self: HoldingVerbs[Raw], record: str, name: AnyField | None = None, *, part: str | None = None
    ) -> Flow[tuple[tuple[str, AnyField], ...]]:
        """Let writes go out again that were withheld as a loop.

        Args:
            record: The record, named as for `explain`.
            name: The field; None for all.
            part: Which sub-record the field is in; None for all.

        Returns:
            Part and field of what was let go of.

        Raises:
            LookupError: No record of that name is known.

        Cost: no vendor call.
        """
        return (yield from release_brake(self.job, record, name, part=part))

"""How careful a job is: what its users decide once."""

from __future__ import annotations

import enum
from datetime import timedelta

from attrs import field, frozen

from commerce_bridge.errors import MappingError

KEPT = 12
"""So many writes of one field are remembered; the oldest goes first."""


class Returning(enum.Enum):
    """What is done when the source shows somebody again who was erased."""

    ASK = "ask"
    """Nothing is written; a work item asks."""
    LEAVE = "leave"
    """Nothing is written, and nobody is asked."""
    TAKE = "take"
    """They are taken for somebody new."""


class WhenGone(enum.Enum):
    """What is done with a record that the source no longer has."""

    HIDE = "hide"
    """It is taken off view."""
    KEEP = "keep"
    """It stays as it is."""


class FirstContact(enum.Enum):
    """What is done with a record that is found on the target, and that we did not make."""

    ADOPT = "adopt"
    """It is ours from then on; what it lacks is filled in, and what differs stays until the source changes it."""
    OVERWRITE = "overwrite"
    """It is ours from then on, and becomes what the source says at once."""


@frozen(kw_only=True)
class Safety:
    """When a person should look before a plan is applied.

    Shares are between 0 and 1; a share of 1 switches its rule off, and so does a store of fewer records
    than `from_records`: there a person sees everything at a glance.

    Args:
        from_records: From how many known records on the rules hold.
        missing_at_source: The largest share of known source records that a complete read may miss.
        missing_at_target: The largest share of bound records that the target may no longer show.
        taken_off: The largest share of known records that one plan may take off view.
        changed: The largest share of known records that one plan may change.
    """

    from_records: int = 20
    missing_at_source: float = 0.5
    missing_at_target: float = 0.5
    taken_off: float = 0.5
    changed: float = 1.0


@frozen(kw_only=True)
class Brake:
    """When writes are taken for a loop.

    Args:
        times: A write is withheld when it would be more than so many times that a value of ours came back; at
            most ten.
        within: The stretch of time that is looked at.
        lag: How long a target may go on showing what it showed before a write of ours.  Within it, an older
            value of ours is no edit; after it, it is.
    """

    times: int = 4
    within: timedelta = timedelta(hours=1)
    lag: timedelta = timedelta(minutes=1)

    def __attrs_post_init__(self) -> None:
        if not 1 <= self.times <= KEPT - 2:
            raise MappingError(
                f"A brake on {self.times} returns of a value cannot be kept: {KEPT} writes are remembered.",
                hint=f"Choose from 1 to {KEPT - 2}.",
            )


@frozen(kw_only=True)
class Limits:
    """How careful a job is.

    Args:
        fresh_for: How old an observation of the target may be when it is overwritten.
        in_flight: How many calls may be under way at once.
        attempts: How often a row whose answer was lost is looked for and sent again.
        retry_after: How long a record that the target refused is left alone while neither it nor the rules
            change: a plan may be raised meanwhile, or an image host come back.
        lease_for: How long a record that something is created of is ours alone, unless that is renewed: the
            longest that others wait for a worker that has died, and more than one call may take.
        returning: What is done when the source shows somebody again who was erased.
        when_gone: What is done with a record that a complete read of the source no longer shows; nothing is
            ever deleted by itself.
        complete_every: How often the source is read whole, which alone tells what is gone from it, though a read
            of what changed would do; None for never.
        first_contact: What is done with a record that is found on the target by its natural keys.
        safety: When a person should look before a plan is applied.
        latency_s: Seconds that a call to the target is taken to last, for the time that a plan will take.
        brake: When writes that only succeed are taken for a loop.
    """

    fresh_for: timedelta = timedelta(minutes=5)
    in_flight: int = 3
    attempts: int = 3
    retry_after: timedelta = timedelta(days=1)
    lease_for: timedelta = timedelta(minutes=2)
    returning: Returning = Returning.ASK
    when_gone: WhenGone = WhenGone.HIDE
    complete_every: timedelta | None = timedelta(days=7)
    first_contact: FirstContact = FirstContact.ADOPT
    safety: Safety = field(factory=Safety)
    latency_s: float = 0.3
    brake: Brake = field(factory=Brake)

"""The verbs of a bridge on one person's data."""

from __future__ import annotations

from typing import Any

from commerce_bridge.flow.effects import Flow
from commerce_bridge.flow.operation import M, Raw, Resource, operation
from commerce_bridge.sync.job import Job
from commerce_bridge.sync.personal.erased import Erasure
from commerce_bridge.sync.personal.person import erase, export, readmit


class PersonVerbs(Resource[M]):
    """What `Bridge` has on the data of one person."""

    job: Job[Any]

    @operation
    def export_person(self: PersonVerbs[Raw], name: str) -> Flow[dict[str, Any]]:
        """Everything that the state holds on one person, readable.

        Args:
            name: An e-mail address as the source writes it, a platform's reference, or a canonical id.

        Raises:
            LookupError: Nobody goes by it; the error does not repeat it.

        Cost: no vendor call.
        """
        return (yield from export(self.job, name))

    @operation
    def erase_person(self: PersonVerbs[Raw], name: str, why: str) -> Flow[Erasure]:
        """Remove everything that the state holds on one person, in one commit; a keyed mark stays.

        Nothing is changed on the platforms.  What happens when the source shows the person again is
        `Limits.returning`.

        Args:
            name: As for `export_person`.
            why: In words that name nobody, such as ``asked by letter``.

        Raises:
            LookupError: Nobody goes by it; the error does not repeat it.

        Cost: no vendor call.
        """
        return (yield from erase(self.job, name, why))

    @operation
    def readmit(self: PersonVerbs[Raw], name: str) -> Flow[Erasure]:
        """Let somebody be written again who was erased.

        Args:
            name: As for `export_person`.

        Raises:
            LookupError: Nobody who was erased goes by it.

        Cost: no vendor call.
        """
        return (yield from readmit(self.job, name))

"""Safety: a side that is suddenly nearly empty, or a change of nearly everything, stops the run.  Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from attrs import define

from commerce_bridge.errors import SafetyStop
from commerce_bridge.ports.step import Step, StepKind
from commerce_bridge.sync.limits import Safety


@define(kw_only=True)
class Tally:
    """What a planning run counts for its safety.

    Args:
        known: Source records that were known before, of those the run looked at or looked for.
        vanished: Known source records that a complete read did not show.
        bound: Records that existed on the target before, as far as the run came by them.
        missing: Those that the target no longer shows.
        taken_off: Known records that the plan takes off view.
        changed: Known records that the plan changes in any way.
    """

    known: int = 0
    vanished: int = 0
    bound: int = 0
    missing: int = 0
    taken_off: int = 0
    changed: int = 0

    def compare(self, settled: Collection[str], shown: Mapping[str, str] | None = None) -> None:
        """Count one known source record, and its records on the target.

        Args:
            settled: The target's names of its records.
            shown: The names that the target shows now; None where it is known to show them all.
        """
        self.known += 1
        self.bound += len(settled)
        if shown is not None:
            self.missing += sum(name not in shown for name in settled)

    def decided(self, steps: Collection[Step], *, existed: bool) -> None:
        """Count the steps of one record that existed before, or did not."""
        if existed and steps:
            self.changed += 1
            self.taken_off += any(step.kind is StepKind.HIDE for step in steps)


def reasons(tally: Tally, safety: Safety, source: str, target: str) -> Iterator[tuple[str, str]]:
    """Why a person should look first: each reason's name, and a sentence.

    Args:
        tally: What the run counted.
        safety: The rules.
        source: The name of the side that is read.
        target: The name of the side that is written.
    """
    rules = (
        ("source-empty", tally.vanished, tally.known, safety.missing_at_source, f"are gone from {source}"),
        ("target-empty", tally.missing, tally.bound, safety.missing_at_target, f"are gone from {target}"),
        ("taken-off", tally.taken_off, tally.bound, safety.taken_off, f"would be taken off view on {target}"),
        ("changed", tally.changed, tally.bound, safety.changed, f"would change on {target}"),
    )
    for name, count, known, share, what in rules:
        if known >= safety.from_records and count > share * known:
            yield name, f"{count} of {known} known records {what}."


def check(stops: Mapping[str, str], allow: str | None) -> None:
    """Refuse to go on without a person's word.

    Args:
        stops: Reason to sentence, as the plan has them.
        allow: Why a person allows it all the same, or None.

    Raises:
        SafetyStop: There is a reason to stop, and nobody allowed it.
    """
    if stops and not allow:
        raise SafetyStop(
            "Stopped for safety: " + " ".join(stops.values()) + " Nothing was written.",
            reason=next(iter(stops)),
            hint="Look at the plan. If it is right, apply it with allow='why it is right'; that is kept.",
        )

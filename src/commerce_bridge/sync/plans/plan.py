"""A plan: a header, segments, a footer.  It streams, so a million records need the memory of one page."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from attrs import field, frozen

from commerce_bridge.ports.step import Step
from commerce_bridge.sync.plans.planfile import PlanFile, open_plan
from commerce_bridge.sync.plans.render import SHOWN_RECORDS, render_plan
from commerce_bridge.sync.plans.segment import Footer, Header, Segment


@frozen(kw_only=True)
class Plan:
    """What will change and why, before it changes.

    It prints as a publisher reads it.  It can be saved, carried elsewhere, loaded and
    applied later; a plan that is thrown away changes nothing.

    Args:
        header: What it stands on.
        footer: What it comes to.
        file: Where its segments are spooled.
    """

    header: Header
    footer: Footer
    file: PlanFile = field(repr=False, eq=False)

    def segments(self) -> Iterator[Segment]:
        """Segment by segment, read from the file."""
        return self.file.segments()

    def steps(self) -> Iterator[Step]:
        """Step by step, read from the file."""
        for segment in self.segments():
            yield from segment.steps

    def save(self, path: str) -> None:
        """Keep the plan under a name of yours, as JSON Lines with a rolling hash."""
        self.file.save(path)

    @staticmethod
    def load(path: str) -> Plan:
        """The plan saved under `path`.

        Raises:
            InvalidDocument: The file is damaged, was changed by hand, or is no plan.
        """
        header, footer, file = open_plan(path)
        return Plan(header=header, footer=footer, file=file)

    def select(self, keep: Callable[[Step], bool]) -> Plan:
        """A plan of those steps alone that are chosen, after reading it.

        What is left out is planned again the next time.

        Args:
            keep: Says of each step whether it is to be carried out.
        """
        from commerce_bridge.sync.plans.selecting import select  # it makes plans, and this is what a plan is

        return select(self, keep)

    @property
    def is_empty(self) -> bool:
        """Whether nothing is left to do."""
        return self.footer.total == 0

    def show(self, records: int = SHOWN_RECORDS) -> str:
        """The plan as people read it.

        Args:
            records: How many records are printed in full; the others are counted.
        """
        return render_plan(self.header, self.footer, self.segments(), records)

    def __str__(self) -> str:
        return self.show()

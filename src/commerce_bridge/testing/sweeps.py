"""Crash sweeps by name: every bridge joins the same test by adding values.

A `Sweep` says how to set a scene, what dies in it, how a new process goes on, and what must come out the
same.  `Sweeps` is a plain value that whoever runs it builds; there is no list behind anybody's back, so two
packages never meet in one by accident.

    sweeps = Sweeps().add(
        Sweep(name="orders: sync", make=make_scene, run=sync, resume=sync, snapshot=goods_and_rows)
    )
    for report in sweeps.run(where=taking_hold).values():
        report.check()
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any, Generic, TypeAlias, TypeVar

from attrs import Attribute, evolve, field, frozen

from commerce_bridge.flow.clock import EPOCH
from commerce_bridge.flow.effects import Commit, Effect, Flow, Send
from commerce_bridge.flow.play import ManualClock, PlayDriver
from commerce_bridge.testing.crash import CrashReport, Fixture, crash_sweep

F = TypeVar("F", bound=Fixture)

Where: TypeAlias = Callable[[Effect], bool]
"""Which effects a sweep dies at."""


def everywhere(effect: Effect) -> bool:
    """Every effect: also those that change nothing, such as a look at the clock."""
    return True


def taking_hold(effect: Effect) -> bool:
    """Requests and commits: all that outlives a process.

    The playing driver runs one flow at a time and always in the same order, so what a crash leaves behind is
    settled by the requests and commits that have taken hold.
    """
    return isinstance(effect, (Send, Commit))


def say(line: str) -> None:
    """Print one line; a test runner shows it on demand."""
    sys.stdout.write(line + "\n")


def _named(_: object, attribute: Attribute[str], value: str) -> None:
    if not value.strip():
        raise ValueError("a sweep needs a name: it stands before its counts, and is what `only` takes")


@frozen(kw_only=True)
class Sweep(Generic[F]):
    """What dies, how it goes on, and what must come out the same.

    Args:
        name: What people call it, such as ``consonance_bigcommerce: apply``; each is in a registry once.
        make: Sets a fresh scene; the same each time.
        run: The flow that dies.
        resume: The flow that a new process runs on what is left.
        snapshot: What must come out the same, ids that differ from run to run read as natural keys.
        latency_s: Seconds from a request to its answer.
        downtime_s: Seconds from the crash to the new process.
    """

    name: str = field(validator=_named)
    make: Callable[[], F]
    run: Callable[[F], Flow[Any]]
    resume: Callable[[F], Flow[Any]]
    snapshot: Callable[[F], object]
    latency_s: float = 0.0
    downtime_s: float = 0.0

    def places(self, where: Where = everywhere) -> tuple[int, ...]:
        """The numbers of the effects of a clean run at which it may die.

        Args:
            where: Which effects are meant.
        """
        scene = self.make()
        wiring = evolve(scene.wiring(), clock=ManualClock(EPOCH))
        driver = PlayDriver(wiring, latency_s=self.latency_s)
        driver.run(self.run(scene))
        return tuple(number for number, each in enumerate(driver.trace) if where(each.effect))

    def crash(self, where: Where = everywhere, *, stride: int = 1, start: int = 0) -> CrashReport:
        """Die at those effects, before each and after it took hold, and go on each time.

        Args:
            where: Which effects are meant.
            stride: Try every so many of them; 1 tries all.
            start: Which of them comes first, 0 to `stride` - 1.

        Raises:
            ValueError: The stride or the start is out of range.
            BridgeError: The clean run itself failed.
        """
        if stride < 1 or not 0 <= start < stride:
            raise ValueError(f"the stride must be 1 or more and the start below it, not {stride} and {start}")
        whole = where is everywhere and stride == 1
        return crash_sweep(
            self.make,
            run=self.run,
            resume=self.resume,
            snapshot=self.snapshot,
            only=None if whole else frozenset(self.places(where)[start::stride]),
            latency_s=self.latency_s,
            downtime_s=self.downtime_s,
        )


@frozen
class Sweeps:
    """Sweeps by name; a value: `add` gives another one.

    Args:
        sweeps: In the order in which they are run.
    """

    sweeps: tuple[Sweep[Any], ...] = ()

    def add(self, *more: Sweep[Any]) -> Sweeps:
        """These sweeps and more.

        Raises:
            ValueError: A name is there twice; the message says which.
        """
        names = [each.name for each in (*self.sweeps, *more)]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(
                f"there is more than one sweep called {', '.join(twice)}: give each its own name"
            )
        return Sweeps((*self.sweeps, *more))

    @property
    def names(self) -> tuple[str, ...]:
        """The names, in order: what a test is parametrised with."""
        return tuple(each.name for each in self.sweeps)

    def __iter__(self) -> Iterator[Sweep[Any]]:
        return iter(self.sweeps)

    def run(
        self,
        only: Collection[str] | None = None,
        *,
        where: Where = everywhere,
        stride: int = 1,
        tell: Callable[[str], object] = say,
    ) -> Mapping[str, CrashReport]:
        """Run them one after the other; a sweep that finds something stops no other.

        Args:
            only: The names of those to run; None runs all.
            where: Which effects they die at.
            stride: Try every so many of them, beginning one further in each sweep of the registry, so that
                sweeps alike share the work out; 1 tries all.
            tell: Called with one report's text after each sweep.

        Returns:
            Name to report, in the order in which they ran; `CrashReport.check` turns one into an assertion.

        Raises:
            LookupError: A name is not known; the message lists those that are.
            ValueError: The stride is below 1.
        """
        unknown = sorted(set(only or ()) - set(self.names))
        if unknown:
            known = ", ".join(self.names) or "none"
            raise LookupError(f"no sweep is called {', '.join(unknown)}; known: {known}")
        reports: dict[str, CrashReport] = {}
        for place, each in enumerate(self.sweeps):
            if only is not None and each.name not in only:
                continue
            reports[each.name] = each.crash(where, stride=stride, start=place % max(stride, 1))
            tell(f"{each.name}: {reports[each.name]}")
        return reports

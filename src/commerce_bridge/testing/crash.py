"""The crash sweep: die at every effect, go on afterwards, and compare with a run that did not die.

A sweep needs to know how to set a scene, what to run in it, how to go on after a crash, and
what to look at in the end.  It is exact, not random: each effect of the clean run is tried
once before it takes hold and once after, so what a report calls safe was tried everywhere.

    report = crash_sweep(make_scene, run=first_sync, resume=sync_again, snapshot=store_and_rows)
    report.check()
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import timedelta
from itertools import islice, zip_longest
from typing import Any, Generic, Protocol, TypeVar, cast

from attrs import evolve, field, frozen

from commerce_bridge.flow.effects import Effect, Flow
from commerce_bridge.flow.play import Crash, ManualClock, PlayDriver, Played
from commerce_bridge.flow.wiring import Wiring


class Fixture(Protocol):
    """Worlds and state that outlive a process."""

    def wiring(self) -> Wiring:
        """What a new process would run with: the same worlds and state, and nothing of the old process.

        Its transports are `World`s; its clock is not used.  Budgets held in memory belong to the
        process, so make them anew here.
        """
        ...


F = TypeVar("F", bound=Fixture)

BEFORE, AFTER, AT_THE_END = "before", "after", "at the end"


@frozen(kw_only=True)
class CrashFailure:
    """A crash after which going on did not lead to where a clean run leads.

    Args:
        number: Which effect, counted from 0.
        path: Its place in the flow.
        effect: What was asked for; None for the end of the run.
        point: ``before``, ``after`` it took hold, or ``at the end`` of the run.
        problem: What is different.
    """

    number: int
    path: str
    effect: Effect | None
    point: str
    problem: str

    def __str__(self) -> str:
        what = "" if self.effect is None else f" effect {self.number} ({self.path}) {self.effect!r}"
        return f"crash {self.point}{what}: {self.problem}"


@frozen(kw_only=True)
class CrashReport:
    """What a sweep found.

    Args:
        effects: Kind of effect to how often the clean run asked for it.
        tried: How many crashes were tried.
        failures: Those that were not survived, in the order of their effects.
    """

    effects: Mapping[str, int]
    tried: int
    failures: tuple[CrashFailure, ...] = field(default=())

    @property
    def ok(self) -> bool:
        """Whether every crash was survived."""
        return not self.failures

    def check(self) -> None:
        """Raise an AssertionError that tells all failures, if there are any."""
        if self.failures:
            raise AssertionError(str(self))

    def __str__(self) -> str:
        kinds = ", ".join(f"{count} {kind}" for kind, count in sorted(self.effects.items()))
        head = f"{self.tried} crashes over {kinds}: {len(self.failures)} not survived"
        return "\n".join([head, *(f"  {failure}" for failure in self.failures)])


def crash_sweep(
    make: Callable[[], F],
    *,
    run: Callable[[F], Flow[Any]],
    resume: Callable[[F], Flow[Any]],
    snapshot: Callable[[F], object],
    only: Container[int] | None = None,
    latency_s: float = 0.0,
    downtime_s: float = 0.0,
) -> CrashReport:
    """Die at every effect of a flow, before it and after it took hold, and go on each time.

    Args:
        make: Sets a fresh scene; the same each time.
        run: The flow that dies.
        resume: The flow that a new process runs on what is left: the same one again, or one that repairs.
        snapshot: What must come out the same: the worlds and the state, with ids that differ from run
            to run read as natural keys.  Compared with `==`.
        only: The numbers of the effects to try; None tries all, and the end of the run too: whoever
            goes on after a run that was complete must change nothing.
        latency_s: Seconds from a request to its answer.
        downtime_s: Seconds from the crash to the new process.

    Returns:
        A report; `CrashReport.check` turns it into an assertion.

    Raises:
        BridgeError: The clean run itself failed.
    """
    scene = make()
    clean = _driver(scene, ManualClock(), latency_s)
    clean.run(run(scene))
    sweep = _Sweep(make, run, resume, snapshot, latency_s, downtime_s, tuple(clean.trace), snapshot(scene))
    tried, failures = 0, list[CrashFailure]()
    for number in range(len(clean.trace)):
        if only is not None and number not in only:
            continue
        for point in (BEFORE, AFTER):
            tried += 1
            failures += sweep.crash(number, point)
    if only is None:
        tried += 1
        failures += sweep.crash(len(clean.trace), AT_THE_END)
    kinds = Counter(type(each.effect).__name__ for each in clean.trace)
    return CrashReport(effects=dict(kinds), tried=tried, failures=tuple(failures))


def _driver(scene: Fixture, clock: ManualClock, latency_s: float, **crash: Any) -> PlayDriver:
    return PlayDriver(evolve(scene.wiring(), clock=clock), latency_s=latency_s, **crash)


@frozen
class _Sweep(Generic[F]):
    """What is done at each effect, and what must come out."""

    make: Callable[[], F]
    run: Callable[[F], Flow[Any]]
    resume: Callable[[F], Flow[Any]]
    snapshot: Callable[[F], object]
    latency_s: float
    downtime_s: float
    clean: tuple[Played, ...]
    expected: object

    def crash(self, number: int, point: str) -> list[CrashFailure]:
        """Die there, go on, look; no failure or one."""
        scene, clock = self.make(), ManualClock()
        dying = _driver(scene, clock, self.latency_s, crash_at=number, crash_after=point == AFTER)
        problem = self._die(dying, self.run(scene), number) or self._go_on(scene, clock)
        if problem is None:
            return []
        at = self.clean[number] if number < len(self.clean) else None
        path, effect = (at.path, at.effect) if at else ("", None)
        return [CrashFailure(number=number, path=path, effect=effect, point=point, problem=problem)]

    def _die(self, dying: PlayDriver, flow: Flow[Any], number: int) -> str | None:
        """Run until the crash; what is wrong with the run itself, if anything."""
        with suppress(Crash):
            dying.run(flow)
        expected, seen = self.clean[: number + 1], dying.trace
        for one, two in zip_longest(expected, seen):
            if one is None or two is None or (one.path, type(one.effect)) != (two.path, type(two.effect)):
                shown = "nothing more" if two is None else f"({two.path}) {two.effect!r}"
                wanted = "nothing more" if one is None else f"({one.path}) {one.effect!r}"
                return f"the run is not the same each time: {wanted} became {shown}"
        return None

    def _go_on(self, scene: F, clock: ManualClock) -> str | None:
        """Resume as a new process; what came out differently, if anything."""
        later = ManualClock(clock.now() + timedelta(seconds=self.downtime_s))
        try:
            _driver(scene, later, self.latency_s).run(self.resume(scene))
        except Exception as error:  # whatever it is, the report says at which effect
            return f"going on failed with {type(error).__name__}: {error}"
        found = self.snapshot(scene)
        if found == self.expected:
            return None
        return "; ".join(islice(_differences("$", self.expected, found), 4)) or "the snapshots are not equal"


def _differences(path: str, expected: object, found: object) -> Iterator[str]:
    """Where two snapshots differ, as text with a path."""
    if expected == found:
        return
    plainly = f"{path} is {_short(found)} instead of {_short(expected)}"
    if isinstance(expected, Mapping) and isinstance(found, Mapping):
        one, two = cast("Mapping[str, Any]", expected), cast("Mapping[str, Any]", found)
        for name in dict.fromkeys((*one, *two)):
            if name not in one or name not in two:
                yield f"{path}.{name} is {'missing' if name in one else 'too much'}"
            else:
                yield from _differences(f"{path}.{name}", one[name], two[name])
    elif isinstance(expected, (list, tuple)) and isinstance(found, (list, tuple)):
        left, right = cast("Sequence[Any]", expected), cast("Sequence[Any]", found)
        if len(left) != len(right):
            yield f"{path} has {len(right)} entries instead of {len(left)}"
        for place, (one, two) in enumerate(zip(left, right, strict=False)):
            yield from _differences(f"{path}[{place}]", one, two)
    else:
        yield plainly


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 80 else f"{text[:77]}..."

"""Interleavings: two workers over the same worlds and state, in every order of what they do to them.

Only requests and effects on state are seen by others, so only there the order matters, and two effects that
do not see each other (two look-ups; writes of different rows) need not be tried in both orders.  What is left
is tried exactly: each order once, from a fresh scene, always in the same sequence.

    report = interleavings(make_scene, workers=(first_sync, first_sync), judge=what_is_wrong)
    report.check()
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Generic, TypeAlias, TypeVar

from attrs import define, field, frozen

from commerce_bridge.flow.effects import Commit, Flow, Load, Outcome, Send
from commerce_bridge.flow.state import ByKeys, Count, Key, Query
from commerce_bridge.testing.crash import Fixture
from commerce_bridge.testing.stepping import Next, Stage, Wake

F = TypeVar("F", bound=Fixture)

Judge: TypeAlias = Callable[[F, tuple[Outcome[Any] | None, ...]], str | None]
"""What is wrong with how a scene ended, given what each worker came to (None for one that died); or None."""


@frozen(kw_only=True)
class Tried:
    """One order that did not come out well.

    Args:
        order: Which worker went on, step by step, such as ``0110``.
        died: The worker that died, and after how many steps; or None.
        problem: What is wrong.
    """

    order: str
    died: tuple[int, int] | None
    problem: str

    def __str__(self) -> str:
        death = f", worker {self.died[0]} dead after {self.died[1]} steps" if self.died else ""
        return f"order {self.order}{death}: {self.problem}"


@frozen(kw_only=True)
class InterleaveReport:
    """What was found.

    Args:
        tried: How many interleavings were run to their end.
        deaths: In how many of them a worker died.
        complete: Whether these were all; else a limit stopped the search.
        failures: Those that did not come out well.
    """

    tried: int
    deaths: int
    complete: bool
    failures: tuple[Tried, ...] = field(default=())

    def check(self) -> None:
        """Raise an AssertionError that tells all failures, if there are any, or if the search was stopped."""
        if self.failures or not self.complete:
            raise AssertionError(str(self))

    def __str__(self) -> str:
        extent = "all of them" if self.complete else "not all: the limit was reached"
        head = (
            f"{self.tried} interleavings ({extent}), {self.deaths} with a death: {len(self.failures)} failed"
        )
        return "\n".join([head, *(f"  {failure}" for failure in self.failures)])


def interleavings(
    make: Callable[[], F],
    *,
    workers: Sequence[Callable[[F], Flow[Any]]],
    judge: Judge[F],
    dies: int | None = None,
    suspend: bool = False,
    limit: int | None = None,
) -> InterleaveReport:
    """Run workers over one scene in every order of their requests and of their effects on state.

    Answers come at once; what a worker gathers it does in turn, always in the same order.  Time stands still
    while anybody has something to do, and jumps to the next wake-up when all sleep.

    Args:
        make: Sets a fresh scene; the same each time.
        workers: The flows, each run as a process of its own: with its own wiring and its own chance.
        judge: What is wrong with the end, or None.
        dies: A worker that is also to die, before each of its steps in turn: it is never heard of again.
        suspend: Whether a sleeper may also wake while others have something to do: they are then suspended
            for as long as it slept.
        limit: The most interleavings to try; None for all.
    """
    search = _Search(make=make, workers=tuple(workers), judge=judge, suspend=suspend, limit=limit)
    search.explore(None)
    steps = 0
    while dies is not None and search.explore((dies, steps)):
        steps += 1
    return InterleaveReport(
        tried=search.tried,
        deaths=search.deaths,
        complete=search.complete,
        failures=tuple(search.failures),
    )


@define(kw_only=True)
class _Search(Generic[F]):
    """A walk over all orders, depth first; each is run from the beginning, since a flow cannot be copied.

    An order that differs from one already tried only by swapping neighbours that do not see each other is
    cut off by a sleep set: workers whose next step was tried here before, and has not been touched since.
    """

    make: Callable[[], F]
    workers: tuple[Callable[[F], Flow[Any]], ...]
    judge: Judge[F]
    suspend: bool
    limit: int | None
    tried: int = 0
    deaths: int = 0
    complete: bool = True
    failures: list[Tried] = field(factory=list[Tried])

    def explore(self, death: tuple[int, int] | None) -> bool:
        """Try all orders with this death; whether there was time to die in any of them."""
        reached = False
        waiting: list[tuple[list[int], frozenset[int]]] = [([], frozenset())]
        while waiting:
            prefix, asleep = waiting.pop()
            if self.limit is not None and self.tried >= self.limit:
                self.complete = False
                break
            reached |= self._follow(prefix, asleep, death, waiting)
        return reached and self.complete

    def _follow(
        self,
        prefix: list[int],
        asleep: frozenset[int],
        death: tuple[int, int] | None,
        waiting: list[tuple[list[int], frozenset[int]]],
    ) -> bool:
        """Run one order to its end, noting where another could begin; whether the death came to pass."""
        scene = self.make()
        stage = Stage.of(scene, [each(scene) for each in self.workers], death, self.suspend)
        order: list[int] = []
        for number in prefix:
            stage.go_on(number)
            order.append(number)
        while choices := stage.choices():
            awake = [number for number in choices if number not in asleep]
            if not awake:
                return stage.has_died  # whatever comes now was tried in another order
            first, *others = awake
            before = asleep | {first}
            for number in others:
                kept = frozenset(one for one in before if _apart(choices[one], choices[number]))
                waiting.append(([*order, number], kept))
                before |= {number}
            asleep = frozenset(one for one in asleep if _apart(choices[one], choices[first]))
            stage.go_on(first)
            order.append(first)
        self._note(scene, stage, order, death)
        return stage.has_died

    def _note(self, scene: F, stage: Stage, order: list[int], death: tuple[int, int] | None) -> None:
        if death is not None and not stage.has_died:
            return  # it was over before: that order was tried without a death
        self.tried += 1
        self.deaths += death is not None
        problem = self.judge(scene, stage.outcomes())
        if problem is not None:
            self.failures.append(Tried(order="".join(map(str, order)), died=death, problem=problem))


def _apart(one: Next, other: Next) -> bool:
    """Whether two steps come to the same in either order."""
    if isinstance(one, Wake) or isinstance(other, Wake):
        return False
    if isinstance(one, Send):
        return not isinstance(other, Send) or one.request.method == "GET" == other.request.method
    if isinstance(other, Send):
        return True
    return not (_touches(one, other) or _touches(other, one))


def _touches(writer: Load | Commit, other: Load | Commit) -> bool:
    """Whether the first writes a row that the second reads, writes, or expects something of."""
    if isinstance(writer, Load):
        return False
    written = [op.at for op in writer.ops]
    if isinstance(other, Load):
        return any(_asks_for(other.query, key) for key in written)
    concerned = {op.at for op in other.ops} | {one.at for one in other.expect}
    return any(key in concerned for key in written)


def _asks_for(query: Query, key: Key) -> bool:
    if (query.table, query.scope) != (key.table, key.scope):
        return False
    if isinstance(query, Count):
        return True
    return key.key in query.keys if isinstance(query, ByKeys) else key.key.startswith(query.prefix)

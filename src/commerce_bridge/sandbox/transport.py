"""A sandbox in process: a world that answers, with its faults, and transports for both modes.

A request takes hold at the instant it arrives; its answer is seen after the latency.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable
from datetime import datetime
from urllib.parse import parse_qsl, unquote, urlsplit

from attrs import evolve

from commerce_bridge.errors import ConnectionLost, TimedOut
from commerce_bridge.flow.clock import Clock
from commerce_bridge.flow.messages import Request, Response
from commerce_bridge.flow.play import Reply
from commerce_bridge.sandbox.core import Fault, Logged, Sandbox
from commerce_bridge.sandbox.faults import FaultPlan, Tally, decide


class SandboxWorld:
    """A sandbox and what lies between it and its callers.  Safe to use from several threads.

    Args:
        sandbox: The platform's understudy.
        faults: What is to go wrong: a plan, or faults in order.
        base_url: Where the sandbox pretends to live; a request to an absolute URL reaches it only there.
    """

    def __init__(
        self, sandbox: Sandbox, *, faults: FaultPlan | Iterable[Fault] = (), base_url: str | None = None
    ) -> None:
        self.sandbox = sandbox
        self.base_url = (base_url or f"https://{sandbox.name}.test").rstrip("/")
        self.lock = threading.RLock()
        self._plan = FaultPlan()
        self._tally = Tally()
        self.plan_faults(faults)

    @property
    def faults(self) -> FaultPlan:
        """What is to go wrong."""
        return self._plan

    @property
    def log(self) -> tuple[Logged, ...]:
        """All requests in the order they came, also those that faults kept away."""
        with self.lock:
            return tuple(self.sandbox.log)

    def plan_faults(self, faults: FaultPlan | Iterable[Fault]) -> None:
        """Replace the plan of faults, and count requests anew."""
        plan = faults if isinstance(faults, FaultPlan) else FaultPlan(faults=faults)
        with self.lock:
            self._plan, self._tally = plan, Tally()

    def add_faults(self, *faults: Fault) -> None:
        """Append faults to the plan; those of the plan go on counting where they are."""
        with self.lock:
            self._plan = evolve(self._plan, faults=(*self._plan.faults, *faults))

    def reset(self, seed: str = "demo") -> None:
        """Start again from a seed: a new state, an empty log, no faults.  Switches stay.

        Raises:
            ValueError: An unknown seed; nothing is changed then.
        """
        with self.lock:
            self.sandbox.reset(seed)
            self.sandbox.log.clear()
            self._plan, self._tally = FaultPlan(), Tally()

    def answer(self, request: Request, now: datetime, timeout_s: float) -> Reply:
        """What a request to one of the vendor's own paths comes to when it arrives at `now`.

        Args:
            request: Its path is the vendor's, or an absolute URL.
            now: The sandbox's clock.
            timeout_s: How long the caller waits for the answer; a time-out takes that long.
        """
        local = _local(request, self.base_url)
        if local is None:
            error = ConnectionLost(f"{request.method} {request.path}: no such host here.", sent=False)
            return Reply(outcome=error)
        with self.lock:
            self._tally, fault = decide(self._plan, self._tally, local)
            return self._meet(fault, local, now, timeout_s)

    def under(self, base_path: str) -> AccountWorld:
        """This world as one account sees it: its paths are put behind `base_path`, such as ``/stores/demo``."""
        return AccountWorld(self, base_path)

    def sync(self, clock: Clock, *, latency_s: float = 0.0, base_path: str = "") -> SandboxTransport:
        """A `Transport` into this world.

        Args:
            clock: Tells the sandbox the time, and waits for the latency.
            latency_s: Seconds from a request to its answer.
            base_path: What an account's paths are put behind.
        """
        return SandboxTransport(self.under(base_path), clock, latency_s)

    def asynchronous(
        self, clock: Clock, *, latency_s: float = 0.0, base_path: str = ""
    ) -> AsyncSandboxTransport:
        """An `AsyncTransport` into this world; the arguments are those of `sync`."""
        return AsyncSandboxTransport(self.under(base_path), clock, latency_s)

    def _meet(self, fault: Fault | None, request: Request, now: datetime, timeout_s: float) -> Reply:
        if fault is None:
            return Reply(outcome=self.sandbox.handle(request, now))
        if fault.kind == "delay":
            return Reply(outcome=self.sandbox.handle(request, now), delay_s=fault.delay_s)
        if fault.kind == "status":
            self.sandbox.log.append(Logged(at=now, request=request, status=fault.status, applied=False))
            return Reply(outcome=_canned(fault), delay_s=fault.delay_s)
        kind, _, when = fault.kind.partition("_")
        if when == "after":
            self._handle_unanswered(request, now)
        else:
            self.sandbox.log.append(Logged(at=now, request=request, status=0, applied=False))
        if kind == "cut":
            lost = ConnectionLost(f"{request.method} {request.path}: the connection was cut.")
            return Reply(outcome=lost, delay_s=fault.delay_s)
        late = TimedOut(f"{request.method} {request.path}: no answer within {timeout_s:g} s.")
        return Reply(outcome=late, delay_s=timeout_s)

    def _handle_unanswered(self, request: Request, now: datetime) -> None:
        """Let the platform apply a request whose answer nobody sees: the log says so."""
        self.sandbox.handle(request, now)
        self.sandbox.log[-1] = evolve(self.sandbox.log[-1], status=0)


class AccountWorld:
    """A sandbox's world as one account sees it.

    Args:
        world: Where requests go.
        base_path: What their paths are put behind; absolute URLs stay as they are.
    """

    def __init__(self, world: SandboxWorld, base_path: str = "") -> None:
        self.world = world
        self.base_path = base_path.rstrip("/")

    def answer(self, request: Request, now: datetime, timeout_s: float) -> Reply:
        """What this request comes to when it arrives at `now`."""
        if request.path.startswith("/"):
            request = evolve(request, path=self.base_path + request.path)
        return self.world.answer(request, now, timeout_s)


class SandboxTransport:
    """A sync `Transport` into a sandbox's world.

    Args:
        world: Where requests go.
        clock: Tells the sandbox the time, and waits for the latency.
        latency_s: Seconds from a request to its answer.
    """

    def __init__(self, world: AccountWorld, clock: Clock, latency_s: float = 0.0) -> None:
        self._world, self._clock, self._latency_s = world, clock, latency_s

    def send(self, request: Request, timeout_s: float) -> Response:
        """The answer, or a `TransportError`."""
        reply = self._world.answer(request, self._clock.now(), timeout_s)
        wait_s, outcome = reply.seen(self._latency_s, timeout_s)
        self._clock.sleep(wait_s)
        if isinstance(outcome, Response):
            return outcome
        raise outcome

    def close(self) -> None:
        """Nothing to let go of."""


class AsyncSandboxTransport:
    """An `AsyncTransport` into a sandbox's world.

    Args:
        world: Where requests go.
        clock: Tells the sandbox the time, and waits for the latency.
        latency_s: Seconds from a request to its answer.
    """

    def __init__(self, world: AccountWorld, clock: Clock, latency_s: float = 0.0) -> None:
        self._world, self._clock, self._latency_s = world, clock, latency_s

    async def send(self, request: Request, timeout_s: float) -> Response:
        """The answer, or a `TransportError`."""
        reply = self._world.answer(request, self._clock.now(), timeout_s)
        wait_s, outcome = reply.seen(self._latency_s, timeout_s)
        await self._clock.sleep_async(wait_s)
        if isinstance(outcome, Response):
            return outcome
        raise outcome

    async def close(self) -> None:
        """Nothing to let go of."""


def _canned(fault: Fault) -> Response:
    return Response(status=fault.status, headers=tuple(fault.headers.items()), body=fault.body.encode())


def _local(request: Request, base_url: str) -> Request | None:
    """The request with the vendor's own path; None when it goes to another host."""
    if request.path.startswith("/"):
        return request
    wanted, home = urlsplit(request.path), urlsplit(base_url)
    if (wanted.scheme, wanted.netloc.lower()) != (home.scheme, home.netloc.lower()):
        return None
    query = (*parse_qsl(wanted.query, keep_blank_values=True), *request.query)
    return evolve(request, path=unquote(wanted.path) or "/", query=query)

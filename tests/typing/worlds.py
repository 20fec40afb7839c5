"""Checked, never run: sandboxes, worlds and transports have the shapes that drivers ask for."""

from __future__ import annotations

from typing import assert_type

from commerce_bridge.flow.clock import Clock, VirtualClock, WallClock
from commerce_bridge.flow.effects import Flow
from commerce_bridge.flow.messages import Response
from commerce_bridge.flow.play import ManualClock, World
from commerce_bridge.flow.primitives import send, within
from commerce_bridge.flow.wiring import AsyncTransport, Transport, Wiring
from commerce_bridge.sandbox.bigcommerce import BigCommerceSandbox
from commerce_bridge.sandbox.consonance import ConsonanceSandbox
from commerce_bridge.sandbox.core import Sandbox
from commerce_bridge.sandbox.transport import SandboxWorld
from commerce_bridge.testing.crash import CrashReport, Fixture, crash_sweep
from commerce_bridge.testing.play import Trace, play

CLOCKS: tuple[Clock, ...] = (WallClock(), VirtualClock(), ManualClock())
SANDBOXES: tuple[Sandbox, ...] = (BigCommerceSandbox(), ConsonanceSandbox())


def shapes(world: SandboxWorld) -> tuple[Transport, AsyncTransport, World, World]:
    clock = VirtualClock()
    return world.sync(clock), world.asynchronous(clock), world, world.under("/stores/demo")


class Scene:
    def wiring(self) -> Wiring:
        return Wiring()


def swept(scene: Scene) -> CrashReport:
    fixture: Fixture = scene
    assert_type(fixture.wiring(), Wiring)

    def run(scene: Scene) -> Flow[None]:
        scene.wiring()
        yield from ()

    return crash_sweep(Scene, run=run, resume=run, snapshot=lambda scene: scene.wiring().transports)


def played(flow: Flow[Response]) -> None:
    trace = play(within(CLOCKS[0].now(), flow), [Response(status=200)])
    assert_type(trace, Trace[Response])
    assert_type(trace.result, Response)
    play(flow, ["200"])  # type: ignore[list-item]  # pyright: ignore[reportArgumentType]


def sends(clock: Clock) -> Flow[Response]:
    clock.sleep(1.0)
    return send("a", "/path")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]

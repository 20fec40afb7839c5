"""The correlation id: one text that ties a change at its source to the writes it led to."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from attrs import evolve

from commerce_bridge.errors import BridgeError
from commerce_bridge.flow.effects import Effect, Emit, Flow, Gather, Single
from commerce_bridge.flow.events import RequestSent

T = TypeVar("T")


def correlated(correlation_id: str, flow: Flow[T]) -> Flow[T]:
    """Run `flow` so that its requests' events and its errors carry a correlation id.

    What has one already keeps it.  Flows that it gathers, or makes once for several askers, are
    marked too.  No request is changed, and it costs no call.

    Args:
        correlation_id: The id, such as that of a run.
        flow: The flow to mark; its `finally` blocks run when it is stopped.
    """
    answer: object = None
    raised: Exception | None = None
    try:
        while True:
            try:
                effect = flow.send(answer) if raised is None else flow.throw(raised)
            except StopIteration as done:
                value: T = done.value
                return value
            except BridgeError as error:
                error.correlation_id = error.correlation_id or correlation_id
                raise
            answer = raised = None
            try:
                answer = yield _marked(effect, correlation_id)
            except Exception as thrown:
                raised = thrown
    finally:
        flow.close()


def _marked(effect: Effect, correlation_id: str) -> Effect:
    if isinstance(effect, Emit) and isinstance(effect.event, RequestSent):
        event = effect.event
        return evolve(effect, event=evolve(event, correlation_id=event.correlation_id or correlation_id))
    if isinstance(effect, Gather):
        return evolve(effect, flows=tuple(correlated(correlation_id, each) for each in effect.flows))
    if isinstance(effect, Single):
        return evolve(effect, make=_marking(effect.make, correlation_id))
    return effect


def _marking(make: Callable[[], Flow[T]], correlation_id: str) -> Callable[[], Flow[T]]:
    return lambda: correlated(correlation_id, make())

"""The correlation id: one text that ties a change at its source to the writes it led to."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar
from uuid import UUID

from attrs import evolve, frozen

from commerce_bridge.errors import BridgeError
from commerce_bridge.flow import primitives
from commerce_bridge.flow.effects import Effect, Emit, Flow, Gather, Send, Single
from commerce_bridge.flow.events import RunBegan, RunEnded

T = TypeVar("T")


def correlated(correlation_id: str, flow: Flow[T], *, run: str | None = None) -> Flow[T]:
    """Run `flow` so that its events, its errors and its requests carry a correlation id.

    What has one already keeps it.  Flows that it gathers, or makes once for several askers, are
    marked too.  A request carries it only where the vendor documents a header for that, and only if the
    id is a UUID, which is what such a header asks for; nothing else of a request is changed, and it
    costs no call.

    Args:
        correlation_id: The id, such as that of a run.
        flow: The flow to mark; its `finally` blocks run when it is stopped.
        run: What kind of run it is, such as ``plan``: subscribers are told when it begins and ends.  None
            for what is only a part of one.
    """
    if run is not None:
        flow = _told(run, correlation_id, flow)
    marks = _Marks.of(correlation_id)
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
                answer = yield marks.put_on(effect)
            except Exception as thrown:
                raised = thrown
    finally:
        flow.close()


def _told(run: str, correlation_id: str, flow: Flow[T]) -> Flow[T]:
    """Run `flow`, and tell when it begins, and when and how it ends."""
    at = yield from primitives.now()
    yield from primitives.emit(RunBegan(run=run, at=at, correlation_id=correlation_id))
    try:
        value = yield from flow
    except Exception as error:
        yield from _tell_end(run, correlation_id, type(error).__name__)
        raise
    yield from _tell_end(run, correlation_id, None)
    return value


def _tell_end(run: str, correlation_id: str, error: str | None) -> Flow[None]:
    at = yield from primitives.now()
    yield from primitives.emit(RunEnded(run=run, at=at, correlation_id=correlation_id, error=error))


@frozen
class _Marks:
    """Puts one id on effects."""

    correlation_id: str
    is_uuid: bool

    @classmethod
    def of(cls, correlation_id: str) -> _Marks:
        try:
            is_uuid = str(UUID(correlation_id)) == correlation_id.lower()
        except ValueError:
            is_uuid = False
        return cls(correlation_id, is_uuid)

    def put_on(self, effect: Effect) -> Effect:
        """The effect with the id in all that may carry one; what has one already is left alone."""
        if isinstance(effect, Emit):
            if effect.event.correlation_id is not None:
                return effect
            return Emit(event=evolve(effect.event, correlation_id=self.correlation_id))
        if isinstance(effect, Send):
            return self._sent(effect)
        if isinstance(effect, Gather):
            return evolve(effect, flows=tuple(correlated(self.correlation_id, one) for one in effect.flows))
        if isinstance(effect, Single):
            return evolve(effect, make=self._marking(effect.make))
        return effect

    def _sent(self, effect: Send) -> Send:
        name = effect.correlation_header
        if name is None or not self.is_uuid or effect.request.header(name) is not None:
            return effect
        return evolve(effect, request=effect.request.with_headers({name: self.correlation_id}))

    def _marking(self, make: Callable[[], Flow[T]]) -> Callable[[], Flow[T]]:
        return lambda: correlated(self.correlation_id, make())

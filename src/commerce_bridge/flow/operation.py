"""One definition, three modes: sync, async, and raw (a flow, for our own flows).

Each operation of a client is written once, as a generator that yields effects.
A descriptor gives it the face of the client's mode; mixing modes is a type error.
"""

from __future__ import annotations

import copy
import inspect
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import Any, Concatenate, Generic, ParamSpec, Protocol, TypeVar, cast, overload

from commerce_bridge.domain.exchange import Page
from commerce_bridge.flow.effects import Flow
from commerce_bridge.flow.wiring import Wiring

P = ParamSpec("P")
T = TypeVar("T")


class RunsSync(Protocol):
    """A driver that returns a flow's result."""

    wiring: Wiring

    def run(self, flow: Flow[T]) -> T:
        """The result of `flow`."""
        ...


class RunsAsync(Protocol):
    """A driver that returns an awaitable of a flow's result."""

    wiring: Wiring

    async def run(self, flow: Flow[T]) -> T:
        """The result of `flow`."""
        ...


class Sync:
    """The mode in which a call returns its result."""

    def __init__(self, driver: RunsSync) -> None:
        self.driver = driver


class Async:
    """The mode in which a call returns an awaitable."""

    def __init__(self, driver: RunsAsync) -> None:
        self.driver = driver


class Raw:
    """The mode in which a call returns a flow; readers, writers and bridges work in it."""


M = TypeVar("M", Sync, Async, Raw)


class Resource(Generic[M]):
    """Something with operations, in one mode."""

    def __init__(self, mode: M) -> None:
        self.mode: M = mode

    def raw_twin(self) -> Any:
        """The same resource in raw mode."""
        twin: Any = self.__dict__.get("_raw_twin")
        if twin is None:
            if isinstance(self.mode, Raw):
                return self
            twin = copy.copy(self)
            twin.mode = Raw()
            self.__dict__["_raw_twin"] = twin
        return twin


class Pages(Generic[T]):
    """Items of all pages, read as they are asked for; iterating again reads again."""

    def __init__(self, driver: RunsSync, turn: Callable[[str | None], Flow[Page[T]]]) -> None:
        self._driver = driver
        self._turn = turn

    def pages(self, start: str | None = None) -> Iterator[Page[T]]:
        """Page by page, from the cursor `start`; a page's `next` is a checkpoint."""
        cursor = start
        while True:
            page = self._driver.run(self._turn(cursor))
            yield page
            if page.next is None:
                return
            cursor = page.next

    def __iter__(self) -> Iterator[T]:
        for page in self.pages():
            yield from page.items


class AsyncPages(Generic[T]):
    """Items of all pages, read as they are asked for; iterating again reads again."""

    def __init__(self, driver: RunsAsync, turn: Callable[[str | None], Flow[Page[T]]]) -> None:
        self._driver = driver
        self._turn = turn

    async def pages(self, start: str | None = None) -> AsyncIterator[Page[T]]:
        """Page by page, from the cursor `start`; a page's `next` is a checkpoint."""
        cursor = start
        while True:
            page = await self._driver.run(self._turn(cursor))
            yield page
            if page.next is None:
                return
            cursor = page.next

    async def __aiter__(self) -> AsyncIterator[T]:
        async for page in self.pages():
            for item in page.items:
                yield item


def _face(made: Any, fn: Callable[..., Any], skip: int) -> Any:
    """Give a bound callable the name, the text and the signature of its definition."""
    made.__name__ = fn.__name__
    made.__qualname__ = fn.__qualname__
    made.__doc__ = fn.__doc__
    made.__wrapped_flow__ = fn
    signature = inspect.signature(fn)
    parameters = list(signature.parameters.values())[skip:]
    made.__signature__ = signature.replace(parameters=parameters, return_annotation=_result_of(signature))
    return made


def _result_of(signature: inspect.Signature) -> Any:
    """The result type inside ``Flow[...]``, as written in the definition."""
    annotation = signature.return_annotation
    text = annotation if isinstance(annotation, str) else str(annotation)
    return text[len("Flow[") : -1] if text.startswith("Flow[") else annotation


class operation(Generic[P, T]):
    """Turns a method that returns a flow into one that answers in the mode of its resource."""

    def __init__(self, fn: Callable[Concatenate[Any, P], Flow[T]]) -> None:
        self._fn = fn
        self.__doc__ = fn.__doc__

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    @overload
    def __get__(self, obj: None, owner: type) -> operation[P, T]: ...
    @overload
    def __get__(self, obj: Resource[Sync], owner: type) -> Callable[P, T]: ...
    @overload
    def __get__(self, obj: Resource[Async], owner: type) -> Callable[P, Awaitable[T]]: ...
    @overload
    def __get__(self, obj: Resource[Raw], owner: type) -> Callable[P, Flow[T]]: ...
    def __get__(self, obj: Resource[Any] | None, owner: type) -> Any:
        if obj is None:
            return self
        known = obj.__dict__.get(self._name)
        if known is None:
            known = obj.__dict__[self._name] = self._bind(obj)
        return known

    def _bind(self, obj: Resource[Any]) -> Any:
        fn: Callable[..., Flow[T]] = self._fn
        mode, raw = obj.mode, obj.raw_twin()
        if isinstance(mode, Sync):
            run = mode.driver.run

            def call(*args: Any, **kwargs: Any) -> T:
                return run(fn(raw, *args, **kwargs))

            return _face(call, fn, 1)
        if isinstance(mode, Async):
            arun = mode.driver.run

            async def call_async(*args: Any, **kwargs: Any) -> T:
                return await arun(fn(raw, *args, **kwargs))

            return _face(call_async, fn, 1)

        def call_raw(*args: Any, **kwargs: Any) -> Flow[T]:
            return fn(raw, *args, **kwargs)

        return _face(call_raw, fn, 1)


class paged(Generic[P, T]):
    """Turns a method ``(cursor, ...) -> Flow[Page[T]]`` into an iterable of items in sync and async mode."""

    def __init__(self, fn: Callable[Concatenate[Any, str | None, P], Flow[Page[T]]]) -> None:
        self._fn = fn
        self.__doc__ = fn.__doc__

    @overload
    def __get__(self, obj: None, owner: type) -> paged[P, T]: ...
    @overload
    def __get__(self, obj: Resource[Sync], owner: type) -> Callable[P, Pages[T]]: ...
    @overload
    def __get__(self, obj: Resource[Async], owner: type) -> Callable[P, AsyncPages[T]]: ...
    @overload
    def __get__(
        self, obj: Resource[Raw], owner: type
    ) -> Callable[Concatenate[str | None, P], Flow[Page[T]]]: ...
    def __get__(self, obj: Resource[Any] | None, owner: type) -> Any:
        if obj is None:
            return self
        fn: Callable[..., Flow[Page[T]]] = self._fn
        mode, raw = obj.mode, obj.raw_twin()

        def pages(*args: Any, **kwargs: Any) -> Any:
            def turn(cursor: str | None) -> Flow[Page[T]]:
                return fn(raw, cursor, *args, **kwargs)

            if isinstance(mode, Sync):
                return Pages(mode.driver, turn)
            return AsyncPages(cast("Async", mode).driver, turn)

        def call_raw(cursor: str | None, *args: Any, **kwargs: Any) -> Flow[Page[T]]:
            return fn(raw, cursor, *args, **kwargs)

        return _face(call_raw, fn, 1) if isinstance(mode, Raw) else _face(pages, fn, 2)


def every(turn: Callable[[str | None], Flow[Page[T]]], *, start: str | None = None) -> Flow[tuple[T, ...]]:
    """All items of a paged operation in raw mode, page after page.

    Args:
        turn: The operation, waiting for a cursor: ``lambda cursor: products.list(cursor, sku="…")``.
        start: The cursor to begin at.
    """
    items: list[T] = []
    cursor = start
    while True:
        page = yield from turn(cursor)
        items.extend(page.items)
        if page.next is None:
            return tuple(items)
        cursor = page.next

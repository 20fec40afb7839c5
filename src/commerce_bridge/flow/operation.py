"""One definition, three modes: sync, async, and raw (a flow, for our own flows).

Each operation of a client is written once, as a generator that yields effects.
A descriptor gives it the face of the client's mode; mixing modes is a type error.
"""

from __future__ import annotations

import inspect
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import TYPE_CHECKING, Any, Concatenate, Generic, ParamSpec, Protocol, TypeVar, get_args, overload

if TYPE_CHECKING:
    from commerce_bridge.domain.exchange import Page
    from commerce_bridge.flow.effects import Flow
    from commerce_bridge.flow.wiring import Wiring

P = ParamSpec("P")
T = TypeVar("T")


class RunsSync(Protocol):
    """A driver that returns a flow's result."""

    wiring: Wiring

    def rewired(self, wiring: Wiring) -> RunsSync:
        """A driver of the same kind with another wiring."""
        ...

    def run(self, flow: Flow[T]) -> T:
        """The result of `flow`."""
        ...


class RunsAsync(Protocol):
    """A driver that returns an awaitable of a flow's result."""

    wiring: Wiring

    def rewired(self, wiring: Wiring) -> RunsAsync:
        """A driver of the same kind with another wiring."""
        ...

    async def run(self, flow: Flow[T]) -> T:
        """The result of `flow`."""
        ...


class Sync:
    """The mode in which a call returns its result.

    Args:
        driver: Runs the flows; or what makes it, called when it is first asked for.
    """

    def __init__(self, driver: RunsSync | Callable[[], RunsSync]) -> None:
        self._driver = driver

    @property
    def driver(self) -> RunsSync:
        """What runs the flows."""
        if callable(self._driver):
            self._driver = self._driver()
        return self._driver


class Async:
    """The mode in which a call returns an awaitable.

    Args:
        driver: Runs the flows; or what makes it, called when it is first asked for.
    """

    def __init__(self, driver: RunsAsync | Callable[[], RunsAsync]) -> None:
        self._driver = driver

    @property
    def driver(self) -> RunsAsync:
        """What runs the flows."""
        if callable(self._driver):
            self._driver = self._driver()
        return self._driver


class Raw:
    """The mode in which a call returns a flow; readers, writers and bridges work in it."""


M = TypeVar("M", Sync, Async, Raw)


class Resource(Generic[M]):
    """Something with operations, in one mode."""

    def __init__(self, mode: M) -> None:
        self.mode: M = mode

    def raw_twin(self) -> Any:
        """The same resource in raw mode, and with it the resources it holds."""
        if isinstance(self.mode, Raw):
            return self
        twin: Any = self.__dict__.get("_raw_twin")
        if twin is None:
            from copy import copy  # no part of opening a client

            twin = copy(self)
            twin.mode = Raw()
            self.__dict__["_raw_twin"] = twin
            held: list[tuple[str, Any]] = list(self.__dict__.items())
            for name, value in held:
                if isinstance(value, Resource) and name != "_raw_twin":
                    setattr(twin, name, value.raw_twin())
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


class _Face:
    """What bound callables show of their definition: name, text and signature, worked out once.

    Args:
        fn: The definition.
        skip: How many of its parameters a caller does not give.
    """

    def __init__(self, fn: Callable[..., Any], skip: int) -> None:
        self._fn = fn
        self._skip = skip
        self._signatures: dict[str, inspect.Signature] = {}

    def put_on(self, made: Any, result: str) -> Any:
        """Give a callable this face; `result` is what its own result is called, or empty for a bare one."""
        fn = self._fn
        made.__name__, made.__qualname__, made.__module__ = fn.__name__, fn.__qualname__, fn.__module__
        made.__doc__ = fn.__doc__
        made.__wrapped_flow__ = fn
        made.__signature__ = self._signatures.get(result) or self._signature(result)
        return made

    def _signature(self, result: str) -> inspect.Signature:
        whole = inspect.signature(self._fn)
        parameters = list(whole.parameters.values())[self._skip :]
        shown = whole.replace(
            parameters=parameters, return_annotation=_shown_result(whole.return_annotation, result)
        )
        return self._signatures.setdefault(result, shown)


def _shown_result(annotation: Any, result: str) -> Any:
    """What comes out of ``Flow[X]``: X for a bare result, ``Pages[Y]`` for an X that is ``Page[Y]``."""
    if result == _FLOW:
        return annotation
    if not isinstance(annotation, str):
        inside = get_args(annotation)
        return inside[2] if len(inside) == 3 and not result else annotation
    if not annotation.startswith("Flow["):
        return annotation
    inner = annotation[len("Flow[") : -1]
    return result + inner.removeprefix("Page") if result else inner


_FLOW, _PAGES, _ASYNC_PAGES = "Flow", "Pages", "AsyncPages"


def _kept(obj: Resource[Any], descriptor: operation[..., Any] | paged[..., Any], bound: Any) -> Any:
    """Keep a bound callable on its resource, where it is found without the descriptor next time.

    Not one reached through `super()`: it would hide the one that overrides it.
    """
    name = bound.__name__
    if getattr(type(obj), name, None) is descriptor:
        obj.__dict__[name] = bound
    return bound


class operation(Generic[P, T]):
    """Turns a method that returns a flow into one that answers in the mode of its resource."""

    def __init__(self, fn: Callable[Concatenate[Any, P], Flow[T]]) -> None:
        self._fn = fn
        self._face = _Face(fn, skip=1)
        self.__doc__ = fn.__doc__

    @overload
    def __get__(self, obj: None, owner: type) -> operation[P, T]: ...
    @overload
    def __get__(self, obj: Resource[Sync], owner: type) -> Callable[P, T]: ...
    @overload
    def __get__(self, obj: Resource[Async], owner: type) -> Callable[P, Awaitable[T]]: ...
    @overload
    def __get__(self, obj: Resource[Raw], owner: type) -> Callable[P, Flow[T]]: ...
    def __get__(self, obj: Resource[Any] | None, owner: type) -> Any:
        return self if obj is None else _kept(obj, self, self._bind(obj))

    def _bind(self, obj: Resource[Any]) -> Any:
        fn: Callable[..., Flow[T]] = self._fn
        mode, raw = obj.mode, obj.raw_twin()
        if isinstance(mode, Sync):
            run = mode.driver.run

            def call(*args: Any, **kwargs: Any) -> T:
                return run(fn(raw, *args, **kwargs))

            return self._face.put_on(call, "")
        if isinstance(mode, Async):
            arun = mode.driver.run

            async def call_async(*args: Any, **kwargs: Any) -> T:
                return await arun(fn(raw, *args, **kwargs))

            return self._face.put_on(call_async, "")

        def call_raw(*args: Any, **kwargs: Any) -> Flow[T]:
            return fn(raw, *args, **kwargs)

        return self._face.put_on(call_raw, _FLOW)


class paged(Generic[P, T]):
    """Turns a method ``(cursor, ...) -> Flow[Page[T]]`` into an iterable of items in sync and async mode."""

    def __init__(self, fn: Callable[Concatenate[Any, str | None, P], Flow[Page[T]]]) -> None:
        self._fn = fn
        self._face = _Face(fn, skip=2)
        self._raw_face = _Face(fn, skip=1)
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
        return self if obj is None else _kept(obj, self, self._bind(obj))

    def _bind(self, obj: Resource[Any]) -> Any:
        fn: Callable[..., Flow[Page[T]]] = self._fn
        mode, raw = obj.mode, obj.raw_twin()

        def turned(args: Any, kwargs: Any) -> Callable[[str | None], Flow[Page[T]]]:
            return lambda cursor: fn(raw, cursor, *args, **kwargs)

        if isinstance(mode, Sync):
            driver = mode.driver

            def pages(*args: Any, **kwargs: Any) -> Pages[T]:
                return Pages(driver, turned(args, kwargs))

            return self._face.put_on(pages, _PAGES)
        if isinstance(mode, Async):
            async_driver = mode.driver

            def pages_async(*args: Any, **kwargs: Any) -> AsyncPages[T]:
                return AsyncPages(async_driver, turned(args, kwargs))

            return self._face.put_on(pages_async, _ASYNC_PAGES)

        def call_raw(cursor: str | None, *args: Any, **kwargs: Any) -> Flow[Page[T]]:
            return fn(raw, cursor, *args, **kwargs)

        return self._raw_face.put_on(call_raw, _FLOW)


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

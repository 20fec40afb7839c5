"""One definition in three modes: what it shows, what it runs, what it costs."""

from __future__ import annotations

import asyncio
import inspect
import typing
from collections.abc import Awaitable
from typing import Any

import pytest

from commerce_bridge.domain.exchange import Page
from commerce_bridge.errors import ConnectionLost
from commerce_bridge.flow.async_driver import AsyncDriver
from commerce_bridge.flow.effects import Flow, Send
from commerce_bridge.flow.messages import Request, Response
from commerce_bridge.flow.operation import (
    Async,
    AsyncPages,
    M,
    Pages,
    Raw,
    Resource,
    Sync,
    every,
    operation,
    paged,
)
from commerce_bridge.flow.primitives import run_pure, send
from commerce_bridge.flow.sync_driver import SyncDriver
from commerce_bridge.flow.wiring import Wiring


class Letters(Resource[M]):
    """Letters of the alphabet, two a page; the cursor is the next letter."""

    @operation
    def get(self: Letters[Raw], letter: str, *, upper: bool = False) -> Flow[str]:
        """One letter.

        Args:
            letter: Which.
            upper: Whether in upper case.
        """
        response = yield from send("a", Request(method="GET", path=f"/{letter}"))
        text = response.body.decode()
        return text.upper() if upper else text

    @operation
    def pair(self: Letters[Raw], first: str, second: str) -> Flow[tuple[str, str]]:
        """Two letters."""
        one = yield from self.get(first)
        two = yield from self.get(second, upper=True)
        return one, two

    @paged
    def list(self: Letters[Raw], cursor: str | None, *, last: str = "e") -> Flow[Page[str]]:
        """All letters up to `last`."""
        start = ord(cursor or "a")
        codes = range(start, min(start + 2, ord(last) + 1))
        letters = []
        for code in codes:
            letters.append((yield from self.get(chr(code))))
        following = start + 2
        return Page(items=tuple(letters), next=chr(following) if following <= ord(last) else None)


class LoudLetters(Letters[M]):
    """Overrides one operation and asks the one it overrides."""

    @operation
    def get(self: LoudLetters[Raw], letter: str, *, upper: bool = False) -> Flow[str]:
        """One letter, said aloud."""
        quiet = yield from super().get(letter, upper=upper)  # type: ignore[misc]
        return f"{quiet}!"


class Book(Resource[M]):
    """Holds another resource as an attribute."""

    def __init__(self, mode: M) -> None:
        super().__init__(mode)
        self.letters: Letters[M] = Letters(mode)

    @operation
    def first(self: Book[Raw]) -> Flow[str]:
        """The first letter."""
        return (yield from self.letters.get("a"))


class Echo:
    """Answers with the last part of the path; counts what it was asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def send(self, request: Request, timeout_s: float) -> Response:
        self.asked.append(request.path)
        if request.path == "/?":
            raise ConnectionLost("no such letter")
        return Response(status=200, body=request.path.strip("/").encode())

    def close(self) -> None: ...


class AsyncEcho(Echo):
    async def send(self, request: Request, timeout_s: float) -> Response:  # type: ignore[override]
        await asyncio.sleep(0)
        return super().send(request, timeout_s)

    async def close(self) -> None: ...  # type: ignore[override]


def sync_mode() -> tuple[Sync, Echo]:
    echo = Echo()
    return Sync(SyncDriver(Wiring(transports={"a": echo}))), echo


def async_mode() -> tuple[Async, AsyncEcho]:
    echo = AsyncEcho()
    return Async(AsyncDriver(Wiring(transports={"a": echo}))), echo


async def wait_for(value: Awaitable[Any]) -> Any:
    return await value


class TestModes:
    def test_sync_gives_the_result(self) -> None:
        mode, echo = sync_mode()
        assert Letters(mode).pair("a", "b") == ("a", "B")
        assert echo.asked == ["/a", "/b"]

    def test_async_gives_an_awaitable(self) -> None:
        mode, echo = async_mode()
        waiting = Letters(mode).pair("a", "b")
        assert echo.asked == []
        assert asyncio.run(wait_for(waiting)) == ("a", "B")

    def test_raw_gives_a_flow(self) -> None:
        flow = Letters(Raw()).get("a")
        effect = next(flow)
        assert isinstance(effect, Send)
        with pytest.raises(StopIteration) as done:
            flow.send(Response(status=200, body=b"x"))
        assert done.value.value == "x"

    def test_errors_are_raised_in_both(self) -> None:
        with pytest.raises(ConnectionLost):
            Letters(sync_mode()[0]).get("?")
        with pytest.raises(ConnectionLost):
            asyncio.run(wait_for(Letters(async_mode()[0]).get("?")))

    def test_wrong_arguments_are_a_type_error_at_once(self) -> None:
        with pytest.raises(TypeError, match="colour"):
            Letters(sync_mode()[0]).get("a", colour="red")  # type: ignore[call-arg]
        with pytest.raises(TypeError):
            Letters(Raw()).get()  # type: ignore[call-arg]

    def test_a_held_resource_is_raw_inside_flows(self) -> None:
        assert Book(sync_mode()[0]).first() == "a"
        assert asyncio.run(wait_for(Book(async_mode()[0]).first())) == "a"
        book = Book(sync_mode()[0])
        assert book.letters.get("b") == "b"
        assert isinstance(book.raw_twin().letters.mode, Raw)
        assert isinstance(book.letters.mode, Sync)

    def test_an_operation_that_overrides_may_ask_the_one_below(self) -> None:
        letters = LoudLetters(sync_mode()[0])
        assert [letters.get("a") for _ in range(3)] == ["a!"] * 3
        assert letters.pair("a", "b") == ("a!", "B!")
        raw = LoudLetters(Raw())
        assert raw.get.__doc__ == "One letter, said aloud."

    def test_the_raw_twin_is_one_and_the_same(self) -> None:
        letters = Letters(sync_mode()[0])
        assert letters.raw_twin() is letters.raw_twin()
        assert letters.raw_twin().raw_twin() is letters.raw_twin()


class TestFaces:
    MODES = (lambda: sync_mode()[0], lambda: async_mode()[0], Raw)

    @pytest.mark.parametrize("make", MODES)
    def test_name_and_text_are_those_of_the_definition(self, make: Any) -> None:
        letters = Letters(make())
        for bound, name in ((letters.get, "get"), (letters.list, "list")):
            assert bound.__name__ == name
            assert bound.__qualname__ == f"Letters.{name}"
            assert bound.__module__ == __name__
            assert bound.__doc__ == inspect.getattr_static(Letters, name)._fn.__doc__
        assert "upper: Whether" in letters.get.__doc__

    def test_signatures_are_equal_in_both_modes(self) -> None:
        one, two = Letters(sync_mode()[0]), Letters(async_mode()[0])
        assert inspect.signature(one.get) == inspect.signature(two.get)
        assert str(inspect.signature(one.get)) == "(letter: 'str', *, upper: 'bool' = False) -> 'str'"
        assert str(inspect.signature(one.pair)).endswith("-> 'tuple[str, str]'")
        assert inspect.signature(one.list).parameters == inspect.signature(two.list).parameters
        assert str(inspect.signature(one.list)) == "(*, last: 'str' = 'e') -> 'Pages[str]'"
        assert str(inspect.signature(two.list)) == "(*, last: 'str' = 'e') -> 'AsyncPages[str]'"

    def test_raw_signatures_keep_flow_and_cursor(self) -> None:
        raw = Letters(Raw())
        assert str(inspect.signature(raw.get)).endswith("-> 'Flow[str]'")
        assert str(inspect.signature(raw.list)) == (
            "(cursor: 'str | None', *, last: 'str' = 'e') -> 'Flow[Page[str]]'"
        )

    def test_annotations_that_are_no_text_work_too(self) -> None:
        def plain(self: Any, number: int) -> None: ...

        plain.__annotations__ = {"number": int, "return": Flow[int]}
        made = operation(plain)  # type: ignore[arg-type]
        Plain: Any = type("Plain", (Resource,), {"plain": made})
        assert inspect.signature(Plain(sync_mode()[0]).plain).return_annotation is int
        assert inspect.signature(Plain(Raw()).plain).return_annotation == Flow[int]

    def test_async_operations_are_coroutine_functions(self) -> None:
        assert inspect.iscoroutinefunction(Letters(async_mode()[0]).get)
        assert not inspect.iscoroutinefunction(Letters(sync_mode()[0]).get)

    def test_on_the_class_stands_the_definition(self) -> None:
        assert isinstance(Letters.get, operation)
        assert isinstance(Letters.list, paged)
        assert typing.cast("Any", Letters.get).__doc__.startswith("One letter.")

    def test_binding_is_done_once(self) -> None:
        letters = Letters(sync_mode()[0])
        assert letters.get is letters.get
        assert letters.list is letters.list

    def test_a_call_costs_little_more_than_its_driver(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Signatures are read once for each definition, not for each call or each new resource."""
        mode, _ = sync_mode()
        Letters(mode).get("a")
        list(Letters(mode).list(last="a"))
        read: list[Any] = []
        monkeypatch.setattr(inspect, "signature", read.append)
        for _ in range(3):
            fresh = Letters(mode)
            fresh.get("a")
            list(fresh.list(last="a"))
        assert read == []


class TestPaged:
    def test_items_over_all_pages(self) -> None:
        mode, echo = sync_mode()
        pages = Letters(mode).list()
        assert isinstance(pages, Pages)
        assert echo.asked == []
        assert list(pages) == ["a", "b", "c", "d", "e"]

    def test_pages_are_read_when_they_are_asked_for(self) -> None:
        mode, echo = sync_mode()
        items = iter(Letters(mode).list())
        assert next(items) == "a"
        assert echo.asked == ["/a", "/b"]
        assert [next(items), next(items)] == ["b", "c"]
        assert echo.asked == ["/a", "/b", "/c", "/d"]

    def test_iterating_again_reads_again(self) -> None:
        mode, echo = sync_mode()
        pages = Letters(mode).list(last="b")
        assert list(pages) == list(pages) == ["a", "b"]
        assert echo.asked == ["/a", "/b"] * 2

    def test_a_pages_next_is_where_to_go_on(self) -> None:
        pages = Letters(sync_mode()[0]).list()
        first = next(pages.pages())
        assert first == Page(items=("a", "b"), next="c")
        assert [page.items for page in pages.pages(start=first.next)] == [("c", "d"), ("e",)]

    def test_options_go_with_every_page(self) -> None:
        assert list(Letters(sync_mode()[0]).list(last="c")) == ["a", "b", "c"]

    def test_async_pages_do_the_same(self) -> None:
        async def read() -> Any:
            mode, echo = async_mode()
            pages = Letters(mode).list(last="d")
            assert isinstance(pages, AsyncPages)
            assert echo.asked == []
            once = [letter async for letter in pages]
            again = [letter async for letter in pages]
            rest = [page.items async for page in pages.pages(start="c")]
            return once, again, rest, len(echo.asked)

        assert asyncio.run(read()) == (["a", "b", "c", "d"], ["a", "b", "c", "d"], [("c", "d")], 10)

    def test_raw_is_one_page_and_every_reads_them_all(self) -> None:
        raw, echo = Letters(Raw()), Echo()
        driver = SyncDriver(Wiring(transports={"a": echo}))
        assert driver.run(raw.list("c", last="d")) == Page(items=("c", "d"))
        assert driver.run(every(lambda cursor: raw.list(cursor, last="e"))) == ("a", "b", "c", "d", "e")
        assert driver.run(every(raw.list, start="c")) == ("c", "d", "e")

    def test_every_of_an_empty_page_is_empty(self) -> None:
        def nothing(cursor: str | None) -> Flow[Page[str]]:
            return Page(items=())
            yield

        assert run_pure(every(nothing)) == ()

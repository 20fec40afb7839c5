"""The adapters for httpx and httpx2, against a handler in the same process."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from threading import Barrier, Thread
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import anyio
import pytest
from hypothesis import given
from hypothesis import strategies as st

from commerce_bridge.errors import ConnectionLost, TimedOut, TransportError
from commerce_bridge.flow.messages import Request, Response
from commerce_bridge.http.adapters import AsyncHttpTransport, HttpTransport, url_of

BASE = "https://api.example.com/stores/abc/"


class Line:
    """One library in one mode: sends a request to a handler, and keeps what the handler saw."""

    def __init__(self, library: str, mode: str) -> None:
        self.library = importlib.import_module(library)
        self.mode = mode
        self.seen: list[Any] = []

    def send(self, request: Request, answer: Callable[[Any], Any], *, timeout_s: float = 5.0) -> Response:
        def respond(raw: Any) -> Any:
            self.seen.append(raw)
            return answer(raw)

        transport = self.library.MockTransport(respond)
        if self.mode == "sync":
            line = HttpTransport(BASE, client=self.library.Client(transport=transport))
            try:
                return line.send(request, timeout_s)
            finally:
                line.close()
                line.close()

        async def run() -> Response:
            line = AsyncHttpTransport(BASE, client=self.library.AsyncClient(transport=transport))
            try:
                return await line.send(request, timeout_s)
            finally:
                await line.close()
                await line.close()

        return anyio.run(run)

    def ok(self, raw: Any) -> Any:
        return self.library.Response(200, text="fine")

    def target(self, request: Request) -> str:
        """The path and query as they go over the wire."""
        self.send(request, self.ok)
        raw: bytes = self.seen[-1].url.raw_path
        return raw.decode("ascii")


@pytest.fixture(params=[(library, mode) for library in ("httpx", "httpx2") for mode in ("sync", "async")])
def line(request: pytest.FixtureRequest) -> Line:
    return Line(*request.param)


def get(path: str, query: tuple[tuple[str, str], ...] = ()) -> Request:
    return Request(method="GET", path=path, query=query)


def test_a_request_goes_as_it_is_and_its_answer_comes_back(line: Line) -> None:
    request = Request(
        method="PUT",
        path="/v3/catalog/products",
        query=(("limit", "10"),),
        headers={"X-Auth-Token": "secret", "Content-Type": "application/json"},
        body='[{"name": "Žluťoučký"}]'.encode(),
    )
    answer = line.library.Response(207, headers={"X-Rate-Limit-Left": "7"}, content=b"\x00\xff")
    response = line.send(request, lambda raw: answer)
    raw = line.seen[0]
    assert raw.method == "PUT"
    assert str(raw.url) == "https://api.example.com/stores/abc/v3/catalog/products?limit=10"
    assert raw.headers["x-auth-token"] == "secret"
    assert raw.content == request.body
    assert (response.status, response.body) == (207, b"\x00\xff")
    assert response.header("x-rate-limit-left") == "7"


def test_an_empty_body_is_no_body(line: Line) -> None:
    line.send(get("/x"), line.ok)
    assert line.seen[0].content == b""
    assert "content-type" not in line.seen[0].headers


def test_a_header_given_twice_is_two_headers(line: Line) -> None:
    answer = line.library.Response(200, headers=[("Set-Cookie", "a=1"), ("Set-Cookie", "b=2")])
    response = line.send(get("/x"), lambda raw: answer)
    assert [text for name, text in response.headers if name.lower() == "set-cookie"] == ["a=1", "b=2"]


def test_redirects_are_answers_and_not_followed(line: Line) -> None:
    answer = line.library.Response(302, headers={"Location": "https://elsewhere.example.com/"})
    assert line.send(get("/x"), lambda raw: answer).status == 302
    assert len(line.seen) == 1


@pytest.mark.parametrize(
    ("path", "wire"),
    [
        ("/a b", "/a%20b"),
        ("/a+b", "/a+b"),
        ("/a%20b", "/a%2520b"),
        ("/sku:1,2;x=(y)'!*", "/sku:1,2;x=(y)'!*"),
        ("/é/火", "/%C3%A9/%E7%81%AB"),
        ("/what?not#here", "/what%3Fnot%23here"),
        ("/100%", "/100%25"),
        ('/"quoted"', "/%22quoted%22"),
    ],
)
def test_a_path_is_encoded_exactly_once(line: Line, path: str, wire: str) -> None:
    assert line.target(get(path)) == "/stores/abc" + wire


@pytest.mark.parametrize(
    ("value", "wire"),
    [
        ("a+b", "a%2Bb"),
        ("a b", "a+b"),
        ("2026-11-02T09:00:00+00:00", "2026-11-02T09:00:00%2B00:00"),
        ("1,2,3", "1,2,3"),
        ("100%", "100%25"),
        ("a%20b", "a%2520b"),
        ("a&b=c#d", "a%26b%3Dc%23d"),
        ("Žluť 火", "%C5%BDlu%C5%A5+%E7%81%AB"),
        ("", ""),
        ("'\"<>\\^`{|}", "%27%22%3C%3E%5C%5E%60%7B%7C%7D"),
    ],
)
def test_a_query_value_is_encoded_exactly_once(line: Line, value: str, wire: str) -> None:
    assert line.target(get("/x", (("name:like", value),))) == f"/stores/abc/x?name:like={wire}"


def test_query_pairs_keep_their_order_and_repeats(line: Line) -> None:
    pairs = (("include", "b"), ("include", "a"), ("id:in", "3,1"))
    assert line.target(get("/x", pairs)) == "/stores/abc/x?include=b&include=a&id:in=3,1"


text = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
names = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="./"), min_size=1, max_size=20)


@given(st.lists(st.tuples(text, text), min_size=1, max_size=4), names)
def test_what_is_encoded_is_decoded_to_the_same(pairs: list[tuple[str, str]], segment: str) -> None:
    for library in ("httpx", "httpx2"):
        target = Line(library, "sync").target(get(f"/p/{segment}", tuple(pairs)))
        parts = urlsplit(target)
        assert unquote(parts.path) == f"/stores/abc/p/{segment}"
        assert parse_qsl(parts.query, keep_blank_values=True) == pairs


def test_an_absolute_address_is_sent_as_it_stands(line: Line) -> None:
    line.send(get("https://images.example.org/covers/1.jpg?size=%2B2"), line.ok)
    assert str(line.seen[0].url) == "https://images.example.org/covers/1.jpg?size=%2B2"


@pytest.mark.parametrize(
    ("name", "kind", "sent"),
    [
        ("ConnectError", ConnectionLost, False),
        ("ConnectTimeout", TimedOut, False),
        ("PoolTimeout", TimedOut, False),
        ("UnsupportedProtocol", ConnectionLost, False),
        ("ReadTimeout", TimedOut, True),
        ("WriteTimeout", TimedOut, True),
        ("ReadError", ConnectionLost, True),
        ("WriteError", ConnectionLost, True),
        ("CloseError", ConnectionLost, True),
        ("RemoteProtocolError", ConnectionLost, True),
        ("DecodingError", ConnectionLost, True),
    ],
)
def test_faults_become_ours_and_say_whether_the_request_may_have_arrived(
    line: Line, name: str, kind: type[TransportError], sent: bool
) -> None:
    fault = getattr(line.library, name)

    def fail(raw: Any) -> Any:
        raise fault("it broke")

    with pytest.raises(TransportError) as caught:
        line.send(get("/v3/catalog"), fail, timeout_s=2.5)
    assert type(caught.value) is kind
    assert caught.value.sent is sent
    assert "GET /v3/catalog" in str(caught.value)
    assert isinstance(caught.value.__cause__, fault)
    if kind is TimedOut:
        assert "no answer within 2.5 s" in str(caught.value)


@pytest.mark.parametrize(
    "address", ["https://[broken/x.jpg", "https://exa mple.com:port/x", "mailto:x", "cover.jpg"]
)
def test_an_address_that_is_none_is_a_fault_that_sent_nothing(line: Line, address: str) -> None:
    client = line.library.Client()
    with client, pytest.raises(ConnectionLost) as caught:
        HttpTransport(BASE, client=client).send(get(address), 1.0)
    assert not caught.value.sent


def test_a_defect_of_ours_is_not_taken_for_a_fault_of_the_network(line: Line) -> None:
    def fail(raw: Any) -> Any:
        raise KeyError("a defect")

    with pytest.raises(KeyError):
        line.send(get("/x"), fail)


def test_the_timeout_reaches_the_library(line: Line) -> None:
    line.send(get("/x"), line.ok, timeout_s=7.5)
    assert set(line.seen[0].extensions["timeout"].values()) == {7.5}


@pytest.mark.parametrize("library", ["httpx", "httpx2"])
def test_the_first_request_makes_the_client_once_for_all_threads(
    library: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    module = importlib.import_module(library)
    made: list[Any] = []
    start = Barrier(6)
    real = module.Client

    def make() -> Any:
        made.append(real(transport=module.MockTransport(lambda raw: module.Response(200))))
        return made[-1]

    monkeypatch.setattr(module, "Client", make)
    transport = HttpTransport(BASE, library=library)

    def work() -> None:
        start.wait()
        transport.send(get("/x"), 1.0)

    threads = [Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 1
    transport.close()
    assert made[0].is_closed


def test_a_closed_transport_opens_again_at_the_next_request(monkeypatch: pytest.MonkeyPatch) -> None:
    import httpx

    real = httpx.Client
    monkeypatch.setattr(
        httpx, "Client", lambda: real(transport=httpx.MockTransport(lambda raw: httpx.Response(204)))
    )
    transport = HttpTransport(BASE)
    transport.close()
    assert transport.send(get("/x"), 1.0).status == 204
    transport.close()
    assert transport.send(get("/x"), 1.0).status == 204
    transport.close()


@pytest.mark.parametrize("base", ["https://h.example", "https://h.example/"])
def test_base_and_path_meet_in_one_slash(base: str) -> None:
    assert url_of(base, get("/v3/x")) == "https://h.example/v3/x"

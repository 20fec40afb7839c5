"""A sandbox on a socket: an ASGI application, a server for programs, and one for tests.

The vendor's own paths start right under the base URL; the control endpoints lie beside them,
under `/_sandbox`.  Everything stays on the loopback interface.
"""

from __future__ import annotations

import asyncio
import json
import logging
import math
import signal
import socket
import sys
import threading
from collections.abc import Awaitable, Callable, Generator, Iterable, Mapping, MutableMapping
from contextlib import closing, contextmanager
from types import FrameType
from typing import Any, TextIO, TypeAlias, cast
from urllib.parse import parse_qsl

from attrs import frozen

from commerce_bridge.errors import MissingExtra, TransportError
from commerce_bridge.flow.clock import Clock, VirtualClock, WallClock
from commerce_bridge.flow.messages import Request, Response
from commerce_bridge.sandbox.core import Fault, Sandbox
from commerce_bridge.sandbox.faults import FaultPlan
from commerce_bridge.sandbox.registry import make
from commerce_bridge.sandbox.transport import SandboxWorld

try:
    import uvicorn

    from commerce_bridge.sandbox.control import PREFIX, Control
except ImportError as error:
    raise MissingExtra("Serving a sandbox needs starlette and uvicorn.", extra="sandbox") from error

LOOPBACK = "127.0.0.1"
CLOCKS: Mapping[str, type[WallClock] | type[VirtualClock]] = {"wall": WallClock, "virtual": VirtualClock}
"""The clocks a sandbox can be served with, by name."""

_LOCAL_NAMES = frozenset({LOOPBACK, "localhost"})
_LOG = logging.getLogger(__name__)

Message: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[Message]]
Send: TypeAlias = Callable[[Message], Awaitable[None]]

_CUT = "cut"
"""What the application returns to have its connection closed as it stands.

An ASGI application returns None; on anything else uvicorn drops the connection without an answer.
"""


class SandboxApp:
    """A world as an ASGI application for uvicorn.

    Args:
        world: What answers.
        clock: Tells the sandbox the time.  With a virtual clock delayed answers come at once.
    """

    def __init__(self, world: SandboxWorld, clock: Clock) -> None:
        self.world = world
        self.clock = clock
        self.closing = asyncio.Event()
        self._control = Control(world, clock).app()

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> str | None:
        """Answer one request, or have its connection dropped."""
        if scope["type"] != "http":
            return _CUT
        if not _is_local(scope):
            refused = json.dumps({"error": "This sandbox answers to loopback host names only."})
            await _reply(
                send,
                Response(status=421, headers={"Content-Type": "application/json"}, body=refused.encode()),
            )
            return None
        path: str = scope["path"]
        if path == PREFIX or path.startswith(f"{PREFIX}/"):
            await self._control(scope, receive, send)
            return None
        request = await _request(scope, receive)
        return _CUT if request is None else await self._answer(request, receive, send)

    async def _answer(self, request: Request, receive: Receive, send: Send) -> str | None:
        try:
            reply = self.world.answer(request, self.clock.now(), math.inf)
        except Exception:
            _LOG.exception("the sandbox failed at %s %s", request.method, request.path)
            raise
        if math.isinf(reply.delay_s) or not isinstance(self.clock, VirtualClock):
            await self._wait(reply.delay_s, receive)
        if isinstance(reply.outcome, TransportError):
            return _CUT
        await _reply(send, reply.outcome)
        return None

    async def _wait(self, seconds: float, receive: Receive) -> None:
        """Wait, but not for a caller who has gone, nor when the server closes."""
        if seconds <= 0:
            return
        ends: list[asyncio.Future[Any]] = [
            asyncio.ensure_future(self.closing.wait()),
            asyncio.ensure_future(receive()),
        ]
        timeout = None if math.isinf(seconds) else seconds
        await asyncio.wait(ends, timeout=timeout, return_when=asyncio.FIRST_COMPLETED)
        for end in ends:
            end.cancel()
        await asyncio.gather(*ends, return_exceptions=True)


def _is_local(scope: Message) -> bool:
    host = next((value for name, value in scope["headers"] if name == b"host"), b"").decode("latin-1")
    return host.partition(":")[0].lower() in _LOCAL_NAMES


async def _request(scope: Message, receive: Receive) -> Request | None:
    """The request as a value; None when the caller went away while sending it."""
    body = bytearray()
    more = True
    while more:
        message = await receive()
        if message["type"] != "http.request":
            return None
        body += message.get("body", b"")
        more = message.get("more_body", False)
    query = parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)
    headers = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in scope["headers"]]
    return Request(method=scope["method"], path=scope["path"], query=query, headers=headers, body=bytes(body))


async def _reply(send: Send, response: Response) -> None:
    bodiless = response.status < 200 or response.status in {204, 304}
    headers = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in response.headers]
    if not bodiless and response.header("Content-Length") is None:
        headers.append((b"content-length", str(len(response.body)).encode()))
    await send({"type": "http.response.start", "status": response.status, "headers": headers})
    await send({"type": "http.response.body", "body": b"" if bodiless else response.body})


@frozen(kw_only=True)
class Served:
    """A sandbox on a socket.

    Args:
        world: What answers: its sandbox, its faults, its log.
        clock: The clock it goes by.
        base_url: What the vendor's own paths start under.
    """

    world: SandboxWorld
    clock: Clock
    base_url: str

    @property
    def credentials(self) -> Mapping[str, str]:
        """The keyword arguments of a client's constructor that open it."""
        return self.world.sandbox.credentials()

    @property
    def control_url(self) -> str:
        """What the control endpoints lie under."""
        return self.base_url + PREFIX

    def line(self) -> str:
        """Everything a program needs to use it, as one line of JSON."""
        return json.dumps(
            {
                "sandbox": self.world.sandbox.name,
                "base_url": self.base_url,
                "credentials": dict(self.credentials),
                "control_url": self.control_url,
                "clock": "virtual" if isinstance(self.clock, VirtualClock) else "wall",
            }
        )


class _Server(uvicorn.Server):
    """A uvicorn server that says when it has started, and lets go of held requests when it stops."""

    def __init__(self, app: SandboxApp, on_start: Callable[[], None]) -> None:
        # The vendor's headers and no others; a request under way is given a second to end.
        super().__init__(
            uvicorn.Config(
                cast("Any", app),
                http="h11",
                ws="none",
                lifespan="off",
                log_config=None,
                log_level="critical",
                access_log=False,
                server_header=False,
                date_header=False,
                timeout_graceful_shutdown=1,
            )
        )
        self._app = app
        self._on_start = on_start

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start to listen."""
        await super().startup(sockets)
        self._on_start()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop to listen, and end."""
        self._app.closing.set()
        await super().shutdown(sockets)


def _listen(port: int) -> socket.socket:
    """A socket bound to the loopback interface; port 0 picks a free one."""
    bound = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind((LOOPBACK, port))
    except BaseException:
        bound.close()
        raise
    return bound


def _clock_of(clock: str | Clock) -> Clock:
    if not isinstance(clock, str):
        return clock
    if clock not in CLOCKS:
        raise ValueError(f"No clock is called {clock!r}. Known: {', '.join(CLOCKS)}.")
    return CLOCKS[clock]()


def _served(world: SandboxWorld, clock: Clock, bound: socket.socket) -> Served:
    world.base_url = f"http://{LOOPBACK}:{bound.getsockname()[1]}"
    return Served(world=world, clock=clock, base_url=world.base_url)


def serve(
    name: str, *, port: int = 0, seed: str = "demo", clock: str = "wall", out: TextIO | None = None
) -> None:
    """Serve a sandbox until SIGINT or SIGTERM.

    Prints one line of JSON when it listens: ``sandbox``, ``base_url``, ``credentials``,
    ``control_url`` and ``clock``.

    Args:
        name: Which sandbox, see `registry.names`.
        port: 0 to 65535; 0 picks a free one.
        seed: ``demo`` or ``empty``.
        clock: ``wall``, or ``virtual``: stands still until `advance` moves it.
        out: Where the line goes; standard output unless told otherwise.

    Raises:
        ValueError: No sandbox, seed or clock has this name.
        OSError: The port is taken or not allowed.
    """
    world, time = SandboxWorld(make(name, seed=seed)), _clock_of(clock)
    with closing(_listen(port)) as bound:
        served = _served(world, time, bound)
        server = _Server(
            SandboxApp(world, time), lambda: print(served.line(), file=out or sys.stdout, flush=True)
        )
        with _stopped_by_signals(server):
            server.run(sockets=[bound])


@contextmanager
def _stopped_by_signals(server: uvicorn.Server) -> Generator[None]:
    """Make SIGINT and SIGTERM a clean end.

    uvicorn raises the signals it stopped for once more when it has stopped; they find us here
    instead of the handlers that end a program with a traceback or an error code.
    """

    def stop(signum: int, frame: FrameType | None) -> None:
        server.should_exit = True

    former = {each: signal.signal(each, stop) for each in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for each, handler in former.items():
            signal.signal(each, handler)


@contextmanager
def running(
    sandbox: str | Sandbox | SandboxWorld,
    *,
    faults: FaultPlan | Iterable[Fault] = (),
    seed: str = "demo",
    clock: str | Clock = "wall",
    port: int = 0,
) -> Generator[Served]:
    """A sandbox served from a thread of this process for as long as the block lasts.

    Args:
        sandbox: A name, a sandbox, or a world that already has its faults.
        faults: What is to go wrong, unless `sandbox` is a world.
        seed: ``demo`` or ``empty``, when `sandbox` is a name.
        clock: ``wall``, ``virtual``, or a clock to share with the caller.
        port: 0 picks a free one.

    Raises:
        ValueError: No sandbox, seed or clock has this name.
        OSError: The port is taken or not allowed.
    """
    if isinstance(sandbox, SandboxWorld):
        world = sandbox
    else:
        world = SandboxWorld(make(sandbox, seed=seed) if isinstance(sandbox, str) else sandbox, faults=faults)
    time = _clock_of(clock)
    with closing(_listen(port)) as bound:
        served = _served(world, time, bound)
        listens = threading.Event()
        server = _Server(SandboxApp(world, time), listens.set)
        thread = threading.Thread(
            target=server.run, kwargs={"sockets": [bound]}, name=f"sandbox {world.sandbox.name}", daemon=True
        )
        thread.start()
        try:
            while not listens.wait(0.05):
                if not thread.is_alive():
                    raise RuntimeError(f"the server of the sandbox {world.sandbox.name} did not start")
            yield served
        finally:
            server.should_exit = True
            thread.join()

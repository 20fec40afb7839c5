"""The thin adapters between our values and an HTTP library.

One shape serves httpx and httpx2: both offer the same calls, and the exception classes
are taken from the client's own top-level module.  No library is imported before the
first request.
"""

from __future__ import annotations

import importlib
import sys
import threading
from typing import TYPE_CHECKING, Any

from commerce_bridge.errors import ConnectionLost, MissingExtra, TimedOut, TransportError

if TYPE_CHECKING:
    from commerce_bridge.flow.messages import Request, Response

_SAFE_IN_PATH = "/-._~!$&'()*+,;=:@"
_NOT_SENT = ("ConnectError", "ConnectTimeout", "PoolTimeout", "UnsupportedProtocol", "InvalidURL")


def _module(library: str) -> Any:
    """The library's module.

    Raises:
        MissingExtra: It is not installed.
    """
    try:
        return importlib.import_module(library)
    except ImportError as error:
        raise MissingExtra(f"Sending requests over {library} needs {library}.", extra=library) from error


def url_of(base_url: str, request: Request) -> str:
    """The whole URL, with path and query percent-encoded exactly once."""
    if not request.path.startswith("/"):
        return request.path
    from urllib.parse import quote, urlencode  # no part of opening a client

    url = base_url.rstrip("/") + quote(request.path, safe=_SAFE_IN_PATH)
    return f"{url}?{urlencode(request.query, safe=':,')}" if request.query else url


class HttpTransport:
    """A sync `Transport` over httpx or httpx2.

    Args:
        base_url: What request paths are put behind.
        library: ``httpx`` or ``httpx2``.
        client: A ready client of either library, or None to make one at the first request.
    """

    def __init__(self, base_url: str, *, library: str = "httpx", client: Any = None) -> None:
        self.base_url = base_url
        self._library = library
        self._client = client
        self._lock = threading.Lock()

    def send(self, request: Request, timeout_s: float) -> Response:
        """The answer, or a `TransportError`."""
        with self._lock:  # several threads may come first
            client = self._client = self._client or _module(self._library).Client()
        try:
            got = client.request(**_arguments(self.base_url, request, timeout_s))
        except _errors_of(client) as error:
            raise _translated(error, client, self.base_url, request, timeout_s) from error
        return _response(got)

    def close(self) -> None:
        """Close the connections."""
        if self._client is not None:
            self._client.close()
            self._client = None


class AsyncHttpTransport:
    """An `AsyncTransport` over httpx or httpx2.

    Args:
        base_url: What request paths are put behind.
        library: ``httpx`` or ``httpx2``.
        client: A ready client of either library, or None to make one at the first request.
    """

    def __init__(self, base_url: str, *, library: str = "httpx", client: Any = None) -> None:
        self.base_url = base_url
        self._library = library
        self._client = client

    async def send(self, request: Request, timeout_s: float) -> Response:
        """The answer, or a `TransportError`."""
        client = self._client = self._client or _module(self._library).AsyncClient()
        try:
            got = await client.request(**_arguments(self.base_url, request, timeout_s))
        except _errors_of(client) as error:
            raise _translated(error, client, self.base_url, request, timeout_s) from error
        return _response(got)

    async def close(self) -> None:
        """Close the connections."""
        if self._client is not None:
            await self._client.aclose()
            self._client = None


def _arguments(base_url: str, request: Request, timeout_s: float) -> dict[str, Any]:
    return {
        "method": request.method,
        "url": url_of(base_url, request),
        "headers": list(request.headers),
        "content": request.body or None,
        "timeout": timeout_s,
        "follow_redirects": False,
    }


def _module_of(client: Any) -> Any:
    return sys.modules[type(client).__module__.partition(".")[0]]


def _errors_of(client: Any) -> tuple[type[Exception], ...]:
    module = _module_of(client)
    return module.RequestError, module.InvalidURL


def _translated(
    error: Exception, client: Any, base_url: str, request: Request, timeout_s: float
) -> TransportError:
    module = _module_of(client)
    address = base_url if request.path.startswith("/") else request.path
    host = address.partition("//")[2].partition("/")[0].rpartition("@")[2]
    doing = f"{request.method} {request.path} at {host}"
    sent = not any(isinstance(error, getattr(module, name)) for name in _NOT_SENT)
    if isinstance(error, module.TimeoutException):
        return TimedOut(f"{doing}: no answer within {timeout_s:g} s.", sent=sent)
    return ConnectionLost(f"{doing}: {type(error).__name__}: {error}.", sent=sent)


def _response(got: Any) -> Response:
    from commerce_bridge.flow.messages import Response

    return Response(status=got.status_code, headers=tuple(got.headers.multi_items()), body=got.content)

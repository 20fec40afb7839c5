"""What crosses a wire: a request, its response, and the faults between them.

Both are plain frozen values.  They know no HTTP library, so the same value is
sent by a real adapter, answered by a sandbox, or replayed by a test.
"""

from __future__ import annotations

from collections.abc import Mapping

from attrs import evolve, field, frozen

Pairs = tuple[tuple[str, str], ...]
"""Header or query pairs, in order, repeats allowed."""


def _pairs(value: Mapping[str, str] | Pairs | list[tuple[str, str]]) -> Pairs:
    items = value.items() if isinstance(value, Mapping) else value
    return tuple((str(name), str(text)) for name, text in items)


def _lookup(pairs: Pairs, name: str) -> str | None:
    wanted = name.lower()
    for key, text in pairs:
        if key.lower() == wanted:
            return text
    return None


@frozen(kw_only=True)
class Request:
    """One HTTP request as a value.

    Args:
        method: Upper-case verb, such as ``GET``.
        path: Path below the account's base URL, starting with ``/``, not percent-encoded.  An
            absolute URL (``https://…``) is sent as it stands and never gets the account's credentials.
        query: Query pairs, not percent-encoded; the adapter encodes each exactly once.
        headers: Header pairs; names are case-insensitive.
        body: The raw bytes of the body.
    """

    method: str
    path: str
    query: Pairs = field(default=(), converter=_pairs)
    headers: Pairs = field(default=(), converter=_pairs, repr=False)
    body: bytes = field(default=b"", repr=lambda body: f"<{len(body)} bytes>")

    def header(self, name: str) -> str | None:
        """The first header called `name`, whatever its case, or None."""
        return _lookup(self.headers, name)

    def param(self, name: str) -> str | None:
        """The first query parameter called `name` (case-sensitive), or None."""
        return next((text for key, text in self.query if key == name), None)

    def with_headers(self, extra: Mapping[str, str]) -> Request:
        """A copy in which the headers of `extra` replace those of the same name."""
        taken = {name.lower() for name in extra}
        kept = tuple(pair for pair in self.headers if pair[0].lower() not in taken)
        return evolve(self, headers=(*kept, *extra.items()))


@frozen(kw_only=True)
class Response:
    """One HTTP response as a value.

    Args:
        status: The three-digit status code.
        headers: Header pairs; names are case-insensitive.
        body: The raw bytes of the body, already decompressed.
    """

    status: int
    headers: Pairs = field(default=(), converter=_pairs, repr=False)
    body: bytes = field(default=b"", repr=lambda body: f"<{len(body)} bytes>")

    def header(self, name: str) -> str | None:
        """The first header called `name`, whatever its case, or None."""
        return _lookup(self.headers, name)

    @property
    def ok(self) -> bool:
        """Whether the status lies in 200–299."""
        return 200 <= self.status < 300

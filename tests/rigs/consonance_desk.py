"""A person at the desk of a Consonance sandbox: asks, reads, moves the clock."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from attrs import frozen

from commerce_bridge.flow.messages import Request, Response
from commerce_bridge.sandbox.consonance import ConsonanceSandbox

OPENING = datetime(2026, 6, 2, 9, 0, 0, tzinfo=UTC)


@frozen(kw_only=True)
class Answer:
    """A response, read."""

    response: Response

    @property
    def status(self) -> int:
        return self.response.status

    @property
    def json(self) -> Any:
        return json.loads(self.response.body)

    @property
    def data(self) -> Any:
        body = self.json
        assert "errors" not in body, body["errors"]
        return body["data"]

    @property
    def messages(self) -> list[str]:
        return [error["message"] for error in self.json["errors"]]


class Desk:
    """A sandbox, a clock, and the key that opens it."""

    def __init__(self, *, seed: str = "empty", **settings: Any) -> None:
        self.sandbox = ConsonanceSandbox(seed=seed, **settings)
        self.now = OPENING

    def later(self, **amount: float) -> datetime:
        self.now += timedelta(**amount)
        return self.now

    def post(self, body: object, *, path: str = "/graphql", key: str | None = None) -> Answer:
        key = self.sandbox.credentials()["api_key"] if key is None else key
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
        request = Request(method="POST", path=path, headers=headers, body=raw)
        return Answer(response=self.sandbox.handle(request, self.now))

    def ask(self, query: str, **variables: Any) -> Answer:
        return self.post({"query": query, "variables": variables})

    def ids(self, root: str, search: str = "") -> list[int]:
        """The ids a root list answers to a search written as GraphQL."""
        arguments = f"({search})" if search else ""
        return [row["id"] for row in self.ask(f"{{ {root}{arguments} {{ id }} }}").data[root]]


def leaves(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Every leaf of an answer with its path; rows of a list share one path."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from leaves(inner, f"{path}.{name}" if path else name)
    elif isinstance(value, list):
        for inner in value:
            yield from leaves(inner, f"{path}[]")
    else:
        yield path, value

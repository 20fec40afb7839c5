"""Answers, refusals and their two dialects: enveloped v3 objects and bare v2 arrays."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, TypeGuard

from attrs import field, frozen

from commerce_bridge.flow.messages import Response

Row = dict[str, Any]
"""A JSON object: a resource as stored or as sent."""


def is_list(value: object) -> TypeGuard[list[Any]]:
    """Whether `value` is a JSON array."""
    return isinstance(value, list)


def is_row(value: object) -> TypeGuard[Row]:
    """Whether `value` is a JSON object."""
    return isinstance(value, dict)


STATUS_CODES = "https://developer.bigcommerce.com/api-docs/getting-started/api-status-codes"
"""What the platform puts in the `type` of an error."""


@frozen(kw_only=True)
class Answer:
    """What a route says: a status and a JSON body, or none.

    Args:
        status: The HTTP status.
        body: JSON-able data; None sends no body at all.
        content_type: The media type of the body.
    """

    status: int = 200
    body: Any = None
    content_type: str = "application/json"

    def response(self, headers: Mapping[str, str]) -> Response:
        """The answer as a wire message that carries `headers` too."""
        if self.body is None:
            return Response(status=self.status, headers=tuple(headers.items()))
        text = self.body if isinstance(self.body, str) else json.dumps(self.body, ensure_ascii=False)
        typed = {"Content-Type": self.content_type, **headers}
        return Response(status=self.status, headers=tuple(typed.items()), body=text.encode())


@frozen(kw_only=True)
class Problem:
    """Why one thing was refused, before a dialect is chosen for it.

    Args:
        status: The HTTP status.
        title: The platform's words.
        errors: What is wrong, by field.
        extra: Further fields of the v3 error object, such as `code`.
    """

    status: int
    title: str
    errors: Mapping[str, Any] = field(factory=dict[str, Any])
    extra: Mapping[str, Any] = field(factory=dict[str, Any])

    def body(self) -> Row:
        """The v3 error object."""
        base: Row = {"status": self.status, "title": self.title, "type": STATUS_CODES}
        # A conflict is told in the title alone; its `errors` were seen empty.
        told = {} if self.status == 409 else dict(self.errors)
        return {**base, "errors": told, **self.extra}


class Refused(Exception):
    """Ends a route with an error answer; nothing has been changed when it is raised."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.title)
        self.problem = problem


def refuse(status: int, title: str, errors: Mapping[str, Any] | None = None, **extra: Any) -> Refused:
    """The exception to raise for a refusal of `status`."""
    return Refused(Problem(status=status, title=title, errors=errors or {}, extra=extra))


def not_found(what: str) -> Refused:
    """A 404 for a missing resource."""
    return refuse(404, f"{what} was not found.", instance="")


def ok(data: Any, meta: Row | None = None, status: int = 200) -> Answer:
    """The v3 envelope around `data`."""
    return Answer(status=status, body={"data": data, "meta": {} if meta is None else meta})


def no_content(status: int = 204) -> Answer:
    """An answer without a body."""
    return Answer(status=status)


def v3_answer(problem: Problem, content_type: str) -> Answer:
    """A refusal as v3 sends it."""
    return Answer(status=problem.status, body=problem.body(), content_type=content_type)


def v2_answer(problem: Problem) -> Answer:
    """A refusal as v2 sends it: an array with one object."""
    row: Row = {"status": problem.status, "message": problem.title}
    if problem.errors:
        row["details"] = dict(problem.errors)
    return Answer(status=problem.status, body=[row])

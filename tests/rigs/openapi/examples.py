"""The vendor's own example bodies, as traffic to check."""

from __future__ import annotations

import json
from collections.abc import Iterator

from attrs import field, frozen

from commerce_bridge.flow.messages import Request, Response
from rigs.openapi.bodies import is_json
from rigs.openapi.documents import Node, is_object, join
from rigs.openapi.operations import Contents, Operation
from rigs.openapi.paths import HOLE
from rigs.openapi.specification import Specification


@frozen(kw_only=True, eq=False)
class Example:
    """One example body of an operation.

    Args:
        operation: The operation it belongs to.
        status: The status of the answer it shows; None for a request.
        media: Its content type.
        name: The vendor's name for it.
        source: Its file and JSON pointer; operations that share a body share its examples.
        value: The body.
    """

    operation: Operation
    status: int | None
    media: str
    name: str
    source: tuple[str, str]
    value: Node = field(repr=False)

    def request(self) -> Request:
        """A request of the operation; it carries the body when the example is one of a request."""
        path = HOLE.sub("1", self.operation.path)
        if self.status is not None:
            return Request(method=self.operation.method, path=path)
        return Request(
            method=self.operation.method,
            path=path,
            headers={"Content-Type": self.media},
            body=json.dumps(self.value).encode(),
        )

    def response(self) -> Response:
        """The answer that carries the body."""
        body = json.dumps(self.value).encode()
        return Response(status=self.status or 200, headers={"Content-Type": self.media}, body=body)


def examples(spec: Specification) -> Iterator[Example]:
    """All JSON examples of request bodies and of answers with a numeric status."""
    for operation in spec.operations:
        yield from _of(operation, operation.body or {}, None)
        for status, contents in operation.answers.items():
            if status.isdigit():
                yield from _of(operation, contents, int(status))


def _of(operation: Operation, contents: Contents, status: int | None) -> Iterator[Example]:
    for media, schema in contents.items():
        if schema is not None and is_json(media):
            for name, pointer, value in _values(operation, schema.rpartition("/")[0]):
                yield Example(
                    operation=operation,
                    status=status,
                    media=media,
                    name=name,
                    source=(operation.file, pointer),
                    value=value,
                )


def _values(operation: Operation, owner: str) -> Iterator[tuple[str, str, Node]]:
    node = operation.document.at(owner)
    if "example" in node:
        yield "example", join(owner, "example"), node["example"]
    named: dict[str, Node] = node.get("examples") or {}
    for name in named:
        at = join(owner, "examples", name)
        example = operation.document.follow(at)[1]
        if is_object(example) and "value" in example:
            yield name, at, example["value"]

"""The operations of a specification: what each takes, and what it may answer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from attrs import field, frozen

from rigs.openapi.documents import DamagedContract, Document, Node, is_object, join

VERBS = ("get", "put", "post", "delete", "patch", "head", "options", "trace")
IGNORED_HEADERS = frozenset({"accept", "content-type", "authorization"})
"""Header parameters that OpenAPI 3.0 says to ignore: other parts of a document describe them."""

Contents = Mapping[str, str | None]
"""Media type to the pointer of its schema; None where a media type has no schema."""


@frozen(kw_only=True)
class Parameter:
    """A declared parameter.

    Args:
        name: Its name as sent.
        place: ``query``, ``path`` or ``header``.
        required: Whether a request without it is wrong.
        style: OpenAPI's style (``form``, ``simple``, …).
        explode: Whether an array is sent as a repeated name.
        schema: Pointer of its schema.
    """

    name: str
    place: str
    required: bool
    style: str
    explode: bool
    schema: str


@frozen(kw_only=True, eq=False)
class Operation:
    """One operation of a vendor's API.

    Args:
        method: Upper-case verb.
        path: Path template below the account's base URL (``/v3/catalog/products/{product_id}``).
        document: The file that declares it.
        pointer: Where in the file.
        operation_id: The vendor's name for it; empty when the file gives none.
        parameters: Its parameters and those of its path.
        body: Media types of the request's body; None when it takes none.
        body_required: Whether a request without a body is wrong.
        answers: Status (``200``, ``2XX``, ``default``) to the media types of the answer.
    """

    method: str
    path: str
    document: Document = field(repr=False)
    pointer: str
    operation_id: str
    parameters: tuple[Parameter, ...] = field(repr=False)
    body: Contents | None = field(repr=False)
    body_required: bool
    answers: Mapping[str, Contents] = field(repr=False)

    def __str__(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def file(self) -> str:
        """The vendor's file that declares it, below the folder of the specification."""
        return self.document.file

    def declared(self, place: str) -> dict[str, Parameter]:
        """The parameters of one place, by name."""
        return {parameter.name: parameter for parameter in self.parameters if parameter.place == place}

    def answer(self, status: int) -> Contents | None:
        """What the answer with this status may hold; None when the status is not declared."""
        for key in (str(status), f"{status // 100}XX", f"{status // 100}xx", "default"):
            if key in self.answers:
                return self.answers[key]
        return None


def operations(document: Document, prefix: str) -> Iterator[Operation]:
    """All operations of a document, their paths below `prefix`."""
    paths = document.root.get("paths")
    if not is_object(paths):
        raise DamagedContract(document.file, "/paths", "an OpenAPI document needs an object of paths")
    for template in paths:
        at, item = document.follow(join("/paths", template))
        if not is_object(item):
            raise DamagedContract(document.file, at, "expected a path item")
        for verb in VERBS:
            if verb in item:
                yield _operation(document, at, verb, prefix + template)


def _operation(document: Document, item: str, verb: str, path: str) -> Operation:
    pointer = join(item, verb)
    node = document.at(pointer)
    if not is_object(node):
        raise DamagedContract(document.file, pointer, "expected an operation")
    parameters = {**_parameters(document, item), **_parameters(document, pointer)}
    body, required = _body(document, pointer, node)
    return Operation(
        method=verb.upper(),
        path=path,
        document=document,
        pointer=pointer,
        operation_id=str(node.get("operationId", "")),
        parameters=tuple(parameters.values()),
        body=body,
        body_required=required,
        answers=_answers(document, pointer, node),
    )


def _parameters(document: Document, owner: str) -> dict[tuple[str, str], Parameter]:
    found: dict[tuple[str, str], Parameter] = {}
    for index in range(len(document.at(owner).get("parameters", ()))):
        at, node = document.follow(join(owner, "parameters", str(index)))
        if not is_object(node) or not {"name", "in", "schema"} <= set(node):
            raise DamagedContract(document.file, at, "a parameter needs name, in and schema")
        place = node["in"]
        if place == "header" and node["name"].lower() in IGNORED_HEADERS:
            continue
        style = node.get("style", "form" if place in ("query", "cookie") else "simple")
        found[place, node["name"]] = Parameter(
            name=node["name"],
            place=place,
            required=node.get("required") is True,
            style=style,
            explode=bool(node.get("explode", style == "form")),
            schema=join(at, "schema"),
        )
    return found


def _body(document: Document, pointer: str, node: Node) -> tuple[Contents | None, bool]:
    if "requestBody" not in node:
        return None, False
    at, body = document.follow(join(pointer, "requestBody"))
    return _contents(document, at, body), body.get("required") is True


def _answers(document: Document, pointer: str, node: Node) -> dict[str, Contents]:
    answers = node.get("responses")
    if not is_object(answers):
        raise DamagedContract(document.file, join(pointer, "responses"), "an operation needs responses")
    found: dict[str, Contents] = {}
    for status in answers:
        found[status] = _contents(document, *document.follow(join(pointer, "responses", status)))
    return found


def _contents(document: Document, at: str, node: Node) -> Contents:
    """Media types of a body.  Keys without a slash are no media types, whatever put them there."""
    if not is_object(node):
        raise DamagedContract(document.file, at, f"expected a description of a body, found {node!r}")
    contents: dict[str, Node] = node.get("content") or {}
    return {
        media.lower(): join(at, "content", media, "schema") if "schema" in (body or {}) else None
        for media, body in contents.items()
        if "/" in media
    }

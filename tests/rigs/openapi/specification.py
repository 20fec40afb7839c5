"""A vendor's specification as a whole: load it, find an operation, hold traffic against it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from attrs import Factory, evolve, field, frozen

from commerce_bridge.flow.messages import Pairs, Request, Response
from rigs.openapi.bodies import check_body
from rigs.openapi.deviations import Deviations
from rigs.openapi.documents import PATTERNS, DamagedContract, Document, join, read_folder
from rigs.openapi.operations import Contents, Operation, Parameter, operations
from rigs.openapi.parameters import check_parameter
from rigs.openapi.paths import Routes
from rigs.openapi.problems import Part, Problem
from rigs.openapi.schemas import ANSWER, REQUEST, Use

BODILESS = frozenset({204, 205, 304})
Problems = tuple[Problem, ...]


def _route(specification: Specification) -> Routes:
    return Routes(specification.operations)


@frozen(kw_only=True, eq=False)
class Specification:
    """All operations that the files of one folder declare.

    Args:
        operations: The operations, by file and then in the file's order; no verb and path twice.
    """

    operations: tuple[Operation, ...] = field(repr=lambda all_of_them: f"<{len(all_of_them)} operations>")
    _routes: Routes = field(init=False, repr=False, default=Factory(_route, takes_self=True))

    @classmethod
    def load(cls, folder: Path, *, root: str, patterns: tuple[str, ...] = PATTERNS) -> Specification:
        """The specification in a folder of OpenAPI 3 files.

        Args:
            folder: Where the files are.
            root: The server address below which our requests' paths start, as the files spell it.  With
                ``https://api.example.com/stores/{store}`` and a file whose server is
                ``https://api.example.com/stores/{store}/v3``, the paths of that file start with ``/v3``.
            patterns: Which files; all YAML and JSON files, at any depth, unless told otherwise.

        Raises:
            DamagedContract: A file cannot be used; the message names it and the place in it.
        """
        return cls.of(read_folder(folder, patterns), root=root)

    @classmethod
    def of(cls, documents: tuple[Document, ...], *, root: str) -> Specification:
        """The specification in documents that are already parsed; see `load`."""
        found = (
            operation for document in documents for operation in operations(document, _prefix(document, root))
        )
        return cls(operations=tuple(found))

    @property
    def files(self) -> tuple[str, ...]:
        """The files that declare an operation."""
        return tuple(dict.fromkeys(operation.file for operation in self.operations))

    def match(self, method: str, path: str) -> Operation | None:
        """The operation that a verb and a path mean, or None when the specification knows none."""
        found = self._routes.find(path)
        return None if found is None else found[0].operations.get(method)

    def operation(self, method: str, path: str) -> Operation:
        """The operation with this verb and path template; a KeyError when there is none."""
        for operation in self.operations:
            if (operation.method, operation.path) == (method, path):
                return operation
        raise KeyError(f"the specification has no {method} {path}")

    def check_request(
        self, request: Request, allow: Deviations | None = None, *, use: Use = REQUEST
    ) -> Problems:
        """All that is wrong with a request: path, query, headers, content type, body.

        Args:
            request: The request as it would be sent.
            allow: Rows of known deviations; what they cover is left out.
            use: How to read the body's schema; closed unless told otherwise.
        """
        found = self._routes.find(request.path)
        base = Problem(
            operation=f"{request.method} {request.path}", part="path", keyword="undeclared", message=""
        )
        if found is None:
            return _excused((evolve(base, message="no such path"),), allow)
        route, values = found
        operation = route.operations.get(request.method)
        if operation is None:
            verbs = ", ".join(route.operations)
            return _excused((evolve(base, message=f"{route.template} takes {verbs} only"),), allow)
        base = evolve(base, operation=str(operation))
        problems = [
            *_named(operation, "path", tuple(values.items()), base),
            *_named(operation, "query", request.query, base),
            *_named(operation, "header", request.headers, base),
            *_request_body(operation, request, use, base),
        ]
        return _excused(tuple(problems), allow)

    def check_response(
        self, request: Request, response: Response, allow: Deviations | None = None
    ) -> Problems:
        """All that is wrong with an answer to a request: status, content type, body.

        Args:
            request: The request that was answered; only its verb and path matter.
            response: The answer.
            allow: Rows of known deviations; what they cover is left out.
        """
        operation = self.match(request.method, request.path)
        base = Problem(
            operation=str(operation or f"{request.method} {request.path}"),
            status=response.status,
            part="status",
            keyword="undeclared",
            message="",
        )
        if operation is None:
            return _excused((evolve(base, part="path", message="no such operation"),), allow)
        contents = operation.answer(response.status)
        problems: list[Problem] = []
        if contents is None:
            declared = ", ".join(operation.answers)
            problems.append(evolve(base, message=f"the specification declares {declared}"))
            contents = _like(operation, response.status)
        if contents is not None:
            problems += _response_body(operation, response, contents, base)
        return _excused(tuple(problems), allow)


def _excused(problems: Problems, allow: Deviations | None) -> Problems:
    return problems if allow is None else allow.excuse(problems)


def _prefix(document: Document, root: str) -> str:
    version = str(document.root.get("openapi", "missing"))
    if not version.startswith("3."):
        raise DamagedContract(document.file, "/openapi", f"expected OpenAPI 3, found {version}")
    urls = [str(server.get("url", "")).rstrip("/") for server in document.root.get("servers", [])]
    for url in urls:
        if url == root or url.startswith(root.rstrip("/") + "/"):
            return url[len(root.rstrip("/")) :]
    raise DamagedContract(document.file, "/servers", f"no server lies below {root}; found {urls}")


def _named(operation: Operation, place: Part, pairs: Pairs, base: Problem) -> Iterator[Problem]:
    """The problems of all path, query or header parameters."""
    base = evolve(base, part=place)
    declared = _keyed(operation.declared(place), place)
    sent: dict[str, list[str]] = {}
    for name, text in pairs:
        sent.setdefault(name.lower() if place == "header" else name, []).append(text)
    for name, texts in sent.items():
        if name in declared:
            at = evolve(base, pointer=join("", name))
            yield from check_parameter(operation.document, declared[name], texts, at)
        elif place == "query":
            known = ", ".join(sorted(declared)) or "none"
            message = f"not a parameter of this operation; it takes {known}"
            yield evolve(base, pointer=join("", name), message=message)
    for name, parameter in declared.items():
        if parameter.required and name not in sent:
            yield evolve(base, pointer=join("", name), keyword="required", message="required, and not there")


def _keyed(declared: Mapping[str, Parameter], place: str) -> dict[str, Parameter]:
    return {name.lower() if place == "header" else name: one for name, one in declared.items()}


def _request_body(operation: Operation, request: Request, use: Use, base: Problem) -> Problems:
    base = evolve(base, part="body")
    if not request.body:
        if not operation.body_required:
            return ()
        return (evolve(base, keyword="required", message="a body is required, and there is none"),)
    return check_body(
        operation.document, operation.body or {}, request.header("Content-Type"), request.body, use, base
    )


def _response_body(operation: Operation, response: Response, contents: Contents, base: Problem) -> Problems:
    base = evolve(base, part="body")
    if not response.body:
        if not contents or response.status in BODILESS:
            return ()
        expected = ", ".join(contents)
        return (evolve(base, keyword="required", message=f"expected {expected}, and the body is empty"),)
    return check_body(
        operation.document, contents, response.header("Content-Type"), response.body, ANSWER, base
    )


def _like(operation: Operation, status: int) -> Contents | None:
    """What a success may hold whose exact status is not declared: that of the declared success, if one."""
    successes = [contents for key, contents in operation.answers.items() if key.startswith("2") and contents]
    return successes[0] if 200 <= status < 300 and len(successes) == 1 else None

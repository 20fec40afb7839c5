"""Which operation a verb and a path mean: literal paths before templates."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from attrs import frozen

from rigs.openapi.documents import DamagedContract
from rigs.openapi.operations import Operation

HOLE = re.compile(r"\{([^{}]+)\}")


@frozen(kw_only=True, eq=False)
class Route:
    """One path template and its operations by verb."""

    template: str
    pattern: re.Pattern[str]
    names: tuple[str, ...]
    operations: Mapping[str, Operation]

    def values(self, path: str) -> dict[str, str] | None:
        """The path parameters, when the path is of this template."""
        match = self.pattern.fullmatch(path)
        return None if match is None else dict(zip(self.names, match.groups(), strict=True))


class Routes:
    """All path templates of a specification, the most literal first."""

    def __init__(self, operations: Iterable[Operation]) -> None:
        by_template: dict[str, dict[str, Operation]] = {}
        for operation in operations:
            verbs = by_template.setdefault(operation.path, {})
            if (first := verbs.get(operation.method)) is not None:
                raise DamagedContract(
                    operation.file, operation.pointer, f"{operation} is also declared in {first.file}"
                )
            verbs[operation.method] = operation
        ordered = sorted(by_template.items(), key=lambda pair: _rank(pair[0]))
        self._by_depth: dict[int, list[Route]] = {}
        for template, verbs in ordered:
            self._by_depth.setdefault(template.count("/"), []).append(_route(template, verbs))

    def find(self, path: str) -> tuple[Route, dict[str, str]] | None:
        """The most literal template that a path is of, with the path's parameters."""
        for route in self._by_depth.get(path.count("/"), ()):
            values = route.values(path)
            if values is not None:
                return route, values
        return None


def _rank(template: str) -> tuple[tuple[int, str], ...]:
    """Sorts literal segments before mixed ones (``{id}.json``), and those before templates alone."""
    return tuple(
        (0 if not HOLE.search(segment) else 2 if HOLE.fullmatch(segment) else 1, segment)
        for segment in template.split("/")
    )


def _route(template: str, verbs: Mapping[str, Operation]) -> Route:
    pieces = HOLE.split(template)
    pattern = "".join("([^/]+)" if index % 2 else re.escape(piece) for index, piece in enumerate(pieces))
    return Route(template=template, pattern=re.compile(pattern), names=tuple(pieces[1::2]), operations=verbs)

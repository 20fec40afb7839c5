"""What is wrong with a request or an answer: one value for each defect, with its place."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Literal

from attrs import evolve, field, frozen
from jsonschema_rs import ValidationError, ValidationErrorKind

from rigs.openapi.documents import join

Part = Literal["path", "query", "header", "body", "media", "status"]
LONGEST = 240


@frozen(kw_only=True)
class Problem:
    """One defect of a request or of an answer.

    Args:
        operation: Verb and path template (``PUT /v3/catalog/products``); the path itself when unknown.
        status: The status of the answer; None for a request.
        part: Where it lies: ``path``, ``query``, ``header``, ``body``, ``media`` (the content type), ``status``.
        pointer: JSON pointer inside the part; for a missing or unexpected name it points at that name.
        keyword: The keyword of JSON Schema that is broken, or ``undeclared``, ``unreadable``, ``repeated``.
        message: What was expected and what came.
        branches: For an ``anyOf`` that nothing fits: the problems of each branch.
    """

    operation: str
    status: int | None = None
    part: Part
    pointer: str = ""
    keyword: str
    message: str
    branches: tuple[tuple[Problem, ...], ...] = field(default=(), repr=False)

    def __str__(self) -> str:
        where = self.operation if self.status is None else f"{self.operation} -> {self.status}"
        lines = [f"{where}: {self.part} {self.pointer or '(whole)'} [{self.keyword}] {self.message}"]
        for number, branch in enumerate(self.branches, 1):
            lines += [f"    form {number}: {problem.part} {problem.pointer} [{problem.keyword}] {problem.message}"
                      for problem in branch]  # fmt: skip
        return "\n".join(lines)


def report(problems: Iterable[Problem]) -> str:
    """All problems as text, one below the other; empty when there are none."""
    return "\n".join(str(problem) for problem in problems)


def from_schema(errors: Iterable[ValidationError], base: Problem) -> tuple[Problem, ...]:
    """The problems behind a validator's errors; `base` says operation, part and where the value stands."""
    return tuple(problem for error in errors for problem in _problems(error, base))


def _problems(error: ValidationError, base: Problem) -> Iterator[Problem]:
    at = join(base.pointer, *(str(step) for step in error.instance_path))
    found = evolve(base, pointer=at, keyword=error.kind.name, message=_short(error.message))
    match error.kind:
        case ValidationErrorKind.Required(name):
            yield evolve(found, pointer=join(at, name), message="required, and not there")
        case ValidationErrorKind.AdditionalProperties(names):
            for name in sorted(names):
                yield evolve(found, pointer=join(at, name), message="not a name the specification knows here")
        case ValidationErrorKind.AnyOf(context):
            branches = _worth_telling([from_schema(branch, base) for branch in context], at)
            if len(branches) == 1:
                yield from branches[0]
            else:
                yield evolve(found, message=f"fits none of {len(branches)} forms", branches=tuple(branches))
        case _:
            yield found


def _worth_telling(branches: list[tuple[Problem, ...]], at: str) -> list[tuple[Problem, ...]]:
    """The branches without those that merely wanted another type (as ``null`` does), if any is left."""
    kept = [
        branch
        for branch in branches
        if not any(problem.keyword == "type" and problem.pointer == at for problem in branch)
    ]
    return kept or branches


def _short(message: str) -> str:
    return message if len(message) <= LONGEST else message[: LONGEST // 2] + " … " + message[-LONGEST // 2 :]

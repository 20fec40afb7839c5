"""Sourced tables of what honest traffic does otherwise than the specification says.

A row excuses exactly one kind of problem at one place; everything else of the same body is still
checked.  A row that excuses nothing is out of date: `Deviations.unused` lists such rows.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from fnmatch import fnmatchcase

from attrs import field, frozen

from rigs.openapi.documents import steps
from rigs.openapi.problems import Part, Problem


@frozen(kw_only=True)
class Deviation:
    """One row: which problem is none, and who says so.

    Args:
        operation: Verb and path template (``GET /v2/orders``); ``*`` stands for any run of characters.
        status: The status of the answer; None for requests, and for answers of any status.
        part: The part of the request or answer, as in `Problem.part`.
        pointer: JSON pointer inside the part; a step ``*`` stands for any one step.
        keyword: The broken keyword, as in `Problem.keyword`.
        reason: What the platform does instead, and the vendor's page or file that says so.
    """

    operation: str
    status: int | None = None
    part: Part = "body"
    pointer: str = ""
    keyword: str
    reason: str

    def covers(self, problem: Problem) -> bool:
        """Whether this row excuses the problem."""
        return (
            self.part == problem.part
            and self.keyword == problem.keyword
            and self.status in (None, problem.status)
            and fnmatchcase(problem.operation, self.operation)
            and _points_at(self.pointer, problem.pointer)
        )


def _sourced(_: object, __: object, rows: Sequence[Deviation]) -> None:
    for row in rows:
        if not row.reason.strip():
            raise ValueError(f"a deviation needs a reason: {row}")
    if len(set(rows)) != len(rows):
        raise ValueError("two rows of the table are alike")


@frozen(kw_only=True, eq=False)
class Deviations:
    """A table of deviations that remembers which of its rows were needed.

    Args:
        rows: The rows; no two alike, none without a reason.
    """

    rows: Sequence[Deviation] = field(validator=_sourced)
    _used: set[int] = field(factory=set[int], init=False, repr=False)

    def excuse(self, problems: Iterable[Problem]) -> tuple[Problem, ...]:
        """The problems that no row covers; the rows that covered the others count as used."""
        left: list[Problem] = []
        for problem in problems:
            rows = self._covering(problem)
            if rows is None:
                left.append(problem)
            else:
                self._used.update(rows)
        return tuple(left)

    def unused(self, among: Collection[str] | None = None) -> tuple[Deviation, ...]:
        """The rows that have excused nothing so far.

        Args:
            among: The operations that were exercised (``PUT /v3/catalog/products``); only rows about one
                of these are asked for.  All rows when None.
        """
        return tuple(
            row
            for index, row in enumerate(self.rows)
            if index not in self._used
            and (among is None or any(fnmatchcase(operation, row.operation) for operation in among))
        )

    def _covering(self, problem: Problem) -> frozenset[int] | None:
        """The rows that together excuse a problem; for an `anyOf`, those that make one branch fit."""
        for index, row in enumerate(self.rows):
            if row.covers(problem):
                return frozenset({index})
        for branch in problem.branches:
            found = [self._covering(inner) for inner in branch]
            if None not in found:
                return frozenset(index for rows in found if rows for index in rows)
        return None


def _points_at(pattern: str, pointer: str) -> bool:
    wanted, actual = steps(pattern), steps(pointer)
    return len(wanted) == len(actual) and all(
        want in ("*", step) for want, step in zip(wanted, actual, strict=True)
    )

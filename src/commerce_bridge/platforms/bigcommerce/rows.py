"""What a batch's answer says of each row, and what a single write's 207 left undone."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from attrs import field, frozen

from commerce_bridge.errors import RejectedRecord, RemoteError
from commerce_bridge.flow.messages import Response
from commerce_bridge.platforms.bigcommerce.batching import Failed, RowAnswer, Saved, by_row
from commerce_bridge.platforms.bigcommerce.endpoint import Endpoint
from commerce_bridge.platforms.bigcommerce.errors import BY_STATUS, complaints_of
from commerce_bridge.platforms.bigcommerce.json_text import is_list, is_object
from commerce_bridge.platforms.bigcommerce.limits import PLATFORM
from commerce_bridge.platforms.bigcommerce.wire.base import Many, One, decode

T = TypeVar("T")


@frozen(kw_only=True)
class Problem:
    """One complaint inside an answer that is partly a success."""

    kind: type[RemoteError] = RejectedRecord
    title: str = ""
    fields: Mapping[str, str] = field(factory=dict[str, str])


def problems_of(errors: object) -> tuple[Problem, ...]:
    """The complaints of a partial answer: a map of fields, a problem object, or a list of these."""
    if is_list(errors):
        return tuple(found for one in errors for found in problems_of(one))
    if not is_object(errors):
        return (Problem(title=str(errors)),) if errors else ()
    inner = errors.get("errors")
    if "title" in errors or is_object(inner) or is_list(inner):
        kind = BY_STATUS.get(errors.get("status", 0), RejectedRecord)
        return (Problem(kind=kind, title=str(errors.get("title", "")), fields=complaints_of(inner)),)
    return (Problem(fields=complaints_of(errors)),) if errors else ()


def saved_one(model: type[T], response: Response) -> Saved[T]:
    """The record of a single write; a 207 may hold it in an array, with what did not take hold."""
    if response.status != 207:
        return Saved(value=decode(One[model], response).data)  # type: ignore[valid-type]
    body: dict[str, Any] = json.loads(response.body)
    told: dict[str, str] = {}
    for problem in problems_of(body.get("errors")):
        told.update(problem.fields or {"": problem.title})
    if isinstance(body.get("data"), list):
        rows: tuple[T, ...] = decode(Many[model], response).data  # type: ignore[valid-type]
        if len(rows) == 1:
            return Saved(value=rows[0], problems=told)
    return Saved(value=decode(One[model], response).data, problems=told)  # type: ignore[valid-type]


def answers_by_id(
    model: type[T], response: Response, ids: Sequence[int], id_of: Callable[[T], int], endpoint: Endpoint
) -> Sequence[RowAnswer[T] | None]:
    """What the answer to a batch says of each row, where rows are known by id."""
    answer = decode(Many[model], response)  # type: ignore[valid-type]
    rows: dict[int, T] = {id_of(row): row for row in answer.data}
    return answers_of([rows.get(number) for number in ids], answer.errors, response, endpoint)


def answers_of(
    found: Sequence[T | None], errors: object, response: Response, endpoint: Endpoint
) -> Sequence[RowAnswer[T] | None]:
    """What became of each row, from what came back for it and from the answer's complaints.

    A row that came back is saved, with the complaints under its number.  One that did not is failed when
    a complaint can only mean it; else it is unanswered (None), and is sent again with fewer others.
    """
    problems = problems_of(errors)
    named: dict[int, dict[str, str]] = {}
    for problem in problems:
        for at, fields in by_row(problem.fields).items():
            named.setdefault(at, {}).update(fields)
    missing = [at for at, row in enumerate(found) if row is None]
    loose = [problem for problem in problems if not by_row(problem.fields)]
    shared = _shared(loose, len([at for at in missing if at not in named]))
    unplaced = {} if missing else _texts(loose)
    answers: list[RowAnswer[T] | None] = []
    for at, row in enumerate(found):
        if row is not None:
            answers.append(Saved(value=row, problems={**unplaced, **named.get(at, {})}))
        elif at in named:
            kind, title = next((p.kind, p.title) for p in problems if at in by_row(p.fields))
            answers.append(Failed(error=row_error(kind, response, endpoint, named[at], title)))
        else:
            answers.append(None if shared is None else _failed(shared, response, endpoint))
    return answers


def _shared(loose: Sequence[Problem], rows: int) -> Problem | None:
    """The complaint that every unnamed row must have met, or None when that is not certain."""
    if not loose or not rows:
        return None
    alike = len({(problem.kind, problem.title) for problem in loose}) == 1
    return loose[0] if rows == 1 or (alike and len(loose) == rows) else None


def _texts(problems: Sequence[Problem]) -> dict[str, str]:
    told: dict[str, str] = {}
    for problem in problems:
        told.update(problem.fields or {"": problem.title})
    return told


def _failed(problem: Problem, response: Response, endpoint: Endpoint) -> Failed:
    return Failed(error=row_error(problem.kind, response, endpoint, problem.fields, problem.title))


def row_error(
    kind: type[RemoteError],
    response: Response,
    endpoint: Endpoint,
    fields: Mapping[str, str],
    title: str = "",
) -> RemoteError:
    """The error of one row of a batch."""
    complaints = "; ".join(f"{name}: {why}" if name else why for name, why in fields.items())
    said = f"{title} {complaints}".strip().rstrip(".") or "no reason given"
    return kind(
        f"BigCommerce {endpoint.name}: a row was refused: {said}.",
        platform=PLATFORM,
        operation=endpoint.name,
        status=response.status,
        title=title or complaints,
        fields=fields,
        request_id=response.header("X-Request-Id"),
    )


def batch_refusal(response: Response, endpoint: Endpoint) -> RemoteError:
    """The refusal of a whole batch, whether or not its complaints name rows."""
    body: object = json.loads(response.body) if response.body else None
    told = body if is_object(body) else {}
    problems = problems_of(told.get("batch_errors") or told)
    titles = dict.fromkeys(problem.title for problem in problems if problem.title)
    fields: dict[str, str] = {}
    for problem in problems:
        fields.update(problem.fields)
    kind = problems[0].kind if problems else RejectedRecord
    return row_error(kind, response, endpoint, fields, "; ".join(titles))

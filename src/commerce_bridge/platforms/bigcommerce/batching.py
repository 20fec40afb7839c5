"""Batches: rows out in pieces, and one answer back for each row, never fewer.

A piece that the API finds too large is halved; a refusal that does not say which row it means is
narrowed down, half by half, to single rows.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from typing import Generic, TypeAlias, TypeVar

from attrs import evolve, field, frozen

from commerce_bridge.errors import (
    AuthError,
    BridgeError,
    Conflict,
    DecodeError,
    NotFound,
    PlanLimit,
    QuotaExhausted,
    RateLimited,
    RejectedRecord,
    RemoteError,
    RequestRefused,
    ServerFault,
    TransportError,
)
from commerce_bridge.flow.effects import Flow

R = TypeVar("R")
T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


@frozen(kw_only=True)
class Saved(Generic[T_co]):
    """The row took hold.

    Args:
        value: What the vendor answered for it.
        problems: Parts of the row that did not take hold though the rest did, by field (a 207).
    """

    value: T_co
    problems: Mapping[str, str] = field(factory=dict[str, str])


@frozen(kw_only=True)
class Failed:
    """The row did not take hold, and `error` says why."""

    error: BridgeError


@frozen(kw_only=True)
class Unknown:
    """The answer was lost, or does not say: look for the row before sending it again."""

    error: BridgeError


RowAnswer: TypeAlias = Saved[T] | Failed | Unknown
"""What became of one row."""

SendRows: TypeAlias = Callable[[Sequence[R]], Flow[Sequence[RowAnswer[T] | None]]]
"""Sends one piece; one answer for each row of it, None where the vendor's answer does not say."""

_NARROWED = (Conflict, NotFound, RejectedRecord)
"""Refusals that one row may have caused."""

_NARROWED_STATUSES = frozenset({400, 413})
"""Requests that cannot be read, or are too large: one row, or fewer, may pass."""

_EVERYBODY = (AuthError, QuotaExhausted, RateLimited, RequestRefused)
"""Errors that the next piece would meet too."""


def split(rows: Sequence[R], most: int) -> tuple[Sequence[R], ...]:
    """Rows in pieces of at most `most`, in order.

    Args:
        rows: The rows.
        most: 1 or more.
    """
    if most < 1:
        raise ValueError(f"A piece holds 1 row or more, not {most}.")
    return tuple(rows[at : at + most] for at in range(0, len(rows), most))


def in_pieces(rows: Sequence[R], most: int, send: SendRows[R, T]) -> Flow[tuple[RowAnswer[T], ...]]:
    """What became of each row, in order.

    Pieces go one after the other.

    Args:
        rows: The rows.
        most: Rows in one call.
        send: Sends one piece.

    Raises:
        BridgeError: An error that is everybody's (credentials, an exhausted quota), as long as no row
            may have taken hold; after that the rows left are `Failed` with it, so that nothing that was
            saved is hidden.
    """
    answers: dict[int, RowAnswer[T]] = {}
    waiting = deque(split(range(len(rows)), most))
    while waiting:
        piece = waiting.popleft()
        try:
            told = yield from _send_piece([rows[at] for at in piece], send)
        except _EVERYBODY as error:
            if all(isinstance(answer, Failed) for answer in answers.values()):
                raise
            return tuple(answers.get(at, Failed(error=error)) for at in range(len(rows)))
        answers.update((at, answer) for at, answer in zip(piece, told, strict=True) if answer is not None)
        unanswered = [at for at, answer in zip(piece, told, strict=True) if answer is None]
        size = (len(unanswered) + 1) // 2 if len(unanswered) == len(piece) else len(unanswered)
        waiting.extendleft(reversed(split(unanswered, max(size, 1))))
    return tuple(answers[at] for at in range(len(rows)))


def _send_piece(rows: Sequence[R], send: SendRows[R, T]) -> Flow[Sequence[RowAnswer[T] | None]]:
    """What the answer to one piece says of each row; None for rows to be sent again, fewer at a time."""
    try:
        told = yield from send(rows)
    except _NARROWED as error:
        return _narrowed(error, len(rows))
    except RequestRefused as error:
        if error.status not in _NARROWED_STATUSES:
            raise
        return [None if len(rows) > 1 else Failed(error=error)] * len(rows)
    except PlanLimit as error:
        return [Failed(error=error)] * len(rows)
    except (ServerFault, DecodeError) as error:
        return [Unknown(error=error)] * len(rows)
    except TransportError as error:
        return [Unknown(error=error) if error.sent else Failed(error=error)] * len(rows)
    if len(rows) == 1 and told[0] is None:
        return [Unknown(error=TransportError("The answer does not say what became of this row."))]
    return told


def _narrowed(error: RemoteError, count: int) -> Sequence[Failed | None]:
    """The rows that a refusal names; the others, all when it names none, are to be sent again."""
    if count == 1:
        return [Failed(error=error)]
    named = by_row(error.fields)
    return [failed_with(error, named[at]) if at in named else None for at in range(count)]


def failed_with(error: RemoteError, fields: Mapping[str, str]) -> Failed:
    """The same refusal, for one row, with that row's complaints."""
    complaints = "; ".join(f"{name}: {why}" for name, why in fields.items())
    made = type(error)(
        f"BigCommerce {error.operation}: a row was refused: {error.title.rstrip('.')} ({complaints}).",
        platform=error.platform,
        operation=error.operation,
        status=error.status,
        title=error.title,
        fields=fields,
        request_id=error.request_id,
        excerpt=error.excerpt,
        retry_after_s=error.retry_after_s,
    )
    return Failed(error=made)


def by_row(fields: Mapping[str, str]) -> dict[int, dict[str, str]]:
    """Complaints keyed ``"0.name"``, by the number of their row; keys without a number are left out."""
    found: dict[int, dict[str, str]] = {}
    for name, why in fields.items():
        row, dot, rest = name.partition(".")
        if row.isdigit():
            found.setdefault(int(row), {})[rest if dot else ""] = why
    return found


def with_problems(answer: RowAnswer[T], problems: Mapping[str, str]) -> RowAnswer[T]:
    """The answer, with what did not take hold of a saved row."""
    return evolve(answer, problems=problems) if isinstance(answer, Saved) and problems else answer

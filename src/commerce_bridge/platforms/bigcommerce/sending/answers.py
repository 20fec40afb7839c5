"""What sending needs, and what answers mean: one result for each row.

Errors that are one row's stay in its result.  Errors that are everybody's (credentials, an exhausted
quota) are raised; where part of a call had taken hold before, the rows left are UNKNOWN and meet that
error when they are sent again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeAlias, TypeVar

from attrs import frozen

from commerce_bridge.domain.exchange import NaturalKey, Ref
from commerce_bridge.errors import (
    AuthError,
    BridgeError,
    DecodeError,
    MappingError,
    NotFound,
    QuotaExhausted,
    RateLimited,
    RejectedRecord,
    ServerFault,
    TransportError,
)
from commerce_bridge.flow.effects import Flow
from commerce_bridge.flow.operation import Raw
from commerce_bridge.platforms.bigcommerce.batching import Failed, RowAnswer, Saved, Unknown
from commerce_bridge.platforms.bigcommerce.client import BigCommerceClient
from commerce_bridge.platforms.bigcommerce.drafting import Terms
from commerce_bridge.platforms.bigcommerce.limits import PLATFORM
from commerce_bridge.platforms.bigcommerce.lowering.unfolding import ADDRESS
from commerce_bridge.platforms.bigcommerce.lowering.work import Item
from commerce_bridge.platforms.bigcommerce.memory import StoreMemory
from commerce_bridge.ports.step import Row, RowResult, Verdict

T = TypeVar("T")

Learned: TypeAlias = tuple[tuple[NaturalKey, Ref], ...]
Results: TypeAlias = tuple[RowResult, ...]

EVERYBODY = (AuthError, QuotaExhausted, RateLimited)
"""Errors that any other row would meet too, when they are a whole call's."""

_REFUSED_AT_THE_DOOR = frozenset({401, 403})


@frozen(kw_only=True)
class Store:
    """What sending needs.

    Args:
        client: The store's client.
        terms: What the wire form of values depends on.
        memory: What is kept of the store.
    """

    client: BigCommerceClient[Raw]
    terms: Terms
    memory: StoreMemory


Send: TypeAlias = Callable[[Store, Sequence[Item]], Flow[Results]]
"""Sends works of one kind; one result for each of their rows."""


def saving(flow: Flow[T]) -> Flow[Saved[T]]:
    """A write whose answer tells of nothing left undone."""
    return Saved(value=(yield from flow))


def attempt(flow: Flow[Saved[T]]) -> Flow[RowAnswer[T]]:
    """What became of a write of one row.

    Raises:
        AuthError, QuotaExhausted, RateLimited: Nobody's row in particular is to blame.
    """
    try:
        return (yield from flow)
    except EVERYBODY:
        raise
    except TransportError as error:
        return Unknown(error=error) if error.sent else Failed(error=error)
    except (ServerFault, DecodeError) as error:
        return Unknown(error=error)
    except BridgeError as error:
        return Failed(error=error)


def is_everybodys(error: BridgeError) -> bool:
    """Whether an error is not the row's own.

    A batch that went through may still say of one row that it is another account's (403 inside a 422 or
    207): that is the row's own.
    """
    if isinstance(error, AuthError):
        return error.status in _REFUSED_AT_THE_DOOR
    return isinstance(error, EVERYBODY)


def gone_is_fine(flow: Flow[None]) -> Flow[None]:
    """A removal; what is gone already needs none."""
    try:
        yield from flow
    except NotFound:
        return


def told(
    item: Item, answer: RowAnswer[Any], name: Ref | None = None, learned: Learned = ()
) -> Iterable[RowResult]:
    """The results of an item's rows from the answer to its work."""
    match answer:
        case Saved():
            for row in item.rows:
                error = _problem(answer, row)
                if error is None:
                    made = () if row.creates is None or name is None else ((row.creates, name),)
                    yield RowResult(row=row, verdict=Verdict.DONE, ref=name, learned=(*made, *learned))
                else:
                    yield RowResult(row=row, verdict=Verdict.FAILED, ref=name, error=error)
        case Failed(error=error):
            verdict = Verdict.UNKNOWN if is_everybodys(error) else Verdict.FAILED
            yield from (RowResult(row=row, verdict=verdict, error=error) for row in item.rows)
        case Unknown(error=error):
            yield from (RowResult(row=row, verdict=Verdict.UNKNOWN, error=error) for row in item.rows)


def _problem(saved: Saved[Any], row: Row) -> BridgeError | None:
    """What of a saved row was not saved: only its address can be told apart."""
    said = [f"{name}: {why}" for name, why in saved.problems.items() if "url" in name]
    if row.part != ADDRESS or not said:
        return None
    return RejectedRecord(
        f"The product was saved, but not its web address ({'; '.join(said)}).",
        platform=PLATFORM,
        operation="products.update",
        status=207,
        fields=saved.problems,
    )


def refused(item: Item, error: MappingError) -> Iterable[RowResult]:
    """The results of rows that are not sent."""
    return (RowResult(row=row, verdict=Verdict.FAILED, error=error) for row in item.rows)

"""Beginning again where another worker's commit came before ours."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from commerce_bridge.errors import StateConflict
from commerce_bridge.flow.effects import Flow

T = TypeVar("T")

TIMES = 5
"""How often work is begun before a conflict is told."""


def again(work: Callable[[], Flow[T]], times: int = TIMES) -> Flow[T]:
    """What some work comes to, begun anew with fresh rows whenever somebody else wrote the same ones first.

    Args:
        work: Reads what it stands on, and commits; nothing else.
        times: How often it is begun at the most, from 1.

    Raises:
        StateConflict: Others wrote first each time.

    Cost: that of the work, up to `times` times.
    """
    for _ in range(times - 1):
        try:
            return (yield from work())
        except StateConflict:
            continue
    return (yield from work())

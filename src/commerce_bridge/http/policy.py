"""When and how to try again: tenacity's strategies, asked as pure functions.

Three questions are kept apart: *may* this request be sent again, *how long* to wait,
and *how fast* all of them may go (the budget).
"""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING

from attrs import frozen

if TYPE_CHECKING:
    from tenacity import RetryCallState


class Safety(enum.Enum):
    """What sending a request twice would do."""

    READ = "read"
    """Nothing: it only reads."""
    REPEATABLE = "repeatable"
    """Nothing more: it sets what it sets, every row names its record."""
    ONCE = "once"
    """It may create or add twice; when its answer is lost, the caller looks before it sends again."""


@frozen(kw_only=True)
class RetryPolicy:
    """How patient to be.

    Args:
        attempts: Tries in all, 1 or more.
        first_wait_s: Seconds before the second try; each further wait is twice as long.
        longest_wait_s: No single wait is longer, save one the vendor asks for.
        obey_up_to_s: A wait that the vendor asks for is obeyed up to here; a longer one ends the call.
        storm_limit: Retries of one account in a minute, after which nothing is retried any more.
    """

    attempts: int = 5
    first_wait_s: float = 1.0
    longest_wait_s: float = 60.0
    obey_up_to_s: float = 120.0
    storm_limit: int = 60


def backoff_s(policy: RetryPolicy, attempt: int, chance: float) -> float:
    """Seconds to wait after try number `attempt`, with jitter: between half and the whole of the step.

    Args:
        policy: How patient to be.
        attempt: The try that failed, from 1.
        chance: A random number, 0 ≤ x < 1.
    """
    from tenacity import wait_exponential  # 70 ms, paid only when something failed

    wait = wait_exponential(multiplier=policy.first_wait_s, max=policy.longest_wait_s)
    return float(wait(_call_state(attempt))) * (0.5 + chance / 2)


def exhausted(policy: RetryPolicy, attempt: int) -> bool:
    """Whether try number `attempt` was the last one."""
    from tenacity import stop_after_attempt

    return bool(stop_after_attempt(policy.attempts)(_call_state(attempt)))


def _call_state(attempt: int) -> RetryCallState:
    """The state tenacity's strategies look at; its clock stamps are ours, not the machine's."""
    from tenacity import RetryCallState, Retrying

    state = RetryCallState(retry_object=Retrying(), fn=None, args=(), kwargs={})
    state.start_time = 0.0
    state.outcome_timestamp = 0.0
    state.attempt_number = attempt
    return state

"""Which request is hit by which fault: a pure decision, the same each time.

A plan lists faults in order.  Each request is shown to them one after the other, and the
first that is due hits it; those after it do not see that request at all.  So two faults
of one hit each hit two requests in a row.  Requests that no listed fault hits are left to
chaos, when there is any: a share of them, drawn by seed and number, not by chance.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterable, Mapping
from typing import Any, cast

from attrs import Attribute, asdict, evolve, field, frozen

from commerce_bridge.flow.messages import Request
from commerce_bridge.sandbox.core import FAULT_KINDS, Fault


def _share(_: object, attribute: Attribute[float], value: float) -> None:
    if not 0 <= value <= 1:
        raise ValueError(f"share must lie between 0 and 1, not {value!r}")


def _some(_: object, attribute: Attribute[tuple[Fault, ...]], value: tuple[Fault, ...]) -> None:
    if not value:
        raise ValueError("chaos needs at least one fault to draw from")


def _faults(value: Iterable[Fault]) -> tuple[Fault, ...]:
    return tuple(value)


ALL_FAULTS = tuple(
    Fault(kind=kind, times=None, delay_s=1.0 if kind == "delay" else 0.0) for kind in FAULT_KINDS
)
"""One fault of each kind: a 503, both cuts, both time-outs, a delay of one second."""


@frozen(kw_only=True)
class Chaos:
    """Faults at random, repeatable by seed.

    Args:
        seed: Any whole number; the same seed hits the same requests, counted from the first.
        share: Which share of the requests is hit, 0 to 1.
        faults: What is drawn from, evenly; `skip` and `times` of these are not looked at, and one
            that does not match the request drawn lets it pass.
    """

    seed: int = 0
    share: float = field(default=0.1, validator=_share)
    faults: tuple[Fault, ...] = field(default=ALL_FAULTS, converter=_faults, validator=_some)


@frozen(kw_only=True)
class FaultPlan:
    """Everything that is to go wrong.

    Args:
        faults: In the order in which they are tried.
        chaos: Hits requests that none of `faults` hits; None for none.
    """

    faults: tuple[Fault, ...] = field(default=(), converter=_faults)
    chaos: Chaos | None = None


@frozen(kw_only=True)
class Tally:
    """What a plan has seen so far.

    Args:
        requests: How many requests in all.
        matched: For each fault of the plan, how many requests it matched.
    """

    requests: int = 0
    matched: tuple[int, ...] = ()


def matches(fault: Fault, request: Request) -> bool:
    """Whether a fault is meant for requests like this one."""
    if fault.method is not None and fault.method.upper() != request.method.upper():
        return False
    return fault.path is None or re.search(fault.path, request.path) is not None


def decide(plan: FaultPlan, tally: Tally, request: Request) -> tuple[Tally, Fault | None]:
    """The tally with this request in it, and the fault that hits it, or None.

    A tally from before faults were appended to the plan goes on: the new ones have seen nothing yet.
    """
    matched = [*tally.matched, *([0] * (len(plan.faults) - len(tally.matched)))]
    hit: Fault | None = None
    for place, fault in enumerate(plan.faults):
        if not matches(fault, request):
            continue
        matched[place] += 1
        if _due(fault, matched[place]):
            hit = fault
            break
    if hit is None and plan.chaos is not None:
        hit = _drawn(plan.chaos, tally.requests, request)
    return evolve(tally, requests=tally.requests + 1, matched=tuple(matched)), hit


def _due(fault: Fault, count: int) -> bool:
    """Whether the `count`-th matching request, from 1, is one to hit."""
    return count > fault.skip and (fault.times is None or count <= fault.skip + fault.times)


def _drawn(chaos: Chaos, number: int, request: Request) -> Fault | None:
    """What chaos does to the request of this number; it depends on nothing that came before."""
    dice = random.Random(f"{chaos.seed}/{number}")  # noqa: S311  repeatable on purpose
    if dice.random() >= chaos.share:
        return None
    fault = dice.choice(chaos.faults)
    return fault if matches(fault, request) else None


def read_plan(body: Any) -> FaultPlan:
    """The plan that a JSON object describes: ``{"faults": [...], "chaos": {...} or null}``.

    Raises:
        ValueError: A name is unknown or a value out of range; the message says which, and what is known.
    """
    row = _row(body, _PLAN_TYPES, "a plan of faults")
    chaos = row.get("chaos")
    return FaultPlan(
        faults=_read_faults(row.get("faults", [])), chaos=None if chaos is None else _read_chaos(chaos)
    )


def plan_as_json(plan: FaultPlan) -> dict[str, Any]:
    """The JSON object that `read_plan` reads."""
    chaos = plan.chaos
    return {
        "faults": [asdict(fault) for fault in plan.faults],
        "chaos": None
        if chaos is None
        else {"seed": chaos.seed, "share": chaos.share, "faults": [asdict(fault) for fault in chaos.faults]},
    }


_TEXT, _TEXT_OR_NULL = (str,), (str, type(None))
_FAULT_TYPES: Mapping[str, tuple[type, ...]] = {
    "kind": _TEXT,
    "method": _TEXT_OR_NULL,
    "path": _TEXT_OR_NULL,
    "skip": (int,),
    "times": (int, type(None)),
    "status": (int,),
    "headers": (dict,),
    "body": _TEXT,
    "delay_s": (int, float),
}
_CHAOS_TYPES: Mapping[str, tuple[type, ...]] = {"seed": (int,), "share": (int, float), "faults": (list,)}
_PLAN_TYPES: Mapping[str, tuple[type, ...]] = {"faults": (list,), "chaos": (dict, type(None))}


def _read_chaos(body: Any) -> Chaos:
    row = _row(body, _CHAOS_TYPES, "chaos")
    if "faults" in row:
        row["faults"] = _read_faults(row["faults"])
    return Chaos(**row)


def _read_faults(body: list[Any]) -> tuple[Fault, ...]:
    return tuple(_read_fault(each) for each in body)


def _read_fault(body: Any) -> Fault:
    row = _row(body, _FAULT_TYPES, "a fault")
    if "kind" not in row:
        raise ValueError(f"a fault needs a kind: {', '.join(FAULT_KINDS)}")
    for name, text in row.get("headers", {}).items():
        if not isinstance(text, str):
            raise ValueError(f"header {name} of a fault must be a string, not {text!r}")
    return Fault(**row)


def _row(body: Any, types: Mapping[str, tuple[type, ...]], what: str) -> dict[str, Any]:
    """An object whose names are known and whose values are of the right JSON type."""
    if not isinstance(body, dict):
        raise ValueError(f"{what} must be an object, not {body!r}")
    row = dict(cast("dict[str, Any]", body))
    strange = sorted(set(row) - set(types))
    if strange:
        raise ValueError(f"{what} has no {', '.join(strange)}; known: {', '.join(sorted(types))}")
    for name, value in row.items():
        if not isinstance(value, types[name]) or isinstance(value, bool):
            raise ValueError(f"{name} of {what} cannot be {value!r}")
    return row

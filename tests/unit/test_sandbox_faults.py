"""Which request is hit by which fault."""

from __future__ import annotations

import pytest
from attrs import evolve

from commerce_bridge.flow.messages import Request
from commerce_bridge.sandbox.core import FAULT_KINDS, Fault
from commerce_bridge.sandbox.faults import Chaos, FaultPlan, Tally, decide, plan_as_json, read_plan


def hits(plan: FaultPlan, *requests: Request) -> list[str | None]:
    tally, kinds = Tally(), []
    for request in requests:
        tally, fault = decide(plan, tally, request)
        kinds.append(fault.kind if fault else None)
    assert tally.requests == len(requests)
    return kinds


GET = Request(method="GET", path="/things")
POST = Request(method="POST", path="/things")
OTHER = Request(method="POST", path="/others/7")


def test_no_plan_hits_nothing() -> None:
    assert hits(FaultPlan(), GET, POST) == [None, None]


def test_skip_and_times_count_matching_requests_only() -> None:
    plan = FaultPlan(faults=[Fault(kind="cut_after", method="post", path="^/things", skip=1, times=2)])
    assert hits(plan, POST, GET, OTHER, POST, GET, POST, POST) == [
        None, None, None, "cut_after", None, "cut_after", None,
    ]  # fmt: skip


def test_without_times_all_that_follow_are_hit() -> None:
    assert hits(FaultPlan(faults=[Fault(kind="status", skip=1, times=None)]), *[GET] * 4) == [
        None, "status", "status", "status",
    ]  # fmt: skip


def test_a_request_that_is_hit_is_not_seen_by_later_faults() -> None:
    plan = FaultPlan(faults=[Fault(kind="status"), Fault(kind="cut_before"), Fault(kind="delay", skip=1)])
    assert hits(plan, *[GET] * 5) == ["status", "cut_before", None, "delay", None]


def test_the_path_is_found_anywhere_in_it() -> None:
    plan = FaultPlan(faults=[Fault(kind="status", path="/7$", times=None)])
    assert hits(plan, OTHER, GET, POST) == ["status", None, None]


def test_faults_appended_later_start_to_count_then() -> None:
    plan = FaultPlan(faults=[Fault(kind="cut_before", skip=1)])
    tally, _ = decide(plan, Tally(), GET)
    grown = evolve(plan, faults=(*plan.faults, Fault(kind="status", skip=1)))
    seen = []
    for _ in range(4):
        tally, fault = decide(grown, tally, GET)
        seen.append(fault.kind if fault else None)
    assert seen == ["cut_before", None, "status", None]


def test_deciding_changes_nothing_it_was_given() -> None:
    plan, tally = FaultPlan(faults=[Fault(kind="status")]), Tally()
    assert decide(plan, tally, GET) == decide(plan, tally, GET)
    assert tally == Tally()


def test_chaos_is_the_same_each_time_and_differs_by_seed() -> None:
    first = hits(FaultPlan(chaos=Chaos(seed=1, share=0.3)), *[GET] * 200)
    assert first == hits(FaultPlan(chaos=Chaos(seed=1, share=0.3)), *[GET] * 200)
    assert first != hits(FaultPlan(chaos=Chaos(seed=2, share=0.3)), *[GET] * 200)


def test_chaos_hits_about_its_share_with_all_its_kinds() -> None:
    seen = hits(FaultPlan(chaos=Chaos(seed=7, share=0.2)), *[GET] * 2000)
    struck = [kind for kind in seen if kind]
    assert 320 <= len(struck) <= 480
    assert set(struck) == set(FAULT_KINDS)
    counts = [struck.count(kind) for kind in FAULT_KINDS]
    assert min(counts) > 0.6 * len(struck) / len(FAULT_KINDS)


def test_chaos_at_its_ends() -> None:
    assert hits(FaultPlan(chaos=Chaos(share=0.0)), *[GET] * 50) == [None] * 50
    assert None not in hits(FaultPlan(chaos=Chaos(share=1.0)), *[GET] * 50)


def test_a_requests_chaos_does_not_depend_on_what_came_before() -> None:
    plan = FaultPlan(chaos=Chaos(seed=3, share=0.5, faults=[Fault(kind="cut_after", method="POST")]))
    with_gets = hits(plan, *[GET, POST] * 50)
    only_posts = hits(plan, *[POST] * 100)
    assert with_gets[0::2] == [None] * 50
    assert with_gets[1::2] == only_posts[1::2]
    assert "cut_after" in with_gets


def test_listed_faults_go_before_chaos() -> None:
    plan = FaultPlan(
        faults=[Fault(kind="delay", skip=2)], chaos=Chaos(share=1.0, faults=[Fault(kind="cut_before")])
    )
    assert hits(plan, *[GET] * 4) == ["cut_before", "cut_before", "delay", "cut_before"]


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"kind": "explode"}, "cut_before"),
        ({"kind": "status", "skip": -1}, "skip must be 0 or more"),
        ({"kind": "status", "times": 0}, "times must be 1 or more"),
        ({"kind": "status", "status": 42}, "status must be 100 to 599"),
        ({"kind": "delay", "delay_s": -0.5}, "delay_s must be 0.0 or more"),
        ({"kind": "delay", "path": "("}, "regular expression"),
        ({"kind": "status", "body": b"{}"}, r"body must be text \(str\), not bytes"),
        ({"kind": "status", "body": {"title": "no"}}, r"not dict.*json\.dumps"),
    ],
)
def test_a_fault_that_makes_no_sense_is_refused(given: dict, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        Fault(**given)


@pytest.mark.parametrize("given", [{"share": 1.5}, {"share": -0.1}, {"faults": ()}])
def test_chaos_that_makes_no_sense_is_refused(given: dict) -> None:
    with pytest.raises(ValueError, match=r"share|at least one"):
        Chaos(**given)


def test_a_plan_survives_json() -> None:
    plan = FaultPlan(
        faults=[
            Fault(kind="status", status=429, headers={"Retry-After": "2"}, body="no", times=None),
            Fault(kind="delay", method="GET", path="^/v3", skip=4, times=2, delay_s=1.5),
        ],
        chaos=Chaos(seed=9, share=0.25, faults=[Fault(kind="cut_after")]),
    )
    assert read_plan(plan_as_json(plan)) == plan
    assert read_plan({}) == FaultPlan()
    assert read_plan({"chaos": {"share": 0.5}}) == FaultPlan(chaos=Chaos(share=0.5))


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ([], "must be an object"),
        ({"fault": []}, "has no fault; known: chaos, faults"),
        ({"faults": {}}, "faults of a plan of faults cannot be"),
        ({"faults": ["cut"]}, "a fault must be an object"),
        ({"faults": [{}]}, "a fault needs a kind"),
        ({"faults": [{"kind": "status", "statis": 1}]}, "has no statis; known: body"),
        ({"faults": [{"kind": "status", "skip": "1"}]}, "skip of a fault cannot be '1'"),
        ({"faults": [{"kind": "status", "skip": True}]}, "skip of a fault cannot be True"),
        ({"faults": [{"kind": "status", "headers": {"A": 1}}]}, "header A of a fault must be a string"),
        ({"faults": [{"kind": "nope"}]}, "unknown kind of fault"),
        ({"chaos": {"rate": 1}}, "chaos has no rate"),
        ({"chaos": {"share": 2}}, "share must lie between"),
    ],
)
def test_json_that_is_no_plan_says_what_is_wrong(body: object, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        read_plan(body)

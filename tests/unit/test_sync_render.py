"""Plans, receipts and explanations as people read them, held against golden files.

The text is a public format: after a change that is meant, write the files anew by running the tests with
``COMMERCE_BRIDGE_GOLDEN=write``, and read the difference.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from attrs import evolve

from commerce_bridge.domain import listing as on
from commerce_bridge.domain.absence import CLEARED, MISSING
from commerce_bridge.domain.record import Fact, Kin, Note, Outlet, Picture, Placement
from commerce_bridge.merge import Decision, Explanation, show
from commerce_bridge.ports.step import StepKind
from commerce_bridge.sync.plans.segment import Segment
from rigs.golden import held
from rigs.plans import (
    AS_OF,
    CHANGED,
    FOOTER,
    HEADER,
    HIDDEN,
    NEW,
    PRICED,
    WORK,
    gbp,
    make_plan,
    make_receipt,
    step,
)


def decision(**changes: Any) -> Decision:
    usual: dict[str, Any] = {
        "field": on.PRICE,
        "value": gbp("11.99"),
        "owner": "consonance",
        "rule": "owner/consonance",
        "candidates": {"consonance": gbp("11.99"), "bigcommerce": gbp("12.99")},
        "loser": "bigcommerce",
    }
    return Decision(**{**usual, **changes})


def explained(**changes: Any) -> str:
    written = {key: changes.pop(key) for key in ("written_at", "receipt", "computed_by") if key in changes}
    return str(Explanation(record="record-1", decision=decision(**changes), **written))


def test_a_plan():
    held("plan.txt", str(make_plan()))


def test_a_plan_with_nothing_in_it():
    empty = evolve(FOOTER, steps={}, calls=0, good_until=None, warnings=())
    held("plan-empty.txt", str(make_plan(footer=empty, segments=())))


def test_a_plan_of_one():
    footer = evolve(
        FOOTER,
        titles=1,
        formats=1,
        records=1,
        skipped=0,
        calls=1,
        steps={StepKind.PRICE: 1},
        good_until=None,
        warnings=(),
    )
    held(
        "plan-of-one.txt",
        str(make_plan(footer=footer, segments=(Segment(steps=(PRICED,), standings=(), watermark=None),))),
    )


def test_a_receipt():
    held("receipt.txt", str(make_receipt()))


def test_a_receipt_of_nothing():
    nothing = make_receipt(applied={}, already=0, stale=(), failed=(), work=(), closed=0, calls=0)
    held("receipt-nothing.txt", str(nothing))


def test_explanations():
    lines = [
        explained(),
        explained(written_at="2026-11-02T09:00:00+00:00", receipt="plan"),
        explained(loser=None, candidates={}),
        explained(computed_by="price/list", written_at="2026-11-02T09:00:00+00:00", receipt="plan"),
        explained(
            field=on.NAME,
            value="The Black Road (paperback)",
            rule="written once",
            reason="written when the record was made, kept since",
            candidates={"consonance": "The Blacker Road (paperback)"},
            loser="consonance",
        ),
        explained(field=on.RELEASE, value=CLEARED, candidates={"consonance": CLEARED}, loser=None),
        explained(field=on.SUMMARY, value=MISSING, owner="bigcommerce", rule="until edited", loser=None),
    ]
    held("explanations.txt", "\n".join(lines))


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (MISSING, "nothing"),
        (None, "nothing"),
        (CLEARED, "cleared"),
        (True, "yes"),
        (False, "no"),
        (0, "0"),
        (Decimal("12.50"), "12.50"),
        (gbp("12.5"), "12.50 GBP"),
        (on.Selling.CLOSED, "not for sale"),
        (datetime(2027, 3, 4, 9, 30, tzinfo=UTC), "2027-03-04 09:30 UTC"),
        (datetime(2027, 3, 4, 9, 30, tzinfo=timezone(timedelta(hours=-5))), "2027-03-04 09:30-05:00"),
        ("  two\n words ", "two words"),
        ("x" * 60, "x" * 60),
        ("x" * 61, "x" * 57 + "…"),
        (frozenset(), "none"),
        (frozenset({Fact("b", "2"), Fact("a", "1")}), "a: 1, b: 2"),
        (frozenset({Kin("x"), Kin("y")}), "2 of its family"),
        (Placement(("Fiction", "Crime")), "Fiction > Crime"),
        (Outlet("1"), "channel 1"),
        (Note("n", "k", "v"), "n.k: v"),
        (Picture("token:0123456789ab", text="Cover"), "Cover"),
        (Picture("token:0123456789ab"), "token:01234567"),
    ],
)
def test_a_value_as_people_read_it(value: Any, text: str):
    assert show(value) == text


def many(count: int):
    labels = [f"97819050{number:05}  Title {number}, paperback" for number in range(count)]
    steps = tuple(
        step(number, StepKind.PRICE, label, *PRICED.changes[:1]) for number, label in enumerate(labels)
    )
    return make_plan(
        segments=(
            Segment(steps=steps[:3], standings=(), watermark=None),
            Segment(steps=steps[3:], standings=(), watermark=None),
        )
    )


@pytest.mark.parametrize(
    ("shown", "words"),
    [(7, None), (6, "… and 1 more record"), (2, "… and 5 more records"), (0, "… and 7 more records")],
)
def test_a_long_plan_says_how_much_is_left_out(shown: int, words: str | None):
    text = many(7).show(shown)
    assert text.count("  Title ") == shown
    assert ("more record" in text) is (words is not None)
    if words is not None:
        assert f"  {words}\n" in text
    assert "7 steps" in text, "the counts are of all"


def test_a_record_with_several_steps_stands_once_under_its_gravest_sign():
    plan = make_plan(segments=(Segment(steps=(CHANGED, HIDDEN), standings=(), watermark=None),))
    lines = str(plan).splitlines()
    assert [line for line in lines if HIDDEN.label in line] == [f"v {HIDDEN.label}"]


def test_work_of_a_record_that_changes_stands_with_it():
    also = evolve(WORK, record=PRICED.record, label=PRICED.label)
    plan = make_plan(segments=(Segment(steps=(PRICED, also), standings=(), watermark=None),))
    lines = str(plan).splitlines()
    assert lines[1] == f"~ {PRICED.label}"
    assert lines[-5].strip() == f"! {WORK.detail}"


def test_a_new_record_shows_what_matters_first_and_names_the_rest():
    plan = make_plan(segments=(Segment(steps=(NEW,), standings=(), watermark=None),))
    lines = str(plan).splitlines()
    assert lines[2].split()[0] == "name"
    assert lines[3].split()[0] == "price"
    (rest,) = [line for line in lines if line.startswith("    and ")]
    assert "SKU" in rest
    assert "work id" in rest


def test_instants_are_told_in_one_zone():
    east = timezone(timedelta(hours=9))
    plan = make_plan(
        header=evolve(HEADER, as_of=AS_OF.astimezone(east)),
        footer=evolve(FOOTER, good_until=FOOTER.good_until.astimezone(east)),
    )
    assert str(plan) == str(make_plan())

"""A plan with every kind of step, and a receipt: what golden files show."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from commerce_bridge.domain import listing as on
from commerce_bridge.domain.absence import CLEARED, MISSING
from commerce_bridge.domain.exchange import NaturalKey, Ref
from commerce_bridge.domain.fields import AnyField, Field
from commerce_bridge.domain.money import Money
from commerce_bridge.domain.record import Fact, Kin, Note, Outlet, Picture, Placement
from commerce_bridge.ports.step import Change, Step, StepKind
from commerce_bridge.sync.planning.deciding import open_work
from commerce_bridge.sync.plans.lines import footer_line, header_line, segment_line
from commerce_bridge.sync.plans.plan import Plan
from commerce_bridge.sync.plans.planfile import PlanFile
from commerce_bridge.sync.plans.receipt import Receipt, Trouble
from commerce_bridge.sync.plans.segment import Footer, Header, Segment, Standing

AS_OF = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
AGE = Field[int]("listing", "acme_reading_age", label="reading age")


def gbp(amount: str) -> Money:
    return Money(Decimal(amount), "GBP")


def change(
    name: AnyField, before: Any, after: Any, rule: str, *, owner: str = "consonance", **more: Any
) -> Change:
    return Change(field=name, before=before, after=after, owner=owner, rule=rule, **more)


def step(number: int, kind: StepKind, label: str, *changes: Change, new: bool = False) -> Step:
    return Step(
        id=f"{number:016x}{kind.value}",
        kind=kind,
        record=f"record-{number}",
        label=label,
        changes=changes,
        keys=(NaturalKey("sku", label.split("  ")[0]),),
        target=None if new else Ref("bigcommerce", "product", str(100 + number)),
        observed="" if new else "v1",
    )


NEW = step(
    1,
    StepKind.CREATE,
    "9781905000012  The Black Road, paperback",
    change(on.NAME, MISSING, "The Black Road (paperback)", "name/with form"),
    change(
        on.DESCRIPTION,
        MISSING,
        "<p>About a <em>road</em>,\n and who went down it; and back.</p>",
        "text/description",
    ),
    change(on.SKU, MISSING, "9781905000012", "sku/isbn"),
    change(on.PRICE, MISSING, gbp("12.99"), "price/list"),
    change(on.WEIGHT_G, MISSING, Decimal(280), "weight/stated or by form"),
    change(on.BRAND, MISSING, "Larkmere", "brand/imprint"),
    change(on.VISIBLE, MISSING, True, "stage/visible"),
    change(on.SELLING, MISSING, on.Selling.PREORDER, "stage/selling"),
    change(on.RELEASE, MISSING, datetime(2027, 3, 4, tzinfo=UTC), "stage/release"),
    change(on.CATEGORIES, MISSING, frozenset({Placement(("Fiction", "Crime"))}), "categories/map"),
    change(
        on.CONTRIBUTORS,
        MISSING,
        frozenset({Fact("Author", "Ada Quill"), Fact("Illustrator", "Di Pen")}),
        "contributors/by role",
    ),
    change(
        on.PICTURES,
        MISSING,
        frozenset({Picture("token:0123456789ab", "https://x.example/c.jpg", "Front cover", True)}),
        "images/approved",
    ),
    change(on.WORK_ID, MISSING, Note("commerce_bridge", "work_id", "7"), "source id"),
    new=True,
)
MORE = step(
    1,
    StepKind.RELATE,
    "9781905000012  The Black Road, paperback",
    change(on.FAMILY, MISSING, frozenset({Kin("record-2"), Kin("record-3")}), "family/same title"),
    new=True,
)
PRICED = step(
    2,
    StepKind.PRICE,
    "9781905000029  Où est l’âne ?, hardback",
    change(on.PRICE, gbp("12.99"), gbp("11.99"), "price/list"),
    change(on.PRICE, gbp("20.00"), gbp("19.00"), "price/list", part="9781905000036"),
)
HIDDEN = step(
    3,
    StepKind.HIDE,
    "9781905000043  Gone Again, paperback",
    change(on.VISIBLE, True, False, "stage/visible"),
    change(on.SELLING, on.Selling.LIVE, on.Selling.CLOSED, "stage/selling"),
    change(on.OUTLETS, frozenset({Outlet("1")}), frozenset(), "stage/channels"),
)
CHANGED = step(
    3,
    StepKind.CHANGE,
    "9781905000043  Gone Again, paperback",
    change(on.RELEASE, datetime(2026, 12, 1, tzinfo=UTC), CLEARED, "stage/release"),
    change(
        on.DESCRIPTION,
        "A long description that somebody wrote in the shop and that has no end in sight",
        "A short one",
        "text/description",
        reason="written by hand before",
    ),
    change(AGE, Fact("Reading age", "7"), Fact("Reading age", "8"), "custom field"),
)
PUBLISHED = step(
    4,
    StepKind.PUBLISH,
    "9781905000050  Tomorrow, e-book",
    change(on.SELLING, on.Selling.PREORDER, on.Selling.LIVE, "stage/selling"),
)
WORK = open_work(
    "record-5", "9781905000067  Unseen, paperback", "no-cover", "It has no approved front cover: approve one."
)

HEADER = Header(
    plan="3f2a9c51-0000-0000-0000-000000000000",
    pair="consonance -> bigcommerce",
    scope="consonance -> bigcommerce|acme|demo",
    as_of=AS_OF,
    fingerprint="abc",
    start=None,
    complete=True,
    correlation_id="3f2a9c51",
)
SEGMENTS = (
    Segment(steps=(NEW, MORE, PRICED), standings=(), watermark="page 2"),
    Segment(
        steps=(HIDDEN, CHANGED, PUBLISHED, WORK),
        standings=(
            Standing(
                record="record-5",
                source=Ref("consonance", "product", "5"),
                origin=Ref("consonance", "work", "5"),
                target=None,
                source_hash="h",
                target_hash="",
                next_change=AS_OF + timedelta(days=1),
                agreed={("", on.NAME): "Où est l’âne ?", ("p", AGE): CLEARED},
                label="9781905000067  Unseen, paperback",
                work={"no-cover": "It has no approved front cover: approve one."},
            ),
        ),
        watermark="end",
    ),
)
FOOTER = Footer(
    titles=4,
    formats=5,
    records=6,
    skipped=1,
    steps={
        StepKind.OPEN_WORK: 1,
        StepKind.CREATE: 1,
        StepKind.RELATE: 1,
        StepKind.PRICE: 1,
        StepKind.HIDE: 1,
        StepKind.CHANGE: 1,
        StepKind.PUBLISH: 1,
    },
    calls=7,
    good_until=AS_OF + timedelta(hours=15),
    warnings=("2 titles: no place in the category map: bisac ZZZ000000",),
)


def make_plan(
    header: Header = HEADER, footer: Footer = FOOTER, segments: tuple[Segment, ...] = SEGMENTS
) -> Plan:
    """A plan spooled to a temporary file, as the planner makes it."""
    file = PlanFile()
    file.write("header", header_line(header))
    for segment in segments:
        file.write("segment", segment_line(segment))
    file.write("footer", footer_line(footer))
    file.finish()
    return Plan(header=header, footer=footer, file=file)


def make_receipt(**changes: Any) -> Receipt:
    usual: dict[str, Any] = {
        "plan": HEADER.plan,
        "pair": HEADER.pair,
        "correlation_id": HEADER.correlation_id,
        "started_at": AS_OF,
        "ended_at": AS_OF + timedelta(seconds=4, milliseconds=250),
        "applied": {StepKind.PRICE: 1, StepKind.CREATE: 2, StepKind.OPEN_WORK: 1},
        "already": 1,
        "stale": (
            Trouble(
                record="record-3",
                label=HIDDEN.label,
                reason="stale",
                detail="price is 4.44 GBP now, and was 12.99 GBP: plan again",
            ),
        ),
        "failed": (
            Trouble(
                record="record-4",
                label=PUBLISHED.label,
                reason="rejected:product",
                detail="BigCommerce did not take it (422).",
            ),
        ),
        "work": (Trouble(record="record-5", label=WORK.label, reason="no-cover", detail=WORK.detail),),
        "closed": 2,
        "calls": 9,
    }
    return Receipt(**{**usual, **changes})

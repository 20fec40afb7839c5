"""A desk from which steps are carried out in a BigCommerce sandbox, as an apply does it but without state."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, ClassVar

from attrs import define, evolve, field

from commerce_bridge.domain import listing as on
from commerce_bridge.domain.absence import CLEARED, MISSING
from commerce_bridge.domain.exchange import NaturalKey, Observed, Ref
from commerce_bridge.domain.fields import AnyField, Field
from commerce_bridge.domain.money import Money
from commerce_bridge.domain.record import Candidates, Fact, Note, Picture, Placement, Record
from commerce_bridge.flow.clock import VirtualClock
from commerce_bridge.http.opening import Surroundings
from commerce_bridge.merge.collections import holds_elements, standing
from commerce_bridge.platforms.bigcommerce.client import AsyncBigCommerce, BigCommerce
from commerce_bridge.platforms.bigcommerce.keys import ref, sku_key
from commerce_bridge.platforms.bigcommerce.limits import Limits
from commerce_bridge.platforms.bigcommerce.reader import BigCommerceReader
from commerce_bridge.platforms.bigcommerce.settings import Settings
from commerce_bridge.platforms.bigcommerce.writer import BigCommerceWriter
from commerce_bridge.ports.step import Change, Known, RowResult, Stage, Step, StepKind, Verdict
from commerce_bridge.sandbox.bigcommerce import BigCommerceSandbox
from commerce_bridge.sandbox.core import Fault, Logged
from commerce_bridge.sandbox.transport import SandboxWorld

TRIES = 3

AWARDS = Field[frozenset[Fact]]("listing", "acme_awards")
"""A field of another package that becomes custom fields."""


def picture(number: int, *, url: str | None = None, text: str = "Front cover", **more: Any) -> Picture:
    url = f"https://pictures.example/{number}.jpg" if url is None else url
    return Picture(f"token:{number:012x}", url=url, text=text, **more)


def note(key: str, value: str, *, shown: bool = False) -> Note:
    return Note("commerce_bridge", key, value, shown)


def gbp(amount: str) -> Money:
    return Money(Decimal(amount), "GBP")


def book(number: int, **over: Any) -> dict[AnyField, Any]:
    """What a product page of one format is to show; `over` replaces fields by their name."""
    wanted: dict[AnyField, Any] = {
        on.NAME: f"Salt Roads, volume {number}",
        on.DESCRIPTION: f"<p>How salt travelled, part {number}.</p>",
        on.SKU: f"97800000{number:05}",
        on.GTIN: f"97800000{number:05}",
        on.PRICE: gbp("14.99"),
        on.FULFILMENT: on.Fulfilment.PHYSICAL,
        on.WEIGHT_G: Decimal(345),
        on.HEIGHT_MM: Decimal(198),
        on.WIDTH_MM: Decimal("128.5"),
        on.DEPTH_MM: Decimal(21),
        on.BRAND: "Quay Press",
        on.VISIBLE: True,
        on.SELLING: on.Selling.PREORDER,
        on.RELEASE: datetime(2027, 3, 4, 9, 0, tzinfo=UTC),
        on.ADDRESS: f"/salt-roads-{number}/",
        on.KEYWORDS: "salt,trade",
        on.PAGE_TITLE: "Salt Roads",
        on.SUMMARY: "How salt travelled.",
        on.STOCK_TRACKED: True,
        on.PICTURES: frozenset({picture(number, main=True)}),
        on.CATEGORIES: frozenset({Placement(("Non-Fiction", "History"))}),
        on.CONTRIBUTORS: frozenset({Fact("Author", "Ann Writer"), Fact("Author", "Bo Penman")}),
        on.ISBN: Fact("ISBN", f"97800000{number:05}"),
        on.WORK_ID: note("work_id", f"W-{number}"),
    }
    by_name = {one.name: one for one in (*on.LISTING_FIELDS, AWARDS)}
    wanted.update((by_name[name], value) for name, value in over.items())
    return {name: value for name, value in wanted.items() if value is not MISSING}


FORMATS = (("Paperback", "12.99"), ("Hardback", "24.99"))


def family(number: int, **over: Any) -> tuple[dict[AnyField, Any], dict[str, dict[AnyField, Any]]]:
    """What a product page of several formats is to show, and its variants by SKU."""
    over = {"sku": MISSING, "gtin": MISSING, "isbn": MISSING, **over}
    parts = {
        f"97811{place}00{number:05}": {
            on.OPTION: label,
            on.SKU: f"97811{place}00{number:05}",
            on.GTIN: f"97811{place}00{number:05}",
            on.PRICE: gbp(price),
            on.WEIGHT_G: Decimal(300 + place),
            on.HEIGHT_MM: Decimal(198),
        }
        for place, (label, price) in enumerate(FORMATS)
    }
    return book(number, **over), parts


def change(name: AnyField, after: Any, before: Any = MISSING, part: str = "") -> Change:
    return Change(field=name, before=before, after=after, owner="source", rule="test", part=part)


def step(
    kind: StepKind,
    record: str,
    *changes: Change,
    seen: Observed[Record] | Record | None = None,
    needs: Iterable[str] = (),
    keys: Iterable[NaturalKey] = (),
    target: Ref | None = None,
) -> Step:
    """A step as the planner makes it: of what was seen it keeps names, not values."""
    value = seen.value if isinstance(seen, Observed) else seen
    kept = value and Record(
        elements=value.elements,
        parts={key: Record(ref=part.ref) for key, part in value.parts.items()},
        ref=value.ref,
    )
    return Step(
        id=f"{record}/{kind.name.lower()}",
        kind=kind,
        record=record,
        label=record,
        changes=changes,
        keys=tuple(keys),
        target=target or (kept.ref if kept else None),
        observed=seen.version if isinstance(seen, Observed) else "",
        needs=tuple(needs),
        seen=kept,
    )


def create(
    record: str, wanted: Mapping[AnyField, Any], parts: Mapping[str, Mapping[AnyField, Any]] | None = None
) -> Step:
    changes = [change(name, value) for name, value in wanted.items()]
    changes += [
        change(name, value, part=sku)
        for sku, values in (parts or {}).items()
        for name, value in values.items()
    ]
    skus = [wanted[on.SKU]] if on.SKU in wanted else list(parts or {})
    return step(StepKind.CREATE, record, *changes, keys=[sku_key(sku) for sku in skus])


def differences(
    wanted: Mapping[AnyField, Any],
    there: Record,
    base: Mapping[AnyField, Any] | None = None,
    part: str = "",
) -> list[Change]:
    """The changes that lead from what the store shows to what is wanted, as the planner finds them."""
    base = base or {}
    holder = there.parts.get(part, Record()) if part else there
    found: list[Change] = []
    for name, after in wanted.items():
        assert not isinstance(after, Candidates)
        before = base.get(name, MISSING)
        if holds_elements(after, before):
            shown: Any = standing(after, before, there.elements)
        else:
            shown = holder.get(name)
        nothing = (MISSING, CLEARED, frozenset())
        if after != shown and not (after in nothing and shown in nothing):
            found.append(change(name, after, shown, part))
    return found


@define
class Outcome:
    """What a run came to."""

    known: Known
    results: list[RowResult] = field(factory=list)
    stages: list[Stage] = field(factory=list)
    requests: list[Logged] = field(factory=list)

    def verdict(self, step_id: str, part: str) -> Verdict:
        return self.result(step_id, part).verdict

    def result(self, step_id: str, part: str) -> RowResult:
        """The last result of a row."""
        return next(one for one in reversed(self.results) if one.row.id == (step_id, part))

    @property
    def failed(self) -> dict[tuple[str, str], Any]:
        return {one.row.id: one.error for one in self.results if one.verdict is Verdict.FAILED}

    @property
    def calls(self) -> list[str]:
        return [
            f"{one.request.method} {one.request.path.removeprefix('/stores/demo')}" for one in self.requests
        ]


class Desk:
    """A sandbox, a client of it in one mode, its reader and its writer."""

    opened: ClassVar[list[Desk]] = []
    """Desks of the test under way, so that all their requests can be looked at."""

    def __init__(
        self,
        seed: str = "empty",
        *,
        mode: str = "sync",
        settings: Settings | None = None,
        limits: Limits | None = None,
        **switches: Any,
    ) -> None:
        switches.setdefault("quota", 1_000_000)
        self.sandbox = BigCommerceSandbox(seed=seed, **switches)
        self.world = SandboxWorld(self.sandbox)
        self.clock = VirtualClock()
        around = Surroundings(clock=self.clock)
        opened: dict[str, Any] = {**self.sandbox.credentials(), "limits": limits, "surroundings": around}
        self.client: Any
        if mode == "sync":
            self.client = BigCommerce(
                transport=self.world.sync(self.clock, base_path="/stores/demo"), **opened
            )
        else:
            transport = self.world.asynchronous(self.clock, base_path="/stores/demo")
            self.client = AsyncBigCommerce(transport=transport, **opened)
        self.mode = mode
        self.settings = settings or Settings()
        self.opened.append(self)
        self.writer = BigCommerceWriter(self.client, self.settings)
        self.reader = BigCommerceReader(self.client, self.settings)

    def run(self, flow: Any) -> Any:
        driver = self.client.mode.driver
        if self.mode == "sync":
            return driver.run(flow)
        import anyio

        return anyio.run(driver.run, flow)

    def fail(self, kind: str, method: str, path: str, **more: Any) -> None:
        self.world.add_faults(Fault(kind=kind, method=method, path=path, **more))

    def carry_out(self, *steps: Step, known: Known | None = None) -> Outcome:
        """Lower and send until nothing is left, looking for what was lost before it is sent again."""
        outcome = Outcome(known=known or Known())
        record_of = {one.id: one.record for one in steps}
        pending: Sequence[Step] = steps
        tries: dict[Any, int] = {}
        start = len(self.world.log)
        while pending:
            outcome.known = evolve(outcome.known, lost=outcome.known.lost | self._lost(steps, outcome.known))
            stage = self.writer.lower(pending, outcome.known)
            outcome.stages.append(stage)
            pending = [one for one in pending if one.id not in stage.done]
            if not stage.calls:
                break
            for call in stage.calls:
                results = self.run(self.writer.send(call))
                assert [one.row.id for one in sorted(results, key=lambda one: one.row.id)] == sorted(
                    row.id for row in call.rows
                )
                results = tuple(self._settled(one, tries) for one in results)
                outcome.results.extend(results)
                outcome.known = outcome.known.told(results, record_of, self.writer.main_part)
        outcome.requests = list(self.world.log[start:])
        return outcome

    def _lost(self, steps: Sequence[Step], known: Known) -> frozenset[str]:
        main = self.writer.main_part
        return frozenset(
            one.record for one in steps if one.kind is StepKind.CREATE and (one.id, main) in known.failed
        )

    def _settled(self, result: RowResult, tries: dict[Any, int]) -> RowResult:
        if result.verdict is not Verdict.UNKNOWN:
            return result
        key = result.row.creates
        found = self.run(self.writer.find([key]))[key] if key is not None else ()
        if found:
            return RowResult(row=result.row, verdict=Verdict.DONE, ref=found[0], learned=((key, found[0]),))
        tries[result.row.id] = tries.get(result.row.id, 0) + 1
        return evolve(result, verdict=Verdict.FAILED) if tries[result.row.id] >= TRIES else result

    def read(self) -> dict[str, Observed[Record]]:
        """Everything the store shows, by the number of the product."""
        found: dict[str, Observed[Record]] = {}
        cursor: str | None = None
        while True:
            page = self.run(self.reader.changes(cursor))
            found.update((one.ref.id, one) for one in page.items)
            if page.next is None:
                return found
            cursor = page.next

    def shown(self, product: Ref) -> Observed[Record]:
        """One product as it stands now."""
        (one,) = self.run(self.reader.fetch([product]))
        return one

    def made(self, record: str, wanted: Any, parts: Any = None) -> Observed[Record]:
        """A product just made, as the store shows it."""
        outcome = self.carry_out(create(record, wanted, parts))
        assert not outcome.failed, outcome.failed
        return self.shown(outcome.known.bindings[record])

    def row(self, product: Ref) -> dict[str, Any]:
        """A product as the sandbox holds it."""
        return next(one for one in self.sandbox.state()["products"] if str(one["id"]) == product.id)


def product(number: int) -> Ref:
    return ref("product", number)

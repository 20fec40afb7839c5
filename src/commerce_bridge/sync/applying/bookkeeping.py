"""What an apply writes down, and when: intents before a call, results right after it."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from attrs import field, frozen

from commerce_bridge.domain.exchange import NaturalKey, Ref
from commerce_bridge.errors import BridgeError, RemoteError, StateConflict
from commerce_bridge.flow import primitives as flow
from commerce_bridge.flow.effects import Flow
from commerce_bridge.flow.events import Written
from commerce_bridge.flow.state import Delete, Expect, Key, Op
from commerce_bridge.ports.step import Call, Row, RowId, RowResult, Step, Verdict
from commerce_bridge.sync.asking.causes import Cause, refusal
from commerce_bridge.sync.asking.work import Parties, meet, tell
from commerce_bridge.sync.holding.echo import Echo, noted
from commerce_bridge.sync.job import Job
from commerce_bridge.sync.kept.tables import put, scan_bodies
from commerce_bridge.sync.plans.codec import decode_key, encode_key
from commerce_bridge.sync.plans.lines import step_line
from commerce_bridge.sync.plans.plan import Plan
from commerce_bridge.sync.plans.segment import Standing


@frozen(kw_only=True)
class Receipts:
    """What had taken hold before.

    Args:
        done: Rows that need not be sent again.
        names: Names learned from them.
        bindings: Canonical id to the target's name.
    """

    done: frozenset[RowId] = frozenset()
    names: Mapping[NaturalKey, Ref] = field(factory=dict[NaturalKey, Ref])
    bindings: Mapping[str, Ref] = field(factory=dict[str, Ref])


@frozen(kw_only=True)
class Books:
    """Where one apply of one plan is written down.

    Args:
        job: The job.
        plan: The plan.
        steps: The plan's steps under way, by id.
        standings: Canonical id to what is to be remembered of the record in the end.
        lines: Steps as they are written down, by id; each is worked out once.
        entered: Ids of steps that stand in the ledger: their further rows need not enter them again.
        echoes: Canonical id to what we wrote of the record before; kept up as rows take hold.
    """

    job: Job[Any]
    plan: Plan
    steps: Mapping[str, Step]
    standings: Mapping[str, Standing]
    lines: dict[str, dict[str, Any]] = field(factory=dict[str, "dict[str, Any]"], repr=False, eq=False)
    entered: set[str] = field(factory=set[str], repr=False, eq=False)
    echoes: dict[str, Echo] = field(factory=dict[str, Echo], repr=False, eq=False)

    def line(self, step: Step) -> dict[str, Any]:
        """A step as it is written down."""
        if step.id not in self.lines:
            self.lines[step.id] = step_line(step)
        return self.lines[step.id]

    @property
    def scope(self) -> str:
        """The scope of all rows."""
        return self.job.scope


def row_key(plan: str, row: RowId) -> str:
    """The key of an intent or a receipt."""
    return f"{plan}/{row[0]}/{row[1]}"


def receipts_of(job: Job[Any], plan: Plan) -> Flow[Receipts]:
    """All rows of a plan that have taken hold; no vendor call."""
    bodies = yield from scan_bodies(job.scope, "receipt", f"{plan.header.plan}/")
    done: set[RowId] = set()
    names: dict[NaturalKey, Ref] = {}
    bindings: dict[str, Ref] = {}
    for body in bodies.values():
        row = Row(step=body["step"], part=body["part"])
        result = as_told(row, body)
        done.add(row.id)
        names.update(result.learned)
        if row.part == job.writer.main_part and result.ref is not None:
            bindings[body["record"]] = result.ref
    return Receipts(done=frozenset(done), names=names, bindings=bindings)


def as_told(row: Row, body: Mapping[str, Any]) -> RowResult:
    """What became of a row, by its receipt."""
    return RowResult(
        row=row,
        verdict=Verdict.DONE,
        ref=Ref.parse(body["ref"]) if body["ref"] else None,
        learned=tuple((decode_key(key), Ref.parse(ref)) for key, ref in body["learned"]),
    )


def intents_of(books: Books, calls: Iterable[Call]) -> list[Op]:
    """The note of every row that may create something, to be committed before any of them is sent."""
    ops: list[Op] = []
    plan = books.plan.header.plan
    for call in calls:
        for row in call.rows:
            if row.creates is None:
                continue
            step = books.steps[row.step]
            body = {
                "plan": plan,
                "step": row.step,
                "part": row.part,
                "record": step.record,
                "source": str(books.standings[step.record].source),
                "creates": encode_key(row.creates),
                "did": books.line(step),
            }
            ops.append(put(books.scope, "intent", row_key(plan, row.id), body))
    return ops


def commit_results(
    books: Books,
    results: Sequence[RowResult],
    unsure: Container[RowId] = frozenset(),
    expect: Sequence[Expect] = (),
) -> Flow[None]:
    """Bind, receipt and enter every row of one call, at once.

    Args:
        books: Where it is written down.
        results: What became of the rows.
        unsure: Rows that may have taken hold after all: their intents stay, and the next run looks for them.
        expect: What must hold, such as that the records' leases are still ours.

    Raises:
        StateConflict: It does not hold; nothing was written.
    """
    entered, echoes = set(books.entered), dict(books.echoes)
    now = yield from flow.now()
    ops: list[Op] = []
    causes: dict[tuple[str, str], Cause] = {}
    plan = books.plan.header.plan
    for result in results:
        step = books.steps[result.row.step]
        if result.verdict is Verdict.DONE:
            ops.extend(_done_ops(books, step, result, now))
        elif result.verdict is Verdict.FAILED:
            if result.row.creates is not None and result.row.id not in unsure:
                ops.append(_delete(books.scope, "intent", row_key(plan, result.row.id)))
            detail = words(result.error)
            if (step.id, detail) not in causes:  # a call that was refused is refused with all its rows
                causes[step.id, detail] = refusal(step, result.row.part, detail, result.error, plan)
                ops.append(_refused(books, step, result.row.part, detail, now))
    met = yield from meet(Parties.of(books.job), causes.values(), now)
    if ops or met.ops:
        try:
            yield from flow.commit([*ops, *met.ops], expect)
        except StateConflict:
            _strike_out(books, results, entered, echoes)
            raise
    yield from tell(met)
    yield from _tell_written(books, results)


def _tell_written(books: Books, results: Sequence[RowResult]) -> Flow[None]:
    for result in results:
        if result.verdict is Verdict.DONE and result.ref is not None:
            step = books.steps[result.row.step]
            yield from flow.emit(
                Written(
                    record=step.record,
                    step=step.id,
                    kind=step.kind.value,
                    target=str(result.ref),
                    correlation_id=books.plan.header.correlation_id,
                )
            )


def _strike_out(
    books: Books, results: Sequence[RowResult], entered: Container[str], echoes: Mapping[str, Echo]
) -> None:
    """What was to be entered, and was not written, has to be entered the next time."""
    for step in (books.steps[one.row.step] for one in results):
        if step.id not in entered:
            books.entered.discard(step.id)
            books.echoes[step.record] = echoes.get(step.record, Echo())


def _done_ops(books: Books, step: Step, result: RowResult, now: datetime) -> list[Op]:
    plan = books.plan.header
    key = row_key(plan.plan, result.row.id)
    receipt = {
        "record": step.record,
        "step": step.id,
        "part": result.row.part,
        "ref": str(result.ref) if result.ref else None,
        "learned": [[encode_key(name), str(ref)] for name, ref in result.learned],
        "at": now.isoformat(),
    }
    ops: list[Op] = [put(books.scope, "receipt", key, receipt)]
    if step.id not in books.entered:
        books.entered.add(step.id)
        history = {"plan": plan.plan, "at": now.isoformat(), "did": books.line(step)}
        ops.append(put(books.scope, "ledger", f"{step.record}/{plan.as_of.isoformat()}/{step.id}", history))
        ops.append(noted(books.scope, books.echoes, step, now, plan.plan))
    if result.row.creates is not None:
        ops.append(_delete(books.scope, "intent", key))
    if result.row.part == books.job.writer.main_part and result.ref is not None:
        ops.extend(bound(books.scope, step.record, books.standings[step.record].source, result.ref))
    return ops


def _refused(books: Books, step: Step, part: str, detail: str, now: datetime) -> Op:
    """The row of the ledger that keeps a write which the target would not take, also when a later one it does."""
    plan = books.plan.header
    body = {"plan": plan.plan, "at": now.isoformat(), "did": books.line(step), "refused": {part: detail}}
    return put(books.scope, "ledger", f"{step.record}/{plan.as_of.isoformat()}/{step.id}/{part}", body)


def look_for(job: Job[Any], rows: Sequence[Row]) -> Flow[dict[RowId, RowResult]]:
    """Rows whose answer was lost, but which have taken hold all the same."""
    keys = {row: row.creates for row in rows if row.creates is not None}
    found = yield from job.writer.find(tuple(dict.fromkeys(keys.values())))
    results: dict[RowId, RowResult] = {}
    for row, key in keys.items():
        refs = found.get(key, ())
        if refs:
            results[row.id] = RowResult(row=row, verdict=Verdict.DONE, ref=refs[0], learned=((key, refs[0]),))
    return results


def bound(scope: str, record: str, source: Ref, target: Ref) -> list[Op]:
    """The rows that bind a canonical id to both sides' names, and the target's name back to it."""
    return [
        put(scope, "binding", record, {"source": str(source), "target": str(target)}),
        put(scope, "alias", str(target), {"record": record}),
    ]


def _delete(scope: str, table: str, key: str) -> Delete:
    return Delete(at=Key(table=table, scope=scope, key=key))


def words(error: BridgeError | None) -> str:
    """An error as a work item tells it."""
    if error is None:
        return "The target did not take it, and did not say why."
    if isinstance(error, RemoteError) and error.fields:
        fields = "; ".join(f"{name}: {text}" for name, text in error.fields.items())
        return f"{error} ({fields})"
    return str(error)

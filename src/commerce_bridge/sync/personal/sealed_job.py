"""A job that shows no personal data: sealed at the ports, so that nobody behind them can let it slip.

Sources, targets and drafts are sealed as they come in; the writer opens what it needs as it goes out.  Between
the two (index, decisions, plan file, freshness, books, work items, events, explanations) there are only keyed
hashes, and none of them needs to know.  A job without personal data is left as it is, and costs nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Generic, TypeVar

from attrs import evolve, frozen

from commerce_bridge.domain.exchange import Cursor, Glimpse, NaturalKey, Observed, Page, Ref, Sighting
from commerce_bridge.domain.record import Record
from commerce_bridge.domain.sealed import is_sealed_text
from commerce_bridge.errors import BridgeError
from commerce_bridge.flow.effects import Flow
from commerce_bridge.mapping import Context
from commerce_bridge.ports.reader import Reader
from commerce_bridge.ports.step import Call, Known, Row, RowResult, Stage, Step
from commerce_bridge.sync.job import Job
from commerce_bridge.sync.personal.clear import Clear
from commerce_bridge.sync.personal.erased import erased_of
from commerce_bridge.sync.personal.scrubbing import scrub_error, unquoted
from commerce_bridge.sync.personal.sealing import seal_of
from commerce_bridge.sync.personal.view import KEYS, View, is_personal

S = TypeVar("S")


def sealed(job: Job[S]) -> Flow[Job[S]]:
    """The same job, of which nobody sees personal data; a job that has none, or is sealed already, as it is.

    Cost: no vendor call; the key and the list of those who were erased are read from the state.
    """
    if not is_personal(job) or isinstance(job.writer, SealedWriter):
        return job
    seal = yield from seal_of(job.scope)
    erased = yield from erased_of(job.scope)
    view = View(job=job, seal=seal, erased=erased)
    return evolve(
        job,
        reader=SealedReader(job.reader, view),
        target_reader=SealedTarget(job.target_reader, view),
        writer=SealedWriter(view),
        drafts=view.drafts,
        natural_keys=view.keys_of,
    )


@frozen
class SealedReader(Generic[S]):
    """Reads the source; values stay in clear, since only `Job.drafts` looks inside."""

    reader: Reader[S]
    view: View[Any]

    def changes(self, cursor: Cursor | None) -> Flow[Page[Sighting[S]]]:
        """One page of what changed, its versions sealed."""
        page = yield from self.reader.changes(cursor)
        items = tuple(self._sighted(one) for one in page.items)
        return evolve(page, items=items, remarks=tuple(unquoted(one) for one in page.remarks))

    def fetch(self, refs: Sequence[Ref]) -> Flow[tuple[Observed[S], ...]]:
        """These records as they stand now, their versions sealed."""
        found = yield from self.reader.fetch(refs)
        return tuple(self._seen(one) for one in found)

    def _sighted(self, one: Sighting[S]) -> Sighting[S]:
        if not isinstance(one, Glimpse):
            return self._seen(one)
        read, version = one.read, self.view.seal.version(one.version)

        def look(body: bytes) -> Observed[S]:
            return self._seen(read(body))

        return evolve(one, version=version, read=look)

    def _seen(self, observed: Observed[S]) -> Observed[S]:
        return self.view.seen(observed)


@frozen
class SealedTarget(SealedReader[Record]):
    """Reads the target, and seals what its records show.

    What was only glimpsed is read at once: a run keeps a glimpse's bytes in a file, and they are in clear.
    """

    def _sighted(self, one: Sighting[Record]) -> Sighting[Record]:
        return self._seen(one.look())

    def _seen(self, observed: Observed[Record]) -> Observed[Record]:
        return evolve(self.view.seen(observed), value=self.view.record(observed.value))


class SealedWriter:
    """Takes sealed steps, and gives their calls to the job's writer with what was read again put back.

    Args:
        view: How the job looks from behind the ports.
        clear: What was read again.
        context: What mappers look at, once it was asked for.
    """

    def __init__(self, view: View[Any], clear: Clear | None = None, context: Context | None = None) -> None:
        self.main_part = view.job.writer.main_part
        self.view = view
        self.clear = clear or Clear()
        self.context = context

    def lower(self, steps: Sequence[Step], known: Known) -> Stage:
        """The calls that can be sent now; their payloads are in clear, all else is sealed."""
        opened = [self.clear.step(step) for step in steps]
        stage = self.view.job.writer.lower(opened, self.clear.known(known))
        by_id = {step.id: step for step in steps}
        return evolve(
            stage,
            calls=tuple(self._call(call) for call in stage.calls),
            waiting=tuple(by_id[step.id] for step in stage.waiting),
        )

    def _call(self, call: Call) -> Call:
        return evolve(call, rows=tuple(self._row(row) for row in call.rows), payload=call)

    def _row(self, row: Row) -> Row:
        return row if row.creates is None else evolve(row, creates=self.view.key(row.creates))

    def send(self, call: Call) -> Flow[tuple[RowResult, ...]]:
        """Send one call; the results, and any error, name nobody."""
        try:
            results = yield from self.view.job.writer.send(call.payload)
        except BridgeError as error:
            scrub_error(error, self.clear.texts)
            raise
        return tuple(self._told(one) for one in results)

    def _told(self, result: RowResult) -> RowResult:
        if result.error is not None:
            scrub_error(result.error, self.clear.texts)
        learned = tuple((self.view.key(key), ref) for key, ref in result.learned)
        return evolve(result, row=self._row(result.row), learned=learned)

    def find(self, keys: Sequence[NaturalKey]) -> Flow[Mapping[NaturalKey, tuple[Ref, ...]]]:
        """The records that these keys name now.

        Cost: as the job's writer; and a whole read of the target for keys that nobody can open, which are those
        of a run that was cut off while it made a record.
        """
        opened = {key: self.clear.key(key) for key in keys}
        blind = {key for key, clear in opened.items() if is_sealed_text(clear.value)}
        asked = tuple(clear for key, clear in opened.items() if key not in blind)
        found: dict[NaturalKey, tuple[Ref, ...]] = {key: () for key in keys}
        if asked:
            named = yield from self.view.job.writer.find(asked)
            found |= {key: tuple(named.get(clear, ())) for key, clear in opened.items() if key not in blind}
        if blind:
            found |= yield from self._searched(blind)
        return found

    def _searched(self, keys: set[NaturalKey]) -> Flow[dict[NaturalKey, tuple[Ref, ...]]]:
        job, found = self.view.job, dict[NaturalKey, list[Ref]]()
        cursor: str | None = None
        while True:
            page = yield from job.target_reader.changes(cursor)
            for one in page.items:
                for key in self.view.record(one.look().value).values[KEYS]:
                    if key in keys:
                        found.setdefault(key, []).append(one.ref)
            if page.next is None:
                return {key: tuple(refs) for key, refs in found.items()}
            cursor = page.next

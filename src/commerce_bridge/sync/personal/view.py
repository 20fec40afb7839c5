"""How a job looks from behind the ports: nothing personal in clear.  Pure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Generic, TypeVar

from attrs import evolve, frozen

from commerce_bridge.domain.exchange import NaturalKey, Observed
from commerce_bridge.domain.fields import AnyField, Field
from commerce_bridge.domain.record import Record
from commerce_bridge.domain.sealed import Sealed
from commerce_bridge.errors import MappingError
from commerce_bridge.mapping import Context, Mapped, Problem
from commerce_bridge.sync.job import Draft, Job
from commerce_bridge.sync.limits import Returning
from commerce_bridge.sync.personal.erased import Erased
from commerce_bridge.sync.personal.scrubbing import scrubbed, texts_of, unquoted, words_of
from commerce_bridge.sync.personal.sealing import Seal

S = TypeVar("S")
T = TypeVar("T")

KEYS: Field[tuple[NaturalKey, ...]] = Field("sealed", "keys")
"""Where a sealed record keeps its natural keys, which only the clear one could tell."""


def is_personal(job: Job[Any]) -> bool:
    """Whether a job carries personal data: its ownership table or its keys say so."""
    return bool(job.personal_keys) or any(name.personal for name in job.ownership.rules)


@frozen(kw_only=True)
class View(Generic[S]):
    """How a job looks from behind the ports.  Pure.

    Args:
        job: The job in clear.
        seal: What seals.
        erased: Those who were erased.
    """

    job: Job[S]
    seal: Seal
    erased: Erased

    def drafts(self, value: S, context: Context) -> tuple[Draft, ...]:
        """The drafts of a source value, sealed; of who was erased only the question what is to be done."""
        drafts = self.job.drafts(value, context)
        return tuple(draft for one in drafts for draft in self._draft(one))

    def _draft(self, draft: Draft) -> Iterable[Draft]:
        keys = tuple(self.key(key) for key in draft.keys)
        erasure = self.erased.find(self.seal, [str(draft.ref)], keys)
        returning = self.job.limits.returning
        if erasure is None or returning is Returning.TAKE:
            yield self._sealed(draft, keys)
        elif returning is Returning.ASK:
            label, mapped = _reference(draft), Mapped(values={})
            yield Draft(
                ref=draft.ref, origin=draft.origin, label=label, mapped=mapped, problems=(erasure.question,)
            )

    def _sealed(self, draft: Draft, keys: tuple[NaturalKey, ...]) -> Draft:
        texts = self.texts_in(draft)
        words = words_of(texts)
        label = scrubbed(draft.label, texts, words)

        def sealed_mapped(mapped: Mapped) -> Mapped:
            return self._mapped(mapped, texts, words)

        return evolve(
            draft,
            label=draft.label if label == draft.label else _reference(draft),
            mapped=sealed_mapped(draft.mapped),
            parts={part: sealed_mapped(one) for part, one in draft.parts.items()},
            asleep={part: sealed_mapped(one) for part, one in draft.asleep.items()},
            keys=keys,
            problems=tuple(self._problem(one, texts, words) for one in draft.problems),
            remarks=tuple(unquoted(scrubbed(one, texts, words)) for one in draft.remarks),
        )

    def _mapped(self, mapped: Mapped, texts: frozenset[str], words: frozenset[str]) -> Mapped:
        values: dict[AnyField, Any] = {}
        problems = [self._problem(one, texts, words) for one in mapped.problems]
        for name, value in mapped.values.items():
            try:
                values[name] = self.value(name, value)
            except MappingError as error:
                problems.append(Problem(code="no-rule", message=str(error), field=name))
        return evolve(mapped, values=values, problems=tuple(problems))

    def _problem(self, problem: Problem, texts: frozenset[str], words: frozenset[str]) -> Problem:
        """A problem that quotes nobody; one about a personal field may quote what was never mapped."""
        name = problem.field
        if name is not None and self._personal(name):
            message = f"{name.text}: {problem.code}. What it says is personal data, and not shown here."
        else:
            message = unquoted(scrubbed(problem.message, texts, words))
        return evolve(problem, message=message)

    def texts_in(self, draft: Draft) -> frozenset[str]:
        """The texts as which a draft's personal values may be quoted."""
        holders = (draft.mapped, *draft.parts.values(), *draft.asleep.values())
        values = [one for held in holders for name, one in held.values.items() if self._personal(name)]
        keys = [key.value for key in draft.keys if key.kind in self.job.personal_keys]
        return texts_of([*values, *keys])

    def record(self, record: Record) -> Record:
        """A record of the target, sealed, with its natural keys."""
        keys = tuple(self.key(key) for key in self.job.natural_keys(record))
        found = self._record(record)
        return evolve(found, values={**found.values, KEYS: keys})

    def _record(self, record: Record) -> Record:
        return evolve(
            record,
            values={name: self.shown(name, value) for name, value in record.values.items()},
            elements={self.seal.element(one): ref for one, ref in record.elements.items()},
            parts={part: self._record(one) for part, one in record.parts.items()},
        )

    def shown(self, name: AnyField, value: Any) -> Any:
        """A field's value as the target shows it; of a kind that nobody can seal, it is like nothing of ours."""
        try:
            return self.value(name, value)
        except MappingError:  # nothing that we write is like it, so any difference will do
            return Sealed(self.seal.name(f"unreadable {name}"))

    def value(self, name: AnyField, value: Any) -> Any:
        """A field's value as it is seen behind the ports.

        Elements are sealed whichever field they are of: what others put on a person's page cannot be told apart.
        """
        if self._personal(name):
            return self.seal.value(name, value)
        return self.seal.elements(value)

    def key(self, key: NaturalKey) -> NaturalKey:
        """A natural key as it is seen behind the ports."""
        return self.seal.key_of(key) if key.kind in self.job.personal_keys else key

    def keys_of(self, record: Record) -> tuple[NaturalKey, ...]:
        """The natural keys of a sealed record: those it was given, else those that clear values tell."""
        kept = record.values.get(KEYS)
        if kept is not None:
            return tuple(kept)
        values = {name: one for name, one in record.values.items() if not isinstance(one, Sealed)}
        keys = self.job.natural_keys(evolve(record, values=values)) if values else ()
        return tuple(key for key in keys if key.kind not in self.job.personal_keys)

    def _personal(self, name: AnyField) -> bool:
        return name.personal or any(one.personal and one == name for one in self.job.ownership.rules)

    def seen(self, observed: Observed[T]) -> Observed[T]:
        """What is not of the value: a version that tells nothing, and problems that quote nobody."""
        about = {unquoted(text): ref for text, ref in observed.concerns.items()}
        return evolve(
            observed,
            version=self.seal.version(observed.version),
            problems=tuple(unquoted(text) for text in observed.problems),
            concerns=about,
        )


def _reference(draft: Draft) -> str:
    """How somebody is called whose name must not be told."""
    return f"{draft.ref.kind} {draft.ref.id}"

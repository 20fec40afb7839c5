"""What is behind the seals, as far as it was read again; for the writer, and for nobody else.  Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, cast

from attrs import evolve, field, frozen

from commerce_bridge.domain.absence import MISSING
from commerce_bridge.domain.exchange import NaturalKey
from commerce_bridge.domain.record import Element, Fact, Note, Picture, Record
from commerce_bridge.domain.sealed import Sealed, is_sealed_text
from commerce_bridge.merge.collections import elements
from commerce_bridge.ports.step import Change, Known, Step
from commerce_bridge.sync.personal.scrubbing import texts_of


@frozen(kw_only=True)
class Clear:
    """What is behind the seals, as far as it was read again.

    Args:
        values: Digest to value.
        elements: Sealed element to element.
        keys: Sealed natural key to natural key.
        whole: Whether all was read again that is there: elements that stay sealed are gone from the target.
    """

    values: Mapping[str, Any] = field(factory=dict[str, Any], repr=False)
    elements: Mapping[Element, Element] = field(factory=dict[Element, Element], repr=False)
    keys: Mapping[NaturalKey, NaturalKey] = field(factory=dict[NaturalKey, NaturalKey], repr=False)
    whole: bool = False

    def value(self, value: Any) -> Any:
        """A value opened; what was not read again stays sealed, but for what it still carries itself."""
        if isinstance(value, Sealed):
            carried = value if value.clear is MISSING else value.clear
            return self.values.get(value.digest, carried)
        ours = elements(value)
        if not ours:
            return value
        found = frozenset(self.elements.get(one, one) for one in ours if self._is_there(one))
        if isinstance(value, frozenset):
            return found.union(one for one in cast("Iterable[Any]", value) if one not in ours)
        return next(iter(found), MISSING)

    def _is_there(self, one: Element) -> bool:
        return not self.whole or one in self.elements or not is_sealed(one)

    def key(self, key: NaturalKey) -> NaturalKey:
        """A natural key opened, as far as it was read again."""
        return self.keys.get(key, key)

    def step(self, step: Step) -> Step:
        """A step opened, for the writer alone."""
        return evolve(
            step,
            changes=tuple(self._change(one) for one in step.changes),
            keys=tuple(self.key(key) for key in step.keys),
            seen=self.record(step.seen) if step.seen is not None else None,
        )

    def _change(self, change: Change) -> Change:
        return evolve(change, before=self.value(change.before), after=self.value(change.after))

    def record(self, record: Record) -> Record:
        """What the target showed, opened."""
        shown = {
            self.elements.get(one, one): ref for one, ref in record.elements.items() if self._is_there(one)
        }
        return evolve(record, elements=shown)

    def known(self, known: Known) -> Known:
        """What is known of the target, opened."""
        return evolve(
            known,
            names={self.key(key): ref for key, ref in known.names.items()},
            seen={record: self.record(one) for record, one in known.seen.items()},
        )

    @property
    def texts(self) -> frozenset[str]:
        """All texts as which it may be quoted."""
        keys = (key.value for key in self.keys.values())
        return texts_of([*self.values.values(), *self.elements.values(), *keys])


def is_sealed(one: Element) -> bool:
    """Whether a text of an element is sealed."""
    if isinstance(one, (Fact, Note)):
        return is_sealed_text(one.value)
    return isinstance(one, Picture) and is_sealed_text(one.digest)


def asks_source(step: Step) -> bool:
    """Whether the writer needs something of the source that the step has sealed."""
    return any(True for _ in _after(step)) or any(is_sealed_text(key.value) for key in step.keys)


def asks_target(step: Step) -> bool:
    """Whether the writer needs something that the target showed, and that the step has sealed."""
    return any(True for _ in _shown(step))


def closed_to(step: Step, clear: Clear, *, begun: bool) -> str | None:
    """Why a step cannot be opened, or None.

    Args:
        step: The step.
        clear: What was read again.
        begun: Whether something of it has taken hold: then the target no longer shows what it did, through us.
    """
    for change, one in _after(step):
        known = one.digest in clear.values if isinstance(one, Sealed) else one in clear.elements
        if not known:
            return f"{change.field.text} is no longer what the source says: plan again"
    if any(is_sealed_text(clear.key(key).value) for key in step.keys):
        return "the source gives it other keys now: plan again"
    if not begun and any(one not in clear.elements for one in _shown(step)):
        return "it was changed on the target since: plan again"
    return None


def _after(step: Step) -> Iterator[tuple[Change, Sealed | Element]]:
    for change in step.changes:
        if isinstance(change.after, Sealed):
            yield change, change.after
        for one in elements(change.after):
            if is_sealed(one):
                yield change, one


def _shown(step: Step) -> Iterator[Element]:
    shown = step.seen.elements if step.seen is not None else ()
    before = (one for change in step.changes for one in elements(change.before))
    yield from (one for one in (*shown, *before) if is_sealed(one))

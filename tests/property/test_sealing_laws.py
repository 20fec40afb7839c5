"""Laws of sealing: it hides every value, tells equal from unequal, and changes nothing of what is written."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

from attrs import evolve, frozen
from hypothesis import event, given
from hypothesis import strategies as st

from commerce_bridge.domain.exchange import NaturalKey
from commerce_bridge.domain.fields import Field
from commerce_bridge.domain.money import Money
from commerce_bridge.domain.record import Fact, Note, Record
from commerce_bridge.domain.sealed import Sealed
from commerce_bridge.flow.play import Crash
from commerce_bridge.flow.state import ByPrefix
from commerce_bridge.mapping import Mapped
from commerce_bridge.merge.collections import alike, elements, standing
from commerce_bridge.ports.step import Change, Known, Step, StepKind
from commerce_bridge.sync.personal.clear import Clear, asks_source, asks_target, closed_to
from commerce_bridge.sync.personal.person import ABOUT, NOBODY
from commerce_bridge.sync.personal.scrubbing import BLANK, scrubbed, texts_of
from commerce_bridge.sync.personal.sealing import Seal, in_clear
from commerce_bridge.sync.plans.codec import decode, encode
from commerce_bridge.sync.plans.lines import segment_line, segment_of
from commerce_bridge.sync.plans.segment import Segment
from rigs.tiny_people import EMAIL, NAME, PHONE, People, Person, TinyRoll

SEAL = Seal(b"a key of thirty-two random bytes")
PLAIN = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12)
ATOMS = st.one_of(PLAIN, st.integers(), st.booleans(), st.decimals(allow_nan=False, allow_infinity=False))
INSTANTS = st.builds(
    lambda at, hours: at.replace(tzinfo=timezone(timedelta(hours=hours))),
    st.sampled_from([datetime(2026, 1, 1, hour) for hour in (0, 1, 2)]),
    st.integers(-2, 2),
)
NUMBERS = st.sampled_from([Decimal(one) for one in ("1", "1.0", "1.00", "10", "1E+1", "0", "-0.0", "0E+9")])
VALUES = st.one_of(
    ATOMS,
    INSTANTS,
    NUMBERS,
    st.builds(Money, NUMBERS, st.sampled_from(["GBP", "EUR"])),
    st.lists(st.one_of(ATOMS, INSTANTS, NUMBERS), min_size=1, max_size=3).map(tuple),
)
ELEMENTS = st.one_of(
    st.builds(Fact, st.sampled_from(["Phone", "Shoe"]), st.sampled_from(["zz-1", "zz-2", "zz-3"])),
    st.builds(
        Note, st.just("n"), st.sampled_from(["k", "l"]), st.sampled_from(["zz-1", "zz-2"]), st.booleans()
    ),
)
SETS = st.frozensets(ELEMENTS, max_size=4)


@given(VALUES, VALUES)
def test_values_seal_equal_if_and_only_if_they_are_equal(one: Any, other: Any):
    same = one == other and _kinds(one) == _kinds(other)
    event("equal" if same else "unequal")
    assert (SEAL.value(EMAIL, one) == SEAL.value(EMAIL, other)) is same
    assert SEAL.value(EMAIL, one) == SEAL.value(EMAIL, one)
    assert SEAL.value(EMAIL, one) != SEAL.value(NAME, one)


def _kinds(value: Any) -> Any:
    """Python takes a truth, a whole number and a decimal for equal; no field holds now one, now another."""
    return tuple(map(type, value)) if isinstance(value, tuple) else type(value)


@given(VALUES)
def test_a_sealed_value_survives_file_and_pickle_as_its_digest_alone(value: Any):
    found = SEAL.value(EMAIL, value)
    assert isinstance(found, Sealed)
    assert not in_clear(found)
    for again in (decode(encode(found)), pickle.loads(pickle.dumps(found))):
        assert again == found
        assert repr(again.clear) == "MISSING"


@given(SETS, SETS, SETS)
def test_collections_are_merged_behind_the_seals_as_they_are_in_clear(
    wanted: frozenset[Any], base: frozenset[Any], shown: frozenset[Any]
):
    hidden = [SEAL.value(PHONE, one) for one in (wanted, base, shown)]
    clear = {SEAL.element(one): one for one in wanted | base | shown}
    assert alike(hidden[0], hidden[1]) is alike(wanted, base)
    found = standing(hidden[0], hidden[1], hidden[2])
    assert frozenset(clear[one] for one in elements(found)) == elements(standing(wanted, base, shown))


@given(PLAIN, st.lists(PLAIN, max_size=4), st.data())
def test_no_value_is_left_in_a_scrubbed_text(around: str, values: list[str], data: st.DataObject):
    texts = texts_of(values)
    parts = data.draw(st.lists(st.sampled_from([around, *values]), max_size=6))
    found = scrubbed("".join(parts), texts)
    assert not [text for text in texts if text in found and text not in BLANK]
    if not texts:
        assert found == "".join(parts)


@st.composite
def steps(draw: st.DrawFn) -> Step:
    """A step with sealed values, elements and keys, and what the target showed."""
    email, name = draw(PLAIN), draw(PLAIN)
    before, after, shown = draw(SETS), draw(SETS), draw(SETS)
    changes = [
        Change(
            field=EMAIL, before=SEAL.value(EMAIL, name), after=SEAL.value(EMAIL, email), owner="a", rule="r"
        ),
        Change(
            field=PHONE, before=SEAL.value(PHONE, before), after=SEAL.value(PHONE, after), owner="a", rule="r"
        ),
    ]
    seen = Record(elements={SEAL.element(one): None for one in shown | before})
    return Step(
        id="s",
        kind=StepKind.CHANGE,
        record="r",
        label="l",
        changes=tuple(draw(st.permutations(changes))[: draw(st.integers(0, 2))]),
        keys=tuple(SEAL.key_of(NaturalKey("email", one)) for one in draw(st.lists(PLAIN, max_size=1))),
        seen=seen if draw(st.booleans()) else None,
    )


@given(steps(), st.booleans())
def test_a_step_that_asks_for_nothing_is_open_and_one_that_asks_is_closed_until_it_is_answered(
    step: Step, begun: bool
):
    (loaded,) = segment_of(segment_line(Segment(steps=(step,), standings=(), watermark=None))).steps
    assert loaded == step
    asks = asks_source(loaded) or (asks_target(loaded) and not begun)
    assert (closed_to(loaded, Clear(), begun=begun) is not None) is asks
    event("asks" if asks else "asks nothing")


@given(steps())
def test_opening_a_step_gives_back_every_value_and_leaves_the_step_sealed(step: Step):
    (loaded,) = segment_of(segment_line(Segment(steps=(step,), standings=(), watermark=None))).steps
    clear = _answered(step)
    assert closed_to(loaded, clear, begun=False) is None
    opened = clear.step(loaded)
    assert "sealed" not in repr([one.after for one in opened.changes])
    assert "sealed" not in repr((opened.keys, opened.seen))
    again = [SEAL.value(one.field, one.after) for one in opened.changes]
    assert again == [one.after for one in loaded.changes]
    assert loaded == step
    known = Known(names={key: None for key in loaded.keys}, seen={"r": loaded.seen} if loaded.seen else {})  # type: ignore[dict-item]
    assert "sealed" not in repr(clear.known(known))


def _answered(step: Step) -> Clear:
    """All that a step has sealed."""
    everything = [Fact(n, v) for n in ("Phone", "Shoe") for v in ("zz-1", "zz-2", "zz-3")]
    notes = [Note("n", k, v, s) for k in "kl" for v in ("zz-1", "zz-2") for s in (True, False)]
    values = {one.after.digest: one.after.clear for one in step.changes if isinstance(one.after, Sealed)}
    values |= {one.before.digest: one.before.clear for one in step.changes if isinstance(one.before, Sealed)}
    opened = {key: NaturalKey("email", "zz") for key in step.keys}
    return Clear(
        values=values,
        elements={SEAL.element(one): one for one in [*everything, *notes]},
        keys=opened,
        whole=True,
    )


# Against a twin in which nothing is personal


@frozen
class Move:
    """Something that happens between two looks."""

    name: str
    do: Callable[[People], None]

    def __repr__(self) -> str:
        return self.name


KEYS = ("1", "2", "3")
NAMES = st.sampled_from(["Zz Ada", "Zz Eve", "Zz Kay"])
PHONES = st.sampled_from(["", "zz-phone-1", "zz-phone-2"])
COUNTRIES = st.sampled_from(["GB", "FR"])


def _edit(key: str, name: str, value: str) -> Move:
    return Move(f"{key}.{name}={value}", lambda people: people.change(key, **{name: value}))


def _address(key: str, turn: int) -> str:
    return f"zz-{key}-{turn}@example.test"


def _their_edit(key: str, name: str, value: Any) -> Move:
    def do(people: People) -> None:
        for row in people.register.rows.values():
            if row["email"].startswith(f"zz-{key}-"):
                row[name] = (
                    [*row["facts"], value]
                    if name == "facts" and value not in row["facts"]
                    else (row["facts"] if name == "facts" else value)
                )

    return Move(f"their {key}.{name}={value}", do)


def _old_plan(key: str, name: str, value: str) -> Move:
    def do(people: People) -> None:
        planned = people.plan()
        people.change(key, **{name: value})
        people.apply(planned)  # behind the seals it is refused, where the other twin writes the old value
        people.sync()

    return Move(f"an old plan, after {key}.{name}={value}", do)


MOVES = st.one_of(
    st.builds(_edit, st.sampled_from(KEYS), st.just("name"), NAMES),
    st.builds(_edit, st.sampled_from(KEYS), st.just("phone"), PHONES),
    st.builds(_edit, st.sampled_from(KEYS), st.just("country"), COUNTRIES),
    st.tuples(st.sampled_from(KEYS), st.integers(0, 2)).map(
        lambda one: _edit(one[0], "email", _address(*one))
    ),
    st.builds(_their_edit, st.sampled_from(KEYS), st.just("name"), NAMES),
    st.builds(_their_edit, st.sampled_from(KEYS), st.just("country"), COUNTRIES),
    st.builds(_their_edit, st.sampled_from(KEYS), st.just("facts"), st.just(["Shoe", "zz-38"])),
    st.builds(_old_plan, st.sampled_from(KEYS), st.just("name"), NAMES),
    st.just(Move("a run", lambda people: people.sync() and None)),
)


def crowd(*, plain: bool = False) -> People:
    people = (Person(key, _address(key, 0), "Zz Ada", "zz-phone-1") for key in KEYS)
    return People(TinyRoll(*people), plain=plain)


def goods(people: People) -> list[tuple[Any, ...]]:
    return sorted(
        (row["email"], row["name"], row["country"], sorted(map(tuple, row["facts"])))
        for row in people.register.rows.values()
    )


@given(st.lists(MOVES, max_size=6))
def test_sealing_changes_nothing_of_what_is_written(moves: list[Move]):
    hidden, plain = crowd(), crowd(plain=True)
    for people in (hidden, plain):
        for move in moves:
            move.do(people)
        people.sync()
        people.sync()
    assert goods(hidden) == goods(plain)
    assert hidden.plan().is_empty
    assert "sealed" not in repr(hidden.register.sent)
    event("an old plan" if any("old plan" in repr(one) for one in moves) else "no old plan")


@given(st.lists(MOVES, max_size=4), st.integers(0, 60), st.booleans())
def test_nothing_personal_is_in_plan_or_state_whatever_happens_and_wherever_it_dies(
    moves: list[Move], number: int, after: bool
):
    people = crowd()
    for move in moves:
        move.do(people)
    planned = people.plan()
    try:
        people.apply(planned, crash_at=number, crash_after=after)
        event("ran to its end")
    except Crash:
        event("died")
    assert b"zz" not in Path(planned.file.path).read_bytes().lower()
    rows = [
        row
        for table in {*ABOUT, *NOBODY}
        for row in people.state.load(ByPrefix(table=table, scope="people", limit=10_000))
    ]
    assert "zz" not in repr(rows).lower()
    people.sync()
    people.sync()
    assert people.plan().is_empty
    assert people.register.made == len(KEYS)


@given(VALUES, st.sampled_from(["label", "message", "key"]))
def test_whatever_a_draft_says_of_its_values_is_scrubbed(value: Any, place: str):
    field: Field[Any] = Field("person", "email", personal=True)
    texts = texts_of([value])
    from commerce_bridge.sync.personal.sealed_job import sealed
    from commerce_bridge.sync.personal.view import View

    people = crowd()
    behind = people.run(sealed(people.job))
    view: View[Any] = behind.writer.view
    said = " / ".join(["told", *texts])
    draft = evolve(
        people.job.drafts(people.roll.people["1"], None)[0],  # type: ignore[arg-type]
        label=said if place == "label" else "1",
        mapped=Mapped(values={field: value}),
        remarks=(said,) if place == "message" else (),
        keys=(NaturalKey("email", said),) if place == "key" else (),
    )
    (found,) = evolve(view, job=evolve(view.job, drafts=lambda one, context: (draft,))).drafts(None, None)  # type: ignore[arg-type]
    told = f"{found.label} {found.remarks} {found.keys}"
    assert not [
        text
        for text in texts
        if text in told and text not in f"person 1 told {BLANK} email" and len(text) > 6
    ]

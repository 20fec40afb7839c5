"""Every rule in every kind of case, and every mistake with a rule, held against golden files.

A rule is data: its name, version and parameters go into plans and fingerprints.  A line that changes here is a rule
that decides otherwise, and wants a higher version.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any

from commerce_bridge.domain.absence import CLEARED, MISSING
from commerce_bridge.domain.consent import Consent, ConsentState, Medium, consent_field
from commerce_bridge.domain.fields import Field
from commerce_bridge.domain.record import Fact
from commerce_bridge.errors import MappingError
from commerce_bridge.merge import (
    Case,
    Ownership,
    Rule,
    append_only,
    by_field,
    consent_of,
    custom,
    decide,
    elements_of,
    first_of,
    maximum,
    newest,
    owned_by,
    show,
    three_way,
    union,
    until_edited,
    when,
    written_once,
)
from commerce_bridge.merge.consent import merge, register
from commerce_bridge.merge.linting import decides_all, never_asked, sides_of
from rigs.golden import held

NAME = Field[str]("thing", "name")
SIZE = Field[int]("thing", "size")
TAGS = Field[frozenset[Fact]]("thing", "tags")
MAIL = consent_field(Medium.EMAIL)
NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def tags(*words: str) -> frozenset[Fact]:
    return frozenset(Fact("tag", word) for word in words)


def rules() -> list[Rule]:
    """One of each, and each way to put them together."""
    marked = when("it is marked", lambda case: case.standing == "b", owned_by("shop"))
    return [
        owned_by("src"),
        owned_by("shop"),
        written_once("src"),
        until_edited("src", "shop"),
        elements_of("src"),
        three_way("src", "shop"),
        three_way("shop", "src"),
        newest("src", MINUTE),
        newest("shop", MINUTE),
        maximum("src"),
        maximum("src", key=show, name="the last by spelling"),
        union("src"),
        union("shop"),
        append_only("src"),
        consent_of("shop"),
        custom("shouted", 3, "src", lambda case: show(case.wanted).upper()),
        custom("silent", 1, "src", lambda case: None),
        custom("left", 1, "src", lambda case: MISSING),
        marked,
        when("it is noon", lambda case: True, newest("src", MINUTE)),
        when("it is noon", lambda case: True, three_way("src", "shop")),
        first_of(marked, written_once("src"), owned_by("src")),
        by_field({NAME: marked, TAGS: elements_of("src")}, otherwise=three_way("src", "shop")),
    ]


def cases(name: Any, values: Iterable[Any]) -> list[Case]:
    """What was agreed, what the source says, what the target shows: each of these, or nothing."""
    stamps = [{}, {"src": NOON, "shop": NOON + MINUTE}, {"src": NOON + 3 * MINUTE, "shop": NOON}]
    found = [
        Case(
            field=name,
            base=base,
            sides={"src": wanted, "shop": shown},
            source="src",
            target="shop",
            changed_at=stamps[number % 3],
        )
        for number, (base, wanted, shown) in enumerate(product([MISSING, CLEARED, *values], repeat=3))
    ]
    new = Case(
        field=name,
        base=MISSING,
        sides={"src": next(iter(values)), "shop": MISSING},
        source="src",
        target="shop",
        is_new=True,
    )
    return [*found, new]


def answered(asked: Callable[[], object]) -> str:
    try:
        return str(asked())
    except MappingError as error:
        return f"! {error}"


def decided(rule: Rule, case: Case) -> str:
    decision = rule(case)
    if decision is None:
        return "nothing to say"
    told = f"{show(decision.value)} of {decision.owner}, {decision.rule}"
    return f"{told}, not {decision.loser}: {decision.reason}"


def table(name: Any, values: Iterable[Any]) -> str:
    lines: list[str] = []
    for rule in rules():
        lines.append(rule.label)
        for case in cases(name, values):
            said = " / ".join(show(one) for one in (case.base, case.wanted, case.standing))
            lines.append(f"    {said}: {answered(lambda rule=rule, case=case: decided(rule, case))}")
    return "\n".join(lines)


def test_what_each_rule_is():
    lines = [
        f"{rule.fingerprint}\n    {rule.label}; always {rule.always}; sides {sorted(set(sides_of(rule, NAME)))} of a name, "
        f"{sorted(set(sides_of(rule, TAGS)))} of tags; decides all {decides_all(rule, NAME)}, {decides_all(rule, TAGS)}"
        for rule in rules()
    ]
    held("merge-rules.txt", "\n".join(lines))


def test_what_each_rule_decides_of_a_word():
    held("merge-words.txt", table(NAME, ["a", "b"]))


def test_what_each_rule_decides_of_a_number():
    held("merge-numbers.txt", table(SIZE, [3, 10]))


def test_what_each_rule_decides_of_elements():
    held("merge-elements.txt", table(TAGS, [tags("x"), tags("x", "y")]))


def test_what_is_found_in_a_table_of_rules():
    inner = first_of(owned_by("src"), written_once("src"))
    table = Ownership(
        pair="the source and the shop",
        rules={
            NAME: first_of(when("new", lambda case: case.is_new, inner), owned_by("moon"), owned_by("src")),
            SIZE: by_field({SIZE: inner}, otherwise=three_way("src", "moon")),
            TAGS: when("new", lambda case: case.is_new, first_of(inner, union("sun"))),
            MAIL: owned_by("src"),
        },
    )
    lines = [*table.lint([NAME, SIZE, Field[str]("thing", "colour")], ["src", "shop"]), str(table)]
    lines += [f"{name}: {why}" for name, rule in table.rules.items() for why in never_asked(rule, name)]
    held("merge-lint.txt", "\n".join(lines))


def word(
    state: ConsentState, minutes: int = 0, *, medium: Medium = Medium.EMAIL, evidence: str = "form"
) -> Consent:
    return Consent(medium=medium, state=state, source="src", at=NOON + minutes * MINUTE, evidence=evidence)


def mistakes() -> list[tuple[str, Callable[[], object]]]:
    case = next(one for one in cases(NAME, ["a", "b"]) if (one.wanted, one.standing) == ("a", "b"))
    table = Ownership(pair="the source and the shop", rules={MAIL: owned_by("src")})
    yes, no = word(ConsentState.OPTED_IN), word(ConsentState.OPTED_OUT)
    return [
        ("a rule without a name", lambda: custom(" ", 1, "src", lambda case: "x")),
        ("no rules", first_of),
        ("both sides alike", lambda: three_way("src", "src")),
        ("clocks less than together", lambda: newest("src", -MINUTE)),
        ("a maximum without a name", lambda: maximum("src", key=len)),
        ("an owner who is no side", lambda: decide(case, owned_by("moon"))),
        ("nothing to say at all", lambda: decide(case, custom("silent", 1, "src", lambda case: None))),
        ("words joined", lambda: decide(case, union("src"))),
        ("a field without an owner", lambda: table.rule(NAME)),
        ("consent that is written", lambda: table.rule(MAIL)),
        ("two media", lambda: merge(yes, word(ConsentState.OPTED_IN, medium=Medium.SMS), skew=MINUTE)),
        ("a negative bound", lambda: register({}, [yes, no], now=NOON, skew=-MINUTE)),
    ]


def test_what_mistakes_with_rules_are_answered_with():
    held("merge-mistakes.txt", "\n".join(f"{what}\n    {answered(asked)}" for what, asked in mistakes()))


def test_what_comes_of_consents():
    words = [
        word(state, minutes, evidence=evidence)
        for state, minutes, evidence in product(ConsentState, (-10, 0, 1, 10), ("form", ""))
    ]
    lines: list[str] = []
    for known, heard in product(words, repeat=2):
        (verdict,) = register({Medium.EMAIL: known}, [heard], now=NOON, skew=MINUTE).verdicts
        stands = verdict.stands
        assert stands is not None
        told = ", ".join(
            f"{one.state.value} {one.at:%H:%M} {one.evidence!r}" for one in (known, heard, stands)
        )
        lines.append(f"{told}; taken {verdict.taken}: {verdict.reason}")
    held("merge-consents.txt", "\n".join(lines))


def test_a_word_that_is_refused_does_not_stop_the_next():
    ahead, out = word(ConsentState.OPTED_IN, 10), word(ConsentState.OPTED_OUT)
    registered = register({}, [ahead, out], now=NOON, skew=MINUTE)
    assert [one.taken for one in registered.verdicts] == [False, True]
    assert registered.consents == {Medium.EMAIL: out}


def test_a_case_and_a_decision_are_written_without_what_is_personal():
    plain = next(iter(cases(NAME, ["a"])))
    assert repr(plain).startswith("Case(field=")
    secret = Case(
        field=MAIL, base="x-base", sides={"src": "x-src", "shop": "x-shop"}, source="src", target="shop"
    )
    decision = decide(secret, consent_of("shop"))
    assert "x-" not in f"{secret!r} {decision!r} {decision}"
    held("merge-written.txt", f"{plain!r}\n{secret!r}\n{decision!r}")

"""The register of consent: which word stands, why, and that no sync writes it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from attrs import evolve

from commerce_bridge.domain.absence import CLEARED, MISSING
from commerce_bridge.domain.consent import Consent, ConsentState, Medium, consent_field, is_consent
from commerce_bridge.domain.fields import Field
from commerce_bridge.errors import MappingError
from commerce_bridge.merge import consent_of, decide
from commerce_bridge.merge.consent import merge, register
from rigs.cases import case

NOON = datetime(2026, 11, 2, 12, 0, tzinfo=UTC)
SKEW = timedelta(minutes=5)
IN, OUT = ConsentState.OPTED_IN, ConsentState.OPTED_OUT


def word(state: ConsentState, minutes: int = 0, evidence: str = "form 7", **more: Any) -> Consent:
    at = NOON + timedelta(minutes=minutes)
    usual: dict[str, Any] = {"medium": Medium.EMAIL, "source": "shop"}
    return Consent(state=state, at=at, evidence=evidence, **{**usual, **more})


@pytest.mark.parametrize(
    ("known", "heard", "taken", "reason"),
    [
        (word(IN), word(OUT, 6), True, "a newer opt-out"),
        (word(OUT), word(IN, 6), True, "an opt-in with newer evidence"),
        (word(OUT), word(IN, 6, evidence=""), False, "an opt-in without evidence never replaces an opt-out"),
        (word(OUT), word(IN, 6, evidence=" "), False, "an opt-in without evidence never replaces an opt-out"),
        (word(IN, evidence=""), word(OUT, -60), True, "an opt-in without evidence never replaces an opt-out"),
        (word(IN), word(OUT, -6), False, "an opt-in with newer evidence"),
        (word(OUT), word(IN, -6), False, "a newer opt-out"),
        (word(IN), word(OUT, 6, evidence=""), True, "a newer opt-out"),
        (word(OUT), word(OUT, 1), True, "the latest of the same words"),
        (word(OUT, 1), word(OUT), False, "the latest of the same words"),
        (word(OUT, evidence=""), word(OUT, -1), False, "the latest of the same words"),
        (word(IN), word(IN, 1), True, "the latest of the same words"),
        (word(IN), word(IN, 1, evidence=""), False, "the latest of the same words"),
        (word(IN, 1, evidence=""), word(IN), True, "the latest of the same words"),
    ],
)
def test_which_word_stands_and_why(known: Consent, heard: Consent, taken: bool, reason: str):
    told = register({Medium.EMAIL: known}, [heard], now=NOON + timedelta(days=1), skew=SKEW)
    assert told.consents == {Medium.EMAIL: heard if taken else known}
    (verdict,) = told.verdicts
    assert (verdict.heard, verdict.stands, verdict.taken) == (heard, told.consents[Medium.EMAIL], taken)
    assert verdict.reason == reason
    assert merge(known, heard, skew=SKEW) == merge(heard, known, skew=SKEW) == verdict.stands


@pytest.mark.parametrize("minutes", [-5, -1, 0, 1, 5])
def test_inside_the_bound_of_two_clocks_the_opt_out_stands(minutes: int):
    told = register({Medium.EMAIL: word(OUT)}, [word(IN, minutes)], now=NOON + timedelta(days=1), skew=SKEW)
    assert told.consents[Medium.EMAIL].state is OUT
    assert (
        told.verdicts[0].reason == "said within 0:05:00 of each other, too close for two clocks: the opt-out"
    )


def test_with_one_clock_the_least_later_opt_in_stands_and_one_at_the_same_instant_does_not():
    later = evolve(word(IN), at=NOON + timedelta(microseconds=1))
    assert merge(word(OUT), later, skew=timedelta(0)) == later
    assert merge(word(OUT), word(IN), skew=timedelta(0)).state is OUT


def test_words_on_each_medium_stand_by_themselves():
    heard = [word(IN), word(OUT, medium=Medium.SMS)]
    told = register({}, heard, now=NOON, skew=SKEW)
    assert told.consents == {Medium.EMAIL: heard[0], Medium.SMS: heard[1]}
    assert [one.reason for one in told.verdicts] == ["the first word on email", "the first word on sms"]
    with pytest.raises(MappingError, match="by email says nothing about consent by sms"):
        merge(*heard, skew=SKEW)


def test_what_was_known_is_not_changed_but_made_anew():
    known = {Medium.EMAIL: word(IN)}
    register(known, [word(OUT, 60)], now=NOON + timedelta(days=1), skew=SKEW)
    assert known == {Medium.EMAIL: word(IN)}


def test_an_opt_in_from_the_future_is_refused_because_it_would_outlive_every_opt_out():
    early = word(IN, 6)
    told = register({}, [early], now=NOON, skew=SKEW)
    assert told.consents == {}
    (verdict,) = told.verdicts
    assert (verdict.heard, verdict.stands, verdict.taken) == (early, None, False)
    assert verdict.reason == "it is said to be given in the future"
    assert register({}, [word(IN, 5)], now=NOON, skew=SKEW).verdicts[0].taken
    told = register({Medium.EMAIL: word(OUT)}, [word(IN, 9)], now=NOON, skew=SKEW)
    assert told.verdicts[0].stands == told.consents[Medium.EMAIL] == word(OUT)


def test_an_opt_out_from_the_future_counts_as_said_now_and_does_not_outlive_every_opt_in():
    told = register({}, [word(OUT, 60 * 24 * 365)], now=NOON, skew=SKEW)
    assert told.consents == {Medium.EMAIL: word(OUT)}
    again = register(told.consents, [word(IN, 6)], now=NOON + timedelta(minutes=6), skew=SKEW)
    assert again.consents[Medium.EMAIL].state is IN
    assert register({}, [word(OUT, 5)], now=NOON, skew=SKEW).consents == {Medium.EMAIL: word(OUT, 5)}


def test_a_bound_is_never_negative():
    for ask in (
        lambda: merge(word(IN), word(OUT), skew=-SKEW),
        lambda: register({}, [], now=NOON, skew=-SKEW),
    ):
        with pytest.raises(MappingError, match="never negative"):
            ask()


def test_of_two_words_at_one_instant_the_same_stands_whichever_comes_first():
    for one, other in (
        (word(OUT, evidence="a"), word(OUT, evidence="b")),
        (word(IN, source="crm"), word(IN, source="shop")),
        (word(OUT, source="crm"), word(OUT, source="shop")),
    ):
        assert merge(one, other, skew=SKEW) == merge(other, one, skew=SKEW) == other


def test_an_instant_needs_a_zone():
    with pytest.raises(ValueError, match="expected an instant with a zone"):
        evolve(word(IN), at=datetime(2026, 11, 2))


def test_evidence_is_in_no_text():
    one = word(IN, evidence="ada@example.com ticked the box")
    told = register({}, [one], now=NOON, skew=SKEW)
    for text in (repr(one), str(one), repr(told), str(told)):
        assert "ada" not in text
    assert str(one) == "email opted in 2026-11-02 12:00+00:00 (shop)"


def test_a_field_of_consent_is_personal_and_known_by_its_name():
    field = consent_field(Medium.SMS)
    assert str(field) == "customer.consent_sms"
    assert field.personal
    assert str(consent_field(Medium.EMAIL, "subscriber")) == "subscriber.consent_email"
    assert is_consent(field)
    assert is_consent(Field[bool]("person", "consent_to_everything"))
    assert not is_consent(Field[str]("person", "content"))
    assert not is_consent(Field[str]("consent_form", "name"))


@pytest.mark.parametrize("side", ["src", "shop"])
@pytest.mark.parametrize("wanted", [word(IN), word(OUT), MISSING, CLEARED])
@pytest.mark.parametrize("standing", [word(OUT, 9), MISSING, CLEARED])
@pytest.mark.parametrize("new", [False, True])
def test_a_sync_never_writes_consent(side: str, wanted: Any, standing: Any, new: bool):
    one = case(wanted, standing, field=consent_field(Medium.EMAIL), is_new=new)
    made = decide(one, consent_of(side))
    assert not made.changes(standing)
    assert made.owner == "shop"
    assert made.rule == "consent"
    assert made.reason == "consent has a register of its own, which no sync writes"
    assert "form" not in repr(made)


def test_the_rule_is_printed_with_the_side_that_keeps_the_register():
    assert consent_of("src").owner == "src"
    assert consent_of("src").fingerprint != consent_of("shop").fingerprint
    with pytest.raises(MappingError, match="'desk', which is no side"):
        decide(case(1, 2), consent_of("desk"))

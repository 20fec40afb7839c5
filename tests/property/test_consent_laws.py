"""Laws of the register of consent: newer opt-outs win, whatever the order, however often a word is heard."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from functools import reduce
from itertools import permutations

from hypothesis import Phase, event, given, seed, settings
from hypothesis import strategies as st

from commerce_bridge.domain.absence import MISSING
from commerce_bridge.domain.consent import Consent, ConsentState, Medium, consent_field
from commerce_bridge.merge import Ownership, consent_of, decide
from commerce_bridge.merge.consent import merge, register
from rigs.cases import case

NOON = datetime(2026, 11, 2, 12, 0, tzinfo=UTC)
LATER = NOON + timedelta(days=1)
IN, OUT = ConsentState.OPTED_IN, ConsentState.OPTED_OUT

minutes = st.integers(-12, 12)
skews = st.integers(0, 6).map(lambda count: timedelta(minutes=count))
words = st.builds(
    Consent,
    medium=st.just(Medium.EMAIL),
    state=st.sampled_from(ConsentState),
    at=minutes.map(lambda count: NOON + timedelta(minutes=count)),
    source=st.sampled_from(["src", "shop"]),
    evidence=st.sampled_from(["", " ", "form 7", "call"]),
)
media = st.sampled_from([Medium.EMAIL, Medium.SMS])
heard = st.lists(words, min_size=1, max_size=4)


def oracle(said: list[Consent], skew: timedelta) -> ConsentState:
    """What a person reading all words at once would say."""
    outs = [one.at for one in said if one.state is OUT]
    proven = [one.at for one in said if one.state is IN and one.evidence.strip()]
    if not outs:
        return IN
    return IN if proven and max(proven) > max(outs) + skew else OUT


def kind_of(said: list[Consent]) -> str:
    return "a conflict" if {one.state for one in said} == {IN, OUT} else "no conflict"


def test_a_tenth_of_what_is_heard_and_more_holds_a_conflict():
    found: Counter[str] = Counter()

    @seed(20261102)
    @settings(database=None, phases=[Phase.generate], derandomize=False)
    @given(heard, skews)
    def look(said: list[Consent], skew: timedelta) -> None:
        found[kind_of(said)] += 1
        found[oracle(said, skew).value] += 1

    look()
    total = found["a conflict"] + found["no conflict"]
    assert total >= 50
    for kind in ("a conflict", IN.value, OUT.value):
        assert found[kind] >= total / 10, found


@given(heard, skews)
def test_what_stands_is_what_a_reader_of_all_words_would_say(said: list[Consent], skew: timedelta):
    event(kind_of(said))
    stands = register({}, said, now=LATER, skew=skew).consents[Medium.EMAIL]
    assert stands.state is oracle(said, skew)
    assert stands in said


@given(heard, skews)
def test_the_order_in_which_words_are_heard_does_not_matter(said: list[Consent], skew: timedelta):
    event(kind_of(said))
    found = {register({}, order, now=LATER, skew=skew).consents[Medium.EMAIL] for order in permutations(said)}
    assert len(found) == 1


@given(words, words, words, skews)
def test_words_may_be_merged_in_any_grouping(one: Consent, two: Consent, three: Consent, skew: timedelta):
    left = merge(merge(one, two, skew=skew), three, skew=skew)
    right = merge(one, merge(two, three, skew=skew), skew=skew)
    assert left == right == reduce(lambda a, b: merge(a, b, skew=skew), [three, one, two])
    assert merge(one, two, skew=skew) == merge(two, one, skew=skew)
    assert merge(one, one, skew=skew) == one


@given(heard, skews)
def test_a_word_that_is_heard_again_changes_nothing(said: list[Consent], skew: timedelta):
    once = register({}, said, now=LATER, skew=skew).consents
    again = register(once, [*said, *said], now=LATER, skew=skew).consents
    assert again == once


@given(heard, words, skews)
def test_a_newer_opt_out_always_wins(said: list[Consent], last: Consent, skew: timedelta):
    """And one as new as the newest opt-in, as far as two clocks can tell."""
    newest = max(one.at for one in said)
    out = Consent(medium=last.medium, state=OUT, at=max(last.at, newest - skew), source=last.source)
    event("there was an opt-in" if any(one.state is IN for one in said) else "there was none")
    known = register({}, said, now=LATER, skew=skew).consents
    assert register(known, [out], now=LATER, skew=skew).consents[Medium.EMAIL].state is OUT


@given(heard, words, skews)
def test_an_opt_in_after_an_opt_out_needs_newer_evidence(said: list[Consent], word: Consent, skew: timedelta):
    known = register({}, said, now=LATER, skew=skew).consents
    before = known[Medium.EMAIL]
    after = register(known, [word], now=LATER, skew=skew).consents[Medium.EMAIL]
    event(f"{before.state.value} then {after.state.value}")
    if before.state is OUT and after.state is IN:
        assert after == word
        assert word.evidence.strip()
        assert word.at - before.at > skew


@given(heard, media, skews, minutes)
def test_a_word_on_one_medium_says_nothing_about_another(
    said: list[Consent], medium: Medium, skew: timedelta, later: int
):
    other = {Medium.PHONE: Consent(medium=Medium.PHONE, state=IN, at=NOON, source="src", evidence="call")}
    told = register(other, said, now=LATER + timedelta(minutes=later), skew=skew)
    assert told.consents[Medium.PHONE] == other[Medium.PHONE]
    assert len(told.verdicts) == len(said)
    for verdict in told.verdicts:
        assert verdict.taken == (verdict.stands == verdict.heard)
        assert verdict.reason


@given(heard, skews, minutes)
def test_no_word_from_the_future_outlives_the_words_after_it(
    said: list[Consent], skew: timedelta, minute: int
):
    now = NOON + timedelta(minutes=minute)
    told = register({}, said, now=now, skew=skew)
    early = [one for one in said if one.at > now + skew]
    event("a word was early" if early else "none was early")
    for one in told.consents.values():
        assert one.at <= now + skew
    out = Consent(medium=Medium.EMAIL, state=OUT, at=now, source="src")
    assert register(told.consents, [out], now=now, skew=skew).consents[Medium.EMAIL].state is OUT


@given(st.one_of(words, st.just(MISSING)), st.one_of(words, st.just(MISSING)), st.booleans())
def test_a_bulk_sync_never_touches_consent(wanted: object, standing: object, new: bool):
    field = consent_field(Medium.EMAIL)
    table = Ownership(pair="src and shop", rules={field: consent_of("src")})
    one = case(wanted, standing, field=field, is_new=new)
    made = decide(one, table.rule(field))
    assert not made.changes(standing)
    assert made.owner == "shop"

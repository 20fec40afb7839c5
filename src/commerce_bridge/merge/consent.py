"""The register of consent: a newer opt-out always wins, an opt-in needs newer evidence.

What stands does not hang on the order in which words are heard: each pair of words has one that stands, and
joining all of them in any order, any number of times, gives the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from attrs import evolve, frozen

from commerce_bridge.domain.consent import Consent, ConsentState, Medium
from commerce_bridge.errors import MappingError
from commerce_bridge.merge.case import Case, Decision, stands
from commerce_bridge.merge.comparing import check_skew
from commerce_bridge.merge.rules import Rule


@frozen(kw_only=True)
class Verdict:
    """What came of one word that was heard.

    Args:
        heard: The word.
        stands: What stands on its medium now, or None where nothing does.
        reason: Why, in words.
    """

    heard: Consent
    stands: Consent | None
    reason: str

    @property
    def taken(self) -> bool:
        """Whether the word that was heard is the one that stands."""
        return self.stands == self.heard


@frozen(kw_only=True)
class Registered:
    """A person's consents after some words were heard.

    Args:
        consents: What stands, by medium.
        verdicts: What came of each word, in the order heard.
    """

    consents: Mapping[Medium, Consent]
    verdicts: tuple[Verdict, ...]


def register(
    known: Mapping[Medium, Consent], heard: Iterable[Consent], *, now: datetime, skew: timedelta
) -> Registered:
    """What stands of a person's consents once some more words are heard.

    An opt-in from the future is refused, because it would outlive every opt-out until then; an opt-out from the
    future counts as said now.

    Args:
        known: What stands so far, by medium.
        heard: Words of the same person, in any order.
        now: The instant; aware.
        skew: How far apart any two clocks may be.

    Raises:
        MappingError: The bound is negative.
    """
    check_skew(skew)
    consents = dict(known)
    verdicts: list[Verdict] = []
    for one in heard:
        standing = consents.get(one.medium)
        if one.at - now > skew and one.state is ConsentState.OPTED_IN:
            verdicts.append(
                Verdict(heard=one, stands=standing, reason="it is said to be given in the future")
            )
            continue
        word = evolve(one, at=now) if one.at - now > skew else one
        if standing is None:
            winner, reason = word, f"the first word on {one.medium.value}"
        else:
            winner, reason = _weighed(standing, word, skew)
        consents[one.medium] = winner
        verdicts.append(Verdict(heard=word, stands=winner, reason=reason))
    return Registered(consents=consents, verdicts=tuple(verdicts))


def merge(one: Consent, other: Consent, *, skew: timedelta) -> Consent:
    """Which of two words of one person on one medium stands; the same whichever is given first.

    Args:
        one: A word.
        other: Another.
        skew: How far apart the clocks of the two sources may be.

    Raises:
        MappingError: They are about different media, or the bound is negative.
    """
    check_skew(skew)
    if one.medium is not other.medium:
        raise MappingError(
            f"Consent by {one.medium.value} says nothing about consent by {other.medium.value}.",
            hint="Merge the words on each medium by themselves, or give all of them to register().",
        )
    return _weighed(one, other, skew)[0]


def consent_of(side: str) -> Rule:
    """The rule for fields of consent: what the target shows stays, and no sync ever writes it.

    Args:
        side: The side that keeps the register, as printed in the ownership table.
    """

    def decide(case: Case) -> Decision:
        case.offered(side)
        return stands(case, case.target, "consent", "consent has a register of its own, which no sync writes")

    return Rule("consent", 1, side, decide, always=True)


def _weighed(one: Consent, other: Consent, skew: timedelta) -> tuple[Consent, str]:
    """Which of two words stands, and why."""
    if one.state is other.state:
        return max(one, other, key=_weight), "the latest of the same words"
    stays, comes = (one, other) if one.state is ConsentState.OPTED_OUT else (other, one)
    if not comes.is_proven:
        return stays, "an opt-in without evidence never replaces an opt-out"
    gap = comes.at - stays.at
    if gap > skew:
        return comes, "an opt-in with newer evidence"
    if gap < -skew:
        return stays, "a newer opt-out"
    return stays, f"said within {skew} of each other, too close for two clocks: the opt-out"


def _weight(word: Consent) -> tuple[bool, datetime, str, str]:
    """Orders words of one state; of opt-ins, one with evidence counts before a later one without."""
    proven = word.state is ConsentState.OPTED_IN and word.is_proven
    return (proven, word.at, word.evidence, word.source)

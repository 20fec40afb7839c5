"""Readiness: what a listing must have before it goes to a store.  A rule that users change."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import TypeAlias

from attrs import frozen

from commerce_bridge.domain.market import Market
from commerce_bridge.domain.money import TaxBasis
from commerce_bridge.domain.rights import RightsKind
from commerce_bridge.domain.title import Listing, Status, TextKind
from commerce_bridge.publishing.choice import choose_cover, choose_text
from commerce_bridge.publishing.prices import NoPrice, choose_price


@frozen(kw_only=True)
class Moment:
    """When and where readiness is asked for.

    Args:
        now: An aware instant.
        market: The market.
        rights_unknown: Whether a format may be sold where it is not forbidden, when the source states nowhere
            that it is for sale.
    """

    now: datetime
    market: Market
    rights_unknown: bool = False


Test: TypeAlias = Callable[[Listing, Moment], str | None]
"""Answers what is lacking, in words with what to try, or None."""


@frozen
class Check:
    """One thing a listing must have.

    Args:
        code: Short and stable, such as ``no-cover``.
        test: Answers what is lacking.
        version: Raised whenever the same listing gives another answer.
    """

    code: str
    test: Test
    version: int = 1


@frozen
class Lack:
    """What a listing lacks.

    Args:
        code: The check's code.
        message: In words, with what to try.
    """

    code: str
    message: str


@frozen
class Readiness:
    """The checks a listing has to pass; a value that users extend or shorten."""

    checks: tuple[Check, ...]

    def lacks(self, listing: Listing, moment: Moment) -> tuple[Lack, ...]:
        """Everything a listing lacks, at once."""
        answers = ((check.code, check.test(listing, moment)) for check in self.checks)
        return tuple(Lack(code, answer) for code, answer in answers if answer is not None)

    def without(self, *codes: str) -> Readiness:
        """The same, without these checks."""
        return Readiness(tuple(check for check in self.checks if check.code not in codes))

    def plus(self, checks: Iterable[Check]) -> Readiness:
        """The same, with further checks."""
        return Readiness((*self.checks, *checks))

    @property
    def fingerprint(self) -> str:
        """Text that changes when a check does."""
        return ",".join(f"{check.code}@{check.version}" for check in self.checks)


DESCRIBING = (TextKind.DESCRIPTION, TextKind.SHORT_DESCRIPTION, TextKind.COVER_COPY)

UNSOLD = frozenset({Status.CANCELLED, Status.POSTPONED, Status.UNKNOWN, Status.UNSPECIFIED})


def _isbn(listing: Listing, moment: Moment) -> str | None:
    lacking = [one for one in listing.formats if one.isbn is None]
    return "It has no valid ISBN: assign one at the publisher, or mend its check digit." if lacking else None


def _name(listing: Listing, moment: Moment) -> str | None:
    return None if listing.title.name.strip() else "It has no title: enter one at the publisher."


def _form(listing: Listing, moment: Moment) -> str | None:
    lacking = [one for one in listing.formats if one.form is None]
    return (
        "Its form (hardback, paperback, …) is not stated: choose one at the publisher." if lacking else None
    )


def _cover(listing: Listing, moment: Moment) -> str | None:
    cover = choose_cover(listing, moment.now, moment.market.time_zone)
    return (
        None
        if cover
        else "It has no approved front cover that may be shown now: approve one at the publisher."
    )


def _description(listing: Listing, moment: Moment) -> str | None:
    text = choose_text(listing, DESCRIBING, moment.now, moment.market.time_zone)
    return None if text else "It has no approved description that may be shown now: write or approve one."


def _released(listing: Listing, moment: Moment) -> str | None:
    kept = [one for one in listing.formats if not one.feed_allowed]
    return "The publisher keeps it out of all feeds: allow it there when it is ready." if kept else None


def _status(listing: Listing, moment: Moment) -> str | None:
    statuses = {one.status for one in listing.formats}
    unsold = statuses & UNSOLD
    if not unsold or unsold != statuses:
        return None
    names = ", ".join(sorted(status.name.lower() for status in unsold))
    return f"Its publishing status is {names}: it goes to the store once it is forthcoming or active."


def _date(listing: Listing, moment: Moment) -> str | None:
    forthcoming = [
        one for one in listing.formats if one.status is Status.FORTHCOMING and one.publication_date is None
    ]
    return "It is forthcoming, and has no publication date: enter one." if forthcoming else None


def _price(listing: Listing, moment: Moment) -> str | None:
    """A price in the market's currency; whether its tax can be matched is the store's business."""
    for one in listing.formats:
        chosen = choose_price(one, moment.market, TaxBasis.INCLUSIVE, moment.now)
        if isinstance(chosen, NoPrice) and chosen.code != "tax-unknown":
            return chosen.why
    return None


def _rights(listing: Listing, moment: Moment) -> str | None:
    if moment.rights_unknown:
        return None
    silent = [
        one for one in listing.formats if all(window.kind is not RightsKind.FOR_SALE for window in one.rights)
    ]
    return (
        "Nothing says where it may be sold: state its sales rights at the publisher, or let the policy take "
        "unstated rights for granted."
        if silent
        else None
    )


HAS_PRICE = Check("no-price", _price)
"""A consumer's price in the market's currency; for rules that no mapper of a price stands behind."""

HAS_RIGHTS = Check("no-rights", _rights)
"""Stated sales rights: a format without any is a person's to mend, not to be left out in silence."""

STORE_READY = Readiness(
    (
        Check("no-isbn", _isbn),
        Check("no-title", _name),
        Check("no-form", _form),
        Check("no-cover", _cover),
        Check("no-description", _description),
        Check("kept-back", _released),
        Check("status", _status),
        Check("no-date", _date),
        HAS_RIGHTS,
    )
)
"""What a title must have to become a product that can be sold."""

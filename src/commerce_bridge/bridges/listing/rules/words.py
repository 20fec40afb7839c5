"""Rules for a page's words: its name and address, its texts, its brand."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

from commerce_bridge.bridges.listing import markup
from commerce_bridge.bridges.listing.forms import form_name
from commerce_bridge.bridges.listing.policy import Layout, StorePolicy
from commerce_bridge.domain.absence import CLEARED
from commerce_bridge.domain.record import Candidates
from commerce_bridge.domain.title import Format, Listing, Scheme, TextKind
from commerce_bridge.mapping import Context, Named, named
from commerce_bridge.publishing.choice import choose_text
from commerce_bridge.publishing.readiness import DESCRIBING

NAME_LENGTH = 250
ADDRESS_LENGTH = 255
FACT_LENGTH = 250
SUMMARY_LENGTH = 300


def display_name(policy: StorePolicy) -> Named:
    """The title with its form, then its edition, then its ISBN: the first that is free in the store."""

    def compute(listing: Listing, context: Context) -> Any:
        title, format_ = listing.title, listing.format
        if policy.layout is Layout.VARIANTS:
            rungs = [_with(title.name), _with(title.name, edition(format_)), _with(title.name, title.ref.id)]
        else:
            base, form = format_.name or title.name, (form_name(format_) or "").lower()
            rungs = [
                _with(base, form),
                _with(base, form, edition(format_)),
                _with(base, form, format_.isbn or format_.key),
            ]
        return Candidates(tuple(dict.fromkeys(cut(rung, NAME_LENGTH) for rung in rungs)))

    return named("name/with form", compute, layout=policy.layout, version=2)


def _with(base: str, *marks: str | None) -> str:
    """A name with what tells it apart in brackets."""
    told = ", ".join(mark for mark in marks if mark)
    return f"{base} ({told})" if told else base


def web_address(policy: StorePolicy) -> Named:
    """The address of the page: the title and what tells it apart; it never changes later."""

    def compute(listing: Listing, context: Context) -> Any:
        single = policy.layout is Layout.FORMAT
        number = listing.format.isbn or listing.format.key if single else listing.title.ref.id
        tail = _slug(number)[: ADDRESS_LENGTH - 2]
        room = ADDRESS_LENGTH - len(tail) - 3  # the slashes and the hyphen
        slug = _slug(listing.title.name)[: max(room, 0)].strip("-")
        return f"/{slug}-{tail}/" if slug else f"/{tail}/"

    return named("address/title and number", compute, layout=policy.layout)


def _slug(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")


def description() -> Named:
    """The description, made safe; the short one, then the cover copy, where there is none."""

    def compute(listing: Listing, context: Context) -> Any:
        text = choose_text(listing, DESCRIBING, context.now, context.market.time_zone)
        return (markup.safe_html(text) if text is not None else "") or CLEARED

    return named("text/description", compute)


def summary() -> Named:
    """The short description without markup, for search engines."""

    def compute(listing: Listing, context: Context) -> Any:
        kinds = (TextKind.SHORT_DESCRIPTION, TextKind.HEADLINE)
        text = choose_text(listing, kinds, context.now, context.market.time_zone)
        return (markup.plain(text, SUMMARY_LENGTH) if text is not None else "") or CLEARED

    return named("text/summary", compute, limit=SUMMARY_LENGTH)


def keywords() -> Named:
    """The publisher's keywords, for the shop's search."""

    def compute(listing: Listing, context: Context) -> Any:
        lists = [s.code for s in listing.title.subjects if s.scheme is Scheme.KEYWORDS]
        words = [word.strip() for text in lists for word in text.split(";") if word.strip()]
        return ",".join(dict.fromkeys(words)) if words else CLEARED

    return named("keywords/publisher", compute)


def subtitle() -> Named:
    """The format's own subtitle, else the title's."""

    def compute(listing: Listing, context: Context) -> Any:
        text = listing.format.subtitle or listing.title.subtitle
        return cut(text, FACT_LENGTH) if text else CLEARED

    return named("subtitle/own", compute)


def brand() -> Named:
    """The imprint, else the publisher."""

    def compute(listing: Listing, context: Context) -> Any:
        return listing.title.imprint or listing.title.publisher or CLEARED

    return named("brand/imprint", compute)


def edition(format_: Format) -> str | None:
    """The edition as displayed, else its number in words, or None."""
    return format_.edition or (f"edition {format_.edition_number}" if format_.edition_number else None)


def cut(text: str, limit: int) -> str:
    """A name within the limit; what tells it apart stands in brackets at its end, and is kept."""
    text = " ".join(text.split())
    if len(text) <= limit:
        return text
    head, bracket, tail = text.rpartition(" (")
    room = limit - len(bracket) - len(tail) - 1
    return f"{head[:room].rstrip()}…{bracket}{tail}" if bracket and room > 20 else text[: limit - 1] + "…"

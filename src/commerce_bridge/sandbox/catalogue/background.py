"""What stands behind the invented titles: prizes, agreements, printings, library records."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from attrs import evolve

from commerce_bridge.sandbox.catalogue.entry import AS_OF
from commerce_bridge.sandbox.catalogue.people import MUSEUM
from commerce_bridge.sandbox.catalogue.shapes import (
    Agreement,
    Book,
    Copy,
    Credit,
    Delivery,
    Gratis,
    Honour,
    Library,
    Run,
)

HONOURS: Mapping[str, Honour] = {
    "The Salt Ledger": Honour(
        prize="The Brackwater Prize",
        year=2025,
        achievement="01",
        jury="A. Nuthatch (chair), B. Siskin, C. Twite",
        statement="A novel that adds up.",
    ),
    "Murder at Slack Tide": Honour(prize="The Rusty Cutlass", year=2025, achievement="04", only=(0, 1)),
    "What Mushrooms Know": Honour(prize="The Hand Lens", year=2026, achievement="05"),
    "The Index of Possible Cities": Honour(prize="The Paper Crown", year=2025, achievement="02"),
}
"""Prizes by title."""

LIBRARY: Mapping[str, Library] = {
    "Seventeen Wrecks": Library(
        lccn="2024000017",
        ebook_lccn="2024000018",
        heading="Shipwrecks -- History",
        region="Great Britain",
    ),
    "The Lighthouse Robbers": Library(childrens_heading="Lighthouses -- Juvenile fiction"),
    "A Body in the Reed Bed": Library(genre_heading="Detective and mystery fiction"),
}
"""Library records by title."""

TURNED: Mapping[str, tuple[str | None, tuple[str, ...]]] = {
    "The Salt Ledger": ("Salt", ("Salt and Sums", "The Widow Vale")),
    "Seventeen Wrecks": ("Wrecks", ()),
}
"""A short form of a title, and titles it has had before."""

PRINTED = ("The Salt Ledger", "Seventeen Wrecks", "The Eel Catcher's Will", "Goodnight, Combine Harvester")
"""Titles with a printing on record; the last but one is on order."""

ENDED: Mapping[str, tuple[date, str]] = {
    "The Wrong Mr Hobday": (date(2026, 3, 31), "Rights returned to the author"),
}
"""Agreements that have been ended: the last day in force, and why."""


def _agreement(book: Book, on: date, *, is_lead: bool) -> Agreement:
    """An ordinary agreement, signed two years before publication."""
    signed = on - timedelta(days=730)
    due = on - timedelta(days=420)
    ended, why = ENDED.get(book.full_title, (None, None))
    return Agreement(
        name=f"{book.full_title}: author's agreement",
        summary="World rights in volume form, with the usual subsidiary rights",
        signed=signed,
        months=120 if is_lead else 84,
        ended=ended,
        why_ended=why,
        ms_due=due,
        ms_due_revised=due + timedelta(days=30) if is_lead else None,
        ms_received=due + timedelta(days=26),
        proofs=on - timedelta(days=210),
        publish_before=on + timedelta(days=180),
        rights=(("Translation", 75), ("Serial", 80), ("Audio", 50)),
        deliveries=(
            Delivery(what="Signature", due=signed, per_cent=25),
            Delivery(
                what="Manuscript",
                due=due,
                slipped=due + timedelta(days=30),
                requirement="Complete, with all permissions",
                per_cent=50,
            ),
            Delivery(what="Publication", due=on, per_cent=25),
        ),
        gratis=(
            Gratis(
                copies=10,
                note="For the author",
                send_on=on - timedelta(days=14),
                sent_on=on - timedelta(days=12) if on <= AS_OF else None,
            ),
        ),
    )


def _runs(book: Book) -> tuple[Run, ...]:
    printed = tuple(place for place, each in enumerate(book.formats) if each.form in {"BB", "BC"})
    on = book.formats[0].published or date(2026, 1, 1)
    arrived = book.stage == "Published"
    return (
        Run(
            name="First printing",
            due=on - timedelta(days=35),
            copies=4000,
            received=4012 if arrived else 0,
            only=printed,
        ),
    )


def with_background(book: Book, place: int) -> Book:
    """A title with what stands behind it; every third one has an agreement on record."""
    title = book.full_title
    days = [each.published or each.planned for each in book.formats]
    first = min((day for day in days if day), default=None)
    has_agreement = first is not None and (place % 3 == 0 or title in ENDED)
    short, others = TURNED.get(title, (None, ()))
    credits = (*book.credits, Credit(who=MUSEUM, role="A24")) if title == "Seventeen Wrecks" else book.credits
    return evolve(
        book,
        honours=(HONOURS[title],) if title in HONOURS else (),
        library=LIBRARY.get(title),
        agreement=_agreement(book, first, is_lead=place % 2 == 0) if has_agreement and first else None,
        runs=_runs(book) if title in PRINTED else (),
        doi=f"10.5555/larkmere.{place + 1:04}",
        customer_system_id=f"a0B000000{place + 1:06}AAA",
        short_title=short,
        other_titles=others,
        original_subtitle="Román" if title == "The Glassblower's Winter" else None,
        credits=credits,
        copy=tuple(_noted(each, place) for each in book.copy),
        formats=tuple(evolve(each, link_note="Made when the new site opened") for each in book.formats),
    )


def _noted(copy: Copy, place: int) -> Copy:
    """Every fifth title carries a remark for the house alone, which must never leave it."""
    if place % 5 or copy.kind != "MAIN_DESCRIPTION":
        return copy
    return evolve(copy, internal="<p>For the house alone: the agent wants to see the next version.</p>")

"""The shapes in which a catalogue is written down: one value a title, whatever platform it is loaded into.

`only` always names formats of the same title by their place, counted from 0;
None means all of them.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from attrs import frozen

Places = tuple[int, ...] | None
"""Formats of a title by their place, or None for all."""


@frozen(kw_only=True)
class Address:
    """A postal address; `country` is ISO alpha-2."""

    lines: tuple[str, ...] = ()
    building: str | None = None
    flat: str | None = None
    care_of: str | None = None
    department: str | None = None
    organisation: str | None = None
    box: str | None = None
    postcode: str | None = None
    country: str | None = None


@frozen(kw_only=True)
class Person:
    """Somebody who writes, draws, translates or reads."""

    before: str | None
    key: str
    note: str | None = None
    isni: str | None = None
    gender: str | None = None
    address_as: str | None = None
    honours: str | None = None
    affiliation: str | None = None
    email: str | None = None
    phone: str | None = None
    address: Address | None = None
    remark: str | None = None
    """What the publisher's staff have written about them, for themselves."""

    @property
    def name(self) -> str:
        """The name as it stands on a title page."""
        return f"{self.before} {self.key}" if self.before else self.key


@frozen(kw_only=True)
class Body:
    """A society, a museum, a company that is named as a contributor."""

    name: str
    note: str | None = None
    country: str | None = None


@frozen(kw_only=True)
class Credit:
    """What somebody did: `role` is an ONIX List 17 code."""

    who: Person | Body
    role: str = "A01"
    only: Places = None


@frozen(kw_only=True)
class Charge:
    """One price: ONIX List 58 type, List 59 qualifier; `end` is its last day."""

    amount: Decimal
    currency: str = "GBP"
    kind: str = "02"
    qualifier: str = "05"
    start: date | None = None
    end: date | None = None


@frozen(kw_only=True)
class Rights:
    """Where a format may be sold: everywhere, only in some countries, or everywhere but in some."""

    only: tuple[str, ...] = ()
    never: tuple[str, ...] = ()
    words: str | None = None


@frozen(kw_only=True)
class Size:
    """Trim size in millimetres."""

    height: Decimal
    width: Decimal
    thickness: Decimal


@frozen(kw_only=True)
class Format:
    """One product: `form` is an ONIX 2.1 List 7 code, `status` List 64, `availability` List 65."""

    form: str | None
    isbn: str | None
    published: date | None
    planned: date | None = None
    status: str | None = "04"
    availability: str | None = "20"
    charges: tuple[Charge, ...] = ()
    rights: Rights | None = Rights()
    pages: int | None = None
    words: int | None = None
    size: Size | None = None
    prefix: str | None = None
    title: str | None = None
    subtitle: str | None = None
    edition: str | None = None
    authorship: str | None = None
    exported: bool = True
    house_format: str | None = None
    house_edition: str | None = None
    link: str | None = None
    link_note: str | None = None


@frozen(kw_only=True)
class Copy:
    """One text: HTML for the trade, and whatever keeps it back."""

    kind: str
    html: str
    alternate: str = ""
    internal: str = ""
    approved: bool = True
    embargo: date | None = None
    released: date | None = None
    until: date | None = None
    audience: tuple[str, ...] = ("00",)
    only: Places = None


@frozen(kw_only=True)
class Picture:
    """One file: a cover, a portrait, a sample.  `ready` False means that its sizes are still being made."""

    url: str
    kind: str = "FRONT_COVER"
    approved: bool = True
    ready: bool = True
    caption: str | None = None
    holder: str | None = None
    credit: str | None = None
    width: int = 1600
    height: int = 2400
    size: int = 480_000
    only: Places = None


@frozen(kw_only=True)
class Topic:
    """One subject code: `scheme` BISAC, THEMA or BIC; the first of a scheme is its main one."""

    scheme: str
    code: str
    words: str | None = None
    parent: str | None = None


@frozen(kw_only=True)
class Honour:
    """A prize; `achievement` is an ONIX List 41 code."""

    prize: str
    year: int
    achievement: str = "01"
    jury: str | None = None
    statement: str | None = None
    only: Places = None


@frozen(kw_only=True)
class Place:
    """A place in a series."""

    series: str
    part: str | None = None
    year: str | None = None
    series_subtitle: str | None = None
    print_issn: str | None = None
    online_issn: str | None = None


@frozen(kw_only=True)
class Library:
    """How libraries file a title."""

    lccn: str | None = None
    ebook_lccn: str | None = None
    heading: str | None = None
    region: str | None = None
    childrens_heading: str | None = None
    genre_heading: str | None = None


@frozen(kw_only=True)
class Delivery:
    """Something an agreement says will be delivered, and which per cent of an advance it releases."""

    what: str
    due: date
    slipped: date | None = None
    requirement: str | None = None
    per_cent: int | None = None


@frozen(kw_only=True)
class Gratis:
    """Free copies of the title's first format promised under an agreement."""

    copies: int
    note: str
    send_on: date
    sent_on: date | None = None


@frozen(kw_only=True)
class Agreement:
    """The contract behind a title; `rights` pairs a licensed right with the author's per cent."""

    name: str
    signed: date
    months: int | None = None
    ended: date | None = None
    why_ended: str | None = None
    ms_due: date | None = None
    ms_due_revised: date | None = None
    ms_received: date | None = None
    proofs: date | None = None
    publish_before: date | None = None
    rights: tuple[tuple[str, int], ...] = ()
    summary: str | None = None
    deliveries: tuple[Delivery, ...] = ()
    gratis: tuple[Gratis, ...] = ()


@frozen(kw_only=True)
class Run:
    """One printing of the formats named."""

    name: str
    due: date
    copies: int
    received: int
    only: Places = None


@frozen(kw_only=True)
class Book:
    """One title with all its formats."""

    title: str
    formats: tuple[Format, ...] = ()
    prefix: str | None = None
    subtitle: str | None = None
    imprint: str | None = None
    reference: str | None = None
    stage: str | None = "Published"
    season: str | None = None
    work_type: str | None = "Book"
    tier: str | None = None
    edition_number: int | None = None
    edition: str | None = None
    authorship: str | None = None
    original_title: str | None = None
    original_subtitle: str | None = None
    short_title: str | None = None
    acronym: str | None = None
    other_titles: tuple[str, ...] = ()
    year: str | None = None
    city: str | None = None
    doi: str | None = None
    url: str | None = None
    customer_system_id: str | None = None
    library: Library | None = None
    edition_types: tuple[str, ...] = ()
    audience: str | None = None
    audience_codes: tuple[str, ...] = ("01",)
    warnings: tuple[str, ...] = ()
    credits: tuple[Credit, ...] = ()
    series: Place | None = None
    topics: tuple[Topic, ...] = ()
    copy: tuple[Copy, ...] = ()
    pictures: tuple[Picture, ...] = ()
    honours: tuple[Honour, ...] = ()
    agreement: Agreement | None = None
    runs: tuple[Run, ...] = ()

    @property
    def full_title(self) -> str:
        """Prefix and title as they are read."""
        return f"{self.prefix} {self.title}" if self.prefix else self.title

"""The title family: a work with its formats, and what is said about them."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from attrs import field, frozen

from commerce_bridge.domain.dates import Date
from commerce_bridge.domain.exchange import Ref
from commerce_bridge.domain.fields import AnyField, Field
from commerce_bridge.domain.money import Price
from commerce_bridge.domain.rights import RightsWindow


class Status(enum.Enum):
    """Where a format stands in its life; the values are codes of ONIX List 64."""

    UNSPECIFIED = "00"
    CANCELLED = "01"
    FORTHCOMING = "02"
    POSTPONED = "03"
    ACTIVE = "04"
    NO_LONGER_OURS = "05"
    OUT_OF_STOCK = "06"
    OUT_OF_PRINT = "07"
    INACTIVE = "08"
    UNKNOWN = "09"
    REMAINDERED = "10"
    WITHDRAWN = "11"
    RECALLED = "12"
    ACTIVE_NOT_SOLD_SEPARATELY = "13"
    RECALLED_FOR_REPLACEMENT = "15"
    TEMPORARILY_WITHDRAWN = "16"
    PERMANENTLY_WITHDRAWN = "17"
    ACTIVE_NOT_SOLD_AS_SET = "18"


class Scheme(enum.Enum):
    """Subject schemes; the values are codes of ONIX List 27."""

    BISAC = "10"
    BISAC_REGION = "11"
    BIC = "12"
    THEMA = "93"
    THEMA_PLACE = "94"
    THEMA_LANGUAGE = "95"
    THEMA_TIME = "96"
    THEMA_EDUCATION = "97"
    THEMA_INTEREST = "98"
    THEMA_STYLE = "99"
    KEYWORDS = "20"
    OWN = "23"
    OTHER = "24"


class TextKind(enum.Enum):
    """Kinds of text about a title; the values are codes of ONIX List 153."""

    SHORT_DESCRIPTION = "02"
    DESCRIPTION = "03"
    CONTENTS = "04"
    COVER_COPY = "05"
    REVIEW_QUOTE = "06"
    ENDORSEMENT = "09"
    HEADLINE = "10"
    FEATURE = "11"
    BIOGRAPHICAL_NOTE = "12"
    EXCERPT = "14"
    OTHER = "01"


class AssetKind(enum.Enum):
    """Kinds of asset; the values are codes of ONIX List 158."""

    FRONT_COVER = "01"
    BACK_COVER = "02"
    PACK_SHOT = "03"
    CONTRIBUTOR_PICTURE = "04"
    SAMPLE_CONTENT = "15"
    HOLDING_IMAGE = "45"
    OTHER = "99"


class Audience(enum.Enum):
    """For whom a text or an asset is meant; the values are codes of ONIX List 154."""

    UNRESTRICTED = "00"
    RESTRICTED = "01"
    TRADE = "02"
    CONSUMERS = "03"
    OTHER = "99"


@frozen(kw_only=True)
class Identifier:
    """An identifier with its scheme.

    Args:
        scheme: Code of ONIX List 5 (products) or 16 (works): 15 ISBN-13, 03 GTIN-13, 06 DOI, 01 proprietary.
        value: The identifier.
        name: Whose scheme it is, where the scheme is proprietary.
    """

    scheme: str
    value: str
    name: str | None = None


@frozen(kw_only=True)
class Contributor:
    """Somebody, or a body, who had a hand in a title.

    Args:
        name: As displayed.
        inverted: As sorted, family name first, or None.
        role: Code of ONIX List 17, such as A01 for an author.
        place: Order among the contributors, from 1.
        corporate: Whether it is a body.
        biography: HTML or plain text, or None.
        identifiers: ISNI, ORCID and the like.
        formats: Keys of the formats it belongs to; None for all.
    """

    name: str
    inverted: str | None = None
    role: str = "A01"
    place: int = 1
    corporate: bool = False
    biography: str | None = None
    identifiers: tuple[Identifier, ...] = ()
    formats: frozenset[str] | None = None


@frozen(kw_only=True)
class Subject:
    """A subject code in its scheme.

    Args:
        scheme: Which scheme.
        code: The code, or the keyword list for `Scheme.KEYWORDS`.
        main: Whether the source marks it as the main one of its scheme.
        scheme_name: Whose scheme it is, for OWN and OTHER.
    """

    scheme: Scheme
    code: str
    main: bool = False
    scheme_name: str | None = None


@frozen(kw_only=True)
class SeriesMembership:
    """A place in a series.

    Args:
        name: The name of the series.
        number: The number in it, as displayed, or None.
        identifier: The source's id of the series, or None.
    """

    name: str
    number: str | None = None
    identifier: str | None = None


@frozen(kw_only=True)
class Text:
    """A text about a title.

    Args:
        kind: What kind.
        body: HTML when `html`, else plain text; not yet sanitised.
        html: Whether `body` is HTML.
        audiences: For whom; a store shows only UNRESTRICTED and CONSUMERS.
        approved: Whether the publisher approved it.
        starts: Not to be shown before, or None.
        ends: Last day on which it may be shown, or None.
        language: ISO 639-2/B code, or None.
        source_id: The source's id, or None.
        formats: Keys of the formats it belongs to; None for all.
    """

    kind: TextKind
    body: str = field(repr=lambda body: f"<{len(body)} characters>")
    html: bool = True
    audiences: frozenset[Audience] = frozenset({Audience.UNRESTRICTED})
    approved: bool = True
    starts: Date | None = None
    ends: Date | None = None
    language: str | None = None
    source_id: str | None = None
    formats: frozenset[str] | None = None


@frozen(kw_only=True)
class Asset:
    """An image or a file about a title.

    Args:
        kind: What kind.
        url: Where it can be fetched.
        digest: A hash of its content as ``algorithm:hex``, or None when the source gives none.
        media_type: MIME type, or None.
        width_px: Width, or None.
        height_px: Height, or None.
        caption: Text beside it, or None.
        credit: A credit that must be displayed, or None.
        alternative_text: For those who cannot see it, or None.
        audiences: For whom it is meant.
        approved: Whether the publisher approved it.
        ready: Whether the source has finished preparing it.
        starts: Not to be shown before, or None.
        ends: Last day on which it may be shown, or None.
        source_id: The source's id, or None.
        formats: Keys of the formats it belongs to; None for all.
    """

    kind: AssetKind
    url: str
    digest: str | None = None
    media_type: str | None = None
    width_px: int | None = None
    height_px: int | None = None
    caption: str | None = None
    credit: str | None = None
    alternative_text: str | None = None
    audiences: frozenset[Audience] = frozenset({Audience.UNRESTRICTED})
    approved: bool = True
    ready: bool = True
    starts: Date | None = None
    ends: Date | None = None
    source_id: str | None = None
    formats: frozenset[str] | None = None


@frozen(kw_only=True)
class Extent:
    """How long it is.

    Args:
        kind: ``pages`` or ``duration``.
        value: Pages, or minutes.
    """

    kind: str
    value: Decimal


@frozen(kw_only=True)
class Measures:
    """Size and weight; each None when the source does not say.

    Args:
        height_mm: Height in millimetres.
        width_mm: Width in millimetres.
        thickness_mm: Thickness in millimetres.
        weight_g: Weight in grams.
    """

    height_mm: Decimal | None = None
    width_mm: Decimal | None = None
    thickness_mm: Decimal | None = None
    weight_g: Decimal | None = None


@frozen(kw_only=True)
class Supply:
    """What is said of one market's supply.

    Args:
        availability: Code of ONIX List 65, or None.
        status: The status in this market where it differs (code of ONIX List 68), or None.
        expected: When it is expected to be available, or None.
        on_sale: Not to be sold before, in this market, or None.
        countries: Codes of its countries; empty for all.
        publication_date: The nominal date in this market where the source gives one, or None.
        preorder_from: No consumer preorders before, in this market, or None.
        announced: Not to be announced to this market's public before, or None.
    """

    availability: str | None = None
    status: str | None = None
    expected: Date | None = None
    on_sale: Date | None = None
    countries: frozenset[str] = frozenset()
    publication_date: Date | None = None
    preorder_from: Date | None = None
    announced: Date | None = None


@frozen(kw_only=True)
class Format:
    """One product of a title: an ISBN, a form, a price.

    Args:
        ref: The source's own name of it.
        isbn: Thirteen digits with a right check digit, or None.
        identifiers: All others.
        form: Code of ONIX List 150, such as BC for a paperback; None when not said.
        form_details: Codes of ONIX List 175, such as E101 for EPUB.
        name: Its own display title where it differs from the work's, or None.
        subtitle: Its own subtitle where it differs from the work's, or None.
        edition_number: From 1, or None.
        edition: The edition statement as displayed, or None.
        status: Where it stands.
        publication_date: The nominal date, or None.
        embargo: No sale before, or None.
        preorder_from: No consumer preorders before, or None.
        announced: Not to be announced to the public before, or None.
        extents: Pages, duration.
        measures: Size and weight.
        prices: All of them; choosing is a rule's business.
        unpriced: Why it has no price (code of ONIX List 57), or None.
        rights: Where and when it may be sold.
        supplies: What is said of each market.
        feed_allowed: Whether the publisher lets it out to the trade.
        restricted_to: Why only some may buy or list it (ONIX List 71 codes), empty for all.
        extra: Fields of other packages.
    """

    ref: Ref
    isbn: str | None = None
    identifiers: tuple[Identifier, ...] = ()
    form: str | None = None
    form_details: tuple[str, ...] = ()
    name: str | None = None
    subtitle: str | None = None
    edition_number: int | None = None
    edition: str | None = None
    status: Status = Status.UNKNOWN
    publication_date: Date | None = None
    embargo: Date | None = None
    preorder_from: Date | None = None
    announced: Date | None = None
    extents: tuple[Extent, ...] = ()
    measures: Measures = Measures()
    prices: tuple[Price, ...] = ()
    unpriced: str | None = None
    rights: tuple[RightsWindow, ...] = ()
    supplies: tuple[Supply, ...] = ()
    feed_allowed: bool = True
    restricted_to: tuple[str, ...] = ()
    extra: Mapping[AnyField, Any] = field(factory=dict[AnyField, Any])

    @property
    def key(self) -> str:
        """What contributors, texts and assets call it in their `formats`."""
        return self.ref.id


@frozen(kw_only=True)
class Title:
    """A work with its family of formats.

    Args:
        ref: The source's own name of the work.
        name: The distinctive title, with its prefix, without subtitle.
        subtitle: Or None.
        contributors: In order.
        subjects: In order of priority.
        series: The series it belongs to.
        texts: All texts, approved or not; choosing is a rule's business.
        assets: All assets, approved or not; choosing is a rule's business.
        imprint: The imprint's name, or None.
        publisher: The publisher's name, or None.
        language: ISO 639-2/B code of the text, or None.
        stage: The publisher's own name of the stage of work, or None.
        season: The publisher's own name of the season, or None.
        identifiers: DOI and the like.
        formats: Its products.
        related: ISBNs of titles the publisher calls similar.
        extra: Fields of other packages.
    """

    ref: Ref
    name: str
    subtitle: str | None = None
    contributors: tuple[Contributor, ...] = ()
    subjects: tuple[Subject, ...] = ()
    series: tuple[SeriesMembership, ...] = ()
    texts: tuple[Text, ...] = ()
    assets: tuple[Asset, ...] = ()
    imprint: str | None = None
    publisher: str | None = None
    language: str | None = None
    stage: str | None = None
    season: str | None = None
    identifiers: tuple[Identifier, ...] = ()
    formats: tuple[Format, ...] = ()
    related: tuple[str, ...] = ()
    extra: Mapping[AnyField, Any] = field(factory=dict[AnyField, Any])


@frozen(kw_only=True)
class Listing:
    """What one product page sells: a title with one format or several.

    Args:
        title: The title; its `formats` are all of the family, sold here or not.
        formats: The formats sold on this page; one, or the variants.
        extra: Fields of other packages.
    """

    title: Title
    formats: tuple[Format, ...]
    extra: Mapping[AnyField, Any] = field(factory=dict[AnyField, Any])

    @property
    def ref(self) -> Ref:
        """The source's name of what is sold: the format's when there is one, else the title's."""
        return self.formats[0].ref if len(self.formats) == 1 else self.title.ref

    @property
    def format(self) -> Format:
        """The first format sold here."""
        return self.formats[0]


def belongs(item: Contributor | Text | Asset, listing: Listing) -> bool:
    """Whether a contributor, text or asset belongs to a format of this listing."""
    return item.formats is None or any(one.key in item.formats for one in listing.formats)


def _fields(entity: str, names: str) -> tuple[AnyField, ...]:
    return tuple(Field[Any](entity, name) for name in names.split())


TITLE_FIELDS = _fields(
    "title",
    "ref name subtitle contributors subjects series texts assets imprint publisher language stage season "
    "identifiers formats related",
)
FORMAT_FIELDS = _fields(
    "format",
    "ref isbn identifiers form form_details name subtitle edition_number edition status publication_date embargo "
    "preorder_from announced extents measures prices unpriced rights supplies feed_allowed restricted_to",
)

"""From a catalogue's values to the rows of an account."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from attrs import field, frozen

from commerce_bridge.sandbox.catalogue import (
    Address,
    Body,
    Book,
    Copy,
    Credit,
    Format,
    Honour,
    Library,
    Person,
    Picture,
    Place,
)
from commerce_bridge.sandbox.catalogue.shapes import Places
from commerce_bridge.sandbox.consonance import rows
from commerce_bridge.sandbox.consonance.markup import html_to_markdown
from commerce_bridge.sandbox.consonance.seed_making import enter_agreement, enter_run
from commerce_bridge.sandbox.consonance.tables import Tables

SEEDED_AT = datetime(2026, 6, 1, 9, 0, tzinfo=UTC)
"""When every row of a fresh demo account last changed."""

_NEVER_READY = timedelta(days=36_500)

PRODUCT_TYPES: Mapping[str | None, str] = {
    "AC": "PhysicalAudioProduct",
    "AJ": "ElectronicAudioProduct",
    "BA": "PhysicalBookProduct",
    "BB": "PhysicalBookProduct",
    "BC": "PhysicalBookProduct",
    "BE": "PhysicalBookProduct",
    "BH": "PhysicalBookProduct",
    "DB": "ElectronicProduct",
    "DG": "ElectronicBookProduct",
    "PC": "PhysicalProduct",
}
"""The concrete type of each form; any other form, or none, is a GenericProduct."""


@frozen(kw_only=True)
class Loaded:
    """The ids a title got when it was entered, each list in the order in which the title was written."""

    work: int
    products: tuple[int, ...]
    prices: tuple[int, ...]
    texts: tuple[int, ...]
    resources: tuple[int, ...]
    contributions: tuple[int, ...] = field(default=())


class _Desk:
    """Enters titles into the tables; contacts, imprints and series are entered once and found again by name."""

    def __init__(self, tables: Tables, at: datetime) -> None:
        self._tables = tables
        self._at = at

    def add(self, kind: str, **columns: Any) -> int:
        return self._tables.add(kind, at=self._at, **columns)

    def named(self, kind: str, name: str | None, **columns: Any) -> int | None:
        """The id of the row with this name, entered if it is new."""
        if name is None:
            return None
        found = self._tables.where(rows.KINDS[kind], "name", name)
        return found[0].id if found else self.add(kind, name=name, **columns)

    def contact(self, who: Person | Body) -> int:
        """The id of a person or an organisation, entered if new."""
        if isinstance(who, Body):
            bodies = self._tables.where(rows.Organisation, "organisation_name", who.name)
            return bodies[0].id if bodies else self._organisation(who)
        people = self._tables.where(rows.Person, "key_names", who.key)
        known = next((row.id for row in people if row.names_before_key == who.before), None)
        return known or self._person(who)

    def _organisation(self, who: Body) -> int:
        return self.add(
            "organisation",
            organisation_name=who.name,
            biographical_note=who.note,
            organisation_country=who.country,
            contact_tags=("Contributor",),
        )

    def _person(self, who: Person) -> int:
        return self.add(
            "person",
            names_before_key=who.before,
            key_names=who.key,
            address_as=who.address_as or who.before,
            biographical_note=who.note,
            isni=who.isni,
            gender=who.gender,
            qualifications_and_honours_after_names=who.honours,
            affiliations=(who.affiliation,) if who.affiliation else (),
            addresses=(_address(who.address),) if who.address else (),
            emails=(who.email,) if who.email else (),
            phones=(rows.Phone(phone_number=who.phone, phone_type="Mobile"),) if who.phone else (),
            notes=(who.remark,) if who.remark else (),
            contact_tags=("Contributor",),
        )

    def work(self, book: Book) -> int:
        """The title itself, without anything that belongs to it."""
        library = book.library or Library()
        return self.add(
            "work",
            title=book.full_title,
            subtitle=book.subtitle,
            title_statement=book.full_title + (f": {book.subtitle}" if book.subtitle else ""),
            title_in_original_language=book.original_title,
            subtitle_in_original_language=book.original_subtitle,
            abbreviated_title=book.short_title,
            acronym=book.acronym,
            alternative_titles=book.other_titles,
            year_of_annual=book.year,
            actual_publication_city=book.city,
            identifying_doi=book.doi,
            publishers_url=book.url,
            salesforce_uid=book.customer_system_id,
            onix_edition_type_codes=book.edition_types,
            lccn=library.lccn,
            ebook_lccn=library.ebook_lccn,
            lc_subject_heading=library.heading,
            lc_subject_heading_region=library.region,
            lc_childrens_subject_heading=library.childrens_heading,
            lc_fiction_genre_heading=library.genre_heading,
            in_house_work_reference=book.reference,
            authorship_description=book.authorship,
            edition_number=book.edition_number,
            edition_statement=book.edition,
            audience_description=book.audience,
            audience_codes=book.audience_codes,
            content_warning_codes=book.warnings,
            imprint_id=self.named("imprint", book.imprint),
            season_id=self.named("season", book.season),
            project_stage_id=self.named("project_stage", book.stage),
            work_type_id=self.named("work_type", book.work_type),
            marketing_tier_id=self.named("marketing_tier", book.tier),
        )

    def product(self, work_id: int, book: Book, each: Format) -> int:
        """One format of the title, without its prices."""
        rights = each.rights
        size = each.size
        is_print = PRODUCT_TYPES.get(each.form) == "PhysicalBookProduct"
        return self.add(
            "product",
            work_id=work_id,
            type_name=PRODUCT_TYPES.get(each.form, "GenericProduct"),
            isbn=each.isbn,
            allow_onix_exports=each.exported,
            actual_edition_statement=each.edition,
            prefix=each.prefix if each.title else book.prefix,
            title=each.title or book.title,
            subtitle=each.subtitle,
            product_authorship_description=each.authorship,
            form_code=each.form,
            status_code=each.status,
            availability_code=each.availability,
            publication_date=each.published,
            planned_publication_date=each.planned or each.published,
            in_house_format_id=self.named("in_house_format", each.house_format, code=each.form),
            in_house_edition_id=self.named(
                "in_house_edition", each.house_edition, code=_initials(each.house_edition)
            ),
            for_sale_worldwide=None if rights is None else not (rights.only or rights.never),
            for_sale_countries=rights.only if rights else (),
            not_for_sale_countries=rights.never if rights else (),
            sales_rights_description=rights.words if rights else None,
            height_mm=size.height if size else None,
            width_mm=size.width if size else None,
            thickness_mm=size.thickness if size else None,
            word_count=each.words,
            **_pages(each.pages, is_print=is_print),
        )

    def prices(self, product_id: int, each: Format) -> Iterable[int]:
        """The format's prices."""
        for charge in each.charges:
            yield self.add(
                "price",
                product_id=product_id,
                amount=charge.amount,
                currency_code=charge.currency,
                type_code=charge.kind,
                qualifier_code=charge.qualifier,
                effective_from=charge.start,
                effective_to=charge.end,
            )

    def contribution(self, work_id: int, place: int, credit: Credit, product_ids: rows.Ids) -> int:
        """One credit, for the formats it belongs to."""
        return self.add(
            "contribution",
            work_id=work_id,
            contact_id=self.contact(credit.who),
            role_code=credit.role,
            sequence_number=place,
            product_ids=product_ids,
        )

    def text(self, work_id: int, copy: Copy, product_ids: rows.Ids) -> int:
        """One text, in HTML and in Markdown."""
        return self.add(
            "marketing_text",
            work_id=work_id,
            variant=copy.kind,
            external_html=copy.html,
            external_markdown=html_to_markdown(copy.html),
            alternate_html=copy.alternate,
            alternate_markdown=html_to_markdown(copy.alternate),
            internal_html=copy.internal,
            internal_markdown=html_to_markdown(copy.internal),
            approval_status="APPROVED" if copy.approved else "DRAFT",
            from_date=copy.embargo,
            date_released=copy.released,
            until_date=copy.until,
            content_audience_codes=copy.audience,
            product_ids=product_ids,
        )

    def resource(self, work_id: int, picture: Picture, product_ids: rows.Ids) -> int:
        """One file."""
        filename = picture.url.split("?")[0].rsplit("/", 1)[-1]
        return self.add(
            "supporting_resource",
            work_id=work_id,
            created_at=self._at,
            variant=picture.kind,
            status="APPROVED" if picture.approved else "DRAFT",
            url=picture.url,
            filename=filename,
            caption=picture.caption,
            copyright_holder=picture.holder,
            copyright=f"© {picture.holder}" if picture.holder else None,
            required_credit=picture.credit,
            image_content_type="application/pdf" if filename.endswith(".pdf") else "image/jpeg",
            file_size=picture.size,
            width=picture.width,
            height=picture.height,
            ready_at=None if picture.ready else self._at + _NEVER_READY,
            product_ids=product_ids,
        )

    def topics(self, work_id: int, book: Book) -> None:
        """The subject codes; the first of each scheme is its main one."""
        mains = {topic.scheme: topic for topic in reversed(book.topics)}
        for place, topic in enumerate(book.topics, 1):
            self.add(
                "subject",
                work_id=work_id,
                scheme=topic.scheme,
                code=topic.code,
                description=topic.words,
                parent_code=topic.parent,
                main=topic is mains[topic.scheme],
                position=place,
            )

    def honour(self, work_id: int, honour: Honour, product_ids: rows.Ids) -> None:
        """A prize."""
        self.add(
            "prize",
            work_id=work_id,
            prize_name=honour.prize,
            prize_year=honour.year,
            achievement_code=honour.achievement,
            prize_jury=honour.jury,
            prize_statement=honour.statement,
            product_ids=product_ids,
        )

    def link(self, product_id: int, each: Format) -> None:
        """The format's page on the publisher's own site, if it has one."""
        if each.link:
            self.add(
                "web_link",
                product_id=product_id,
                link=each.link,
                role_code="02",
                description="The publisher's page",
                note=each.link_note,
            )

    def membership(self, work_id: int, place: Place) -> None:
        """The title's place in its series."""
        series_id = self.named(
            "series",
            place.series,
            subtitle=place.series_subtitle,
            print_issn=place.print_issn,
            online_issn=place.online_issn,
        )
        self.add(
            "series_membership",
            work_id=work_id,
            series_id=series_id,
            part_number=place.part,
            year_of_annual=place.year,
        )


def _initials(words: str | None) -> str | None:
    return "".join(word[0].upper() for word in words.split()) if words else None


def _address(written: Address) -> rows.Address:
    first, second, third = (*written.lines, None, None, None)[:3]
    return rows.Address(
        address_line1=first,
        address_line2=second,
        address_line3=third,
        building=written.building,
        sub_building=written.flat,
        care_of=written.care_of,
        country_code=written.country,
        department_name=written.department,
        organisation_name=written.organisation,
        post_office_box=written.box,
        postcode=written.postcode,
    )


def _pages(pages: int | None, *, is_print: bool) -> dict[str, int]:
    """The page counts that follow from one: eight pages of front matter, the rest numbered."""
    if pages is None:
        return {}
    if not is_print:
        return {"approximate_page_count": pages, "absolute_page_count": pages}
    front = min(8, pages)
    return {
        "approximate_page_count": pages,
        "production_page_count": -(-pages // 16) * 16,
        "front_matter_page_count": front,
        "main_content_page_count": pages - front,
        "back_matter_page_count": 0,
        "total_numbered_pages": pages - front,
        "content_page_count": pages,
        "total_unnumbered_insert_page_count": 0,
    }


def load_book(tables: Tables, book: Book, *, at: datetime) -> Loaded:
    """Enter one title and all that belongs to it."""
    desk = _Desk(tables, at)
    work_id = desk.work(book)
    product_ids = tuple(desk.product(work_id, book, each) for each in book.formats)
    written = tuple(zip(product_ids, book.formats, strict=True))

    def chosen(only: Places) -> rows.Ids:
        return product_ids if only is None else tuple(product_ids[place] for place in only)

    prices = tuple(price for product_id, each in written for price in desk.prices(product_id, each))
    desk.topics(work_id, book)
    if book.series:
        desk.membership(work_id, book.series)
    for honour in book.honours:
        desk.honour(work_id, honour, chosen(honour.only))
    for product_id, each in written:
        desk.link(product_id, each)
    if book.agreement:
        enter_agreement(tables, at, work_id, book.agreement, product_ids)
    for run in book.runs:
        enter_run(tables, at, work_id, run, chosen(run.only))
    return Loaded(
        work=work_id,
        products=product_ids,
        prices=prices,
        contributions=tuple(
            desk.contribution(work_id, place, credit, chosen(credit.only))
            for place, credit in enumerate(book.credits, 1)
        ),
        texts=tuple(desk.text(work_id, copy, chosen(copy.only)) for copy in book.copy),
        resources=tuple(desk.resource(work_id, picture, chosen(picture.only)) for picture in book.pictures),
    )


def load_catalogue(tables: Tables, books: Iterable[Book], *, at: datetime) -> tuple[Loaded, ...]:
    """Enter all titles in order; titles of one series are then entered as similar to each other."""
    loaded = tuple(load_book(tables, book, at=at) for book in books)
    for series in tables.all(rows.Series):
        members = [row.work_id for row in tables.where(rows.SeriesMembership, "series_id", series.id)]
        first_formats = {
            work_id: formats[0].id
            for work_id in members
            if (formats := tables.where(rows.Product, "work_id", work_id))
        }
        for work_id in members:
            similar = tuple(product for other, product in first_formats.items() if other != work_id)
            tables.edit("work", work_id, at=at, similar_product_ids=similar)
    return loaded

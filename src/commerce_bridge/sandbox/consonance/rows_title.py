"""The rows of a title: the work, its formats and prices, and what describes and sells it."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from attrs import frozen

from commerce_bridge.sandbox.consonance.rows_base import Ids, Named, Row, Texts


@frozen(kw_only=True)
class Imprint(Named):
    """A name the publisher publishes under."""


@frozen(kw_only=True)
class Season(Named):
    """A publishing season."""


@frozen(kw_only=True)
class ProjectStage(Named):
    """A stage in the account's own workflow; the names are the account's."""


@frozen(kw_only=True)
class WorkType(Named):
    """A kind of work, in the account's own words."""


@frozen(kw_only=True)
class MarketingTier(Named):
    """How much marketing a work gets, in the account's own words."""


@frozen(kw_only=True)
class Work(Row):
    """A title family: all formats, texts, resources and contributions point here by `work_id`."""

    title: str | None = None
    subtitle: str | None = None
    title_in_original_language: str | None = None
    subtitle_in_original_language: str | None = None
    title_statement: str | None = None
    abbreviated_title: str | None = None
    acronym: str | None = None
    alternative_titles: Texts = ()
    actual_publication_city: str | None = None
    audience_description: str | None = None
    audience_codes: Texts = ()
    content_warning_codes: Texts = ()
    authorship_description: str | None = None
    marketing_tier_id: int | None = None
    project_stage_id: int | None = None
    season_id: int | None = None
    work_type_id: int | None = None
    year_of_annual: str | None = None
    identifying_doi: str | None = None
    in_house_work_reference: str | None = None
    publishers_url: str | None = None
    salesforce_uid: str | None = None
    edition_number: int | None = None
    edition_statement: str | None = None
    onix_edition_type_codes: Texts = ()
    ebook_lccn: str | None = None
    lccn: str | None = None
    lc_subject_heading: str | None = None
    lc_subject_heading_region: str | None = None
    lc_childrens_subject_heading: str | None = None
    lc_fiction_genre_heading: str | None = None
    imprint_id: int | None = None
    similar_product_ids: Ids = ()


@frozen(kw_only=True)
class Product(Row):
    """One format of a work.  Empty title columns mean that the work's value holds.

    `for_sale_countries` and `not_for_sale_countries` are kept as entered; `for_sale_worldwide`
    None means that nobody has stated the rights yet.
    """

    work_id: int
    type_name: str = "GenericProduct"
    isbn: str | None = None
    asin: str | None = None
    gtin: str | None = None
    allow_onix_exports: bool = True
    actual_edition_statement: str | None = None
    prefix: str | None = None
    title: str | None = None
    subtitle: str | None = None
    product_authorship_description: str | None = None
    form_code: str | None = None
    status_code: str | None = None
    availability_code: str | None = None
    publication_date: date | None = None
    planned_publication_date: date | None = None
    in_house_edition_id: int | None = None
    in_house_format_id: int | None = None
    for_sale_worldwide: bool | None = None
    for_sale_countries: Texts = ()
    not_for_sale_countries: Texts = ()
    sales_rights_description: str | None = None
    height_mm: Decimal | None = None
    width_mm: Decimal | None = None
    thickness_mm: Decimal | None = None
    approximate_page_count: int | None = None
    production_page_count: int | None = None
    main_content_page_count: int | None = None
    front_matter_page_count: int | None = None
    back_matter_page_count: int | None = None
    total_numbered_pages: int | None = None
    content_page_count: int | None = None
    total_unnumbered_insert_page_count: int | None = None
    word_count: int | None = None
    absolute_page_count: int | None = None
    apple_release_type_agency_prices: Texts = ()
    apple_release_type_override: str | None = None
    apple_release_type_result_code: str | None = None
    apple_release_type_result_reasons: Texts = ()
    publishers_reference: str | None = None
    internal_reference: str | None = None
    product_identifying_doi: str | None = None
    product_form_description: str | None = None
    bookshop_classification: str | None = None
    epub_type_description: str | None = None
    epub_type_version: str | None = None
    epub_type_note: str | None = None


@frozen(kw_only=True)
class Price(Row):
    """One price slot of a product; `effective_to` is the last day on which it holds."""

    product_id: int
    amount: Decimal = Decimal(0)
    currency_code: str = "GBP"
    type_code: str = "02"
    qualifier_code: str = "05"
    effective_from: date | None = None
    effective_to: date | None = None
    ean5: str | None = None


@frozen(kw_only=True)
class Contribution(Row):
    """What one contact did for a work, and for which of its formats."""

    work_id: int
    contact_id: int
    role_code: str = "A01"
    sequence_number: int = 1
    product_ids: Ids = ()


@frozen(kw_only=True)
class MarketingText(Row):
    """One text of a work: external (for the trade), internal (never to leave), alternate (other spelling).

    HTML and Markdown are kept side by side, because the platform answers with both.
    """

    work_id: int
    variant: str = "MAIN_DESCRIPTION"
    external_html: str = ""
    external_markdown: str = ""
    internal_html: str = ""
    internal_markdown: str = ""
    alternate_html: str = ""
    alternate_markdown: str = ""
    approval_status: str | None = "APPROVED"
    from_date: date | None = None
    until_date: date | None = None
    date_published: date | None = None
    date_released: date | None = None
    content_audience_codes: Texts = ("00",)
    product_ids: Ids = ()
    publication_name: str | None = None
    review_url: str | None = None
    language_code: str | None = None
    onix2_only: bool = False
    publisher_id: int | None = None
    reviewer_id: int | None = None


@frozen(kw_only=True)
class SupportingResource(Row):
    """A file that belongs to a work: a cover, a portrait, a sample.

    `ready_at` is the instant at which the platform has made its sizes; None means at once.
    """

    work_id: int
    created_at: datetime
    variant: str | None = "FRONT_COVER"
    status: str | None = "APPROVED"
    url: str | None = None
    filename: str | None = None
    caption: str | None = None
    copyright: str | None = None
    copyright_holder: str | None = None
    required_credit: str | None = None
    image_content_type: str | None = None
    file_size: int | None = None
    height: int | None = None
    width: int | None = None
    image_remote_url: str | None = None
    ready_at: datetime | None = None
    content_audience_code: str = "00"
    product_ids: Ids = ()


@frozen(kw_only=True)
class Subject(Row):
    """One subject code of a work in one scheme; `position` is the publisher's order of priority."""

    work_id: int
    scheme: str = "BISAC"
    code: str = ""
    description: str | None = None
    main: bool = False
    position: int = 1
    parent_code: str | None = None


@frozen(kw_only=True)
class Series(Named):
    """A series of works."""

    subtitle: str | None = None
    print_issn: str | None = None
    online_issn: str | None = None


@frozen(kw_only=True)
class SeriesMembership(Row):
    """A work's place in a series."""

    work_id: int
    series_id: int
    part_number: str | None = None
    year_of_annual: str | None = None


@frozen(kw_only=True)
class Prize(Row):
    """A prize a work has won, or was listed for."""

    work_id: int
    prize_name: str = ""
    prize_year: int | None = None
    prize_jury: str | None = None
    prize_statement: str | None = None
    achievement_code: str | None = None
    product_ids: Ids = ()


@frozen(kw_only=True)
class WebLink(Row):
    """A web address of a product."""

    product_id: int
    link: str = ""
    role_code: str = "01"
    description: str | None = None
    note: str | None = None


@frozen(kw_only=True)
class InHouseFormat(Named):
    """A format in the account's own words."""

    code: str | None = None


@frozen(kw_only=True)
class InHouseEdition(Named):
    """An edition in the account's own words."""

    code: str | None = None

"""The rows the sandbox keeps: one frozen class a table, every column with a default.

Columns hold what a publisher enters.  What the platform works out (full titles,
counts, lists of countries) is computed when it is asked for, never stored.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from types import MappingProxyType

from attrs import frozen

Ids = tuple[int, ...]
Texts = tuple[str, ...]


@frozen(kw_only=True)
class Row:
    """Anything with an internal id."""

    id: int


@frozen(kw_only=True)
class Named(Row):
    """A row of a short list the account configures: a season, a project stage, an imprint."""

    name: str = ""


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
class Address:
    """One postal address of a contact; `country_code` is ISO alpha-2."""

    address_line1: str | None = None
    address_line2: str | None = None
    address_line3: str | None = None
    building: str | None = None
    sub_building: str | None = None
    care_of: str | None = None
    country_code: str | None = None
    department_name: str | None = None
    organisation_name: str | None = None
    post_office_box: str | None = None
    postcode: str | None = None


@frozen(kw_only=True)
class Phone:
    """One telephone number of a contact."""

    phone_number: str | None = None
    phone_type: str | None = None


@frozen(kw_only=True)
class Contact(Row):
    """What persons and organisations share; both draw ids from one sequence."""

    contact_tags: Texts = ()
    inhouse_customer_id: str | None = None
    inhouse_supplier_id: str | None = None
    isni: str | None = None
    biographical_note: str | None = None
    addresses: tuple[Address, ...] = ()
    emails: Texts = ()
    phones: tuple[Phone, ...] = ()
    notes: Texts = ()


@frozen(kw_only=True)
class Person(Contact):
    """A human being: an author, an illustrator, a translator, a reader."""

    names_before_key: str | None = None
    key_names: str | None = None
    address_as: str | None = None
    gender: str | None = None
    gender_clarification: str | None = None
    qualifications_and_honours_after_names: str | None = None
    affiliations: Texts = ()


@frozen(kw_only=True)
class Organisation(Contact):
    """A body with a name: a society that writes, a printer, a licensee."""

    organisation_name: str | None = None
    duns_number: str | None = None
    global_location_number: str | None = None
    vat_number: str | None = None
    standard_address_number: str | None = None
    ringgold_id: str | None = None
    organisation_country: str | None = None


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


@frozen(kw_only=True)
class Contract(Row):
    """An agreement about a work.  `term` counts months; `terminated_date` is the last day in force."""

    work_id: int | None = None
    contract_name: str = ""
    description: str | None = None
    author_discount: str | None = None
    copyright_year: str | None = None
    flat_fee_value: Decimal | None = None
    guaranteed_royalty_value: Decimal | None = None
    remainder_rate: str | None = None
    remainder_rate_over_cost: Decimal | None = None
    signed_date: date | None = None
    term: str | None = None
    terminated_date: date | None = None
    termination_reason: str | None = None
    ms_delivery_date: date | None = None
    revised_ms_delivery_date: date | None = None
    actual_ms_delivery_date: date | None = None
    ms_proofs_date: date | None = None
    pub_before_date: date | None = None
    review_date: date | None = None


@frozen(kw_only=True)
class DeliveryDate(Row):
    """Something a contract says will be delivered, and when."""

    contract_id: int
    date_due: date | None = None
    slipped_date: date | None = None
    deliverable_type: str | None = None
    delivery_requirement: str | None = None
    percentage_of_total: Decimal | None = None


@frozen(kw_only=True)
class LicensedRight(Row):
    """A right the contract licenses, and the author's share of its income in per cent."""

    contract_id: int
    right_type: str = ""
    author_cut: Decimal = Decimal(0)


@frozen(kw_only=True)
class GratisCopy(Row):
    """Free copies promised under a contract."""

    contract_id: int
    note: str | None = None
    number_of_copies: int | None = None
    send_on: date | None = None
    sent_on: date | None = None
    product_id: int | None = None
    contact_id: int | None = None


@frozen(kw_only=True)
class ProductionRun(Row):
    """One printing or making of some formats of a work."""

    work_id: int
    name: str | None = None
    delivery_date: date | None = None
    product_ids: Ids = ()


@frozen(kw_only=True)
class OfRun(Row):
    """A part of a production run's specification."""

    production_run_id: int
    product_ids: Ids = ()


@frozen(kw_only=True)
class Quantity(OfRun):
    """How many of one product a run makes, and how many have arrived."""

    name: str | None = None
    description: str | None = None
    quantity: int | None = None
    received_quantity: int | None = None
    product_id: int | None = None


@frozen(kw_only=True)
class Binding(OfRun):
    """How the book block is bound."""

    binding_instructions: str | None = None
    case_spine_style: str | None = None
    description: str | None = None
    endpapers: str | None = None
    page_binding_method: str | None = None
    trimming_method: str | None = None
    width_of_board: int | None = None


@frozen(kw_only=True)
class Cover(OfRun):
    """How the cover is printed."""

    cover_colours_outside: str | None = None
    cover_colours_outside_description: str | None = None
    cover_notes: str | None = None
    cover_type: str | None = None
    paper: str | None = None


@frozen(kw_only=True)
class Embellishment(OfRun):
    """Foil, embossing and the like."""

    name: str | None = None
    description: str | None = None


@frozen(kw_only=True)
class Finish(OfRun):
    """Lamination, varnish and the like."""

    name: str | None = None
    description: str | None = None


@frozen(kw_only=True)
class Interior(OfRun):
    """How the text is printed."""

    fsc: bool | None = None
    paper: str | None = None
    text_colour: str | None = None
    text_colour_description: str | None = None
    text_print_instructions: str | None = None


ROW_CLASSES: tuple[type[Row], ...] = (
    Imprint,
    Season,
    ProjectStage,
    WorkType,
    MarketingTier,
    InHouseFormat,
    InHouseEdition,
    Series,
    Person,
    Organisation,
    Work,
    Product,
    Price,
    Contribution,
    Subject,
    SeriesMembership,
    MarketingText,
    SupportingResource,
    Prize,
    WebLink,
    Contract,
    DeliveryDate,
    LicensedRight,
    GratisCopy,
    ProductionRun,
    Quantity,
    Binding,
    Cover,
    Embellishment,
    Finish,
    Interior,
)


def snake(name: str) -> str:
    """``SupportingResource`` and ``supportingResource`` as ``supporting_resource``."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


def kind_of(row_class: type[Row]) -> str:
    """The singular name of a table."""
    return snake(row_class.__name__)


KINDS: Mapping[str, type[Row]] = MappingProxyType({kind_of(each): each for each in ROW_CLASSES})
"""Every table by the singular name that `add`, `edit` and `remove` take."""

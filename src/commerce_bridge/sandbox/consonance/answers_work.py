"""What each member of a work, its texts, resources, people and contracts answers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attrs import frozen

from commerce_bridge.sandbox.consonance import rows
from commerce_bridge.sandbox.consonance.answers_product import (
    Resolver,
    as_float,
    authorship_of,
    code_from,
    codes_from,
    column,
    contact_name,
    contributors_in_words,
)
from commerce_bridge.sandbox.consonance.codes import code_object
from commerce_bridge.sandbox.consonance.markup import html_to_text
from commerce_bridge.sandbox.consonance.searches import Ask, products_matching

CLIENT_ID = 1
"""The account has one owner, whose id this is."""


@frozen(kw_only=True)
class Audience:
    """For whom a work is, and what to warn them of."""

    description: str | None
    audience_codes: tuple[str, ...]
    content_warning_codes: tuple[str, ...]


@frozen(kw_only=True)
class Line:
    """A value the schema wraps in an object of one member."""

    email: str | None = None
    note_text: str | None = None
    affiliation: str | None = None
    name: str | None = None


# ── works ────────────────────────────────────────────────────────────────
def children(row_class: type[rows.Row], key: str) -> Resolver:
    """A resolver that answers the rows of a table that belong to this row."""

    def resolve(row: rows.Row, ask: Ask) -> tuple[rows.Row, ...]:
        return ask.tables.where(row_class, key, row.id)

    return resolve


def parent(row_class: type[rows.Row], key: str) -> Resolver:
    """A resolver that answers the row a column points at."""

    def resolve(row: rows.Row, ask: Ask) -> rows.Row | None:
        return ask.tables.get(row_class, getattr(row, key))

    return resolve


def _name_of(row_class: type[rows.Named], key: str) -> Resolver:
    def resolve(row: rows.Row, ask: Ask) -> str | None:
        named = ask.tables.get(row_class, getattr(row, key))
        return named.name if named else None

    return resolve


def _contributions(work: rows.Work, ask: Ask) -> list[rows.Contribution]:
    found = ask.tables.where(rows.Contribution, "work_id", work.id)
    return sorted(found, key=lambda row: row.sequence_number)


def _subjects(work: rows.Work, ask: Ask) -> list[rows.Subject]:
    return sorted(ask.tables.where(rows.Subject, "work_id", work.id), key=lambda row: row.position)


def _codes_of(scheme: str) -> Resolver:
    def resolve(work: rows.Work, ask: Ask) -> list[str]:
        return [subject.code for subject in _subjects(work, ask) if subject.scheme == scheme]

    return resolve


def _subject_codes(
    work: rows.Work,
    ask: Ask,
    schemesIn: list[str] | None = None,
    mainOnly: bool | None = None,
) -> list[rows.Subject]:
    wanted = schemesIn or list(SUBJECT_TYPES)
    return [
        subject
        for subject in _subjects(work, ask)
        if subject.scheme in wanted and subject.scheme in SUBJECT_TYPES and (subject.main or not mainOnly)
    ]


def _texts(work: rows.Work, ask: Ask, variantIn: list[str] | None = None) -> list[rows.MarketingText]:
    found = ask.tables.where(rows.MarketingText, "work_id", work.id)
    return [text for text in found if not variantIn or text.variant in variantIn]


def _products(
    work: rows.Work, ask: Ask, productSearch: Mapping[str, Any] | None = None
) -> tuple[rows.Product, ...]:
    return products_matching(ask, ask.tables.where(rows.Product, "work_id", work.id), productSearch)


def _alternative_titles(work: rows.Work, ask: Ask) -> str | None:
    return "; ".join(work.alternative_titles) or None


def _audience(work: rows.Work, ask: Ask) -> Audience:
    return Audience(
        description=work.audience_description,
        audience_codes=work.audience_codes,
        content_warning_codes=work.content_warning_codes,
    )


def products_named(key: str) -> Resolver:
    """A resolver that answers the products whose ids stand in a column; ids of removed ones are passed over."""

    def resolve(row: object, ask: Ask) -> list[rows.Product]:
        tables = ask.tables
        ids: rows.Ids = getattr(row, key)
        return [product for each in ids if (product := tables.get(rows.Product, each))]

    return resolve


def _series_title(series: rows.Series, ask: Ask) -> str:
    return f"{series.name}: {series.subtitle}" if series.subtitle else series.name


# ── texts and resources ──────────────────────────────────────────────────
def _text(name: str) -> Resolver:
    def resolve(row: rows.MarketingText, ask: Ask, stripHtml: bool | None = None) -> str:
        html: str = getattr(row, name)
        return html_to_text(html) if stripHtml else html

    return resolve


def _characters(name: str) -> Resolver:
    def resolve(row: rows.MarketingText, ask: Ask) -> int:
        return len(html_to_text(getattr(row, name)))

    return resolve


def _html_size(row: rows.MarketingText, ask: Ask) -> str:
    return str(len(row.external_html))


def _approval_name(row: rows.MarketingText, ask: Ask) -> str | None:
    return row.approval_status.capitalize() if row.approval_status else None


def _format_words(row: rows.MarketingText, ask: Ask) -> str | None:
    tables = ask.tables
    said: list[str] = []
    for product_id in row.product_ids:
        product = tables.get(rows.Product, product_id)
        words = (
            code_object("product form", product.form_code).description
            if product and product.form_code
            else None
        )
        if words and words not in said:
            said.append(words)
    return ", ".join(said) or None


def _is_processing(row: rows.SupportingResource, ask: Ask) -> bool:
    return row.ready_at is not None and ask.now < row.ready_at


def _job_status(row: rows.SupportingResource, ask: Ask) -> str:
    return "processing" if _is_processing(row, ask) else "completed"


def _when_ready(name: str) -> Resolver:
    """Facts about an image that the platform knows only once it has made its sizes."""

    def resolve(row: rows.SupportingResource, ask: Ask) -> object:
        return None if _is_processing(row, ask) else getattr(row, name)

    return resolve


def _aspect_ratio(row: rows.SupportingResource, ask: Ask) -> float | None:
    if _is_processing(row, ask) or not row.height or not row.width:
        return None
    return round(row.width / row.height, 4)


# ── people ───────────────────────────────────────────────────────────────
def _inverted(person: rows.Person, ask: Ask) -> str | None:
    return ", ".join(part for part in (person.key_names, person.names_before_key) if part) or None


def _name(contact: rows.Person | rows.Organisation, ask: Ask) -> str | None:
    return contact_name(contact)


def _emails(contact: rows.Contact, ask: Ask) -> list[Line]:
    return [Line(email=each) for each in contact.emails]


def _notes(contact: rows.Contact, ask: Ask) -> list[Line]:
    return [Line(note_text=each) for each in contact.notes]


def _affiliations(person: rows.Person, ask: Ask) -> list[Line]:
    return [Line(affiliation=each) for each in person.affiliations]


def _nothing(row: object, ask: Ask) -> None:
    return None


def _contributor(row: rows.Contribution, ask: Ask) -> rows.Person | rows.Organisation | None:
    return ask.tables.contact(row.contact_id)


def _client(contract: rows.Contract, ask: Ask) -> Line:
    return Line(name=ask.settings.publisher_name)


def _client_id(contract: rows.Contract, ask: Ask) -> int:
    return CLIENT_ID


_CONTACT: Mapping[str, Resolver] = {
    "name": _name,
    "contributions": children(rows.Contribution, "contact_id"),
    "emails": _emails,
    "notes": _notes,
}

SUBJECT_TYPES: Mapping[str, str] = {"BIC": "BIC", "BISAC": "BISAC", "THEMA": "Thema"}
"""The schemes whose codes the schema has a type for."""

_OF_RUN: Mapping[str, Resolver] = {"products": products_named("product_ids")}

TYPES: Mapping[str, Mapping[str, Resolver]] = {
    "Work": {
        "alternativeTitles": _alternative_titles,
        "audience": _audience,
        "authorshipDescription": authorship_of,
        "contributorPrettyList": contributors_in_words,
        "contributions": _contributions,
        "bics": _codes_of("BIC"),
        "bisacs": _codes_of("BISAC"),
        "themas": _codes_of("THEMA"),
        "subjectCodes": _subject_codes,
        "marketingTexts": _texts,
        "marketingTier": _name_of(rows.MarketingTier, "marketing_tier_id"),
        "projectStage": _name_of(rows.ProjectStage, "project_stage_id"),
        "season": _name_of(rows.Season, "season_id"),
        "workType": _name_of(rows.WorkType, "work_type_id"),
        "imprint": parent(rows.Imprint, "imprint_id"),
        "prizes": children(rows.Prize, "work_id"),
        "products": _products,
        "similarProducts": products_named("similar_product_ids"),
        "seriesMemberships": children(rows.SeriesMembership, "work_id"),
        "supportingResources": children(rows.SupportingResource, "work_id"),
        "productionRuns": children(rows.ProductionRun, "work_id"),
    },
    "WorkAudience": {
        "onixAudiences": codes_from("audience", "audience_codes"),
        "contentWarnings": codes_from("content warning", "content_warning_codes"),
    },
    "SeriesMembership": {"series": parent(rows.Series, "series_id")},
    "Series": {"titleWithSubtitle": _series_title},
    "Contribution": {
        "contributor": _contributor,
        "onixContributorRole": code_from("contributor role", "role_code"),
        "onixContributorRoleCode": column("role_code"),
        "work": parent(rows.Work, "work_id"),
    },
    "Person": {
        **_CONTACT,
        "personName": _name,
        "personNameInverted": _inverted,
        "professionalAffiliations": _affiliations,
    },
    "Organisation": {**_CONTACT, "gender": _nothing, "keyNames": _nothing},
    "Address": {"country": code_from("country", "country_code")},
    "MarketingText": {
        "alternateExternalText": _text("alternate_html"),
        "alternateExternalTextMarkdown": column("alternate_markdown"),
        "approvalStatusName": _approval_name,
        "externalText": _text("external_html"),
        "externalTextMarkdown": column("external_markdown"),
        "externalTextNumberOfCharacters": _characters("external_html"),
        "formatDescription": _format_words,
        "htmlCharsCount": _html_size,
        "internalText": _text("internal_html"),
        "internalTextMarkdown": column("internal_markdown"),
        "internalTextNumberOfCharacters": _characters("internal_html"),
        "onixContentAudienceCodes": column("content_audience_codes"),
        "onixContentAudiences": codes_from("content audience", "content_audience_codes"),
        "products": products_named("product_ids"),
    },
    "SupportingResource": {
        "aspectRatio": _aspect_ratio,
        "delayedJobStatus": _job_status,
        "fileSize": _when_ready("file_size"),
        "height": _when_ready("height"),
        "url": _when_ready("url"),
        "isProcessing": _is_processing,
        "onixIntendedContentAudience": code_from("content audience", "content_audience_code"),
        "resourceVariant": column("variant"),
    },
    "Prize": {
        "onixPrizeAchievement": code_from("prize achievement", "achievement_code"),
        "onixPrizeAchievementCode": column("achievement_code"),
        "prizeable": parent(rows.Work, "work_id"),
    },
    "Contract": {
        "client": _client,
        "clientId": _client_id,
        "deliveryDates": children(rows.DeliveryDate, "contract_id"),
        "flatFeeValue": as_float("flat_fee_value"),
        "gratisCopies": children(rows.GratisCopy, "contract_id"),
        "guaranteedRoyaltyValue": as_float("guaranteed_royalty_value"),
        "licensedRights": children(rows.LicensedRight, "contract_id"),
        "remainderRateOverCost": as_float("remainder_rate_over_cost"),
        "work": parent(rows.Work, "work_id"),
    },
    "LicensedRight": {"authorCut": as_float("author_cut")},
    "DeliveryDate": {"percentageOfTotal": as_float("percentage_of_total")},
    "ProductionRun": {
        "bindings": children(rows.Binding, "production_run_id"),
        "covers": children(rows.Cover, "production_run_id"),
        "embellishments": children(rows.Embellishment, "production_run_id"),
        "finishes": children(rows.Finish, "production_run_id"),
        "interiors": children(rows.Interior, "production_run_id"),
        "quantities": children(rows.Quantity, "production_run_id"),
        "work": parent(rows.Work, "work_id"),
    },
    "Binding": _OF_RUN,
    "Cover": _OF_RUN,
    "Embellishment": _OF_RUN,
    "Finish": _OF_RUN,
    "Interior": _OF_RUN,
}
"""Members that are not simply the column of their name, type by type."""

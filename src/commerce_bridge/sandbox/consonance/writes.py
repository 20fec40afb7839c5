"""The four writes the vendor's pages show in full enough to play.

A write that does not pass validation answers status 200 with `errors` in its
payload and changes nothing; the members of an error differ by setting, because
the vendor's own drafts differ.

Source: vendor GraphQL schema pages (UpdateProductInput, UpdateWorkInput,
CreateMarketingTextInput, CreateSupportingResourceInput).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from attrs import frozen
from graphql import GraphQLError

from commerce_bridge.sandbox.consonance import rows
from commerce_bridge.sandbox.consonance.answers_product import Resolver
from commerce_bridge.sandbox.consonance.isbn import is_valid
from commerce_bridge.sandbox.consonance.markup import markdown_to_html
from commerce_bridge.sandbox.consonance.searches import Ask

Input = Mapping[str, Any]

UPLOAD_HOST = "https://uploads.example.org"
"""Where a presigned upload address points; a reserved name, so nothing answers there."""

_PRODUCT_COLUMNS = {
    "isbn": "isbn",
    "gtin": "gtin",
    "asin": "asin",
    "prefix": "prefix",
    "title": "title",
    "subtitle": "subtitle",
    "publishersReference": "publishers_reference",
    "internalReference": "internal_reference",
    "productIdentifyingDoi": "product_identifying_doi",
    "productFormDescription": "product_form_description",
    "bookshopClassification": "bookshop_classification",
    "epubTypeDescription": "epub_type_description",
    "epubTypeVersion": "epub_type_version",
    "epubTypeNote": "epub_type_note",
    "publicationDate": "publication_date",
    "plannedPublicationDate": "planned_publication_date",
    "onixPublishingStatusCode": "status_code",
    "onixProductAvailabilityCode": "availability_code",
}
_WORK_COLUMNS = {"title": "title", "subtitle": "subtitle", "acronym": "acronym"}
_WORK_LISTS: Mapping[str, tuple[str, type[rows.Row]]] = {
    "workTypeId": ("work_type_id", rows.WorkType),
    "seasonId": ("season_id", rows.Season),
    "marketingTierId": ("marketing_tier_id", rows.MarketingTier),
    "projectStageId": ("project_stage_id", rows.ProjectStage),
}
_SCHEMES = {"themas": "THEMA", "bisacs": "BISAC", "bics": "BIC", "nurs": "NUR", "inHouseSubjects": "IN_HOUSE"}

_TEXT_COLUMNS = {
    "fromDate": "from_date",
    "untilDate": "until_date",
    "datePublished": "date_published",
    "dateReleased": "date_released",
    "publicationName": "publication_name",
    "reviewUrl": "review_url",
    "onixLanguageCode": "language_code",
    "onix2Only": "onix2_only",
    "publisherId": "publisher_id",
    "reviewerId": "reviewer_id",
}
_MARKDOWN = {
    "externalTextMarkdown": "external",
    "internalTextMarkdown": "internal",
    "alternateExternalTextMarkdown": "alternate",
}


@frozen(kw_only=True)
class Wrong:
    """One thing a write got wrong: the member of its input, and what is wrong with it."""

    name: str
    message: str


@frozen(kw_only=True)
class FieldError:
    """A `Wrong` in whichever members the account's schema has."""

    field: str
    attribute: str
    message: str
    messages: tuple[str, ...]


@frozen(kw_only=True)
class Payload:
    """What a write answers."""

    client_mutation_id: str | None
    product: rows.Product | None = None
    work: rows.Work | None = None
    marketing_text: rows.MarketingText | None = None
    supporting_resource: rows.SupportingResource | None = None
    presigned_url: str | None = None
    errors: tuple[FieldError, ...] = ()


def _refused(write: Input, wrongs: Sequence[Wrong]) -> Payload:
    messages: dict[str, list[str]] = {}
    for wrong in wrongs:
        messages.setdefault(wrong.name, []).append(wrong.message)
    return Payload(
        client_mutation_id=write.get("clientMutationId"),
        errors=tuple(
            FieldError(field=name, attribute=name, message=", ".join(said), messages=tuple(said))
            for name, said in messages.items()
        ),
    )


def _check_may_write(ask: Ask) -> None:
    if ask.settings.read_only_key:
        raise GraphQLError("This API key may only read.")


# ── products and works ───────────────────────────────────────────────────
def _product_changes(write: Input) -> dict[str, Any]:
    changes = {_PRODUCT_COLUMNS[name]: value for name, value in write.items() if name in _PRODUCT_COLUMNS}
    if changes.get("isbn"):
        changes["isbn"] = changes["isbn"].replace("-", "").replace(" ", "")
    return changes


def _product_wrongs(ask: Ask, write: Input, work_id: int | None = None, path: str = "") -> list[Wrong]:
    product = ask.tables.get(rows.Product, write["id"])
    if product is None or (work_id is not None and product.work_id != work_id):
        return [Wrong(name=f"{path}id", message="was not found")]
    isbn = _product_changes(write).get("isbn")
    return (
        [Wrong(name=f"{path}isbn", message="is not a valid ISBN-13")] if isbn and not is_valid(isbn) else []
    )


def update_product(root: object, ask: Ask, input: Input) -> Payload:
    """Change the members given of one product."""
    _check_may_write(ask)
    if wrongs := _product_wrongs(ask, input):
        return _refused(input, wrongs)
    ask.tables.edit("product", input["id"], at=ask.now, **_product_changes(input))
    return Payload(
        client_mutation_id=input.get("clientMutationId"), product=ask.tables.get(rows.Product, input["id"])
    )


def _work_wrongs(ask: Ask, write: Input) -> list[Wrong]:
    if ask.tables.get(rows.Work, write["id"]) is None:
        return [Wrong(name="id", message="was not found")]
    wrongs = [
        Wrong(name=name, message="was not found")
        for name, (_, row_class) in _WORK_LISTS.items()
        if write.get(name) is not None and ask.tables.get(row_class, write[name]) is None
    ]
    if "title" in write and not (write["title"] or "").strip():
        wrongs.append(Wrong(name="title", message="must not be blank"))
    for place, each in enumerate(write.get("products") or ()):
        wrongs += _product_wrongs(ask, each, write["id"], f"products.{place}.")
    return wrongs


def _replace_subjects(ask: Ask, work_id: int, scheme: str, codes: Sequence[str]) -> None:
    """A list of codes replaces the scheme's whole list; its order is the priority, its first the main one."""
    known = {
        row.code: row for row in ask.tables.where(rows.Subject, "work_id", work_id) if row.scheme == scheme
    }
    for row in known.values():
        if row.code not in codes:
            ask.tables.remove("subject", row.id, at=ask.now)
    for place, code in enumerate(dict.fromkeys(codes), 1):
        if code in known:
            ask.tables.edit("subject", known[code].id, at=ask.now, position=place, main=place == 1)
        else:
            ask.tables.add(
                "subject",
                at=ask.now,
                work_id=work_id,
                scheme=scheme,
                code=code,
                position=place,
                main=place == 1,
            )


def update_work(root: object, ask: Ask, input: Input) -> Payload:
    """Change the members given of one work and of any of its products: all of it or nothing."""
    _check_may_write(ask)
    if wrongs := _work_wrongs(ask, input):
        return _refused(input, wrongs)
    changes: dict[str, Any] = {
        _WORK_COLUMNS[name]: value for name, value in input.items() if name in _WORK_COLUMNS
    }
    changes |= {_WORK_LISTS[name][0]: value for name, value in input.items() if name in _WORK_LISTS}
    if "alternativeTitles" in input:
        changes["alternative_titles"] = tuple(input["alternativeTitles"] or ())
    ask.tables.edit("work", input["id"], at=ask.now, **changes)
    for name, scheme in _SCHEMES.items():
        if name in input:
            _replace_subjects(ask, input["id"], scheme, input[name] or ())
    for each in input.get("products") or ():
        ask.tables.edit("product", each["id"], at=ask.now, **_product_changes(each))
    return Payload(
        client_mutation_id=input.get("clientMutationId"), work=ask.tables.get(rows.Work, input["id"])
    )


# ── texts and resources ──────────────────────────────────────────────────
def _foreign_products(ask: Ask, work_id: int, product_ids: Sequence[int]) -> list[Wrong]:
    own = {product.id for product in ask.tables.where(rows.Product, "work_id", work_id)}
    strange = [str(each) for each in product_ids if each not in own]
    return [Wrong(name="productIds", message=f"has no product {', '.join(strange)}")] if strange else []


def _work_of_text(ask: Ask, write: Input) -> int | None:
    if write.get("workId") is not None:
        work = ask.tables.get(rows.Work, write["workId"])
        return work.id if work else None
    products = [ask.tables.get(rows.Product, each) for each in write.get("productIds") or ()]
    return next((product.work_id for product in products if product), None)


def create_marketing_text(root: object, ask: Ask, input: Input) -> Payload:
    """Add a text to a work, for the products named or for none."""
    _check_may_write(ask)
    work_id = _work_of_text(ask, input)
    product_ids = tuple(input.get("productIds") or ())
    wrongs = [] if work_id else [Wrong(name="workId", message="was not found")]
    if not input["externalTextMarkdown"].strip():
        wrongs.append(Wrong(name="externalTextMarkdown", message="must not be blank"))
    if work_id is not None:
        wrongs += _foreign_products(ask, work_id, product_ids)
    if wrongs:
        return _refused(input, wrongs)
    text_id = ask.tables.add(
        "marketing_text",
        at=ask.now,
        work_id=work_id,
        variant=input.get("variant") or "MAIN_DESCRIPTION",
        approval_status="DRAFT",
        product_ids=product_ids,
        content_audience_codes=tuple(input.get("onixContentAudienceCodes") or ("00",)),
        **_text_columns(input),
    )
    return Payload(
        client_mutation_id=input.get("clientMutationId"),
        marketing_text=ask.tables.get(rows.MarketingText, text_id),
    )


def _text_columns(write: Input) -> dict[str, Any]:
    columns: dict[str, Any] = {
        column: write[name] for name, column in _TEXT_COLUMNS.items() if write.get(name) is not None
    }
    for name, column in _MARKDOWN.items():
        if write.get(name):
            columns[f"{column}_markdown"] = write[name]
            columns[f"{column}_html"] = markdown_to_html(write[name])
    return columns


def _resource_wrongs(ask: Ask, write: Input) -> list[Wrong]:
    if ask.tables.get(rows.Work, write["workId"]) is None:
        return [Wrong(name="workId", message="was not found")]
    wrongs: list[Wrong] = []
    url, filename = write.get("imageRemoteUrl"), write.get("resourceFileName")
    if bool(url) == bool(filename):
        wrongs.append(Wrong(name="imageRemoteUrl", message="or resourceFileName must be given, and not both"))
    if url and not url.lower().split("?")[0].endswith((".jpg", ".jpeg")):
        wrongs.append(Wrong(name="imageRemoteUrl", message="must lead to a JPG"))
    if write.get("productIds") and write.get("linkToAllProducts"):
        wrongs.append(Wrong(name="productIds", message="and linkToAllProducts must not both be given"))
    return wrongs + _foreign_products(ask, write["workId"], write.get("productIds") or ())


def _unlink(ask: Ask, work_id: int, variant: str, product_ids: rows.Ids) -> None:
    """Take the earlier resources of this kind off the products."""
    for row in ask.tables.where(rows.SupportingResource, "work_id", work_id):
        if row.variant == variant:
            kept = tuple(each for each in row.product_ids if each not in product_ids)
            ask.tables.edit("supporting_resource", row.id, at=ask.now, product_ids=kept)


def create_supporting_resource(root: object, ask: Ask, input: Input) -> Payload:
    """Add an image to a work: fetched from an address, or uploaded to one that is answered."""
    _check_may_write(ask)
    if wrongs := _resource_wrongs(ask, input):
        return _refused(input, wrongs)
    work_id, variant = input["workId"], input.get("resourceVariant") or "FRONT_COVER"
    product_ids = tuple(input.get("productIds") or ())
    if input.get("linkToAllProducts"):
        product_ids = tuple(product.id for product in ask.tables.where(rows.Product, "work_id", work_id))
    if input.get("unlinkPrevious"):
        _unlink(ask, work_id, variant, product_ids)
    remote: str | None = input.get("imageRemoteUrl")
    filename: str = input.get("resourceFileName") or (remote or "").split("?")[0].rsplit("/", 1)[-1]
    resource_id = ask.tables.add(
        "supporting_resource",
        at=ask.now,
        work_id=work_id,
        created_at=ask.now,
        variant=variant,
        status=input.get("status") or "DRAFT",
        url=remote or f"{UPLOAD_HOST}/{filename}",
        filename=filename,
        caption=input.get("caption"),
        copyright=input.get("copyright"),
        required_credit=input.get("requiredCredit"),
        image_content_type="image/jpeg",
        image_remote_url=remote,
        ready_at=ask.now + timedelta(seconds=ask.settings.image_processing_s),
        content_audience_code=input.get("onixContentAudienceCode") or "00",
        product_ids=product_ids,
    )
    return Payload(
        client_mutation_id=input.get("clientMutationId"),
        supporting_resource=ask.tables.get(rows.SupportingResource, resource_id),
        presigned_url=None if remote else f"{UPLOAD_HOST}/{filename}?upload={resource_id}",
    )


WRITES: Mapping[str, Resolver] = {
    "updateProduct": update_product,
    "updateWork": update_work,
    "createMarketingText": create_marketing_text,
    "createSupportingResource": create_supporting_resource,
}
"""The members of the schema's Mutation type."""

"""The writes of the Consonance sandbox: what they change, what they refuse, and that a refusal changes nothing."""

from __future__ import annotations

from typing import Any

import pytest

from commerce_bridge.sandbox.catalogue import simple_title
from rigs.consonance_desk import OPENING, Answer, Desk

UPDATE_PRODUCT = """mutation ($input: UpdateProductInput!) { updateProduct(input: $input) {
  clientMutationId errors { field messages } product { id isbn { isbn13 } fullTitle publicationDate
  onixPublishingStatusCode onixProductAvailabilityCode } } }"""
UPDATE_WORK = """mutation ($input: UpdateWorkInput!) { updateWork(input: $input) {
  clientMutationId errors { field messages } work { id title subtitle alternativeTitles bisacs themas projectStage
  main: subjectCodes(mainOnly: true, schemesIn: [BISAC]) { code } products { id fullTitle } } } }"""
CREATE_TEXT = """mutation ($input: CreateMarketingTextInput!) { createMarketingText(input: $input) {
  errors { field messages } marketingText { id externalText externalTextMarkdown internalText productIds
  approvalStatus fromDate onixContentAudienceCodes } } }"""
CREATE_RESOURCE = """mutation ($input: CreateSupportingResourceInput!) { createSupportingResource(input: $input) {
  errors { field messages } presignedUrl supportingResource { id url filename isProcessing status resourceVariant
  imageRemoteUrl productIds } } }"""
COVER = "https://images.example.org/new-cover.jpg"


@pytest.fixture
def desk() -> Desk:
    desk = Desk()
    desk.sandbox.load(simple_title("The Black Road", forms=("BB", "DG")), at=OPENING)
    desk.sandbox.load(simple_title("Green Lane", number=2), at=OPENING)
    desk.later(days=3)
    return desk


def wrongs(answer: Answer, root: str) -> dict[str, list[str]]:
    """The errors in a write's payload; the answer itself must be a success without top-level errors."""
    assert answer.status == 200
    return {each["field"]: each["messages"] for each in answer.data[root]["errors"]}


def refused(desk: Desk, mutation: str, **members: Any) -> dict[str, list[str]]:
    before = desk.sandbox.state()
    (payload,) = desk.ask(mutation, input=members).data.values()
    assert desk.sandbox.state() == before
    assert payload["errors"]
    assert not any(value for name, value in payload.items() if name not in {"errors", "clientMutationId"})
    return {each["field"]: each["messages"] for each in payload["errors"]}


# ── updateProduct ────────────────────────────────────────────────────────
def test_a_product_changes_in_the_members_given_and_only_there(desk: Desk) -> None:
    answer = desk.ask(
        UPDATE_PRODUCT,
        input={
            "id": 1,
            "isbn": "978-1-6700-0990-6",
            "title": "Blacker Road",
            "publicationDate": "2026-10-01",
            "onixPublishingStatusCode": "_02",
            "onixProductAvailabilityCode": "_10",
            "clientMutationId": "abc",
        },
    )
    assert answer.data["updateProduct"] == {
        "clientMutationId": "abc",
        "errors": [],
        "product": {
            "id": 1,
            "isbn": {"isbn13": "9781670009906"},
            "fullTitle": "The Blacker Road",
            "publicationDate": "2026-10-01",
            "onixPublishingStatusCode": "_02",
            "onixProductAvailabilityCode": "_10",
        },
    }
    assert desk.sandbox.state()["product"][1]["title"] == "Black Road"


def test_null_clears_a_member_and_absence_keeps_it(desk: Desk) -> None:
    desk.ask(UPDATE_PRODUCT, input={"id": 1, "publicationDate": None})
    row = desk.sandbox.state()["product"][0]
    assert (row["publication_date"], row["isbn"]) == (None, "9781670000101")


def test_a_write_counts_as_a_change_from_the_instant_it_is_made(desk: Desk) -> None:
    search = f'workSearch: {{changedSince: "{desk.now.date()}"}}'
    assert desk.ids("works", search) == []
    desk.ask(UPDATE_PRODUCT, input={"id": 1, "asin": "B000000001"})
    assert desk.ids("works", search) == [1]


@pytest.mark.parametrize(
    ("members", "field"),
    [({"id": 1, "isbn": "9781670000102"}, "isbn"), ({"id": 1, "isbn": "x"}, "isbn"), ({"id": 99}, "id")],
)
def test_a_bad_product_is_refused_in_the_payload(desk: Desk, members: dict[str, Any], field: str) -> None:
    assert list(refused(desk, UPDATE_PRODUCT, **members)) == [field]


def test_a_status_is_an_enum_and_not_a_bare_code(desk: Desk) -> None:
    answer = desk.ask(UPDATE_PRODUCT, input={"id": 1, "onixPublishingStatusCode": "04"})
    assert "data" not in answer.json or answer.json["data"] is None
    assert answer.messages


# ── updateWork ───────────────────────────────────────────────────────────
def test_a_work_and_its_formats_change_in_one_call(desk: Desk) -> None:
    stage = desk.sandbox.add("project_stage", at=OPENING, name="Ready")
    told = desk.ask(
        UPDATE_WORK,
        input={
            "id": 1,
            "title": "The Long Road",
            "subtitle": "A Novel",
            "alternativeTitles": ["One", "Two"],
            "projectStageId": stage,
            "products": [{"id": 1, "title": "Long Road"}, {"id": 2, "prefix": None, "title": "Road"}],
        },
    ).data["updateWork"]
    assert told["errors"] == []
    assert told["work"]["title"] == "The Long Road"
    assert told["work"]["alternativeTitles"] == "One; Two"
    assert told["work"]["projectStage"] == "Ready"
    assert [each["fullTitle"] for each in told["work"]["products"]] == ["The Long Road", "Road"]


def test_a_list_of_subjects_replaces_the_whole_list_of_its_scheme(desk: Desk) -> None:
    told = desk.ask(UPDATE_WORK, input={"id": 1, "bisacs": ["FIC014000", "FIC019000", "FIC014000"]}).data[
        "updateWork"
    ]["work"]
    assert told["bisacs"] == ["FIC014000", "FIC019000"]
    assert told["main"] == [{"code": "FIC014000"}]
    assert told["themas"] == ["FBA"]
    told = desk.ask(UPDATE_WORK, input={"id": 1, "bisacs": []}).data["updateWork"]["work"]
    assert (told["bisacs"], told["themas"]) == ([], ["FBA"])


@pytest.mark.parametrize(
    ("members", "fields"),
    [
        ({"id": 9}, ["id"]),
        ({"id": 1, "title": " "}, ["title"]),
        ({"id": 1, "seasonId": 99, "title": ""}, ["seasonId", "title"]),
        ({"id": 1, "title": "Good", "products": [{"id": 1}, {"id": 3}]}, ["products.1.id"]),
        ({"id": 1, "title": "Good", "products": [{"id": 1, "isbn": "1"}]}, ["products.0.isbn"]),
    ],
)
def test_a_bad_work_is_refused_whole(desk: Desk, members: dict[str, Any], fields: list[str]) -> None:
    assert list(refused(desk, UPDATE_WORK, **members)) == fields


# ── createMarketingText ──────────────────────────────────────────────────
def test_a_text_is_made_from_markdown_and_waits_for_approval(desk: Desk) -> None:
    told = desk.ask(
        CREATE_TEXT,
        input={
            "workId": 1,
            "externalTextMarkdown": "A *very* black road.\n\nRead it.",
            "internalTextMarkdown": "Not yet.",
            "variant": "SHORT_DESCRIPTION",
            "productIds": [2],
            "fromDate": "2026-07-01",
            "onixContentAudienceCodes": ["_03"],
        },
    ).data["createMarketingText"]
    assert told["errors"] == []
    text = told["marketingText"]
    assert text["externalText"] == "<p>A <em>very</em> black road.</p><p>Read it.</p>"
    assert text["externalTextMarkdown"] == "A *very* black road.\n\nRead it."
    assert text["internalText"] == "<p>Not yet.</p>"
    assert (text["approvalStatus"], text["productIds"], text["fromDate"]) == ("DRAFT", [2], "2026-07-01")
    assert text["onixContentAudienceCodes"] == ["_03"]


def test_a_text_may_name_its_work_by_a_product(desk: Desk) -> None:
    desk.ask(CREATE_TEXT, input={"productIds": [3], "externalTextMarkdown": "Green."})
    assert desk.sandbox.state()["marketing_text"][-1]["work_id"] == 2


@pytest.mark.parametrize(
    ("members", "fields"),
    [
        ({"externalTextMarkdown": "x"}, ["workId"]),
        ({"workId": 9, "externalTextMarkdown": "x"}, ["workId"]),
        ({"workId": 1, "externalTextMarkdown": "  "}, ["externalTextMarkdown"]),
        ({"workId": 1, "externalTextMarkdown": "x", "productIds": [1, 3]}, ["productIds"]),
    ],
)
def test_a_bad_text_is_refused(desk: Desk, members: dict[str, Any], fields: list[str]) -> None:
    assert list(refused(desk, CREATE_TEXT, **members)) == fields


# ── createSupportingResource ─────────────────────────────────────────────
def test_an_image_is_fetched_and_has_its_sizes_later(desk: Desk) -> None:
    told = desk.ask(
        CREATE_RESOURCE, input={"workId": 1, "imageRemoteUrl": COVER, "linkToAllProducts": True}
    ).data["createSupportingResource"]
    made = told["supportingResource"]
    assert (told["presignedUrl"], made["isProcessing"], made["url"]) == (None, True, None)
    assert (made["filename"], made["status"], made["imageRemoteUrl"]) == ("new-cover.jpg", "DRAFT", COVER)
    assert made["productIds"] == [1, 2]
    desk.later(seconds=30)
    resources = desk.ask("{ work(workSearch: {idEq: 1}) { supportingResources { id url isProcessing } } }")
    assert resources.data["work"]["supportingResources"][-1] == {
        "id": made["id"],
        "url": COVER,
        "isProcessing": False,
    }


def test_an_upload_gets_an_address_to_send_the_file_to(desk: Desk) -> None:
    told = desk.ask(
        CREATE_RESOURCE,
        input={
            "workId": 1,
            "resourceFileName": "back.jpg",
            "resourceVariant": "BACK_COVER",
            "status": "APPROVED",
        },
    ).data["createSupportingResource"]
    assert told["presignedUrl"].startswith("https://uploads.example.org/back.jpg?")
    made = told["supportingResource"]
    assert (made["resourceVariant"], made["status"], made["imageRemoteUrl"]) == (
        "BACK_COVER",
        "APPROVED",
        None,
    )


def test_the_earlier_image_of_the_kind_can_be_taken_off(desk: Desk) -> None:
    desk.ask(
        CREATE_RESOURCE,
        input={"workId": 1, "imageRemoteUrl": COVER, "productIds": [1], "unlinkPrevious": True},
    )
    first, *_, last = desk.sandbox.state()["supporting_resource"]
    assert (first["product_ids"], last["product_ids"]) == ([2], [1])


@pytest.mark.parametrize(
    ("members", "fields"),
    [
        ({"workId": 9, "imageRemoteUrl": COVER}, ["workId"]),
        ({"workId": 1}, ["imageRemoteUrl"]),
        ({"workId": 1, "imageRemoteUrl": COVER, "resourceFileName": "a.jpg"}, ["imageRemoteUrl"]),
        ({"workId": 1, "imageRemoteUrl": "https://images.example.org/a.png"}, ["imageRemoteUrl"]),
        (
            {"workId": 1, "imageRemoteUrl": COVER, "productIds": [1], "linkToAllProducts": True},
            ["productIds"],
        ),
        ({"workId": 1, "imageRemoteUrl": COVER, "productIds": [3]}, ["productIds"]),
    ],
)
def test_a_bad_image_is_refused(desk: Desk, members: dict[str, Any], fields: list[str]) -> None:
    assert list(refused(desk, CREATE_RESOURCE, **members)) == fields


def test_an_address_must_be_one(desk: Desk) -> None:
    answer = desk.ask(CREATE_RESOURCE, input={"workId": 1, "imageRemoteUrl": "ftp://example.org/a.jpg"})
    assert "is not an http address" in answer.messages[0]


# ── the shapes of errors, and keys that only read ────────────────────────
@pytest.mark.parametrize(
    ("shape", "selection", "told"),
    [
        ("field_messages", "field messages", {"field": "id", "messages": ["was not found"]}),
        ("attribute_message", "attribute message", {"attribute": "id", "message": "was not found"}),
        ("field_message", "field message", {"field": "id", "message": "was not found"}),
    ],
)
def test_errors_have_the_shape_the_account_has(shape: str, selection: str, told: dict[str, Any]) -> None:
    desk = Desk(error_shape=shape)
    answer = desk.ask(f"mutation {{ updateProduct(input: {{id: 9}}) {{ errors {{ {selection} }} }} }}")
    assert answer.data == {"updateProduct": {"errors": [told]}}
    others = {"field", "attribute", "message", "messages"} - set(selection.split())
    for other in others:
        assert desk.ask(f"mutation {{ updateProduct(input: {{id: 9}}) {{ errors {{ {other} }} }} }}").messages


@pytest.mark.parametrize("mutation", [UPDATE_PRODUCT, UPDATE_WORK])
def test_a_key_may_be_for_reading_only(desk: Desk, mutation: str) -> None:
    desk.sandbox.configure(read_only_key=True)
    before = desk.sandbox.state()
    answer = desk.ask(mutation, input={"id": 1, "title": "New"})
    assert answer.messages == ["This API key may only read."]
    assert desk.sandbox.state() == before


def test_two_writes_in_one_request_run_in_order(desk: Desk) -> None:
    answer = desk.ask(
        'mutation { a: updateProduct(input: {id: 1, title: "A"}) { product { fullTitle } } '
        'b: updateProduct(input: {id: 1, title: "B"}) { product { fullTitle } } }'
    )
    assert answer.data == {
        "a": {"product": {"fullTitle": "The A"}},
        "b": {"product": {"fullTitle": "The B"}},
    }
    assert wrongs(desk.ask(UPDATE_PRODUCT, input={"id": 1}), "updateProduct") == {}

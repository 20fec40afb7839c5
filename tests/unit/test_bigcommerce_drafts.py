"""Drafts: what is given is sent, what is cleared is cleared, what is not given stays."""

from __future__ import annotations

import inspect
import json
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from attrs import fields

from commerce_bridge.domain.absence import CLEARED, MISSING
from commerce_bridge.platforms.bigcommerce import (
    CategoryDraft,
    CustomFieldDraft,
    ImageDraft,
    MetafieldDraft,
    ProductDraft,
    VariantDraft,
    drafts,
)
from commerce_bridge.platforms.bigcommerce.drafts.body import body_of
from commerce_bridge.platforms.bigcommerce.json_text import json_text
from commerce_bridge.platforms.bigcommerce.multipart import Upload, form
from rigs.bigcommerce_client import raw_client

ALL = [kind for kind in vars(drafts).values() if inspect.isclass(kind)]


def test_nothing_given_is_nothing_sent() -> None:
    for kind in (ProductDraft, VariantDraft, CategoryDraft, MetafieldDraft, ImageDraft):
        assert body_of(kind()) == {}


def test_values_go_under_the_vendors_names() -> None:
    draft = ProductDraft(
        name="Salt Roads",
        price=Decimal("14.99"),
        categories=(41, 57),
        is_visible=False,
        custom_fields=(CustomFieldDraft(name="Author", value="A. Writer"),),
        variants=(VariantDraft(sku="9780000000019", price=Decimal("9.5")),),
    )
    assert body_of(draft) == {
        "name": "Salt Roads",
        "price": Decimal("14.99"),
        "categories": [41, 57],
        "is_visible": False,
        "custom_fields": [{"name": "Author", "value": "A. Writer"}],
        "variants": [{"sku": "9780000000019", "price": Decimal("9.5")}],
    }


def test_cleared_is_sent_as_the_api_clears_it() -> None:
    product = ProductDraft(
        sku=CLEARED, sale_price=CLEARED, preorder_release_date=CLEARED, categories=CLEARED, brand_id=CLEARED
    )
    assert json.loads(json_text(body_of(product))) == {
        "sku": "",
        "sale_price": 0,
        "preorder_release_date": None,
        "categories": [],
        "brand_id": 0,
    }
    assert body_of(VariantDraft(price=CLEARED, upc=CLEARED)) == {"price": None, "upc": ""}


@pytest.mark.parametrize("draft", [ProductDraft(name=CLEARED), VariantDraft(sku=CLEARED)])  # type: ignore[arg-type]
def test_what_cannot_be_cleared_says_so(draft: object) -> None:
    with pytest.raises(ValueError, match=r"(name|sku) cannot be cleared"):
        body_of(draft)


@pytest.mark.parametrize("kind", ALL, ids=lambda kind: kind.__name__)
def test_every_optional_field_starts_as_not_given(kind: type) -> None:
    for one in fields(kind):
        assert one.kw_only
        assert one.default is MISSING or kind.__name__ == "RedirectDraft"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Decimal("14.99"), "14.99"),
        (Decimal("14.9900"), "14.9900"),
        (Decimal("0.1000000000000000055511151231257827"), "0.1000000000000000055511151231257827"),
        (Decimal("1E+3"), "1000"),
        (Decimal("-0.0001"), "-0.0001"),
        ({"a": [Decimal("1.10"), None, True, 'é"']}, '{"a":[1.10,null,true,"é\\""]}'),
        (datetime(2027, 3, 4, tzinfo=UTC), '"2027-03-04T00:00:00Z"'),
        ((1, 2), "[1,2]"),
    ],
)
def test_json_is_exact(value: object, text: str) -> None:
    assert json_text(value) == text
    json.loads(json_text(value))


@pytest.mark.parametrize("value", [Decimal("NaN"), Decimal("Infinity")])
def test_json_has_no_number_without_end(value: Decimal) -> None:
    with pytest.raises(ValueError, match="finite"):
        json_text(value)


def test_an_instant_without_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="aware"):
        json_text({"preorder_release_date": datetime(2027, 3, 4)})


def test_an_update_takes_no_variants() -> None:
    client = raw_client()
    draft = ProductDraft(variants=(VariantDraft(sku="a"),))
    with pytest.raises(ValueError, match="takes no variants"):
        next(client.products.update(1, draft))
    with pytest.raises(ValueError, match="takes no variants"):
        next(client.products.update_batch([(1, draft)]))
    with pytest.raises(ValueError, match="option values cannot change"):
        next(client.variants.update(1, 2, VariantDraft(option_values=())))


def test_a_form_has_its_fields_and_its_file() -> None:
    upload = Upload(name='a "b".jpg', content=b"\r\n--x--\r\n", media_type="image/jpeg")
    made = form({"is_thumbnail": True, "sort_order": 3, "description": "Größe"}, upload)
    kind, _, line = made.content_type.partition("; boundary=")
    assert kind == "multipart/form-data"
    parts = made.content.split(f"--{line}".encode())
    assert parts[0] == b""
    assert parts[-1] == b"--\r\n"
    assert [part.split(b"\r\n\r\n", 1)[1][:-2] for part in parts[1:-1]] == [
        b"true",
        b"3",
        "Größe".encode(),
        b"\r\n--x--\r\n",
    ]
    assert b'name="image_file"; filename="a %22b%22.jpg"' in parts[4]
    assert form({}, upload) == form({}, upload)
    assert "bytes" in repr(upload)

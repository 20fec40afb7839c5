"""Products, variants, brands and categories of a shop, through the client."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import anyio
import pytest

from commerce_bridge.errors import Conflict, GuardRail, NotFound, RejectedRecord, ServerFault
from commerce_bridge.flow.messages import Response
from commerce_bridge.http.opening import Surroundings
from commerce_bridge.platforms.bigcommerce import (
    AsyncBigCommerce,
    BrandDraft,
    CategoryDraft,
    ChannelDraft,
    CustomFieldDraft,
    CustomUrlDraft,
    ImageDraft,
    MetafieldDraft,
    OptionChoiceDraft,
    OptionDraft,
    OptionValueDraft,
    ProductDraft,
    RedirectDraft,
    RedirectTargetDraft,
    Saved,
    Upload,
    VariantDraft,
)
from commerce_bridge.sandbox.core import Fault
from commerce_bridge.testing.play import play
from rigs.bigcommerce_client import Desk, answer, body, draft, raw_client, refusal

PNG = Upload(name="cover.png", content=b"\x89PNG\r\n\x1a\n" + bytes(40), media_type="image/png")


def _family(desk: Desk, *skus: str) -> Any:
    variants = tuple(
        VariantDraft(sku=sku, option_values=(OptionChoiceDraft(option_display_name="Format", label=sku),))
        for sku in skus
    )
    return desk.product("Family", "W-1", variants=variants)


def test_a_product_is_made_read_changed_and_deleted() -> None:
    store = Desk().store
    made = store.products.create(draft(custom_fields=(CustomFieldDraft(name="Author", value="A. Writer"),)))
    assert made.problems == {}
    number = made.value.id
    product = store.products.get(number, include=["custom_fields"])
    assert product.price == Decimal("14.99")
    assert product.custom_fields is not None
    assert product.custom_fields[0].value == "A. Writer"
    changed = store.products.update(number, ProductDraft(price=Decimal("11.99"))).value
    assert (changed.price, changed.name) == (Decimal("11.99"), "Salt Roads")
    store.products.delete(number)
    with pytest.raises(NotFound):
        store.products.get(number)


def test_a_name_taken_is_a_conflict_and_a_bad_field_is_rejected() -> None:
    desk = Desk()
    desk.product()
    with pytest.raises(Conflict):
        desk.product(sku="9780000000026")
    with pytest.raises(RejectedRecord) as caught:
        desk.store.products.create(ProductDraft(name="No weight", type="physical", price=Decimal(1)))
    assert "weight" in caught.value.fields


def test_what_does_not_take_hold_is_a_problem_of_a_saved_product() -> None:
    desk = Desk()
    desk.product(custom_url=CustomUrlDraft(url="/salt/", is_customized=True))
    other = desk.product("Other", "9780000000026")
    saved = desk.store.products.update(
        other.id, ProductDraft(custom_url=CustomUrlDraft(url="/salt/"), price=Decimal(5))
    )
    assert saved.value.price == 5
    assert "custom_url" in saved.problems


def test_a_207_that_declares_an_array_is_read_too() -> None:
    told = answer([{"id": 7}], 207, errors={"title": "Partly", "errors": {"inventory_level": "negative"}})
    saved = play(raw_client().products.create(draft()), [told]).result
    assert saved == Saved(value=saved.value, problems={"inventory_level": "negative"})
    assert saved.value.id == 7


def test_products_are_found_by_main_sku_and_by_variant_sku_whatever_the_case() -> None:
    desk = Desk()
    single = desk.product("Single", "isbn-a")
    family = _family(desk, "isbn-b", "isbn-c")
    start = desk.count()
    found = desk.store.products.find_by_sku("ISBN-A")
    assert found is not None
    assert (found.product.id, found.variant) == (single.id, None)
    assert desk.count() - start == 1
    start = desk.count()
    found = desk.store.products.find_by_sku("ISBN-C")
    assert found is not None
    assert found.variant is not None
    assert (found.product.id, found.variant.sku) == (family.id, "isbn-c")
    assert desk.count() - start == 3
    start = desk.count()
    assert desk.store.products.find_by_sku("isbn-d") is None
    assert desk.count() - start == 2


def test_upsert_makes_then_changes() -> None:
    desk = Desk()
    made = desk.store.products.upsert_by_sku(draft())
    again = desk.store.products.upsert_by_sku(draft(price=Decimal(9)))
    assert again.value.id == made.value.id
    assert again.value.price == 9
    assert len(list(desk.store.products.list())) == 1


@pytest.mark.parametrize("kind", ["cut_after", "timeout_after"])
def test_upsert_finds_what_it_made_when_the_answer_was_lost(kind: str) -> None:
    desk = Desk(faults=(Fault(kind=kind, method="POST", path="/products$"),))
    saved = desk.store.products.upsert_by_sku(draft())
    assert desk.paths().count("POST /v3/catalog/products") == 1
    assert [product.id for product in desk.store.products.list()] == [saved.value.id]


@pytest.mark.parametrize("kind", ["cut_before", "status"])
def test_upsert_makes_what_was_never_made(kind: str) -> None:
    desk = Desk(faults=(Fault(kind=kind, method="POST", path="/products$", status=500),))
    saved = desk.store.products.upsert_by_sku(draft())
    assert desk.paths().count("POST /v3/catalog/products") == 2
    assert [product.id for product in desk.store.products.list()] == [saved.value.id]


def test_upsert_gives_up_after_the_second_lost_answer() -> None:
    desk = Desk(faults=(Fault(kind="status", method="POST", status=500, times=None),))
    with pytest.raises(ServerFault):
        desk.store.products.upsert_by_sku(draft())
    assert desk.paths().count("POST /v3/catalog/products") == 2


def test_upsert_of_a_variants_sku_changes_its_product_and_leaves_the_sku() -> None:
    desk = Desk()
    family = _family(desk, "isbn-b", "isbn-c")
    changed = desk.store.products.upsert_by_sku(ProductDraft(sku="isbn-b", description="<p>new</p>")).value
    assert (changed.id, changed.sku, changed.description) == (family.id, "W-1", "<p>new</p>")


def test_upsert_needs_a_sku() -> None:
    with pytest.raises(ValueError, match="needs a draft with a sku"):
        Desk().store.products.upsert_by_sku(ProductDraft(name="x"))


def test_many_are_read_by_id_in_chunks() -> None:
    desk = Desk()
    ids = [desk.product(f"Title {number}", f"isbn-{number}").id for number in range(12)]
    start = desk.count()
    found = desk.store.products.get_many([*ids, 9999, *ids], include=["options"])
    assert [product.id for product in found] == ids
    assert desk.count() - start == 2


def test_a_delta_read_names_its_instant_in_full() -> None:
    desk = Desk()
    desk.product()
    middle = desk.clock.now() + timedelta(hours=1)
    desk.clock.advance(7200)
    late = desk.product("Later", "isbn-later")
    changed = list(desk.store.products.list(date_modified_min=middle, sort="date_modified", direction="asc"))
    assert [product.id for product in changed] == [late.id]
    assert desk.world.log[-1].request.param("date_modified:min") == "2026-11-02T10:00:00Z"


def test_products_are_deleted_by_filter() -> None:
    desk = Desk()
    ids = [desk.product(f"Title {number}", f"isbn-{number}").id for number in range(3)]
    desk.store.products.delete_where(id_in=ids[:2])
    assert [product.id for product in desk.store.products.list()] == ids[2:]
    with pytest.raises(GuardRail):
        desk.store.products.delete_where()
    assert len(list(desk.store.products.list())) == 1


def test_options_values_and_variants() -> None:
    desk = Desk()
    store, product = desk.store, desk.product()
    option = store.options.create(
        product.id,
        OptionDraft(
            display_name="Format",
            type="radio_buttons",
            option_values=(OptionValueDraft(label="Paperback", sort_order=0),),
        ),
    )
    value = store.option_values.create(product.id, option.id, OptionValueDraft(label="Ebook", sort_order=1))
    store.option_values.update(product.id, option.id, value.id, OptionValueDraft(label="E-book"))
    assert [one.label for one in store.option_values.list(product.id, option.id)] == ["Paperback", "E-book"]
    choice = OptionChoiceDraft(option_id=option.id, id=value.id)
    variant = store.variants.create(product.id, VariantDraft(sku="e-1", option_values=(choice,))).value
    store.variants.update(product.id, variant.id, VariantDraft(price=Decimal("7.99")))
    assert store.variants.get(product.id, variant.id).price == Decimal("7.99")
    assert [one.sku for one in store.variants.list_all(product_id_in=[product.id])] == ["e-1"]
    assert store.variants.set_image(product.id, variant.id, upload=PNG).image_url
    with pytest.raises(ValueError, match="either an address or an upload"):
        store.variants.set_image(product.id, variant.id)
    store.variants.delete(product.id, variant.id)
    with pytest.raises(NotFound):
        store.variants.get(product.id, variant.id)
    assert [one.display_name for one in store.options.list(product.id)] == ["Format"]


def test_images_by_address_and_by_upload() -> None:
    desk = Desk(image_hosts=("images.example",))
    store, product = desk.store, desk.product()
    fetched = store.images.create(
        product.id, ImageDraft(image_url="https://images.example/9780000000019.jpg", is_thumbnail=True)
    )
    assert fetched.image_file is not None
    assert "9780000000019" in fetched.image_file
    uploaded = store.images.create(product.id, ImageDraft(description="back", sort_order=2), upload=PNG)
    assert uploaded.description == "back"
    store.images.update(product.id, uploaded.id, ImageDraft(description="Back"))
    assert [one.description for one in store.images.list(product.id)] == ["", "Back"]
    with pytest.raises(RejectedRecord):
        store.images.create(product.id, ImageDraft(image_url="https://down.example/x.jpg"))
    with pytest.raises(ValueError, match="either an address or an upload"):
        store.images.create(product.id, ImageDraft())
    store.images.delete(product.id, uploaded.id)
    assert store.images.get(product.id, fetched.id).is_thumbnail is True


def test_custom_fields() -> None:
    desk = Desk()
    store, product = desk.store, desk.product()
    made = store.custom_fields.create(product.id, name="Series", value="Salt")
    store.custom_fields.update(product.id, made.id, value="Salt and Roads")
    assert store.custom_fields.get(product.id, made.id).value == "Salt and Roads"
    store.custom_fields.delete(product.id, made.id)
    assert list(store.custom_fields.list(product.id)) == []


def test_one_metafield() -> None:
    desk = Desk()
    store, product = desk.store, desk.product()
    named = MetafieldDraft(namespace="n", key="k", value="v", permission_set="app_only")
    made = store.product_metafields.create(product.id, named)
    with pytest.raises(Conflict):
        store.product_metafields.create(product.id, named)
    store.product_metafields.update(product.id, made.id, MetafieldDraft(value="w"))
    assert store.product_metafields.get(product.id, made.id).value == "w"
    store.product_metafields.delete(product.id, made.id)
    assert list(store.product_metafields.list(product.id)) == []


def test_a_variants_metafield_is_reached_through_both_ids() -> None:
    desk = Desk()
    family = _family(desk, "isbn-b", "isbn-c")
    variant = next(iter(desk.store.variants.list(family.id)))
    fields = desk.store.variant_metafields
    made = fields.create(
        family.id, variant.id, MetafieldDraft(namespace="n", key="k", value="v", permission_set="read")
    )
    assert fields.get(family.id, variant.id, made.id).value == "v"
    assert fields.update(family.id, variant.id, made.id, MetafieldDraft(value="w")).value == "w"
    assert [one.id for one in fields.list(family.id, variant.id)] == [made.id]
    assert [one.id for one in fields.list_all(resource_id_in=[variant.id])] == [made.id]
    assert list(fields.list_all(resource_id_in=[1])) == []
    fields.delete(family.id, variant.id, made.id)


def test_brands() -> None:
    desk = Desk()
    brands = desk.store.brands
    made = brands.create(BrandDraft(name="Harbour")).value
    assert (
        brands.update(made.id, BrandDraft(page_title="Harbour Imprint")).value.page_title == "Harbour Imprint"
    )
    start = desk.count()
    assert brands.ensure("Harbour").id == made.id
    assert desk.count() - start == 1
    assert brands.ensure("harbour").id == made.id
    other = brands.ensure("Quay")
    assert [one.name for one in brands.list(sort="name")] == ["Harbour", "Quay"]
    brands.delete(other.id)
    brands.delete_where(name="Harbour")
    assert list(brands.list()) == []


def test_a_brand_made_by_somebody_else_in_between_is_found() -> None:
    found = answer([{"id": 4, "name": "HARBOUR"}], meta={"pagination": {"total_pages": 1}})
    lines = [answer([]), refusal(409, "taken"), found]
    assert play(raw_client().brands.ensure("Harbour"), lines).result.id == 4
    lost = [answer([]), refusal(504, "late"), answer([])]
    assert isinstance(play(raw_client().brands.ensure("Harbour"), lost).error, ServerFault)


def test_a_path_of_categories() -> None:
    desk = Desk()
    (tree,) = desk.store.trees.list()
    path = desk.store.categories.ensure_path(tree.id, ("Fiction", "Crime"))
    assert [one.name for one in path] == ["Fiction", "Crime"]
    assert path[1].parent_id == path[0].category_id
    start = desk.count()
    again = desk.store.categories.ensure_path(tree.id, ("Fiction", "Crime"))
    assert [one.category_id for one in again] == [one.category_id for one in path]
    assert desk.count() - start == 2
    other = desk.store.categories.ensure_path(tree.id, ("fiction", "Saga"))
    assert other[0].category_id == path[0].category_id
    (top,) = desk.store.trees.nodes(tree.id)
    assert sorted(child.name or "" for child in top.children) == ["Crime", "Saga"]
    desk.store.categories.update([(path[1].category_id, CategoryDraft(is_visible=False))])
    assert [one.is_visible for one in desk.store.categories.list(category_id_in=[path[1].category_id])] == [
        False
    ]
    desk.store.categories.delete_where(category_id_in=[path[1].category_id])
    with pytest.raises(RejectedRecord):
        desk.store.categories.ensure_path(tree.id, ("x" * 51,))


def test_assignments_are_added_and_taken_away() -> None:
    desk = Desk()
    product = desk.product()
    (tree,) = desk.store.trees.list()
    (fiction,) = desk.store.categories.ensure_path(tree.id, ("Fiction",))
    assert desk.store.channel_assignments.assign([(product.id, 1)]) == (Saved(value=(product.id, 1)),)
    desk.store.category_assignments.assign([(product.id, fiction.category_id)])
    assert [one.channel_id for one in desk.store.channel_assignments.list(product_id_in=[product.id])] == [1]
    assert [one.product_id for one in desk.store.category_assignments.list()] == [product.id]
    desk.store.channel_assignments.unassign(product_id_in=[product.id], channel_id_in=[1])
    desk.store.category_assignments.unassign(product_id_in=[product.id])
    assert list(desk.store.channel_assignments.list()) == list(desk.store.category_assignments.list()) == []


def test_channels_and_currencies() -> None:
    store = Desk().store
    (first,) = store.channels.list(include="currencies", type_in=["storefront"])
    assert first.id == 1
    made = store.channels.create(ChannelDraft(name="Quay", type="pos", platform="custom", status="connected"))
    assert store.channels.update(made.id, ChannelDraft(is_visible=False)).is_visible is False
    assert store.channels.get(made.id).name == "Quay"
    with pytest.raises(ValueError, match="cannot change"):
        store.channels.update(made.id, ChannelDraft(type="marketplace"))
    (currency,) = store.currencies.list()
    assert store.currencies.get(currency.id).currency_code == "GBP"


def test_redirects() -> None:
    redirects = raw_client().redirects
    row = {"id": 5, "site_id": 1000, "from_path": "/old/", "to": {"type": "product", "entity_id": 7}}
    page = answer([row], meta={"pagination": {"total_pages": 1}})
    listed = play(
        redirects.list(None, include="to_url", site_id=1000, id_in=[5], keyword="old", sort="type"), [page]
    )
    assert listed.result.items[0].to is not None
    assert listed.result.items[0].to.entity_id == 7
    (request,) = listed.sent
    assert request.path == "/v3/storefront/redirects"
    assert dict(request.query) == {
        "include": "to_url",
        "site_id": "1000",
        "id:in": "5",
        "keyword": "old",
        "sort": "type",
        "limit": "250",
    }
    target = RedirectTargetDraft(type="product", entity_id=7)
    upserted = play(
        redirects.upsert([RedirectDraft(from_path="/old/", site_id=1000, to=target)]), [answer([row], 201)]
    )
    (request,) = upserted.sent
    assert request.method == "PUT"
    assert body(request) == [
        {"from_path": "/old/", "site_id": 1000, "to": {"type": "product", "entity_id": 7}}
    ]
    assert [one.value.id for one in upserted.result] == [5]
    (request,) = play(redirects.delete([5, 6], site_id=1000), [Response(status=204)]).sent
    assert (request.method, dict(request.query)) == ("DELETE", {"id:in": "5,6", "site_id": "1000"})


def test_check_says_what_to_know() -> None:
    desk = Desk()
    found = desk.store.check()
    assert found.store.currency == "GBP"
    assert abs(found.skew_s) < 2
    named = {row.name: row.supported for row in found.capabilities}
    assert named["price_lists"] is None
    assert named["digital_file_upload"] is False
    assert named["variant_preorder"] is False
    assert named["country_restriction"] is False
    assert desk.count() == 2
    for hidden in ("admin_email", "order_email", "phone", "address"):
        assert f"{hidden}=" not in repr(found)


def test_check_warns() -> None:
    store = '{"plan_level": "Standard", "status": "down_for_maintenance", "shiny": 1}'
    lines = [Response(status=200, body=b'{"time": 0}'), Response(status=200, body=store.encode())]
    warnings = play(raw_client(plan="pro").check(), lines).result.warnings
    assert len(warnings) == 6
    for word in ("clock", "150 requests", "currency", "include tax", "down_for_maintenance", "Store.shiny"):
        assert any(word in text for text in warnings)


def test_check_knows_the_plan() -> None:
    store = b'{"plan_level": "Enterprise", "features": {"multi_storefront_enabled": true}}'
    lines = [Response(status=200, body=b'{"time": 0}'), Response(status=200, body=store)]
    named = {row.name: row.supported for row in play(raw_client().check(), lines).result.capabilities}
    assert (named["price_lists"], named["multi_storefront"]) == (True, True)


def test_request_reaches_everything_else() -> None:
    desk = Desk()
    response = desk.store.request("GET", "/v2/store", operation="store.look")
    assert response.status == 200
    sent = desk.world.log[0].request
    assert sent.header("X-Auth-Token")
    assert sent.header("Accept") == "application/json"
    assert sent.header("Content-Type") is None
    posted = raw_client().request("POST", "/v3/customers", query={"id:in": [1, 2]}, json=[{"email": "x"}])
    (request,) = play(posted, [answer([])]).sent
    assert request.param("id:in") == "1,2"
    assert request.header("Content-Type") == "application/json"


def test_raw_and_sync_keep_to_their_modes() -> None:
    store = Desk().store
    assert store.products is store.products
    assert store.raw.products is store.raw.products
    assert store.raw.products is not store.products
    assert store.raw.raw is store.raw
    assert play(store.raw.products.list(None), [answer([])]).result.items == ()
    assert "bigcommerce:demo" in repr(store)


def test_a_client_is_closed_by_its_block() -> None:
    closed: list[bool] = []

    class Line:
        def send(self, request: object, timeout_s: float) -> Response:
            return Response(status=200, body=b'{"time": 5}')

        def close(self) -> None:
            closed.append(True)

    from commerce_bridge.platforms.bigcommerce import BigCommerce

    with BigCommerce(store_hash="demo", access_token="t", transport=Line()) as store:
        assert store.store.time().timestamp() == 5
    assert closed == [True]


def test_the_same_calls_async() -> None:
    desk = Desk()

    async def run() -> list[str | None]:
        transport = desk.world.asynchronous(desk.clock, base_path="/stores/demo")
        opened = AsyncBigCommerce(
            **desk.sandbox.credentials(), transport=transport, surroundings=Surroundings(clock=desk.clock)
        )
        async with opened as store:
            assert "bigcommerce:demo" in repr(store)
            await store.products.create(draft())
            await store.brands.ensure("Harbour")
            return [product.name async for product in store.products.list()]

    assert anyio.run(run) == ["Salt Roads"]

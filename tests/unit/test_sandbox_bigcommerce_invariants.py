"""Whatever is sent to the BigCommerce sandbox, its indexes stay true and refusals change nothing."""

from __future__ import annotations

from typing import Any

from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from commerce_bridge.sandbox.bigcommerce.store import Store
from rigs.bigcommerce_shop import Reply, Shop

PRODUCTS = "/v3/catalog/products"
NAMES = st.sampled_from(["One", "Two", "one", "Three"])
SKUS = st.sampled_from(["", "a", "A", "b", "c", "d"])
URLS = st.sampled_from(["/one/", "/two", "/x/", "/x-2/", "/ü/"])


def _fields() -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(
        {},
        optional={
            "name": NAMES,
            "sku": SKUS,
            "price": st.sampled_from([1, 2.5, -1]),
            "custom_url": st.fixed_dictionaries({"url": URLS}),
            "brand_name": st.sampled_from(["North", "north", "South"]),
            "availability": st.sampled_from(["available", "preorder"]),
            "is_preorder_only": st.booleans(),
            "preorder_release_date": st.sampled_from([None, "2026-11-02T10:00:00Z", "2026-11-03T10:00:00Z"]),
            "custom_fields": st.lists(
                st.fixed_dictionaries({"name": st.just("N"), "value": st.sampled_from("xyz")}), max_size=2
            ),
        },
    )


def _variants() -> st.SearchStrategy[list[dict[str, Any]]]:
    return st.lists(
        st.builds(
            lambda sku, label: {"sku": sku, "option_values": [{"option_display_name": "F", "label": label}]},
            SKUS,
            st.sampled_from("pq"),
        ),
        max_size=2,
    )


@st.composite
def _steps(draw: st.DrawFn) -> tuple[str, str, Any]:
    number = draw(st.integers(101, 104))
    variant = draw(st.integers(501, 508))
    fields = draw(_fields())
    kinds: dict[str, tuple[str, str, Any]] = {
        "create": (
            "POST",
            PRODUCTS,
            {
                "name": "One",
                "type": "physical",
                "weight": 1,
                "price": 1,
                **fields,
                "variants": draw(_variants()),
            },
        ),
        "change": ("PUT", f"{PRODUCTS}/{number}", fields),
        "batch": (
            "PUT",
            PRODUCTS,
            [{"id": number, **fields}, {"id": draw(st.integers(101, 104)), **draw(_fields())}],
        ),
        "delete": ("DELETE", f"{PRODUCTS}/{number}", None),
        "variant": ("PUT", f"{PRODUCTS}/{number}/variants/{variant}", {"sku": draw(SKUS)}),
        "variants": (
            "PUT",
            "/v3/catalog/variants",
            [{"id": variant, "sku": draw(SKUS)}, {"id": 501, "price": 3}],
        ),
        "drop": ("DELETE", f"{PRODUCTS}/{number}/variants/{variant}", None),
        "brand": ("POST", "/v3/catalog/brands", {"name": draw(NAMES)}),
        "category": ("POST", "/v3/catalog/trees/categories", [{"name": draw(NAMES), "tree_id": 1}]),
    }
    return kinds[draw(st.sampled_from(sorted(kinds)))]


def _indexes(store: Store) -> tuple[Any, ...]:
    return (store.names, store.skus, store.urls, store.homes, store.preorders)


def _rebuilt(store: Store) -> Store:
    fresh = Store()
    for product in store.products.values():
        fresh.add_product(product)
    for brand in store.brands.values():
        fresh.claim_url(brand["custom_url"]["url"], "brand", brand["id"])
    for category in store.categories.values():
        fresh.claim_url(category["url"]["path"], "category", category["id"])
    return fresh


def _content(shop: Shop) -> dict[str, Any]:
    return {name: rows for name, rows in shop.sandbox.state().items() if name != "counters"}


def _changed_nothing(reply: Reply, path: str) -> bool:
    if path == PRODUCTS and reply.status == 207:
        return False
    return reply.status >= 400


@settings(max_examples=80, deadline=None)
@given(
    steps=st.lists(_steps(), max_size=25),
    bad_row=st.sampled_from(["partial", "refuse"]),
    urls=st.sampled_from(["suffix", "partial"]),
)
def test_indexes_stay_true_and_refusals_change_nothing(
    steps: list[tuple[str, str, Any]], bad_row: str, urls: str
):
    shop = Shop(product_batch_bad_row=bad_row, url_taken_on_update=urls)
    store: Store = shop.sandbox._store
    for method, path, body in steps:
        shop.wait(hours=2)
        shop.get("/v2/time")
        before = _content(shop)
        reply = shop.send(method, path, body)
        assert reply.status < 500
        if _changed_nothing(reply, path):
            assert _content(shop) == before
        assert _indexes(store) == _indexes(_rebuilt(store))
        skus = [row["sku"].casefold() for row in before["products"] if row["sku"]]
        assert len(set(skus)) == len(skus)


@settings(max_examples=20, deadline=None)
@given(steps=st.lists(_steps(), max_size=15))
def test_the_same_steps_give_the_same_bytes(steps: list[tuple[str, str, Any]]):
    one, two = Shop(), Shop()
    for method, path, body in steps:
        assert one.send(method, path, body).response == two.send(method, path, body).response


@settings(max_examples=60, deadline=None)
@given(
    raw=st.binary(max_size=40),
    media=st.sampled_from(["application/json", "multipart/form-data; boundary=x", "x"]),
)
def test_any_body_gets_an_answer(raw: bytes, media: str):
    shop = Shop()
    made = shop.product()
    request = shop.request("POST", f"{PRODUCTS}/{made['id']}/images", headers={"Content-Type": media})
    reply = shop.sandbox.handle(evolve(request, body=raw), shop.now)
    assert 400 <= reply.status < 500


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
FIELDS = [
    "name",
    "type",
    "sku",
    "price",
    "weight",
    "categories",
    "brand_id",
    "brand_name",
    "custom_url",
    "images",
    "variants",
    "custom_fields",
    "videos",
    "bulk_pricing_rules",
    "meta_keywords",
    "preorder_release_date",
    "related_products",
    "id",
    "tree_id",
    "parent_id",
    "url",
    "channels",
    "resource_id",
    "namespace",
    "key",
    "value",
    "permission_set",
    "product_id",
    "channel_id",
    "option_values",
    "display_name",
    "label",
    "sort_order",
    "image_url",
    "listing_id",
    "state",
    "enabled_currencies",
    "default_currency",
    "category_id",
    "inventory_level",
]
BODIES = st.dictionaries(st.sampled_from(FIELDS), JSON, max_size=6)
PATHS = (
    PRODUCTS,
    f"{PRODUCTS}/101",
    f"{PRODUCTS}/101/variants",
    f"{PRODUCTS}/101/variants/501",
    f"{PRODUCTS}/101/images",
    f"{PRODUCTS}/101/options",
    f"{PRODUCTS}/101/custom-fields",
    f"{PRODUCTS}/101/videos",
    f"{PRODUCTS}/101/bulk-pricing-rules",
    f"{PRODUCTS}/101/metafields",
    f"{PRODUCTS}/metafields",
    f"{PRODUCTS}/channel-assignments",
    f"{PRODUCTS}/category-assignments",
    "/v3/catalog/variants",
    "/v3/catalog/brands",
    "/v3/catalog/trees",
    "/v3/catalog/trees/categories",
    "/v3/catalog/categories",
    "/v3/channels",
    "/v3/channels/1",
    "/v3/channels/1/listings",
    "/v3/channels/1/currency-assignments",
    "/v3/channels/currency-assignments",
)


@settings(max_examples=150, deadline=None)
@given(
    method=st.sampled_from(["POST", "PUT", "DELETE"]),
    path=st.sampled_from(PATHS),
    body=BODIES | st.lists(BODIES, min_size=1, max_size=3) | JSON,
)
def test_any_json_gets_an_answer(method: str, path: str, body: Any):
    shop = Shop()
    shop.product()
    assert shop.send(method, path, body).status < 500


LISTS = (
    PRODUCTS,
    f"{PRODUCTS}/101",
    f"{PRODUCTS}/101/images",
    f"{PRODUCTS}/metafields",
    f"{PRODUCTS}/channel-assignments",
    "/v3/catalog/variants",
    "/v3/catalog/brands",
    "/v3/catalog/trees",
    "/v3/catalog/trees/1/categories",
    "/v3/catalog/trees/categories",
    "/v3/catalog/categories",
    "/v3/channels",
    "/v3/channels/1/listings",
    "/v2/currencies",
)
PARAMETERS = [
    "page",
    "limit",
    "after",
    "before",
    "include",
    "include_fields",
    "sort",
    "direction",
    "depth",
    "id",
    "id:in",
    "id:min",
    "sku",
    "sku:in",
    "name",
    "name:like",
    "date_modified",
    "date_modified:min",
    "product_id:in",
    "resource_id:in",
    "is_visible",
    "price",
    "categories:in",
    "key:in",
    "channel_id:in",
]
VALUES = st.text(max_size=4) | st.sampled_from(
    ["1", "-1", "²", "1,2", "nan", "2026-01-01", "99999999999", "desc"]
)


@settings(max_examples=100, deadline=None)
@given(path=st.sampled_from(LISTS), query=st.dictionaries(st.sampled_from(PARAMETERS), VALUES, max_size=3))
def test_any_query_gets_an_answer(path: str, query: dict[str, str]):
    shop = Shop(unknown_filters="ignored")
    shop.product()
    assert shop.send("GET", path, query=query).status < 500

"""Every operation the BigCommerce sandbox serves answers what the vendor's specification declares."""

from __future__ import annotations

from typing import Any

import pytest

from commerce_bridge.flow.messages import Request, Response
from commerce_bridge.sandbox.bigcommerce.product_filters import INCLUDES
from commerce_bridge.sandbox.bigcommerce.routes import ROUTES
from rigs.bigcommerce_shop import Reply, Shop
from rigs.openapi import Deviation, Deviations, Specification, bigcommerce, report

PRODUCTS = "catalog/products_catalog.v3.yml"
VARIANTS = "catalog/product-variants_catalog.v3.yml"


SANDBOX: tuple[Deviation, ...] = (
    Deviation(
        operation="POST /v3/catalog/products/{product_id}/variants",
        status=409,
        part="status",
        keyword="undeclared",
        reason="a SKU or combination in use is a conflict as elsewhere (docs/start/about/status-codes)",
    ),
    Deviation(
        operation="GET /v3/catalog/products/{product_id}/bulk-pricing-rules",
        pointer="/data",
        keyword="type",
        reason=f"{PRODUCTS}: the operation returns all rules of a product and takes no id, yet declares one object",
    ),
    *(
        Deviation(
            operation=f"{verb} /v3/catalog/products/{{product_id}}/variants/{{variant_id}}/metafields{rest}",
            pointer=pointer,
            keyword="minLength",
            reason=f"{VARIANTS}: a metafield without a description has an empty one; {PRODUCTS} allows it",
        )
        for verb, rest, pointer in (
            ("POST", "", "/data/description"),
            ("GET", "", "/data/*/description"),
            ("GET", "/{metafield_id}", "/data/description"),
            ("PUT", "/{metafield_id}", "/data/description"),
        )
    ),
    *(
        Deviation(
            operation=operation,
            status=422,
            pointer="/errors",
            keyword="type",
            reason=f"the errors of a partial batch are a list in {PRODUCTS} and {VARIANTS}; this file has one object",
        )
        for operation in ("PUT /v3/catalog/brands/metafields", "POST /v3/channels/metafields")
    ),
    *(
        Deviation(
            operation="GET /v2/currencies",
            status=status,
            part="status",
            keyword="undeclared",
            reason=reason,
        )
        for status, reason in (
            (204, "v2 has no body for a page without rows (docs/start/about/status-codes)"),
            (400, "v2 refuses unknown filters (docs/start/about/status-codes)"),
        )
    ),
    Deviation(
        operation="GET /v3/catalog/brands",
        status=401,
        part="media",
        keyword="undeclared",
        reason="catalog/brands_catalog.v3.yml writes plain/text where text/plain is meant",
    ),
)
ROWS: tuple[Deviation, ...] = (*bigcommerce.ANSWERS, *SANDBOX)


class CheckedShop(Shop):
    """A shop whose every answer is held against the specification."""

    def __init__(self, specification: Specification, table: Deviations, **settings: Any) -> None:
        super().__init__(**settings)
        self._specification = specification
        self._table = table
        self.answered: dict[str, set[int]] = {}
        self.problems: list[str] = []

    def send(self, method: str, path: str, body: Any = None, **more: Any) -> Reply:
        reply = super().send(method, path, body, **more)
        self._check(method, path, reply.response)
        return reply

    def upload(self, path: str, *, method: str = "POST", **more: Any) -> Reply:
        reply = super().upload(path, method=method, **more)
        self._check(method, path, reply.response)
        return reply

    def _check(self, method: str, path: str, response: Response) -> None:
        request = Request(method=method, path=path)
        operation = self._specification.match(method, path)
        assert operation is not None, f"{method} {path} is not in the specification"
        problems = self._specification.check_response(request, response, self._table)
        if problems:
            self.problems.append(report(problems))
        self.answered.setdefault(f"{method} {path}", set()).add(response.status)


def store_facts(shop: Shop) -> None:
    assert shop.get("/v2/time").status == 200
    assert shop.get("/v2/store").status == 200
    currencies = shop.get("/v2/currencies").json
    assert shop.get(f"/v2/currencies/{currencies[0]['id']}").status == 200
    assert shop.get("/v2/currencies/99").status == 404
    assert shop.get("/v2/currencies", page=9).status == 204
    assert shop.get("/v2/currencies", limit=251).status == 413
    assert shop.get("/v2/currencies", sort="id").status == 400


def products(shop: Shop) -> None:
    everything = ",".join(INCLUDES)
    made = shop.family(
        "9780000000019",
        "9780000000026",
        sku="W-1204",
        brand_name="Harbour Imprint",
        availability="preorder",
        preorder_release_date="2027-03-04T00:00:00+00:00",
        is_preorder_only=True,
        custom_url={"url": "/salt-roads-pb/", "is_customized": True},
        custom_fields=[{"name": "Author", "value": "A. Writer"}],
        images=[
            {"image_url": "https://pictures.example/cover.jpg", "is_thumbnail": True, "description": "Cover"}
        ],
        videos=[{"video_id": "z3fRu9pkuXE"}],
        bulk_pricing_rules=[{"quantity_min": 5, "quantity_max": 0, "type": "percent", "amount": ".10"}],
    )
    simple = shop.product("Plain", sku="P-1", custom_url={"url": "/plain/"})
    one = f"/v3/catalog/products/{made['id']}"
    assert shop.get("/v3/catalog/products", include=everything).status == 200
    assert shop.get("/v3/catalog/products", include_fields="name,sku").status == 200
    assert shop.get("/v3/catalog/products", page=7).status == 200
    assert shop.get("/v3/catalog/products", limit=251).status == 413
    assert shop.get("/v3/catalog/products", colour="red").status == 422
    assert shop.get(one, include=everything).status == 200
    assert shop.put(one, {"price": 12.99}).status == 200
    assert shop.put(one, {"price": -1}).status == 422
    assert shop.put(one, {"name": "Plain"}).status == 409
    assert shop.put(one, {"inventory_level": -1}).status == 207
    assert shop.post("/v3/catalog/products", {"name": "Plain"}).status == 422
    clash = {"name": "Plain", "type": "physical", "weight": 1, "price": 1}
    assert shop.post("/v3/catalog/products", clash).status == 409
    assert shop.post("/v3/catalog/products", {**clash, "name": "Odd", "inventory_level": -3}).status == 207
    batch = [{"id": made["id"], "price": 9}, {"id": simple["id"], "is_visible": False}]
    assert shop.put("/v3/catalog/products", batch).status == 200
    assert shop.put("/v3/catalog/products", [*batch, {"id": 999}]).status == 207
    assert shop.put("/v3/catalog/products", [{"id": 999}]).status == 404
    assert shop.put("/v3/catalog/products", batch * 6).status == 413
    assert shop.get("/v3/catalog/summary").status == 200
    assert shop.delete(one).status == 204
    assert shop.get(one).status == 404
    assert shop.delete("/v3/catalog/products", id__in=simple["id"]).status == 204
    assert shop.delete("/v3/catalog/products").status == 422


def variants(shop: Shop) -> None:
    made = shop.family("V-1", "V-2")
    shop.product("Simple", sku="S-1")
    one = f"/v3/catalog/products/{made['id']}"
    option = made["options"][0]
    value = shop.post(f"{one}/options/{option['id']}/values", {"label": "Audio", "sort_order": 5}).data
    chosen = [{"id": value["id"], "option_id": option["id"]}]
    third = shop.post(f"{one}/variants", {"sku": "V-3", "option_values": chosen}).data
    assert shop.post(f"{one}/variants", {"sku": "V-4", "option_values": chosen}).status == 409
    assert shop.get(f"{one}/variants").status == 200
    assert shop.get(f"{one}/variants/{third['id']}").status == 200
    assert shop.get(f"{one}/variants/9999").status == 404
    assert shop.put(f"{one}/variants/{third['id']}", {"price": 5, "sale_price": 4}).status == 200
    assert shop.put(f"{one}/variants/{third['id']}", {"sku": ""}).status == 422
    assert shop.put(f"{one}/variants/{third['id']}", {"inventory_level": -4}).status == 207
    assert shop.get("/v3/catalog/variants").status == 200
    assert shop.get("/v3/catalog/variants", sku="V-3").status == 200
    assert shop.put("/v3/catalog/variants", [{"id": third["id"], "price": 6}]).status == 200
    assert shop.put("/v3/catalog/variants", [{"id": 9999, "price": 6}]).status == 422
    assert shop.put("/v3/catalog/variants", [{"id": third["id"]}] * 51).status == 413
    picture = {"image_url": "https://pictures.example/v.jpg"}
    assert shop.post(f"{one}/variants/{third['id']}/image", picture).status == 200
    assert shop.post(f"{one}/variants/{third['id']}/image", {}).status == 422
    large = bytes(1024 * 1024 + 1)
    assert shop.upload(f"{one}/variants/{third['id']}/image", name="v.png", content=large).status == 500
    assert shop.delete(f"{one}/variants/{third['id']}").status == 204


def options(shop: Shop) -> None:
    made = shop.product()
    many = f"/v3/catalog/products/{made['id']}/options"
    values = [{"label": "Red", "sort_order": 1, "value_data": {"colors": ["#ff0000"]}, "is_default": True}]
    body = {"display_name": "Colour", "type": "swatch", "option_values": values}
    option = shop.post(many, body).data
    assert shop.post(many, body).status == 409
    assert shop.post(many, {"display_name": "Size"}).status == 422
    assert shop.get(many).status == 200
    assert shop.get(f"{many}/{option['id']}").status == 200
    assert shop.get(f"{many}/99").status == 404
    assert shop.put(f"{many}/{option['id']}", {"display_name": "Cloth"}).status == 200
    inner = f"{many}/{option['id']}/values"
    value = shop.post(inner, {"label": "Blue", "sort_order": 2}).data
    assert shop.post(inner, {"label": "Blue"}).status == 422
    assert shop.get(inner).status == 200
    assert shop.get(f"{inner}/{value['id']}").status == 200
    assert shop.get(f"{inner}/99").status == 404
    assert shop.put(f"{inner}/{value['id']}", {"label": "Navy"}).status == 200
    assert shop.delete(f"{inner}/{value['id']}").status == 204
    assert shop.delete(f"{many}/{option['id']}").status == 204


def images(shop: Shop) -> None:
    made = shop.product()
    many = f"/v3/catalog/products/{made['id']}/images"
    assert shop.get(many).status == 200
    shop.sandbox.configure(empty_images_status=204, unreachable_hosts=["down.example"])
    assert shop.get(many).status == 204
    image = shop.post(many, {"image_url": "https://pictures.example/cover.jpg", "is_thumbnail": True}).data
    assert shop.post(many, {"image_url": "https://down.example/cover.jpg"}).status == 400
    assert shop.post(many, {}).status == 422
    assert shop.upload(many, name="back.png", content=b"picture", fields={"sort_order": "2"}).status == 200
    assert shop.get(many).status == 200
    assert shop.get(f"{many}/{image['id']}").status == 200
    assert shop.get(f"{many}/9").status == 404
    assert shop.put(f"{many}/{image['id']}", {"description": "Front"}).status == 200
    assert shop.put(f"{many}/{image['id']}", {"sort_order": "first"}).status == 422
    assert shop.delete(f"{many}/{image['id']}").status == 204
    assert shop.get("/v3/catalog/products/999/images").status == 404


def parts(shop: Shop) -> None:
    made = shop.product()
    bodies = {
        "custom-fields": ({"name": "Pages", "value": "320"}, {"value": "322"}),
        "videos": ({"video_id": "z3fRu9pkuXE"}, {"title": "Trailer"}),
        "bulk-pricing-rules": (
            {"quantity_min": 5, "quantity_max": 9, "type": "price", "amount": 1},
            {"amount": 1.5},
        ),
    }
    for folder, (first, change) in bodies.items():
        many = f"/v3/catalog/products/{made['id']}/{folder}"
        row = shop.post(many, first).data
        assert shop.get(many).status == 200
        assert shop.get(f"{many}/{row['id']}").status == 200
        assert shop.get(f"{many}/7").status == 404
        assert shop.put(f"{many}/{row['id']}", change).status == 200
        assert shop.post(many, {}).status == 422
        assert shop.delete(f"{many}/{row['id']}").status == 204
    assert shop.delete(f"/v3/catalog/products/{made['id']}/custom-fields/7").status == 404


def metafields(shop: Shop) -> None:
    family = shop.family("M-1")
    brand = shop.post("/v3/catalog/brands", {"name": "Imprint"}).data
    category = shop.post("/v3/catalog/trees/categories", [{"name": "Crime", "tree_id": 1}]).data[0]
    variant = family["variants"][0]
    owners = (
        ("/v3/catalog/products", f"/v3/catalog/products/{family['id']}", family["id"]),
        (
            "/v3/catalog/variants",
            f"/v3/catalog/products/{family['id']}/variants/{variant['id']}",
            variant["id"],
        ),
        ("/v3/catalog/brands", f"/v3/catalog/brands/{brand['id']}", brand["id"]),
        (
            "/v3/catalog/categories",
            f"/v3/catalog/categories/{category['category_id']}",
            category["category_id"],
        ),
        ("/v3/channels", "/v3/channels/1", 1),
    )
    base = {"namespace": "bridge", "key": "a", "value": "1", "permission_set": "app_only"}
    for collection, owner, number in owners:
        many, single = f"{collection}/metafields", f"{owner}/metafields"
        rows = [{**base, "resource_id": number}, {**base, "key": "b", "resource_id": number}]
        made = shop.post(many, rows).data
        assert shop.post(many, rows).status == 422
        assert shop.post(many, {}).status == 400
        assert shop.get(many).status == 200
        assert (
            shop.get(
                many, limit=1, after=shop.get(many).json["meta"]["cursor_pagination"]["start_cursor"]
            ).status
            == 200
        )
        assert shop.put(many, [{"id": made[0]["id"], "value": "2"}]).status == 200
        assert shop.put(many, [{"id": made[0]["id"], "value": "2"}, {"id": 1}]).status == 422
        assert shop.delete(many, [made[0]["id"], 1]).status == 422
        assert shop.delete(many, [made[1]["id"]]).status == 200
        row = shop.post(single, base).data
        assert shop.post(single, base).status == 409
        assert shop.post(single, {}).status == 422
        assert shop.get(single).status == 200
        assert shop.get(f"{single}/{row['id']}").status == 200
        assert shop.put(f"{single}/{row['id']}", {"value": "3"}).status == 200
        assert shop.delete(f"{single}/{row['id']}").status == 204
        assert shop.get(f"{single}/{row['id']}").status == 404


def assignments(shop: Shop) -> None:
    made = shop.product()
    category = shop.post("/v3/catalog/trees/categories", [{"name": "Crime", "tree_id": 1}]).data[0]
    for name, number in (("channel", 1), ("category", category["category_id"])):
        path = f"/v3/catalog/products/{name}-assignments"
        assert shop.put(path, [{"product_id": made["id"], f"{name}_id": number}]).status == 204
        assert shop.put(path, [{"product_id": 9, f"{name}_id": number}]).status == 422
        assert len(shop.get(path, product_id__in=made["id"]).data) == 1
        assert shop.delete(path, product_id__in=made["id"]).status == 204
        assert shop.delete(path).status == 422


def brands(shop: Shop) -> None:
    many = "/v3/catalog/brands"
    brand = shop.post(many, {"name": "Imprint", "image_url": "https://pictures.example/logo.png"}).data
    assert shop.post(many, {"name": "Imprint"}).status == 409
    assert shop.post(many, {}).status == 422
    assert shop.post(many, {"name": "Other", "custom_url": {"url": brand["custom_url"]["url"]}}).status == 207
    assert shop.get(many, name="Imprint").status == 200
    one = f"{many}/{brand['id']}"
    assert shop.get(one).status == 200
    assert shop.get(f"{many}/9").status == 404
    assert shop.put(one, {"name": "Imprint", "page_title": "Books"}).status == 200
    assert shop.upload(f"{one}/image", name="logo.png", content=b"picture").status == 200
    assert shop.delete(f"{one}/image").status == 204
    assert shop.delete(one).status == 204
    assert shop.delete(many, name="Other").status == 204
    assert shop.delete(many).status == 422


def trees(shop: Shop) -> None:
    other = shop.post("/v3/channels", {"name": "Trade", "type": "storefront", "platform": "bigcommerce"}).data
    tree = shop.put("/v3/catalog/trees", [{"name": "Trade", "channels": [other["id"]]}]).data[0]
    assert shop.put("/v3/catalog/trees", [{"name": "Trade", "channels": [other["id"]]}]).status == 422
    assert shop.put("/v3/catalog/trees", [{"id": tree["id"], "name": "Renamed"}]).status == 200
    assert shop.put("/v3/catalog/trees", [{"id": tree["id"]}] * 51).status == 413
    assert shop.get("/v3/catalog/trees").status == 200
    many = "/v3/catalog/trees/categories"
    rows = [{"name": "Fiction", "tree_id": tree["id"]}, {"name": "Poetry", "tree_id": tree["id"]}]
    made = shop.post(many, rows).data
    assert shop.post(many, [{"name": "Crime", "parent_id": made[0]["category_id"]}]).status == 201
    assert (
        shop.post(
            many, [{"name": "Drama", "tree_id": tree["id"]}, {"name": "Fiction", "tree_id": tree["id"]}]
        ).status
        == 207
    )
    assert shop.post(many, [{"name": "Fiction", "tree_id": tree["id"]}]).status == 422
    assert shop.get(many, tree_id__in=tree["id"]).status == 200
    assert shop.get(many, date_modified__min="2026-01-01").status == 422
    change = {"category_id": made[0]["category_id"], "description": "Made up"}
    assert shop.put(many, [change]).status == 200
    assert shop.put(many, [change, {"category_id": 1}]).status == 207
    assert shop.put(many, [{"category_id": 1}]).status == 422
    assert shop.get(f"/v3/catalog/trees/{tree['id']}/categories").status == 200
    assert shop.get("/v3/catalog/trees/99/categories").status == 404
    assert shop.delete(many, category_id__in=made[1]["category_id"]).status == 202
    assert shop.delete(many).status == 422
    assert shop.delete("/v3/catalog/trees", id__in=tree["id"]).status == 204
    assert shop.delete("/v3/catalog/trees").status == 422


def categories(shop: Shop) -> None:
    many = "/v3/catalog/categories"
    made = shop.post(many, {"name": "Fiction", "parent_id": 0}).data
    inner = shop.post(many, {"name": "Crime", "parent_id": made["id"]}).data
    assert shop.post(many, {"name": "Fiction", "parent_id": 0}).status == 409
    assert shop.post(many, {"name": "Fiction"}).status == 422
    one = f"{many}/{made['id']}"
    assert shop.get(many).status == 200
    assert shop.get(one).status == 200
    assert shop.get(f"{many}/9").status == 404
    assert shop.put(one, {"name": "Novels", "parent_id": 0}).status == 200
    assert shop.put(one, {"name": "Novels", "custom_url": {"url": inner["custom_url"]["url"]}}).status == 207
    assert shop.upload(f"{one}/image", name="shelf.png", content=b"picture").status == 200
    assert shop.delete(f"{one}/image").status == 204
    product = shop.product(categories=[made["id"]])
    order = f"{one}/products/sort-order"
    assert shop.put(order, [{"product_id": product["id"], "sort_order": 3}]).status == 200
    assert shop.put(order, [{"product_id": 9, "sort_order": 3}]).status == 422
    assert shop.get(order).status == 200
    assert shop.delete(one).status == 422
    assert shop.delete(f"{many}/{inner['id']}").status == 204
    assert shop.delete(f"/v3/catalog/products/{product['id']}").status == 204
    assert shop.delete(many, id=made["id"]).status == 204
    assert shop.delete(many).status == 422


def channels(shop: Shop) -> None:
    body = {"name": "Market", "type": "marketplace", "platform": "amazon"}
    made = shop.post("/v3/channels", body).data
    one = f"/v3/channels/{made['id']}"
    assert shop.post("/v3/channels", {"name": "Market"}).status == 422
    assert shop.get("/v3/channels", type__in="marketplace").status == 200
    assert shop.get(one, include="currencies").status == 200
    assert shop.get("/v3/channels/77").status == 404
    assert shop.put(one, {"external_id": "x"}).status == 200
    assert shop.put(one, {"status": "prelaunch"}).status == 422
    shop.post("/v3/channels", {**body, "name": "Other"})
    assert shop.put(one, {"name": "Other"}).status == 409
    money = {"enabled_currencies": ["GBP"], "default_currency": "GBP"}
    assert shop.get("/v3/channels/currency-assignments").status == 200
    for verb in ("POST", "PUT"):
        rows = [{"channel_id": made["id"], **money}]
        assert shop.send(verb, "/v3/channels/currency-assignments", rows).status == 200
        assert shop.send(verb, f"{one}/currency-assignments", money).status == 200
        assert (
            shop.send(verb, f"{one}/currency-assignments", {**money, "default_currency": "JPY"}).status == 422
        )
    assert shop.get(f"{one}/currency-assignments").status == 200
    assert shop.delete(f"{one}/currency-assignments").status == 200
    family = shop.family("L-1")
    rows = [
        {
            "product_id": family["id"],
            "state": "active",
            "variants": [
                {"product_id": family["id"], "variant_id": family["variants"][0]["id"], "state": "active"}
            ],
        }
    ]
    listing = shop.post(f"{one}/listings", rows).data[0]
    assert shop.post(f"{one}/listings", [{}]).status == 422
    assert shop.get(f"{one}/listings").status == 200
    assert shop.get("/v3/channels/77/listings").status == 200
    assert shop.get(f"{one}/listings/{listing['listing_id']}").status == 200
    assert shop.get(f"{one}/listings/9").status == 404
    assert (
        shop.put(
            f"{one}/listings",
            [
                {
                    "listing_id": listing["listing_id"],
                    "state": "error",
                    "product_id": family["id"],
                    "variants": [],
                }
            ],
        ).status
        == 200
    )


def door(shop: Shop) -> None:
    shop.sandbox.configure(unauthorized_body="text")
    shop.token = "wrong"
    assert shop.get("/v3/catalog/brands").status == 401
    shop.sandbox.configure(unauthorized_body="json")
    assert shop.get("/v3/channels").status == 401
    shop.token = "shop-token"
    shop.sandbox.configure(scopes=())
    assert shop.get("/v3/catalog/brands").status == 403
    shop.sandbox.configure(quota=1)
    assert shop.get("/v3/catalog/brands").status == 429


STORIES = (
    door,
    store_facts,
    products,
    variants,
    options,
    images,
    parts,
    metafields,
    assignments,
    brands,
    trees,
    categories,
    channels,
)


def _shop(table: Deviations) -> CheckedShop:
    return CheckedShop(bigcommerce.specification(), table)


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.__name__)
def test_every_answer_is_as_declared(story: Any):
    shop = _shop(Deviations(rows=ROWS))
    story(shop)
    assert not shop.problems, "\n".join(shop.problems)


def test_every_operation_is_answered_with_success_and_no_row_is_idle():
    table = Deviations(rows=ROWS)
    # Redirects stand in a file of the vendor's that is not among these; their own tests hold them.
    served = {(route.method, _bare(route.path)) for route in ROUTES if "/redirects" not in route.path}
    done: set[tuple[str, str]] = set()
    operations: set[str] = set()
    for story in STORIES:
        shop = _shop(table)
        story(shop)
        for called, statuses in shop.answered.items():
            method, path = called.split(" ")
            operation = bigcommerce.specification().match(method, path)
            assert operation is not None
            operations.add(str(operation))
            if any(200 <= status < 300 for status in statuses):
                done.add((method, _bare(operation.path)))
    assert served - done == set()
    assert done - served == set()
    assert not [row for row in table.unused(among=operations) if row in SANDBOX]


def _bare(path: str) -> str:
    return "/".join("{}" if part.startswith("{") else part for part in path.split("/"))

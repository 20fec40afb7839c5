"""Pictures in the BigCommerce sandbox: of products, variants, brands and categories."""

from __future__ import annotations

import re
from typing import Any

import pytest

from rigs.bigcommerce_shop import Shop, ids

PICTURE = "https://pictures.example/covers/cover.jpg"


@pytest.fixture
def shop() -> Shop:
    return Shop()


def _many(shop: Shop) -> str:
    return f"/v3/catalog/products/{shop.product()['id']}/images"


def test_an_image_keeps_its_file_name_inside_a_path(shop: Shop):
    image = shop.post(_many(shop), {"image_url": PICTURE, "description": "Front", "sort_order": 3}).data
    assert re.fullmatch(r"[a-z]/\d{3}/cover__\d{5}\.jpg", image["image_file"])
    assert (image["description"], image["sort_order"], image["is_thumbnail"]) == ("Front", 3, False)
    assert all(
        image[f"url_{size}"].startswith("https://") for size in ("zoom", "standard", "thumbnail", "tiny")
    )
    assert not {"source", "content"} & set(image)


def test_what_is_fetched_depends_on_the_address_alone(shop: Shop):
    many = _many(shop)
    for url in (PICTURE, PICTURE, f"{PICTURE}?v=2"):
        shop.post(many, {"image_url": url})
    first, again, other = shop.sandbox.state()["products"][0]["images"]
    assert first["content"] == again["content"] != other["content"]
    assert first["image_file"] != again["image_file"]


@pytest.mark.parametrize(
    ("url", "status"),
    [
        ("https://down.example/cover.jpg", 400),
        ("cover.jpg", 422),
        ("ftp://pictures.example/cover.jpg", 422),
        ("https:///cover.jpg", 422),
        ("https://pictures.example/cover.svg", 422),
        (f"https://pictures.example/{'x' * 227}.jpg", 422),
        (None, 422),
        ("", 422),
    ],
)
def test_addresses_that_cannot_be_fetched(shop: Shop, url: object, status: int):
    shop.sandbox.configure(unreachable_hosts=["down.example"])
    many = _many(shop)
    assert shop.post(many, {"image_url": url}).status == status
    assert shop.get(many).data == []


def test_255_characters_are_few_enough(shop: Shop):
    url = f"https://pictures.example/{'x' * 226}.jpg"
    assert len(url) == 255
    assert shop.post(_many(shop), {"image_url": url}).status == 200


def test_the_status_of_an_unreachable_host_is_a_switch(shop: Shop):
    shop.sandbox.configure(image_hosts=["good.example"], unreachable_status=422)
    many = _many(shop)
    assert shop.post(many, {"image_url": PICTURE}).status == 422
    assert shop.post(many, {"image_url": "https://good.example/a.png"}).status == 200


def test_a_re_sent_address_makes_a_new_file(shop: Shop):
    many = _many(shop)
    image = shop.post(many, {"image_url": PICTURE}).data
    shop.wait(hours=1)
    one = f"{many}/{image['id']}"
    assert shop.put(one, {"description": "Front"}).data["image_file"] == image["image_file"]
    again = shop.put(one, {"image_url": PICTURE}).data
    assert (again["id"], again["image_file"] != image["image_file"]) == (image["id"], True)
    assert again["date_modified"] == "2026-11-02T10:00:00+00:00"


def test_a_product_has_one_thumbnail(shop: Shop):
    many = _many(shop)
    first = shop.post(many, {"image_url": PICTURE, "is_thumbnail": True}).data
    second = shop.post(many, {"image_url": PICTURE, "is_thumbnail": True}).data
    assert [image["is_thumbnail"] for image in shop.get(many).data] == [False, True]
    shop.put(f"{many}/{first['id']}", {"is_thumbnail": True})
    assert [image["is_thumbnail"] for image in shop.get(many).data] == [True, False]
    product = f"/v3/catalog/products/{first['product_id']}"
    assert shop.get(product, include="primary_image").data["primary_image"]["id"] == first["id"]
    shop.delete(f"{many}/{first['id']}")
    assert shop.get(product, include="primary_image").data["primary_image"]["id"] == second["id"]


@pytest.mark.parametrize("switched", [False, True])
def test_whether_the_first_image_becomes_the_thumbnail_is_a_switch(switched: bool):
    shop = Shop(first_image_is_thumbnail=switched)
    many = _many(shop)
    made = [shop.post(many, {"image_url": PICTURE}).data["is_thumbnail"] for _ in range(2)]
    assert made == [switched, False]
    nested = shop.product("B", images=[{"image_url": PICTURE}, {"image_url": PICTURE}])
    assert [image["is_thumbnail"] for image in nested["images"]] == made


def test_a_taken_place_pushes_the_others_back(shop: Shop):
    many = _many(shop)
    made = [shop.post(many, {"image_url": PICTURE}).data for _ in range(3)]
    assert [image["sort_order"] for image in made] == [0, 1, 2]
    shop.put(f"{many}/{made[2]['id']}", {"sort_order": 0})
    assert ids(shop.get(many).data) == [made[2]["id"], made[0]["id"], made[1]["id"]]
    assert [image["sort_order"] for image in shop.get(many).data] == [0, 1, 2]


def test_a_file_is_taken_by_a_form(shop: Shop):
    many = _many(shop)
    fields = {"is_thumbnail": "true", "sort_order": "4", "description": "Rückseite"}
    image = shop.upload(many, name="back cover.png", content=b"\x89PNG\r\n\r\n--x", fields=fields).data
    assert (image["is_thumbnail"], image["sort_order"], image["description"]) == (True, 4, "Rückseite")
    assert re.fullmatch(r"[a-z]/\d{3}/back_cover__\d{5}\.png", image["image_file"])
    again = shop.upload(f"{many}/{image['id']}", method="PUT", name="b.png", content=b"other").data
    assert again["id"] == image["id"]
    stored = shop.sandbox.state()["products"][0]["images"][0]
    assert stored["source"] == "upload:b.png"


def test_files_that_are_none(shop: Shop):
    many = _many(shop)
    assert shop.upload(many, name="a.png", content=b"").status == 422
    assert shop.upload(many, name="a.pdf", content=b"x").status == 422
    assert shop.upload(many, name="a.png", content=bytes(8 * 1024 * 1024 + 1)).status == 422
    assert shop.upload("/v3/catalog/products", name="a.png", content=b"x").status == 415
    # An address in a form is a mistake the platform tells by a 422.
    line = "a-line-between"
    request = shop.request("POST", many, headers={"Content-Type": f"multipart/form-data; boundary={line}"})
    body = f'--{line}\r\nContent-Disposition: form-data; name="image_url"\r\n\r\n{PICTURE}\r\n--{line}--\r\n'
    sent = type(request)(method="POST", path=request.path, headers=request.headers, body=body.encode())
    assert shop.sandbox.handle(sent, shop.now).status == 422


def test_images_made_with_a_product(shop: Shop):
    rows: list[dict[str, Any]] = [
        {"image_url": PICTURE, "sort_order": 1},
        {"image_url": PICTURE, "is_thumbnail": True, "sort_order": 0},
    ]
    made = shop.product(images=rows)
    assert [(image["is_thumbnail"], image["sort_order"]) for image in made["images"]] == [
        (True, 0),
        (False, 1),
    ]
    shop.sandbox.configure(unreachable_hosts=["down.example"])
    body = {"name": "B", "type": "physical", "weight": 1, "price": 1}
    assert (
        shop.post(
            "/v3/catalog/products", {**body, "images": [{"image_url": "https://down.example/a.jpg"}]}
        ).status
        == 400
    )
    assert shop.post("/v3/catalog/products", {**body, "images": [{"description": "none"}]}).status == 422
    assert len(shop.sandbox.state()["products"]) == 1


@pytest.mark.parametrize("status", [200, 204])
def test_no_images_is_an_empty_page_or_204(status: int):
    shop = Shop(empty_images_status=status)
    many = _many(shop)
    reply = shop.get(many)
    assert reply.status == status
    assert (reply.response.body == b"") is (status == 204)
    shop.post(many, {"image_url": PICTURE})
    assert len(shop.get(many).data) == 1


def test_a_variant_has_one_picture(shop: Shop):
    made = shop.family("A-1")
    one = f"/v3/catalog/products/{made['id']}/variants/{made['variants'][0]['id']}"
    first = shop.post(f"{one}/image", {"image_url": PICTURE}).data["image_url"]
    assert shop.get(one).data["image_url"] == first
    second = shop.upload(f"{one}/image", name="v.png", content=b"x").data["image_url"]
    assert shop.get(one).data["image_url"] == second != first
    assert shop.put(one, {"image_url": ""}).data["image_url"] == ""
    assert shop.put(one, {"image_url": PICTURE}).data["image_url"] != ""
    assert shop.upload(f"{one}/image", name="v.png", content=bytes(1024 * 1024 + 1)).status == 500


def test_a_brand_has_one_picture(shop: Shop):
    brand = shop.post("/v3/catalog/brands", {"name": "Imprint", "image_url": PICTURE}).data
    assert "cover" in brand["image_url"]
    one = f"/v3/catalog/brands/{brand['id']}"
    shown = shop.upload(f"{one}/image", name="logo.png", content=b"x").data["image_url"]
    assert shop.get(one).data["image_url"] == shown
    assert shop.post(f"{one}/image", {}).status == 422
    shop.delete(f"{one}/image")
    assert shop.get(one).data["image_url"] == ""

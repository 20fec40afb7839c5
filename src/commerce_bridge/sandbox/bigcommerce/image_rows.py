"""Product images as rows: made from an address or a file, ordered, with at most one thumbnail."""

from __future__ import annotations

from collections.abc import Sequence

from .check import Rule, checked, flag, id_in, invalid, text, whole
from .fetching import Picture, fetched, public_url, stored_path
from .product_fields import SORT_HIGH, SORT_LOW
from .settings import Settings
from .store import Store
from .wire import Row

IMAGES_MAX = 1000
"""Images of one product."""

IMAGE_RULES: dict[str, Rule] = {
    "is_thumbnail": flag(),
    "sort_order": whole(SORT_LOW, SORT_HIGH),
    "description": text(),
}
"""Fields beside the picture.  Source: BigCommerce REST reference, `catalog/products_catalog.v3.yml`, images."""

_SIZES = {
    "url_zoom": ".1280.1280",
    "url_standard": ".386.513",
    "url_thumbnail": ".220.290",
    "url_tiny": ".44.58",
}


def shown_image(image: Row, store_hash: str) -> Row:
    """What the platform answers of an image."""
    shown = {name: value for name, value in image.items() if name not in ("source", "content")}
    folder = f"products/{image['product_id']}/images/{image['id']}"
    for name, size in _SIZES.items():
        shown[name] = public_url(store_hash, folder, image["image_file"], size)
    return shown


def made_image(
    store: Store, settings: Settings, product: Row, picture: Picture, fields: Row, *, stamp: str
) -> Row:
    """A new image row; nothing is put into the product yet."""
    first = not product["images"] and settings.first_image_is_thumbnail
    return {
        "id": store.next_id("image"),
        "product_id": product["id"],
        "is_thumbnail": first,
        "sort_order": len(product["images"]),
        "description": "",
        **fields,
        **stored(store, picture),
        "date_modified": stamp,
    }


def stored(store: Store, picture: Picture) -> Row:
    """What an image row keeps of a picture: a file of its own each time it is taken in."""
    return {
        "image_file": stored_path(picture.name, store.next_id("file")),
        "source": picture.source,
        "content": picture.content,
    }


def read_image(body: Row, path: str = "") -> Row:
    """The fields of an image body beside the picture.

    Raises:
        Refused: 422 with every faulty field.
    """
    kept, errors = checked(body, IMAGE_RULES, path=path)
    if errors:
        raise invalid(errors)
    return kept


def settle(images: list[Row], leading: Row) -> list[Row]:
    """`images` after `leading` was made or changed: one thumbnail, no two on its place, in order."""
    for image in images:
        if image is leading:
            continue
        if leading["is_thumbnail"]:
            image["is_thumbnail"] = False
    return images


def make_room(images: Sequence[Row], moved: Row) -> None:
    """Push back the images on and behind the place `moved` took, when that place was taken."""
    others = [image for image in images if image is not moved]
    if any(image["sort_order"] == moved["sort_order"] for image in others):
        for image in others:
            if image["sort_order"] >= moved["sort_order"]:
                image["sort_order"] += 1


def nested_images(
    store: Store, settings: Settings, product: Row, bodies: Sequence[Row], *, replace: bool, stamp: str
) -> list[Row]:
    """The images after an array of them came inside a product's body; the product is not changed.

    Raises:
        Refused: What a single image would be refused for, with the row in the field's path.
    """
    before: list[Row] = product["images"]
    known = {image["id"]: image for image in before}
    named: dict[int, Row] = {}
    added: list[Row] = []
    for at, body in enumerate(bodies):
        path = f"images.{at}."
        fields = read_image(body, path)
        number = id_in(body, path=path)
        if number is not None and number not in known:
            raise invalid({f"{path}id": "is not one of the product's"})
        if number is not None:
            new_file = _new_file(store, settings, body, path)
            named[number] = {**known[number], **fields, **new_file, "date_modified": stamp}
        else:
            picture = fetched(body.get("image_url"), settings, f"{path}image_url")
            row = made_image(store, settings, product, picture, fields, stamp=stamp)
            row["sort_order"] = fields.get("sort_order", at)
            row["is_thumbnail"] = fields.get("is_thumbnail", row["is_thumbnail"] and not added)
            added.append(row)
    stay = [named.get(image["id"], image) for image in before if not replace or image["id"] in named]
    after: list[Row] = [{**image} for image in (*stay, *added)]
    if len(after) > IMAGES_MAX:
        raise invalid({"images": f"must have at most {IMAGES_MAX} entries"})
    for image in after:
        if image["is_thumbnail"]:
            settle(after, image)
            break
    return after


def _new_file(store: Store, settings: Settings, body: Row, path: str) -> Row:
    if "image_url" not in body:
        return {}
    return stored(store, fetched(body["image_url"], settings, f"{path}image_url"))

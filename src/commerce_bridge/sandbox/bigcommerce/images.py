"""Product images and variant images."""

from __future__ import annotations

from .call import Call, Route
from .check import invalid
from .fetching import Picture, fetched, shown_file, uploaded
from .filters import active
from .image_rows import IMAGES_MAX, made_image, make_room, read_image, settle, shown_image, stored
from .paging import only_fields, paged
from .products import product_of, touched
from .variant_rows import VARIANT_FOLDER, variant_of
from .wire import Answer, Row, no_content, not_found, ok, refuse

VARIANT_UPLOAD_MAX = 1024 * 1024
"""Bytes of a variant's uploaded picture; above it the platform breaks (500)."""

_MANY = "/v3/catalog/products/{product_id}/images"
_ONE = f"{_MANY}/{{image_id}}"


def _image_of(call: Call, product: Row) -> Row:
    images: list[Row] = product["images"]
    for image in images:
        if image["id"] == call.ids["image_id"]:
            return image
    raise not_found("The image")


def _shown(call: Call, image: Row) -> Row:
    return only_fields(call, shown_image(image, call.settings.store_hash))


def list_images(call: Call) -> Answer:
    """`GET /catalog/products/{product_id}/images`."""
    active(call, {})
    images: list[Row] = product_of(call)["images"]
    ordered = sorted(images, key=lambda image: (image["sort_order"], image["id"]))
    status = call.settings.empty_images_status
    return paged(call, ordered, lambda image: _shown(call, image), empty_status=status)


def get_image(call: Call) -> Answer:
    """`GET /catalog/products/{product_id}/images/{image_id}`."""
    return ok(_shown(call, _image_of(call, product_of(call))))


def _picture(call: Call, body: Row, *, needed: bool) -> Picture | None:
    """The picture a body brings, by file or address.

    Raises:
        Refused: 422 when there is none though one is needed, or it comes in the wrong kind of body.
    """
    upload = call.uploads.get("image_file")
    if upload is not None:
        return uploaded(upload.name, upload.content)
    if "image_url" in body:
        if call.multipart:
            raise refuse(422, "The field 'image_url' is invalid.", {"image_url": "needs application/json"})
        return fetched(body["image_url"], call.settings)
    if needed:
        raise invalid({"image_file": "needs image_file or image_url"})
    return None


def create_image(call: Call) -> Answer:
    """`POST /catalog/products/{product_id}/images`: one picture."""
    product, body = product_of(call), call.one()
    fields = read_image(body)
    if len(product["images"]) >= IMAGES_MAX:
        raise invalid({"images": f"must have at most {IMAGES_MAX} entries"})
    picture = _picture(call, body, needed=True)
    assert picture is not None
    image = made_image(call.store, call.settings, product, picture, fields, stamp=call.stamp)
    product["images"].append(image)
    settle(product["images"], image)
    touched(call, product)
    return ok(_shown(call, image))


def update_image(call: Call) -> Answer:
    """`PUT /catalog/products/{product_id}/images/{image_id}`; a re-sent address makes a new file."""
    product, body = product_of(call), call.one()
    image = _image_of(call, product)
    fields = read_image(body)
    picture = _picture(call, body, needed=False)
    moved = fields.get("sort_order", image["sort_order"]) != image["sort_order"]
    image.update({**fields, **(stored(call.store, picture) if picture else {}), "date_modified": call.stamp})
    settle(product["images"], image)
    if moved:
        make_room(product["images"], image)
    touched(call, product)
    return ok(_shown(call, image))


def delete_image(call: Call) -> Answer:
    """`DELETE /catalog/products/{product_id}/images/{image_id}`."""
    product = product_of(call)
    images: list[Row] = product["images"]
    product["images"] = [image for image in images if image["id"] != call.ids["image_id"]]
    touched(call, product)
    return no_content()


def put_variant_image(call: Call) -> Answer:
    """`POST /catalog/products/{product_id}/variants/{variant_id}/image`: replaces the variant's picture."""
    product, body = product_of(call), call.one()
    variant = variant_of(product, call.ids["variant_id"])
    upload = call.uploads.get("image_file")
    if upload is not None and len(upload.content) > VARIANT_UPLOAD_MAX:
        raise refuse(500, "Internal Server Error", instance="")
    if upload is not None:
        picture = uploaded(upload.name, upload.content)
    elif "image_url" in body:
        picture = fetched(body["image_url"], call.settings, most=None)
    else:
        raise invalid({"image_file": "needs image_file or image_url"})
    number = call.store.next_id("file")
    variant["image"] = shown_file(picture, number, call.settings.store_hash, VARIANT_FOLDER)
    touched(call, product)
    return ok({"image_url": variant["image"]["url"]})


ROUTES = (
    Route(method="GET", path=_MANY, run=list_images),
    Route(method="POST", path=_MANY, run=create_image, multipart=True),
    Route(method="GET", path=_ONE, run=get_image),
    Route(method="PUT", path=_ONE, run=update_image, multipart=True),
    Route(method="DELETE", path=_ONE, run=delete_image),
    Route(
        method="POST",
        path="/v3/catalog/products/{product_id}/variants/{variant_id}/image",
        run=put_variant_image,
        multipart=True,
    ),
)

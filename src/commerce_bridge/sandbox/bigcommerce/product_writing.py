"""Making and changing products: what is checked, what is left out, what follows from what."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from .brands import brand_id_for
from .call import Call
from .check import accepted, invalid
from .image_rows import nested_images
from .parts import NESTED
from .product_fields import CREATE_RULES, FOREIGN, PRODUCT_RULES, fresh_product
from .redirects import DEFAULT_SITE, put_redirect
from .store import Store
from .urls import URL_MAX, auto_url, free_form, is_latin, is_taken
from .variant_rows import duplicate_sku, fresh_variant, nested_variants, sku_clash, stock_failed
from .wire import Row, is_row, refuse


def _check_meaning(after: Row) -> None:
    hidden = after["is_price_hidden"] or after["price_hidden_label"]
    if hidden and after["availability"] != "disabled":
        raise invalid({"is_price_hidden": "needs availability disabled"})


def _check_foreign(call: Call, fields: Row, number: int) -> None:
    """409 for a name or SKU in use, and for a category, brand or tax class that does not exist."""
    store = call.store
    if fields.get("name") is not None and store.names.get(fields["name"], number) != number:
        raise refuse(409, "The product name is a duplicate", {"name": "is in use"})
    if sku_clash(store, fields.get("sku", ""), (number, 0)):
        raise duplicate_sku()
    _check_known("categories", fields.get("categories", []), store.categories)
    brand = fields.get("brand_id", 0)
    _check_known("brand_id", [brand] if brand else [], store.brands)
    if fields.get("tax_class_id", 0) not in (0, *call.settings.tax_class_ids):
        raise refuse(409, "The field 'tax_class_id' is invalid.", {"tax_class_id": "does not exist"})


def _check_known(name: str, numbers: Sequence[int], table: Mapping[int, Row]) -> None:
    if any(number not in table for number in numbers):
        raise refuse(409, f"The field '{name}' is invalid.", {name: "names something that does not exist"})


def _own_url(body: Row) -> Row | None:
    """The `custom_url` a body asks for; a 422 when it cannot be one."""
    wanted = body.get("custom_url")
    if wanted is None or not wanted.get("url"):
        return None
    if not isinstance(wanted["url"], str) or len(wanted["url"]) > URL_MAX:
        raise invalid({"custom_url.url": f"must have at most {URL_MAX} characters"})
    return {"url": wanted["url"], "is_customized": wanted.get("is_customized", True) is not False}


def _leave_redirect(store: Store, product: Row, body: Row, before: str) -> None:
    """A former address leads to the product from now on, when the body asks for it."""
    asked = is_row(body.get("custom_url")) and body["custom_url"].get("create_redirect") is True
    if asked and product["custom_url"]["url"] != before:
        put_redirect(store, DEFAULT_SITE, before, {"type": "product", "entity_id": product["id"]})


def _required(call: Call, body: Row) -> list[str]:
    needed = ["name", "type", "price"]
    if call.settings.digital_needs_weight or body.get("type") != "digital":
        needed.append("weight")
    if call.settings.categories_required:
        needed.append("categories")
    return needed


def make_product(call: Call, body: Row) -> tuple[Row, dict[str, str]]:
    """Add a product, with what it holds.

    Returns:
        The product, and what could not be saved though the rest was, by field.

    Raises:
        Refused: 409 and 422; nothing has been made then.
    """
    store, settings = call.store, call.settings
    fields = accepted(body, CREATE_RULES, required=_required(call, body))
    failed = stock_failed(fields)
    wanted = _own_url(fields)
    _check_foreign(call, fields, 0)
    product: Row = {"id": 0, **fresh_product(settings), "options": [], "images": [], "reviews": []}
    product.update({name: value for name, value in fields.items() if name not in FOREIGN})
    _check_meaning(product)
    taken = wanted is not None and is_taken(store, wanted["url"], kind="product", number=0)
    if taken and settings.url_taken_on_create == "refuse":
        raise refuse(409, "The product URL is a duplicate", {"custom_url": "is in use"})

    more = _fill(call, product, fields)
    product["custom_url"], url_failed = _first_url(call, product, wanted)
    product["date_created"] = product["date_modified"] = call.stamp
    store.add_product(product)
    if settings.assign_new_products_to_channel:
        store.assignments[product["id"]] = [1]
    return product, {**failed, **more, **url_failed}


def _fill(call: Call, product: Row, fields: Row) -> dict[str, str]:
    """Give a new product its id and what lies inside it; what could not be saved comes back."""
    store, settings = call.store, call.settings
    product["id"] = store.next_id("product")
    for part in NESTED:
        product[part.name] = part.nested(store, (), fields.get(part.name, []), replace=True)
    product["images"] = nested_images(
        store, settings, product, fields.get("images", []), replace=True, stamp=call.stamp
    )
    product["variants"], failed = nested_variants(store, settings, product, fields.get("variants", []))
    product["base_variant_id"] = None
    if not product["variants"]:
        product["variants"] = [fresh_variant(store, product, base=True)]
        product["base_variant_id"] = product["variants"][0]["id"]
    if "brand_name" in fields:
        product["brand_id"] = brand_id_for(call, fields["brand_name"])
    return failed


def _first_url(call: Call, product: Row, wanted: Row | None) -> tuple[Row, dict[str, str]]:
    number = product["id"]
    if wanted is None or not is_latin(wanted["url"]):
        failed = {} if wanted is None else {"custom_url": "must use Latin letters"}
        return auto_url(call.store, product["name"], kind="product", number=number), failed
    return {**wanted, "url": free_form(call.store, wanted["url"], kind="product", number=number)}, {}


def change_product(call: Call, product: Row, body: Row) -> dict[str, str]:
    """Lay `body` over a product: only what is sent changes.

    Returns:
        What could not be saved though the rest was, by field.

    Raises:
        Refused: 409 and 422; the product is then as it was.
    """
    store, settings, number = call.store, call.settings, product["id"]
    fields = accepted(body, PRODUCT_RULES)
    failed = stock_failed(fields)
    if fields.get("type", product["type"]) != product["type"] and not settings.type_changeable:
        raise invalid({"type": "cannot be changed"})
    wanted = _own_url(fields)
    _check_foreign(call, fields, number)
    plain = {name: value for name, value in fields.items() if name not in FOREIGN}
    _check_meaning({**product, **plain})
    replace = settings.product_put_arrays == "replace"
    for part in NESTED:
        if part.name in fields:
            only_add = part.name == "custom_fields" or not replace
            plain[part.name] = part.nested(store, product[part.name], fields[part.name], replace=not only_add)
    if "images" in fields:
        plain["images"] = nested_images(
            store, settings, product, fields["images"], replace=replace, stamp=call.stamp
        )
    if "brand_name" in fields:
        plain["brand_id"] = brand_id_for(call, fields["brand_name"])
    before = product["custom_url"]["url"]
    with store.changing(product):
        if wanted is not None:
            url, url_failed = _next_url(call, product, wanted)
            plain["custom_url"] = url
            failed.update(url_failed)
        product.update(plain)
        _follow_sku(product)
        product["date_modified"] = call.stamp
    _leave_redirect(store, product, body, before)
    return failed


def _next_url(call: Call, product: Row, wanted: Row) -> tuple[Row, dict[str, str]]:
    number = product["id"]
    if not is_latin(wanted["url"]):
        return product["custom_url"], {"custom_url": "must use Latin letters"}
    taken = is_taken(call.store, wanted["url"], kind="product", number=number)
    if taken and call.settings.url_taken_on_update == "partial":
        return product["custom_url"], {"custom_url": "is in use"}
    return {**wanted, "url": free_form(call.store, wanted["url"], kind="product", number=number)}, {}


def _follow_sku(product: Row) -> None:
    """A simple product and its base variant share one SKU."""
    for variant in product["variants"]:
        if variant["id"] == product["base_variant_id"]:
            variant["sku"] = product["sku"]

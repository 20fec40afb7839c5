"""The routes of variant options and their values."""

from __future__ import annotations

from .call import Call, Route
from .check import Rule, accepted, anything, checked, flag, id_in, invalid, one_of, rows, text, thing, whole
from .filters import active
from .options import (
    VALUES_MAX,
    new_option,
    new_value,
    option_named,
    shown_option,
    shown_value,
    value_labelled,
)
from .paging import only_fields, paged
from .product_fields import SORT_HIGH, SORT_LOW
from .products import product_of, touched
from .variants import drop_variants_with
from .wire import Answer, Refused, Row, no_content, not_found, ok, refuse

OPTION_RULES: dict[str, Rule] = {
    "display_name": text(1, 255),
    "type": one_of(
        "radio_buttons", "rectangles", "dropdown", "product_list", "product_list_with_images", "swatch"
    ),
    "config": thing(),
    "sort_order": whole(),
    "option_values": rows(),
}
VALUE_RULES: dict[str, Rule] = {
    "label": text(1, 255),
    "sort_order": whole(SORT_LOW, SORT_HIGH),
    "is_default": flag(),
    "value_data": anything(),
}
VALUE_REQUIRED = ("label", "sort_order")
"""Source: BigCommerce REST reference, `catalog/product-variant-options_catalog.v3.yml`."""

_OPTIONS = "/v3/catalog/products/{product_id}/options"
_OPTION = f"{_OPTIONS}/{{option_id}}"
_VALUES = f"{_OPTION}/values"
_VALUE = f"{_VALUES}/{{value_id}}"


def _option_of(call: Call, product: Row) -> Row:
    options: list[Row] = product["options"]
    for option in options:
        if option["id"] == call.ids["option_id"]:
            return option
    raise not_found("The option")


def _value_of(call: Call, option: Row) -> Row:
    values: list[Row] = option["option_values"]
    for value in values:
        if value["id"] == call.ids["value_id"]:
            return value
    raise not_found("The option value")


def list_options(call: Call) -> Answer:
    """`GET /catalog/products/{product_id}/options`."""
    active(call, {})
    options: list[Row] = product_of(call)["options"]
    ordered = sorted(options, key=lambda option: (option["sort_order"], option["id"]))
    return paged(call, ordered, lambda option: only_fields(call, shown_option(option)))


def get_option(call: Call) -> Answer:
    """`GET /catalog/products/{product_id}/options/{option_id}`."""
    return ok(only_fields(call, shown_option(_option_of(call, product_of(call)))))


def _name_taken(product: Row, name: str, but: Row | None) -> bool:
    other = option_named(product, name)
    return other is not None and other is not but


def _duplicate(name: str) -> Refused:
    return refuse(409, f"The option {name} is a duplicate", {name: "is in use"}, instance="")


def _read_values(bodies: list[Row]) -> list[Row]:
    if not bodies:
        raise invalid({"option_values": "must have at least one entry"})
    errors: dict[str, str] = {}
    read: list[Row] = []
    for at, body in enumerate(bodies):
        kept, wrong = checked(body, VALUE_RULES, required=VALUE_REQUIRED, path=f"option_values.{at}.")
        errors.update(wrong)
        number = id_in(body, path=f"option_values.{at}.")
        read.append(kept if number is None else {**kept, "id": number})
    labels = [each.get("label") for each in read]
    if len(set(labels)) < len(labels):
        errors["option_values"] = "must have labels that differ"
    if errors:
        raise invalid(errors)
    return read


def _fits(option: Row, more: int) -> None:
    if len(option["option_values"]) + more > VALUES_MAX:
        raise invalid({"option_values": f"must have at most {VALUES_MAX} entries"})


def create_option(call: Call) -> Answer:
    """`POST /catalog/products/{product_id}/options`; it makes no variants."""
    product = product_of(call)
    fields = accepted(call.one(), OPTION_RULES, required=("display_name", "type", "option_values"))
    values = _read_values(fields.pop("option_values"))
    if len(values) > VALUES_MAX:
        raise invalid({"option_values": f"must have at most {VALUES_MAX} entries"})
    if _name_taken(product, fields["display_name"], None):
        raise _duplicate("display_name")
    option = new_option(call.store, product, fields["display_name"], fields["type"])
    option.update(fields)
    for value in values:
        new_value(call.store, option, **{name: part for name, part in value.items() if name != "id"})
    touched(call, product)
    return ok(shown_option(option))


def update_option(call: Call) -> Answer:
    """`PUT /catalog/products/{product_id}/options/{option_id}`: values with an id change, others are added."""
    product = product_of(call)
    option = _option_of(call, product)
    fields = accepted(call.one(), OPTION_RULES)
    values = _read_values(fields.pop("option_values")) if "option_values" in fields else []
    if "display_name" in fields and _name_taken(product, fields["display_name"], option):
        raise _duplicate("display_name")
    known = {value["id"]: value for value in option["option_values"]}
    fresh = [
        value
        for value in values
        if value.get("id") not in known and not value_labelled(option, value["label"])
    ]
    _fits(option, len(fresh))
    option.update(fields)
    for value in values:
        before = known.get(value.get("id", 0)) or value_labelled(option, value["label"])
        if before is not None:
            before.update({**value, "id": before["id"]})
    for value in fresh:
        new_value(call.store, option, **{name: part for name, part in value.items() if name != "id"})
    touched(call, product)
    return ok(shown_option(option))


def delete_option(call: Call) -> Answer:
    """`DELETE /catalog/products/{product_id}/options/{option_id}`, its variants with it."""
    product = product_of(call)
    drop_variants_with(call, product, option_id=call.ids["option_id"])
    options: list[Row] = product["options"]
    product["options"] = [option for option in options if option["id"] != call.ids["option_id"]]
    touched(call, product)
    return no_content()


def list_values(call: Call) -> Answer:
    """`GET .../options/{option_id}/values`."""
    active(call, {})
    option = _option_of(call, product_of(call))
    return paged(call, option["option_values"], lambda value: only_fields(call, shown_value(value)))


def get_value(call: Call) -> Answer:
    """`GET .../values/{value_id}`."""
    return ok(only_fields(call, shown_value(_value_of(call, _option_of(call, product_of(call))))))


def create_value(call: Call) -> Answer:
    """`POST .../options/{option_id}/values`."""
    product = product_of(call)
    option = _option_of(call, product)
    fields = accepted(call.one(), VALUE_RULES, required=VALUE_REQUIRED)
    if value_labelled(option, fields["label"]) is not None:
        raise invalid({"label": "is in use"})
    _fits(option, 1)
    value = new_value(call.store, option, **fields)
    touched(call, product)
    return ok(shown_value(value))


def update_value(call: Call) -> Answer:
    """`PUT .../values/{value_id}`."""
    product = product_of(call)
    option = _option_of(call, product)
    value = _value_of(call, option)
    fields = accepted(call.one(), VALUE_RULES)
    other = value_labelled(option, fields["label"]) if "label" in fields else None
    if other is not None and other is not value:
        raise invalid({"label": "is in use"})
    value.update(fields)
    touched(call, product)
    return ok(shown_value(value))


def delete_value(call: Call) -> Answer:
    """`DELETE .../values/{value_id}`, its variants with it."""
    product = product_of(call)
    option = _option_of(call, product)
    drop_variants_with(call, product, value_id=call.ids["value_id"])
    values: list[Row] = option["option_values"]
    option["option_values"] = [value for value in values if value["id"] != call.ids["value_id"]]
    touched(call, product)
    return no_content()


ROUTES = (
    Route(method="GET", path=_OPTIONS, run=list_options),
    Route(method="POST", path=_OPTIONS, run=create_option),
    Route(method="GET", path=_OPTION, run=get_option),
    Route(method="PUT", path=_OPTION, run=update_option),
    Route(method="DELETE", path=_OPTION, run=delete_option),
    Route(method="GET", path=_VALUES, run=list_values),
    Route(method="POST", path=_VALUES, run=create_value),
    Route(method="GET", path=_VALUE, run=get_value),
    Route(method="PUT", path=_VALUE, run=update_value),
    Route(method="DELETE", path=_VALUE, run=delete_value),
)

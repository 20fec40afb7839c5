"""Variant options and their values."""

from __future__ import annotations

from collections.abc import Sequence

from .store import Store
from .wire import Row, refuse

VALUES_MAX = 250
"""Values of one option."""


def option_named(product: Row, name: str) -> Row | None:
    """The product's option called `name`."""
    return next((option for option in product["options"] if option["display_name"] == name), None)


def value_labelled(option: Row, label: str) -> Row | None:
    """The option's value labelled `label`."""
    return next((value for value in option["option_values"] if value["label"] == label), None)


def new_option(store: Store, product: Row, name: str, kind: str = "radio_buttons") -> Row:
    """A fresh option at the end of the product's options, without values."""
    option: Row = {
        "id": store.next_id("option"),
        "product_id": product["id"],
        "name": f"{name}{product['id']}",
        "display_name": name,
        "type": kind,
        "config": {},
        "sort_order": len(product["options"]),
        "option_values": [],
    }
    product["options"].append(option)
    return option


def new_value(store: Store, option: Row, label: str, **more: object) -> Row:
    """A fresh value at the end of an option's values."""
    value: Row = {
        "id": store.next_id("option_value"),
        "label": label,
        "sort_order": len(option["option_values"]),
        "is_default": False,
        **more,
    }
    option["option_values"].append(value)
    return value


def chosen_by_label(store: Store, product: Row, pairs: Sequence[Row]) -> list[Row]:
    """Option values named by `option_display_name` and `label`; what is missing is made."""
    chosen: list[Row] = []
    for pair in pairs:
        option = option_named(product, pair["option_display_name"]) or new_option(
            store, product, pair["option_display_name"]
        )
        value = value_labelled(option, pair["label"]) or new_value(store, option, pair["label"])
        chosen.append({"id": value["id"], "option_id": option["id"]})
    return chosen


def chosen_by_id(product: Row, pairs: Sequence[Row]) -> list[Row]:
    """Option values named by `option_id` and `id`, or by their words.

    Raises:
        Refused: 422 for an option or value the product does not have.
    """
    chosen: list[Row] = []
    for at, pair in enumerate(pairs):
        option = next((each for each in product["options"] if each["id"] == pair.get("option_id")), None)
        option = option or option_named(product, pair.get("option_display_name", ""))
        value = option and (
            next((each for each in option["option_values"] if each["id"] == pair.get("id")), None)
            or value_labelled(option, pair.get("label", ""))
        )
        if option is None or value is None:
            raise refuse(
                422,
                "The field 'option_values' is invalid.",
                {f"option_values.{at}": "names no value of the product"},
            )
        chosen.append({"id": value["id"], "option_id": option["id"]})
    return chosen


def shown_option(option: Row) -> Row:
    """What is answered of an option."""
    return {**option, "option_values": [shown_value(value) for value in option["option_values"]]}


def shown_value(value: Row) -> Row:
    """What is answered of an option value."""
    return dict(value)


def shown_choice(product: Row, chosen: Sequence[Row]) -> list[Row]:
    """Chosen values with the words they have now."""
    options = {option["id"]: option for option in product["options"]}
    shown: list[Row] = []
    for pair in chosen:
        option = options[pair["option_id"]]
        value = next(each for each in option["option_values"] if each["id"] == pair["id"])
        shown.append({**pair, "label": value["label"], "option_display_name": option["display_name"]})
    return shown

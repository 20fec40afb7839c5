"""Brands."""

from __future__ import annotations

from .call import Call
from .urls import auto_url
from .wire import Row


def fresh_brand(call: Call, name: str) -> Row:
    """A brand row with nothing but its name and address."""
    number = call.store.next_id("brand")
    return {
        "id": number,
        "name": name,
        "page_title": "",
        "meta_keywords": [],
        "meta_description": "",
        "search_keywords": "",
        "image_url": "",
        "custom_url": auto_url(call.store, name, kind="brand", number=number),
    }


def add_brand(call: Call, brand: Row) -> None:
    """Put a brand into the table and its address into the index."""
    call.store.brands[brand["id"]] = brand
    call.store.claim_url(brand["custom_url"]["url"], "brand", brand["id"])


def brand_id_for(call: Call, name: str) -> int:
    """The id of the brand called `name`, whatever the case; it is made when there is none."""
    for brand in call.store.brands.values():
        if brand["name"].casefold() == name.casefold():
            return int(brand["id"])
    brand = fresh_brand(call, name)
    add_brand(call, brand)
    return int(brand["id"])

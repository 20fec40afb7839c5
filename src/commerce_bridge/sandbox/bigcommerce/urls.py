"""Addresses in the storefront: made from names, unique over products, categories and brands."""

from __future__ import annotations

import re
import unicodedata

from .store import Store, url_key
from .wire import Row

_NOT_SLUG = re.compile(r"[^a-z0-9]+")
_LATIN = re.compile(r"^[A-Za-z0-9\-._~/%!$&'()*+,;=:@]*$")

URL_MAX = 255
"""Characters in an address."""


def slug(name: str) -> str:
    """`name` as one part of an address, in Latin letters."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return _NOT_SLUG.sub("-", plain).strip("-")[: URL_MAX - 20] or "item"


def is_latin(url: str) -> bool:
    """Whether `url` has only characters an address may have."""
    return _LATIN.match(url) is not None


def is_taken(store: Store, url: str, *, kind: str, number: int) -> bool:
    """Whether `url` belongs to something other than this entity."""
    owner = store.urls.get(url_key(url))
    return owner is not None and owner != (kind, number)


def free_form(store: Store, url: str, *, kind: str, number: int) -> str:
    """`url`, or the first of `url-2`, `url-3`, … that no other entity has."""
    if not is_taken(store, url, kind=kind, number=number):
        return url
    tail = "/" if url.endswith("/") else ""
    stem, at = url.rstrip("/"), 2
    while is_taken(store, f"{stem}-{at}{tail}", kind=kind, number=number):
        at += 1
    return f"{stem}-{at}{tail}"


def auto_url(store: Store, name: str, *, kind: str, number: int, under: str = "/") -> Row:
    """The address the platform gives by itself."""
    url = free_form(store, f"{under}{slug(name)}/", kind=kind, number=number)
    return {"url": url, "is_customized": False}

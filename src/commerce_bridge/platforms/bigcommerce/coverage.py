"""Which of the vendor's operations are wrapped, read off the endpoints that the resources call."""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType, ModuleType

from commerce_bridge.platforms.bigcommerce.endpoint import Endpoint
from commerce_bridge.platforms.bigcommerce.guards import FORBIDDEN
from commerce_bridge.platforms.bigcommerce.resources.metafield_batches import MetafieldEndpoints

MODULES = (
    "assignments",
    "brands",
    "categories",
    "channels",
    "currencies",
    "custom_fields",
    "images",
    "metafield_batches",
    "metafields",
    "options",
    "products",
    "redirects",
    "store",
    "variant_metafields",
    "variants",
)
"""Every module of resources."""

_SLOT = re.compile(r"\{[^}]+\}")


def endpoints() -> tuple[Endpoint, ...]:
    """Every endpoint that a resource calls."""
    package = f"{__package__}.resources"
    modules = (importlib.import_module(f"{package}.{name}") for name in MODULES)
    return tuple(endpoint for module in modules for endpoint in _declared(module))


def wrapped() -> Mapping[tuple[str, str], str]:
    """Verb and path template to what calls it, such as ``products.list``."""
    return MappingProxyType({(one.method, one.path): one.name for one in endpoints()})


def refused(method: str, path: str) -> str | None:
    """Why an operation is never sent, or None.

    Args:
        method: The verb.
        path: The path template, with any names in its slots.
    """
    return FORBIDDEN.get(_SLOT.sub("{}", path)) if method == "DELETE" else None


def _declared(module: ModuleType) -> Iterator[Endpoint]:
    for value in vars(module).values():
        if isinstance(value, Endpoint):
            yield value
        elif isinstance(value, MetafieldEndpoints):
            yield from value.all()

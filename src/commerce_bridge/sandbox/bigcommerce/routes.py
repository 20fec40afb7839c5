"""The route table: which operations are served, and how a path finds its own."""

from __future__ import annotations

from collections.abc import Iterable

from attrs import frozen

from . import (
    assignments,
    brands,
    categories,
    channels,
    images,
    listings,
    metafields,
    option_routes,
    part_routes,
    products,
    redirects,
    store_information,
    summary,
    trees,
    variants,
)
from .call import Route

ROUTES: tuple[Route, ...] = (
    *store_information.ROUTES,
    *products.ROUTES,
    *variants.ROUTES,
    *option_routes.ROUTES,
    *images.ROUTES,
    *part_routes.ROUTES,
    *brands.ROUTES,
    *trees.ROUTES,
    *categories.ROUTES,
    *summary.ROUTES,
    *metafields.ROUTES,
    *assignments.ROUTES,
    *channels.ROUTES,
    *listings.ROUTES,
    *redirects.ROUTES,
)
"""Every operation the sandbox serves; all other paths are a 404."""


@frozen(kw_only=True)
class Found:
    """A route and the numbers its path carries."""

    route: Route
    ids: dict[str, int]


def _segments(path: str) -> tuple[str, ...]:
    return tuple(path.strip("/").split("/"))


def _ids(template: tuple[str, ...], path: tuple[str, ...]) -> dict[str, int] | None:
    ids: dict[str, int] = {}
    for wanted, given in zip(template, path, strict=True):
        if not wanted.startswith("{"):
            if wanted != given:
                return None
        elif given.isdecimal() and len(given) < 19:
            ids[wanted.strip("{}")] = int(given)
        else:
            return None
    return ids


class Table:
    """Routes by the number of their segments."""

    def __init__(self, routes: Iterable[Route]) -> None:
        self._by_length: dict[int, list[tuple[tuple[str, ...], Route]]] = {}
        for route in routes:
            template = _segments(route.path)
            self._by_length.setdefault(len(template), []).append((template, route))

    def find(self, method: str, path: str) -> Found | tuple[str, ...]:
        """The route of a request, or the verbs its path knows (none for an unknown path)."""
        segments = _segments(path)
        verbs: list[str] = []
        for template, route in self._by_length.get(len(segments), ()):
            ids = _ids(template, segments)
            if ids is None:
                continue
            if route.method == method:
                return Found(route=route, ids=ids)
            verbs.append(route.method)
        return tuple(verbs)


TABLE = Table(ROUTES)

"""What a route is given, and what a route is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from attrs import field, frozen

from commerce_bridge.flow.messages import Pairs

from .check import one_row, row_list
from .moments import stamp
from .settings import Settings
from .store import Store
from .wire import Answer, Row, refuse


@frozen
class Query:
    """The query of a request; of a repeated name the last value counts."""

    pairs: Pairs

    def get(self, name: str) -> str | None:
        """The value of `name`, or None."""
        return dict(self.pairs).get(name)

    def names(self) -> tuple[str, ...]:
        """Every name, once, in order."""
        return tuple(dict(self.pairs))

    def words(self, name: str) -> tuple[str, ...]:
        """The comma-separated values of `name`; none when it is absent."""
        return tuple(word.strip() for word in (self.get(name) or "").split(",") if word.strip())


@frozen(kw_only=True)
class Upload:
    """A file that came in a multipart body."""

    name: str
    content: bytes = field(repr=lambda content: f"<{len(content)} bytes>")


@frozen(kw_only=True)
class Call:
    """One request, read and authorised, on its way to a route.

    Args:
        store: The state to read and change.
        settings: The switches.
        now: The sandbox's clock.
        client_id: The API account that calls.
        ids: The numbers in the path, by their name in the template.
        query: The query.
        body: The JSON body, or the text fields of a multipart body; None without one.
        uploads: The files of a multipart body, by field name.
        multipart: Whether the body was multipart.
    """

    store: Store
    settings: Settings
    now: datetime
    client_id: str
    ids: Mapping[str, int]
    query: Query
    body: Any = None
    uploads: Mapping[str, Upload] = field(factory=dict[str, Upload])
    multipart: bool = False

    @property
    def stamp(self) -> str:
        """The sandbox's clock as v3 writes it."""
        return stamp(self.now)

    def one(self) -> Row:
        """The body as one object, or a 422."""
        return one_row(self.body)

    def rows(self, most: int) -> list[Row]:
        """The body as an array of 1 to `most` objects; 422 and 413 otherwise."""
        found = row_list(self.body)
        if len(found) > most:
            raise too_many(most)
        return found


def too_many(most: int) -> Exception:
    """The 413 for a batch that is too long."""
    return refuse(413, f"The request payload is too large. The maximum items allowed in the array is {most}.")


@frozen(kw_only=True)
class Route:
    """One operation the sandbox serves.

    Args:
        method: The verb.
        path: The template below `/stores/{hash}`, such as `/v3/catalog/products/{product_id}`.
        run: Answers it.
        scope: The scope a token needs; its `_read_only` twin is enough for GET. None needs no scope.
        multipart: Whether a multipart body is accepted beside JSON.
    """

    method: str
    path: str
    run: Callable[[Call], Answer]
    scope: str | None = "store_v2_products"
    multipart: bool = False

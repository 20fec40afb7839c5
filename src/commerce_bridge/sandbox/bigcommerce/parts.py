"""Custom fields, videos and bulk prices: small resources that live inside a product."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

from attrs import field, frozen

from .check import Rule, checked, four_places, id_in, invalid, is_number, one_of, text, whole
from .product_fields import SORT_HIGH, SORT_LOW
from .store import Store
from .wire import Refused, Row, refuse


def _no_clash(_: Sequence[Row]) -> None:
    return None


@frozen(kw_only=True)
class Part:
    """One kind of resource inside a product.

    Args:
        name: The product's field that holds the rows.
        kind: The kind of their ids.
        noun: What a 404 calls one.
        rules: The fields of a row.
        required: Fields a new row must have.
        most: Rows of one product.
        fresh: The other fields a new row starts with.
        clash: Raises when rows contradict each other.
    """

    name: str
    kind: str
    noun: str
    rules: dict[str, Rule]
    required: tuple[str, ...]
    most: int
    fresh: Row = field(factory=dict[str, Any])
    clash: Callable[[Sequence[Row]], None] = _no_clash

    def made(self, store: Store, body: Row, path: str = "") -> Row:
        """A new row from `body`.

        Raises:
            Refused: 422 for faulty fields.
        """
        kept, errors = checked(body, self.rules, required=self.required, path=path)
        if errors:
            raise invalid(errors)
        return {"id": store.next_id(self.kind), **self.fresh, **kept}

    def amended(self, row: Row, body: Row, path: str = "") -> Row:
        """`row` with the fields of `body` laid over it.

        Raises:
            Refused: 422 for faulty fields.
        """
        kept, errors = checked(body, self.rules, path=path)
        if errors:
            raise invalid(errors)
        return {**row, **kept}

    def fits(self, rows: Sequence[Row]) -> None:
        """Check what `rows` are together.

        Raises:
            Refused: 422 for too many, and whatever `clash` raises.
        """
        if len(rows) > self.most:
            raise invalid({self.name: f"must have at most {self.most} entries"})
        self.clash(rows)

    def nested(
        self, store: Store, before: Sequence[Row], bodies: Sequence[Row], *, replace: bool
    ) -> list[Row]:
        """The rows after an array of them came inside a product's body.

        A row with an id amends that row, one without adds.  With `replace`, rows that are not named go.
        """
        known = {row["id"]: row for row in before}
        named: dict[int, Row] = {}
        added: list[Row] = []
        for at, body in enumerate(bodies):
            path = f"{self.name}.{at}."
            number = id_in(body, path=path)
            if number is None:
                added.append(self.made(store, body, path))
            elif number in known:
                named[number] = self.amended(known[number], body, path)
            else:
                raise invalid({f"{path}id": "is not one of the product's"})
        stay = [named.get(row["id"], row) for row in before if not replace or row["id"] in named]
        after = [*stay, *added]
        self.fits(after)
        return after


def _repeated_pair(rows: Sequence[Row]) -> None:
    pairs = [(row["name"], row["value"]) for row in rows]
    if len(set(pairs)) < len(pairs):
        raise duplicate_pair()


def duplicate_pair() -> Refused:
    """The 422 for a name and value the product has already; the reference lists no 409 for custom fields."""
    return refuse(
        422, "The custom field name and value pair is a duplicate", {"value": "must be unique with its name"}
    )


def _overlap(rows: Sequence[Row]) -> None:
    spans = sorted((row["quantity_min"], row["quantity_max"] or 10**10) for row in rows)
    for low, high in spans:
        if high <= low:
            raise invalid({"quantity_max": "must be greater than quantity_min, or 0"})
    for (_, high), (low, _) in pairwise(spans):
        if low <= high:
            raise refuse(409, "The bulk pricing rule overlaps with another one", {"quantity_min": "overlaps"})


def _amount() -> Rule:
    def fault(value: Any) -> str | None:
        try:
            figure = float(value) if isinstance(value, str) else value
        except ValueError:
            return "must be a number"
        return None if is_number(figure) and figure >= 0 else "must be a number, 0 or more"

    return Rule(fault=fault, store=lambda value: four_places(float(value)))


CUSTOM_FIELDS = Part(
    name="custom_fields",
    kind="custom_field",
    noun="The custom field",
    rules={"name": text(1, 250), "value": text(1, 250)},
    required=("name", "value"),
    most=200,
    clash=_repeated_pair,
)

VIDEOS = Part(
    name="videos",
    kind="video",
    noun="The video",
    rules={
        "title": text(0, 255),
        "description": text(),
        "sort_order": whole(SORT_LOW, SORT_HIGH),
        "type": one_of("youtube"),
        "video_id": text(1, 25),
    },
    required=("video_id",),
    most=1000,
    fresh={"title": "", "description": "", "sort_order": 0, "type": "youtube", "length": ""},
)

BULK_PRICES = Part(
    name="bulk_pricing_rules",
    kind="bulk_price",
    noun="The bulk pricing rule",
    rules={
        "quantity_min": whole(0),
        "quantity_max": whole(0),
        "type": one_of("price", "percent", "fixed"),
        "amount": _amount(),
    },
    required=("quantity_min", "quantity_max", "type", "amount"),
    most=50,
    clash=_overlap,
)

NESTED = (CUSTOM_FIELDS, VIDEOS, BULK_PRICES)

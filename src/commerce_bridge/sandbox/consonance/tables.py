"""The publisher's data: tables of rows, their links, and the stamps `changedSince` looks at."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any, TypeVar, cast

from attrs import evolve, fields_dict

from commerce_bridge.sandbox.consonance import rows
from commerce_bridge.sandbox.consonance.rows import KINDS, Row, kind_of

R = TypeVar("R", bound=Row)

PARENTS: Mapping[type[Row], tuple[str, type[Row]]] = MappingProxyType(
    {
        rows.Product: ("work_id", rows.Work),
        rows.Price: ("product_id", rows.Product),
        rows.WebLink: ("product_id", rows.Product),
        rows.Contribution: ("work_id", rows.Work),
        rows.Subject: ("work_id", rows.Work),
        rows.SeriesMembership: ("work_id", rows.Work),
        rows.MarketingText: ("work_id", rows.Work),
        rows.SupportingResource: ("work_id", rows.Work),
        rows.Prize: ("work_id", rows.Work),
        rows.Contract: ("work_id", rows.Work),
        rows.DeliveryDate: ("contract_id", rows.Contract),
        rows.LicensedRight: ("contract_id", rows.Contract),
        rows.GratisCopy: ("contract_id", rows.Contract),
        rows.ProductionRun: ("work_id", rows.Work),
        rows.Quantity: ("production_run_id", rows.ProductionRun),
        rows.Binding: ("production_run_id", rows.ProductionRun),
        rows.Cover: ("production_run_id", rows.ProductionRun),
        rows.Embellishment: ("production_run_id", rows.ProductionRun),
        rows.Finish: ("production_run_id", rows.ProductionRun),
        rows.Interior: ("production_run_id", rows.ProductionRun),
    }
)
"""Where a row belongs: the column that names its owner, and the owner's table."""

SHARED: Mapping[type[Row], tuple[tuple[type[Row], str], ...]] = MappingProxyType(
    {
        rows.Person: ((rows.Contribution, "contact_id"),),
        rows.Organisation: ((rows.Contribution, "contact_id"),),
        rows.Series: ((rows.SeriesMembership, "series_id"),),
        rows.Imprint: ((rows.Work, "imprint_id"),),
        rows.Season: ((rows.Work, "season_id"),),
        rows.ProjectStage: ((rows.Work, "project_stage_id"),),
        rows.WorkType: ((rows.Work, "work_type_id"),),
        rows.MarketingTier: ((rows.Work, "marketing_tier_id"),),
        rows.InHouseFormat: ((rows.Product, "in_house_format_id"),),
        rows.InHouseEdition: ((rows.Product, "in_house_edition_id"),),
    }
)
"""Rows that many works use: the tables and columns that point at them."""

_CONTACTS = (rows.Person, rows.Organisation)


class Tables:
    """All rows of one publisher's account, and when each work's family last changed."""

    def __init__(self) -> None:
        self._rows: dict[type[Row], dict[int, Row]] = {each: {} for each in rows.ROW_CLASSES}
        self._stamps: dict[int, dict[str, datetime]] = defaultdict(dict)
        self._ordered: dict[type[Row], tuple[Row, ...]] = {}
        self._indexes: dict[tuple[type[Row], str], dict[object, tuple[Row, ...]]] = {}
        self._next: dict[type[Row], int] = {}

    def copy(self) -> Tables:
        """Tables of their own with the same rows, which are frozen and shared."""
        other = Tables()
        other._rows = {row_class: dict(table) for row_class, table in self._rows.items()}
        other._stamps = defaultdict(dict, {work_id: dict(stamps) for work_id, stamps in self._stamps.items()})
        other._next = dict(self._next)
        return other

    # ── reading ──────────────────────────────────────────────────────────
    def all(self, row_class: type[R]) -> tuple[R, ...]:
        """All rows of a table by ascending id."""
        found = self._ordered.get(row_class)
        if found is None:
            table = self._rows[row_class]
            found = tuple(table[key] for key in sorted(table))
            self._ordered[row_class] = found
        return cast(tuple[R, ...], found)

    def get(self, row_class: type[R], row_id: int | None) -> R | None:
        """The row with this id, or None."""
        return cast("R | None", self._rows[row_class].get(row_id)) if row_id is not None else None

    def contact(self, contact_id: int) -> rows.Person | rows.Organisation | None:
        """The person or the organisation with this id, or None."""
        return self.get(rows.Person, contact_id) or self.get(rows.Organisation, contact_id)

    def where(self, row_class: type[R], column: str, value: object) -> tuple[R, ...]:
        """The rows whose column has this value, by ascending id."""
        index = self._indexes.get((row_class, column))
        if index is None:
            groups: dict[object, list[Row]] = defaultdict(list)
            for row in self.all(row_class):
                groups[getattr(row, column)].append(row)
            index = {key: tuple(group) for key, group in groups.items()}
            self._indexes[row_class, column] = index
        return cast(tuple[R, ...], index.get(value, ()))

    def family_of(self, row: Row) -> frozenset[int]:
        """The ids of the works to whose families a row belongs; a shared row belongs to many."""
        if isinstance(row, rows.Work):
            return frozenset({row.id})
        if type(row) in PARENTS:
            column, owner_class = PARENTS[type(row)]
            owner = self.get(owner_class, getattr(row, column))
            return self.family_of(owner) if owner else frozenset()
        users: Iterable[Row] = (
            user for table, column in SHARED[type(row)] for user in self.where(table, column, row.id)
        )
        return frozenset(work_id for user in users for work_id in self.family_of(user))

    def changed_at(self, work_id: int, kinds: Collection[str] | None = None) -> datetime | None:
        """When anything in a work's family last changed; with `kinds`, only rows of those tables count."""
        stamps = self._stamps.get(work_id, {})
        return max((at for kind, at in stamps.items() if kinds is None or kind in kinds), default=None)

    # ── writing ──────────────────────────────────────────────────────────
    def add(self, kind: str, *, at: datetime, id: int | None = None, **columns: Any) -> int:
        """Add a row and return its id; without an `id` the next free one is taken."""
        row_class = _class_of(kind)
        _check_columns(row_class, columns)
        row_id = self._next_id(row_class) if id is None else id
        if row_id in self._rows[row_class]:
            raise ValueError(f"there is a {kind} {row_id} already")
        row = row_class(id=row_id, **columns)
        self._check_links(row)
        for sharing in _CONTACTS if row_class in _CONTACTS else (row_class,):
            self._next[sharing] = max(self._next.get(sharing, 1), row_id + 1)
        self._put(row, at)
        return row_id

    def edit(self, kind: str, id: int, *, at: datetime, **changes: Any) -> None:
        """Change columns of a row; whatever family it leaves or joins counts as changed."""
        row_class = _class_of(kind)
        _check_columns(row_class, changes)
        before = self._rows[row_class].get(id)
        if before is None:
            raise ValueError(f"there is no {kind} {id}")
        after = evolve(before, **changes)
        self._check_links(after)
        left = self.family_of(before)
        self._put(after, at)
        self._stamp(kind, left, at)

    def remove(self, kind: str, id: int, *, at: datetime) -> None:
        """Remove a row and all that belongs to it alone; references to it are cleared."""
        row_class = _class_of(kind)
        row = self._rows[row_class].get(id)
        if row is None:
            raise ValueError(f"there is no {kind} {id}")
        family = self.family_of(row)
        for child_class, (column, owner_class) in PARENTS.items():
            if owner_class is row_class:
                for child in self.where(child_class, column, id):
                    self.remove(kind_of(child_class), child.id, at=at)
        for user_class, column in SHARED.get(row_class, ()):
            for user in self.where(user_class, column, id):
                if user_class in {rows.Contribution, rows.SeriesMembership}:
                    self.remove(kind_of(user_class), user.id, at=at)
                else:
                    self.edit(kind_of(user_class), user.id, at=at, **{column: None})
        if row_class is rows.Product:
            self._forget_product(id, at)
        del self._rows[row_class][id]
        self._forget_caches(row_class)
        self._stamp(kind, family, at)
        if row_class is rows.Work:
            self._stamps.pop(id, None)

    # ── inside ───────────────────────────────────────────────────────────
    def _put(self, row: Row, at: datetime) -> None:
        self._rows[type(row)][row.id] = row
        self._forget_caches(type(row))
        self._stamp(kind_of(type(row)), self.family_of(row), at)

    def _stamp(self, kind: str, work_ids: Iterable[int], at: datetime) -> None:
        for work_id in work_ids:
            stamps = self._stamps[work_id]
            stamps[kind] = max(at, stamps.get(kind, at))

    def _next_id(self, row_class: type[Row]) -> int:
        return self._next.get(row_class, 1)

    def _forget_caches(self, row_class: type[Row]) -> None:
        self._ordered.pop(row_class, None)
        for key in [key for key in self._indexes if key[0] is row_class]:
            del self._indexes[key]

    def _forget_product(self, product_id: int, at: datetime) -> None:
        for row_class in rows.ROW_CLASSES:
            for column in ("product_ids", "similar_product_ids"):
                if column not in fields_dict(row_class):
                    continue
                for row in self.all(row_class):
                    ids: rows.Ids = getattr(row, column)
                    if product_id in ids:
                        kept = tuple(each for each in ids if each != product_id)
                        self.edit(kind_of(row_class), row.id, at=at, **{column: kept})

    def _check_links(self, row: Row) -> None:
        if type(row) in PARENTS:
            column, owner_class = PARENTS[type(row)]
            owner_id: int | None = getattr(row, column)
            if owner_id is not None and owner_id not in self._rows[owner_class]:
                raise ValueError(
                    f"{kind_of(type(row))}.{column}: there is no {kind_of(owner_class)} {owner_id}"
                )
        for owner_class, users in SHARED.items():
            for user_class, column in users:
                if user_class is not type(row) or owner_class in _CONTACTS:
                    continue
                shared_id: int | None = getattr(row, column)
                if shared_id is not None and shared_id not in self._rows[owner_class]:
                    raise ValueError(
                        f"{kind_of(type(row))}.{column}: there is no {kind_of(owner_class)} {shared_id}"
                    )
        if isinstance(row, rows.Contribution) and self.contact(row.contact_id) is None:
            raise ValueError(f"contribution.contact_id: there is no contact {row.contact_id}")
        for product_id in cast(rows.Ids, getattr(row, "product_ids", ())):
            if product_id not in self._rows[rows.Product]:
                raise ValueError(f"{kind_of(type(row))}.product_ids: there is no product {product_id}")


def _class_of(kind: str) -> type[Row]:
    row_class = KINDS.get(kind)
    if row_class is None:
        raise ValueError(f"unknown kind {kind!r}; known: {', '.join(sorted(KINDS))}")
    return row_class


def _check_columns(row_class: type[Row], columns: Mapping[str, object]) -> None:
    known = set(fields_dict(row_class)) - {"id"}
    if unknown := sorted(set(columns) - known):
        raise ValueError(
            f"{kind_of(row_class)} has no column {', '.join(unknown)}; known: {', '.join(sorted(known))}"
        )

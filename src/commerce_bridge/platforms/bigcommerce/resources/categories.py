"""Category trees and their categories.

Source: BigCommerce REST reference, `catalog/category-trees_catalog.v3.yml`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypedDict, Unpack

from commerce_bridge.domain.absence import MISSING
from commerce_bridge.domain.exchange import Page
from commerce_bridge.errors import BridgeError
from commerce_bridge.flow.effects import Flow
from commerce_bridge.flow.operation import M, Raw, every, operation, paged
from commerce_bridge.http.policy import Safety
from commerce_bridge.platforms.bigcommerce.batching import Failed, RowAnswer, Saved, Unknown, in_pieces
from commerce_bridge.platforms.bigcommerce.drafts.body import body_of
from commerce_bridge.platforms.bigcommerce.drafts.catalogue import CategoryDraft, TreeDraft
from commerce_bridge.platforms.bigcommerce.endpoint import Endpoint, StoreResource, call
from commerce_bridge.platforms.bigcommerce.limits import TREE_ROWS
from commerce_bridge.platforms.bigcommerce.paging import list_page
from commerce_bridge.platforms.bigcommerce.query import pairs
from commerce_bridge.platforms.bigcommerce.rows import answers_of
from commerce_bridge.platforms.bigcommerce.wire.base import Many, decode
from commerce_bridge.platforms.bigcommerce.wire.catalogue import Category, CategoryNode, Tree

_TREES = "/v3/catalog/trees"
LIST_TREES = Endpoint("GET", _TREES, "trees.list")
UPSERT_TREES = Endpoint("PUT", _TREES, "trees.upsert")
DELETE_TREES = Endpoint("DELETE", _TREES, "trees.delete")
NODES = Endpoint("GET", f"{_TREES}/{{tree_id}}/categories", "trees.nodes", lane="category_tree")
LIST = Endpoint("GET", f"{_TREES}/categories", "categories.list")
CREATE = Endpoint("POST", f"{_TREES}/categories", "categories.create")
UPDATE = Endpoint("PUT", f"{_TREES}/categories", "categories.update")
DELETE_WHERE = Endpoint("DELETE", f"{_TREES}/categories", "categories.delete_where")


class CategoryFilters(TypedDict, total=False):
    """Which categories are listed; there is no filter by date."""

    category_uuid_in: Sequence[str]
    category_uuid_not_in: Sequence[str]
    category_id_in: Sequence[int]
    category_id_not_in: Sequence[int]
    tree_id_in: Sequence[int]
    tree_id_not_in: Sequence[int]
    parent_id_in: Sequence[int]
    parent_id_not_in: Sequence[int]
    page_title: str
    page_title_like: str
    name: str
    name_like: str
    keyword: str
    is_visible: bool


class CategoryDeleteFilters(TypedDict, total=False):
    """Which categories are deleted; at least one filter."""

    category_uuid_in: Sequence[str]
    category_id_in: Sequence[int]
    tree_id_in: Sequence[int]
    parent_id_in: Sequence[int]


class Trees(StoreResource[M]):
    """Category trees; each belongs to one channel."""

    @operation
    def list(
        self: Trees[Raw], *, id_in: Sequence[int] = (), channel_id_in: Sequence[int] = ()
    ) -> Flow[tuple[Tree, ...]]:
        """The store's trees; one vendor call.

        Args:
            id_in: Only these.
            channel_id_in: Only those of these channels.

        Source: BigCommerce REST reference, `catalog/category-trees_catalog.v3.yml`, GET /catalog/trees.
        """
        query = pairs({"id_in": id_in, "channel_id_in": channel_id_in})
        response = yield from call(self.connection, LIST_TREES, query=query)
        return decode(Many[Tree], response).data if response.body else ()

    @operation
    def upsert(self: Trees[Raw], drafts: Sequence[TreeDraft]) -> Flow[tuple[RowAnswer[Tree], ...]]:
        """What became of each tree, in order; one vendor call for each 50.

        Args:
            drafts: With an `id` it changes, without one it is made; `channels` on create only.

        Source: BigCommerce REST reference, `catalog/category-trees_catalog.v3.yml`, PUT /catalog/trees.
        """
        making = any(draft.id is MISSING for draft in drafts)

        def send(piece: Sequence[TreeDraft]) -> Flow[Sequence[RowAnswer[Tree] | None]]:
            body = [body_of(draft) for draft in piece]
            response = yield from call(
                self.connection, UPSERT_TREES, body=body, safety=Safety.ONCE if making else None
            )
            answer = decode(Many[Tree], response)
            found = [_tree_of(draft, answer.data) for draft in piece]
            return answers_of(found, answer.errors, response, UPSERT_TREES)

        return (yield from in_pieces(drafts, TREE_ROWS, send))

    @operation
    def delete(self: Trees[Raw], id_in: Sequence[int]) -> Flow[None]:
        """Delete trees; one vendor call.

        Raises:
            GuardRail: No id was given; nothing was sent.

        Source: BigCommerce REST reference, `catalog/category-trees_catalog.v3.yml`, DELETE /catalog/trees.
        """
        yield from call(self.connection, DELETE_TREES, query=pairs({"id_in": id_in}))

    @operation
    def nodes(self: Trees[Raw], tree_id: int, *, depth: int | None = None) -> Flow[tuple[CategoryNode, ...]]:
        """A tree's categories, each with those below it; one vendor call, one at a time for a store.

        Args:
            tree_id: The tree.
            depth: How many levels.

        Raises:
            NotFound: There is no such tree.

        Source: BigCommerce REST reference, `catalog/category-trees_catalog.v3.yml`,
        GET /catalog/trees/{tree_id}/categories.
        """
        response = yield from call(self.connection, NODES, (tree_id,), query=pairs({"depth": depth}))
        return decode(Many[CategoryNode], response).data if response.body else ()


class Categories(StoreResource[M]):
    """Categories of trees; names are unique among siblings."""

    @paged
    def list(
        self: Categories[Raw],
        cursor: str | None,
        *,
        include_fields: Sequence[str] = (),
        exclude_fields: Sequence[str] = (),
        limit: int | None = None,
        **filters: Unpack[CategoryFilters],
    ) -> Flow[Page[Category]]:
        """Categories of all trees, page by page; one vendor call a page.

        Args:
            cursor: Where to go on; None for the first page.
            include_fields: Only these fields; the id always comes.
            exclude_fields: All fields but these.
            limit: Rows on a page, 1-250; the maximum when not given.
            filters: See `CategoryFilters`.

        Source: BigCommerce REST reference, `catalog/category-trees_catalog.v3.yml`, GET /catalog/trees/categories.
        """
        query = pairs(filters, CategoryFilters, include_fields=include_fields, exclude_fields=exclude_fields)
        return (yield from list_page(self.connection, LIST, Category, cursor, query=query, limit=limit))

    @operation
    def create(
        self: Categories[Raw], drafts: Sequence[CategoryDraft]
    ) -> Flow[tuple[RowAnswer[Category], ...]]:
        """What became of each new category, in order.

        One vendor call for each 50 (`Limits.category_rows`; the vendor states no maximum).

        Args:
            drafts: Each with `name` and its `tree_id` or `parent_id`.

        Source: BigCommerce REST reference, `catalog/category-trees_catalog.v3.yml`, POST /catalog/trees/categories.
        """

        def send(piece: Sequence[CategoryDraft]) -> Flow[Sequence[RowAnswer[Category] | None]]:
            response = yield from call(self.connection, CREATE, body=[body_of(draft) for draft in piece])
            answer = decode(Many[Category], response)
            found = [_category_of(draft, answer.data) for draft in piece]
            return answers_of(found, answer.errors, response, CREATE)

        return (yield from in_pieces(drafts, self.connection.limits.category_rows, send))

    @operation
    def update(
        self: Categories[Raw], rows: Sequence[tuple[int, CategoryDraft]]
    ) -> Flow[tuple[RowAnswer[int], ...]]:
        """What became of each row, in order, as the category's id; the API does not send them back.

        One vendor call for each 50 (`Limits.category_rows`), more when rows are refused.

        Args:
            rows: Category id and what changes.

        Source: BigCommerce REST reference, `catalog/category-trees_catalog.v3.yml`, PUT /catalog/trees/categories.
        """

        def send(piece: Sequence[tuple[int, CategoryDraft]]) -> Flow[Sequence[RowAnswer[int] | None]]:
            body = [{"category_id": number, **body_of(draft)} for number, draft in piece]
            response = yield from call(self.connection, UPDATE, body=body)
            if not response.body:
                return [Saved(value=number) for number, _ in piece]
            answer = decode(Many[object], response)
            partial = response.status == 207 or bool(answer.meta.failed)
            found = [None if partial else number for number, _ in piece]
            return answers_of(found, answer.errors, response, UPDATE)

        return (yield from in_pieces(rows, self.connection.limits.category_rows, send))

    @operation
    def delete_where(self: Categories[Raw], **filters: Unpack[CategoryDeleteFilters]) -> Flow[None]:
        """Delete the categories that all filters match, with those below them; one vendor call.

        Args:
            filters: See `CategoryDeleteFilters`.

        Raises:
            GuardRail: No filter was given; nothing was sent.

        Source: BigCommerce REST reference, `catalog/category-trees_catalog.v3.yml`,
        DELETE /catalog/trees/categories.
        """
        yield from call(self.connection, DELETE_WHERE, query=pairs(filters, CategoryDeleteFilters))

    @operation
    def ensure_path(self: Categories[Raw], tree_id: int, names: Sequence[str]) -> Flow[tuple[Category, ...]]:
        """The categories along a path, top first, made where they are missing.

        A name that differs in case only is taken for the same.  One vendor call a level that is there (for
        each 250 siblings), two for one that is made, three when somebody else made it.

        Args:
            tree_id: The tree.
            names: The names, top first; 1-50 characters each, at most 8 of them.

        Raises:
            BridgeError: A category could not be made.

        Source: BigCommerce REST reference, `catalog/category-trees_catalog.v3.yml`.
        """
        path: list[Category] = []
        parent = 0
        for name in names:
            known = yield from self._child(tree_id, parent, name)
            category = known if known is not None else (yield from self._made(tree_id, parent, name))
            path.append(category)
            parent = category.category_id
        return tuple(path)

    @operation
    def _child(self: Categories[Raw], tree_id: int, parent_id: int, name: str) -> Flow[Category | None]:
        """The category with this name below another, else one whose name differs in case only, or None."""
        below = CategoryFilters(tree_id_in=(tree_id,), parent_id_in=(parent_id,))
        found = yield from every(lambda cursor: self.list(cursor, **below))
        alike = [one for one in found if (one.name or "").casefold() == name.casefold()]
        return min(alike, key=lambda one: one.name != name, default=None)

    @operation
    def _made(self: Categories[Raw], tree_id: int, parent_id: int, name: str) -> Flow[Category]:
        """The category just made, or found when it was taken or the answer was lost."""
        draft = CategoryDraft(name=name, tree_id=tree_id, parent_id=parent_id)
        (answer,) = yield from self.create([draft])
        match answer:
            case Saved():
                return answer.value
            case Failed(error=error) | Unknown(error=error):
                return _found_or(error, (yield from self._child(tree_id, parent_id, name)))


def _found_or(error: BridgeError, known: Category | None) -> Category:
    if known is None:
        raise error
    return known


def _tree_of(draft: TreeDraft, trees: Sequence[Tree]) -> Tree | None:
    """The tree that a row became: by id, else by name."""
    if draft.id is not MISSING:
        return next((tree for tree in trees if tree.id == draft.id), None)
    return next((tree for tree in trees if tree.name == draft.name), None)


def _category_of(draft: CategoryDraft, categories: Sequence[Category]) -> Category | None:
    """The category that a row became: by its name among its siblings."""

    def fits(one: Category) -> bool:
        return (
            one.name == draft.name
            and (draft.parent_id in (MISSING, one.parent_id))
            and (draft.tree_id in (MISSING, one.tree_id) or one.tree_id is None)
        )

    return next((one for one in categories if fits(one)), None)

"""301 redirects: one for each site and former path.

Source: BigCommerce REST reference, `redirects.v3.yml` of the vendor's public repository.
"""

from __future__ import annotations

from .call import Call, Route
from .check import Rule, accepted, one_of, text, thing, whole
from .filters import Filter, active, as_int, as_text, in_, is_, kept
from .paging import paged
from .store import Store
from .wire import Answer, Row, no_content, refuse

DEFAULT_SITE = 1000
"""The site of the default storefront."""

ROWS_MAX = 50
"""Rows in one upsert; the vendor states no maximum."""

TYPES = ("product", "brand", "category", "page", "post", "url")

RULES: dict[str, Rule] = {"from_path": text(1), "site_id": whole(1), "to": thing()}
TO_RULES: dict[str, Rule] = {"type": one_of(*TYPES), "entity_id": whole(1), "url": text(0, 2048)}

FILTERS: dict[str, Filter] = {
    "site_id": is_("site_id", as_int),
    "id:in": in_("id"),
    "keyword": Filter(read=as_text, keeps=lambda row, word: _bare(row["from_path"]).startswith(_bare(word))),
}


def _bare(path: str) -> str:
    """A path without its outer slashes, whatever its case."""
    return path.strip("/").casefold()


def put_redirect(store: Store, site: int, path: str, to: Row) -> Row:
    """Let a path lead somewhere; what it led to before is overwritten."""
    row = next(
        (
            one
            for one in store.redirects.values()
            if one["site_id"] == site and _bare(one["from_path"]) == _bare(path)
        ),
        None,
    )
    if row is None:
        row = Row(id=store.next_id("redirect"), site_id=site, from_path=path)
        store.redirects[row["id"]] = row
    row["to"] = to
    return row


def list_redirects(call: Call) -> Answer:
    """`GET /storefront/redirects`."""
    used = active(call, FILTERS, ("sort", "direction", "include"))
    field = call.query.get("sort") or "id"
    rows = kept([call.store.redirects[number] for number in sorted(call.store.redirects)], used)
    if field in {"from_path", "site_id"}:
        rows.sort(key=lambda row: row[field])
    elif field == "type":
        rows.sort(key=lambda row: str(row["to"].get("type", "")))
    elif field != "id":
        raise refuse(422, "The sort is invalid.", {"sort": "is invalid"})
    if call.query.get("direction") == "desc":
        rows.reverse()
    whole_address = "to_url" in call.query.words("include")
    return paged(call, rows, lambda row: {**row, "to_url": _address(call, row)} if whole_address else row)


def upsert_redirects(call: Call) -> Answer:
    """`PUT /storefront/redirects`: 201, even when all were there."""
    bodies = call.rows(ROWS_MAX)
    fields = [
        accepted(body, RULES, required=("from_path", "site_id"), path=f"{at}.")
        for at, body in enumerate(bodies)
    ]
    targets = [accepted(one.get("to", {}), TO_RULES, path=f"{at}.to.") for at, one in enumerate(fields)]
    made = [
        put_redirect(call.store, one["site_id"], one["from_path"], to)
        for one, to in zip(fields, targets, strict=True)
    ]
    return Answer(status=201, body={"data": made, "meta": {}})


def delete_redirects(call: Call) -> Answer:
    """`DELETE /storefront/redirects`: never without ids."""
    if call.query.get("id:in") is None:
        raise refuse(422, "At least one filter must be set for a delete action.")
    used = active(call, {name: FILTERS[name] for name in ("id:in", "site_id")})
    for row in kept(list(call.store.redirects.values()), used):
        del call.store.redirects[row["id"]]
    return no_content()


def _address(call: Call, row: Row) -> str:
    to = row["to"]
    tables = {
        "product": call.store.products,
        "brand": call.store.brands,
        "category": call.store.categories,
    }
    found = tables.get(to.get("type", ""), {}).get(to.get("entity_id", 0))
    path = found["custom_url"]["url"] if found and "custom_url" in found else to.get("url") or "/"
    return f"https://{call.settings.store_hash}.example.com{path}"


_ALL = "/v3/storefront/redirects"

ROUTES = (
    Route(method="GET", path=_ALL, run=list_redirects, scope="store_v2_content"),
    Route(method="PUT", path=_ALL, run=upsert_redirects, scope="store_v2_content"),
    Route(method="DELETE", path=_ALL, run=delete_redirects, scope="store_v2_content"),
)

"""Calls of the BigCommerce client, made from what the vendor's specification declares.

For each endpoint that the client wraps, a call is drawn: ids, any of the declared query options, and a
body that the declared schema allows, turned into the drafts that the client takes.  What the client
then sends is held against the specification, and against what was drawn.
"""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, get_args, get_type_hints

from attrs import field, fields, frozen, has
from hypothesis import strategies as st

from commerce_bridge.domain.absence import CLEARED
from commerce_bridge.flow.effects import Flow
from commerce_bridge.flow.messages import Request
from commerce_bridge.flow.operation import paged
from commerce_bridge.platforms import bigcommerce as drafts
from commerce_bridge.platforms.bigcommerce.endpoint import Endpoint
from commerce_bridge.platforms.bigcommerce.guards import FILTERS
from commerce_bridge.platforms.bigcommerce.json_text import instant_text
from commerce_bridge.testing.play import play
from rigs.bigcommerce_client import raw_client, refusal
from rigs.openapi import REQUEST, Operation
from rigs.openapi.generate import bodies
from rigs.openapi.schemas import Converter

JSON = "application/json"
CLIENT = raw_client()
UPLOAD = drafts.Upload(name="9780000000019.jpg", content=b"jpeg", media_type="image/jpeg")
POSITIONS = ("page", "after", "before")
"""Options that a page's cursor carries."""
GIVEN = ("limit", *POSITIONS)


@frozen(kw_only=True)
class Taken:
    """A drawn body as the arguments of an operation, and what of it the client has no word for."""

    args: tuple[Any, ...] = ()
    kwargs: Mapping[str, Any] = field(factory=dict[str, Any])
    sent: Any = None
    unsent: frozenset[str] = frozenset()


Take = Callable[[Any], Taken]


def one(kind: type) -> Take:
    """A body that is one draft."""

    def take(drawn: Any) -> Taken:
        made, sent, unsent = draft_of(kind, drawn)
        return Taken(args=(made,), sent=sent, unsent=unsent)

    return take


def many(kind: type) -> Take:
    """A body that is a list of drafts."""

    def take(drawn: Any) -> Taken:
        made = [draft_of(kind, row, "/*") for row in drawn]
        return Taken(
            args=([draft for draft, _, _ in made],),
            sent=[sent for _, sent, _ in made],
            unsent=frozenset().union(*(unsent for _, _, unsent in made)),
        )

    return take


def rows(key: str, kind: type) -> Take:
    """A body that is a list of rows, each an id and a draft."""

    def take(drawn: Any) -> Taken:
        numbers = [row.get(key) or at for at, row in enumerate(drawn, start=1)]
        numbers = numbers if len(set(numbers)) == len(numbers) else list(range(1, len(drawn) + 1))
        bare = [{name: value for name, value in row.items() if name != key} for row in drawn]
        made = [draft_of(kind, row, "/*") for row in bare]
        return Taken(
            args=([(number, draft) for number, (draft, _, _) in zip(numbers, made, strict=True)],),
            sent=[{key: number, **sent} for number, (_, sent, _) in zip(numbers, made, strict=True)],
            unsent=frozenset().union(*(unsent for _, _, unsent in made)),
        )

    return take


def pairs(*names: str) -> Take:
    """A body that is a list of pairs."""
    return lambda drawn: Taken(args=([tuple(row.get(n) or 1 for n in names) for row in drawn],))


def numbers(drawn: Any) -> Taken:
    """A body that is a list of ids."""
    return Taken(args=(drawn,), sent=drawn)


def words(drawn: Any) -> Taken:
    """A body whose fields are keywords."""
    return Taken(kwargs=drawn, sent=drawn)


def nothing(drawn: Any) -> Taken:
    """A body that is an upload: JSON is not declared for it."""
    return Taken(args=(UPLOAD,))


TAKES: Mapping[str, Take] = {
    "products.create": one(drafts.ProductDraft),
    "products.update": one(drafts.ProductDraft),
    "products.update_batch": rows("id", drafts.ProductDraft),
    "variants.create": one(drafts.VariantDraft),
    "variants.update": one(drafts.VariantDraft),
    "variants.update_batch": rows("id", drafts.VariantDraft),
    "variants.set_image": words,
    "options.create": one(drafts.OptionDraft),
    "options.update": one(drafts.OptionDraft),
    "option_values.create": one(drafts.OptionValueDraft),
    "option_values.update": one(drafts.OptionValueDraft),
    "images.create": one(drafts.ImageDraft),
    "images.update": one(drafts.ImageDraft),
    "custom_fields.create": words,
    "custom_fields.update": words,
    "brands.create": one(drafts.BrandDraft),
    "brands.update": one(drafts.BrandDraft),
    "brands.set_image": nothing,
    "trees.upsert": many(drafts.TreeDraft),
    "categories.create": many(drafts.CategoryDraft),
    "categories.update": rows("category_id", drafts.CategoryDraft),
    "channels.create": one(drafts.ChannelDraft),
    "channels.update": one(drafts.ChannelDraft),
    "channel_assignments.assign": pairs("product_id", "channel_id"),
    "category_assignments.assign": pairs("product_id", "category_id"),
    **{
        f"{owner}_metafields.{name}": take
        for owner in ("product", "variant", "category", "brand")
        for name, take in (
            ("create", one(drafts.MetafieldDraft)),
            ("update", one(drafts.MetafieldDraft)),
            ("create_batch", rows("resource_id", drafts.MetafieldDraft)),
            ("update_batch", rows("id", drafts.MetafieldDraft)),
            ("delete_batch", numbers),
        )
    },
}
"""Operation to how a drawn body becomes its arguments."""


@frozen(kw_only=True)
class Call:
    """One call: what is asked of the client, and what was drawn for it.

    Args:
        ids: What fills the slots of the path.
        query: Vendor's option names to what is given for them.
        taken: The body.
    """

    ids: tuple[int, ...]
    query: Mapping[str, Any]
    taken: Taken


def calls(
    endpoint: Endpoint, operation: Operation, only: Sequence[str] | None = None
) -> st.SearchStrategy[Call]:
    """Calls of one endpoint.

    Args:
        endpoint: What the client calls.
        operation: What the specification says of it.
        only: Exactly these options, instead of any.
    """
    ids = st.tuples(*[st.integers(1, 10**9) for _ in operation.declared("path")])
    known = accepted(endpoint)
    options = {
        name: option(operation, name) for name in operation.declared("query") if keyword(name) in known
    }
    if only is not None:
        query = st.fixed_dictionaries({name: options[name] for name in only})
    else:
        query = st.fixed_dictionaries({}, optional=options).filter(_sound)
    if endpoint.method == "DELETE" and endpoint.path in FILTERS:
        query = query.filter(
            lambda drawn: any(str(drawn.get(name, "")).strip(" ,[]") for name in FILTERS[endpoint.path])
        )
    take = TAKES.get(endpoint.name)
    taken = st.just(Taken()) if take is None else _bodies(endpoint, operation).map(take)
    return st.builds(Call, ids=ids, query=query, taken=taken)


def _sound(query: Mapping[str, Any]) -> bool:
    """One position at most: a page's cursor is one."""
    return sum(name in query for name in POSITIONS) <= 1


def _bodies(endpoint: Endpoint, operation: Operation) -> st.SearchStrategy[Any]:
    if JSON not in (operation.body or {}):
        return st.none()
    drawn = bodies(operation, JSON)
    if endpoint.name in ADDRESSED:
        return drawn.map(
            lambda body: {**body, "image_url": body.get("image_url") or "https://example.com/a.jpg"}
        )
    return drawn.filter(bool) if endpoint.name.endswith(BATCHES) else drawn


ADDRESSED = ("images.create", "variants.set_image")
"""Operations that take an address or an upload, never both."""
BATCHES = ("_batch", ".assign", "categories.create", "categories.update", "trees.upsert")


def option(operation: Operation, name: str) -> st.SearchStrategy[Any]:
    """What may be given for a query option, in the client's types."""
    if name in POSITIONS:
        return (
            st.integers(1, 10**6).map(str)
            if name == "page"
            else st.text("abcXYZ019=", min_size=1, max_size=9)
        )
    if name == "limit":
        return st.integers(1, 250)
    if name.startswith("date_"):
        return st.datetimes(
            datetime(2000, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC), allow_imaginary=False
        ).map(lambda instant: instant.replace(microsecond=0))
    schema = Converter(document=operation.document, use=REQUEST).schema(
        operation.declared("query")[name].schema
    )
    listed = _listed(name, schema)
    text = st.text("abcdefghij-0123456789 ÄÖé", min_size=1, max_size=12).filter(
        lambda word: word == word.strip()
    )
    inner = _scalar(_plain(schema, schema), text)
    return st.lists(inner, min_size=1, max_size=3, unique=True) if listed else inner


def _listed(name: str, schema: Mapping[str, Any]) -> bool:
    return _plain(schema, schema).get("type") == "array" or name == "resource_id:in"


def _plain(schema: Mapping[str, Any], root: Mapping[str, Any]) -> Mapping[str, Any]:
    """The schema behind references and a single part."""
    while "type" not in schema and ("$ref" in schema or "allOf" in schema or "anyOf" in schema):
        if "$ref" in schema:
            schema = root["$defs"][schema["$ref"].rpartition("/")[2].replace("%25", "%")]
        else:
            schema = (schema.get("allOf") or schema["anyOf"])[0]
    return schema


def _scalar(schema: Mapping[str, Any], text: st.SearchStrategy[str]) -> st.SearchStrategy[Any]:
    if schema.get("type") == "array":
        return _scalar(schema.get("items", {}), text)
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    match schema.get("type"):
        case "integer":
            low, high = int(schema.get("minimum", 0)), int(schema.get("maximum", 10**6))
            return st.integers(low, high)
        case "number":
            return st.decimals(0, 10**6, places=2)
        case "boolean":
            return st.booleans()
        case _ if schema.get("format") == "uuid":
            return st.uuids().map(str)
        case _:
            return text


def keyword(name: str) -> str:
    """The client's word for a query option."""
    return name.replace(":", "_")


def accepted(endpoint: Endpoint) -> frozenset[str]:
    """The keywords that the operation takes; positions come in by the cursor."""
    resource, _, name = endpoint.name.partition(".")
    kind = type(getattr(CLIENT, resource))
    described = next(vars(base)[name] for base in kind.__mro__ if name in vars(base))
    signature = inspect.signature(described._fn)
    hints = get_type_hints(described._fn)
    known = {each.name for each in signature.parameters.values() if each.kind is not each.VAR_KEYWORD}
    for each in signature.parameters.values():
        if each.kind is each.VAR_KEYWORD:
            (listed,) = get_args(hints[each.name])
            known |= set(get_type_hints(listed))
    if isinstance(described, paged):
        known |= set(POSITIONS)
    return frozenset(known)


def flow_of(endpoint: Endpoint, call: Call) -> Flow[Any]:
    """A call as the client makes it, not yet begun."""
    resource, _, name = endpoint.name.partition(".")
    method = getattr(getattr(CLIENT, resource), name)
    given = {keyword(option): value for option, value in call.query.items() if option not in POSITIONS}
    lead = (_cursor(call.query),) if "cursor" in inspect.signature(method).parameters else ()
    return method(*lead, *call.ids, *call.taken.args, **call.taken.kwargs, **given)


def sent(endpoint: Endpoint, call: Call) -> Request:
    """The request that the client sends for a call."""
    (request,) = play(flow_of(endpoint, call), [refusal(401)]).sent
    return request


def _cursor(query: Mapping[str, Any]) -> str | None:
    if "page" in query:
        return str(query["page"])
    return next((f"{name}:{query[name]}" for name in ("after", "before") if name in query), None)


def draft_of(
    kind: type, drawn: Mapping[str, Any], at: str = ""
) -> tuple[Any, dict[str, Any], frozenset[str]]:
    """A draft with the drawn values, what it should send, and the pointers it has no field for."""
    hints = get_type_hints(kind)
    known = {each.name: each for each in fields(kind)}
    given: dict[str, Any] = {}
    meant: dict[str, Any] = {}
    unsent: set[str] = set()
    for name, value in drawn.items():
        if name not in known:
            unsent.add(f"{at}/{name}")
            continue
        if value is None:
            if "cleared" not in known[name].metadata:
                unsent.add(f"{at}/{name}=null")
                continue
            given[name] = CLEARED
            cleared = known[name].metadata["cleared"]
            meant[name] = list(cleared) if isinstance(cleared, tuple) else cleared
            continue
        given[name], meant[name], missed = _value(hints[name], value, f"{at}/{name}")
        unsent |= missed
    return kind(**given), meant, frozenset(unsent)


def _value(hint: Any, value: Any, at: str) -> tuple[Any, Any, frozenset[str]]:
    inner = next((found for found in _leaves(hint) if inspect.isclass(found) and has(found)), None)
    if inner is not None and isinstance(value, list):
        made = [draft_of(inner, row, f"{at}/*") for row in value]
        missed = frozenset[str]().union(*(unsent for _, _, unsent in made))
        return tuple(draft for draft, _, _ in made), [meant for _, meant, _ in made], missed
    if inner is not None and isinstance(value, dict):
        return draft_of(inner, value, at)
    leaves = set(_leaves(hint))
    if isinstance(value, list):
        return tuple(value), value, frozenset()
    if isinstance(value, (int, float)) and not isinstance(value, bool) and Decimal in leaves:
        return Decimal(repr(value)), value, frozenset()
    if isinstance(value, str) and datetime in leaves:
        instant = _instant(value)
        return instant, instant_text(instant), frozenset()
    return value, value, frozenset()


def _instant(text: str) -> datetime:
    """The instant that a drawn text spells; any text will do where the vendor gives no format."""
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except ValueError:
        return datetime(2026, 11, 2, tzinfo=UTC)


def _leaves(hint: Any) -> Iterator[Any]:
    args = get_args(hint)
    if not args:
        yield hint
    for each in args:
        yield from _leaves(each)


def declared_keys(operation: Operation) -> frozenset[str]:
    """Every key that a JSON body may have, as pointers such as ``/*/custom_fields/*/name``."""
    pointer = (operation.body or {}).get(JSON)
    if pointer is None:
        return frozenset()
    schema = Converter(document=operation.document, use=REQUEST).schema(pointer)
    return frozenset(_keys(schema, schema, "", ()))


def _keys(schema: Any, root: Mapping[str, Any], at: str, seen: tuple[str, ...]) -> Iterator[str]:
    if not isinstance(schema, dict):
        return
    if "$ref" in schema:
        if schema["$ref"] in seen:
            return
        name = schema["$ref"].rpartition("/")[2].replace("%25", "%")
        yield from _keys(root["$defs"][name], root, at, (*seen, schema["$ref"]))
    for part in (*schema.get("allOf", ()), *schema.get("anyOf", ())):
        yield from _keys(part, root, at, seen)
    for name, inner in schema.get("properties", {}).items():
        if isinstance(inner, dict) and inner.get(REQUEST.hidden) is not True:
            yield f"{at}/{name}"
            yield from _keys(inner, root, f"{at}/{name}", seen)
    if "items" in schema:
        yield from _keys(schema["items"], root, f"{at}/*", seen)


def keys_of(value: Any, at: str = "") -> frozenset[str]:
    """Every key of a body, as pointers."""
    found: set[str] = set()
    if isinstance(value, dict):
        for name, inner in value.items():
            found |= {f"{at}/{name}", *keys_of(inner, f"{at}/{name}")}
    elif isinstance(value, list):
        for inner in value:
            found |= keys_of(inner, f"{at}/*")
    return frozenset(found)


def body_of(request: Request) -> Any:
    """The JSON of a request, or None."""
    return json.loads(request.body) if request.header("Content-Type") == JSON else None

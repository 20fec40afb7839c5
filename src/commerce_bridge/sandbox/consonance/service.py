"""The sandbox itself: who may ask, what was asked, and what comes back over HTTP."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cache, lru_cache
from typing import Any, cast

from attrs import asdict
from graphql import (
    DocumentNode,
    ExecutionResult,
    GraphQLError,
    GraphQLResolveInfo,
    GraphQLSchema,
    NoSchemaIntrospectionCustomRule,
    parse,
    specified_rules,
    validate,
)
from graphql.execution import (
    execute_sync,  # pyright: ignore[reportUnknownVariableType]  # the library leaves some parameters open
)

from commerce_bridge.flow.messages import Request, Response
from commerce_bridge.sandbox.catalogue import Book, demo_catalogue
from commerce_bridge.sandbox.consonance import rows
from commerce_bridge.sandbox.consonance.schema import consonance_schema
from commerce_bridge.sandbox.consonance.searches import Ask
from commerce_bridge.sandbox.consonance.seed import SEEDED_AT, Loaded, load_book, load_catalogue
from commerce_bridge.sandbox.consonance.settings import Settings
from commerce_bridge.sandbox.consonance.tables import Tables
from commerce_bridge.sandbox.core import Logged

DEMO_KEY = "larkmere0demo0key000000000000032"
"""The key a sandbox takes unless it is given another: 32 letters and digits, as the vendor's are."""

_JSON = ("Content-Type", "application/json; charset=utf-8")
_PLAIN = ("Content-Type", "text/plain; charset=utf-8")


class ConsonanceSandbox:
    """An understudy of Consonance: `POST /graphql` over a publisher's data.

    Args:
        seed: ``demo`` for the invented catalogue, ``empty`` for none.
        api_key: The one key that opens it: 32 letters and digits.
        **settings: Switches, by the names of `Settings`.

    Raises:
        ValueError: The seed, the key or a switch is unknown or malformed.

    Source: vendor example queries (GeneralProducts/consonance-graphql); vendor GraphQL schema pages.
    """

    name = "consonance"

    def __init__(self, *, seed: str = "demo", api_key: str = DEMO_KEY, **settings: Any) -> None:
        if len(api_key) != 32 or not api_key.isalnum():
            raise ValueError("api_key must be 32 letters and digits, as the vendor's keys are")
        self.log: list[Logged] = []
        self.defects: list[BaseException] = []
        self._api_key = api_key
        self._settings = Settings().changed(**settings)
        self._answered: list[datetime] = []
        self.tables = Tables()
        self.reset(seed)

    # ── what every sandbox offers ────────────────────────────────────────
    def credentials(self) -> Mapping[str, str]:
        """The keyword arguments of our client's constructor that open this sandbox."""
        return {"api_key": self._api_key}

    def settings(self) -> dict[str, Any]:
        """The switches as JSON-able data."""
        return self._settings.as_json()

    def configure(self, **changes: Any) -> None:
        """Change switches by name; an unknown name is a ValueError that lists the known ones."""
        self._settings = self._settings.changed(**changes)

    def reset(self, seed: str = "demo") -> None:
        """Start again from a seed; switches and key stay."""
        if seed not in {"demo", "empty"}:
            raise ValueError(f"unknown seed {seed!r}; known: demo, empty")
        self.tables = _demo_tables().copy() if seed == "demo" else Tables()
        self.log.clear()
        self.defects.clear()
        self._answered.clear()

    def state(self) -> dict[str, Any]:
        """All rows, table by table and by ascending id, as JSON-able data."""
        return {
            kind: [_plain(asdict(row)) for row in self.tables.all(row_class)]
            for kind, row_class in rows.KINDS.items()
        }

    def handle(self, request: Request, now: datetime) -> Response:
        """Answer one request and change the state; the same calls give the same answers."""
        response, applied = self._answer(request, now)
        self.log.append(Logged(at=now, request=request, status=response.status, applied=applied))
        return response

    # ── playing the publisher ────────────────────────────────────────────
    def add(self, kind: str, *, at: datetime, id: int | None = None, **columns: Any) -> int:
        """Add a row to a table (``"price"``, ``"marketing_text"``) and return its id."""
        return self.tables.add(kind, at=at, id=id, **columns)

    def edit(self, kind: str, id: int, *, at: datetime, **changes: Any) -> None:
        """Change columns of a row; its family counts as changed at that instant."""
        self.tables.edit(kind, id, at=at, **changes)

    def remove(self, kind: str, id: int, *, at: datetime) -> None:
        """Remove a row with all that belongs to it alone; no trace is left for `changedSince`."""
        self.tables.remove(kind, id, at=at)

    def load(self, book: Book, *, at: datetime) -> Loaded:
        """Enter a whole title with its formats, and return the ids it got."""
        return load_book(self.tables, book, at=at)

    # ── inside ───────────────────────────────────────────────────────────
    def _answer(self, request: Request, now: datetime) -> tuple[Response, bool]:
        is_graphql = request.path.rstrip("/") == "/graphql"
        if not is_graphql and request.path not in {"/api/v4/products.json", "/api/products.json"}:
            return _text(404, "Not Found"), False
        if not self._admits(request, is_graphql=is_graphql):
            return self._refusal(is_graphql=is_graphql), False
        if (limited := self._limited(now)) is not None:
            return limited, False
        if not is_graphql:
            return _text(404, "Not Found"), False
        if request.method != "POST":
            return _text(404, "Not Found"), False
        return self._graphql(request, now)

    def _admits(self, request: Request, *, is_graphql: bool) -> bool:
        given = (request.header("Authorization") or "").strip()
        if is_graphql:
            return given == f"Bearer {self._api_key}"
        return given in {f"Token token={self._api_key}", f'Token token="{self._api_key}"'}

    def _refusal(self, *, is_graphql: bool) -> Response:
        status = self._settings.auth_failure_status
        if is_graphql and self._settings.auth_failure_json:
            return _json(status, {"errors": [{"message": "The API key is missing or not known."}]})
        denied = _text(status, "HTTP Token: Access denied.\n")
        challenge = ("WWW-Authenticate", 'Token realm="Application"')
        return Response(status=status, headers=(*denied.headers, challenge), body=denied.body)

    def _limited(self, now: datetime) -> Response | None:
        limit = self._settings.requests_per_minute
        if limit is None:
            return None
        self._answered = [at for at in self._answered if now - at < timedelta(seconds=60)]
        if len(self._answered) < limit:
            self._answered.append(now)
            return None
        wait = timedelta(seconds=60) - (now - self._answered[-limit])
        refused = _text(429, "Too many requests.\n")
        if not self._settings.send_retry_after:
            return refused
        seconds = -(-wait // timedelta(seconds=1))
        return Response(
            status=429, headers=(*refused.headers, ("Retry-After", str(seconds))), body=refused.body
        )

    def _graphql(self, request: Request, now: datetime) -> tuple[Response, bool]:
        try:
            body: object = json.loads(request.body)
        except ValueError:
            return _json(400, {"errors": [{"message": "The body is not JSON."}]}), False
        asked = cast(dict[str, Any], body) if isinstance(body, dict) else {}
        text, variables = asked.get("query"), cast(object, asked.get("variables") or {})
        if not isinstance(text, str) or not isinstance(variables, dict):
            return self._invalid([{"message": "No query was given."}]), False
        schema = consonance_schema(self._settings.error_shape)
        document, wrongs = checked(schema, text, introspection=self._settings.introspection)
        if document is None:
            return self._invalid(wrongs), False
        result = self._execute(
            schema, document, cast(dict[str, Any], variables), asked.get("operationName"), now
        )
        return _json(200, self._shown(result)), True

    def _invalid(self, wrongs: list[dict[str, Any]]) -> Response:
        return _json(self._settings.invalid_query_status, {"errors": wrongs})

    def _execute(
        self,
        schema: GraphQLSchema,
        document: DocumentNode,
        variables: dict[str, Any],
        operation_name: str | None,
        now: datetime,
    ) -> ExecutionResult:
        return execute_sync(
            schema,
            document,
            context_value=Ask(tables=self.tables, settings=self._settings, now=now),
            variable_values=variables,
            operation_name=operation_name,
            middleware=[_break_members] if self._settings.broken_fields else None,
        )

    def _shown(self, result: ExecutionResult) -> dict[str, Any]:
        """The answer's JSON; what a defect of ours says stays here, in `defects`."""
        shown: dict[str, Any] = {}
        if result.errors:
            shown["errors"] = [self._public(error) for error in result.errors]
        if result.data is not None or result.errors is None:
            shown["data"] = result.data
        elif any(error.path for error in result.errors or ()):
            shown["data"] = None
        return shown

    def _public(self, error: GraphQLError) -> dict[str, Any]:
        shown: dict[str, Any] = dict(error.formatted)
        cause = error.original_error
        if cause is not None and not isinstance(cause, GraphQLError):
            self.defects.append(cause)
            shown["message"] = "Internal error"
        return shown


@cache
def _demo_tables() -> Tables:
    """The demo account as it is entered, once a process; every sandbox changes a copy of its own."""
    tables = Tables()
    load_catalogue(tables, demo_catalogue(), at=SEEDED_AT)
    return tables


@lru_cache(maxsize=512)
def checked(
    schema: GraphQLSchema, text: str, *, introspection: bool
) -> tuple[DocumentNode | None, list[dict[str, Any]]]:
    """A query read and held against the schema, once for each text; or what is wrong with it."""
    try:
        document = parse(text)
    except GraphQLError as error:
        return None, [dict(error.formatted)]
    rules = [*specified_rules, *([] if introspection else [NoSchemaIntrospectionCustomRule])]
    wrongs = validate(schema, document, rules)
    return (None, [dict(error.formatted) for error in wrongs]) if wrongs else (document, [])


def _break_members(resolve: Any, source: object, info: GraphQLResolveInfo[Ask], **arguments: Any) -> object:
    """Fails for the members the settings call broken; the library takes plain functions only, no methods."""
    names = {info.parent_type.name, *(each.name for each in info.parent_type.interfaces)}
    if any(f"{name}.{info.field_name}" in info.context.settings.broken_fields for name in names):
        raise GraphQLError("Something went wrong.")
    return resolve(source, info, **arguments)


def _plain(value: object) -> Any:
    if isinstance(value, dict):
        return {name: _plain(each) for name, each in cast(dict[str, object], value).items()}
    if isinstance(value, (list, tuple)):
        return [_plain(each) for each in cast(Iterable[object], value)]
    if isinstance(value, date):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value


def _json(status: int, body: Mapping[str, Any]) -> Response:
    return Response(status=status, headers=(_JSON,), body=json.dumps(body, ensure_ascii=False).encode())


def _text(status: int, body: str) -> Response:
    return Response(status=status, headers=(_PLAIN,), body=body.encode())

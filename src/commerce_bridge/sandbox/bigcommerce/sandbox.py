"""The BigCommerce sandbox: who may enter, what it costs of the quota, and what answers."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from commerce_bridge.flow.messages import Request, Response
from commerce_bridge.sandbox.core import Logged

from .bodies import read_body
from .call import Call, Query, Route
from .preorders import release_preorders
from .quota import Window, enter, rate_headers
from .routes import TABLE, Found
from .seeds import SEEDS
from .settings import Settings
from .store import Store
from .wire import Answer, Problem, Refused, refuse, v2_answer, v3_answer

_PATH = re.compile(r"^/stores/([^/]+)(/v[23]/.*)$")
NO_ROUTE = "The route is not found, check the URL"
NO_SCOPE = "You don't have a required scope to access the endpoint"
_JSON_WORDS = ("application/json", "application/*", "*/*", "+json")


class BigCommerceSandbox:
    """A deterministic understudy of one BigCommerce store.

    Paths are the vendor's own: `/stores/{store_hash}/v3/...` and `/stores/{store_hash}/v2/...`.

    Args:
        seed: What the store holds at first: `demo` or `empty`.
        store_hash: The store's hash in every path.
        access_token: The token that opens it, sent as `X-Auth-Token`.
        **settings: Switches, see `Settings`.

    Raises:
        ValueError: An unknown seed or switch.

    Source: BigCommerce REST reference, `catalog/*.yml`, `channels.v3.yml`, `currencies.v2.yml`,
    `store_information.v2.yml`, and the vendor's guides on status codes, rate limits and API accounts.
    """

    name = "bigcommerce"

    def __init__(
        self,
        *,
        seed: str = "demo",
        store_hash: str = "demo",
        access_token: str = "sandbox-token",  # noqa: S107 - opens nothing but this sandbox
        **settings: Any,
    ) -> None:
        self._token = access_token
        self._settings = Settings().changed({"store_hash": store_hash, **settings})
        self.log: list[Logged] = []
        self._window = Window()
        self._store = Store()
        self.reset(seed)

    def credentials(self) -> Mapping[str, str]:
        """The keyword arguments of a client that open this sandbox."""
        return {"store_hash": self._settings.store_hash, "access_token": self._token}

    def state(self) -> dict[str, Any]:
        """Every table of the store as JSON-able data, in the order of ids."""
        return self._store.as_json()

    def settings(self) -> dict[str, Any]:
        """The switches as JSON-able data."""
        return self._settings.as_json()

    def configure(self, **changes: Any) -> None:
        """Change switches by name.

        Raises:
            ValueError: A name is no switch, or a value is out of range.
        """
        self._settings = self._settings.changed(changes)

    def reset(self, seed: str = "demo") -> None:
        """Start again from a seed, with an empty log and an unused quota; switches stay.

        Raises:
            ValueError: An unknown seed.
        """
        if seed not in SEEDS:
            raise ValueError(f"No such seed: {seed!r}. Known: {', '.join(sorted(SEEDS))}.")
        self._store = SEEDS[seed](self._settings)
        self._window = Window()
        self.log.clear()

    def handle(self, request: Request, now: datetime) -> Response:
        """Answer one request as the platform would, and change the state.

        Args:
            request: The request; its path starts with `/stores/`.
            now: The platform's clock, aware.

        Returns:
            The answer, with the four rate headers.
        """
        release_preorders(self._store, now)
        match = _PATH.match(request.path)
        v2 = match is not None and match[2].startswith("/v2/")
        extra: dict[str, str] = {}
        call: Call | None = None
        try:
            call, run = self._admitted(request, match, now)
            answer = run(call)
        except Refused as refusal:
            answer = self._refusal(refusal.problem, v2=v2)
            if refusal.problem.status == 429:
                extra = self._retry_headers(now)
        response = answer.response({**rate_headers(self._window, self._settings, now), **extra})
        self.log.append(Logged(at=now, request=request, status=response.status, applied=call is not None))
        return response

    def _admitted(
        self, request: Request, match: re.Match[str] | None, now: datetime
    ) -> tuple[Call, Callable[[Call], Answer]]:
        """The request as a route takes it, and the route; whoever may not enter is refused."""
        if match is None:
            raise refuse(404, NO_ROUTE, instance=request.path)
        client_id = self._client(request)
        if client_id is None:
            raise refuse(401, "Unauthorized - the API account of this token is unknown")
        if match[1] != self._settings.store_hash:
            raise refuse(self._settings.wrong_store_status, NO_SCOPE)
        self._window, let_in = enter(self._window, self._settings, now)
        if not let_in:
            raise refuse(429, "Too many requests")
        found = self._route(request, match[2])
        body = read_body(request, found.route)
        call = Call(
            store=self._store,
            settings=self._settings,
            now=now,
            client_id=client_id,
            ids=found.ids,
            query=Query(request.query),
            body=body.data,
            uploads=body.uploads,
            multipart=body.multipart,
        )
        return call, found.route.run

    def _route(self, request: Request, path: str) -> Found:
        found = TABLE.find(request.method, path)
        if not isinstance(found, Found):
            if found:
                raise refuse(405, "Method Not Allowed", detail=f"Allowed: {', '.join(sorted(set(found)))}")
            raise refuse(404, NO_ROUTE, instance=path)
        self._check_scope(found.route)
        _check_accept(request)
        return found

    def _client(self, request: Request) -> str | None:
        token = request.header("X-Auth-Token") or ""
        if token == self._token:
            return self._settings.client_id
        return self._settings.other_accounts.get(token)

    def _check_scope(self, route: Route) -> None:
        if route.scope is None:
            return
        enough = {route.scope, f"{route.scope}_read_only"} if route.method == "GET" else {route.scope}
        if not enough & set(self._settings.scopes):
            raise refuse(403, NO_SCOPE)

    def _refusal(self, problem: Problem, *, v2: bool) -> Answer:
        if problem.status == 401 and self._settings.unauthorized_body == "text":
            return Answer(status=401, body="Unauthorized", content_type="text/plain")
        return v2_answer(problem) if v2 else v3_answer(problem, self._settings.error_content_type)

    def _retry_headers(self, now: datetime) -> dict[str, str]:
        if not self._settings.retry_after:
            return {}
        left_ms = int(rate_headers(self._window, self._settings, now)["X-Rate-Limit-Time-Reset-Ms"])
        return {"X-Retry-After": str(-(-left_ms // 1000))}


def _check_accept(request: Request) -> None:
    accept = request.header("Accept")
    if accept and not any(word in accept.lower() for word in _JSON_WORDS):
        raise refuse(406, "Not Acceptable", detail="Accept application/json.")

"""The BigCommerce sandbox: who may enter, what it costs of the quota, and what answers."""

from __future__ import annotations

import re
from collections.abc import Mapping
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
from .wire import Answer, Problem, Refused, no_content, refuse, v2_answer, v3_answer

_PATH = re.compile(r"^/stores/([^/]+)(/v[23]/.*)$")
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
        answer, headers = self._answer(request, now)
        response = answer.response({**rate_headers(self._window, self._settings, now), **headers})
        self.log.append(Logged(at=now, request=request, status=response.status))
        return response

    def _answer(self, request: Request, now: datetime) -> tuple[Answer, dict[str, str]]:
        match = _PATH.match(request.path)
        v2 = match is not None and match[2].startswith("/v2/")
        try:
            if match is None:
                raise refuse(404, "The route is not found, check the URL", instance=request.path)
            client_id = self._client(request)
            if client_id is None:
                return self._unauthorized(v2=v2), {}
            if match[1] != self._settings.store_hash:
                raise refuse(
                    self._settings.wrong_store_status,
                    "You don't have a required scope to access the endpoint",
                )
            self._window, let_in = enter(self._window, self._settings, now)
            if not let_in:
                return self._too_many(v2=v2), self._retry_headers(now)
            return self._run(request, match[2], client_id, now), {}
        except Refused as refusal:
            return self._refusal(refusal.problem, v2=v2), {}

    def _client(self, request: Request) -> str | None:
        token = request.header("X-Auth-Token") or ""
        if token == self._token:
            return self._settings.client_id
        return self._settings.other_accounts.get(token)

    def _run(self, request: Request, path: str, client_id: str, now: datetime) -> Answer:
        found = TABLE.find(request.method, path)
        if not isinstance(found, Found):
            if found:
                raise refuse(405, "Method Not Allowed", detail=f"Allowed: {', '.join(sorted(set(found)))}")
            raise refuse(404, "The route is not found, check the URL", instance=path)
        self._check_scope(found.route)
        _check_accept(request)
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
        return found.route.run(call)

    def _check_scope(self, route: Route) -> None:
        if route.scope is None:
            return
        enough = {route.scope, f"{route.scope}_read_only"} if route.method == "GET" else {route.scope}
        if not enough & set(self._settings.scopes):
            raise refuse(403, "You don't have a required scope to access the endpoint")

    def _refusal(self, problem: Problem, *, v2: bool) -> Answer:
        if problem.status == 204:
            return no_content()
        return v2_answer(problem) if v2 else v3_answer(problem, self._settings.error_content_type)

    def _unauthorized(self, *, v2: bool) -> Answer:
        if self._settings.unauthorized_body == "text":
            return Answer(status=401, body="Unauthorized", content_type="text/plain")
        title = "Unauthorized - the API account of this token is unknown"
        return self._refusal(Problem(status=401, title=title), v2=v2)

    def _too_many(self, *, v2: bool) -> Answer:
        return self._refusal(Problem(status=429, title="Too many requests"), v2=v2)

    def _retry_headers(self, now: datetime) -> dict[str, str]:
        if not self._settings.retry_after:
            return {}
        left_ms = int(rate_headers(self._window, self._settings, now)["X-Rate-Limit-Time-Reset-Ms"])
        return {"X-Retry-After": str(-(-left_ms // 1000))}


def _check_accept(request: Request) -> None:
    accept = request.header("Accept")
    if accept and not any(word in accept.lower() for word in _JSON_WORDS):
        raise refuse(406, "Not Acceptable", detail="Accept application/json.")

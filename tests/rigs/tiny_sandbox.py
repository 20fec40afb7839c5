"""A platform small enough to know by heart: things with a name, behind a token and a quota.

It is what the frame around sandboxes, the drivers and the crash sweep are tested with.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from attrs import asdict, evolve, frozen

from commerce_bridge.flow.messages import Request, Response
from commerce_bridge.sandbox.core import Logged

TOKEN = "tiny-token"
SEEDS: Mapping[str, tuple[str, ...]] = {"demo": ("anvil", "bellows"), "empty": ()}


@frozen(kw_only=True)
class TinySettings:
    quota: int | None = None
    window_s: float = 10.0
    unique_names: bool = False
    page_size: int = 2


class TinySandbox:
    """`GET /shop/things?name=&after=`, `POST /shop/things`, `PUT /shop/things/{id}`, `DELETE` the same."""

    name = "tiny"

    def __init__(self, *, seed: str = "demo", **settings: Any) -> None:
        self._settings = TinySettings(**settings)
        self.log: list[Logged] = []
        self._sent: list[datetime] = []
        self.things: dict[int, str] = {}
        self._next = 1
        self.reset(seed)

    def credentials(self) -> Mapping[str, str]:
        return {"shop": "shop", "token": TOKEN}

    def state(self) -> dict[str, Any]:
        return {"things": [{"id": number, "name": name} for number, name in sorted(self.things.items())]}

    def settings(self) -> dict[str, Any]:
        return asdict(self._settings)

    def configure(self, **changes: Any) -> None:
        known = asdict(self._settings)
        strange = sorted(set(changes) - set(known))
        if strange:
            raise ValueError(f"No such switch: {', '.join(strange)}. Known: {', '.join(known)}.")
        self._settings = evolve(self._settings, **changes)

    def reset(self, seed: str = "demo") -> None:
        if seed not in SEEDS:
            raise ValueError(f"No such seed: {seed!r}. Known: {', '.join(SEEDS)}.")
        self.log.clear()
        self._sent.clear()
        self.things = dict(enumerate(SEEDS[seed], start=1))
        self._next = len(self.things) + 1

    def handle(self, request: Request, now: datetime) -> Response:
        response = self._answer(request, now)
        self.log.append(Logged(at=now, request=request, status=response.status, applied=response.ok))
        return response

    def _answer(self, request: Request, now: datetime) -> Response:
        if not request.path.startswith("/shop/"):
            return _json(404, {"error": f"no such path: {request.path}"})
        if request.header("x-token") != TOKEN:
            return _json(401, {"error": "unknown token"})
        if self._exhausted(now):
            return _json(429, {"error": "slow down"}, {"Retry-After": "3"})
        place = request.path.removeprefix("/shop/things").strip("/")
        if not place:
            return self._list(request) if request.method == "GET" else self._create(request)
        number = int(place)
        if number not in self.things:
            return _json(404, {"error": f"no thing {number}"})
        if request.method == "PUT":
            self.things[number] = json.loads(request.body)["name"]
        elif request.method == "DELETE":
            del self.things[number]
            return Response(status=204)
        return _json(200, {"id": number, "name": self.things[number]})

    def _exhausted(self, now: datetime) -> bool:
        window = timedelta(seconds=self._settings.window_s)
        self._sent = [at for at in self._sent if now - at < window]
        if self._settings.quota is not None and len(self._sent) >= self._settings.quota:
            return True
        self._sent.append(now)
        return False

    def _list(self, request: Request) -> Response:
        name, after = request.param("name"), int(request.param("after") or 0)
        rows = [
            {"id": number, "name": text}
            for number, text in sorted(self.things.items())
            if number > after and name in (None, text)
        ]
        page = rows[: self._settings.page_size]
        more = page[-1]["id"] if len(rows) > len(page) else None
        return _json(200, {"things": page, "next": more})

    def _create(self, request: Request) -> Response:
        name = json.loads(request.body)["name"]
        if self._settings.unique_names and name in self.things.values():
            return _json(409, {"error": f"{name} is taken"})
        number, self._next = self._next, self._next + 1
        self.things[number] = name
        return _json(201, {"id": number, "name": name})


def _json(status: int, body: Any, headers: Mapping[str, str] | None = None) -> Response:
    typed = {"Content-Type": "application/json", **(headers or {})}
    return Response(status=status, headers=typed, body=json.dumps(body).encode())


def ask(method: str, path: str = "/things", *, token: str = TOKEN, **body: Any) -> Request:
    """A request of one who knows the token; `path` is below the shop's own path."""
    text = json.dumps(body).encode() if body else b""
    return Request(method=method, path=path, headers={"X-Token": token}, body=text)

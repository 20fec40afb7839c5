"""The control endpoints of a served sandbox: ours alone, under `/_sandbox`, JSON in and JSON out.

========  ========  ==================================================================================
path      method    what it does
========  ========  ==================================================================================
clock     GET       ``{"clock": "wall" | "virtual", "now": "2026-11-02T09:00:00+00:00"}``
advance   POST      ``{"seconds": 60}`` moves a virtual clock on; answers like `clock`; 409 on the wall's
faults    GET       ``{"faults": [...], "chaos": null}``: the plan, each fault with all its fields
faults    PUT       the same object replaces the plan and counts requests anew; answers the plan
faults    POST      the same object without `chaos` appends its faults; answers the plan
faults    DELETE    nothing goes wrong from now on; answers the empty plan
state     GET       the platform's whole state, as the sandbox tells it
reset     POST      ``{"seed": "demo" | "empty"}``: new state, empty log, no faults; switches and clock stay
settings  GET       the sandbox's switches
settings  PATCH     ``{"name": value}`` changes switches; answers all of them
log       GET       ``{"log": [{"at", "method", "path", "query", "bytes", "status", "applied"}]}``;
                    `status` 0 is an answer nobody saw, `applied` false a request the platform never did
========  ========  ==================================================================================

A body that cannot be read, a name or a value that is not known is a 400, an unknown path a 404
that lists the known ones, another method a 405; each says why in ``{"error": "..."}``.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from typing import Any, TypeAlias, cast

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from commerce_bridge.flow.clock import Clock, VirtualClock
from commerce_bridge.sandbox.core import Logged
from commerce_bridge.sandbox.faults import FaultPlan, plan_as_json, read_plan
from commerce_bridge.sandbox.transport import SandboxWorld

PREFIX = "/_sandbox"

Endpoint: TypeAlias = Callable[[Request], Awaitable[Response]]


class Control:
    """Answers the control endpoints of one world.

    Args:
        world: What is controlled.
        clock: The clock it is served by.
    """

    def __init__(self, world: SandboxWorld, clock: Clock) -> None:
        self._world = world
        self._clock = clock
        self._paths: dict[str, dict[str, Callable[[Any], Any]]] = {
            "clock": {"GET": self._time},
            "advance": {"POST": self._advance},
            "faults": {
                "GET": self._faults,
                "PUT": self._replace_faults,
                "POST": self._append_faults,
                "DELETE": self._clear_faults,
            },
            "state": {"GET": self._state},
            "reset": {"POST": self._reset},
            "settings": {"GET": self._settings, "PATCH": self._configure},
            "log": {"GET": self._log},
        }

    def app(self) -> Starlette:
        """The endpoints as an ASGI application."""
        routes = [
            Route(f"{PREFIX}/{path}", _endpoint(act), methods=[method])
            for path, methods in self._paths.items()
            for method, act in methods.items()
        ]
        return Starlette(routes=routes, exception_handlers={404: self._unknown, 405: self._unknown})

    async def _unknown(self, request: Request, _: Exception) -> Response:
        name = request.url.path.removeprefix(PREFIX).strip("/")
        methods = self._paths.get(name)
        if methods is None:
            known = ", ".join(f"{PREFIX}/{path}" for path in self._paths)
            return _problem(404, f"There is no {request.url.path} here. Known: {known}.")
        allowed = ", ".join(methods)
        refused = _problem(405, f"{PREFIX}/{name} does not take {request.method}. It takes: {allowed}.")
        refused.headers["Allow"] = allowed
        return refused

    def _time(self, _: Any) -> Any:
        kind = "virtual" if isinstance(self._clock, VirtualClock) else "wall"
        return {"clock": kind, "now": self._clock.now().isoformat()}

    def _advance(self, body: Any) -> Any:
        seconds = _object(body, {"seconds"}).get("seconds")
        if not isinstance(seconds, (int, float)) or isinstance(seconds, bool) or not 0 <= seconds < 1e9:
            raise ValueError(f"seconds must be a number from 0 to 1e9, not {seconds!r}")
        if not isinstance(self._clock, VirtualClock):
            raise HTTPException(
                409, "The wall's clock cannot be moved: serve the sandbox with a virtual one."
            )
        self._clock.advance(seconds)
        return self._time(body)

    def _faults(self, _: Any) -> Any:
        return plan_as_json(self._world.faults)

    def _replace_faults(self, body: Any) -> Any:
        self._world.plan_faults(read_plan(body))
        return plan_as_json(self._world.faults)

    def _append_faults(self, body: Any) -> Any:
        self._world.add_faults(*read_plan(_object(body, {"faults"})).faults)
        return plan_as_json(self._world.faults)

    def _clear_faults(self, _: Any) -> Any:
        self._world.plan_faults(FaultPlan())
        return plan_as_json(self._world.faults)

    def _state(self, _: Any) -> Any:
        with self._world.lock:
            return self._world.sandbox.state()

    def _reset(self, body: Any) -> Any:
        seed = _object(body, {"seed"}).get("seed", "demo")
        if not isinstance(seed, str):
            raise ValueError(f"seed must be a string, not {seed!r}")
        self._world.reset(seed)
        return {"seed": seed}

    def _settings(self, _: Any) -> Any:
        with self._world.lock:
            return self._world.sandbox.settings()

    def _configure(self, body: Any) -> Any:
        with self._world.lock:
            self._world.sandbox.configure(**_object(body, None))
            return self._world.sandbox.settings()

    def _log(self, _: Any) -> Any:
        return {"log": [_line(logged) for logged in self._world.log]}


def _line(logged: Logged) -> dict[str, Any]:
    """A line of the log without headers and body, which hold credentials."""
    request = logged.request
    return {
        "at": logged.at.isoformat(),
        "method": request.method,
        "path": request.path,
        "query": [list(pair) for pair in request.query],
        "bytes": len(request.body),
        "status": logged.status,
        "applied": logged.applied,
    }


def _endpoint(act: Callable[[Any], Any]) -> Endpoint:
    async def answer(request: Request) -> Response:
        raw = await request.body()
        try:
            return JSONResponse(act(json.loads(raw) if raw else {}))
        except HTTPException as error:
            return _problem(error.status_code, error.detail)
        except (ValueError, TypeError) as error:
            return _problem(400, f"{request.method} {request.url.path}: {error}")

    return answer


def _problem(status: int, message: str) -> JSONResponse:
    return JSONResponse({"error": message}, status_code=status)


def _object(body: Any, known: set[str] | None) -> dict[str, Any]:
    """The body as an object with known names only."""
    if not isinstance(body, dict):
        raise ValueError(f"the body must be an object, not {body!r}")
    row = cast("dict[str, Any]", body)
    strange = sorted(set(row) - known) if known is not None else []
    if strange:
        raise ValueError(f"the body has no {', '.join(strange)}; known: {', '.join(sorted(known or ()))}")
    return row

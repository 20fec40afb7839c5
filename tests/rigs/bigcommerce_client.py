"""A BigCommerce client at a desk: in raw mode for scripts, or over a sandbox on a virtual clock."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

from commerce_bridge.flow.clock import VirtualClock
from commerce_bridge.flow.messages import Response
from commerce_bridge.flow.operation import Raw
from commerce_bridge.http.opening import Surroundings
from commerce_bridge.platforms.bigcommerce import BigCommerce, BigCommerceClient, Limits, ProductDraft
from commerce_bridge.platforms.bigcommerce.connection import connect
from commerce_bridge.sandbox.bigcommerce import BigCommerceSandbox
from commerce_bridge.sandbox.core import Fault
from commerce_bridge.sandbox.transport import SandboxWorld

TOKEN = "token-of-the-shop"


def raw_client(limits: Limits | None = None, **more: Any) -> BigCommerceClient[Raw]:
    """A client whose calls are flows, for a script to answer."""
    return BigCommerceClient(Raw(), connect(store_hash="demo", access_token=TOKEN, limits=limits, **more))


def answer(data: Any = None, status: int = 200, *, meta: Any = None, **more: Any) -> Response:
    """A v3 answer."""
    body = {"data": data, "meta": meta or {}, **more}
    return Response(
        status=status, headers={"Content-Type": "application/json"}, body=json.dumps(body).encode()
    )


def refusal(status: int, title: str = "", errors: Any = None, **headers: str) -> Response:
    """A v3 refusal."""
    body = {"status": status, "title": title, "type": "https://example.com", "errors": errors or {}}
    named = {name.replace("_", "-"): text for name, text in headers.items()}
    return Response(status=status, headers=named, body=json.dumps(body).encode())


def body(request: Any) -> Any:
    """What a request carries."""
    return json.loads(request.body)


class Desk:
    """A sandbox, a client over it, and one virtual clock for both."""

    def __init__(
        self,
        *,
        faults: tuple[Fault, ...] = (),
        limits: Limits | None = None,
        client: Any = None,
        **settings: Any,
    ) -> None:
        self.clock = VirtualClock()
        self.sandbox = BigCommerceSandbox(
            seed="empty", access_token=TOKEN, **{"quota": 1_000_000, **settings}
        )
        self.world = SandboxWorld(self.sandbox, faults=faults)
        self.store = BigCommerce(
            **self.sandbox.credentials(),
            transport=self.world.sync(self.clock, base_path="/stores/demo"),
            surroundings=Surroundings(clock=self.clock),
            limits=limits,
            quota=settings.get("quota", 1_000_000),
            **(client or {}),
        )

    def paths(self) -> list[str]:
        """Every request so far, as verb and path below the store."""
        return [
            f"{line.request.method} {line.request.path.removeprefix('/stores/demo')}"
            for line in self.world.log
        ]

    def count(self) -> int:
        """How many requests there were so far."""
        return len(self.world.log)

    def product(self, name: str = "Salt Roads", sku: str = "9780000000019", **fields: Any) -> Any:
        """A product just made."""
        return self.store.products.create(draft(name, sku, **fields)).value


def draft(name: str = "Salt Roads", sku: str = "9780000000019", **fields: Any) -> ProductDraft:
    """A product to be made."""
    return ProductDraft(
        **{
            "name": name,
            "sku": sku,
            "type": "physical",
            "weight": Decimal("0.35"),
            "price": Decimal("14.99"),
            **fields,
        }
    )

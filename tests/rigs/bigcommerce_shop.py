"""A person at the desk of a BigCommerce sandbox: sends, reads, moves the clock."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from attrs import frozen

from commerce_bridge.flow.messages import Request, Response
from commerce_bridge.sandbox.bigcommerce import BigCommerceSandbox

OPENING = datetime(2026, 11, 2, 9, 0, 0, tzinfo=UTC)


@frozen(kw_only=True)
class Reply:
    """A response, read."""

    response: Response

    @property
    def status(self) -> int:
        return self.response.status

    @property
    def json(self) -> Any:
        return json.loads(self.response.body)

    @property
    def data(self) -> Any:
        return self.json["data"]

    @property
    def title(self) -> str:
        return self.json["title"]

    @property
    def errors(self) -> Any:
        return self.json["errors"]

    def header(self, name: str) -> str | None:
        return self.response.header(name)


class Shop:
    """One sandbox, one token, one clock."""

    def __init__(self, seed: str = "empty", *, token: str = "shop-token", **settings: Any) -> None:
        settings.setdefault("quota", 1_000_000)
        self.sandbox = BigCommerceSandbox(seed=seed, access_token="shop-token", **settings)
        self.token = token
        self.now = OPENING

    def wait(self, **span: float) -> None:
        self.now += timedelta(**span)

    def request(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        query: Mapping[str, object] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Request:
        raw = b"" if body is None else json.dumps(body).encode()
        typed = {"Content-Type": "application/json"} if raw else {}
        return Request(
            method=method,
            path=f"/stores/{self.sandbox.credentials()['store_hash']}{path}",
            query=[(name, str(value)) for name, value in (query or {}).items()],
            headers={"X-Auth-Token": self.token, "Accept": "application/json", **typed, **(headers or {})},
            body=raw,
        )

    def send(self, method: str, path: str, body: Any = None, **more: Any) -> Reply:
        request = self.request(method, path, body, **more)
        return Reply(response=self.sandbox.handle(request, self.now))

    def upload(
        self,
        path: str,
        *,
        method: str = "POST",
        fields: Mapping[str, str] | None = None,
        name: str,
        content: bytes,
    ) -> Reply:
        line = "a-line-between"
        parts = [
            f'--{line}\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{text}\r\n'.encode()
            for key, text in (fields or {}).items()
        ]
        head = f'--{line}\r\nContent-Disposition: form-data; name="image_file"; filename="{name}"\r\nContent-Type: image/jpeg\r\n\r\n'
        body = b"".join(parts) + head.encode() + content + f"\r\n--{line}--\r\n".encode()
        request = Request(
            method=method,
            path=f"/stores/demo{path}",
            headers={"X-Auth-Token": self.token, "Content-Type": f"multipart/form-data; boundary={line}"},
            body=body,
        )
        return Reply(response=self.sandbox.handle(request, self.now))

    def get(self, path: str, **query: object) -> Reply:
        return self.send("GET", path, query={name.replace("__", ":"): value for name, value in query.items()})

    def post(self, path: str, body: Any) -> Reply:
        return self.send("POST", path, body)

    def put(self, path: str, body: Any) -> Reply:
        return self.send("PUT", path, body)

    def delete(self, path: str, body: Any = None, **query: object) -> Reply:
        return self.send("DELETE", path, body, query={n.replace("__", ":"): v for n, v in query.items()})

    def product(self, name: str = "Salt Roads", **fields: Any) -> dict[str, Any]:
        body = {"name": name, "type": "physical", "weight": 0.35, "price": 14.99, **fields}
        reply = self.post("/v3/catalog/products", body)
        assert reply.status == 200, reply.json
        return reply.data

    def family(self, *skus: str, name: str = "Salt Roads", **fields: Any) -> dict[str, Any]:
        variants = [
            {"sku": sku, "option_values": [{"option_display_name": "Format", "label": f"Format {sku}"}]}
            for sku in skus
        ]
        return self.product(name, variants=variants, **fields)


def ids(rows: Iterable[Mapping[str, Any]]) -> list[int]:
    return [row["id"] for row in rows]

"""The recipe of the page on webhooks, as it stands there: what it answers, what it keeps, what it reads again."""

from __future__ import annotations

import ast
import asyncio
import base64
import hashlib
import hmac
import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from commerce_bridge import AsyncBigCommerce
from commerce_bridge.flow.messages import Request, Response
from commerce_bridge.flow.state import ByPrefix
from commerce_bridge.testing.sandboxes import Sandboxes
from rigs.openapi import bigcommerce, report

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "how-to" / "webhooks.md").read_text(encoding="utf-8")
SECRET = "known to the store and to us"


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)


class Shop:
    """The page's receiver and worker, and a store."""

    def __init__(self) -> None:
        self.names: dict[str, Any] = {}
        for block in blocks("python")[:2]:  # the receiver and the worker
            exec(compile(block, "webhooks.md", "exec", dont_inherit=True), self.names)
        self.sandboxes = Sandboxes(seeds={"bigcommerce": "demo"})
        self.store = self.sandboxes.open(AsyncBigCommerce)
        products = self.sandboxes.world("bigcommerce").sandbox.state()["products"]
        self.ids = [row["id"] for row in products]
        self.names_of = {row["id"]: row["name"] for row in products}

    def body(self, product: int, *, age_s: int = 0, kind: str = "product/updated") -> bytes:
        happened = int(datetime.now(UTC).timestamp()) - age_s
        told = {"scope": f"store/{kind}", "data": {"type": "product", "id": product}, "created_at": happened}
        digest = hashlib.sha1(json.dumps(told).encode()).hexdigest()
        return json.dumps({**told, "hash": digest, "store_id": "1001", "producer": "stores/demo"}).encode()

    async def call(self, body: bytes, *, secret: str = SECRET, method: str = "POST", age_s: int = 0) -> int:
        ident = hashlib.sha1(body).hexdigest()
        stamp = str(int(datetime.now(UTC).timestamp()) - age_s)
        digest = hmac.digest(secret.encode(), f"{ident}.{stamp}.".encode() + body, "sha256")
        headers = {
            "webhook-id": ident,
            "webhook-timestamp": stamp,
            "webhook-signature": f"v1,{base64.b64encode(digest).decode()}",
        }
        transport = httpx.ASGITransport(self.names["app"])
        async with httpx.AsyncClient(transport=transport, base_url="https://shop.test") as sender:
            answer = await sender.request(method, "/webhooks/bigcommerce", content=body, headers=headers)
        assert answer.content == b"" or answer.status_code == 405
        return answer.status_code

    async def read_again(self) -> list[str]:
        names: list[str] = await self.names["read_again"](self.store)
        return names

    @property
    def reads(self) -> int:
        return len(self.sandboxes.world("bigcommerce").log)


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shop]:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("BIGCOMMERCE_STORE_HASH", "demo")
    monkeypatch.setenv("BIGCOMMERCE_CLIENT_SECRET", SECRET)
    made = Shop()
    yield made
    made.names["state"].close()


def test_news_is_answered_at_once_and_read_once(shop: Shop):
    async def work() -> None:
        first, second = shop.ids[:2]
        for product in (first, second, first):
            assert await shop.call(shop.body(product)) == 204
        assert shop.reads == 0, "the receiver calls nobody"
        assert sorted(await shop.read_again()) == sorted(shop.names_of[one] for one in (first, second))
        assert shop.reads == 1
        assert await shop.read_again() == []
        assert shop.reads == 1

    asyncio.run(work())


def test_a_duplicate_costs_no_second_read(shop: Shop):
    async def work() -> None:
        body = shop.body(shop.ids[0], age_s=120)  # happened two minutes ago, and came late
        assert [await shop.call(body) for _ in range(3)] == [204] * 3
        assert len(await shop.read_again()) == 1
        assert await shop.call(body) == 204
        assert await shop.read_again() == []
        assert shop.reads == 1

    asyncio.run(work())


def test_calls_of_others_are_refused_and_nothing_is_kept(shop: Shop, caplog: pytest.LogCaptureFixture):
    async def work() -> None:
        body = shop.body(shop.ids[0])
        assert await shop.call(body, secret="guessed") == 401
        assert await shop.call(body, age_s=301) == 401
        assert await shop.call(body.replace(b"stores/demo", b"stores/else")) == 401
        assert await shop.call(b"not json") == 400
        assert await shop.call(body, method="GET") == 405
        assert shop.names["state"].load(ByPrefix(table="inbox", scope="bigcommerce:demo")) == ()

    asyncio.run(work())
    assert len(caplog.records) == 4
    assert SECRET not in caplog.text


def test_a_product_that_is_gone_is_no_failure(shop: Shop):
    async def work() -> None:
        await shop.call(shop.body(987654, kind="product/deleted"))
        assert await shop.read_again() == []
        assert await shop.names["inbox"].waiting() == ()

    asyncio.run(work())


def test_news_that_could_not_be_read_waits_on(shop: Shop):
    from commerce_bridge.errors import ConnectionLost
    from commerce_bridge.sandbox.core import Fault

    async def work() -> None:
        await shop.call(shop.body(shop.ids[0]))
        shop.sandboxes.world("bigcommerce").plan_faults([Fault(kind="cut_before", times=None)])
        with pytest.raises(ConnectionLost):
            await shop.read_again()
        shop.sandboxes.world("bigcommerce").plan_faults([])
        assert len(await shop.read_again()) == 1

    asyncio.run(work())


def test_many_calls_at_once_lose_nothing(shop: Shop):
    async def work() -> None:
        calls = [shop.body(product) for product in shop.ids for _ in range(3)]
        assert set(await asyncio.gather(*(shop.call(body) for body in calls))) == {204}
        assert sorted(await shop.read_again()) == sorted(shop.names_of.values())

    asyncio.run(work())


def test_the_state_is_the_one_of_the_bridge(shop: Shop, tmp_path: Path):
    assert (tmp_path / "bridge.sqlite").exists()
    asyncio.run(shop.call(shop.body(shop.ids[0])))
    forgotten = asyncio.run(shop.names["inbox"].forget(datetime.now(UTC) + timedelta(days=1)))
    assert forgotten == 0, "what waits is not forgotten"


def test_the_hook_is_made_as_the_vendor_specifies():
    (source,) = blocks("py")
    sent: list[Request] = []

    class Answers:
        async def send(self, request: Request, timeout_s: float) -> Response:
            sent.append(request)
            return Response(status=200, body=b'{"data": {}, "meta": {}}')

        async def close(self) -> None:
            pass

    store = AsyncBigCommerce(store_hash="demo", access_token="t", transport=Answers())
    code = compile(source, "webhooks.md", "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, dont_inherit=True)
    asyncio.run(eval(code, {"store": store}))
    (request,) = sent
    problems = bigcommerce.specification().check_request(request)
    assert not problems, report(problems)

"""Redirects of the BigCommerce sandbox, and the client that works against them."""

from __future__ import annotations

from commerce_bridge.platforms.bigcommerce.client import BigCommerce
from commerce_bridge.platforms.bigcommerce.drafts.catalogue import RedirectDraft, RedirectTargetDraft
from rigs.pair import pair


def client(stage) -> BigCommerce:
    transport = stage.shop.sync(stage.clock, base_path=stage.base_path)
    return BigCommerce(**stage.bigcommerce.credentials(), transport=transport, surroundings=stage.around())


def draft(path: str, to: str) -> RedirectDraft:
    return RedirectDraft(site_id=1000, from_path=path, to=RedirectTargetDraft(type="url", url=to))


def test_a_redirect_is_made_overwritten_listed_and_deleted():
    stage = pair()
    store = client(stage)
    store.redirects.upsert([draft("/old/", "/new/"), draft("/other/", "/new/")])
    store.redirects.upsert([draft("/OLD", "/newer/")])
    found = list(store.redirects.list(include="to_url"))
    assert [(one.from_path, one.to.url) for one in found] == [("/old/", "/newer/"), ("/other/", "/new/")]
    assert found[0].to_url.endswith("/newer/")
    assert [one.from_path for one in store.redirects.list(keyword="oth")] == ["/other/"]
    store.redirects.delete([found[0].id])
    assert [one.from_path for one in store.redirects.list()] == ["/other/"]


def test_a_product_that_moves_leaves_a_redirect_only_when_asked():
    stage = pair()
    body = {"name": "A", "type": "physical", "weight": 1, "price": 1, "custom_url": {"url": "/a/"}}
    number = stage.bigcommerce_call("POST", "/v3/catalog/products", body)["data"]["id"]
    path = f"/v3/catalog/products/{number}"
    stage.bigcommerce_call("PUT", path, {"custom_url": {"url": "/b/", "is_customized": True}})
    assert stage.bigcommerce.state()["redirects"] == []
    moved = {"url": "/c/", "is_customized": True, "create_redirect": True}
    stage.bigcommerce_call("PUT", path, {"custom_url": moved})
    (row,) = stage.bigcommerce.state()["redirects"]
    assert (row["from_path"], row["to"]) == ("/b/", {"type": "product", "entity_id": number})
    assert stage.goods()["redirects"] == [
        {"from_path": "/b/", "site_id": 1000, "to": {"type": "product", "entity": "A"}}
    ]
    (found,) = client(stage).redirects.list(include="to_url")
    assert found.to_url.endswith("/c/")

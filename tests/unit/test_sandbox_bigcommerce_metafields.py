"""Metafields in the BigCommerce sandbox: owners, visibility, batches, cursors."""

from __future__ import annotations

from typing import Any

import pytest

from rigs.bigcommerce_shop import Shop, ids

MANY = "/v3/catalog/products/metafields"


def _row(key: str = "a", owner: int = 7, **more: Any) -> dict[str, Any]:
    return {
        "resource_id": owner,
        "namespace": "bridge",
        "key": key,
        "value": "1",
        "permission_set": "app_only",
        **more,
    }


@pytest.fixture
def shop() -> Shop:
    return Shop(other_accounts={"second-token": "client-two"})


def test_a_metafield_belongs_to_the_account_that_made_it(shop: Shop):
    made = shop.post(MANY, [_row()]).data[0]
    assert made["owner_client_id"] == "client-bridge"
    assert (made["resource_type"], made["resource_id"], made["description"]) == ("product", 7, "")
    # The service does not look whether the product exists.
    assert shop.sandbox.state()["products"] == []


def test_a_partial_batch_is_a_422_with_both_halves(shop: Shop):
    rows = [_row("a"), _row("a"), _row("b", namespace=""), {"namespace": "n"}, _row("c")]
    reply = shop.post(MANY, rows)
    assert reply.status == 422
    assert [row["key"] for row in reply.data] == ["a", "c"]
    assert [each["status"] for each in reply.errors] == [409, 422, 422]
    assert reply.json["meta"] == {"total": 5, "success": 2, "failed": 3}
    assert shop.post(MANY, [_row("d")]).json["meta"] == {"total": 1, "success": 1, "failed": 0}


@pytest.mark.parametrize("body", [{}, []])
def test_a_batch_that_is_none_is_a_400(shop: Shop, body: object):
    reply = shop.post(MANY, body)
    assert (reply.status, reply.title) == (400, "Input is invalid.")


def test_the_most_rows_of_a_batch_is_a_switch(shop: Shop):
    rows = [_row(str(at)) for at in range(51)]
    assert shop.post(MANY, rows).status == 413
    shop.sandbox.configure(metafield_batch_max=51)
    assert shop.post(MANY, rows).status == 200


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("namespace", "x" * 65),
        ("key", ""),
        ("value", ""),
        ("value", 5),
        ("value", "x" * 65_536),
        ("permission_set", "all"),
        ("description", "x" * 256),
    ],
)
def test_values_outside_the_limits(shop: Shop, field: str, value: object):
    reply = shop.post(MANY, [_row(**{field: value})])
    assert (reply.status, list(reply.errors[0]["errors"])) == (422, [field])


def test_keys_are_unique_for_each_account(shop: Shop):
    shop.post(MANY, [_row()])
    shop.token = "second-token"
    assert shop.post(MANY, [_row()]).status == 200
    assert shop.post(MANY, [_row()]).status == 422


@pytest.mark.parametrize(("permission", "seen"), [("app_only", 0), ("read", 1), ("write_and_sf_access", 1)])
def test_what_is_for_the_app_alone_is_hidden_from_others(shop: Shop, permission: str, seen: int):
    made = shop.post(MANY, [_row(permission_set=permission)]).data[0]
    shop.token = "second-token"
    assert len(shop.get(MANY).data) == seen
    single = f"/v3/catalog/products/7/metafields/{made['id']}"
    assert shop.get(single).status == (200 if seen else 404)
    assert shop.put(single, {"value": "2"}).status == (403 if seen else 404)
    assert shop.delete(single).status == (403 if seen else 404)
    assert shop.put(MANY, [{"id": made["id"], "value": "2"}]).errors[0]["status"] == (403 if seen else 404)


@pytest.mark.parametrize(
    ("settings", "permission", "status"),
    [
        ({"permission_write_open": True}, "write", 200),
        ({"permission_write_open": True}, "read", 403),
        ({"permission_write_open": False}, "write", 403),
        ({"scopes": ["store_v2_products", "store_metafield_write_all"]}, "read", 200),
    ],
    ids=str,
)
def test_who_may_write_is_a_switch(shop: Shop, settings: dict[str, Any], permission: str, status: int):
    made = shop.post(MANY, [_row(permission_set=permission)]).data[0]
    shop.sandbox.configure(**settings)
    shop.token = "second-token"
    assert shop.put(f"/v3/catalog/products/7/metafields/{made['id']}", {"value": "2"}).status == status


def test_a_description_may_be_changed_by_all_who_see_it(shop: Shop):
    made = shop.post(MANY, [_row(permission_set="read")]).data[0]
    shop.token = "second-token"
    assert shop.put(f"/v3/catalog/products/7/metafields/{made['id']}", {"description": "x"}).status == 200


def test_an_update_keeps_the_rest_and_may_clash(shop: Shop):
    first, second = shop.post(MANY, [_row("a", description="one"), _row("b")]).data
    shop.wait(hours=1)
    after = shop.put(MANY, [{"id": first["id"], "value": "2"}]).data[0]
    assert {name for name in after if after[name] != first[name]} == {"value", "date_modified"}
    assert shop.put(MANY, [{"id": second["id"], "key": "a"}]).errors[0]["status"] == 409
    assert shop.put(MANY, [{"value": "2"}]).errors[0]["errors"] == {"id": "error.path.missing"}
    assert shop.put(MANY, [{"id": second["id"], "key": "z"}]).status == 200
    assert shop.post(MANY, [_row("b")]).status == 200


def test_a_batch_delete_takes_ids(shop: Shop):
    numbers = ids(shop.post(MANY, [_row("a"), _row("b"), _row("c")]).data)
    reply = shop.delete(MANY, [numbers[0], 5, numbers[2]])
    assert (reply.status, reply.data) == (422, [numbers[0], numbers[2]])
    assert reply.errors[0]["status"] == 404
    assert shop.delete(MANY, [numbers[1]]).json == {
        "data": [numbers[1]],
        "errors": [],
        "meta": {"total": 1, "success": 1, "failed": 0},
    }
    assert shop.get(MANY).data == []


def test_kinds_do_not_mix(shop: Shop):
    made = shop.post(MANY, [_row()]).data[0]
    assert shop.get("/v3/catalog/variants/metafields").data == []
    assert shop.delete("/v3/catalog/brands/metafields", [made["id"]]).status == 422
    assert shop.get(f"/v3/catalog/brands/7/metafields/{made['id']}").status == 404
    assert shop.get(f"/v3/catalog/products/8/metafields/{made['id']}").status == 404


def test_filters_of_the_batch_list(shop: Shop):
    shop.post(MANY, [_row("a"), _row("b", namespace="other")])
    shop.wait(hours=1)
    shop.post(MANY, [_row("c", owner=8)])

    def keys(**query: object) -> list[str]:
        return [row["key"] for row in shop.get(MANY, **query).data]

    assert keys(key="a") == ["a"]
    assert keys(key__in="a,c") == ["a", "c"]
    assert keys(namespace="other") == ["b"]
    assert keys(namespace__in="other,bridge", direction="desc") == ["c", "b", "a"]
    assert keys(date_modified__min="2026-11-02T10:00:00Z") == ["c"]
    assert keys(date_created__max="2026-11-02T09:00:00Z") == ["a", "b"]
    assert shop.get(MANY, value="1").status == 422


@pytest.mark.parametrize(
    ("reading", "status", "keys"),
    [("ignored", 200, ["a", "b"]), ("honoured", 200, ["b"]), ("refused", 422, None)],
)
def test_resource_ids_on_the_batch_list_are_a_switch(reading: str, status: int, keys: list[str] | None):
    shop = Shop(resource_id_in_on_batch_metafields=reading)
    shop.post(MANY, [_row("a"), _row("b", owner=8)])
    reply = shop.get(MANY, resource_id__in="8")
    assert reply.status == status
    if keys is not None:
        assert [row["key"] for row in reply.data] == keys
    assert len(shop.get("/v3/catalog/products/8/metafields", resource_id__in="8").data) == 1


def _cursor(reply: Any) -> dict[str, Any]:
    return reply.json["meta"]["cursor_pagination"]


def test_cursors_walk_all_rows_once_in_either_direction(shop: Shop):
    shop.post(MANY, [_row(str(at)) for at in range(5)])
    for direction in ("asc", "desc"):
        seen: list[str] = []
        reply = shop.get(MANY, limit=2, direction=direction)
        assert {"pagination", "cursor_pagination"} <= set(reply.json["meta"])
        while True:
            seen += [row["key"] for row in reply.data]
            if "next" not in _cursor(reply)["links"]:
                break
            reply = shop.get(MANY, limit=2, direction=direction, after=_cursor(reply)["end_cursor"])
            assert set(reply.json["meta"]) == {"cursor_pagination"}
        assert seen == (list("01234") if direction == "asc" else list("43210"))


def test_a_cursor_goes_back_too_and_outlives_its_row(shop: Shop):
    numbers = ids(shop.post(MANY, [_row(str(at)) for at in range(5)]).data)
    end = _cursor(shop.get(MANY, limit=3))["end_cursor"]
    shop.delete(MANY, [numbers[2]])
    assert ids(shop.get(MANY, limit=3, after=end).data) == numbers[3:]
    assert ids(shop.get(MANY, limit=1, before=end).data) == numbers[1:2]
    assert shop.get(MANY, after=end, page=9).data != []
    assert shop.get(MANY, after=end, before=end).status == 422
    assert shop.get(MANY, after="?").status == 422


def test_an_object_has_at_most_250_of_one_account(shop: Shop):
    shop.sandbox.configure(metafield_batch_max=250)
    assert shop.post(MANY, [_row(str(at)) for at in range(250)]).status == 200
    assert shop.post("/v3/catalog/products/7/metafields", _row("one more")).status == 403
    assert shop.post(MANY, [_row("other", owner=8)]).status == 200
    shop.token = "second-token"
    assert shop.post(MANY, [_row("theirs")]).status == 200

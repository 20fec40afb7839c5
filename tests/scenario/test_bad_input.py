"""Wrong keys, damaged files, taken names, deleted records: a clear typed error or a work item, and the others go on."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve, frozen
from lxml import etree

from commerce_bridge.bridges.listing.categories import CategoryMap
from commerce_bridge.bridges.onix_bigcommerce import onix_to_bigcommerce
from commerce_bridge.cli import codes, main
from commerce_bridge.errors import (
    AuthError,
    BridgeError,
    CapabilityMissing,
    InvalidDocument,
    PlanLimit,
    RateLimited,
    StalePlan,
)
from commerce_bridge.flow.messages import Request, Response
from commerce_bridge.flow.operation import Sync
from commerce_bridge.flow.state import ByPrefix
from commerce_bridge.http.opening import Surroundings
from commerce_bridge.platforms.bigcommerce.client import BigCommerce
from commerce_bridge.platforms.consonance.client import Consonance
from commerce_bridge.platforms.onix.reader import OnixReader
from commerce_bridge.ports.step import StepKind
from commerce_bridge.sandbox.bigcommerce import BigCommerceSandbox, recipes
from commerce_bridge.sandbox.bigcommerce.settings import SCOPES
from commerce_bridge.sandbox.catalogue import Book, simple_title
from commerce_bridge.sandbox.core import Fault
from commerce_bridge.sandbox.transport import SandboxWorld
from commerce_bridge.stores import MemoryState
from commerce_bridge.sync.bridge import Bridge
from commerce_bridge.sync.plans.plan import Plan
from rigs import contracts
from rigs.every_step import Publisher
from rigs.onix_messages import isbn as invented
from rigs.pair import Pair, pair, policy

BOOKS = tuple(simple_title(f"Title {n}", forms=("BC",), number=300 + n, bisac="FIC022000") for n in range(4))


def stocked(*books: Book, **switches: Any) -> Pair:
    """A stage whose publisher has some titles; the store's switches are set."""
    stage = pair()
    for book in books or BOOKS:
        stage.consonance.load(book, at=stage.clock.now())
    stage.bigcommerce.configure(**switches)
    return stage


def key(book: Book, place: int = 0) -> str:
    return str(book.formats[place].isbn)


def again(stage: Pair, *, seconds: float = 0.0) -> Bridge[Sync]:
    """The bridge as a new process makes it, some time later."""
    stage.clock.sleep(seconds)
    return stage.sync()


def with_store(stage: Pair, **credentials: str) -> Bridge[Sync]:
    """The bridge with other credentials of the store."""
    given = {**stage.bigcommerce.credentials(), **credentials}
    store = BigCommerce(
        **given,
        transport=stage.shop.sync(stage.clock, base_path=f"/stores/{given['store_hash']}"),
        surroundings=stage.around(),
    )
    publisher = Consonance(
        api_key=stage.consonance.credentials()["api_key"],
        transport=stage.publisher.sync(stage.clock),
        surroundings=stage.around(2),
    )
    return stage.bridge(publisher, store)


def settled(stage: Pair) -> bool:
    """Whether nothing is left to plan, and the state holds no write that is still under way."""
    bridge = stage.sync()
    under_way = stage.state.load(ByPrefix(table="intent", scope=bridge.job.scope))
    return not under_way and bridge.plan().is_empty


# ── who may enter ────────────────────────────────────────────────────────────


def test_a_wrong_key_of_the_store_is_an_error_of_credentials_and_never_shown():
    stage = stocked()
    with pytest.raises(AuthError) as caught:
        with_store(stage, access_token="s3cret-but-wrong").plan()
    assert caught.value.platform == "bigcommerce"
    assert caught.value.fault == "ours"
    assert caught.value.hint
    for shown in (str(caught.value), repr(caught.value), repr(vars(caught.value))):
        assert "s3cret" not in shown


@pytest.mark.parametrize("status", [401, 403, 404])
def test_another_stores_hash_is_an_error_that_names_what_to_check(status: int):
    stage = stocked(wrong_store_status=status)
    with pytest.raises(BridgeError) as caught:
        with_store(stage, store_hash="elsewhere").plan()
    assert "store" in str(caught.value).lower()
    assert not stage.skus()


def test_a_wrong_key_of_the_publisher_is_an_error_of_credentials():
    stage = stocked()
    bridge = stage.bridge(
        Consonance(
            api_key="0" * 32, transport=stage.publisher.sync(stage.clock), surroundings=stage.around(2)
        ),
        BigCommerce(
            **stage.bigcommerce.credentials(),
            transport=stage.shop.sync(stage.clock, base_path=stage.base_path),
            surroundings=stage.around(),
        ),
    )
    with pytest.raises(AuthError) as caught:
        bridge.plan()
    assert caught.value.platform == "consonance"
    assert "0" * 32 not in str(caught.value)


@pytest.mark.parametrize("missing", ["store_v2_products", "store_v2_information"])
def test_a_scope_that_is_missing_stops_the_plan(missing: str):
    stage = stocked(scopes=tuple(scope for scope in SCOPES if scope != missing))
    with pytest.raises(AuthError) as caught:
        stage.sync().plan()
    assert caught.value.status == 403
    assert "scope" in str(caught.value).lower()


def test_a_scope_that_only_reads_stops_the_apply_and_the_next_one_completes_it():
    reading = tuple(f"{scope}_read_only" if scope == "store_v2_products" else scope for scope in SCOPES)
    stage = stocked(scopes=reading)
    plan = stage.sync().plan()
    with pytest.raises(AuthError):
        stage.sync().apply(plan)
    assert not stage.skus()
    assert stage.sync().status().bound == 0
    stage.bigcommerce.configure(scopes=SCOPES)
    receipt = again(stage).apply(plan)
    assert not receipt.failed
    assert stage.skus() == [key(book) for book in BOOKS]
    assert settled(stage)


def test_a_key_that_is_revoked_under_way_loses_nothing():
    for calls in range(1, 12):
        stage = stocked()
        plan = stage.sync().plan()
        stage.shop.plan_faults([Fault(kind="status", status=401, skip=calls, times=None)])
        with suppress(AuthError):
            stage.sync().apply(plan)
        stage.shop.plan_faults([])
        again(stage).apply(plan)
        assert stage.skus() == [key(book) for book in BOOKS], calls
        assert settled(stage), calls


# ── files ────────────────────────────────────────────────────────────────────


@frozen
class FileStage:
    """An empty store, and a bridge from a file to it."""

    world: SandboxWorld
    state: MemoryState
    clock: Any

    def bridge(self, path: Path) -> Bridge[Sync]:
        credentials = self.world.sandbox.credentials()
        store = BigCommerce(
            **credentials,
            transport=self.world.sync(self.clock, base_path=f"/stores/{credentials['store_hash']}"),
            surroundings=Surroundings(clock=self.clock),
        )
        return onix_to_bigcommerce(
            OnixReader(path), store, sender="sender", state=self.state, policy=policy(weights_g=WEIGHTS)
        )

    def names(self) -> set[str]:
        return {row["sku"] for row in self.world.sandbox.state()["products"]}


WEIGHTS = {"B": Decimal(300)}
"""A weight for every book: these files state none."""


@pytest.fixture
def shelf() -> FileStage:
    stage = pair()
    return FileStage(SandboxWorld(BigCommerceSandbox(seed="empty")), MemoryState(), stage.clock)


def sample(name: str) -> Path:
    return contracts.require("onix", "samples", name)


def _local(element: Any) -> str:
    """An element's name without its namespace; nothing for a comment."""
    return etree.QName(element).localname if isinstance(element.tag, str) else ""


def _values(product: Any, *path: str) -> list[Any]:
    found = [product]
    for name in path:
        found = [child for one in found for child in one if _local(child) == name]
    return found


def bad_check_digit(product: Any) -> None:
    for value in _values(product, "ProductIdentifier", "IDValue"):
        if value.text.startswith("978"):
            value.text = value.text[:-1] + str((int(value.text[-1]) + 1) % 10)


def no_title(product: Any) -> None:
    for detail in _values(product, "DescriptiveDetail", "TitleDetail"):
        detail.getparent().remove(detail)


def unknown_form(product: Any) -> None:
    _values(product, "DescriptiveDetail", "ProductForm")[0].text = "QQ"


def unknown_status(product: Any) -> None:
    _values(product, "PublishingDetail", "PublishingStatus")[0].text = "77"


def unknown_currency(product: Any) -> None:
    for value in _values(product, "ProductSupply", "SupplyDetail", "Price", "CurrencyCode"):
        value.text = "ZZZ"


def broken_date(product: Any) -> None:
    for value in _values(product, "PublishingDetail", "PublishingDate", "Date"):
        value.text = "20181399"


def broken_price(product: Any) -> None:
    for value in _values(product, "ProductSupply", "SupplyDetail", "Price", "PriceAmount"):
        value.text = "twelve"


def no_cover(product: Any) -> None:
    for detail in _values(product, "CollateralDetail"):
        for resource in [one for one in detail if _local(one) == "SupportingResource"]:
            detail.remove(resource)


DAMAGES: dict[str, tuple[Callable[[Any], None], bool]] = {
    "a bad check digit": (bad_check_digit, False),
    "no title": (no_title, False),
    "an unknown form": (unknown_form, False),
    "an unknown currency": (unknown_currency, False),
    "a broken price": (broken_price, False),
    "no cover": (no_cover, False),
}
"""Damage, and whether the record still becomes a product."""


def _damaged(tmp_path: Path, damage: Callable[[Any], None]) -> tuple[Path, str]:
    """A copy of a sample whose third record is damaged, and that record's ISBN."""
    tree = etree.parse(sample("consonance-snowbooks-onix30.xml"))
    product = [one for one in tree.getroot() if _local(one) == "Product"][2]
    number = _values(product, "RecordReference")[0].text
    damage(product)
    path = tmp_path / "damaged.xml"
    tree.write(path, xml_declaration=True, encoding="utf-8")
    return path, number


def _whole(shelf: FileStage) -> set[str]:
    twin = FileStage(SandboxWorld(BigCommerceSandbox(seed="empty")), MemoryState(), shelf.clock)
    twin.bridge(sample("consonance-snowbooks-onix30.xml")).sync()
    return twin.names()


@pytest.mark.parametrize("name", DAMAGES)
def test_a_damaged_record_is_a_work_item_and_its_neighbours_go_on(
    name: str, shelf: FileStage, tmp_path: Path
):
    damage, made = DAMAGES[name]
    path, number = _damaged(tmp_path, damage)
    receipt = shelf.bridge(path).sync()
    assert not receipt.failed
    expected = _whole(shelf)
    assert shelf.names() == (expected if made else expected - {number})
    assert receipt.work
    assert any(trouble.detail and trouble.label for trouble in receipt.work)
    second = shelf.bridge(path).plan()
    assert second.is_empty, str(second)


@pytest.mark.parametrize("damage", [broken_date, unknown_status], ids=["date", "status"])
def test_a_fact_that_cannot_be_read_is_told_and_never_guessed(
    damage: Callable[[Any], None], shelf: FileStage, tmp_path: Path
):
    path, number = _damaged(tmp_path, damage)
    bridge = shelf.bridge(path)
    bridge.sync()
    assert shelf.names() >= _whole(shelf) - {number}
    told = [item for item in bridge.work_items() if number in item.label or number in item.detail]
    assert told
    assert bridge.plan().is_empty


def test_every_damage_at_once_in_different_records_stops_none_of_the_others(shelf: FileStage, tmp_path: Path):
    tree = etree.parse(sample("consonance-snowbooks-onix30.xml"))
    products = [one for one in tree.getroot() if _local(one) == "Product"]
    numbers = [_values(product, "RecordReference")[0].text for product in products]
    for product, (damage, _) in zip(products, DAMAGES.values(), strict=False):
        damage(product)
    path = tmp_path / "all.xml"
    tree.write(path, xml_declaration=True, encoding="utf-8")
    shelf.bridge(path).sync()
    assert shelf.names() == _whole(shelf) & set(numbers[len(DAMAGES) :])
    assert shelf.bridge(path).plan().is_empty


def test_onix_2_is_refused_with_a_clear_error(shelf: FileStage, capsys: pytest.CaptureFixture[str]):
    path = sample("wiley-onix21.xml")
    with pytest.raises(InvalidDocument) as caught:
        shelf.bridge(path).plan()
    assert "2.1" in str(caught.value)
    assert caught.value.fault == "data"
    assert main(["demo", "--onix", str(path)]) == codes.FAILED
    assert "2.1" in capsys.readouterr().err


@pytest.mark.parametrize("text", ["", "no xml", "<ONIXMessage", '<?xml version="1.0"?><html/>'])
def test_what_is_no_onix_at_all_is_refused(text: str, shelf: FileStage, tmp_path: Path):
    path = tmp_path / "strange.xml"
    path.write_text(text)
    with pytest.raises(InvalidDocument):
        shelf.bridge(path).plan()


def test_a_file_that_breaks_off_is_told_in_the_plan(shelf: FileStage, tmp_path: Path):
    """What came whole is taken; that there was more is said before anything is applied."""
    path = tmp_path / "half.xml"
    whole = sample("consonance-snowbooks-onix30.xml").read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    bridge = shelf.bridge(path)
    plan = bridge.plan()
    assert any("cannot be read to its end" in warning for warning in plan.footer.warnings), (
        plan.footer.warnings
    )
    assert "cannot be read to its end" in str(plan)
    bridge.apply(plan)
    assert shelf.names() < _whole(shelf)
    bridge = shelf.bridge(sample("consonance-snowbooks-onix30.xml"))
    assert not any("cannot be read to its end" in warning for warning in bridge.plan().footer.warnings)
    bridge.sync()
    assert shelf.names() == _whole(shelf)


def test_a_file_that_is_not_there_is_said_to_be_missing(capsys: pytest.CaptureFixture[str]):
    assert main(["demo", "--onix", "/nowhere/at/all.xml"]) == codes.USAGE
    assert "/nowhere/at/all.xml" in capsys.readouterr().err


def test_one_isbn_twice_is_one_product_and_one_work_item():
    twin = simple_title("Another With Its Number", forms=("BC",), number=399, bisac="FIC022000")
    twin = evolve(twin, formats=tuple(evolve(one, isbn=key(BOOKS[1])) for one in twin.formats))
    stage = stocked(*BOOKS, twin)
    stage.sync().sync()
    assert stage.skus() == [key(book) for book in BOOKS]
    (item,) = again(stage).work_items()
    assert item.reason == "duplicate"
    assert key(BOOKS[1]) in item.detail
    assert settled(stage)


def test_a_duplicate_that_is_mended_gets_its_product():
    twin = simple_title("Another With Its Number", forms=("BC",), number=399, bisac="FIC022000")
    twin = evolve(twin, formats=tuple(evolve(one, isbn=key(BOOKS[1])) for one in twin.formats))
    stage = stocked(*BOOKS, twin)
    stage.sync().sync()
    rows = [row for row in stage.consonance.state()["product"] if row["isbn"] == key(BOOKS[1])]
    stage.consonance.edit("product", rows[-1]["id"], at=stage.clock.now(), isbn=invented(4711))
    receipt = again(stage, seconds=60).sync()
    assert receipt.applied[StepKind.CREATE] == 1
    assert receipt.closed == 1
    assert settled(stage)


# ── what others did in the store ─────────────────────────────────────────────


def test_a_name_that_is_taken_before_the_plan_gives_way_to_the_next():
    stage = stocked()
    _product(stage, name="Title 1 (paperback)", sku="OTHER-1")
    stage.sync().sync()
    assert stage.product(key(BOOKS[1]))["name"] != "Title 1 (paperback)"
    assert stage.product("OTHER-1")["name"] == "Title 1 (paperback)"
    assert settled(stage)


def test_a_name_that_is_taken_after_the_plan_is_planned_round_by_the_next():
    stage = stocked()
    plan = stage.sync().plan()
    _product(stage, name="Title 1 (paperback)", sku="OTHER-1")
    receipt = again(stage).apply(plan)
    assert [trouble.record for trouble in receipt.failed]
    assert len(stage.skus()) == len(BOOKS)
    (item,) = again(stage).work_items()
    assert "name" in item.detail.lower()
    mended = again(stage, seconds=60).sync()
    assert mended.applied[StepKind.CREATE] == 1
    assert not mended.failed
    assert not again(stage).work_items()
    assert settled(stage)


@pytest.mark.parametrize("seconds", [0, 3600])
def test_a_sku_that_is_taken_after_the_plan_is_adopted_by_the_next(seconds: float):
    stage = stocked()
    plan = stage.sync().plan()
    theirs = _product(stage, name="Made by hand", sku=key(BOOKS[1]))
    receipt = again(stage, seconds=seconds).apply(plan)
    assert len(receipt.failed) + len(receipt.stale) > 0
    assert stage.skus() == sorted(key(book) for book in BOOKS), "nothing is doubled"
    again(stage, seconds=60).sync()
    ours = stage.product(key(BOOKS[1]))
    assert ours["id"] == theirs
    assert ours["name"] == "Made by hand", "a name is written once, and this was there"
    assert Decimal(str(ours["price"])) == 5, "nothing that was there is overwritten"
    (item,) = again(stage).work_items()
    assert item.reason == "first-contact"
    assert "price (5.00 GBP there, 12.99 GBP wanted)" in item.detail
    assert settled(stage)
    wished = again(stage).plan([key(BOOKS[1])], overwrite=True)
    assert again(stage, seconds=1).apply(wished).total > 0
    assert Decimal(str(stage.product(key(BOOKS[1]))["price"])) == Decimal("12.99")
    assert not again(stage).work_items()
    assert settled(stage)


def test_a_record_the_store_refused_is_not_forgotten_when_its_family_changes():
    family = simple_title("Kindred", forms=("BB", "BC"), number=350, bisac="FIC022000")
    stage = stocked(family)
    refused = Fault(
        kind="status", status=422, method="POST", path=r"/catalog/products$", skip=1, body='{"title": "No."}'
    )
    stage.shop.plan_faults([refused])
    assert len(stage.sync().sync().failed) == 1
    assert len(stage.skus()) == 1
    (lost,) = {key(family, 0), key(family, 1)} - set(stage.skus())
    stage.clock.sleep(60)
    made = 0 if key(family, 0) in stage.skus() else 1
    Publisher(stage.consonance, stage.clock.now()).edit_price(family, made, "9.99")
    again(stage).sync()
    assert Decimal(str(stage.product(key(family, made))["price"])) == Decimal("9.99")
    assert lost in stage.skus() or again(stage).work_items()
    again(stage, seconds=2 * 86400).sync()
    assert len(stage.skus()) == 2
    assert not again(stage).work_items()
    assert settled(stage)


def test_a_rule_that_changes_is_reason_enough_to_try_again_what_was_refused():
    stage = stocked()
    stage.shop.plan_faults(
        [Fault(kind="status", status=422, method="POST", path=r"/catalog/products$", body='{"title": "No."}')]
    )
    stage.sync().sync()
    assert len(stage.skus()) == len(BOOKS) - 1
    assert settled(stage)
    stage.policy = policy(weights_g={"BC": Decimal(290)})
    again(stage, seconds=60).sync()
    assert stage.skus() == [key(book) for book in BOOKS]
    assert not again(stage).work_items()


def test_a_record_that_was_deleted_in_the_store_is_told_and_not_made_again():
    stage = stocked()
    stage.sync().sync()
    number = stage.product(key(BOOKS[2]))["id"]
    stage.bigcommerce_call("DELETE", f"/v3/catalog/products/{number}")
    receipt = again(stage, seconds=60).sync()
    assert [trouble.reason for trouble in receipt.work] == ["gone"]
    assert len(stage.skus()) == len(BOOKS) - 1
    assert settled(stage)


def test_a_record_that_is_deleted_under_the_plan_fails_alone_in_its_batch_of_ten():
    books = tuple(
        simple_title(f"Ten {n}", forms=("BC",), number=320 + n, bisac="FIC022000") for n in range(10)
    )
    for partial in ("partial", "refuse"):
        for named in (True, False):
            stage = stocked(*books, product_batch_bad_row=partial, product_batch_names_rows=named)
            stage.sync().sync()
            stage.clock.sleep(60)
            desk = Publisher(stage.consonance, stage.clock.now())
            for book in books:
                desk.edit_price(book, 0, "9.99")
            plan = again(stage).plan()
            assert plan.footer.steps == {StepKind.PRICE: 10}
            number = stage.product(key(books[3]))["id"]
            stage.bigcommerce_call("DELETE", f"/v3/catalog/products/{number}")
            receipt = again(stage).apply(plan)
            assert receipt.applied == {StepKind.PRICE: 9}
            assert len(receipt.failed) == 1
            prices = {row["sku"]: Decimal(str(row["price"])) for row in stage.bigcommerce.state()["products"]}
            assert set(prices.values()) == {Decimal("9.99")}
            assert len(prices) == 9
            again(stage, seconds=60).sync()
            assert {item.reason for item in again(stage).work_items()} == {"gone"}
            assert settled(stage)


def test_an_edit_under_a_saved_plan_refuses_that_step_alone(tmp_path: Path):
    stage = stocked()
    stage.sync().sync()
    stage.clock.sleep(60)
    desk = Publisher(stage.consonance, stage.clock.now())
    for book in BOOKS:
        desk.edit_price(book, 0, "9.99")
    plan = again(stage).plan()
    plan.save(str(tmp_path / "plan.jsonl"))
    number = stage.product(key(BOOKS[2]))["id"]
    stage.bigcommerce_call("PUT", f"/v3/catalog/products/{number}", {"price": 15})
    stage.clock.sleep(timedelta(hours=1).total_seconds())
    receipt = again(stage).apply(Plan.load(str(tmp_path / "plan.jsonl")))
    assert [trouble.label.split("  ")[0] for trouble in receipt.stale] == [key(BOOKS[2])]
    assert Decimal(str(stage.product(key(BOOKS[2]))["price"])) == 15
    assert Decimal(str(stage.product(key(BOOKS[1]))["price"])) == Decimal("9.99")
    again(stage).sync()
    assert Decimal(str(stage.product(key(BOOKS[2]))["price"])) == Decimal("9.99")
    assert settled(stage)


class _EditedUnderWay(BigCommerceSandbox):
    """A store in which somebody changes a price while an apply is under way."""

    sku = ""
    after = 0

    def handle(self, request: Request, now: datetime) -> Response:
        response = super().handle(request, now)
        if request.method == "PUT" and self.sku:
            self.after -= 1
            if self.after == 0:
                number = next(row["id"] for row in self.state()["products"] if row["sku"] == self.sku)
                path = request.path.partition("/v3/")[0] + f"/v3/catalog/products/{number}"
                theirs = evolve(request, path=path, body=b'{"price": 77}')
                assert super().handle(theirs, now).ok
        return response


def test_what_is_read_grows_old_while_a_long_apply_goes_on():
    """Titles come one a page, each write takes half a minute: the last records were read long ago by then."""
    books = tuple(
        simple_title(f"Slow {n}", forms=("BC",), number=360 + n, bisac="FIC022000") for n in range(14)
    )
    store = _EditedUnderWay(seed="empty")
    stage = evolve(pair(), shop=SandboxWorld(store))
    for book in books:
        stage.consonance.load(book, at=stage.clock.now())
    stage.consonance.configure(page_cap=1)
    stage.sync().sync()
    stage.clock.sleep(60)
    desk = Publisher(stage.consonance, stage.clock.now())
    for book in books:
        desk.edit_price(book, 0, "9.99")
    stage.shop.plan_faults([Fault(kind="delay", method="PUT", delay_s=28, times=None)])
    store.sku, store.after = key(books[-1]), 3
    receipt = again(stage).sync()
    assert [trouble.label.split("  ")[0] for trouble in receipt.stale] == [key(books[-1])]
    assert receipt.applied == {StepKind.PRICE: len(books) - 1}
    assert Decimal(str(stage.product(key(books[-1]))["price"])) == 77
    stage.shop.plan_faults([])
    again(stage, seconds=60).sync()
    assert Decimal(str(stage.product(key(books[-1]))["price"])) == Decimal("9.99")
    assert settled(stage)


def test_a_plan_of_another_store_is_refused():
    plan = stocked().sync().plan()
    other = stocked(store_hash="another")
    other.shop.sandbox.configure(store_hash="another")
    with pytest.raises(StalePlan):
        with_store(other, store_hash="another").apply(plan)
    assert not other.skus()


def test_a_metafield_of_another_account_is_its_records_trouble_alone():
    stage = stocked(other_accounts={"their-token": "client-of-theirs"})
    stage.sync().sync()
    state = stage.bigcommerce.state()
    note = next(row for row in state["metafields"] if row["key"] == "work_id")
    desk = _Merchandiser(stage, "their-token")
    stage.bigcommerce_call("DELETE", f"/v3/catalog/products/{note['resource_id']}/metafields/{note['id']}")
    desk.call(
        "POST",
        f"/v3/catalog/products/{note['resource_id']}/metafields",
        {"namespace": note["namespace"], "key": note["key"], "value": "theirs", "permission_set": "read"},
    )
    receipt = again(stage, seconds=60).sync()
    assert len(receipt.failed) == 1
    assert {item.record for item in again(stage).work_items()} == {receipt.failed[0].record}
    kept = [row for row in stage.bigcommerce.state()["metafields"] if row["value"] == "theirs"]
    assert len(kept) == 1
    sent = stage.calls("PUT") + stage.calls("POST")
    assert again(stage).plan().is_empty or stage.calls("PUT") + stage.calls("POST") == sent


# ── what the store does not take, or not now ─────────────────────────────────


@pytest.mark.parametrize("status", [400, 422])
def test_an_image_host_that_is_down_costs_the_image_not_the_product(status: int):
    stage = stocked(unreachable_hosts=("images.example.org",), unreachable_status=status)
    receipt = stage.sync().sync()
    assert stage.skus() == [key(book) for book in BOOKS]
    assert all(not row["images"] for row in stage.bigcommerce.state()["products"])
    assert len(receipt.failed) == len(BOOKS)
    items = again(stage).work_items()
    assert {item.label.split("  ")[0] for item in items} == {key(book) for book in BOOKS}
    assert settled(stage), "what was refused is left alone for a while"
    stage.bigcommerce.configure(unreachable_hosts=())
    again(stage, seconds=2 * 86400).sync()
    assert all(len(row["images"]) == 1 for row in stage.bigcommerce.state()["products"])
    assert not again(stage).work_items()
    assert settled(stage)


def test_a_category_that_the_store_refuses_costs_the_category_not_the_product():
    long = "A category with a name that is far longer than the store allows it"
    stage = stocked()
    stage.policy = policy(categories=CategoryMap.of({"bisac": {"FIC": ["Fiction", long]}}))
    receipt = stage.sync().sync()
    assert receipt.failed
    assert stage.skus() == [key(book) for book in BOOKS]
    assert [row["name"] for row in stage.bigcommerce.state()["categories"]] == ["Fiction"]
    assert again(stage).work_items()
    assert settled(stage)


def test_a_plan_limit_is_told_and_tried_again_when_there_may_be_room():
    stage = stocked()
    stage.shop.plan_faults([recipes.plan_limit(path=r"/catalog/products$", skip=2)])
    receipt = again(stage).sync()
    assert receipt.failed
    assert all("plan" in item.detail.lower() for item in again(stage).work_items())
    stage.shop.plan_faults([])
    assert settled(stage)
    again(stage, seconds=2 * 86400).sync()
    assert stage.skus() == [key(book) for book in BOOKS]
    assert not again(stage).work_items()
    assert settled(stage)


def test_a_suspended_store_stops_the_plan_with_the_vendors_words():
    stage = stocked()
    stage.shop.plan_faults([recipes.suspended()])
    with pytest.raises(PlanLimit) as caught:
        stage.sync().plan()
    assert "suspended" in str(caught.value)


def test_a_store_that_lets_one_request_through_at_a_time_is_served_slowly():
    stage = stocked(quota=1)
    began = stage.clock.now()
    receipt = stage.sync().sync()
    assert not receipt.failed
    assert stage.skus() == [key(book) for book in BOOKS]
    refused = [line for line in stage.shop.log if line.status == 429]
    assert len(refused) <= 3, "once the store has said how little it allows, nobody asks for more"
    assert (stage.clock.now() - began).total_seconds() >= 30 * (len(stage.shop.log) - 4)


def test_a_store_without_any_quota_ends_the_run_and_loses_nothing():
    stage = stocked()
    none = {"X-Rate-Limit-Requests-Left": "0", "X-Rate-Limit-Time-Reset-Ms": "30000"}
    plan = stage.sync().plan()
    stage.shop.plan_faults([Fault(kind="status", status=429, headers=none, times=None)])
    with pytest.raises(RateLimited):
        again(stage).apply(plan)
    stage.shop.plan_faults([])
    again(stage, seconds=60).apply(plan)
    assert stage.skus() == [key(book) for book in BOOKS]
    assert settled(stage)


@pytest.mark.parametrize(
    "switches",
    [
        {"metafield_batch_max": 3},
        {"category_batch_max": 1},
        {"assignment_batch_max": 1},
        {"metafield_batch_max": 1, "category_batch_max": 1, "assignment_batch_max": 1},
    ],
)
def test_a_batch_that_is_too_large_is_halved_until_it_fits(switches: dict[str, int]):
    books = (*BOOKS, simple_title("History", forms=("BC",), number=340, bisac="HIS037000"))
    stage, usual = stocked(*books, **switches), stocked(*books)
    usual.sync().sync()
    receipt = stage.sync().sync()
    assert not receipt.failed
    assert any(line.status == 413 for line in stage.shop.log)
    assert stage.goods() == usual.goods()
    assert settled(stage)


def test_a_currency_the_store_does_not_sell_in_is_a_missing_capability():
    stage = stocked(currency="EUR")
    with pytest.raises(CapabilityMissing) as caught:
        stage.sync().plan()
    assert caught.value.capability == "price_lists"


# ── by hand ──────────────────────────────────────────────────────────────────


class _Merchandiser:
    """Somebody else's program at the same store."""

    def __init__(self, stage: Pair, token: str) -> None:
        self.stage, self.token = stage, token

    def call(self, method: str, path: str, body: Any) -> Any:
        request = Request(
            method=method,
            path=f"{self.stage.base_path}{path}",
            headers={
                "X-Auth-Token": self.token,
                "Accept": "application/json",
                "Content-Type": "application/json",
            },
            body=json.dumps(body).encode(),
        )
        response = self.stage.bigcommerce.handle(request, self.stage.clock.now())
        assert response.ok, response.body
        return json.loads(response.body)


def _product(stage: Pair, *, name: str, sku: str) -> int:
    """A product that somebody makes by hand."""
    body = {"name": name, "type": "physical", "sku": sku, "weight": 1, "price": 5}
    return int(stage.bigcommerce_call("POST", "/v3/catalog/products", body)["data"]["id"])

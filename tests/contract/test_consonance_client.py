"""The client over an account, in both modes: lists, single records, searches, the schema check, refusals."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from commerce_bridge.errors import (
    AuthError,
    DecodeError,
    RateLimited,
    RejectedRecord,
    RequestRefused,
    ServerFault,
)
from commerce_bridge.flow.clock import EPOCH
from commerce_bridge.flow.events import RequestSent, Waited
from commerce_bridge.http.policy import RetryPolicy, Safety
from commerce_bridge.platforms.consonance import ConsonanceSettings, PriceSearch, ProductSearch, WorkSearch
from commerce_bridge.sandbox.catalogue import simple_title
from commerce_bridge.sandbox.core import Fault
from rigs.consonance_client import Desk, settled

pytestmark = pytest.mark.anyio
NAMES = ("The Slow Canal", "A Field of Larks", "Ninepins", "The Glass Ferry", "Undertow")


@pytest.fixture(params=["sync", "async"])
def mode(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture
def desk() -> Desk:
    return stocked()


def stocked(**settings: Any) -> Desk:
    desk = Desk(**settings)
    desk.load(
        *(
            simple_title(name, forms=("BB", "DG"), number=place, currencies=("GBP", "USD"))
            for place, name in enumerate(NAMES, 1)
        )
    )
    return desk


def opened(desk: Desk, mode: str, settings: ConsonanceSettings | None = None) -> Any:
    return desk.client(settings) if mode == "sync" else desk.async_client(settings)


def ids(rows: Any) -> list[int]:
    return [row.id for row in rows]


# ── works ────────────────────────────────────────────────────────────────
async def test_all_works_come_with_their_families(desk: Desk, mode: str) -> None:
    works = await settled(opened(desk, mode).works.list())
    assert [work.title for work in works] == list(NAMES)
    assert [ids(work.products) for work in works] == [[1, 2], [3, 4], [5, 6], [7, 8], [9, 10]]
    first = works[0]
    assert [price.amount for price in first.products[0].prices] == [Decimal("12.99")] * 2
    assert first.contributions[0].contributor.personNameInverted == "Quill, Ada"
    assert first.texts_description[0].externalText.startswith("<p><em>The Slow Canal")


@pytest.mark.parametrize(("cap", "requests"), [(1, 6), (2, 4), (5, 2), (None, 2)])
async def test_a_list_is_read_to_its_end_whatever_the_page(mode: str, cap: int | None, requests: int) -> None:
    desk = stocked(page_cap=cap)
    assert ids(await settled(opened(desk, mode).works.list())) == [1, 2, 3, 4, 5]
    assert desk.count() == requests


async def test_a_known_page_size_saves_the_last_request(mode: str) -> None:
    desk = stocked(page_cap=3)
    client = opened(desk, mode, ConsonanceSettings(page_size=3))
    assert ids(await settled(client.works.list())) == [1, 2, 3, 4, 5]
    assert desk.count() == 2


async def test_a_list_goes_on_from_any_page(mode: str) -> None:
    desk = stocked(page_cap=2)
    pages = opened(desk, mode).works.list().pages
    if mode == "sync":
        first = next(iter(pages()))
        rest = [page for page in pages(start=first.next)]
    else:
        first = await anext(aiter(pages()))
        rest = [page async for page in pages(start=first.next)]
    assert ids(first.items) == [1, 2]
    assert [ids(page.items) for page in rest] == [[3, 4], [5], []]


async def test_an_order_that_is_mixed_within_a_page_is_read_when_the_settings_say_so(mode: str) -> None:
    desk = stocked(page_cap=3, order="mixed")
    with pytest.raises(DecodeError, match="do not ascend"):
        await settled(opened(desk, mode).works.list())
    client = opened(desk, mode, ConsonanceSettings(unsorted_pages="accept"))
    assert sorted(ids(await settled(client.works.list()))) == [1, 2, 3, 4, 5]


async def test_an_order_by_title_is_refused_because_rows_would_be_lost(mode: str) -> None:
    desk = stocked(page_cap=3, order="title")
    desk.sandbox.edit("work", 1, at=EPOCH, title="Moorings")
    with pytest.raises(DecodeError, match="do not ascend"):
        await settled(opened(desk, mode).works.list())


@pytest.mark.parametrize(
    ("search", "found"),
    [
        (WorkSearch(id=2), [2]),
        (WorkSearch(title="Ninepins"), [3]),
        (WorkSearch(title_contains="the"), [1, 4]),
        (WorkSearch(has_subtitle=True), []),
        (WorkSearch(imprint_ids=(1,)), [1, 2, 3, 4, 5]),
        (WorkSearch(changed_since=(EPOCH + timedelta(days=1)).date()), [5]),
    ],
)
async def test_works_are_narrowed_by_a_search(
    desk: Desk, mode: str, search: WorkSearch, found: list[int]
) -> None:
    desk.sandbox.edit("work", 5, at=EPOCH + timedelta(days=2), title="Undertow")
    assert ids(await settled(opened(desk, mode).works.list(search=search))) == found


async def test_works_are_found_by_their_products_and_come_whole(desk: Desk, mode: str) -> None:
    isbn = desk.sandbox.state()["product"][3]["isbn"]
    (found,) = await settled(opened(desk, mode).works.list(products=ProductSearch(isbns=(isbn,))))
    assert (found.id, ids(found.products)) == (2, [3, 4])


async def test_many_isbns_go_in_batches_and_none_finds_none(desk: Desk, mode: str) -> None:
    isbns = tuple(row["isbn"] for row in desk.sandbox.state()["product"])
    client = opened(desk, mode, ConsonanceSettings(isbn_batch=4))
    assert ids(await settled(client.products.list(search=ProductSearch(isbns=isbns)))) == [*range(1, 11)]
    assert all(len(asked["variables"]["productSearch"]["isbn13In"]) <= 4 for asked in desk.asked())
    before = desk.count()
    assert await settled(client.products.list(search=ProductSearch(isbns=()))) == []
    assert await settled(client.works.list(products=ProductSearch(isbns=()))) == []
    assert desk.count() == before


async def test_one_work_by_its_id(desk: Desk, mode: str) -> None:
    client = opened(desk, mode)
    assert (await settled(client.works.get(2))).title == "A Field of Larks"
    assert await settled(client.works.get(99)) is None


async def test_a_work_that_cannot_be_read_whole_says_where(desk: Desk, mode: str) -> None:
    desk.sandbox.configure(broken_fields=("Price.amount",))
    with pytest.raises(ServerFault, match=r"work 2 at \$\.products\[0\]\.prices\[0\]\.amount"):
        await settled(opened(desk, mode).works.get(2))


# ── products and prices ──────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("search", "found"),
    [
        (ProductSearch(forms=("DG",)), [2, 4, 6, 8, 10]),
        (ProductSearch(types=("PHYSICAL_BOOK_PRODUCT",)), [1, 3, 5, 7, 9]),
        (ProductSearch(title_contains="ninepins"), [5, 6]),
        (ProductSearch(published_before=date(2026, 1, 1)), []),
        (ProductSearch(published_from=date(2026, 9, 3), published_until=date(2026, 9, 3), id=3), [3]),
        (ProductSearch(has_isbn=False), []),
    ],
)
async def test_products_are_narrowed_by_a_search(
    desk: Desk, mode: str, search: ProductSearch, found: list[int]
) -> None:
    assert ids(await settled(opened(desk, mode).products.list(search=search))) == found


async def test_products_say_whose_they_are_and_are_narrowed_by_works_and_prices(
    desk: Desk, mode: str
) -> None:
    desk.sandbox.edit("price", 5, at=EPOCH, amount=Decimal("3.50"))
    client = opened(desk, mode)
    found = await settled(
        client.products.list(
            works=WorkSearch(imprint_ids=(1,)),
            prices=PriceSearch(
                at_most=Decimal(4), currencies=("GBP",), price_types=("02",), qualifiers=("05",)
            ),
        )
    )
    assert [(one.id, one.work.id) for one in found] == [(3, 2)]
    assert [price.amount for price in found[0].prices] == [Decimal("3.50"), Decimal("12.99")]


async def test_one_product_by_its_id(desk: Desk, mode: str) -> None:
    client = opened(desk, mode)
    assert (await settled(client.products.get(3))).titleWithoutPrefix == "Field of Larks"
    assert await settled(client.products.get(99)) is None


async def test_prices_by_themselves(desk: Desk, mode: str) -> None:
    client = opened(desk, mode)
    assert len(await settled(client.prices.list())) == 20
    found = await settled(client.prices.list(search=PriceSearch(currencies=("USD",))))
    assert {price.currencyCode for price in found} == {"USD"}


# ── any request ──────────────────────────────────────────────────────────
async def test_any_query_and_any_mutation_may_be_sent(desk: Desk, mode: str) -> None:
    client = opened(desk, mode)
    both = "query Works{works{id}} query People{contacts{name}}"
    people = await settled(client.request(both, name="People", safety=Safety.READ))
    assert people == {"contacts": [{"name": "Ada Quill"}]}
    query = "query One($id:Int){work(workSearch:{idEq:$id}){title}}"
    assert await settled(client.request(query, {"id": 3})) == {"work": {"title": "Ninepins"}}
    mutation = 'mutation{updateWork(input:{id:3,title:"Tenpins"}){work{title}}}'
    assert (await settled(client.request(mutation)))["updateWork"]["work"] == {"title": "Tenpins"}


@pytest.mark.parametrize("shape", ["field_messages", "attribute_message", "field_message"])
async def test_a_mutation_that_was_refused_is_an_error_whatever_its_shape(mode: str, shape: str) -> None:
    desk = stocked(error_shape=shape)
    members = {"field_messages": "field messages", "attribute_message": "attribute message"}
    selected = members.get(shape, "field message")
    mutation = f'mutation{{updateProduct(input:{{id:1,isbn:"9780000000000"}}){{errors{{{selected}}}}}}}'
    with pytest.raises(RejectedRecord) as caught:
        await settled(opened(desk, mode).request(mutation))
    assert list(caught.value.fields) == ["updateProduct.isbn"]
    assert caught.value.fields["updateProduct.isbn"] in str(caught.value)
    fine = f'mutation{{updateProduct(input:{{id:1,subtitle:"Again"}}){{errors{{{selected}}} product{{subtitle}}}}}}'
    assert (await settled(opened(desk, mode).request(fine)))["updateProduct"]["product"] == {
        "subtitle": "Again"
    }


# ── the schema check ─────────────────────────────────────────────────────
async def test_the_schema_is_checked_with_one_request(desk: Desk, mode: str) -> None:
    report = await settled(opened(desk, mode).check())
    assert report.ok
    assert report.findings == ()
    assert desk.count() == 1


async def test_a_member_the_schema_lacks_is_left_out_after_a_check(desk: Desk, mode: str) -> None:
    settings = ConsonanceSettings(
        present={"MarketingText.untilDate", "SupportingResource.width"},
        text_variants={"SHORT_DESCRIPTION": "short_description", "BLURB": "cover_copy"},
    )
    client = opened(desk, mode, settings)
    with pytest.raises(RequestRefused, match=r"run check\(\)|Run check\(\)"):
        await settled(client.works.list())
    report = await settled(client.check())
    assert set(report.absent) == {
        "MarketingText.untilDate",
        "SupportingResource.width",
        "MarketingTextVariant.BLURB",
    }
    works = await settled(client.works.list())
    assert ids(works) == [1, 2, 3, 4, 5]
    assert len(works[0].texts_short_description) == 1
    lasting = ConsonanceSettings(
        present=settings.present, text_variants=settings.text_variants, absent=frozenset(report.absent)
    )
    assert ids(await settled(opened(desk, mode, lasting).works.list())) == [1, 2, 3, 4, 5]


async def test_an_account_may_keep_its_schema_to_itself(mode: str) -> None:
    with pytest.raises(RequestRefused):
        await settled(opened(stocked(introspection=False), mode).check())


# ── refusals ─────────────────────────────────────────────────────────────
@pytest.mark.parametrize("status", [401, 403])
@pytest.mark.parametrize("as_json", [True, False])
async def test_a_wrong_key_is_an_auth_error_and_is_asked_once(status: int, as_json: bool) -> None:
    desk = stocked(auth_failure_status=status, auth_failure_json=as_json)
    wrong = "wrong0key0wrong0key0wrong0key0wr"
    with pytest.raises(AuthError) as caught:
        list(desk.client(api_key=wrong).works.list())
    assert wrong not in str(caught.value)
    assert desk.count() == 1


@pytest.mark.parametrize("status", [200, 400])
async def test_a_query_that_does_not_fit_is_refused_whatever_the_status(mode: str, status: int) -> None:
    desk = stocked(invalid_query_status=status)
    with pytest.raises(RequestRefused, match="nonsense"):
        await settled(opened(desk, mode).request("{works{nonsense}}"))


@pytest.mark.parametrize("told", [True, False])
async def test_a_limit_is_waited_for_with_and_without_being_told_how_long(mode: str, told: bool) -> None:
    desk = stocked(page_cap=1, requests_per_minute=2, send_retry_after=told)
    assert ids(await settled(opened(desk, mode).works.list())) == [1, 2, 3, 4, 5]
    statuses = [line.status for line in desk.world.log]
    assert statuses.count(200) == 6
    assert statuses.count(429) >= 2
    if told:
        assert statuses.count(429) == 2


async def test_patience_has_an_end() -> None:
    desk = stocked(requests_per_minute=1, send_retry_after=False)
    client = desk.client(retry=RetryPolicy(attempts=2, first_wait_s=0.1))
    client.works.get(1)
    with pytest.raises(RateLimited):
        client.works.get(2)


@pytest.mark.parametrize("kind", ["cut_before", "cut_after", "timeout_after", "status"])
async def test_a_fault_on_the_way_is_read_over(mode: str, kind: str) -> None:
    desk = stocked(faults=(Fault(kind=kind, skip=1, times=2),), page_cap=2)
    assert ids(await settled(opened(desk, mode).works.list())) == [1, 2, 3, 4, 5]


async def test_partial_answers_of_a_list_are_never_taken_for_whole(desk: Desk, mode: str) -> None:
    desk.sandbox.configure(broken_fields=("Product.isbn",))
    with pytest.raises(ServerFault, match="could not answer all of it"):
        await settled(opened(desk, mode).works.list())


def test_what_happens_is_told_to_subscribers() -> None:
    seen: list[Any] = []
    desk = stocked(requests_per_minute=1)
    client = desk.client(around={"subscribers": (seen.append,)})
    assert len(list(client.works.list())) == 5
    sent = [event for event in seen if isinstance(event, RequestSent)]
    assert [event.status for event in sent] == [200, 429, 200]
    assert {event.operation for event in sent} == {"consonance.works.list"}
    assert next(event.reason for event in seen if isinstance(event, Waited)) == "rate limited"


def modes() -> Iterator[str]:
    yield from ("sync", "async")


async def test_both_modes_send_the_same(desk: Desk) -> None:
    sent: list[list[Any]] = []
    for each in modes():
        fresh = stocked(page_cap=2)
        client = opened(fresh, each)
        await settled(client.works.list(search=WorkSearch(imprint_ids=(1,))))
        await settled(client.works.get(4))
        await settled(client.products.list())
        sent.append(fresh.asked())
    assert sent[0] == sent[1]


async def test_a_client_lets_go_of_its_transport_once(mode: str) -> None:
    desk = stocked()
    if mode == "sync":
        with desk.client() as client:
            assert client.works.get(1) is not None
    else:
        async with desk.async_client() as asynchronous:
            assert await asynchronous.works.get(1) is not None

"""The reader: complete reads, reads of changes, single titles, and works that cannot be read whole."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from commerce_bridge.domain.exchange import Observed, Ref
from commerce_bridge.domain.title import Title
from commerce_bridge.errors import DecodeError, RequestRefused, ServerFault
from commerce_bridge.flow.clock import EPOCH
from commerce_bridge.flow.messages import Response
from commerce_bridge.platforms.consonance import ConsonanceReader, ConsonanceSettings, ReaderSettings
from commerce_bridge.platforms.consonance.reader import ReadCursor
from commerce_bridge.ports.reader import Reader
from commerce_bridge.sandbox.catalogue import simple_title
from commerce_bridge.testing.play import play
from rigs.consonance_client import Desk, answer, product_ref, raw_client, work_ref

DAY = timedelta(days=1)
NAMES = ("The Slow Canal", "A Field of Larks", "Ninepins", "The Glass Ferry", "Undertow")


def stocked(count: int = 5, **switches: Any) -> Desk:
    desk = Desk(**switches)
    desk.load(*(simple_title(NAMES[place % 5], forms=("BB", "DG"), number=place) for place in range(count)))
    return desk


def ids(items: tuple[Observed[Title], ...]) -> list[str]:
    return [item.ref.id for item in items]


def changed(desk: Desk, cursor: str | None, settings: ReaderSettings | None = None) -> list[str]:
    return [one for page in desk.pages(desk.reader(settings), cursor) for one in ids(page.items)]


def resume(desk: Desk, settings: ReaderSettings | None = None, cursor: str | None = None) -> str:
    *_, last = desk.pages(desk.reader(settings), cursor)
    assert last.next is None
    assert last.resume is not None
    return last.resume


def test_it_is_a_reader_of_titles() -> None:
    reader: Reader[Title] = stocked().reader()
    assert reader is not None


# ── complete reads ───────────────────────────────────────────────────────
def test_a_complete_read_finds_every_title_once() -> None:
    desk = stocked(page_cap=2)
    pages = list(desk.pages(desk.reader()))
    assert [ids(page.items) for page in pages] == [["1", "2"], ["3", "4"], ["5"], []]
    assert [page.resume is not None for page in pages] == [False, False, False, True]


def test_a_title_is_seen_when_it_was_read_with_its_sources() -> None:
    (found,) = stocked(1).read()
    assert found.ref == found.value.ref == Ref("consonance", "work", "1")
    assert found.seen_at == EPOCH
    assert found.sources["name"] == "Work.title"
    assert found.problems == ()
    assert len(found.version) == 32


def test_a_read_goes_on_from_any_page_in_a_new_process() -> None:
    desk = stocked(page_cap=2)
    first = next(iter(desk.pages(desk.reader())))
    assert json.loads(first.next or "") == {"began": EPOCH.isoformat(), "after": 2}
    assert changed(desk, first.next) == ["3", "4", "5"]


def test_an_empty_account_is_one_page() -> None:
    (page,) = Desk().pages(Desk().reader())
    assert (page.items, page.next) == ((), None)


def test_a_known_page_size_saves_the_last_request() -> None:
    desk = stocked(page_cap=3)
    assert len(desk.read(client=ConsonanceSettings(page_size=3))) == 5
    assert desk.count() == 2


@pytest.mark.anyio
async def test_both_modes_read_the_same() -> None:
    desk = Desk(seed="demo", page_cap=20)
    client = desk.async_client()
    reader = ConsonanceReader(client)
    items: list[Observed[Title]] = []
    cursor: str | None = None
    while True:
        page = await client.mode.driver.run(reader.changes(cursor))
        items += page.items
        if page.next is None:
            break
        cursor = page.next
    assert tuple(items) == desk.read()


# ── changes ──────────────────────────────────────────────────────────────
def test_the_next_read_begins_the_day_before_this_one_began() -> None:
    assert json.loads(resume(stocked())) == {"since": (EPOCH.date() - DAY).isoformat()}


def test_a_read_of_changes_finds_what_changed_and_not_the_rest() -> None:
    desk = stocked()
    cursor = resume(desk)
    desk.clock.sleep(10 * 86_400)
    cursor = resume(desk, cursor=cursor)
    assert changed(desk, cursor) == []
    desk.sandbox.edit("price", 3, at=desk.clock.now(), amount=Decimal("8.99"))
    assert changed(desk, cursor) == ["2"]


def test_what_changes_while_a_read_runs_is_found_by_the_next_one() -> None:
    desk = stocked(page_cap=1)
    reader = desk.reader()
    page = desk.run(reader.changes(None))
    desk.clock.sleep(3 * 86_400)
    desk.sandbox.edit("work", 1, at=desk.clock.now(), title="The Slower Canal")
    while page.next is not None:
        page = desk.run(reader.changes(page.next))
    assert "1" in changed(desk, page.resume)


def test_the_search_for_changes_stays_on_every_page() -> None:
    desk = stocked(page_cap=2)
    cursor = resume(desk)
    before = desk.count()
    assert changed(desk, cursor) == ["1", "2", "3", "4", "5"]
    asked = [one["variables"]["workSearch"] for one in desk.asked()[before:]]
    since = (EPOCH.date() - DAY).isoformat()
    assert asked == [
        {"changedSince": since},
        {"changedSince": since, "after": 2},
        {"changedSince": since, "after": 4},
        {"changedSince": since, "after": 5},
    ]


def test_a_deleted_title_is_missed_by_a_complete_read_only() -> None:
    desk = stocked()
    cursor = resume(desk)
    desk.sandbox.remove("work", 3, at=desk.clock.now())
    assert changed(desk, cursor) == ["1", "2", "4", "5"]
    assert changed(desk, None) == ["1", "2", "4", "5"]
    assert desk.run(desk.reader().fetch([work_ref(3)])) == ()


ZONES = ("UTC", "Europe/London", "Pacific/Kiritimati", "Etc/GMT+12", "America/Toronto")


@settings(max_examples=40)
@given(
    theirs=st.sampled_from(ZONES),
    ours=st.sampled_from(ZONES),
    began_minutes=st.integers(0, 24 * 60 - 1),
    later_minutes=st.integers(0, 3 * 24 * 60),
)
def test_no_change_after_a_read_began_is_lost_whatever_the_zones(
    theirs: str, ours: str, began_minutes: int, later_minutes: int
) -> None:
    desk = Desk(changed_since_timezone=theirs)
    desk.load(simple_title(number=1), at=EPOCH - 30 * DAY)
    desk.clock.sleep(began_minutes * 60)
    zones = ReaderSettings(zone=ours, overlap_days=2 if ours != "UTC" else 1)
    cursor = resume(desk, zones)
    desk.clock.sleep(later_minutes * 60)
    desk.sandbox.edit("work", 1, at=desk.clock.now(), title="Changed")
    assert changed(desk, cursor, zones) == ["1"]


def test_without_overlap_the_zone_must_be_the_services() -> None:
    reader = Desk().reader(ReaderSettings(zone="America/Toronto", overlap_days=0))
    night = datetime(2026, 11, 3, 2, 0, tzinfo=UTC)
    assert json.loads(reader.resume(night)) == {"since": "2026-11-02"}
    assert json.loads(Desk().reader().resume(night)) == {"since": "2026-11-02"}
    assert json.loads(Desk().reader(ReaderSettings(overlap_days=0)).resume(night)) == {"since": "2026-11-03"}


def test_a_repeat_has_the_same_version_and_a_change_another() -> None:
    desk = stocked(1)
    first = desk.title(1)
    assert desk.title(1) == first
    desk.sandbox.edit("marketing_text", 1, at=EPOCH, external_html="<p>New words.</p>")
    second = desk.title(1)
    assert second.version != first.version
    assert second.value != first.value


def test_other_settings_give_other_versions_although_nothing_changed() -> None:
    desk = stocked(1)
    usual, other = desk.reader(), desk.reader(ReaderSettings(publisher="Heron & Sons"))
    assert desk.title(1, other.settings).version != desk.title(1).version
    assert usual.fingerprint != other.fingerprint
    assert desk.title(1, ReaderSettings(overlap_days=3, unreadable="note")) == desk.title(1)
    fewer = desk.reader(client=ConsonanceSettings(absent={"Work.themas"}))
    assert fewer.fingerprint != usual.fingerprint
    assert desk.reader().fingerprint == usual.fingerprint


SAME = """
from commerce_bridge.domain.territory import territory
from commerce_bridge.platforms.consonance import Consonance, ConsonanceReader, ConsonanceSettings, ReaderSettings
settings = ReaderSettings(
    price_territories={"USD": territory("US", "PH", "CA"), "GBP": territory("GB", "IE")},
    approved=frozenset({"approved", "final", "signed off"}),
)
client = Consonance(api_key="k", settings=ConsonanceSettings(absent={"Work.themas", "Work.prizes", "Work.bics"}))
print(ConsonanceReader(client, settings).fingerprint)
"""


def test_a_fingerprint_is_the_same_in_every_process() -> None:
    said = {
        subprocess.run(
            [sys.executable, "-c", SAME],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2", "3")
    }
    assert len(said) == 1


def test_a_zone_that_is_none_is_refused_at_once() -> None:
    with pytest.raises(ValueError, match="Europe/Londn"):
        ReaderSettings(zone="Europe/Londn")


@pytest.mark.parametrize(("reach", "found"), [("all", ["1"]), ("named", [])])
def test_whether_a_new_text_counts_as_a_change_is_the_services_business(reach: str, found: list[str]) -> None:
    desk = stocked(2, changed_since_reach=reach)
    cursor = resume(desk)
    desk.clock.sleep(10 * 86_400)
    cursor = resume(desk, cursor=cursor)
    before = desk.title(1).version
    desk.sandbox.edit("marketing_text", 1, at=desk.clock.now(), external_html="<p>New words.</p>")
    assert changed(desk, cursor) == found
    assert {item.ref.id: item.version for item in desk.read()}["1"] != before


@given(
    since=st.none() | st.dates(),
    began=st.none() | st.datetimes(timezones=st.just(UTC)),
    after=st.integers(0, 10**9),
)
def test_a_cursor_survives_its_text(since: date | None, began: datetime | None, after: int) -> None:
    cursor = ReadCursor(since=since, began=began, after=after)
    assert ReadCursor.parse(cursor.text()) == cursor


@pytest.mark.parametrize("text", ["", "x", "[]", "null", '{"since": "yesterday"}', '{"after": "x"}'])
def test_a_foreign_cursor_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="cursor"):
        ReadCursor.parse(text)


# ── single titles ────────────────────────────────────────────────────────
def test_titles_are_fetched_by_work_and_by_product() -> None:
    desk = stocked()
    found = desk.run(
        desk.reader().fetch(
            [product_ref(4), work_ref(5), product_ref(3), work_ref(2), work_ref(99), product_ref(99)]
        )
    )
    assert sorted(ids(found)) == ["2", "5"]


def test_a_fetched_title_is_the_one_that_was_read() -> None:
    desk = Desk(seed="demo")
    read = desk.read()
    fetched = desk.run(desk.reader().fetch([item.ref for item in read]))
    assert fetched == read


def test_titles_are_fetched_in_batches() -> None:
    desk = stocked(5)
    client = ConsonanceSettings(fetch_batch=2)
    found = desk.run(desk.reader(client=client).fetch([work_ref(number) for number in (1, 2, 3, 4, 5, 5)]))
    assert ids(found) == ["1", "2", "3", "4", "5"]
    assert desk.count() == 3


def test_nothing_is_fetched_for_nothing() -> None:
    desk = stocked(1)
    assert desk.run(desk.reader().fetch([])) == ()
    assert desk.count() == 0


@pytest.mark.parametrize("ref", [Ref("bigcommerce", "product", "1"), Ref("consonance", "price", "1")])
def test_a_reference_of_another_kind_is_refused(ref: Ref) -> None:
    desk = stocked(1)
    with pytest.raises(ValueError, match="consonance:work:12"):
        desk.run(desk.reader().fetch([ref]))


# ── works that cannot be read whole ──────────────────────────────────────
NOTE = ReaderSettings(unreadable="note")


def broken(**columns: Any) -> Desk:
    """An account in which the second work has a price that cannot be answered."""
    desk = stocked(page_cap=3)
    desk.sandbox.configure(broken_fields=("InHouseFormat.name",))
    house = desk.sandbox.add("in_house_format", at=EPOCH, name="Special")
    desk.sandbox.edit("product", 3, at=EPOCH, in_house_format_id=house)
    return desk


def test_one_damaged_work_stops_the_read_and_is_named() -> None:
    desk = broken()
    with pytest.raises(ServerFault, match=r"work 2 at \$\.products\[0\]\.inHouseFormat"):
        desk.read()


def test_one_damaged_work_may_be_noted_and_the_others_are_read() -> None:
    desk = broken()
    found = {item.ref.id: item for item in desk.read(NOTE)}
    assert sorted(found) == ["1", "2", "3", "4", "5"]
    assert found["2"].value.formats == ()
    assert "$.products[0].inHouseFormat" in found["2"].problems[0]
    assert all(found[one].problems == () for one in "1345")
    whole = {item.ref.id: item for item in stocked().read()}
    assert all(found[one] == whole[one] for one in "1345")


def test_a_damaged_work_never_looks_unchanged() -> None:
    desk = broken()
    first = {item.ref.id: item.version for item in desk.read(NOTE)}
    desk.clock.sleep(60)
    second = {item.ref.id: item.version for item in desk.read(NOTE)}
    assert first.pop("2") != second.pop("2")
    assert first == second


def test_a_damaged_work_is_told_when_it_is_fetched() -> None:
    desk = broken()
    refs = [work_ref(1), work_ref(2)]
    with pytest.raises(ServerFault, match="work 2"):
        desk.run(desk.reader().fetch(refs))
    assert ids(desk.run(desk.reader(NOTE).fetch(refs))) == ["1", "2"]
    with pytest.raises(ServerFault, match="product 3"):
        desk.run(desk.reader(NOTE).fetch([product_ref(1), product_ref(3)]))


def test_works_of_products_are_asked_for_one_by_one_when_one_of_them_fails() -> None:
    desk = stocked(3)
    for price in (1, 2):
        desk.sandbox.remove("price", price, at=EPOCH)
    desk.sandbox.configure(broken_fields=("Price.amount",))
    with pytest.raises(
        ServerFault, match=r"1 product\(s\) cannot be read whole: product 3 at \$\[0\]\.products"
    ):
        desk.run(desk.reader().fetch([product_ref(1), product_ref(3)]))
    assert desk.count() == 3
    assert ids(desk.run(desk.reader().fetch([product_ref(1), product_ref(2)]))) == ["1"]


def test_a_fault_without_a_place_is_blamed_on_nobody() -> None:
    flow = ConsonanceReader(raw_client()).fetch([work_ref(1), work_ref(2)])
    error = play(flow, [answer({"w1": row(1), "w2": None}, errors=[{"message": "boom"}])]).error
    assert isinstance(error, ServerFault)
    assert "work 2" not in str(error)


def test_a_server_that_is_down_is_not_asked_work_by_work() -> None:
    down = Response(status=500, body=b"down")
    trace = play(ConsonanceReader(raw_client()).changes(None), [down] * 8)
    assert isinstance(trace.error, ServerFault)
    assert {request.body for request in trace.sent} == {trace.sent[0].body}


def reading(*script: Response, settings: ReaderSettings | None = None) -> Any:
    return play(ConsonanceReader(raw_client(), settings).changes(None), script)


def row(number: int, **changes: Any) -> dict[str, Any]:
    return {"id": number, "title": f"Title {number}", **changes}


def test_a_work_of_another_shape_is_told_from_its_neighbours() -> None:
    odd = row(2, projectStage={"name": "Published"})
    trace = reading(
        answer({"works": [row(1), odd, row(3)]}),
        answer({"works": [{"id": 1}, {"id": 2}, {"id": 3}]}),
        answer({"w1": row(1), "w2": odd, "w3": row(3)}),
        settings=NOTE,
    )
    assert ids(trace.result.items) == ["1", "3", "2"]
    assert "$.projectStage" in trace.result.items[2].problems[0]
    assert json.loads(trace.result.next)["after"] == 3


def test_a_work_that_vanished_between_two_requests_is_simply_gone() -> None:
    trace = reading(
        answer({"works": [row(1, title=7), row(2)]}),
        answer({"works": [{"id": 1}, {"id": 2}]}),
        answer({"w1": None, "w2": row(2)}),
    )
    assert ids(trace.result.items) == ["2"]


def test_a_work_the_service_leaves_out_of_its_answer_is_not_taken_for_gone() -> None:
    trace = reading(
        answer({"works": [row(1, title=7), row(2)]}),
        answer({"works": [{"id": 1}, {"id": 2}]}),
        answer({"w2": row(2)}),
    )
    assert "work 1 at $: the service answered nothing" in str(trace.error)


def test_a_fault_of_the_whole_service_is_no_damaged_work() -> None:
    trace = reading(
        answer({"works": None}, errors=[{"message": "down"}]), answer(None, errors=[{"message": "down"}])
    )
    assert isinstance(trace.error, RequestRefused | ServerFault)
    assert len(trace.sent) == 2


def test_a_page_that_does_not_advance_ends_a_read_with_an_error() -> None:
    flow = ConsonanceReader(raw_client()).changes('{"after": 9, "began": "2026-11-02T09:00:00+00:00"}')
    error = play(flow, [answer({"works": [row(4), row(9)]})]).error
    assert isinstance(error, DecodeError)
    assert "would never end" in error.message

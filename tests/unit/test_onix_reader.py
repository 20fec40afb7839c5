"""ONIX behind the reader port."""

from __future__ import annotations

import gc
import os
import subprocess
import sys
import warnings
from collections.abc import Sequence
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any, TypeVar

import pytest

from commerce_bridge.domain.exchange import Observed, Page, Ref
from commerce_bridge.domain.title import Title
from commerce_bridge.errors import InvalidDocument
from commerce_bridge.flow.async_driver import AsyncDriver
from commerce_bridge.flow.clock import EPOCH
from commerce_bridge.flow.effects import Flow
from commerce_bridge.flow.play import ManualClock
from commerce_bridge.flow.sync_driver import SyncDriver
from commerce_bridge.flow.wiring import Wiring
from commerce_bridge.platforms.onix import OnixReader, OnixSettings
from commerce_bridge.ports.reader import Reader
from rigs.onix_messages import HEADER, Pipe, message, price, product, supply, title, work

T = TypeVar("T")
SENT = datetime(2026, 1, 2, 3, 4, tzinfo=UTC)


def run(flow: Flow[T]) -> T:
    return SyncDriver(Wiring(clock=ManualClock())).run(flow)


def pages(reader: OnixReader) -> list[Page[Observed[Title]]]:
    found = [run(reader.changes(None))]
    while found[-1].next is not None:
        found.append(run(reader.changes(found[-1].next)))
    return found


def catalogue(count: int = 5, **changes: str) -> list[str]:
    """Families of two formats, the second half in the opposite order; `changes` names titles by number."""
    order = [*range(count), *reversed(range(count))]
    return [
        product(
            f"{place // count}.{number}",
            related=work(f"w{number}"),
            titles=title(changes.get(f"t{number}", f"Title {number}")),
        )
        for place, number in enumerate(order)
    ]


def reader_of(*products: str, header: str = HEADER, **options: Any) -> OnixReader:
    return OnixReader(BytesIO(message(*products, header=header)), **options)


def test_it_is_a_reader() -> None:
    reader: Reader[Title] = reader_of()
    assert reader is not None


def test_pages_of_families() -> None:
    with reader_of(*catalogue(), page_size=2) as reader:
        found = pages(reader)
    assert [[one.value.name for one in page.items] for page in found] == [
        ["Title 0", "Title 1"],
        ["Title 2", "Title 3"],
        ["Title 4"],
    ]
    assert all(len(one.value.formats) == 2 for page in found for one in page.items)


def test_an_observation() -> None:
    with reader_of(*catalogue(1)) as reader:
        (one,) = run(reader.changes(None)).items
    assert one.ref == one.value.ref == Ref("onix", "work", "w0")
    assert one.seen_at == SENT
    assert one.sources["format.prices"] == "ProductSupply/SupplyDetail/Price"
    assert one.problems == ()


def test_problems_are_told_in_words() -> None:
    with reader_of(product("a.1", supply=supply(price("3,080")))) as reader:
        (one,) = run(reader.changes(None)).items
    (problem,) = one.problems
    assert problem.startswith("error [price.amount] a.1 ProductSupply/SupplyDetail/Price/PriceAmount: ")
    assert one.concerns == {problem: one.value.formats[0].ref}


def test_no_message_is_one_empty_page() -> None:
    with reader_of("<NoProduct/>") as reader:
        assert run(reader.changes(None)) == Page(items=(), next=None)


def test_without_a_date_of_sending_it_was_seen_now() -> None:
    with reader_of(product(), header="") as reader:
        (one,) = run(reader.changes(None)).items
    assert one.seen_at == EPOCH


@pytest.mark.parametrize(
    ("zone", "wanted"),
    [("UTC", datetime(2026, 7, 1, tzinfo=UTC)), ("Europe/Paris", datetime(2026, 6, 30, 22, tzinfo=UTC))],
)
def test_a_date_of_sending_without_a_zone(zone: str, wanted: datetime) -> None:
    header = "<Header><SentDateTime>20260701</SentDateTime></Header>"
    with reader_of(product(), header=header, settings=OnixSettings(sender_zone=zone)) as reader:
        assert run(reader.changes(None)).items[0].seen_at == wanted


def test_both_modes_see_the_same() -> None:
    import anyio

    with reader_of(*catalogue()) as reader:
        wanted = run(reader.changes(None))
        driver = AsyncDriver(Wiring(clock=ManualClock()))
        assert anyio.run(driver.run, reader.changes(None)) == wanted


# --- versions -------------------------------------------------------------------------------------------------


def versions(products: Sequence[str], header: str = HEADER, **options: Any) -> dict[str, str]:
    with reader_of(*products, header=header, **options) as reader:
        return {one.ref.id: one.version for page in pages(reader) for one in page.items}


def test_only_the_changed_family_has_a_new_version() -> None:
    before, after = versions(catalogue()), versions(catalogue(t3="Another"))
    assert [name for name in before if before[name] != after[name]] == ["w3"]


def test_a_version_is_not_of_the_day_it_was_sent() -> None:
    later = HEADER.replace("20260102T0304Z", "20260909T0304Z")
    assert versions(catalogue()) == versions(catalogue(), header=later)


def test_a_version_is_of_the_defaults_and_settings_too() -> None:
    euros = HEADER.replace("</Header>", "<DefaultCurrencyCode>EUR</DefaultCurrencyCode></Header>")
    plain = versions(catalogue(1))
    assert versions(catalogue(1), header=euros) != plain
    assert versions(catalogue(1), settings=OnixSettings(unqualified="05")) != plain


def test_a_version_is_of_every_format() -> None:
    assert versions(catalogue(1)) != versions(catalogue(1)[:1])


def test_a_version_is_the_same_in_every_process(tmp_path: Path) -> None:
    file = tmp_path / "message.xml"
    file.write_bytes(message(*catalogue(2)))
    script = (
        "import sys; from commerce_bridge.platforms.onix import read_onix\n"
        "with read_onix(sys.argv[1]) as reading: print([one.version for one in reading.families()])"
    )
    told = {
        subprocess.run(
            [sys.executable, "-c", script, str(file)],
            env={**os.environ, "PYTHONHASHSEED": seed},
            check=True,
            capture_output=True,
        ).stdout
        for seed in ("1", "2", "3")
    }
    assert len(told) == 1


def test_comments_are_not_in_a_version() -> None:
    commented = [one.replace("<NotificationType>", "<!-- x --><NotificationType>") for one in catalogue(1)]
    assert versions(commented) == versions(catalogue(1))


# --- cursors --------------------------------------------------------------------------------------------------


def test_a_cursor_goes_on_in_another_process() -> None:
    with reader_of(*catalogue(), page_size=2) as first:
        cursor = run(first.changes(None)).next
    with reader_of(*catalogue(), page_size=2) as second:
        page = run(second.changes(cursor))
    assert [one.value.name for one in page.items] == ["Title 2", "Title 3"]


def test_a_cursor_of_another_file_begins_at_the_beginning() -> None:
    with reader_of(*catalogue(), page_size=2) as first:
        cursor = run(first.changes(None)).next
    with reader_of(*catalogue(t4="Another"), page_size=2) as second:
        page = run(second.changes(cursor))
    assert [one.value.name for one in page.items] == ["Title 0", "Title 1"]


@pytest.mark.parametrize("cursor", ["", "x", "12", ":", "::", "nonsense:3"])
def test_a_cursor_that_is_none_begins_at_the_beginning(cursor: str) -> None:
    with reader_of(*catalogue(3)) as reader:
        assert len(run(reader.changes(cursor)).items) == 3


# --- single titles ----------------------------------------------------------------------------------------------


def test_fetch_by_work_and_by_product() -> None:
    with reader_of(*catalogue()) as reader:
        refs = [Ref("onix", "work", "w3"), Ref("onix", "product", "1.1"), Ref("onix", "product", "0.3")]
        found = run(reader.fetch(refs))
    assert [one.value.name for one in found] == ["Title 3", "Title 1"]


def test_what_is_gone_is_left_out() -> None:
    strangers = [Ref("onix", "work", "no"), Ref("onix", "product", "no"), Ref("consonance", "work", "w1")]
    with reader_of(*catalogue()) as reader:
        assert run(reader.fetch(strangers)) == ()


def test_a_title_named_by_its_first_record_is_found_by_its_own_name() -> None:
    with reader_of(product("a.1"), product("b.2")) as reader:
        (one,) = run(reader.fetch([Ref("onix", "work", "b.2")]))
    assert one.ref == Ref("onix", "work", "b.2")


# --- sources ----------------------------------------------------------------------------------------------------


def test_a_file_that_changed_is_read_again_from_the_beginning(tmp_path: Path) -> None:
    file = tmp_path / "message.xml"
    file.write_bytes(message(*catalogue(2)))
    with OnixReader(file, page_size=1) as reader:
        first = run(reader.changes(None))
        file.write_bytes(message(*catalogue(2, t0="Changed")))
        os.utime(file, ns=(1, 1))
        second = run(reader.changes(first.next))
        assert [one.value.name for one in second.items] == ["Title 1"]
        (fetched,) = run(reader.fetch([first.items[0].ref]))
        assert fetched.value.name == "Changed"
        assert fetched.version != first.items[0].version
        assert [one.value.name for one in run(reader.changes(None)).items] == ["Changed"]


def test_a_stream_is_read_once_and_answers_for_as_long_as_the_reader_is_open() -> None:
    reader = OnixReader(Pipe(message(*catalogue(2))))
    assert pages(reader) == pages(reader)
    reader.close()
    with pytest.raises(InvalidDocument, match="read once"):
        run(reader.changes(None))
    reader.close()


def test_a_file_may_be_opened_again_after_closing(tmp_path: Path) -> None:
    file = tmp_path / "message.xml"
    file.write_bytes(message(*catalogue(1)))
    reader = OnixReader(str(file))
    wanted = run(reader.changes(None))
    reader.close()
    assert run(reader.changes(None)) == wanted
    reader.close()


def test_the_reading_behind_it_tells_of_deletions() -> None:
    gone = "<Product><RecordReference>g.1</RecordReference><NotificationType>05</NotificationType></Product>"
    with reader_of(*catalogue(1), gone) as reader:
        assert [one.reference for one in reader.reading.deletions()] == ["g.1"]


def test_a_page_holds_something() -> None:
    with pytest.raises(ValueError, match="at least 1"):
        reader_of(page_size=0)


def test_a_reader_that_nobody_closes_warns_nobody() -> None:
    reader = reader_of(*catalogue(2))
    run(reader.changes(None))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        del reader
        gc.collect()

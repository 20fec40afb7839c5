"""Sinks: signed calls without personal data, an outbox that loses nothing, and runs that no sink can break."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import anyio
import pytest
from attrs import evolve, field, frozen
from hypothesis import given
from hypothesis import strategies as st

from commerce_bridge.errors import BridgeError, ConnectionLost, RequestRefused, ServerFault, TimedOut
from commerce_bridge.flow import primitives as flow
from commerce_bridge.flow.effects import Commit, Flow, Send
from commerce_bridge.flow.events import Undelivered
from commerce_bridge.flow.messages import Request, Response
from commerce_bridge.flow.operation import Raw
from commerce_bridge.flow.play import ManualClock, PlayDriver, Reply
from commerce_bridge.flow.state import ByPrefix
from commerce_bridge.flow.wiring import SeededChance, Wiring
from commerce_bridge.http.webhooks import Reason, Refused, Signed, standard_signature
from commerce_bridge.observe.sinks import WebhookSink
from commerce_bridge.ports.work import Evidence, Notice, NoticeKind, Sink, WorkItem
from commerce_bridge.stores import MemoryState
from commerce_bridge.sync.asking.causes import problem
from commerce_bridge.sync.asking.outbox import BATCH, forget
from commerce_bridge.sync.asking.queue import async_work_queue_of, deliver_of, hosts_of, work_queue_of
from commerce_bridge.sync.asking.work import Parties, close, meet
from commerce_bridge.sync.bridge import Bridge
from commerce_bridge.testing.crash import crash_sweep
from commerce_bridge.testing.play import Line, play
from rigs.tiny_shop import Thing
from rigs.tiny_stage import TinyStage

NOON = datetime(2026, 11, 18, 12, tzinfo=UTC)
URL = "https://desk.example.org/hooks/t0ken"
SINK = WebhookSink(URL, secret="s3cret")
OK, DOWN, GONE = Response(status=204), Response(status=503), Response(status=410)
PARTIES = Parties(scope="tiny", pair="src -> shop", source="src", target="shop", sinks=("desk",))


def item(**changes: Any) -> WorkItem:
    usual: dict[str, Any] = {
        "pair": "src -> shop",
        "scope": "tiny",
        "record": "r-1",
        "label": "Ada Lovelace",
        "reason": "no-price:thing.price",
        "owner": "src",
        "detail": "Ada Lovelace, ada@example.org, has no price.",
        "suggestion": "Ask Ada.",
        "path": "thing.price",
        "evidence": Evidence(plan="p-1", error="RejectedRecord", status=422, request_id="q", excerpt="Ada"),
        "first_seen": NOON,
        "last_seen": NOON + timedelta(hours=1),
        "attempts": 2,
    }
    return WorkItem(**{**usual, **changes})


def notice(number: int = 1, **changes: Any) -> Notice:
    usual: dict[str, Any] = {"id": f"n{number}", "kind": NoticeKind.OPENED, "at": NOON, "item": item()}
    return Notice(**{**usual, **changes})


RESOLVED = notice(2, kind=NoticeKind.RESOLVED, by="Ada Lovelace", note="Called ada@example.org.")


# The call


def test_a_call_says_what_is_open_and_nothing_personal():
    (request,) = play(SINK.tell((notice(), RESOLVED)), [OK]).sent
    assert (request.method, request.path) == ("POST", URL)
    assert request.header("Content-Type") == "application/json"
    told = json.loads(request.body)
    assert told["type"] == "work_items"
    first, second = told["notices"]
    assert first == {
        "id": "n1",
        "kind": "opened",
        "at": "2026-11-18T12:00:00+00:00",
        "pair": "src -> shop",
        "scope": "tiny",
        "record": "r-1",
        "reason": "no-price:thing.price",
        "owner": "src",
        "path": "thing.price",
        "part": "",
        "first_seen": "2026-11-18T12:00:00+00:00",
        "last_seen": "2026-11-18T13:00:00+00:00",
        "attempts": 2,
        "plan": "p-1",
        "error": "RejectedRecord",
        "status": 422,
        "request_id": "q",
        "by_hand": False,
    }
    assert (second["kind"], second["by_hand"]) == ("resolved", True)
    assert b"Ada" not in request.body
    assert b"ada@" not in request.body


def test_labels_are_told_where_somebody_says_so():
    sink = WebhookSink(URL, secret="s3cret", labels=True)
    (told,) = json.loads(sink.body((notice(),)))["notices"]
    assert told["label"] == "Ada Lovelace"


@pytest.mark.parametrize(
    ("secret", "key"), [("s3cret", b"s3cret"), (b"\x00\x01", b"\x00\x01"), ("whsec_AAE=", b"\x00\x01")]
)
def test_a_receiver_can_check_the_signature(secret: Any, key: bytes):
    (request,) = play(WebhookSink(URL, secret=secret).tell((notice(),)), [OK], start=NOON).sent
    signed = standard_signature(request.headers, request.body, NOON, [key])
    assert isinstance(signed, Signed)
    assert (signed.delivery, signed.sent_at) == (request.header("webhook-id"), NOON)
    for body, keys in ((request.body + b" ", [key]), (request.body, [b"another"])):
        refused = standard_signature(request.headers, body, NOON, keys)
        assert isinstance(refused, Refused)
        assert refused.reason is Reason.WRONG_PROOF


def test_a_call_that_is_tried_again_has_the_same_id_and_a_new_time():
    trace = play(SINK.tell((notice(),)), [DOWN, TimedOut("late"), OK], start=NOON)
    assert trace.error is None
    ids = {request.header("webhook-id") for request in trace.sent}
    stamps = [int(request.header("webhook-timestamp") or 0) for request in trace.sent]
    assert len(ids) == 1
    assert stamps == sorted(stamps)
    first_s, second_s = trace.slept
    assert 0.5 <= first_s <= 1.0
    assert 1.0 <= second_s <= 2.0
    other = play(SINK.tell((notice(9),)), [OK], start=NOON).sent[0]
    assert other.header("webhook-id") not in ids


@pytest.mark.parametrize(
    ("lines", "kind", "sent"),
    [
        ([DOWN] * 3, ServerFault, 3),
        ([Response(status=429)] * 3, ServerFault, 3),
        ([TimedOut("late")] * 3, TimedOut, 3),
        ([ConnectionLost("cut", sent=False)] * 3, ConnectionLost, 3),
        ([GONE], RequestRefused, 1),
        ([DOWN, Response(status=401)], RequestRefused, 2),
        ([Response(status=301)], RequestRefused, 1),
    ],
)
def test_it_tries_a_few_times_and_gives_up(lines: list[Line], kind: type[BridgeError], sent: int):
    trace = play(SINK.tell((notice(),)), lines)
    assert type(trace.error) is kind
    assert len(trace.sent) == sent
    assert trace.unused == ()
    assert "t0ken" not in f"{trace.error} {trace.error!r}"


def test_no_run_waits_for_it_for_long():
    timeouts = [
        one.effect.timeout_s for one in play(SINK.tell((notice(),)), [DOWN] * 3).played
        if isinstance(one.effect, Send)
    ]  # fmt: skip
    assert timeouts == [10.0, 10.0, 10.0]


def test_neither_the_address_nor_the_secret_is_shown():
    assert repr(SINK) == (
        "WebhookSink(name='desk.example.org', labels=False, timeout_s=10.0, attempts=3, first_wait_s=1.0)"
    )


@pytest.mark.parametrize(
    ("url", "settings", "words"),
    [
        ("http://desk.example.org/x", {}, "absolute https"),
        ("desk.example.org/x", {}, "absolute https"),
        ("https:///x", {}, "absolute https"),
        ("ftp://localhost/x", {}, "absolute https"),
        ("https://ada:pw@desk.example.org/x", {}, "no user"),
        ("https://desk.example.org/x#top", {}, "no user"),
        (URL, {"secret": ""}, "must not be empty"),
        (URL, {"secret": b""}, "must not be empty"),
        (URL, {"secret": "whsec_"}, "must not be empty"),
        (URL, {"secret": "whsec_%%%"}, "no base64"),
        (URL, {"name": "a/b"}, "no slash"),
        (URL, {"attempts": 0}, "1 or more"),
    ],
)
def test_a_sink_that_cannot_work_is_refused(url: str, settings: dict[str, Any], words: str):
    with pytest.raises(ValueError, match=words) as caught:
        WebhookSink(url, **{"secret": "s3cret", **settings})
    assert "pw" not in str(caught.value)


def test_plain_http_is_for_this_very_machine():
    assert WebhookSink("http://localhost:8000/x", secret="s").hosts == {
        "sink:localhost": "http://localhost:8000"
    }


def test_sinks_of_one_bridge_need_names_of_their_own():
    other = WebhookSink("https://desk.example.org/other", secret="s")
    with pytest.raises(ValueError, match="a name of its own"):
        hosts_of((SINK, other))
    assert hosts_of((SINK, evolve(other, name="other"))) == {
        "sink:desk.example.org": "https://desk.example.org",
        "sink:other": "https://desk.example.org",
    }


# The outbox


@frozen
class Heard:
    """A sink that remembers what it was told, in this process."""

    name: str = "desk"
    told: list[tuple[str, str]] = field(factory=list)
    batches: list[int] = field(factory=list)
    error: Exception | None = None

    @property
    def hosts(self) -> Mapping[str, str]:
        return {}

    def tell(self, notices: tuple[Notice, ...]) -> Flow[None]:
        yield from flow.now()
        if self.error is not None:
            raise self.error
        self.batches.append(len(notices))
        self.told.extend((one.kind.value, one.item.record) for one in notices)


class Desk:
    """A state with an outbox."""

    def __init__(self) -> None:
        self.state = MemoryState()
        self.events: list[Any] = []
        self.clock = ManualClock(NOON)

    def run(self, work: Flow[Any], **transports: Any) -> Any:
        wiring = Wiring(
            state=self.state,
            transports={f"sink:{name}": one for name, one in transports.items()},
            clock=self.clock,
            chance=SeededChance(1),
            subscribers=(self.events.append,),
        )
        return PlayDriver(wiring).run(work)

    def open(self, *records: str, parties: Parties = PARTIES) -> None:
        causes = [problem(one, one, "no-price", "d", "p") for one in records]
        self.state.commit(self.run(meet(parties, causes, self.clock.now())).ops)
        self.clock.sleep(1)

    def close(self, *records: str) -> None:
        keys = [f"{one}/no-price" for one in records]
        self.state.commit(self.run(close(PARTIES, keys, self.clock.now())).ops)
        self.clock.sleep(1)

    def deliver(self, *sinks: Sink, **transports: Any) -> int:
        taken: int = self.run(deliver_of(PARTIES, sinks), **transports)
        return taken

    def waiting(self) -> list[str]:
        return [row.at.key for row in self.state.load(ByPrefix(table="outbox", scope="tiny"))]


def test_what_opens_and_closes_is_told_in_order_and_once():
    desk, sink = Desk(), Heard()
    desk.open("a", "b")
    desk.close("a")
    desk.open("b")  # again: no news
    assert len(desk.waiting()) == 3
    assert desk.deliver(sink) == 3
    assert sorted(sink.told[:2]) == [("opened", "a"), ("opened", "b")]
    assert sink.told[2] == ("resolved", "a")
    assert desk.waiting() == []
    assert desk.deliver(sink) == 0
    assert len(sink.batches) == 1


def test_an_item_that_opens_a_second_time_is_news_with_another_id():
    desk = Desk()
    desk.open("a")
    desk.close("a")
    desk.open("a")
    ids = {key.rpartition("/")[2] for key in desk.waiting()}
    assert len(ids) == 3


def test_without_sinks_nothing_is_kept():
    desk = Desk()
    desk.open("a", parties=evolve(PARTIES, sinks=()))
    desk.state.commit(desk.run(close(evolve(PARTIES, sinks=()), ["a/no-price"], NOON)).ops)
    assert desk.waiting() == []


def test_each_sink_has_its_own_and_a_name_that_begins_alike_is_another():
    desk, one, two = Desk(), Heard("desk"), Heard("desk2")
    desk.open("a", parties=evolve(PARTIES, sinks=("desk", "desk2")))
    assert desk.deliver(one) == 1
    assert [key.partition("/")[0] for key in desk.waiting()] == ["desk2"]
    assert desk.deliver(one, two) == 1
    assert one.told == two.told == [("opened", "a")]


def test_many_notices_go_in_batches():
    desk, sink = Desk(), Heard()
    desk.open(*(f"r{number:03}" for number in range(2 * BATCH + 5)))
    assert desk.deliver(sink) == 2 * BATCH + 5
    assert sink.batches == [BATCH, BATCH, 5]


@pytest.mark.parametrize("error", [TimedOut("late"), ZeroDivisionError("a defect of somebody's sink")])
def test_an_outage_breaks_nothing_and_is_told_once(error: Exception):
    desk, good = Desk(), Heard("good")
    both = evolve(PARTIES, sinks=("desk", "good"))
    for record in "abc":
        desk.open(record, parties=both)
        assert desk.deliver(Heard(error=error), good) == 1, "the other sink is told all the same"
    assert desk.events == [
        Undelivered(scope="tiny", sink="desk", error=type(error).__name__, at=NOON + timedelta(seconds=1))
    ]
    assert len(desk.waiting()) == 3
    sink = Heard()
    assert desk.deliver(sink, good) == 3
    assert sink.told == [("opened", record) for record in "abc"]
    desk.open("d")
    desk.deliver(Heard(error=error))
    assert len(desk.events) == 2, "a second outage is news"


def test_what_nobody_takes_can_be_forgotten():
    desk = Desk()
    desk.open("a")
    desk.open("b")
    assert desk.run(forget("tiny", NOON + timedelta(seconds=1))) == 1
    assert desk.run(forget("tiny", NOON)) == 0
    sink = Heard()
    desk.deliver(sink)
    assert sink.told == [("opened", "b")]


class Receiver:
    """A world that keeps calls by the id of each notice, as a receiver does."""

    def __init__(self, *lines: Line) -> None:
        self.lines = list(lines)
        self.calls = 0
        self.kept: dict[str, tuple[str, str]] = {}

    def answer(self, request: Request, now: datetime, timeout_s: float) -> Reply:
        self.calls += 1
        line = self.lines.pop(0) if self.lines else OK
        if isinstance(line, Response) and line.ok:
            for one in json.loads(request.body)["notices"]:
                self.kept[one["id"]] = (one["kind"], one["record"])
        return Reply(outcome=line)  # type: ignore[arg-type]


class Posted:
    """An outbox with news in it, and a receiver that fails at first: what a crash sweep needs."""

    def __init__(self) -> None:
        self.desk = Desk()
        self.receiver = Receiver(DOWN)
        self.sink = WebhookSink(URL, secret="s3cret", name="desk")
        self.desk.open("a", "b")
        self.desk.close("a")
        self.desk.open(*(f"r{number:03}" for number in range(BATCH)))

    def wiring(self) -> Wiring:
        return Wiring(transports={"sink:desk": self.receiver}, state=self.desk.state, chance=SeededChance(1))

    def deliver(self) -> Flow[int]:
        return deliver_of(PARTIES, (self.sink,))


def test_a_crash_at_any_effect_of_delivering_loses_nothing():
    report = crash_sweep(
        Posted,
        run=Posted.deliver,
        resume=Posted.deliver,
        snapshot=lambda posted: (posted.receiver.kept, posted.desk.waiting()),
    )
    report.check()
    assert report.effects["Commit"] == 2, "two batches"
    assert report.effects["Send"] == 3
    posted = Posted()
    posted.desk.run(posted.deliver(), desk=posted.receiver)
    assert len(posted.receiver.kept) == BATCH + 3
    assert posted.desk.waiting() == []


class Shop:
    """A whole bridge with a sink: every run of it is told."""

    def __init__(self) -> None:
        self.stage = TinyStage(Thing("a", "Ash", blocked="It has no roots: plant it."), Thing("b", "Birch"))
        self.stage.tiny.shop.refuse = {"b"}
        self.receiver = Receiver()
        self.sink = WebhookSink(URL, secret="s3cret", name="desk")
        self.chance = SeededChance(1)

    def wiring(self) -> Wiring:
        transports = {"shop": self.stage.tiny.shop, "sink:desk": self.receiver}
        return Wiring(
            transports=transports, state=self.stage.state, clock=self.stage.clock, chance=self.chance
        )

    def bridge(self) -> Bridge[Raw]:
        return Bridge(Raw(), evolve(self.stage.tiny.job, sinks=(self.sink,)))

    def sync(self) -> Flow[Any]:
        return self.bridge().sync()

    def waiting(self) -> int:
        return len(self.stage.state.load(ByPrefix(table="outbox", scope="tiny")))

    def snapshot(self) -> object:
        work = [row.at.key for row in self.stage.state.load(ByPrefix(table="work", scope="tiny"))]
        return sorted(self.receiver.kept.values()), work, self.waiting(), self.stage.tiny.shop.rows


def test_a_run_tells_its_sinks_of_what_it_opened_and_closed():
    shop = Shop()
    driver = PlayDriver(shop.wiring())
    receipt = driver.run(shop.sync())
    assert len(shop.receiver.kept) == 2
    assert receipt.calls == 1, "the sink's call is none of the vendor's"
    for one in driver.trace:  # whoever commits an item commits the notice with it
        if isinstance(one.effect, Commit):
            tables = {op.at.table for op in one.effect.ops}
            assert ("work" in tables) == ("bridge" in tables)
            assert "outbox" in tables or "work" not in tables
    shop.stage.put(Thing("a", "Ash"))
    shop.stage.clock.sleep(1)
    PlayDriver(shop.wiring()).run(shop.sync())
    assert sorted(kind for kind, _ in shop.receiver.kept.values()) == ["opened", "opened", "resolved"]
    (left,) = PlayDriver(shop.wiring()).run(shop.bridge().work_items())
    PlayDriver(shop.wiring()).run(shop.bridge().resolve(left, "known", by="Ada"))
    assert shop.waiting() == 0
    assert len(shop.receiver.kept) == 4


def test_a_run_whose_sink_is_down_does_all_its_work():
    shop = Shop()
    shop.receiver.lines = [DOWN] * 3
    receipt = PlayDriver(shop.wiring()).run(shop.sync())
    assert (len(receipt.failed), len(receipt.work)) == (1, 1)
    assert shop.waiting() == 2
    PlayDriver(shop.wiring()).run(shop.sync())
    assert shop.waiting() == 0
    assert len(shop.receiver.kept) == 2


def test_a_run_that_ends_with_an_error_still_tells_what_it_had_opened():
    shop = Shop()
    broken = Bridge(Raw(), evolve(shop.bridge().job, scope="tiny"))
    planned = PlayDriver(shop.wiring()).run(broken.plan())

    class Quota:
        """The state of a run that comes to its end with an error after the first item."""

        def __init__(self) -> None:
            self.state = shop.stage.state

        def load(self, query: Any) -> Any:
            return self.state.load(query)

        def commit(self, ops: Any, expect: Any = ()) -> None:
            tables = {op.at.table for op in ops}
            if "record" in tables and "intent" not in tables:
                raise ServerFault("no", platform="shop", operation="x", status=500)
            self.state.commit(ops, expect)

    wiring = evolve(shop.wiring(), state=Quota())  # type: ignore[arg-type]
    with pytest.raises(ServerFault):
        PlayDriver(wiring).run(broken.apply(planned))
    assert [kind for kind, _ in shop.receiver.kept.values()] == ["opened"]


def test_a_crash_at_any_effect_of_a_run_with_sinks_loses_and_doubles_nothing():
    report = crash_sweep(Shop, run=Shop.sync, resume=Shop.sync, snapshot=Shop.snapshot)
    report.check()
    assert report.effects["Send"] == 3, "a look at the shop, a write, a call to the sink"


# From the queue


def test_the_queue_delivers_for_all_bridges_in_both_modes():
    desk, sink = Desk(), Heard()
    desk.open("a")
    desk.open("z", parties=evolve(PARTIES, scope="other", pair="src -> other"))
    assert work_queue_of(desk.state, sinks=(sink,)).deliver() == 2
    assert sorted(sink.told) == [("opened", "a"), ("opened", "z")]
    desk.open("b")
    assert anyio.run(async_work_queue_of(desk.state, sinks=(sink,)).deliver) == 1


def test_what_is_closed_from_the_queue_is_news():
    desk, sink = Desk(), Heard()
    desk.open("a")
    queue = work_queue_of(desk.state, sinks=(sink,))
    queue.resolve(queue.items()[0], "known", by="Ada")
    assert queue.deliver() == 2
    assert [kind for kind, _ in sink.told] == ["opened", "resolved"]


def test_the_queue_forgets_notices_of_a_sink_that_is_no_more():
    desk = Desk()
    desk.open("a")
    queue = work_queue_of(desk.state)
    assert queue.forget_notices(NOON) == 0
    assert queue.forget_notices(NOON + timedelta(days=1)) == 1
    assert desk.waiting() == []


@pytest.mark.parametrize("open_queue", [work_queue_of, async_work_queue_of])
def test_the_queue_opens_a_transport_for_each_account(open_queue: Any):
    queue = open_queue(MemoryState(), sinks=(SINK,))
    (transport,) = queue.mode.driver.wiring.transports.values()
    assert transport.base_url == "https://desk.example.org"
    assert list(queue.mode.driver.wiring.transports) == [SINK.account]


# Laws

HAPPENINGS = st.lists(
    st.tuples(st.sampled_from(["open", "close", "deliver", "down"]), st.sampled_from("abc")), max_size=25
)


@given(HAPPENINGS)
def test_whatever_happens_a_sink_hears_of_every_item_that_opened_and_closed(happenings: list[Any]):
    desk, sink = Desk(), Heard()
    expected: list[tuple[str, str]] = []
    opened: set[str] = set()
    for what, record in happenings:
        if what == "open":
            expected += [("opened", record)] if record not in opened else []
            opened.add(record)
            desk.open(record)
        elif what == "close":
            expected += [("resolved", record)] if record in opened else []
            opened.discard(record)
            desk.close(record)
        else:
            desk.deliver(sink if what == "deliver" else Heard(error=TimedOut("late")))
    desk.deliver(sink)
    assert sink.told == expected
    assert desk.waiting() == []

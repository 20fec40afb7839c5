"""A tale over the tiny shop in which everything happens once, with all that is written down of it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import attrs
from attrs import evolve

from commerce_bridge.errors import SafetyStop
from commerce_bridge.flow.effects import Flow
from commerce_bridge.flow.events import Event
from commerce_bridge.flow.operation import Sync
from commerce_bridge.flow.play import PlayDriver
from commerce_bridge.flow.state import ByPrefix
from commerce_bridge.ports.work import Notice
from commerce_bridge.sync.bridge import Bridge
from commerce_bridge.sync.limits import Limits
from commerce_bridge.sync.plans.plan import Plan
from commerce_bridge.sync.plans.receipt import Receipt
from rigs.tiny_people import People, Person
from rigs.tiny_shop import COLOUR, NAME, PRICE, TAGS, Thing
from rigs.tiny_stage import TinyStage

TABLES = [
    "binding",
    "alias",
    "record",
    "intent",
    "lease",
    "receipt",
    "ledger",
    "work",
    "outbox",
    "sink",
    "bridge",
    "secret",
    "erased",
    "hold",
    "echo",
    "origin",
    "allowed",
    "watermark",
    "sweep",
    "layout",
]
"""Every table of state."""

WOOD = (
    Thing("ash", "Ash", tags=("leafy", "tall")),
    Thing("birch", "Birch", blocked="It is not planted yet."),
    Thing("cedar", "Cedar", price="3.00"),
    Thing("elm", "Elm", tags=("rare",)),
    Thing("fir", "Fir"),
)


class Heard:
    """A sink that keeps what it is told, and is deaf at first."""

    name = "ears"
    hosts: dict[str, str] = {}  # noqa: RUF012  as the port has it

    def __init__(self) -> None:
        self.deaf = True
        self.notices: list[Notice] = []

    def tell(self, notices: tuple[Notice, ...]) -> Flow[None]:
        yield from ()
        if self.deaf:
            raise ValueError("the ears are shut")
        self.notices.extend(notices)


def rows_of(state: Any, *scopes: str, tables: Iterable[str] = TABLES) -> dict[str, Any]:
    """All rows of a state, as data, by table and key."""
    found: dict[str, Any] = {}
    for table in tables:
        for scope in ("", *scopes):
            rows = state.load(ByPrefix(table=table, scope=scope, limit=10_000))
            found.update((f"{table} {scope} {row.at.key}", json.loads(row.body)) for row in rows)
    return found


def told(event: Event) -> str:
    """An event on one line."""
    values = attrs.asdict(event, recurse=False)
    return f"{type(event).__name__} " + " ".join(f"{key}={value!s}" for key, value in values.items())


class ThingsTale(TinyStage):
    """A wood and a shop of trees, some of which are there already."""

    def __init__(self) -> None:
        super().__init__(*WOOD, incremental=True, limits=Limits())
        self.events: list[Event] = []
        self.ears = Heard()
        self.tiny.shop.rows = {"7": {"key": "ash", "name": "Old Ash", "price": "0.50", "tags": ["mossy"]}}
        self.told: list[str] = []
        self.kept: dict[str, Any] = {}

    @property
    def bridge(self) -> Bridge[Sync]:
        wiring = evolve(self.driver().wiring, subscribers=(self.events.append,))
        job = evolve(self.tiny.job, sinks=(self.ears,))
        return Bridge(Sync(PlayDriver(wiring)), job)

    def tell(self, what: object) -> None:
        self.told.append(str(what))

    def keep(self, when: str, *tables: str) -> None:
        """Keep rows that will not stand long."""
        rows = rows_of(self.state, "tiny", tables=tables)
        self.kept.update((f"{when}: {key}", body) for key, body in rows.items())

    def wait(self, seconds: float = 1) -> None:
        self.clock.sleep(seconds)

    def chapters(self) -> tuple[Callable[[], None], ...]:
        """What happens, in order."""
        return (
            self.first_contact,
            self.things_change,
            self.people_say,
            self.answers_are_lost,
            self.something_is_gone,
            self.something_is_taken_back,
            self.people_mend,
        )

    def all_of(self) -> None:
        """Everything, once."""
        for chapter in self.chapters():
            self.tell(f"--- {chapter.__name__}")
            chapter()
            self.tell(self.bridge.status())

    def planned(self, **wish: Any) -> None:
        self.wait()
        planned = self.bridge.plan(**wish)
        self.tell(planned)
        self.tell(self.bridge.apply(planned))

    def first_contact(self) -> None:
        self.tiny.shop.refuse = {"fir"}
        self.planned()
        self.keep("while the ears are deaf", "outbox", "sink")

    def things_change(self) -> None:
        self.row("elm")["tags"] = ["rare", "signed"]
        self.row("ash")["colour"] = "green"
        self.put(Thing("ash", "Ash", price="2.00", tags=("leafy",)))
        self.put(Thing("elm", "Elm", price="4.00", tags=("rare", "old")))
        self.ears.deaf = False
        self.wait(4000)
        self.planned()
        self.tell(self.bridge.next_wake())

    def people_say(self) -> None:
        bridge = self.bridge
        end = self.clock.now() + timedelta(days=2)
        self.tell(bridge.hold("cedar", reason="a label is missing", who="the nursery", until=end))
        self.tell(bridge.pin("elm", PRICE, reason="promised", who="sales", value=Decimal("5.00")))
        self.tell(bridge.pin("elm", TAGS, reason="as it is"))
        self.tell(bridge.pause(reason="stock is taken"))
        self.put(Thing("cedar", "Cedar", price="3.50"))
        self.put(Thing("elm", "Elm", price="4.50", tags=()))
        self.wait()
        self.tell(bridge.plan())
        self.tell([str(one) for one in bridge.holds()])
        self.tell([str(one) for one in bridge.release()])
        self.planned()
        for one in bridge.explain("elm"):
            self.tell(one)
            self.tell(one.as_data())
        self.tell([str(one) for one in bridge.release("elm", PRICE)])
        self.planned(only=["elm"])

    def answers_are_lost(self) -> None:
        self.put(Thing("gorse", "Gorse", price="1.10"))
        self.wait()
        planned = self.bridge.plan()
        self.cut_short(planned, "POST")
        self.keep("after a death", "intent", "lease")
        self.put(Thing("hazel", "Hazel"))
        self.tiny.shop.cut_after = [len(self.tiny.shop.log) + 3]
        self.planned()

    def something_is_gone(self) -> None:
        del self.tiny.source.things["elm"]
        self.wait(8 * 86_400)
        self.planned(complete=True)

    def something_is_taken_back(self) -> None:
        self.put(Thing("ash", "Ash", price="9.00", tags=("leafy", "tall")))
        self.wait()
        receipt = self.bridge.apply(self.bridge.plan(), allow="the prices are right")
        self.row("ash")["tags"] = [*self.row("ash")["tags"], "felled"]
        self.wait()
        back = self.bridge.plan_revert(receipt)
        self.tell(back)
        self.tell(self.bridge.apply(back))

    def people_mend(self) -> None:
        items = {item.label: item for item in self.bridge.work_items()}
        for item in items.values():
            self.tell(item.block(self.clock.now()))
        self.wait()
        self.bridge.resolve(items["birch Birch"], "we do not plant it", by="the nursery")
        self.tiny.shop.refuse = set()
        self.wait()
        self.tell(self.bridge.retry())
        for name in ("ash", "birch", "cedar", "elm", "fir", "gorse", "hazel"):
            for entry in self.bridge.history(name):
                self.tell(entry)
                self.tell(entry.as_data())

    def mistakes(self) -> Iterator[tuple[str, Callable[[], Any]]]:
        """What people get wrong, and what asks for it."""
        bridge, now = self.bridge, self.clock.now()
        yield "explain what is not known", lambda: bridge.explain("oak")
        yield "history of what is not known", lambda: bridge.history("oak")
        yield "plan what is not known", lambda: bridge.plan(only=["oak", "yew"])
        yield "hold without a reason", lambda: bridge.hold("ash", reason=" ")
        yield "hold until yesterday", lambda: bridge.hold("ash", reason="x", until=now - timedelta(days=1))
        yield (
            "hold until a time without a zone",
            lambda: bridge.hold("ash", reason="x", until=now.replace(tzinfo=None)),
        )
        yield "hold what is not known", lambda: bridge.hold("oak", reason="x")
        yield "pin what is the shop's", lambda: bridge.pin("ash", COLOUR, reason="x", value="red")
        yield "pin to another kind", lambda: bridge.pin("cedar", PRICE, reason="x", value="cheap")
        yield "release what nobody held", lambda: bridge.release("ash", NAME)
        yield "release a record that nobody held", lambda: bridge.release("ash")
        yield "end a pause that nobody made", bridge.release
        yield "let go of a loop of what is not known", lambda: bridge.release_brake("oak")
        yield "revert what is not known", lambda: bridge.plan_revert("0000")
        yield "revert nothing", lambda: bridge.plan_revert("")
        yield "sync more than is allowed", lambda: bridge.sync(limit=0)

    def said(self) -> Iterator[str]:
        """What each mistake is answered with."""
        self.put(Thing("juniper", "Juniper"))
        self.wait()
        for what, mistake in self.mistakes():
            answer = "nothing"
            try:
                mistake()
            except Exception as error:
                answer = f"{type(error).__name__}: {error}"
            yield f"{what}\n    {answer}"


class PeopleTale(People):
    """A roll and a register, and what is remembered of people."""

    kept: dict[str, Any]

    def all_of(self) -> list[str]:
        """Everything that can happen to somebody's data; what is said of it."""
        said: list[str] = []
        bridge = Bridge(Sync(PlayDriver(self.wiring())), self.job)
        for key, name in (("1", "Zz Ada"), ("2", "Zz Bob"), ("3", "Zz Cy")):
            self.roll.put(Person(key, f"{name[3:].lower()}@example.org", name, phone=f"0{key}"))
        self.register.refuse = {"cy@example.org"}
        said.append(str(self.sync()))
        self.change("1", name="Zz Adah", phone="")
        self.row("bob@example.org")["name"] = "Zz Bobby"
        self.change("2", country="FR")
        said.append(str(self.sync()))
        said.append(
            json.dumps(bridge.export_person("ada@example.org"), indent=1, sort_keys=True, default=str)
        )
        said.extend(str(one) for one in bridge.explain("roll:person:2"))
        said.extend(str(one) for one in bridge.history("bob@example.org"))
        said.append(str(bridge.erase_person("bob@example.org", "asked by letter")))
        said.append(str(self.sync()))
        self.kept = rows_of(self.state, "people", tables=("erased",))
        said.append(str(bridge.readmit("bob@example.org")))
        with self.answered(said):
            bridge.export_person("nobody@example.org")
        with self.answered(said):
            bridge.erase_person("nobody@example.org", "asked")
        with self.answered(said):
            bridge.readmit("nobody@example.org")
        said.append(str(bridge.status()))
        return said

    @contextmanager
    def answered(self, said: list[str]) -> Iterator[None]:
        """Keep what a mistake is answered with."""
        try:
            yield
        except (LookupError, ValueError) as error:
            said.append(f"{type(error).__name__}: {error}")


class RareTale(ThingsTale):
    """What happens seldom: doubles, half a plan, loops, a shop that empties, plans that are damaged."""

    receipt: Receipt

    def chapters(self) -> tuple[Callable[[], None], ...]:
        return (
            self.a_key_is_there_twice,
            self.half_a_plan_is_applied,
            self.a_plan_lies_for_a_while,
            self.nearly_all_is_gone,
            self.all_is_taken_back,
            self.a_loop_is_stopped,
            self.all_is_told,
        )

    def a_key_is_there_twice(self) -> None:
        for number in ("8", "9"):
            self.tiny.shop.rows[number] = {"key": "elm", "name": "Elm", "price": "1.00", "tags": []}
        self.planned()

    def half_a_plan_is_applied(self) -> None:
        del self.tiny.shop.rows["9"]
        for number in range(30):
            self.put(Thing(f"t{number:02}", f"Tree {number}", price=f"{number}.50"))
        self.put(Thing("cedar", "Cedar", price="3.10", tags=("new",)))
        self.wait(90_000)
        planned = self.bridge.plan()
        half = planned.select(lambda step: not step.label.endswith(("3", "5")))
        self.tell(half)
        self.receipt = self.bridge.apply(half)
        self.tell(self.receipt)
        self.planned()

    def a_plan_lies_for_a_while(self) -> None:
        self.put(Thing("t01", "Tree 1", price="1.75"))
        self.put(Thing("t02", "Tree 2", price="2.75"))
        self.wait()
        planned = self.bridge.plan()
        self.row("t01")["price"] = "1.60"
        del self.tiny.shop.rows[next(key for key, row in self.tiny.shop.rows.items() if row["key"] == "t02")]
        self.wait(3600)
        self.tell(self.bridge.apply(planned))
        self.tell(self.bridge.apply(planned))
        self.planned()

    def nearly_all_is_gone(self) -> None:
        kept = dict(self.tiny.source.things)
        for key in [key for key in kept if key != "ash"]:
            del self.tiny.source.things[key]
        self.wait(8 * 86_400)
        planned = self.bridge.plan(complete=True)
        self.tell(planned)
        try:
            self.bridge.apply(planned)
        except SafetyStop as stop:
            self.tell(f"{stop} ({stop.reason})")
        self.tell(self.bridge.apply(planned, allow="the wood was cleared"))
        self.tiny.source.things.update(kept)
        for row in self.tiny.shop.rows.values():
            row.pop("hidden", None)
        self.wait(90_000)
        self.planned(complete=True)

    def all_is_taken_back(self) -> None:
        self.wait()
        back = self.bridge.plan_revert(self.receipt.plan[:8])
        self.tell(back)
        self.tell(self.bridge.apply(back))

    def a_loop_is_stopped(self) -> None:
        self.wait(7 * 86_400)
        self.planned(complete=True)
        for turn in range(9):
            self.row("t05")["price"] = "0.10"
            self.wait(600)
            planned = self.bridge.plan(complete=True)
            if not planned.is_empty:
                self.tell(f"turn {turn}: {planned}")
            self.bridge.apply(planned)
        self.tell([str(item) for item in self.bridge.work_items()])
        self.tell(self.bridge.release_brake("t05"))
        self.planned(complete=True)

    def all_is_told(self) -> None:
        for name in ("ash", "birch", "elm", "t02", "t05"):
            for entry in self.bridge.history(name):
                self.tell(entry)
                self.tell(entry.as_data())

    def damaged(self, folder: Path) -> Iterator[str]:
        """What plan files that are not right are answered with."""
        self.wait()
        path = folder / "whole.plan"
        self.bridge.plan().save(str(path))
        whole = path.read_text()
        lines = whole.splitlines(keepends=True)
        files = {
            "a file that is not there": None,
            "an empty file": "",
            "text": "Dear all,\n",
            "without its end": "".join(lines[:-1]),
            "without its beginning": "".join(lines[1:]),
            "with a changed line": whole.replace("Cedar", "Cider"),
            "with lines in another order": "".join([lines[0], *reversed(lines[1:])]),
        }
        for what, text in files.items():
            damaged = folder / "damaged.plan"
            damaged.unlink(missing_ok=True)
            if text is not None:
                damaged.write_text(text)
            answer = "nothing"
            try:
                Plan.load(str(damaged))
            except Exception as error:
                answer = f"{type(error).__name__}: {error}".replace(str(folder), "…")
            yield f"{what}\n    {answer}"
        yield re.sub(r"^[0-9a-f]+\t", "", whole, flags=re.MULTILINE)
        half = Plan.load(str(path)).select(lambda step: step.label[0] not in "be")
        half.save(str(path))
        yield re.sub(r"^[0-9a-f]+\t", "", path.read_text(), flags=re.MULTILINE)

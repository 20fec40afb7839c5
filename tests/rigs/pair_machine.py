"""A publisher's season: a few titles, people who change them on both sides, and a bridge that runs in between.

Everything is in play and in virtual time.  `Season` does what people and processes do and knows what must come
of it: the publisher's word for each field that is the publisher's, told by a second, fresh shop that was filled
from the same titles in one go; the merchandiser's own elements; and dates before which nothing may be sold.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from attrs import define, evolve, field

from commerce_bridge.bridges.listing.policy import StorePolicy
from commerce_bridge.domain.listing import PRICE
from commerce_bridge.domain.money import Money
from commerce_bridge.errors import BridgeError
from commerce_bridge.flow.clock import EPOCH
from commerce_bridge.flow.operation import Sync
from commerce_bridge.flow.play import Crash, ManualClock, PlayDriver
from commerce_bridge.flow.state import ByPrefix
from commerce_bridge.flow.wiring import SeededChance
from commerce_bridge.http.inbox import inbox_of
from commerce_bridge.http.opening import Surroundings
from commerce_bridge.http.webhooks import Received, Verified
from commerce_bridge.platforms.bigcommerce.webhooks import WebhookSecrets, verify_webhook
from commerce_bridge.sandbox.bigcommerce import BigCommerceSandbox
from commerce_bridge.sandbox.catalogue import Book, Picture, simple_title
from commerce_bridge.sandbox.consonance import ConsonanceSandbox
from commerce_bridge.sandbox.faults import FaultPlan
from commerce_bridge.sandbox.transport import SandboxWorld
from commerce_bridge.sync.bridge import Bridge
from commerce_bridge.sync.plans.plan import Plan
from commerce_bridge.sync.plans.receipt import Receipt
from rigs.every_step import TABLES, Publisher
from rigs.pair import WEIGHTS, Pair, policy

LONDON = ZoneInfo("Europe/London")
SECRET = "the client secret of the shop's account"
NAMES = ("The Black Road", "A Long Winter", "Small Hours")
FORMS = ("BC", "BB")
SIGNED, PICKS = "Signed", "Staff picks"
"""A custom field and a category that are the merchandiser's own."""

MOST_PICTURES = 3
"""Fewer than the policy takes, so that which ones are taken does not matter."""

LONG_KNOWN = timedelta(days=9)
"""How long titles stand as they are before the season: longer than a read of changes looks back."""

A_MOMENT = timedelta(milliseconds=1)
"""How long a process takes at the least: no two plans are of one instant."""

SETTLED_AFTER = timedelta(hours=26)
"""How long a calm sync waits: leases of dead processes are over, and what was refused is tried again."""


@define
class Format:
    """What the publisher says of one format, as the model knows it."""

    isbn: str
    price: str
    published: date
    status: str = "04"
    listed: bool = True
    there: bool = True
    covered: bool = True
    stated: list[date] = field(factory=list[date])

    def live(self, now: datetime) -> bool:
        """Whether it may be bought at an instant."""
        begun = now.astimezone(LONDON).date() >= self.published
        return self.there and self.status in {"02", "04"} and begun

    @property
    def closed(self) -> bool:
        """Whether it is not to be sold at any time: nobody needs to mend it."""
        return self.status == "01"

    @property
    def blocked(self) -> bool:
        """Whether a person is asked first: nothing is made or changed meanwhile, and what is shown stays."""
        return self.there and not (self.listed and self.covered)


@define
class Title:
    """One title of the season."""

    book: Book
    formats: list[Format]
    there: bool = True
    pictures: int = 0

    def isbns(self) -> list[str]:
        return [one.isbn for one in self.formats]


@define
class Season:
    """Titles at the publisher's, the shop, and what the bridge remembers; and what people know of it all."""

    stage: Pair
    now: datetime = EPOCH
    titles: list[Title] = field(factory=list[Title])
    plans: list[Plan] = field(factory=list[Plan])
    receipts: list[str] = field(factory=list[str])
    mail: list[tuple[dict[str, str], bytes]] = field(factory=list[Any])
    gone: set[str] = field(factory=set[str])
    signed: dict[str, str] = field(factory=dict[str, str])
    picked: set[str] = field(factory=set[str])
    held: dict[str, dict[str, Any]] = field(factory=dict[str, Any])
    pinned: dict[str, str] = field(factory=dict[str, str])
    edited: dict[str, set[tuple[str, str]]] = field(factory=lambda: {"publisher": set(), "shop": set()})
    seen: Counter[str] = field(factory=Counter[str])
    processes: int = 0

    @classmethod
    def open(cls, titles: int, formats: int) -> Season:
        """A season of so many titles, nothing of it in the shop."""
        publisher = ConsonanceSandbox(seed="empty")
        stage = Pair(
            publisher=SandboxWorld(publisher),
            shop=SandboxWorld(BigCommerceSandbox(seed="empty")),
            policy=policy(weights_g=WEIGHTS),
            clock=ManualClock(EPOCH),
        )
        season = cls(stage)
        for number in range(titles):
            season.announce(number, formats)
        return season

    # What is looked up

    @property
    def formats(self) -> list[Format]:
        return [one for title in self.titles for one in title.formats]

    def products(self) -> dict[str, dict[str, Any]]:
        """The shop's products by SKU, as they are stored."""
        return {row["sku"]: row for row in self.stage.bigcommerce.state()["products"]}

    def rows(self, table: str) -> list[dict[str, Any]]:
        scope = self.scope()
        query = ByPrefix(table=table, scope=scope, limit=100_000)
        return [json.loads(row.body) for row in self.stage.state.load(query)]

    def everything(self) -> str:
        """All that a plan must leave alone; a request first, since the shop opens what is due when it is asked."""
        self._call("GET", "/v3/catalog/products")
        return repr([self.rows(table) for table in TABLES]) + repr(self.stage.bigcommerce.state())

    def next_date(self) -> datetime | None:
        """When the next format is to go on sale."""
        begin = [datetime.combine(one.published, time(), LONDON) for one in self.formats if not one.closed]
        return min((one for one in begin if one > self.now), default=None)

    def scope(self) -> str:
        scope: str = self.stage.played(PlayDriver).job.scope
        return scope

    # What the publisher does

    def publisher(self) -> Publisher:
        return Publisher(self.stage.consonance, self.now)

    def announce(self, number: int, formats: int) -> None:
        """Enter a title; its second format waits to be listed where there is only one at first."""
        book = simple_title(NAMES[number], forms=FORMS, number=301 + number, bisac="FIC022000")
        if formats == 1:
            book = evolve(book, formats=(book.formats[0], evolve(book.formats[1], exported=False)))
        self.stage.consonance.load(book, at=self.now - LONG_KNOWN)
        made = [
            Format(one.isbn or "", "12.99", date(2026, 9, 3), listed=one.exported, stated=[date(2026, 9, 3)])
            for one in book.formats
        ]
        self.titles.append(Title(book, made))

    def set_price(self, title: Title, place: int, amount: str) -> None:
        self.publisher().edit_price(title.book, place, amount)
        title.formats[place].price = amount
        self._edit("publisher", title.formats[place].isbn, "price")

    def describe(self, title: Title, words: str) -> None:
        change = {"external_html": f"<p>{words}</p>"}
        self.publisher().edit_part("marketing_text", title.book, change, variant="MAIN_DESCRIPTION")
        for isbn in title.isbns():
            self._edit("publisher", isbn, "description")

    def subtitle(self, title: Title, words: str | None) -> None:
        self.publisher().edit_title(title.book, subtitle=words)

    def schedule(self, title: Title, place: int, status: str, published: date) -> None:
        self.publisher().edit_format(title.book, place, status_code=status, publication_date=published)
        known = title.formats[place]
        known.status, known.published = status, published
        known.stated.append(published)

    def list_format(self, title: Title, place: int, listed: bool) -> None:
        self.publisher().edit_format(title.book, place, allow_onix_exports=listed)
        title.formats[place].listed = listed

    def cover(self, title: Title, caption: str | None) -> None:
        """A cover is put there, called differently, or taken away; without one a title needs a person."""
        covered = title.formats[0].covered
        if caption is None and covered:
            self.publisher().remove_part("supporting_resource", title.book, variant="FRONT_COVER")
        elif caption is not None and covered:
            change = {"caption": caption}
            self.publisher().edit_part("supporting_resource", title.book, change, variant="FRONT_COVER")
        elif caption is not None:
            url = f"https://images.example.org/season/{len(caption)}.jpg"
            self.publisher().add_picture(title.book, Picture(url=url, caption=caption))
        for one in title.formats:
            one.covered = caption is not None

    def add_picture(self, title: Title) -> None:
        """One more picture beside the cover, a few at the most."""
        if title.pictures < MOST_PICTURES:
            title.pictures += 1
            caption = f"Picture {title.pictures}"
            url = f"https://images.example.org/season/{title.isbns()[0]}-{title.pictures}.jpg"
            self.publisher().add_picture(title.book, Picture(url=url, kind="BACK_COVER", caption=caption))

    def remove_title(self, title: Title) -> None:
        """A title that is deleted leaves no trace; only a complete read shows that it is gone."""
        self.stage.consonance.remove("work", self.publisher().work(title.book), at=self.now)
        title.there = False
        for one in title.formats:
            one.there = False

    def change_rules(self) -> None:
        """A policy with a fingerprint that it has never had: the next read is complete."""
        rules: StorePolicy = self.stage.policy
        self.stage.policy = evolve(rules, images=rules.images + 1)

    # What the merchandiser does

    def shop_edit(self, isbn: str, **changes: Any) -> None:
        """Change columns of a product by hand."""
        row = self.products().get(isbn)
        if row is None:
            return
        self._call("PUT", f"/v3/catalog/products/{row['id']}", changes)
        for name in changes:
            self._edit("shop", isbn, name)
        self._tell(isbn, row)

    def sign(self, isbn: str, words: str) -> None:
        """Add a custom field of the shop's own, or say it differently."""
        row = self.products().get(isbn)
        if row is None:
            return
        path = f"/v3/catalog/products/{row['id']}/custom-fields"
        known = next((one["id"] for one in row["custom_fields"] if one["name"] == SIGNED), None)
        if known is None:
            self._call("POST", path, {"name": SIGNED, "value": words})
        else:
            self._call("PUT", f"{path}/{known}", {"value": words})
        self.signed[isbn] = words
        self._tell(isbn, row)

    def pick(self, isbn: str) -> None:
        """Put a product into a category of the shop's own."""
        row = self.products().get(isbn)
        if row is None or isbn in self.picked:
            return
        known = {one["name"]: one["id"] for one in self.stage.bigcommerce.state()["categories"]}
        if PICKS not in known:
            made = self._call("POST", "/v3/catalog/trees/categories", [{"name": PICKS, "tree_id": 1}])
            known[PICKS] = made["data"][0]["category_id"]
        self._call(
            "PUT",
            f"/v3/catalog/products/{row['id']}",
            {"categories": sorted({*row["categories"], known[PICKS]})},
        )
        self.picked.add(isbn)
        self._tell(isbn, row)

    def delete_product(self, isbn: str) -> None:
        """Delete a product by hand; what was known to be ours is not made again."""
        row = self.products().get(isbn)
        if row is None:
            return
        self._call("DELETE", f"/v3/catalog/products/{row['id']}")
        self.signed.pop(isbn, None)
        self.picked.discard(isbn)
        self.held.pop(isbn, None)
        if any(body["target"] == f"bigcommerce:product:{row['id']}" for body in self.rows("binding")):
            self.gone.add(isbn)
        self._post("store/product/deleted", row["id"])

    def _call(self, method: str, path: str, body: Any = None) -> Any:
        self.stage.clock = ManualClock(self.now)
        return self.stage.bigcommerce_call(method, path, body)

    def _tell(self, isbn: str, row: dict[str, Any]) -> None:
        """What is done by hand to a product that is held stands from then on; and the shop tells of it."""
        if isbn in self.held:
            self.held[isbn] = self.facts()[isbn]
        self._post("store/product/updated", row["id"])

    def _edit(self, side: str, isbn: str, name: str) -> None:
        """Note an edit; a field that both sides edited before the bridge came by is a conflict."""
        self.edited[side].add((isbn, name))
        if (isbn, name) in self.edited["publisher"] & self.edited["shop"] and isbn in self.products():
            self.seen["conflict"] += 1

    # What the shop tells

    def _post(self, scope: str, number: int) -> None:
        """Sign the news of a product; it lies there until it is delivered."""
        body = json.dumps(
            {
                "scope": scope,
                "store_id": "1",
                "data": {"type": "product", "id": number},
                "hash": hashlib.sha256(f"{scope} {number} {self.now.timestamp():.0f}".encode()).hexdigest(),
                "created_at": int(self.now.timestamp()),
                "producer": f"stores/{self.stage.shop.sandbox.credentials()['store_hash']}",
            }
        ).encode()
        self.mail.append(({"webhook-id": hashlib.sha256(body).hexdigest()}, body))

    def deliver(self, places: Iterable[int]) -> None:
        """Deliver news in this order, some of it twice or never; then read the records it is about."""
        inbox = inbox_of(
            f"bigcommerce:{self.stage.shop.sandbox.credentials()['store_hash']}",
            self.stage.state,
            Surroundings(clock=ManualClock(self.now), chance=SeededChance(self._next())),
        )
        for place in places:
            headers, body = self.mail[place % len(self.mail)]
            inbox.take_in(self._verified(headers, body))
        waiting = inbox.waiting()
        began = self.now
        settled = [one for one in waiting if all(self.reconcile(str(ref)) for ref in one.refs)]
        inbox.settle(settled, began)

    def _verified(self, headers: dict[str, str], body: bytes) -> tuple[Received, ...]:
        stamp = str(int(self.now.timestamp()))
        text = f"{headers['webhook-id']}.{stamp}.".encode() + body
        digest = base64.b64encode(hmac.digest(SECRET.encode(), text, "sha256")).decode()
        signed = {**headers, "webhook-timestamp": stamp, "webhook-signature": f"v1,{digest}"}
        outcome = verify_webhook(signed, body, self.now, WebhookSecrets(client_secrets=SECRET))
        assert isinstance(outcome, Verified), outcome
        return outcome.received

    def reconcile(self, name: str) -> bool:
        """Plan and apply one record alone; a record that is not known needs nothing."""
        planned: list[Any] = []

        def work(bridge: Bridge[Sync]) -> None:
            try:
                planned.append(bridge.plan(only=[name]))
            except LookupError:
                return
            self._note(bridge.apply(planned[0]))

        return self.run(work)

    # What runs

    def _next(self) -> int:
        self.processes += 1
        return 100 + self.processes

    def run(self, work: Callable[[Bridge[Sync]], None], *, skew_s: float = 0.0, **crash: Any) -> bool:
        """Let a new process do something; whether it came to its end.

        Args:
            work: Calls verbs of the bridge.
            skew_s: By how much its clock is ahead.
            **crash: Where it dies, for the driver.
        """
        skew = timedelta(seconds=skew_s)
        self.stage.seed = self._next()
        self.stage.clock = clock = ManualClock(self.now + skew)
        try:
            work(self.stage.played(lambda wiring: PlayDriver(wiring, keep_trace=False, **crash)))
        except Crash:
            self.seen["crash"] += 1
            return False
        except BridgeError as error:
            self.seen[f"ended by {type(error).__name__}"] += 1
            return False
        finally:
            self.now = max(self.now, clock.now() - skew) + A_MOMENT
        return True

    def sync(self, *, skew_s: float = 0.0, **crash: Any) -> bool:
        """Bring both sides together, as well as it goes."""
        return self.run(lambda bridge: self._note(bridge.sync()), skew_s=skew_s, **crash)

    def plan(self) -> Plan | None:
        """A plan; None when it could not be made."""
        made: list[Plan] = []
        self.run(lambda bridge: made.append(bridge.plan()))
        return made[0] if made else None

    def apply(self, planned: Plan, **crash: Any) -> bool:
        return self.run(lambda bridge: self._note(bridge.apply(planned)), **crash)

    def revert(self, applied: str) -> bool:
        """Take an apply back, as far as nobody has changed it since."""

        def work(bridge: Bridge[Sync]) -> None:
            try:
                planned = bridge.plan_revert(applied)
            except LookupError:
                return
            bridge.apply(planned)

        return self.run(work)

    def _note(self, receipt: Receipt) -> None:
        if receipt.total:
            self.receipts.append(receipt.plan)
        if not (receipt.failed or receipt.stale or receipt.busy):
            self.edited = {"publisher": set(), "shop": set()}

    def trouble(self, faults: FaultPlan) -> None:
        """Let things go wrong on both wires until `calm`."""
        self.stage.shop.plan_faults(faults)
        self.stage.publisher.plan_faults(faults)

    def calm(self) -> None:
        self.stage.shop.plan_faults(())
        self.stage.publisher.plan_faults(())

    def wait(self, span: timedelta) -> None:
        """Let time go by; a format that goes on sale meanwhile is a flip."""
        before, self.now = self.now, self.now + span
        shown = self.products()
        self.seen["flip"] += any(
            one.isbn in shown and one.live(before) != one.live(self.now) for one in self.formats
        )

    def hold(self, isbn: str) -> None:
        """Keep a product as it is."""
        if isbn in self.products() and self._said(
            lambda bridge: bridge.hold(isbn, reason="A signing is on.")
        ):
            self.held[isbn] = self.facts()[isbn]

    def pin(self, isbn: str, amount: str) -> None:
        """Keep a price at an amount."""
        value = Money(amount=Decimal(amount), currency="GBP")
        if self._said(lambda bridge: bridge.pin(isbn, PRICE, value=value, reason="A promise.")):
            self.pinned[isbn] = amount

    def release(self, isbn: str) -> None:
        """Let go of all that was said of a record."""
        self._said(lambda bridge: bridge.release(isbn))
        self.held.pop(isbn, None)
        self.pinned.pop(isbn, None)

    def _said(self, verb: Callable[[Bridge[Sync]], Any]) -> bool:
        try:
            return self.run(lambda bridge: verb(bridge) and None)
        except LookupError:
            return False

    # What must hold

    def put_right(self) -> None:
        """After a calm sync, or two, nothing is left to do, and all is what publisher and policy say."""
        self.calm()
        self.wait(SETTLED_AFTER)
        if not all(title.there for title in self.titles):
            self.change_rules()  # what is gone is looked at by complete reads alone
        rounds = 0
        while True:
            assert self.sync(), "a calm sync comes to its end"
            rounds += 1
            planned = self.plan()
            assert planned is not None, "a calm plan comes to its end"
            if planned.is_empty:
                break
            assert rounds < 2, f"two calm syncs leave something to do:\n{planned}"
        self.seen[f"calm syncs {rounds}"] += 1
        assert self.rows("intent") == [], "nothing is left half done"
        self.check_goods()

    def check_always(self) -> None:
        """What holds at any time: nothing is doubled, nothing of others' is lost, nothing is sold too soon."""
        products = self.stage.bigcommerce.state()["products"]
        doubled = [sku for sku, times in Counter(row["sku"] for row in products).items() if times > 1]
        assert not doubled, f"made twice: {doubled}"
        facts = self.facts()
        for isbn, row in facts.items():
            parts = Counter([*row["facts"], *(caption for caption, _ in row["images"])])
            assert set(parts.values()) <= {1}, f"{isbn} has parts twice: {parts.most_common(3)}"
            assert row["theirs"].get(SIGNED) == self.signed.get(isbn), f"{isbn}: {row['theirs']}"
            assert (isbn in self.picked) == row["picked"], isbn
            known = next(one for one in self.formats if one.isbn == isbn)
            if row["availability"] == "available" and row["is_visible"]:
                earliest = min(known.stated)
                today = (self.now + timedelta(minutes=5)).astimezone(LONDON).date()
                assert earliest <= today, f"{isbn} is sold before {earliest}"
        for isbn in self.held:
            assert kept(facts[isbn]) == kept(self.held[isbn]), f"{isbn} is held"

    def check_goods(self) -> None:
        """Each product is what a fresh shop would hold, but for what people hold, pinned or deleted."""
        found, wanted = self.facts(), self.told_anew()
        asked = [body["label"] for body in self.rows("work")]
        for one in self.formats:
            row, right = found.get(one.isbn), wanted.get(one.isbn)
            if one.isbn in self.gone:
                assert row is None, f"{one.isbn} was deleted in the shop and is back"
                continue
            if one.isbn in self.held:
                continue
            if one.blocked:
                assert one.closed or any(one.isbn in label for label in asked), f"nobody is asked: {one}"
            elif row is None:
                assert right is None, f"{one.isbn} is missing"
            if row is None:
                continue
            sold = row["availability"] == "available" and row["is_visible"]
            assert sold <= one.live(self.now), f"{one} is sold: {row}"
            if one.blocked:
                continue
            assert sold == one.live(self.now), (one, row)
            if right is None:
                assert not row["is_visible"], f"{one.isbn} is still shown: {row}"
                continue
            assert Decimal(row["price"]) == Decimal(self.pinned.get(one.isbn, one.price)), (one, row)
            ours, theirs = ({**each, "price": "", "theirs": {}, "picked": False} for each in (row, right))
            assert ours == theirs, one

    def facts(self) -> dict[str, dict[str, Any]]:
        """What the shop says of each product that is the publisher's to say, and the merchandiser's own."""
        return facts_of(self.stage)

    def told_anew(self) -> dict[str, dict[str, Any]]:
        """What a shop that was empty until now says after one sync."""
        fresh = Pair(
            publisher=SandboxWorld(self.stage.consonance),
            shop=SandboxWorld(BigCommerceSandbox(seed="empty")),
            policy=self.stage.policy,
            clock=ManualClock(self.now),
        )
        receipt = fresh.played(PlayDriver).sync()
        assert not receipt.failed, receipt
        return facts_of(fresh)


def facts_of(stage: Pair) -> dict[str, dict[str, Any]]:
    """SKU to what a shop says of its product, ids read as natural keys."""
    goods = stage.goods()
    notes: dict[str, dict[str, str]] = {}
    for row in goods["metafields"]:
        notes.setdefault(row["owner"], {})[row["key"]] = row["value"]
    return {row["sku"]: _facts(row, notes.get(row["sku"], {})) for row in goods["products"]}


def kept(row: dict[str, Any]) -> dict[str, Any]:
    """What nobody but a person changes: a shop opens by itself what was offered ahead, once its day has come."""
    return {name: row[name] for name in row if name not in {"availability", "preorder_release_date"}}


def _facts(row: dict[str, Any], notes: dict[str, str]) -> dict[str, Any]:
    named = [(one["name"], one["value"]) for one in row["custom_fields"]]
    categories = [one for one in row["categories"] if not one.endswith(PICKS)]
    return {
        **{name: row[name] for name in OWNED},
        "price": str(row["price"]),
        "facts": sorted(one for one in named if one[0] != SIGNED),
        "categories": categories,
        "images": sorted((one["description"], one["is_thumbnail"]) for one in row["images"]),
        "notes": notes,
        "theirs": {name: value for name, value in named if name == SIGNED},
        "picked": len(categories) < len(row["categories"]),
    }


OWNED = (
    "type",
    "description",
    "weight",
    "brand_id",
    "is_visible",
    "availability",
    "preorder_release_date",
    "gtin",
    "search_keywords",
    "meta_description",
)
"""Columns of a product that are the publisher's at all times; its name and address are only at first."""

"""A shop with something to do for every kind of step, copied as often as a test wants to break it.

The shop and what the bridge remembers stand as after a first sync; since then the publisher has made
changes of every kind.  `Prepared.scene` gives fresh copies of both worlds and of the state, so that a
crash or a fault can be tried at each place without setting the scene anew.
"""

from __future__ import annotations

import copy
import json
from collections import Counter
from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any

from attrs import define, evolve, frozen

from commerce_bridge.bridges.listing.policy import Layout, StorePolicy
from commerce_bridge.bridges.listing.standard import NAMESPACE, page_mapper
from commerce_bridge.domain.absence import CLEARED
from commerce_bridge.domain.fields import Field
from commerce_bridge.domain.record import Note
from commerce_bridge.domain.title import Listing
from commerce_bridge.flow.clock import EPOCH
from commerce_bridge.flow.effects import Flow
from commerce_bridge.flow.messages import Request, Response
from commerce_bridge.flow.operation import Raw
from commerce_bridge.flow.play import ManualClock, PlayDriver
from commerce_bridge.flow.state import ByPrefix, Put, Row, StateStore
from commerce_bridge.flow.wiring import Wiring
from commerce_bridge.mapping import Context, Registry, field, metafield, named
from commerce_bridge.sandbox.bigcommerce import BigCommerceSandbox
from commerce_bridge.sandbox.catalogue import Book, Picture, Place, simple_title
from commerce_bridge.sandbox.consonance import ConsonanceSandbox
from commerce_bridge.sandbox.transport import SandboxWorld
from commerce_bridge.stores import MemoryState, SQLiteState
from commerce_bridge.sync.bridge import Bridge
from commerce_bridge.sync.plans.plan import Plan
from rigs.pair import WEIGHTS, Pair, policy

TABLES = ("binding", "alias", "record", "intent", "receipt", "ledger", "work", "watermark")

EDITION = Field[Note]("shop", "edition")
"""A field from outside the library: it becomes a metafield whose value can change."""


def _edition_of(listing: Listing, context: Context) -> Any:
    return listing.format.edition or CLEARED


def registry(decided: StorePolicy) -> Registry:
    """The standard mappers, and a metafield of the shop's own."""
    mapper = page_mapper(decided) | field(
        EDITION, metafield(NAMESPACE, "edition", named("edition/shop", _edition_of))
    )
    return Registry().add("bigcommerce", Listing, mapper)


class WatchedStore(BigCommerceSandbox):
    """A store that keeps what it answered, also where the answer got lost on the way."""

    def __init__(self, **settings: Any) -> None:
        self.answered: list[tuple[Request, Response]] = []
        super().__init__(**settings)

    def handle(self, request: Request, now: datetime) -> Response:
        response = super().handle(request, now)
        self.answered.append((request, response))
        return response

    def made(self) -> Counter[str]:
        """Everything that was ever created here, by natural key, and how often."""
        return made_by(self.answered, self.state())


@define(kw_only=True)
class Scene:
    """Both worlds, the state, and a plan that waits to be applied; a fixture of the crash sweep."""

    stage: Pair
    plan: Plan

    @property
    def store(self) -> WatchedStore:
        store: Any = self.stage.shop.sandbox
        return store

    def wiring(self) -> Wiring:
        """What a new process runs with; a state that lies in a file is opened anew."""
        self.stage.clock = ManualClock()
        if isinstance(self.stage.state, SQLiteState):
            self.stage.state.close()
            self.stage.state = SQLiteState(self.stage.state.path)
        return self.stage.wiring()

    def bridge(self) -> Bridge[Raw]:
        """A bridge as a new process would make it; its verbs are flows."""
        self.stage.clock = ManualClock()
        return self.stage.played(PlayDriver).raw

    def apply(self) -> Flow[Any]:
        """Carry the plan out."""
        return (yield from self.bridge().apply(self.plan))

    def sync(self) -> Flow[Any]:
        """Plan anew, and apply."""
        return (yield from self.bridge().sync())

    def play(self, flow: Flow[Any], *, later_s: float = 0.0, **options: Any) -> Any:
        """Run a flow as a new process would, so many seconds after the first morning."""
        clock = ManualClock(EPOCH + timedelta(seconds=later_s))
        return PlayDriver(evolve(self.wiring(), clock=clock), **options).run(flow)

    def look(self) -> dict[str, Any]:
        """All that must come out the same: the goods, what was ever created, what is remembered."""
        return {"goods": self.stage.goods(), "made": dict(self.made()), **self.memory()}

    def memory(self) -> dict[str, Any]:
        """What the bridge remembers, the store's ids read as SKUs."""
        skus = {str(row["id"]): row["sku"] or row["name"] for row in self.store.state()["products"]}
        known = self.rows("record").items()
        return {
            "bound": {
                key: skus.get(body["target"].rpartition(":")[2]) for key, body in self.rows("binding").items()
            },
            "agreed": {key: sorted(map(str, body["agreed"])) for key, body in known},
            "settled": {key: (body["source_hash"], body["refused"]) for key, body in known},
            "intents": sorted(self.rows("intent")),
            "work": sorted(self.rows("work")),
            "watermark": {key: body["cursor"] for key, body in self.rows("watermark").items()},
        }

    def left(self) -> list[str]:
        """What a plan would still do: nothing, when all is well."""
        planned = self.play(self.bridge().plan(), later_s=7200)
        return [f"{step.kind.value}: {step.label}" for step in planned.steps()]

    def rows(self, table: str) -> dict[str, Any]:
        """The bodies of a table of state, by key."""
        query = ByPrefix(table=table, scope=self.plan.header.scope, limit=1_000_000)
        return {row.at.key: json.loads(row.body) for row in self.stage.state.load(query)}

    def made(self) -> Counter[str]:
        """Everything that was created in this scene, by natural key, and how often."""
        return made_by(self.store.answered, self.store.state())


def made_by(answered: list[tuple[Request, Response]], state: dict[str, Any]) -> Counter[str]:
    """What the answers of a store say was created, by natural key, and how often.

    Args:
        answered: Requests and what the store answered, seen by the caller or not.
        state: The store's state at the end, to read ids as SKUs.
    """
    skus = {row["id"]: row["sku"] or row["name"] for row in state["products"]}
    paths = {row["id"]: row for row in state["categories"]}
    found: Counter[str] = Counter()
    for request, response in answered:
        if request.method != "POST" or not response.ok:
            continue
        kind, number = _kind_of(request.path)
        data = json.loads(response.body)["data"]
        for row in data if isinstance(data, list) else [data]:
            owner = skus.get(row.get("resource_id", number), "?")
            found.update(_CREATED[kind](row, owner, paths))
    return found


def _kind_of(path: str) -> tuple[str, int]:
    """What a path creates, and the number of the product it belongs to, or 0."""
    words = path.partition("/catalog/")[2].split("/")
    number = next((int(word) for word in words if word.isdigit()), 0)
    return words[-1], number


def _product(row: dict[str, Any], owner: str, paths: Any) -> list[str]:
    owner = row["sku"] or row["name"]
    images = [_image(image, owner, paths) for image in row.get("images", ())]
    facts = [_fact(fact, owner, paths) for fact in row.get("custom_fields", ())]
    variants = [_variant(one, owner, paths) for one in row.get("variants", ()) if one["option_values"]]
    return [f"product {owner}", *(name for names in (*images, *facts, *variants) for name in names)]


def _image(row: dict[str, Any], owner: str, paths: Any) -> list[str]:
    return [f"image of {owner}: {row['description']}"]


def _fact(row: dict[str, Any], owner: str, paths: Any) -> list[str]:
    return [f"custom field of {owner}: {row['name']}={row['value']}"]


def _variant(row: dict[str, Any], owner: str, paths: Any) -> list[str]:
    return [f"variant {row['sku']}"]


def _note(row: dict[str, Any], owner: str, paths: Any) -> list[str]:
    return [f"metafield of {owner}: {row['namespace']}.{row['key']}"]


def _label(row: dict[str, Any], owner: str, paths: Any) -> list[str]:
    return [f"option value of {owner}: {row['label']}"]


def _category(row: dict[str, Any], owner: str, paths: Any) -> list[str]:
    names = [row["name"]]
    above = paths.get(row["parent_id"])
    while above is not None:
        names.append(above["name"])
        above = paths.get(above["parent_id"])
    return ["category " + " > ".join(reversed(names))]


_CREATED: dict[str, Callable[[dict[str, Any], str, Any], list[str]]] = {
    "products": _product,
    "images": _image,
    "custom-fields": _fact,
    "variants": _variant,
    "metafields": _note,
    "values": _label,
    "categories": _category,
}


@frozen(kw_only=True)
class Prepared:
    """Worlds and state to copy scenes from.

    Args:
        stage: The stage; its shop is watched, its state in memory.
        plan: What is to be applied.
    """

    stage: Pair
    plan: Plan

    def scene(self, state: StateStore | None = None, **switches: Any) -> Scene:
        """A scene of its own.

        Args:
            state: An empty store for what is remembered; in memory unless given.
            **switches: Of the shop's sandbox.
        """
        shop: Any = copy.deepcopy(self.stage.bigcommerce)
        shop.answered.clear()
        shop.log.clear()
        shop.configure(**switches)
        publisher = ConsonanceSandbox(seed="empty")
        publisher.tables = self.stage.consonance.tables.copy()
        kept = state if state is not None else MemoryState()
        kept.commit([Put(at=row.at, body=row.body) for row in self._remembered()])
        stage = evolve(
            self.stage,
            publisher=SandboxWorld(publisher),
            shop=SandboxWorld(shop),
            state=kept,
            clock=ManualClock(),
        )
        return Scene(stage=stage, plan=self.plan)

    def blank(self) -> Scene:
        """A scene in which nothing is in the store yet, and nothing is remembered."""
        scene = self.scene()
        scene.stage.shop = SandboxWorld(WatchedStore(seed="empty"))
        scene.stage.state = MemoryState()
        return scene

    def on_disk(self, folder: Path) -> Callable[[], Scene]:
        """Scenes whose state lies in files of their own."""
        numbers = count()
        return lambda: self.scene(SQLiteState(folder / f"{next(numbers)}.sqlite"))

    def _remembered(self) -> list[Row]:
        scope = self.plan.header.scope
        queries = [ByPrefix(table=table, scope=scope, limit=1_000_000) for table in TABLES]
        return [row for query in queries for row in self.stage.state.load(query)]


YESTERDAY = EPOCH - timedelta(days=1)


class Publisher:
    """Somebody at the publisher who changes titles.

    Args:
        sandbox: The publisher's account.
        at: When the changes are made.
    """

    def __init__(self, sandbox: ConsonanceSandbox, at: datetime) -> None:
        self.sandbox = sandbox
        self.at = at

    def row(self, kind: str, **wanted: Any) -> dict[str, Any]:
        """The first row of a table with these values."""
        rows = self.sandbox.state()[kind]
        return next(row for row in rows if all(row[name] == value for name, value in wanted.items()))

    def product(self, book: Book, place: int = 0) -> int:
        """The id of a format."""
        return int(self.row("product", isbn=book.formats[place].isbn)["id"])

    def work(self, book: Book) -> int:
        """The id of a title."""
        return int(self.row("product", isbn=book.formats[0].isbn)["work_id"])

    def edit_format(self, book: Book, place: int = 0, **changes: Any) -> None:
        """Change columns of a format."""
        self.sandbox.edit("product", self.product(book, place), at=self.at, **changes)

    def edit_title(self, book: Book, **changes: Any) -> None:
        """Change columns of a title."""
        self.sandbox.edit("work", self.work(book), at=self.at, **changes)

    def edit_price(self, book: Book, place: int, amount: str) -> None:
        """Change the price of a format."""
        price = self.row("price", product_id=self.product(book, place))
        self.sandbox.edit("price", price["id"], at=self.at, amount=Decimal(amount))

    def edit_part(self, kind: str, book: Book, changes: dict[str, Any], **wanted: Any) -> None:
        """Change columns of a row that belongs to a title."""
        row = self.row(kind, work_id=self.work(book), **wanted)
        self.sandbox.edit(kind, row["id"], at=self.at, **changes)

    def remove_part(self, kind: str, book: Book, **wanted: Any) -> None:
        """Remove a row that belongs to a title."""
        row = self.row(kind, work_id=self.work(book), **wanted)
        self.sandbox.remove(kind, row["id"], at=self.at)

    def add_picture(self, book: Book, picture: Picture) -> None:
        """Add a file to a title."""
        self.sandbox.add(
            "supporting_resource",
            at=self.at,
            work_id=self.work(book),
            created_at=self.at,
            variant=picture.kind,
            url=picture.url,
            filename=picture.url.rsplit("/", 1)[-1],
            caption=picture.caption,
            image_content_type="image/jpeg",
            width=picture.width,
            height=picture.height,
            product_ids=tuple(self.product(book, place) for place in range(len(book.formats))),
        )


def prepared(layout: Layout, books: tuple[Book, ...], change: Callable[[Publisher], None]) -> Prepared:
    """A stage on which some titles were synced yesterday, and changes wait.

    Args:
        layout: What one product page sells.
        books: The titles of yesterday.
        change: What the publisher has done since.
    """
    decided = policy(layout=layout, weights_g={**WEIGHTS, "BH": Decimal(400)})
    publisher = ConsonanceSandbox(seed="empty")
    stage = Pair(
        publisher=SandboxWorld(publisher),
        shop=SandboxWorld(WatchedStore(seed="empty")),
        policy=decided,
        clock=ManualClock(YESTERDAY),
        extras={"registry": registry(decided)},
    )
    for book in books:
        publisher.load(book, at=YESTERDAY)
    first = stage.played(PlayDriver).sync()
    assert not first.failed, first
    change(Publisher(publisher, EPOCH - timedelta(hours=1)))
    stage.clock, stage.seed = ManualClock(EPOCH), 4  # the next plan has an id of its own
    return Prepared(stage=stage, plan=stage.played(PlayDriver).plan())


def _one(name: str, number: int, form: str = "BC", **changes: Any) -> Book:
    """A title with one format."""
    return evolve(simple_title(name, forms=(form,), number=number, bisac="FIC022000"), **changes)


def _cover(number: int) -> Picture:
    return Picture(url=f"https://images.example.org/steps/{number:02}-front.jpg", caption="A cover")


def _back(number: int) -> Picture:
    return Picture(url=f"https://images.example.org/steps/{number:02}-back.jpg", kind="BACK_COVER")


def _edition(book: Book, words: str) -> Book:
    return evolve(book, formats=tuple(evolve(one, edition=words) for one in book.formats))


FAMILY = simple_title("The Long Family", forms=("BB", "BC"), number=201, bisac="FIC022000")
TEXTS = _one("Plain Words", 202, series=Place(series="Roads", part="2"))
FIRST_PICTURE, SECOND_PICTURE = (_one(f"Picture Book {n}", 202 + n, pictures=(_cover(n),)) for n in (1, 2))
FIRST_PICTURE = evolve(FIRST_PICTURE, pictures=(_cover(1), _back(1)))
NOTED = _edition(_one("Second Thoughts", 205), "Second edition")
NOTED_NO_MORE = _edition(_one("First Thoughts", 206), "First edition")
WITHDRAWN = _one("Gone Again", 207)
COMING = simple_title(
    "Soon Enough", forms=("BB",), number=208, status="02", published=date(2027, 3, 4), bisac="FIC022000"
)
GROWING = simple_title("The Growing Family", forms=("BC", "BB"), number=209, bisac="FIC022000")
GROWING = evolve(GROWING, formats=(GROWING.formats[0], evolve(GROWING.formats[1], exported=False)))
NEW = simple_title("A New Road", forms=("BB", "BC"), number=210, bisac="HIS037000")
BARE = _one("No Cover Yet", 211, pictures=())

OLD = (FAMILY, TEXTS, FIRST_PICTURE, SECOND_PICTURE, NOTED, NOTED_NO_MORE, WITHDRAWN, COMING, GROWING)


def _changes(publisher: Publisher) -> None:
    """A change of every kind, to titles that have a product for each format."""
    publisher.edit_price(FAMILY, 1, "10.49")
    publisher.edit_part("subject", FAMILY, {"code": "JUV000000"}, scheme="BISAC")
    publisher.edit_title(TEXTS, subtitle="In a Few Pages")
    publisher.edit_format(TEXTS, main_content_page_count=200)
    publisher.remove_part("series_membership", TEXTS)
    publisher.edit_part(
        "marketing_text", TEXTS, {"external_html": "<p>Plainer.</p>"}, variant="MAIN_DESCRIPTION"
    )
    publisher.edit_format(TEXTS, actual_edition_statement="New edition")
    publisher.edit_part("supporting_resource", FIRST_PICTURE, {"caption": "Retold"}, variant="FRONT_COVER")
    publisher.remove_part("supporting_resource", FIRST_PICTURE, variant="BACK_COVER")
    publisher.add_picture(SECOND_PICTURE, _back(2))
    publisher.edit_format(NOTED, actual_edition_statement="Third edition")
    publisher.edit_format(NOTED_NO_MORE, actual_edition_statement=None)
    publisher.edit_format(WITHDRAWN, status_code="01")
    publisher.edit_format(COMING, status_code="04", publication_date=date(2026, 10, 1))
    publisher.edit_format(GROWING, 1, allow_onix_exports=True)
    for book in (NEW, BARE):
        publisher.sandbox.load(book, at=publisher.at)


BOUND = simple_title("Bound Twice", forms=("BB", "BC"), number=221, bisac="FIC022000")
JOINED = simple_title("Joined Later", forms=("BB", "BC", "BH"), number=222, bisac="FIC022000")
JOINED = evolve(JOINED, formats=(*JOINED.formats[:2], evolve(JOINED.formats[2], exported=False)))
REPRICED = simple_title("Dearer", forms=("BB", "BC"), number=223, bisac="FIC022000")
LEAVING = simple_title("Leaving Us", forms=("BB", "BC"), number=224, bisac="FIC022000")
FRESH = simple_title("Both at Once", forms=("BB", "BC"), number=225, bisac="HIS037000")


def _changes_of_variants(publisher: Publisher) -> None:
    """Changes of titles that have a product each, with a variant for each format."""
    publisher.edit_format(BOUND, 1, form_code="BH")
    publisher.edit_title(BOUND, subtitle="With Thread")
    publisher.edit_format(JOINED, 2, allow_onix_exports=True)
    publisher.edit_price(REPRICED, 0, "21.00")
    publisher.edit_price(REPRICED, 1, "11.00")
    for place in (0, 1):
        publisher.edit_format(LEAVING, place, status_code="01")
    publisher.sandbox.load(FRESH, at=publisher.at)


@cache
def pages() -> Prepared:
    """A product for each format; the plan holds every kind of step that reaches a store."""
    return prepared(Layout.FORMAT, OLD, _changes)


@cache
def variants() -> Prepared:
    """A product for each title, a variant for each format."""
    return prepared(Layout.VARIANTS, (BOUND, JOINED, REPRICED, LEAVING), _changes_of_variants)

"""Laws of mapping: mappers compose, names fit, nothing is sold that may not be, and pages change only at edges."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st

from commerce_bridge.bridges.listing import rules
from commerce_bridge.bridges.listing.pages import PageMaker
from commerce_bridge.bridges.listing.policy import Layout, StorePolicy
from commerce_bridge.bridges.listing.standard import kind_of, page_mapper, variant_mapper
from commerce_bridge.domain import listing as on
from commerce_bridge.domain.absence import CLEARED, MISSING
from commerce_bridge.domain.dates import Date
from commerce_bridge.domain.exchange import Ref
from commerce_bridge.domain.fields import Field
from commerce_bridge.domain.rights import RightsKind, RightsWindow
from commerce_bridge.domain.territory import WORLD, territory
from commerce_bridge.domain.title import Asset, AssetKind, Listing, Measures, Status, Text, TextKind, Title
from commerce_bridge.errors import MappingError
from commerce_bridge.mapping import Mapper, field, named, override
from commerce_bridge.mapping.fingerprint import stable
from commerce_bridge.ports.step import Change, StepKind
from commerce_bridge.publishing.availability import Stage, availability
from commerce_bridge.sync.job import Draft
from rigs.titles import NOW, isbn, make_context, make_format, make_title, price

FIELDS = [Field[int]("thing", name) for name in "abc"]


@st.composite
def mappers(draw: st.DrawFn) -> Mapper:
    """A few terms, each made in one of two ways."""
    made = Mapper()
    for name in draw(st.permutations(FIELDS))[: draw(st.integers(0, 3))]:
        value = draw(st.one_of(st.integers(0, 9), st.sampled_from([MISSING, CLEARED])))
        rule = named(f"rule {value}", lambda entity, context, value=value: value)
        made = made | (override(name, rule) if draw(st.booleans()) else field(name, rule))
    return made


def joined(*parts: Mapper) -> Any:
    """What joining comes to, or the error."""
    try:
        made = parts[0]
        for one in parts[1:]:
            made = made | one
    except MappingError:
        return MappingError
    return made


CONTEXT = make_context()


A, B = (named(name, lambda entity, context: 1) for name in "AB")


@given(mappers(), mappers(), mappers())
@example(field(FIELDS[0], A), field(FIELDS[0], A), override(FIELDS[0], B))
@example(override(FIELDS[0], A), field(FIELDS[0], A), override(FIELDS[0], B))
@example(field(FIELDS[0], A), override(FIELDS[0], B), override(FIELDS[0], A))
def test_joining_mappers_is_associative(one: Mapper, two: Mapper, three: Mapper):
    left, inner = joined(one, two, three), joined(two, three)
    right = inner if inner is MappingError else joined(one, inner)
    if left is MappingError or right is MappingError:
        assert left is right
    else:
        assert left(None, CONTEXT) == right(None, CONTEXT)
        assert left.fingerprint == right.fingerprint


@given(mappers())
def test_a_mapper_of_nothing_changes_nothing(one: Mapper):
    assert one | Mapper() == one
    assert Mapper() | one == one


@given(mappers(), mappers())
def test_no_field_is_computed_twice_and_the_later_rule_wins(one: Mapper, two: Mapper):
    both = joined(one, two)
    if both is MappingError:
        return
    assert len(set(both.fields)) == len(both.fields)
    assert set(both.fields) == {*one.fields, *two.fields}
    mapped, later = both(None, CONTEXT), two(None, CONTEXT)
    assert all(mapped.values.get(name, MISSING) == later.values.get(name, MISSING) for name in two.fields)


things = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=5), st.decimals(allow_nan=False)),
    lambda inner: st.one_of(
        st.frozensets(inner, max_size=3),
        st.lists(inner, max_size=3).map(tuple),
        st.dictionaries(st.text(max_size=3), inner, max_size=3).map(lambda made: tuple(made.items())),
    ),
    max_leaves=6,
)


@given(st.lists(things, max_size=4, unique=True))
def test_the_text_of_a_set_does_not_hang_on_its_order(members: list[Any]):
    assert stable(frozenset(members)) == stable(frozenset(reversed(members)))
    assert stable(dict.fromkeys(members)) == stable(dict.fromkeys(reversed(members)))


# Pages

words = st.text(max_size=400)
days = st.dates(date(2026, 10, 20), date(2026, 11, 20)).map(Date)
maybe_days = st.one_of(st.none(), days)
windows = st.builds(
    RightsWindow,
    kind=st.sampled_from(RightsKind),
    territory=st.sampled_from([WORLD, territory("GB"), territory("US"), territory("GB", "IE")]),
    starts=maybe_days,
    ends=maybe_days,
)
prices = st.builds(
    lambda amount, starts, ends: price(amount, starts=starts, ends=ends),
    st.sampled_from(["9.00", "12.99"]),
    maybe_days,
    maybe_days,
)
weights = st.one_of(st.none(), st.just(Decimal(0)), st.just(Decimal(280)))


@st.composite
def formats(draw: st.DrawFn, number: int) -> Any:
    return make_format(
        number,
        draw(st.sampled_from(["BB", "BC", "ED", "LB", None])),
        isbn=draw(st.sampled_from([isbn(number), None])),
        status=draw(st.sampled_from(Status)),
        publication_date=draw(maybe_days),
        embargo=draw(maybe_days),
        preorder_from=draw(maybe_days),
        announced=draw(maybe_days),
        prices=tuple(draw(st.lists(prices, max_size=3))),
        rights=tuple(draw(st.lists(windows, max_size=3))),
        measures=Measures(weight_g=draw(weights)),
        name=draw(st.one_of(st.none(), words)),
        edition=draw(st.one_of(st.none(), words)),
    )


@st.composite
def titles(draw: st.DrawFn) -> Title:
    made = [draw(formats(number)) for number in range(draw(st.integers(1, 3)))]
    texts = draw(st.lists(st.tuples(maybe_days, maybe_days), max_size=2))
    covers = draw(st.lists(st.tuples(maybe_days, maybe_days), max_size=2))
    return make_title(
        *made,
        name=draw(words),
        texts=tuple(
            Text(kind=TextKind.DESCRIPTION, body=f"text {number}", starts=starts, ends=ends)
            for number, (starts, ends) in enumerate(texts)
        ),
        assets=tuple(
            Asset(kind=AssetKind.FRONT_COVER, url=f"https://x.example/{number}.jpg", starts=starts, ends=ends)
            for number, (starts, ends) in enumerate(covers)
        ),
    )


layouts = st.sampled_from(Layout)


def drafts(title: Title, layout: Layout, now: datetime = NOW) -> tuple[Draft, ...]:
    policy = StorePolicy(layout=layout, weights_g={"B": Decimal(300)})
    maker = PageMaker(policy=policy, page=page_mapper(policy), variant=variant_mapper(policy))
    return maker.drafts(title, make_context(now=now))


def may_be_sold(title: Title, now: datetime = NOW) -> list[bool]:
    market = make_context().market
    return [availability(one, market, now).stage in {Stage.LIVE, Stage.PREORDER} for one in title.formats]


@given(titles(), layouts)
def test_mapping_is_a_function_of_its_arguments(title: Title, layout: Layout):
    assert drafts(title, layout) == drafts(title, layout)


@given(titles(), layouts)
def test_nothing_is_on_sale_that_may_not_be(title: Title, layout: Layout):
    sold = may_be_sold(title)
    market = make_context().market
    hidden = [
        availability(one, market, NOW).stage in {Stage.HIDDEN, Stage.WITHDRAWN} for one in title.formats
    ]
    for number, draft in enumerate(drafts(title, layout)):
        allowed = sold[number] if layout is Layout.FORMAT else any(sold)
        asleep = hidden[number] if layout is Layout.FORMAT else all(hidden)
        if not allowed:
            assert draft.mapped.values[on.SELLING] is on.Selling.CLOSED, (
                "said, so that an existing page closes"
            )
        if asleep:
            assert draft.mapped.values[on.VISIBLE] is False
            assert draft.mapped.values[on.OUTLETS] == frozenset()
            assert draft.unmade
        for part in draft.asleep.values():
            assert part.values.get(on.SELLING) in {None, on.Selling.CLOSED}
    if layout is Layout.VARIANTS:
        (draft,) = drafts(title, layout)
        for one, allowed in zip(title.formats, sold, strict=True):
            key = one.isbn or one.key
            part = draft.parts.get(key) or draft.asleep[key]
            assert allowed or part.values[on.SELLING] is on.Selling.CLOSED


@given(titles(), layouts)
def test_what_is_made_is_complete(title: Title, layout: Layout):
    for draft in drafts(title, layout):
        if draft.unmade:
            continue
        assert {on.NAME, on.PRICE, on.WEIGHT_G, on.VISIBLE, on.SELLING} <= set(draft.mapped.values)
        for mapped in (draft.mapped, *draft.parts.values()):
            assert not mapped.blocked
        single = draft.mapped if layout is Layout.FORMAT else None
        for mapped in [single] if single else draft.parts.values():
            physical = mapped.values.get(on.FULFILMENT) is not on.Fulfilment.DIGITAL
            form = mapped.values.get(on.OPTION)
            if physical and form != "E-book":
                assert mapped.values[on.WEIGHT_G] > 0, "a weight is never silently 0"


@given(titles(), layouts)
def test_work_items_of_one_page_each_have_a_reason_of_their_own(title: Title, layout: Layout):
    for draft in drafts(title, layout):
        told = [(one.code, one.field) for one in draft.all_problems]
        assert len(told) == len(set(told))


@given(titles(), layouts, st.floats(0, 1, exclude_max=True))
def test_a_page_stays_the_same_until_its_next_change(title: Title, layout: Layout, share: float):
    for number, draft in enumerate(drafts(title, layout)):
        until = draft.next_change or NOW + timedelta(days=400)
        assert until > NOW
        later = min(NOW + (until - NOW) * share, until - timedelta(microseconds=1))
        again = drafts(title, layout, later)[number]
        assert again.mapped == draft.mapped
        assert again.parts == draft.parts
        assert again.asleep == draft.asleep
        assert again.all_problems == draft.all_problems
        assert again.next_change == draft.next_change


@given(words, words, st.integers(0, 99))
def test_names_and_addresses_fit_whatever_they_are_made_of(name: str, edition: str, number: int):
    one = make_format(number, edition=edition or None)
    listing = Listing(
        title=make_title(one, name=name, ref=Ref("src", "work", edition or "1")), formats=(one,)
    )
    for layout in Layout:
        policy = StorePolicy(layout=layout)
        found = rules.display_name(policy)(listing, CONTEXT).values
        assert all(len(text) <= 250 for text in found)
        assert len(set(found)) == len(found)
        assert all(text == " ".join(text.split()) for text in found)
        address = rules.web_address(policy)(listing, CONTEXT)
        assert len(address) <= 255
        assert address.isascii()
        assert address == address.lower()
    sure = rules.display_name(StorePolicy())(listing, CONTEXT).values[-1]
    assert sure.endswith(f"{isbn(number)})")


selling_values = {
    on.VISIBLE: st.booleans(),
    on.SELLING: st.sampled_from(on.Selling),
    on.RELEASE: st.sampled_from([CLEARED, datetime(2027, 1, 1, tzinfo=UTC)]),
}


@given(st.sampled_from(sorted(selling_values, key=str)), st.data())
def test_what_closes_is_hidden_and_what_opens_is_published(name: Any, data: st.DataObject):
    after = data.draw(selling_values[name])
    kind = kind_of(Change(field=name, before=MISSING, after=after, owner="src", rule="r"))
    closes = after is False or after is on.Selling.CLOSED
    assert (kind is StepKind.HIDE) is closes
    assert kind in {StepKind.HIDE, StepKind.PUBLISH, StepKind.CHANGE}

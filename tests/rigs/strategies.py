"""Random values of everything a plan may hold."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from commerce_bridge.domain.absence import CLEARED, MISSING
from commerce_bridge.domain.exchange import NaturalKey, Ref
from commerce_bridge.domain.fields import Field
from commerce_bridge.domain.listing import LISTING_FIELDS, Fulfilment, Selling
from commerce_bridge.domain.money import Money
from commerce_bridge.domain.record import Fact, Kin, Note, Outlet, Picture, Placement, Record
from commerce_bridge.ports.step import Change, Step, StepKind
from commerce_bridge.sync.plans.segment import Footer, Header, Segment, Standing

texts = st.text(max_size=12)
names = st.from_regex(r"[a-z][a-z_]{0,8}", fullmatch=True)
decimals = st.decimals(
    allow_nan=False, allow_infinity=False, places=None, min_value=-(10**9), max_value=10**9
)
zones = st.integers(-720, 720).map(lambda minutes: timezone(timedelta(minutes=minutes)))
instants = st.datetimes(
    min_value=datetime(1900, 1, 1), max_value=datetime(2200, 1, 1), timezones=st.one_of(st.just(UTC), zones)
)
facts = st.builds(Fact, texts, texts)
notes = st.builds(Note, texts, texts, texts, st.booleans())
pictures = st.builds(Picture, texts, texts, texts, st.booleans(), st.integers(0, 99))
placements = st.builds(Placement, st.lists(texts, min_size=1, max_size=3).map(tuple))
elements = st.one_of(facts, notes, pictures, placements, st.builds(Outlet, texts), st.builds(Kin, texts))
refs = st.builds(Ref, names, names, texts)
keys = st.builds(NaturalKey, names, texts)
atoms: st.SearchStrategy[Any] = st.one_of(
    st.none(),
    texts,
    st.booleans(),
    st.integers(),
    decimals,
    instants,
    st.builds(Money, decimals.map(Decimal), st.sampled_from(["GBP", "EUR", "USD"])),
    refs,
    st.sampled_from([*Selling, *Fulfilment]),
    elements,
)
absences = st.sampled_from([MISSING, CLEARED])
values: st.SearchStrategy[Any] = st.recursive(
    st.one_of(absences, atoms),
    lambda inner: st.one_of(st.frozensets(inner, max_size=3), st.lists(inner, max_size=3).map(tuple)),
    max_leaves=6,
)
fields = st.one_of(
    st.sampled_from(LISTING_FIELDS), st.builds(Field[Any], names, names, label=texts.filter(bool))
)


def _record(parts: st.SearchStrategy[Record]) -> st.SearchStrategy[Record]:
    return st.builds(
        Record,
        values=st.dictionaries(fields, values, max_size=3),
        elements=st.dictionaries(elements, st.one_of(st.none(), refs), max_size=3),
        parts=st.dictionaries(texts, parts, max_size=2),
        ref=st.one_of(st.none(), refs),
    )


records = _record(_record(st.just(Record())))
changes = st.builds(
    Change, field=fields, before=values, after=values, owner=names, rule=texts, part=texts, reason=texts
)
steps = st.builds(
    Step,
    id=texts,
    kind=st.sampled_from(StepKind),
    record=texts,
    label=texts,
    changes=st.lists(changes, max_size=3).map(tuple),
    keys=st.lists(keys, max_size=2).map(tuple),
    target=st.one_of(st.none(), refs),
    observed=texts,
    needs=st.lists(texts, max_size=2).map(tuple),
    seen=st.one_of(st.none(), records),
    reason=texts,
    detail=texts,
)
maybe_instants = st.one_of(st.none(), instants)
standings = st.builds(
    Standing,
    record=texts,
    source=refs,
    origin=refs,
    target=st.one_of(st.none(), refs),
    source_hash=texts,
    target_hash=texts,
    next_change=maybe_instants,
    agreed=st.dictionaries(st.tuples(texts, fields), values, max_size=3),
    label=texts,
    work=st.dictionaries(texts, texts, max_size=2),
)
segments = st.builds(
    Segment,
    steps=st.lists(steps, max_size=2).map(tuple),
    standings=st.lists(standings, max_size=2).map(tuple),
    watermark=st.one_of(st.none(), texts),
)
headers = st.builds(
    Header,
    plan=texts,
    pair=texts,
    scope=texts,
    as_of=instants,
    fingerprint=st.one_of(st.none(), texts),
    start=st.one_of(st.none(), texts),
    complete=st.booleans(),
    correlation_id=texts,
)
footers = st.builds(
    Footer,
    titles=st.integers(0),
    formats=st.integers(0),
    records=st.integers(0),
    skipped=st.integers(0),
    steps=st.dictionaries(st.sampled_from(StepKind), st.integers(0), max_size=3),
    calls=st.integers(0),
    good_until=maybe_instants,
    warnings=st.lists(texts, max_size=2).map(tuple),
)

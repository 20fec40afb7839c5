"""Nothing is sellable before it may be, and the next change is told to the instant."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from commerce_bridge.domain.dates import Date, Precision
from commerce_bridge.domain.market import Market
from commerce_bridge.domain.rights import RightsKind, RightsWindow
from commerce_bridge.domain.territory import WORLD, territory
from commerce_bridge.domain.title import Format, Status, Supply
from commerce_bridge.publishing.availability import BY_STATUS, Stage, availability, on_sale_at
from commerce_bridge.publishing.rights import allowed
from rigs.publishing import MOMENT, a_format, market, utc

days = st.builds(
    Date,
    st.dates(date(2026, 3, 20), date(2026, 4, 10)),
    st.sampled_from([Precision.DAY, Precision.DAY, Precision.DAY, Precision.WEEK]),
)
maybe = st.none() | days
supplies = st.builds(
    Supply,
    availability=st.sampled_from([None, "10", "20", "21", "31", "46", "97"]),
    status=st.sampled_from([None, None, "02", "04", "12", "07"]),
    expected=maybe,
    on_sale=maybe,
    countries=st.sampled_from([frozenset(), frozenset({"GB"}), frozenset({"US"})]),
    publication_date=maybe,
    preorder_from=maybe,
    announced=maybe,
)
windows = st.builds(
    RightsWindow,
    kind=st.sampled_from(RightsKind),
    territory=st.sampled_from([WORLD, territory("GB"), territory("US")]),
    starts=maybe,
    ends=maybe,
)
formats = st.builds(
    a_format,
    status=st.sampled_from(Status),
    publication_date=maybe,
    embargo=maybe,
    preorder_from=maybe,
    announced=maybe,
    supplies=st.lists(supplies, max_size=2).map(tuple),
    rights=st.lists(windows, min_size=1, max_size=3).map(tuple),
)
markets = st.builds(
    lambda country, zone: market(country, zone=zone),
    st.sampled_from(["GB", "US"]),
    st.sampled_from(["Europe/London", "America/Los_Angeles", "Pacific/Auckland"]),
)
instants = st.integers(0, 24 * 60).map(lambda hours: utc("2026-03-15T00:00") + timedelta(hours=hours / 2))


@given(formats, markets, instants)
def test_nothing_is_sellable_before_it_may_be(format_: Format, where: Market, instant: datetime) -> None:
    now = availability(format_, where, instant)
    today = instant.astimezone(ZoneInfo(where.time_zone)).date()
    named = [one for one in format_.supplies if one.countries & where.territory.countries]
    own = named or [one for one in format_.supplies if not one.countries]
    embargoes = [one.on_sale for one in own if one.on_sale] or [format_.embargo]
    announcements = {one.announced or format_.announced for one in own} or {format_.announced}
    if now.stage in {Stage.LIVE, Stage.PREORDER, Stage.COMING_SOON}:
        assert allowed(format_, where, instant)
        assert any(one is None or one.last <= today for one in announcements)
    if now.stage is Stage.LIVE:
        assert all(one is None or one.last <= today for one in embargoes)
        assert any(one.status for one in own) or format_.status not in BY_STATUS
        if not own and not format_.embargo:
            assert format_.publication_date is None or format_.publication_date.last <= today
    if now.stage is Stage.PREORDER:
        assert now.on_sale == on_sale_at(format_, where)
        assert now.on_sale is not None
        assert now.on_sale > instant
        if not own:
            assert format_.preorder_from is None or format_.preorder_from.last <= today


@given(formats, markets, instants, st.lists(instants, max_size=8))
def test_the_stage_holds_until_the_next_change_and_no_longer(
    format_: Format, where: Market, instant: datetime, others: list[datetime]
) -> None:
    now = availability(format_, where, instant)
    if now.next_change is not None:
        assert now.next_change > instant
        assert availability(format_, where, now.next_change - MOMENT).stage is now.stage
        assert availability(format_, where, now.next_change).stage is not now.stage
    for other in others:
        if instant <= other and (now.next_change is None or other < now.next_change):
            assert availability(format_, where, other).stage is now.stage


@given(formats, markets)
def test_the_changes_come_to_an_end(format_: Format, where: Market) -> None:
    instant, count = utc("2020-01-01T00:00"), 0
    while (change := availability(format_, where, instant).next_change) is not None:
        instant, count = change, count + 1
        assert count <= 12

"""What a store says of itself, and whether it can be worked with.

Source: BigCommerce REST reference, `store_information.v2.yml`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from attrs import frozen

from commerce_bridge.flow import primitives as flow
from commerce_bridge.flow.effects import Flow
from commerce_bridge.flow.operation import M, Raw, operation
from commerce_bridge.platforms.bigcommerce.capabilities import capabilities_of
from commerce_bridge.platforms.bigcommerce.endpoint import Endpoint, StoreResource, call
from commerce_bridge.platforms.bigcommerce.limits import QUOTAS
from commerce_bridge.platforms.bigcommerce.wire.base import decode, unknown_fields
from commerce_bridge.platforms.bigcommerce.wire.store import Store, Time
from commerce_bridge.ports.capability import Capability

GET = Endpoint("GET", "/v2/store", "store.get")
TIME = Endpoint("GET", "/v2/time", "store.time")

SKEW_S = 60.0
"""A difference between the store's clock and ours that is worth a warning, in seconds."""


@frozen(kw_only=True)
class StoreCheck:
    """What a check of a store found.

    Args:
        store: Its settings.
        skew_s: Seconds by which its clock is ahead of ours; the time of the call included.
        capabilities: What it can do on its plan.
        warnings: What a person should read, one sentence each.
    """

    store: Store
    skew_s: float
    capabilities: tuple[Capability, ...]
    warnings: tuple[str, ...]


class StoreInformation(StoreResource[M]):
    """The store's settings and clock."""

    @operation
    def get(self: StoreInformation[Raw]) -> Flow[Store]:
        """The store's settings: units, default currency, tax entry, default channel, plan; one vendor call.

        Source: BigCommerce REST reference, `store_information.v2.yml`, GET /store.
        """
        return decode(Store, (yield from call(self.connection, GET)))

    @operation
    def time(self: StoreInformation[Raw]) -> Flow[datetime]:
        """The store's clock, in UTC and whole seconds; one vendor call.

        Source: BigCommerce REST reference, `store_information.v2.yml`, GET /time.
        """
        return datetime.fromtimestamp(decode(Time, (yield from call(self.connection, TIME))).time, UTC)

    @operation
    def check(self: StoreInformation[Raw]) -> Flow[StoreCheck]:
        """What the store says of itself, and what to know before working with it; two vendor calls.

        Raises:
            AuthError: The token or the store hash is wrong, or a scope is missing.

        Source: BigCommerce REST reference, `store_information.v2.yml`, GET /time and GET /store.
        """
        theirs = yield from self.time()
        ours = yield from flow.now()
        store = yield from self.get()
        skew_s = (theirs - ours).total_seconds()
        quotas = [window.quota for window in self.connection.budget.windows]
        return StoreCheck(
            store=store,
            skew_s=skew_s,
            capabilities=capabilities_of(store),
            warnings=tuple(_warnings(store, skew_s, quotas)),
        )


def _warnings(store: Store, skew_s: float, quotas: Sequence[int]) -> list[str]:
    found: list[str] = []
    if abs(skew_s) > SKEW_S:
        found.append(f"The store's clock differs from ours by {skew_s:.0f} s: compare instants with care.")
    plan = (store.plan_level or "").lower()
    known = QUOTAS.get(plan)
    if known is not None and quotas and quotas[0] > known:
        found.append(
            f"The plan {store.plan_level} has {known} requests in 30 s, but {quotas[0]} are configured."
        )
    if store.currency is None:
        found.append("The store does not say its default currency: prices cannot be compared.")
    if store.is_price_entered_with_tax is None:
        found.append("The store does not say whether its prices include tax.")
    if store.status is not None and store.status.lower() not in {"", "live", "open"}:
        found.append(f"The store is {store.status}: shoppers may not see it.")
    if unknown := unknown_fields(store):
        found.append(f"The store sends fields that this release does not know: {', '.join(sorted(unknown))}.")
    return found

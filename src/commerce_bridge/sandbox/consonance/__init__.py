"""A sandbox of Consonance: a real GraphQL schema over an invented publisher's data.

    sandbox = ConsonanceSandbox(seed="empty")
    ids = sandbox.load(simple_title("The Black Road"), at=now)
    sandbox.edit("price", ids.prices[0], at=later, amount=Decimal("11.99"))

Source: vendor GraphQL schema pages; vendor example queries (GeneralProducts/consonance-graphql).
"""

from __future__ import annotations

from importlib.util import find_spec

if find_spec("graphql") is None:
    raise ImportError(
        "the Consonance sandbox needs graphql-core, which comes with the extra "
        "commerce-bridge[sandbox]: pip install 'commerce-bridge[sandbox]'",
        name="graphql",
    )

from commerce_bridge.sandbox.consonance.seed import SEEDED_AT, Loaded
from commerce_bridge.sandbox.consonance.service import DEMO_KEY, ConsonanceSandbox
from commerce_bridge.sandbox.consonance.settings import Settings

__all__ = ["DEMO_KEY", "SEEDED_AT", "ConsonanceSandbox", "Loaded", "Settings"]

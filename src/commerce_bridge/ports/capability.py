"""What a platform, or a store on its plan, can do."""

from __future__ import annotations

from attrs import frozen


@frozen(kw_only=True)
class Capability:
    """One thing that a platform can or cannot do.

    Args:
        name: In snake case, such as ``price_lists``.
        supported: Whether it can; None when it depends on the account and has not been checked.
        reason: Why, and what is used instead.
        source: The vendor's page or specification path behind it.
    """

    name: str
    supported: bool | None
    reason: str
    source: str

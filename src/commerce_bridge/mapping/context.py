"""What rules may look at beside the entity, and what they say when they cannot map it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from attrs import field, frozen

from commerce_bridge.domain.absence import MISSING
from commerce_bridge.domain.fields import AnyField
from commerce_bridge.domain.market import Market
from commerce_bridge.domain.money import TaxBasis


@frozen(kw_only=True)
class Context:
    """The circumstances of a mapping; time is an argument.

    Args:
        now: The instant for which the record is mapped; aware.
        market: The market it is mapped for.
        tax_basis: Whether the target's prices contain tax.
        kin: Source references, as text, to canonical ids of records of the same run.
        facts: Further facts of the target, by name, for rules that ask for them.
    """

    now: datetime
    market: Market
    tax_basis: TaxBasis = TaxBasis.INCLUSIVE
    kin: Mapping[str, str] = field(factory=dict[str, str])
    facts: Mapping[str, Any] = field(factory=dict[str, Any])


@frozen(kw_only=True)
class Problem:
    """Why a value could not be computed as wished.

    Args:
        code: Short and stable, such as ``no-price``.
        message: For people: what was expected, what came, what to try.
        field: Which field it is about; the mapper fills it in.
        blocking: Whether the record must not be written at all.
        instead: The value to use all the same; MISSING for none.
    """

    code: str
    message: str
    field: AnyField | None = None
    blocking: bool = False
    instead: Any = MISSING

"""The rows the sandbox keeps: one frozen class a table, every column with a default.

Columns hold what a publisher enters.  What the platform works out (full titles,
counts, lists of countries) is computed when it is asked for, never stored.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

from commerce_bridge.sandbox.consonance.rows_base import Ids, Named, Row, Texts
from commerce_bridge.sandbox.consonance.rows_making import (
    Binding,
    Contract,
    Cover,
    DeliveryDate,
    Embellishment,
    Finish,
    GratisCopy,
    Interior,
    LicensedRight,
    OfRun,
    ProductionRun,
    Quantity,
)
from commerce_bridge.sandbox.consonance.rows_people import Address, Contact, Organisation, Person, Phone
from commerce_bridge.sandbox.consonance.rows_title import (
    Contribution,
    Imprint,
    InHouseEdition,
    InHouseFormat,
    MarketingText,
    MarketingTier,
    Price,
    Prize,
    Product,
    ProjectStage,
    Season,
    Series,
    SeriesMembership,
    Subject,
    SupportingResource,
    WebLink,
    Work,
    WorkType,
)

__all__ = [
    "Address",
    "Binding",
    "Contact",
    "Contract",
    "Contribution",
    "Cover",
    "DeliveryDate",
    "Embellishment",
    "Finish",
    "GratisCopy",
    "Ids",
    "Imprint",
    "InHouseEdition",
    "InHouseFormat",
    "Interior",
    "KINDS",
    "LicensedRight",
    "MarketingText",
    "MarketingTier",
    "Named",
    "OfRun",
    "Organisation",
    "Person",
    "Phone",
    "Price",
    "Prize",
    "Product",
    "ProductionRun",
    "ProjectStage",
    "Quantity",
    "ROW_CLASSES",
    "Row",
    "Season",
    "Series",
    "SeriesMembership",
    "Subject",
    "SupportingResource",
    "Texts",
    "WebLink",
    "Work",
    "WorkType",
    "kind_of",
    "snake",
]

ROW_CLASSES: tuple[type[Row], ...] = (
    Imprint,
    Season,
    ProjectStage,
    WorkType,
    MarketingTier,
    InHouseFormat,
    InHouseEdition,
    Series,
    Person,
    Organisation,
    Work,
    Product,
    Price,
    Contribution,
    Subject,
    SeriesMembership,
    MarketingText,
    SupportingResource,
    Prize,
    WebLink,
    Contract,
    DeliveryDate,
    LicensedRight,
    GratisCopy,
    ProductionRun,
    Quantity,
    Binding,
    Cover,
    Embellishment,
    Finish,
    Interior,
)


def snake(name: str) -> str:
    """``SupportingResource`` and ``supportingResource`` as ``supporting_resource``."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


def kind_of(row_class: type[Row]) -> str:
    """The singular name of a table."""
    return snake(row_class.__name__)


KINDS: Mapping[str, type[Row]] = MappingProxyType({kind_of(each): each for each in ROW_CLASSES})
"""Every table by the singular name that `add`, `edit` and `remove` take."""

"""Fields are values: merge, ownership, plans and explanations know only these, never strings.

An entity lists its own fields once.  Another package makes fields of its own with
`Field("listing", "acme_reading_age", …)`; their values travel in an entity's `extra`.
"""

from __future__ import annotations

from typing import Any, Generic, TypeVar, cast

from attrs import field, frozen

from commerce_bridge.domain.absence import MISSING, Maybe

T = TypeVar("T")


@frozen
class Field(Generic[T]):
    """The name of one field of one entity, typed by its value.

    Args:
        entity: The entity, in lower case, such as ``listing``.
        name: The field, in snake case; unique in its entity.
        personal: Whether its values are personal data, which never reach a file or a log in clear.
        label: What people call it; the name with spaces unless given.
    """

    entity: str
    name: str
    personal: bool = field(default=False, eq=False, kw_only=True)
    label: str = field(default="", eq=False, kw_only=True)

    def __str__(self) -> str:
        return f"{self.entity}.{self.name}"

    @property
    def text(self) -> str:
        """What people call it."""
        return self.label or self.name.replace("_", " ")

    def of(self, entity: object) -> Maybe[T]:
        """The value that `entity` holds, from its attribute or from its `extra`."""
        value = getattr(entity, self.name, MISSING)
        if value is MISSING:
            extra = getattr(entity, "extra", None)
            value = extra.get(self, MISSING) if extra else MISSING
        return cast("Maybe[T]", value)


AnyField = Field[Any]

"""A record in field terms: what mappers make, what targets show, and what is merged.

Some values stand in a place of their own (`AVAILABILITY`, `PRICE`).  Others are
*elements* of collections that a target shares with people: a custom field, a
metafield, a picture, a category.  We own the elements that we put there, never the
collection.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, TypeAlias

from attrs import field, frozen

from commerce_bridge.domain.absence import MISSING, Maybe
from commerce_bridge.domain.exchange import Ref
from commerce_bridge.domain.fields import AnyField


@frozen(order=True)
class Fact:
    """A named value that shoppers may see (a custom field).

    Args:
        name: Its name, such as ``Author``; a target may hold several of one name.
        value: Its value as displayed.
    """

    name: str
    value: str

    @property
    def slot(self) -> str:
        """Where it stands: two elements of one slot are two values of one thing."""
        return f"fact/{self.name}"

    def __str__(self) -> str:
        return f"{self.name}: {self.value}"


@frozen(order=True)
class Note:
    """A named value that only programs see (a metafield).

    Args:
        namespace: Ours keeps it apart from others'.
        key: Its name there.
        value: Its value as text.
        shown: Whether storefront programs may read it.
    """

    namespace: str
    key: str
    value: str
    shown: bool = False

    @property
    def slot(self) -> str:
        """Where it stands: a target holds one value in each."""
        return f"note/{self.namespace}/{self.key}"

    def __str__(self) -> str:
        return f"{self.namespace}.{self.key}: {self.value}"


@frozen(order=True)
class Picture:
    """An image, known by its content.

    Args:
        digest: Hash of the content, or of the address where the content's is not known; ``algorithm:hex``.
        url: Where it can be fetched; not part of its identity.
        text: Alternative text.
        main: Whether it stands for the product.
        place: Order among the pictures, from 0.
    """

    digest: str
    url: str = field(default="", eq=False, order=False)
    text: str = ""
    main: bool = False
    place: int = 0

    @property
    def slot(self) -> str:
        """Where it stands: the same content is the same picture."""
        return f"picture/{self.digest}"

    def __str__(self) -> str:
        return self.text or self.digest[:14]


@frozen(order=True)
class Placement:
    """A category of the target, as the path of names from the root.

    Args:
        path: Names from the root, at least one.
    """

    path: tuple[str, ...]

    @property
    def slot(self) -> str:
        """Where it stands."""
        return "category/" + "/".join(self.path)

    def __str__(self) -> str:
        return " > ".join(self.path)


@frozen(order=True)
class Outlet:
    """A channel on which a record is offered.

    Args:
        channel: The target's name or id of it.
    """

    channel: str

    @property
    def slot(self) -> str:
        """Where it stands."""
        return f"channel/{self.channel}"

    def __str__(self) -> str:
        return f"channel {self.channel}"


@frozen(order=True)
class Kin:
    """Another record of the same family, by its canonical id.

    Args:
        record: The canonical id; a reader gives the target's reference where the id is not known.
    """

    record: str

    @property
    def slot(self) -> str:
        """Where it stands."""
        return f"kin/{self.record}"

    def __str__(self) -> str:
        return self.record


@frozen
class Candidates:
    """Values for a field that must be unique on the target: the first that nobody else has is taken.

    Args:
        values: From the nicest to the surest, at least one.
    """

    values: tuple[str, ...]


Element: TypeAlias = Fact | Note | Picture | Placement | Outlet | Kin


@frozen(kw_only=True)
class Record:
    """One record of one entity in field terms.

    Args:
        values: Field to value; a field that is not there is MISSING.
        elements: All elements that the target shows, ours and others', with the target's name of each
            (None where it has none); empty for a source.
        parts: Sub-records by their natural key, such as the variants of a product by SKU.
        ref: The target's name of the record, or None.
        changed_at: Field to the instant at which its value last changed, by the platform's clock; fields of
            which it does not say so are left out.
    """

    values: Mapping[AnyField, Any] = field(factory=dict[AnyField, Any])
    elements: Mapping[Element, Ref | None] = field(factory=dict[Element, "Ref | None"])
    parts: Mapping[str, Record] = field(factory=dict[str, "Record"])
    ref: Ref | None = None
    changed_at: Mapping[AnyField, datetime] = field(factory=dict[AnyField, datetime])

    def get(self, name: AnyField) -> Maybe[Any]:
        """The value of a field, or MISSING."""
        return self.values.get(name, MISSING)

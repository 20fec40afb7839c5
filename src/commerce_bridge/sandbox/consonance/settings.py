"""The switches of the sandbox: each unpublished behaviour of the platform, with a default and its other readings."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from attrs import asdict, evolve, field, fields, frozen, validators
from attrs.validators import ge, instance_of, optional


def _one_of(*choices: object) -> Any:
    return validators.in_(choices)


def _texts(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(values)


_AT_LEAST_ONE: Any = optional([instance_of(int), ge(1)])


@frozen(kw_only=True)
class Settings:
    """How this understudy behaves where the vendor publishes nothing.

    Args:
        page_cap: Most rows a list of works or products answers at once; None answers all.
        order: ``id`` ascending; ``mixed`` gives the same page in another order; ``title`` orders the
            whole list by title before the page is cut, so that `after` cannot be relied upon.
        changed_since_timezone: The zone in which the day of `changedSince` begins.
        changed_since_reach: ``all`` counts any row of the family; ``named`` counts only the tables the
            vendor's page names (works, products, prices, series, contributors, imprints).
        country_lists: ``as_entered`` answers the country lists as the publisher keeps them;
            ``complete`` writes both out in full, as the platform's ONIX does.
        error_shape: The members of a mutation's errors: ``field_messages``, ``attribute_message`` or
            ``field_message``.
        singular_match: What `work`, `product`, `contract` and `organisation` do when several rows
            match: ``first``, ``null`` or ``error``.
        empty_list_matches: What an empty list in a search means: ``everything`` or ``nothing``.
        invalid_query_status: The HTTP status of a query that does not fit the schema: 200 or 400.
        auth_failure_status: The HTTP status for a bad key: 401 or 403.
        auth_failure_json: Whether GraphQL answers a bad key with JSON; otherwise with plain text.
        read_only_key: Whether the key may not write.
        introspection: Whether the schema may be asked for.
        requests_per_minute: Most requests in any 60 seconds; None sets no limit.
        send_retry_after: Whether a refusal by that limit says how long to wait.
        broken_fields: ``Type.field`` names that fail, to give answers of status 200 with errors.
        image_processing_s: Seconds until a new image has its sizes.
        publisher_name: The name of the account's owner.
    """

    page_cap: int | None = field(default=100, validator=_AT_LEAST_ONE)
    order: str = field(default="id", validator=_one_of("id", "mixed", "title"))
    changed_since_timezone: str = field(default="UTC", validator=instance_of(str))
    changed_since_reach: str = field(default="all", validator=_one_of("all", "named"))
    country_lists: str = field(default="as_entered", validator=_one_of("as_entered", "complete"))
    error_shape: str = field(
        default="field_messages", validator=_one_of("field_messages", "attribute_message", "field_message")
    )
    singular_match: str = field(default="first", validator=_one_of("first", "null", "error"))
    empty_list_matches: str = field(default="everything", validator=_one_of("everything", "nothing"))
    invalid_query_status: int = field(default=200, validator=_one_of(200, 400))
    auth_failure_status: int = field(default=401, validator=_one_of(401, 403))
    auth_failure_json: bool = field(default=True, validator=instance_of(bool))
    read_only_key: bool = field(default=False, validator=instance_of(bool))
    introspection: bool = field(default=True, validator=instance_of(bool))
    requests_per_minute: int | None = field(default=None, validator=_AT_LEAST_ONE)
    send_retry_after: bool = field(default=True, validator=instance_of(bool))
    broken_fields: tuple[str, ...] = field(factory=tuple[str, ...], converter=_texts)
    image_processing_s: float = field(default=30.0, validator=ge(0))
    publisher_name: str = field(default="Larkmere & Daughters", validator=instance_of(str))

    def changed(self, **changes: Any) -> Settings:
        """The same settings with some replaced; an unknown name is a ValueError listing the known ones."""
        known = [each.name for each in fields(Settings)]
        if unknown := sorted(set(changes) - set(known)):
            raise ValueError(f"unknown setting {', '.join(unknown)}; known: {', '.join(known)}")
        return evolve(self, **changes)

    def as_json(self) -> dict[str, Any]:
        """The settings as JSON-able data."""
        shown: dict[str, Any] = json.loads(json.dumps(asdict(self)))
        return shown

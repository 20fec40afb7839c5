"""The switches of the sandbox: the store's own facts, and every behaviour the vendor leaves open."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from attrs import Attribute, asdict, evolve, field, fields, frozen

SCOPES = (
    "store_v2_products",
    "store_v2_information",
    "store_channel_settings",
    "store_channel_listings",
    "store_sites",
    "store_v2_content",
)
"""What a token may do unless told otherwise; each has a twin ending in `_read_only`."""


def _among(*allowed: Any) -> Any:
    def check(_: object, attribute: Attribute[Any], value: Any) -> None:
        if value not in allowed:
            raise ValueError(
                f"{attribute.name} must be one of {', '.join(map(repr, allowed))}, not {value!r}"
            )

    return check


def _at_least_one(_: object, attribute: Attribute[int], value: int) -> None:
    if value < 1:
        raise ValueError(f"{attribute.name} must be 1 or more, not {value!r}")


def _words(value: Iterable[str]) -> tuple[str, ...]:
    return tuple(value)


def _numbers(value: Iterable[int]) -> tuple[int, ...]:
    return tuple(value)


def _maybe_words(value: Iterable[str] | None) -> tuple[str, ...] | None:
    return None if value is None else tuple(value)


def _plain(_: object, __: object, value: Any) -> Any:
    return [*value] if isinstance(value, tuple) else value


def _texts(value: Mapping[str, str]) -> dict[str, str]:
    return dict(value)


@frozen(kw_only=True)
class Settings:
    """Every switch of the BigCommerce sandbox.

    The store:
        store_hash: The store in every path.
        currency, weight_units, dimension_units: What `/v2/store` says of units and money.
        tax_entry: Whether catalogue prices are entered ``inclusive`` or ``exclusive`` of tax.
        tax_class_ids: Tax classes that exist; any other is a 409.
        plan_level: Name of the plan in `/v2/store`.
    The caller:
        client_id: API account behind the access token; it owns the metafields it makes.
        other_accounts: Further access tokens and the client id of each.
        scopes: Scopes of every token.
        permission_write_open: Whether `permission_set: write` lets other accounts change a metafield.
    The quota:
        quota, window_ms: Requests in a window, and its length from its first request.
        retry_after: Whether a 429 also says `X-Retry-After` (seconds).
    Refusals:
        unauthorized_body: A 401 as ``json`` or plain ``text``.
        wrong_store_status: Status for another store's hash.
        error_content_type: Media type of v3 errors.
        unknown_filters: Whether query parameters no one knows are ``refused`` (422) or ``ignored``.
    Lists:
        limit_max: Highest `limit`; above it 413.
        in_filter_max: Most values in one `:in` filter of a GET; above it 400. 0 allows any number.
        past_end_status: 200 with no rows, or 204, for a page past the end.
        empty_images_status: The same for a product without images.
    Products:
        assign_new_products_to_channel: Whether a new product starts on the default channel.
        new_products_visible: `is_visible` of a new product that does not say.
        type_changeable: Whether `type` may change after creation.
        digital_needs_weight, categories_required: Whether a create without these is refused.
        date_modified_bumped_by_subresources: Whether variants, images, custom fields and metafields do.
        product_batch_bad_row: ``partial`` saves the good rows (207), ``refuse`` saves none.
        product_batch_names_rows: Whether the errors of a partial product batch name the rows that failed.
        product_put_arrays: Whether images, videos and bulk prices inside a PUT ``replace`` or ``merge``.
        url_taken_on_create: ``refuse`` (409) or ``suffix`` (200 with another address).
        url_taken_on_update: ``partial`` (207, address kept) or ``suffix``.
        first_image_is_thumbnail: Whether a product's first image becomes its thumbnail unasked.
    Variants:
        variants_batch_creates: Whether `PUT /catalog/variants` creates rows without an id.
        variants_batch_bad_row: ``refuse`` saves nothing, ``partial`` the good rows; the answer is a 422 either way.
    Batches whose maximum the vendor does not state:
        metafield_batch_max, category_batch_max, assignment_batch_max: Rows; above it 413.
        resource_id_in_on_batch_metafields: ``ignored``, ``honoured`` or ``refused``.
    Images:
        image_hosts: The only hosts that can be fetched from; None means all others than these:
        unreachable_hosts: Hosts nothing can be fetched from.
        unreachable_status: 400 or 422 for them.
    """

    store_hash: str = "demo"
    currency: str = "GBP"
    weight_units: str = field(default="KGS", validator=_among("LBS", "Ounces", "KGS", "Grams", "Tonnes"))
    dimension_units: str = field(default="Centimeters", validator=_among("Inches", "Centimeters"))
    tax_entry: str = field(default="inclusive", validator=_among("inclusive", "exclusive"))
    tax_class_ids: tuple[int, ...] = field(default=(0, 1, 2, 3), converter=_numbers)
    plan_level: str = "Standard"

    client_id: str = "client-bridge"
    other_accounts: Mapping[str, str] = field(factory=dict[str, str], converter=_texts, repr=False)
    scopes: tuple[str, ...] = field(default=SCOPES, converter=_words)
    permission_write_open: bool = False

    quota: int = field(default=150, validator=_at_least_one)
    window_ms: int = field(default=30_000, validator=_at_least_one)
    retry_after: bool = False

    unauthorized_body: str = field(default="json", validator=_among("json", "text"))
    wrong_store_status: int = 403
    error_content_type: str = "application/json"
    unknown_filters: str = field(default="refused", validator=_among("refused", "ignored"))

    limit_max: int = field(default=250, validator=_at_least_one)
    in_filter_max: int = 50
    past_end_status: int = field(default=200, validator=_among(200, 204))
    empty_images_status: int = field(default=200, validator=_among(200, 204))

    assign_new_products_to_channel: bool = False
    new_products_visible: bool = True
    type_changeable: bool = False
    digital_needs_weight: bool = True
    categories_required: bool = False
    date_modified_bumped_by_subresources: bool = False
    product_batch_bad_row: str = field(default="partial", validator=_among("partial", "refuse"))
    product_batch_names_rows: bool = True
    product_put_arrays: str = field(default="replace", validator=_among("replace", "merge"))
    url_taken_on_create: str = field(default="refuse", validator=_among("refuse", "suffix"))
    url_taken_on_update: str = field(default="partial", validator=_among("partial", "suffix"))
    first_image_is_thumbnail: bool = False

    variants_batch_creates: bool = True
    variants_batch_bad_row: str = field(default="refuse", validator=_among("partial", "refuse"))
    metafield_batch_max: int = field(default=50, validator=_at_least_one)
    category_batch_max: int = field(default=50, validator=_at_least_one)
    assignment_batch_max: int = field(default=50, validator=_at_least_one)
    resource_id_in_on_batch_metafields: str = field(
        default="ignored", validator=_among("ignored", "honoured", "refused")
    )

    image_hosts: tuple[str, ...] | None = field(default=None, converter=_maybe_words)
    unreachable_hosts: tuple[str, ...] = field(default=(), converter=_words)
    unreachable_status: int = field(default=400, validator=_among(400, 422))

    def changed(self, changes: Mapping[str, Any]) -> Settings:
        """These settings with `changes` applied.

        Raises:
            ValueError: A name is not a switch (the message lists those that are), or a value is out of range.
        """
        known: Collection[str] = [each.name for each in fields(Settings)]
        strange = sorted(set(changes) - set(known))
        if strange:
            raise ValueError(
                f"No such switch of the BigCommerce sandbox: {', '.join(strange)}. Known: {', '.join(known)}."
            )
        return evolve(self, **changes)

    def as_json(self) -> dict[str, Any]:
        """The switches as JSON-able data; access tokens of other accounts are left out."""
        shown: dict[str, Any] = asdict(self, recurse=False, value_serializer=_plain)
        return {**shown, "other_accounts": sorted(self.other_accounts.values())}

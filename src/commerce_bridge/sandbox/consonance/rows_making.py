"""The rows behind a title: contracts and production."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from attrs import frozen

from commerce_bridge.sandbox.consonance.rows_base import Ids, Row


@frozen(kw_only=True)
class Contract(Row):
    """An agreement about a work.  `term` counts months; `terminated_date` is the last day in force."""

    work_id: int | None = None
    contract_name: str = ""
    description: str | None = None
    author_discount: str | None = None
    copyright_year: str | None = None
    flat_fee_value: Decimal | None = None
    guaranteed_royalty_value: Decimal | None = None
    remainder_rate: str | None = None
    remainder_rate_over_cost: Decimal | None = None
    signed_date: date | None = None
    term: str | None = None
    terminated_date: date | None = None
    termination_reason: str | None = None
    ms_delivery_date: date | None = None
    revised_ms_delivery_date: date | None = None
    actual_ms_delivery_date: date | None = None
    ms_proofs_date: date | None = None
    pub_before_date: date | None = None
    review_date: date | None = None


@frozen(kw_only=True)
class DeliveryDate(Row):
    """Something a contract says will be delivered, and when."""

    contract_id: int
    date_due: date | None = None
    slipped_date: date | None = None
    deliverable_type: str | None = None
    delivery_requirement: str | None = None
    percentage_of_total: Decimal | None = None


@frozen(kw_only=True)
class LicensedRight(Row):
    """A right the contract licenses, and the author's share of its income in per cent."""

    contract_id: int
    right_type: str = ""
    author_cut: Decimal = Decimal(0)


@frozen(kw_only=True)
class GratisCopy(Row):
    """Free copies promised under a contract."""

    contract_id: int
    note: str | None = None
    number_of_copies: int | None = None
    send_on: date | None = None
    sent_on: date | None = None
    product_id: int | None = None
    contact_id: int | None = None


@frozen(kw_only=True)
class ProductionRun(Row):
    """One printing or making of some formats of a work."""

    work_id: int
    name: str | None = None
    delivery_date: date | None = None
    product_ids: Ids = ()


@frozen(kw_only=True)
class OfRun(Row):
    """A part of a production run's specification."""

    production_run_id: int
    product_ids: Ids = ()


@frozen(kw_only=True)
class Quantity(OfRun):
    """How many of one product a run makes, and how many have arrived."""

    name: str | None = None
    description: str | None = None
    quantity: int | None = None
    received_quantity: int | None = None
    product_id: int | None = None


@frozen(kw_only=True)
class Binding(OfRun):
    """How the book block is bound."""

    binding_instructions: str | None = None
    case_spine_style: str | None = None
    description: str | None = None
    endpapers: str | None = None
    page_binding_method: str | None = None
    trimming_method: str | None = None
    width_of_board: int | None = None


@frozen(kw_only=True)
class Cover(OfRun):
    """How the cover is printed."""

    cover_colours_outside: str | None = None
    cover_colours_outside_description: str | None = None
    cover_notes: str | None = None
    cover_type: str | None = None
    paper: str | None = None


@frozen(kw_only=True)
class Embellishment(OfRun):
    """Foil, embossing and the like."""

    name: str | None = None
    description: str | None = None


@frozen(kw_only=True)
class Finish(OfRun):
    """Lamination, varnish and the like."""

    name: str | None = None
    description: str | None = None


@frozen(kw_only=True)
class Interior(OfRun):
    """How the text is printed."""

    fsc: bool | None = None
    paper: str | None = None
    text_colour: str | None = None
    text_colour_description: str | None = None
    text_print_instructions: str | None = None

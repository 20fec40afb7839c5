"""From a catalogue's agreements and printings to the rows behind a title."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from commerce_bridge.sandbox.catalogue import Agreement, Run
from commerce_bridge.sandbox.consonance.rows import Ids
from commerce_bridge.sandbox.consonance.tables import Tables


def enter_agreement(tables: Tables, at: datetime, work_id: int, signed: Agreement, product_ids: Ids) -> int:
    """Enter a contract with what it licenses, wants delivered and gives away; its id."""
    contract_id = tables.add(
        "contract",
        at=at,
        work_id=work_id,
        contract_name=signed.name,
        description=signed.summary,
        copyright_year=str(signed.signed.year),
        signed_date=signed.signed,
        term=str(signed.months) if signed.months else None,
        terminated_date=signed.ended,
        termination_reason=signed.why_ended,
        ms_delivery_date=signed.ms_due,
        revised_ms_delivery_date=signed.ms_due_revised,
        actual_ms_delivery_date=signed.ms_received,
        ms_proofs_date=signed.proofs,
        pub_before_date=signed.publish_before,
    )
    _enter_clauses(tables, at, contract_id, signed)
    for gift in signed.gratis:
        tables.add(
            "gratis_copy",
            at=at,
            contract_id=contract_id,
            note=gift.note,
            number_of_copies=gift.copies,
            send_on=gift.send_on,
            sent_on=gift.sent_on,
            product_id=product_ids[0] if product_ids else None,
        )
    return contract_id


def _enter_clauses(tables: Tables, at: datetime, contract_id: int, signed: Agreement) -> None:
    for right, per_cent in signed.rights:
        tables.add(
            "licensed_right", at=at, contract_id=contract_id, right_type=right, author_cut=Decimal(per_cent)
        )
    for each in signed.deliveries:
        tables.add(
            "delivery_date",
            at=at,
            contract_id=contract_id,
            date_due=each.due,
            slipped_date=each.slipped,
            deliverable_type=each.what,
            delivery_requirement=each.requirement,
            percentage_of_total=None if each.per_cent is None else Decimal(each.per_cent),
        )


def enter_run(tables: Tables, at: datetime, work_id: int, run: Run, product_ids: Ids) -> int:
    """Enter a printing with a quantity for each format and an ordinary specification; its id."""
    run_id = tables.add(
        "production_run",
        at=at,
        work_id=work_id,
        name=run.name,
        delivery_date=run.due,
        product_ids=product_ids,
    )
    for product_id in product_ids:
        tables.add(
            "quantity",
            at=at,
            production_run_id=run_id,
            product_ids=(product_id,),
            product_id=product_id,
            name=run.name,
            description="Copies for stock",
            quantity=run.copies,
            received_quantity=run.received,
        )
    for kind, columns in _SPECIFICATION.items():
        tables.add(kind, at=at, production_run_id=run_id, product_ids=product_ids, **columns)
    return run_id


_SPECIFICATION: dict[str, dict[str, Any]] = {
    "binding": {
        "binding_instructions": "Head and tail bands in cream",
        "case_spine_style": "Rounded and backed",
        "description": "Sewn in sixteens",
        "endpapers": "Plain, 120 gsm",
        "page_binding_method": "Thread sewn",
        "trimming_method": "Trimmed on three sides",
        "width_of_board": 3,
    },
    "cover": {
        "cover_colours_outside": "4/0",
        "cover_colours_outside_description": "Four colours outside, none inside",
        "cover_notes": "Match the first printing",
        "cover_type": "Printed jacket",
        "paper": "Gloss art, 130 gsm",
    },
    "embellishment": {"name": "Foil", "description": "Copper foil on the spine"},
    "finish": {"name": "Lamination", "description": "Soft-touch, outside only"},
    "interior": {
        "fsc": True,
        "paper": "Book wove, 80 gsm",
        "text_colour": "1/1",
        "text_colour_description": "Black on both sides",
        "text_print_instructions": "Keep the ink even across plates",
    },
}

"""The rows of people and organisations."""

from __future__ import annotations

from attrs import frozen

from commerce_bridge.sandbox.consonance.rows_base import Row, Texts


@frozen(kw_only=True)
class Address:
    """One postal address of a contact; `country_code` is ISO alpha-2."""

    address_line1: str | None = None
    address_line2: str | None = None
    address_line3: str | None = None
    building: str | None = None
    sub_building: str | None = None
    care_of: str | None = None
    country_code: str | None = None
    department_name: str | None = None
    organisation_name: str | None = None
    post_office_box: str | None = None
    postcode: str | None = None


@frozen(kw_only=True)
class Phone:
    """One telephone number of a contact."""

    phone_number: str | None = None
    phone_type: str | None = None


@frozen(kw_only=True)
class Contact(Row):
    """What persons and organisations share; both draw ids from one sequence."""

    contact_tags: Texts = ()
    inhouse_customer_id: str | None = None
    inhouse_supplier_id: str | None = None
    isni: str | None = None
    biographical_note: str | None = None
    addresses: tuple[Address, ...] = ()
    emails: Texts = ()
    phones: tuple[Phone, ...] = ()
    notes: Texts = ()


@frozen(kw_only=True)
class Person(Contact):
    """A human being: an author, an illustrator, a translator, a reader."""

    names_before_key: str | None = None
    key_names: str | None = None
    address_as: str | None = None
    gender: str | None = None
    gender_clarification: str | None = None
    qualifications_and_honours_after_names: str | None = None
    affiliations: Texts = ()


@frozen(kw_only=True)
class Organisation(Contact):
    """A body with a name: a society that writes, a printer, a licensee."""

    organisation_name: str | None = None
    duns_number: str | None = None
    global_location_number: str | None = None
    vat_number: str | None = None
    standard_address_number: str | None = None
    ringgold_id: str | None = None
    organisation_country: str | None = None

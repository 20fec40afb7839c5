"""What Consonance can and cannot do for a bridge, each with its reason and source."""

from __future__ import annotations

from commerce_bridge.ports.capability import Capability

_PAGES = "vendor GraphQL schema pages"


def _can(name: str, reason: str, source: str) -> Capability:
    return Capability(name=name, supported=True, reason=reason, source=source)


def _cannot(name: str, reason: str, source: str) -> Capability:
    return Capability(name=name, supported=False, reason=reason, source=source)


CAPABILITIES: tuple[Capability, ...] = (
    _can("works_read", "Works with their products, texts, resources, prices and rights.", _PAGES),
    _can(
        "changes_by_date",
        "changedSince takes a date; it finds more than what changed, and is asked again from the day before.",
        f"{_PAGES}, WorkSearchAttributes and ProductSearchAttributes",
    ),
    _cannot(
        "changes_by_time",
        "Neither works nor products say when they were changed; a hash of what was read tells repeats apart.",
        f"{_PAGES}, Product and Work",
    ),
    Capability(
        name="text_changes_reported",
        supported=None,
        reason="The pages name series, contributors and products as changes of a work, not texts and images; a "
        "complete read finds those in any case.",
        source=f"{_PAGES}, WorkSearchAttributes",
    ),
    _cannot(
        "deletions_reported",
        "Deleted works leave no trace in changedSince; a complete read finds that they are gone.",
        f"{_PAGES}, WorkSearchAttributes",
    ),
    _cannot(
        "webhooks",
        "No vendor page mentions any; changes are found by asking again.",
        "vendor help pages and GraphQL schema pages, searched",
    ),
    _cannot(
        "rights_windows_dates",
        "A product lists countries without dates; dates follow from publication and from the contract.",
        f"{_PAGES}, Product and Contract; sample custom report",
    ),
    _cannot(
        "rights_channels",
        "No member limits a product to channels of sale.",
        f"{_PAGES}, Product",
    ),
    _cannot(
        "price_territory",
        "A price names a currency and no countries; the account's pricing territories go out in ONIX only, "
        "so they are a setting here.",
        f"{_PAGES}, Price; vendor help page, configuration",
    ),
    _cannot(
        "price_tax_rate",
        "A price type says whether tax is in the amount; the rate is not given.",
        f"{_PAGES}, Price",
    ),
    _cannot(
        "price_write",
        "No mutation for prices is documented; prices go in by the import sheet.",
        f"{_PAGES}, inputs; vendor help page, import-prices",
    ),
    _cannot(
        "weight",
        "Products have height, width and thickness, but no weight.",
        "vendor example queries, sample custom report",
    ),
    _cannot(
        "readiness",
        "Nothing says that a title is ready; a rule over stage, status, texts and resources does.",
        f"{_PAGES}, Work and Product",
    ),
    _cannot(
        "metadata_lock",
        "Nothing native locks a record.",
        f"{_PAGES}, Work and Product",
    ),
    _cannot(
        "image_digest",
        "A resource gives no hash of its content; its address stands for it.",
        f"{_PAGES}, SupportingResource",
    ),
    _cannot(
        "supports_demand_writeback",
        "Demand, page views, conversion and campaign figures have no place there; write them to a report.",
        f"{_PAGES}, inputs",
    ),
    _cannot(
        "problem_writeback",
        "No mutation for notes or to-dos is documented; problems go to the queue of work items.",
        f"{_PAGES}, inputs",
    ),
    _cannot(
        "sales_upload",
        "Sales go in by a spreadsheet that a person uploads and approves.",
        "vendor help page, import-sales",
    ),
    Capability(
        name="web_link_write",
        supported=None,
        reason="A web link is the one native place for a store's address; its input is not wholly shown, so "
        "check the account's schema.",
        source=f"{_PAGES}, WebLink",
    ),
    Capability(
        name="introspection",
        supported=None,
        reason="The vendor recommends it; check() says whether this account allows it.",
        source="vendor example queries, README",
    ),
)
"""Everything that a bridge may want to know before it plans."""

"""The page that says of each of BigCommerce's operations how the client reaches it.

Written anew with ``python tests/rigs/bigcommerce_coverage.py`` from the project's root.
"""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "platforms" / "bigcommerce-coverage.md"
if __name__ == "__main__":
    sys.path.insert(0, str(ROOT / "tests"))

from commerce_bridge.platforms.bigcommerce.coverage import refused, wrapped  # noqa: E402
from rigs import contracts  # noqa: E402
from rigs.coverage import coverage_table, rows  # noqa: E402
from rigs.openapi import DamagedContract, bigcommerce  # noqa: E402

OPERATIONS = 454
"""How many operations the vendor's files declare."""

INTRODUCTION = """# BigCommerce: every operation

Generated from the vendor's OpenAPI files (github.com/bigcommerce/docs, folder `reference`) and from the
endpoints that the client's resources declare. *By `request()`* means
`BigCommerceClient.request(method, path, …)`, which keeps credentials, budget, retry, errors and guard
rails: a `DELETE` of a whole collection needs a filter there as well. The client also wraps redirects
(`redirects.v3.yml`), which are not among these files.
"""


def page() -> str:
    """The page as it should be."""
    spec = bigcommerce.specification()
    listed = {row.key for row in rows(spec)}
    known = {key: name for key, name in wrapped().items() if key in listed}
    never = {key: why for key in listed if (why := refused(*key)) is not None}
    return f"{INTRODUCTION}\n{coverage_table(spec, known, never)}"


def trouble() -> str | None:
    """Why the page cannot be written from the vendor's files that are here, or None."""
    absent = contracts.missing(*bigcommerce.FOLDER)
    if absent is not None:
        return f"The coverage page is left as it is: {absent}"
    try:
        found = len(rows(bigcommerce.specification()))
    except DamagedContract as error:
        return f"The coverage page is left as it is: {error}"
    if found != OPERATIONS:
        return (
            f"The coverage page is left as it is: {contracts.folder().joinpath(*bigcommerce.FOLDER)} declares "
            f"{found} operations, and the page is of {OPERATIONS}. Fetch the whole folder; if the vendor has "
            "added or withdrawn operations, change OPERATIONS here and the number in "
            "tests/contract/test_bigcommerce_coverage.py."
        )
    return None


if __name__ == "__main__":
    if (why := trouble()) is not None:
        sys.exit(why)
    PAGE.write_text(page(), encoding="utf-8")

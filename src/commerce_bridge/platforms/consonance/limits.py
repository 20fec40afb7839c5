"""What bounds our calls to Consonance, as named values.

The vendor publishes no rate limit, page size or query limit, so each value here is our own caution and a
setting.  Source: vendor GraphQL schema pages and example queries, which name none.
"""

from __future__ import annotations

from typing import Final

BASE_URL: Final = "https://web.consonance.app"
"""The production host.  Source: vendor example queries, README (the address where you log in)."""

PATH: Final = "/graphql"
"""Where GraphQL answers, below the address where you log in.  Source: vendor example queries, README."""

IN_FLIGHT: Final = 2
"""Requests under way at once."""

ATTEMPTS: Final = 8
"""Tries of a read, in all: with growing waits they outlast a limit of a minute that says no time to wait."""

ISBN_BATCH: Final = 100
"""ISBNs in one ``isbn13In`` search."""

FETCH_BATCH: Final = 10
"""Works read by id in one request."""

OVERLAP_DAYS: Final = 1
"""Days by which a read of changes reaches back behind the last run.

``changedSince`` takes a date without a zone.  Whatever zone the service counts in, the day before the run's
date in UTC began there before the run did.  Source: vendor GraphQL schema pages, `WorkSearchAttributes`.
"""

"""Pages of a collection, by number and by cursor."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Sequence
from urllib.parse import urlencode

from .call import Call
from .wire import Answer, Row, no_content, ok, refuse

DEFAULT_LIMIT = 50


def _positive(call: Call, name: str, default: int) -> int:
    text = call.query.get(name)
    if text is None:
        return default
    if not text.isdecimal() or int(text) < 1:
        raise refuse(422, f"The filter '{name}' has an invalid value.", {name: "must be 1 or more"})
    return int(text)


def limit_of(call: Call) -> int:
    """The page size asked for; above the maximum it is refused, never clamped."""
    limit = _positive(call, "limit", DEFAULT_LIMIT)
    if limit > call.settings.limit_max:
        most = call.settings.limit_max
        raise refuse(413, f"The specified limit exceeds the maximum allowed. The maximum is {most}.")
    return limit


def _link(call: Call, page: int, limit: int) -> str:
    others = [
        (name, call.query.get(name) or "") for name in call.query.names() if name not in ("page", "limit")
    ]
    return "?" + urlencode([*others, ("page", page), ("limit", limit)], safe=":,")


def page_meta(call: Call, total: int, count: int, page: int, limit: int) -> Row:
    """The `pagination` object of a page."""
    pages = -(-total // limit)
    links = {"current": _link(call, page, limit)}
    if page > 1:
        links["previous"] = _link(call, page - 1, limit)
    if page < pages:
        links["next"] = _link(call, page + 1, limit)
    return {
        "total": total,
        "count": count,
        "per_page": limit,
        "current_page": page,
        "total_pages": pages,
        "links": links,
    }


def paged(
    call: Call,
    rows: Sequence[Row],
    show: Callable[[Row], Row],
    *,
    cap: int | None = None,
    empty_status: int | None = None,
) -> Answer:
    """One numbered page of `rows`.

    Args:
        call: The request.
        rows: Every row, in order.
        show: What is answered of a row.
        cap: A page size that is silently enforced.
        empty_status: Status when there is no row at all; None answers 200.
    """
    limit = limit_of(call)
    limit = limit if cap is None else min(limit, cap)
    page = _positive(call, "page", 1)
    chosen = rows[(page - 1) * limit : page * limit]
    if not rows and empty_status == 204:
        return no_content()
    if not chosen and page > 1 and call.settings.past_end_status == 204:
        return no_content()
    meta = {"pagination": page_meta(call, len(rows), len(chosen), page, limit)}
    return ok([show(row) for row in chosen], meta)


def _cursor(number: int) -> str:
    return base64.urlsafe_b64encode(f"id:{number}".encode()).decode().rstrip("=")


def _read_cursor(text: str) -> int:
    try:
        word = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode()
        return int(word.removeprefix("id:"))
    except (ValueError, binascii.Error) as error:
        raise refuse(422, "The cursor is invalid.", {"cursor": "is invalid"}) from error


def _beside(rows: Sequence[Row], at: int, limit: int, *, forward: bool) -> list[Row]:
    """The page before or after the row with id `at`, which may be gone by now."""
    rising = len(rows) < 2 or rows[0]["id"] < rows[-1]["id"]
    later = [row for row in rows if row["id"] != at and (row["id"] > at) is rising]
    if forward:
        return later[:limit]
    return [row for row in rows if row["id"] != at and (row["id"] < at) is rising][-limit:]


def cursored(call: Call, rows: Sequence[Row], show: Callable[[Row], Row]) -> Answer:
    """A page of rows with ids, numbered unless `after` or `before` is given.

    Without a cursor both kinds of meta come back; with one, only the cursor's.
    """
    after, before = call.query.get("after"), call.query.get("before")
    if after and before:
        raise refuse(422, "The filter(s): after, before cannot be used together.")
    limit = limit_of(call)
    if after or before:
        chosen: Sequence[Row] = _beside(
            rows, _read_cursor(after or before or ""), limit, forward=after is not None
        )
        return ok(
            [show(row) for row in chosen], {"cursor_pagination": _cursor_meta(call, rows, chosen, limit)}
        )
    answer = paged(call, rows, show)
    if answer.body is not None:
        page = _positive(call, "page", 1)
        chosen = rows[(page - 1) * limit : page * limit]
        answer.body["meta"]["cursor_pagination"] = _cursor_meta(call, rows, chosen, limit)
    return answer


def _cursor_meta(call: Call, rows: Sequence[Row], chosen: Sequence[Row], limit: int) -> Row:
    meta: Row = {"count": len(chosen), "per_page": limit, "links": {}}
    if not chosen:
        return meta
    first, last = chosen[0]["id"], chosen[-1]["id"]
    meta["start_cursor"], meta["end_cursor"] = _cursor(first), _cursor(last)
    if first != rows[0]["id"]:
        meta["links"]["previous"] = f"?before={_cursor(first)}&limit={limit}"
    meta["links"]["current"] = f"?limit={limit}"
    if last != rows[-1]["id"]:
        meta["links"]["next"] = f"?after={_cursor(last)}&limit={limit}"
    return meta


def only_fields(call: Call, row: Row, *, always: Sequence[str] = ("id",)) -> Row:
    """`row` cut down by `include_fields` and `exclude_fields`; `always` stays."""
    wanted, unwanted = call.query.words("include_fields"), call.query.words("exclude_fields")
    if wanted:
        return {name: value for name, value in row.items() if name in always or name in wanted}
    if unwanted:
        return {name: value for name, value in row.items() if name in always or name not in unwanted}
    return row


def v2_page(call: Call, rows: Sequence[Row], show: Callable[[Row], Row]) -> Answer:
    """One page as v2 sends it: a bare array, or a 204 when there is nothing on it."""
    for name in call.query.names():
        if name not in ("page", "limit"):
            raise refuse(400, f"The field '{name}' is not supported by this resource.")
    limit, page = _positive(call, "limit", DEFAULT_LIMIT), _positive(call, "page", 1)
    if limit > call.settings.limit_max:
        details = {"max_limit": call.settings.limit_max}
        raise refuse(413, "The specified limit exceeds the maximum allowed.", details)
    chosen = rows[(page - 1) * limit : page * limit]
    return Answer(body=[show(row) for row in chosen]) if chosen else no_content()

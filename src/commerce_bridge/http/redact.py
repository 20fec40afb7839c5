"""What of an answer may be shown: short, and without secrets."""

from __future__ import annotations

import re
from collections.abc import Iterator

EXCERPT_LENGTH = 300

BLANK = "•••"

_LOOKED_AT = EXCERPT_LENGTH * 4
_LONGEST_ADDRESS = 254
_SECRET = re.compile(
    r"""(?ix) (["']?(?:token|api[-_]?key|secret|password|authorization)["']?\s*[:=]\s*)
    ("[^"]*"|'[^']*'|(?:(?:bearer|basic|token)\s+)?[^\s,;&}]+)"""
)
_EMAIL = re.compile(r"[\w.+'%-]+(?:@|%40)[\w-]+\.[\w.-]+")


def excerpt(body: bytes, secrets: tuple[str, ...] = ()) -> str:
    """The start of a body as text, with secrets and e-mail addresses blanked out.

    Args:
        body: The raw body.
        secrets: Values that must not appear, such as the account's token; they are found as they are,
            escaped for JSON, and encoded for an address.
    """
    text = body[:_LOOKED_AT].decode("utf-8", "replace")
    forms = sorted({form for secret in secrets for form in _forms(secret)}, key=len, reverse=True)
    for form in forms:
        text = text.replace(form, BLANK)
    if len(body) > _LOOKED_AT:  # what stands at the cut may be half a secret, which no rule knows
        text = text[: -max(len(forms[0]) if forms else 0, _LONGEST_ADDRESS)]
    text = _EMAIL.sub(BLANK, _SECRET.sub(rf"\1{BLANK}", text))
    text = " ".join(text.split())
    return text if len(text) <= EXCERPT_LENGTH else text[: EXCERPT_LENGTH - 1] + "…"


def shown_path(path: str) -> str:
    """The path of a request as events show it: without what follows a question mark, e-mail addresses blanked out.

    Args:
        path: Of the vendor's own, or an absolute URL.
    """
    return _EMAIL.sub(BLANK, path.partition("?")[0])


def _forms(secret: str) -> Iterator[str]:
    """The ways in which a secret may stand in an answer."""
    import json  # no part of opening a client
    from urllib.parse import quote, quote_plus

    if secret:
        escaped = json.dumps(secret)[1:-1]
        yield from (secret, escaped, escaped.replace("/", "\\/"), quote(secret, safe=""), quote_plus(secret))

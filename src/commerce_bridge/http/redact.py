"""What of an answer may be shown: short, and without secrets."""

from __future__ import annotations

import re

EXCERPT_LENGTH = 300

_SECRET = re.compile(
    r"""(?ix) (["']?(?:access_?token|api_?key|client_?secret|password|authorization|x-auth-token|token)["']?\s*[:=]\s*)
    ("[^"]*"|'[^']*'|(?:bearer\s+|token\s+)?[^\s,;&}]+)"""
)
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+")


def excerpt(body: bytes, secrets: tuple[str, ...] = ()) -> str:
    """The start of a body as text, with secrets and e-mail addresses blanked out.

    Args:
        body: The raw body.
        secrets: Values that must not appear, such as the account's token.
    """
    text = body[: EXCERPT_LENGTH * 4].decode("utf-8", "replace")
    for secret in secrets:
        if secret:
            text = text.replace(secret, "•••")
    text = _EMAIL.sub("•••", _SECRET.sub(r"\1•••", text))
    text = " ".join(text.split())
    return text if len(text) <= EXCERPT_LENGTH else text[: EXCERPT_LENGTH - 1] + "…"

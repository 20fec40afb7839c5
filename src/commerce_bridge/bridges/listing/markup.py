"""Texts for a page: HTML made safe, and plain text made of it.

Needs the extra ``commerce-bridge[publishing]``.
"""

from __future__ import annotations

import html
import re
from typing import Any

from commerce_bridge.domain.title import Text
from commerce_bridge.errors import MissingExtra

ALLOWED_TAGS = frozenset(
    [
        "a",
        "abbr",
        "b",
        "blockquote",
        "br",
        "cite",
        "code",
        "dd",
        "div",
        "dl",
        "dt",
        "em",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "hr",
        "i",
        "li",
        "ol",
        "p",
        "q",
        "s",
        "small",
        "span",
        "strong",
        "sub",
        "sup",
        "u",
        "ul",
    ]
)


def _library(name: str) -> Any:
    import importlib

    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise MissingExtra(f"Cleaning texts for a store needs {name}.", extra="publishing") from error


def safe_html(text: Text) -> str:
    """A text as HTML that holds no script, no style, no frame and no handler; empty where no word is left."""
    if not text.html:
        paragraphs = [line.strip() for line in text.body.splitlines() if line.strip()]
        return "".join(f"<p>{html.escape(line, quote=False)}</p>" for line in paragraphs)
    cleaned: str = _library("nh3").clean(
        text.body, tags=set(ALLOWED_TAGS), attributes={"a": {"href"}}, link_rel=None
    )
    return cleaned.strip() if _EMPTY.sub("", cleaned) else ""


def plain(text: Text, limit: int | None = None) -> str:
    """A text without markup, in one line, cut at a word when it is longer than `limit` characters."""
    body = text.body
    if text.html:
        apart = _BREAKS.sub(" ", safe_html(text))
        body = _library("selectolax.lexbor").LexborHTMLParser(apart).text()
    line = " ".join(body.split())
    if limit is None or len(line) <= limit:
        return line
    return line[: limit - 1].rsplit(" ", 1)[0] + "…"


_EMPTY = re.compile(r"<[^>]*>|&nbsp;|\s")
"""What is left of a text that says nothing; the cleaner writes a < that is no tag as an entity."""

_BREAKS = re.compile(r"(?=</?(?:blockquote|br|dd|div|dl|dt|h[2-6]|hr|li|ol|p|ul)\b)")
"""Places where a block begins or ends: words on both sides are two; elsewhere markup stands inside a word."""

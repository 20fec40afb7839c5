"""Texts in the three shapes the platform answers: HTML, Markdown, and HTML with its tags taken out.

Written for a stand-in: paragraphs, line breaks, emphasis, links and lists are
carried over, all other tags go and their text stays, as a publisher's pasted
texts need.
"""

from __future__ import annotations

import html
import re
from html.parser import HTMLParser

_MARKS = {"em": "*", "i": "*", "strong": "**", "b": "**"}
_BLOCKS = frozenset({"p", "div", "ul", "ol", "h1", "h2", "h3", "h4", "blockquote"})
_UNSHOWN = frozenset({"script", "style"})


class _Walk(HTMLParser):
    """Collects a text from HTML, with or without Markdown marks."""

    def __init__(self, *, marks: bool) -> None:
        super().__init__(convert_charrefs=True)
        self._marks = marks
        self._hidden = 0
        self._links: list[str] = []
        self.parts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _UNSHOWN:
            self._hidden += 1
        elif tag in _BLOCKS:
            self.parts.append("\n\n")
        elif tag in {"br", "li"}:
            self.parts.append("\n- " if tag == "li" and self._marks else "\n")
        elif self._marks and tag in _MARKS:
            self.parts.append(_MARKS[tag])
        elif self._marks and tag == "a":
            self._links.append(dict(attrs).get("href") or "")
            self.parts.append("[")

    def handle_endtag(self, tag: str) -> None:
        if tag in _UNSHOWN:
            self._hidden = max(0, self._hidden - 1)
        elif tag in _BLOCKS:
            self.parts.append("\n\n")
        elif self._marks and tag in _MARKS:
            self.parts.append(_MARKS[tag])
        elif self._marks and tag == "a" and self._links:
            self.parts.append(f"]({self._links.pop()})")

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.parts.append(data)


def _walk(text: str, *, marks: bool) -> str:
    walk = _Walk(marks=marks)
    walk.feed(text)
    walk.close()
    return re.sub(r"\n{3,}", "\n\n", "".join(walk.parts)).strip()


def html_to_text(text: str) -> str:
    """HTML with its tags taken out; paragraphs stay apart, scripts and styles go with their contents."""
    return _walk(text, marks=False)


def html_to_markdown(text: str) -> str:
    """HTML as Markdown."""
    return _walk(text, marks=True)


def markdown_to_html(text: str) -> str:
    """Markdown as HTML: paragraphs, line breaks, emphasis and links; everything else is plain text."""
    return "".join(
        f"<p>{_inline(block)}</p>" for block in re.split(r"\n\s*\n", text.strip()) if block.strip()
    )


def _inline(block: str) -> str:
    shown = html.escape(block.strip(), quote=False)
    shown = re.sub(r"\*\*(.+?)\*\*", r"<strong>\1</strong>", shown, flags=re.DOTALL)
    shown = re.sub(r"\*(.+?)\*", r"<em>\1</em>", shown, flags=re.DOTALL)
    shown = re.sub(r"\[([^\]]+)\]\((https?://[^)\s\"]+)\)", r'<a href="\2">\1</a>', shown)
    return shown.replace("\n", "<br>")

"""Texts and resources about a title: what they say, for whom, from when until when."""

from __future__ import annotations

import html
import re
from typing import Final

from commerce_bridge.domain.dates import Date
from commerce_bridge.domain.title import Asset, AssetKind, Audience, Text, TextKind
from commerce_bridge.platforms.onix.dates import noted_date
from commerce_bridge.platforms.onix.diagnostics import Notes
from commerce_bridge.platforms.onix.node import Node

_TEXT_KINDS: Final = {kind.value: kind for kind in TextKind}
_ASSET_KINDS: Final = {kind.value: kind for kind in AssetKind if kind is not AssetKind.OTHER}
_AUDIENCES: Final = {one.value: one for one in Audience if one is not Audience.OTHER}
_ALL: Final = frozenset({Audience.UNRESTRICTED})
_HELD_BACK: Final = frozenset({Audience.RESTRICTED})
_AUDIENCE_SETS: Final = {code: frozenset({one}) for code, one in _AUDIENCES.items()}

_TAG: Final = re.compile(
    r"</?(?:p|br|b|i|em|strong|ul|ol|li|div|span|a|h[1-6]|blockquote|sub|sup|cite|dl|dt|dd|hr|table|tr|td|th|tbody"
    r"|thead|tt|code|pre|small|big|u|font|img)(?:\s[^<>]*)?/?>",
    re.IGNORECASE,
)
_ENTITY: Final = re.compile(r"&(?:[a-zA-Z][a-zA-Z0-9]{1,30}|#\d{1,7}|#x[0-9a-fA-F]{1,6});")
_ALWAYS: Final = (None, None)
_MARKED_UP: Final = frozenset({"02", "03", "05"})

MEDIA_TYPES: Final = {
    "A103": "audio/mpeg",
    "D105": "video/mp4",
    "D109": "video/webm",
    "D401": "application/pdf",
    "D501": "image/gif",
    "D502": "image/jpeg",
    "D503": "image/png",
    "D504": "image/tiff",
    "D505": "image/bmp",
    "D506": "image/jp2",
    "D509": "image/webp",
    "D510": "image/svg+xml",
    "E101": "application/epub+zip",
    "E105": "text/html",
    "E107": "application/pdf",
    "E112": "text/plain",
    "E113": "application/xhtml+xml",
}
"""File format (ONIX List 178) to MIME type (IANA media types)."""


def texts(detail: Node, notes: Notes) -> list[Text]:
    """All `TextContent` of a record.

    Source: EDItEUR ONIX for Books 3.1 revision 2, `TextContent`; code lists 153, 154, 155, 34.
    """
    found: list[Text] = []
    for node in detail.each("TextContent"):
        code = notes.code(153, node, "TextType")
        kind = _TEXT_KINDS.get(code or "", TextKind.OTHER)
        window = _window(node, notes) if node.has("ContentDate") else _ALWAYS
        audiences = _audiences(node, notes) if window else _HELD_BACK
        starts, ends = window or _ALWAYS
        for text in node.each("Text"):
            body, is_html = markup(text, notes)
            if not body:
                notes.warning("text.empty", "The text is empty; it was left out.", text)
                continue
            found.append(
                Text(
                    kind=kind,
                    body=body,
                    html=is_html,
                    audiences=audiences,
                    starts=starts,
                    ends=ends,
                    language=text.text("language"),
                )
            )
    return found


def markup(text: Node, notes: Notes) -> tuple[str, bool]:
    """The body of a text and whether it is HTML: what it looks like outweighs what it claims to be."""
    body = text.text("body") or ""
    if text.text("children"):
        return body, True
    claims = (text.text("textformat") or "06") in _MARKED_UP
    if _TAG.search(body):
        if not claims:
            notes.info(
                "text.format", "The text claims to be plain and has HTML tags; it was read as HTML.", text
            )
        return body, True
    if "&lt;" in body and _TAG.search(plain := html.unescape(body)):
        notes.info("text.format", "The text is escaped twice; it was unescaped once.", text)
        return plain, True
    return body, claims and _ENTITY.search(body) is not None


def plain_biography(person: Node, language: str | None, notes: Notes) -> str | None:
    """The biographical note in the record's language, or the first."""
    notes_given = person.each("BiographicalNote")
    if not notes_given:
        return None
    fitting = [one for one in notes_given if one.text("language") in {None, language}]
    return markup((fitting or notes_given)[0], notes)[0] or None


def _audiences(node: Node, notes: Notes) -> frozenset[Audience]:
    codes = notes.codes(154, node, "ContentAudience")
    if node.node("Territory") is not None:
        notes.warning(
            "content.territory",
            "It is limited to a territory, which cannot be carried over; it was marked as restricted.",
            node,
        )
        return _HELD_BACK
    if not codes:
        notes.warning("content.audience", "No ContentAudience is given; it was marked as restricted.", node)
        return _HELD_BACK
    if len(codes) == 1:
        return _AUDIENCE_SETS.get(codes[0], frozenset({Audience.OTHER}))
    return frozenset(_AUDIENCES.get(code, Audience.OTHER) for code in codes)


def _window(node: Node, notes: Notes) -> tuple[Date | None, Date | None] | None:
    """From when until when it may be shown; None when a date cannot be read, for then it may not be shown yet."""
    starts = ends = None
    for dated in node.each("ContentDate"):
        role = notes.code(155, dated, "ContentDateRole")
        if role not in _WINDOW_ROLES:
            continue
        read = noted_date(dated, notes)
        until = role in {"15", "28"}
        if read.first is None and not (until and read.never):
            message = "From or until when it may be shown cannot be read; it was marked as restricted."
            notes.warning("content.date", message, dated)
            return None
        if not until:
            starts = read.first
        if until or role == "24":
            ends = read.first if until else read.last
    return starts, ends


_WINDOW_ROLES: Final = frozenset({"14", "15", "24", "27", "28"})


def assets(detail: Node, notes: Notes) -> list[Asset]:
    """All `SupportingResource` versions of a record that have a link.

    Source: EDItEUR ONIX for Books 3.1 revision 2, `SupportingResource`; code lists 158, 160, 162, 178.
    """
    found: list[Asset] = []
    for node in detail.each("SupportingResource"):
        code = notes.code(158, node, "ResourceContentType")
        kind = _ASSET_KINDS.get(code or "", AssetKind.OTHER)
        audiences = _audiences(node, notes)
        said = {one.text("ResourceFeatureType"): _feature_text(one) for one in node.each("ResourceFeature")}
        for version in node.each("ResourceVersion"):
            found += _versions(version, notes, kind, audiences, said)
    return found


def _feature_text(feature: Node) -> str | None:
    return feature.text("FeatureNote") or feature.text("FeatureValue")


def _versions(
    version: Node,
    notes: Notes,
    kind: AssetKind,
    audiences: frozenset[Audience],
    said: dict[str | None, str | None],
) -> list[Asset]:
    features: dict[str, str] = {}
    for feature in version.each("ResourceVersionFeature"):
        role, value = feature.text("ResourceVersionFeatureType"), feature.text("FeatureValue")
        if role and value:
            features.setdefault(role, value)
    links = version.all("ResourceLink")
    if not links:
        notes.warning("resource.link", "The resource has no link; it was left out.", version)
        return []
    if ":" not in links[0]:
        notes.warning(
            "resource.link", f"{links[0]!r} is no address; it was kept as it came.", version, "ResourceLink"
        )
    window = _window(version, notes) if version.has("ContentDate") else _ALWAYS
    starts, ends = window or _ALWAYS
    return [
        Asset(
            kind=kind,
            url=link,
            digest=_digest(features),
            media_type=MEDIA_TYPES.get(features.get("01", "")),
            width_px=_pixels(features.get("03")),
            height_px=_pixels(features.get("02")),
            caption=said.get("02"),
            credit=said.get("01"),
            alternative_text=said.get("07"),
            audiences=audiences if window else _HELD_BACK,
            starts=starts,
            ends=ends,
        )
        for link in links
    ]


def _digest(features: dict[str, str]) -> str | None:
    for role, algorithm, length in (("08", "sha256", 64), ("06", "md5", 32)):
        value = features.get(role, "").lower()
        if len(value) == length and all(one in "0123456789abcdef" for one in value):
            return f"{algorithm}:{value}"
    return None


def _pixels(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 7 and int(text) else None

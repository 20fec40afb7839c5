"""Who had a hand in a title, and what it is about."""

from __future__ import annotations

import re
from typing import Final

from commerce_bridge.domain.title import Contributor, Identifier, Scheme, Subject
from commerce_bridge.platforms.onix.diagnostics import Notes
from commerce_bridge.platforms.onix.node import Node
from commerce_bridge.platforms.onix.settings import OnixSettings
from commerce_bridge.platforms.onix.texts import plain_biography

_BEFORE: Final = (
    "TitlesBeforeNames",
    "NamesBeforeKey",
    "PrefixToKey",
    "KeyNames",
    "NamesAfterKey",
    "SuffixToKey",
)
_AFTER: Final = ("LettersAfterNames", "TitlesAfterNames")
_SCHEMES: Final = {one.value: one for one in Scheme if one is not Scheme.OTHER}
_BISAC: Final = re.compile(r"[A-Z]{3}\d{6}")


def contributors(
    detail: Node, language: str | None, settings: OnixSettings, notes: Notes
) -> list[Contributor]:
    """Everybody named, one value for each role, in the order of their sequence numbers.

    Source: EDItEUR ONIX for Books 3.1 revision 2, `Contributor`; code lists 17, 19, 44.
    """
    found: list[Contributor] = []
    for position, node in enumerate(detail.each("Contributor"), 1):
        name, inverted, corporate = _name(node, settings, notes)
        if not name:
            notes.error("contributor.name", "A name was expected; there is none, and it was left out.", node)
            continue
        roles = notes.codes(17, node, "ContributorRole")
        if not roles:
            notes.warning("contributor.role", f"No role is given for {name}; A01 (author) was read.", node)
        place = node.text("SequenceNumber") or ""
        biography = plain_biography(node, language, notes)
        identifiers = _identifiers(node, notes)
        for role in dict.fromkeys(roles or ("A01",)):
            found.append(
                Contributor(
                    name=name,
                    inverted=inverted,
                    role=role,
                    place=int(place) if place.isascii() and place.isdigit() and len(place) < 6 else position,
                    corporate=corporate,
                    biography=biography,
                    identifiers=identifiers,
                )
            )
    found.sort(key=lambda one: one.place)
    return found


def _name(node: Node, settings: OnixSettings, notes: Notes) -> tuple[str, str | None, bool]:
    """The name as displayed, as sorted, and whether it is a body's."""
    corporate = node.text("CorporateName") or node.text("CorporateNameInverted")
    if corporate and not node.text("PersonName") and not node.text("KeyNames"):
        return corporate, node.text("CorporateNameInverted"), True
    inverted = node.text("PersonNameInverted")
    name = node.text("PersonName") or _assembled(node)
    if not name and inverted:
        family, comma, given = inverted.partition(",")
        name = f"{given.strip()} {family.strip()}" if comma and "," not in given else inverted
    if not name:
        unnamed = notes.code(19, node, "UnnamedPersons")
        return (settings.unnamed.get(unnamed, unnamed) if unnamed else ""), None, False
    return name, inverted or _assembled_inverted(node), False


def _assembled(node: Node) -> str:
    name = " ".join(text for part in _BEFORE if (text := node.text(part)))
    return ", ".join([name, *(text for part in _AFTER if (text := node.text(part)))]) if name else ""


def _assembled_inverted(node: Node) -> str | None:
    key = node.text("KeyNames")
    if key is None:
        return None
    before = " ".join(text for part in ("NamesBeforeKey", "PrefixToKey") if (text := node.text(part)))
    return f"{key}, {before}" if before else key


def _identifiers(node: Node, notes: Notes) -> tuple[Identifier, ...]:
    return tuple(
        Identifier(scheme=notes.code(44, one, "NameIDType") or "", value=value, name=one.text("IDTypeName"))
        for one in node.each("NameIdentifier")
        if (value := one.text("IDValue"))
    )


def subjects(detail: Node, notes: Notes) -> list[Subject]:
    """All subjects in the order of the record.

    Source: EDItEUR ONIX for Books 3.1 revision 2, `Subject`; code list 27.
    """
    found: list[Subject] = []
    for node in detail.each("Subject"):
        number = notes.code(27, node, "SubjectSchemeIdentifier")
        scheme = _SCHEMES.get(number or "", Scheme.OTHER)
        code = node.text("SubjectCode")
        heading = node.text("SubjectHeadingText")
        value = (heading or code) if scheme is Scheme.KEYWORDS else (code or heading)
        if not value:
            notes.warning(
                "subject.code", "A subject code was expected; there is none, and it was left out.", node
            )
            continue
        if scheme is Scheme.BISAC and not _BISAC.fullmatch(value):
            message = f"{value!r} is no BISAC code (three letters and six digits); it was kept as it came."
            notes.warning("subject.code", message, node, "SubjectCode")
        name = node.text("SubjectSchemeName")
        if scheme is Scheme.OTHER and name is None:
            name = f"ONIX List 27: {number}"
        found.append(Subject(scheme=scheme, code=value, main=node.has("MainSubject"), scheme_name=name))
    return found

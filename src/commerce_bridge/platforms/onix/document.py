"""A message as a stream of records: no DTD, no entities, no network, and never more than one record in memory."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, BinaryIO, Final

from attrs import frozen

from commerce_bridge.domain.dates import Date
from commerce_bridge.errors import InvalidDocument
from commerce_bridge.platforms.onix.dates import date_at
from commerce_bridge.platforms.onix.elements import Element, local_name, lxml_etree, read, reference_name
from commerce_bridge.platforms.onix.node import Node
from commerce_bridge.platforms.onix.settings import OnixSettings

CHUNK_BYTES: Final = 64 * 1024
_HEAD_BYTES: Final = 1024 * 1024
_ARCHIVES: Final = {b"\x1f\x8b": "gzip", b"PK\x03\x04": "ZIP"}
_TAGS: Final = ("{*}Product", "{*}product", "{*}Header", "{*}header", "{*}NoProduct", "{*}x507")
_ONLY_IN_2: Final = frozenset(
    {"Title", "title", "ProductForm", "b012", "SupplyDetail", "supplydetail", "Series"}
)
_BLOCK_1: Final = frozenset({"DescriptiveDetail", "descriptivedetail"})
_ASK: Final = "Ask the sender for ONIX 3.0 or 3.1; ONIX 2.1 has another structure and cannot be read as 3.x."

PARSER_OPTIONS: Final[dict[str, bool]] = {
    "resolve_entities": False,
    "no_network": True,
    "load_dtd": False,
    "dtd_validation": False,
    "huge_tree": False,
    "recover": False,
    "remove_comments": True,
    "remove_pis": True,
}


@frozen(kw_only=True)
class Header:
    """What a message says of itself.

    Args:
        release: ``3.0`` or ``3.1``; None for a bare record or a message that does not say.
        namespace: The namespace of the root, None when it has none.
        short: Whether the root is in short tags.
        sender: The sender's name.
        number: MessageNumber, for noticing gaps.
        sent: SentDateTime.
        language: DefaultLanguageOfText, for records that name none.
        price_type: DefaultPriceType, for prices that name none.
        currency: DefaultCurrencyCode, for prices that name none.

    Source: EDItEUR ONIX for Books 3.1 revision 2, `Header`.
    """

    release: str | None = None
    namespace: str | None = None
    short: bool = False
    sender: str | None = None
    number: str | None = None
    sent: Date | None = None
    language: str | None = None
    price_type: str | None = None
    currency: str | None = None


class Message:
    """One message while it is read.

    Args:
        source: Bytes, read once from where it stands to its end.
        settings: How to read.

    Attributes:
        header: What the message says of itself; complete when the first record has come.
        broken: Why reading stopped early, or None.
        empty: Whether the message says that it has no records.
        bare: Whether the root is a record instead of a message.

    Raises:
        InvalidDocument: It is no ONIX 3.0 or 3.1, or has a DTD.
        MissingExtra: lxml is not installed.
    """

    def __init__(self, source: BinaryIO, settings: OnixSettings) -> None:
        self._source = source
        self._settings = settings
        self._etree = lxml_etree()
        self._head = bytearray()
        self.broken: str | None = None
        self.empty = self.bare = False
        self.header = self._root_facts()

    def records(self) -> Iterator[Element]:
        """Each `Product`, to be used before the next is asked for.

        Raises:
            InvalidDocument: The records are ONIX 2.1, or one is larger than allowed.
        """
        parser = self._etree.XMLPullParser(events=("end",), tag=_TAGS, **PARSER_OPTIONS)
        since_last, known = 0, False
        for chunk in self._chunks():
            since_last += len(chunk)
            self._feed(parser, chunk)
            for _, element in parser.read_events():
                since_last = 0
                if reference_name(element.tag) != "Product":
                    self._note_other(element)
                    continue
                known = known or _has_structure_of_3(element)
                yield element
                _forget(element)
            if since_last > self._settings.record_limit_bytes:
                limit = f"{self._settings.record_limit_bytes:,} bytes"
                raise InvalidDocument(
                    f"ONIX: a record is larger than {limit}.", hint="Raise record_limit_bytes if it is meant."
                )
            if self.broken:
                return

    def _chunks(self) -> Iterator[bytes]:
        yield bytes(self._head)
        self._head.clear()
        while chunk := self._source.read(CHUNK_BYTES):
            yield chunk
        yield b""

    def _feed(self, parser: Any, chunk: bytes) -> None:
        """Feed a chunk, or the end; a break is noted, and what came before it can still be read."""
        try:
            if chunk:
                parser.feed(chunk)
            else:
                parser.close()
        except self._etree.XMLSyntaxError as error:
            self.broken = self.broken or str(error)
        # An undefined entity does not raise, and the parser would take what follows for a new document.
        fatal = [entry for entry in parser.feed_error_log if entry.level_name == "FATAL"]
        if fatal:
            self.broken = f"{fatal[0].message}, line {fatal[0].line}, column {fatal[0].column}"

    def _note_other(self, element: Element) -> None:
        if reference_name(element.tag) == "Header":
            self.header = _with_header(self.header, element)
        else:
            self.empty = True

    def _root_facts(self) -> Header:
        """What the root says; everything before it is looked at before any record is."""
        parser = self._etree.XMLPullParser(events=("start",), **PARSER_OPTIONS)
        while len(self._head) < _HEAD_BYTES:
            piece = _bytes_only(self._source.read(1024))
            self._head += piece
            self._feed(parser, piece)
            for _, root in parser.read_events():
                self.bare = reference_name(root.tag) == "Product"
                header = _checked_root(root, self._settings)
                self._drop_default_namespace(header)
                return header
            if self.broken or not piece:
                break
        raise _no_xml(bytes(self._head[:64]), self.broken)

    def _drop_default_namespace(self, header: Header) -> None:
        """Take the default namespace out of the root, where it stands as everybody writes it.

        Tags are matched by their local names, and lxml would spell the namespace out for every one of them.
        """
        if header.namespace:
            self._head = self._head.replace(f' xmlns="{header.namespace}"'.encode(), b"", 1)


def _bytes_only(piece: object) -> bytes:
    if not isinstance(piece, bytes):
        raise TypeError("ONIX is read from bytes: open the file in binary mode")
    return piece


def _checked_root(root: Element, settings: OnixSettings) -> Header:
    tag = root.tag
    name, namespace = local_name(tag), tag[1:].partition("}")[0] if tag.startswith("{") else None
    if name not in {"ONIXMessage", "ONIXmessage", "Product", "product"}:
        raise InvalidDocument(
            f"ONIX: expected a root element ONIXMessage, ONIXmessage or Product, got <{name}>.",
            hint="This is XML, but no ONIX for Books; ask the sender for ONIX 3.0 or 3.1.",
        )
    release = root.get("release") or _release_in(namespace)
    if release is not None and not release.startswith("3."):
        raise InvalidDocument(f"ONIX: this is a release {release} file; 3.0 and 3.1 are read.", hint=_ASK)
    _refuse_dtd(root, settings)
    return Header(release=release, namespace=namespace, short=name[:1].islower() or name == "ONIXmessage")


def _refuse_dtd(root: Element, settings: OnixSettings) -> None:
    dtd = root.getroottree().docinfo.internalDTD
    if dtd is None:
        return
    declares = any(dtd.iterentities()) or any(dtd.iterelements())
    if declares or not settings.ignore_doctype:
        raise InvalidDocument(
            "ONIX: the file has a DOCTYPE; DTDs and entities are refused because they can make a small file "
            "expand without end or reach for other files.",
            hint="Ask for the file without the DOCTYPE line; ONIX 3 does not need one.",
        )


def _release_in(namespace: str | None) -> str | None:
    """The release that a namespace such as ``http://ns.editeur.org/onix/3.0/reference`` names."""
    if not namespace or "/onix/" not in namespace:
        return None
    return namespace.partition("/onix/")[2].partition("/")[0]


def _has_structure_of_3(record: Element) -> bool:
    """Whether a record has the blocks of release 3; some files of older releases do not name theirs.

    Raises:
        InvalidDocument: It has the structure of an older release.
    """
    names = {local_name(child.tag) for child in record}
    if not names.isdisjoint(_BLOCK_1):
        return True
    if found := sorted(names & _ONLY_IN_2):
        raise InvalidDocument(
            f"ONIX: the records have the structure of release 2.1 (<{found[0]}> right below the record); "
            "3.0 and 3.1 are read.",
            hint=_ASK,
        )
    return False


def _with_header(facts: Header, element: Element) -> Header:
    node = Node(read(element))
    sender = node.node("Sender")
    return Header(
        release=facts.release,
        namespace=facts.namespace,
        short=facts.short,
        sender=sender.text("SenderName") if sender else None,
        number=node.text("MessageNumber"),
        sent=date_at(node, "SentDateTime").first,
        language=node.text("DefaultLanguageOfText"),
        price_type=node.text("DefaultPriceType"),
        currency=node.text("DefaultCurrencyCode"),
    )


def _forget(element: Element) -> None:
    """Free a record and all before it."""
    element.clear()
    parent = element.getparent()
    if parent is not None:
        while element.getprevious() is not None:
            del parent[0]


def _no_xml(start: bytes, why: str | None) -> InvalidDocument:
    if not start:
        return InvalidDocument("ONIX: the file is empty.", hint="Ask the sender to send it again.")
    for magic, kind in _ARCHIVES.items():
        if start.startswith(magic):
            return InvalidDocument(
                f"ONIX: the file is a {kind} archive, expected XML.", hint="Unpack it first."
            )
    detail = f" ({why})" if why else ""
    return InvalidDocument(
        f"ONIX: expected an XML file, but it cannot be read as XML{detail}.",
        hint="Ask the sender for ONIX 3.0 or 3.1 as well-formed XML.",
    )

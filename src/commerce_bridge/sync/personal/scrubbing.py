"""Scrubbing: personal values out of words that people or vendors wrote.  Pure.

A label, a problem, a vendor's complaint may quote a value.  Which values there are is known where they are
mapped, so they are looked for as they are; a text that quotes what was never mapped is caught by its marks.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, cast
from urllib.parse import quote, quote_plus

from commerce_bridge.domain.record import Fact, Note, Picture
from commerce_bridge.errors import BridgeError

BLANK = "•••"

SHORTEST = 3
"""Shorter values, such as a country's code, name nobody; blanking them would spoil every sentence."""

_QUOTED = re.compile(
    r"(?<!\w)'[^']*'(?!\w)|\"[^\"]*\"|‘[^’]*’|“[^”]*”|«[^»]*»|[\w.+%-]+@[\w.-]+|\+?\d(?:[\s./-]?\d){4,}"
)
_WORD = re.compile(r"\w{3,}")


def texts_of(values: Iterable[Any]) -> frozenset[str]:
    """The texts as which values may be quoted."""
    return frozenset(text for value in values for text in _texts(value) if len(text) >= SHORTEST)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value.strip()
    elif isinstance(value, (tuple, frozenset)):
        for one in cast("Iterable[Any]", value):
            yield from _texts(one)
    elif isinstance(value, (Fact, Note)):
        yield value.value
    elif isinstance(value, Picture):
        yield from (value.text, value.url)
    elif not isinstance(value, bool):
        yield str(value)


def words_of(texts: Iterable[str]) -> frozenset[str]:
    """The words of names and addresses, each of which may be quoted alone; of an e-mail address only the name."""
    return frozenset(word for text in texts for word in _WORD.findall(text.partition("@")[0]))


def scrubbed(text: str, texts: Iterable[str], words: Iterable[str] = ()) -> str:
    """A text with these texts blanked out wherever they stand, and these words where they stand alone.

    Args:
        text: The text.
        texts: Found whatever their case, as they are, escaped for JSON, and encoded for an address.
        words: Found as whole words, whatever their case.
    """
    forms = sorted({form for one in texts for form in _forms(one)}, key=len, reverse=True)
    alone = sorted(words, key=len, reverse=True)
    parts = [re.escape(form) for form in forms] + [rf"\b{re.escape(word)}\b" for word in alone]
    return re.sub("|".join(parts), BLANK, text, flags=re.IGNORECASE) if parts and text else text


def _forms(text: str) -> Iterator[str]:
    yield from (text, json.dumps(text)[1:-1], quote(text, safe=""), quote_plus(text), quote(text))


def unquoted(text: str) -> str:
    """A text without what it quotes: what stands in quotation marks, addresses, long numbers."""
    return _QUOTED.sub(BLANK, text)


def scrub_error(error: BaseException, texts: frozenset[str]) -> None:
    """Blank these texts out of an error's words, and of the errors it came from."""
    chain: list[BaseException] = []
    former: BaseException | None = error
    while former is not None and former not in chain:
        chain.append(former)
        former = former.__cause__ or former.__context__
    for one in chain:
        one.args = tuple(_scrubbed(arg, texts) for arg in one.args)
        if isinstance(one, BridgeError):
            for name, value in list(vars(one).items()):
                setattr(one, name, _scrubbed(value, texts))


def _scrubbed(value: Any, texts: frozenset[str]) -> Any:
    if isinstance(value, str):
        return scrubbed(value, texts)
    if isinstance(value, Mapping):
        rows = cast("Mapping[object, object]", value).items()
        return {_scrubbed(key, texts): _scrubbed(one, texts) for key, one in rows}
    if isinstance(value, tuple):
        return tuple(_scrubbed(one, texts) for one in cast("Iterable[Any]", value))
    return value

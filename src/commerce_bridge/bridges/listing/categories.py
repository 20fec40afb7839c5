"""The category map: subject codes to a store's categories, in a file the user owns.

The file is TOML, one table a scheme, code or beginning of a code to a path::

    [bisac]
    FIC = ["Fiction"]
    FIC022 = ["Fiction", "Crime"]

    [thema]
    FF = ["Fiction", "Crime"]

The longest beginning that fits wins.  A code with no place is reported, never guessed.
"""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import cast

from attrs import field, frozen

from commerce_bridge.domain.record import Placement
from commerce_bridge.domain.title import Scheme, Subject, Title
from commerce_bridge.errors import InvalidDocument
from commerce_bridge.mapping.fingerprint import stable

_SCHEMES = {"bisac": Scheme.BISAC, "thema": Scheme.THEMA, "bic": Scheme.BIC, "own": Scheme.OWN}


@frozen
class CategoryMap:
    """Where subject codes have their place in a store.

    Args:
        places: Scheme to code (or beginning of a code) to the path of names from the root.
    """

    places: Mapping[Scheme, Mapping[str, tuple[str, ...]]] = field(
        factory=dict[Scheme, Mapping[str, tuple[str, ...]]]
    )

    @classmethod
    def load(cls, path: str | Path) -> CategoryMap:
        """The map in a TOML file.

        Raises:
            InvalidDocument: The file cannot be read, is no TOML, names an unknown scheme, or has a path that is
                no list of names; the message says where.
        """
        try:
            data = tomllib.loads(Path(path).read_text(encoding="utf-8-sig"))
        except OSError as error:
            raise InvalidDocument(
                f"The category map {path} cannot be read: {error.strerror or error}.", hint="Check its path."
            ) from error
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise InvalidDocument(
                f"The category map {path} is no TOML file: {error}.",
                hint='It has a table for each scheme, such as [bisac], and lines such as FIC = ["Fiction"].',
            ) from error
        return cls.of(data, str(path))

    @classmethod
    def of(cls, data: Mapping[str, object], name: str = "the category map") -> CategoryMap:
        """The map in a mapping of scheme name to code to path."""
        places: dict[Scheme, dict[str, tuple[str, ...]]] = {}
        for scheme, rows in data.items():
            if scheme not in _SCHEMES or not isinstance(rows, Mapping):
                known = ", ".join(_SCHEMES)
                raise InvalidDocument(
                    f"{name}: [{scheme}] is no table of a scheme; known: {known}.",
                    hint='Write it like: [bisac], and under it lines such as FIC = ["Fiction"].',
                )
            table = cast("Mapping[str, object]", rows)
            places[_SCHEMES[scheme]] = {code: _path(name, scheme, code, path) for code, path in table.items()}
        return cls(places)

    def place(self, subject: Subject) -> Placement | None:
        """The category of a subject code, or None."""
        rows = self.places.get(subject.scheme, {})
        fitting = [code for code in rows if subject.code.startswith(code)]
        return Placement(rows[max(fitting, key=len)]) if fitting else None

    def places_of(self, title: Title) -> frozenset[Placement]:
        """All categories of a title."""
        found = (self.place(subject) for subject in title.subjects)
        return frozenset(place for place in found if place is not None)

    def unplaced(self, titles: Iterable[Title]) -> dict[str, int]:
        """Codes of mapped schemes that have no place, and how many titles use each; the most used first."""
        counts: Counter[str] = Counter()
        for title in titles:
            counts.update(
                {
                    f"{subject.scheme.name.lower()} {subject.code}"
                    for subject in title.subjects
                    if subject.scheme in self.places and self.place(subject) is None
                }
            )
        return dict(sorted(counts.items(), key=lambda row: (-row[1], row[0])))

    @property
    def fingerprint(self) -> str:
        """Text that changes when the map does."""
        return stable(self.places)


def _path(name: str, scheme: str, code: str, path: object) -> tuple[str, ...]:
    names = [path] if isinstance(path, str) else path
    path_of = tuple(cast("list[object]", names)) if isinstance(names, list) else ()
    if not path_of or not all(isinstance(one, str) and one.strip() for one in path_of):
        raise InvalidDocument(
            f"{name}: [{scheme}] {code}: expected a list of category names from the root, got {path!r}.",
            hint='Write it like: FIC = ["Fiction"].',
        )
    return tuple(str(one) for one in path_of)

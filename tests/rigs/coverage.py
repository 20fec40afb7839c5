"""The table that says of each vendor operation how our client reaches it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from attrs import frozen

from rigs.openapi import Specification

Key = tuple[str, str]
"""Verb and path template: ``("GET", "/v3/catalog/products/{product_id}")``."""

BY_REQUEST = "by `request()`"
HEAD = "| Verb | Path | Operation | Reached |\n|---|---|---|---|"


@frozen(kw_only=True)
class Row:
    """One operation of the vendor's specification.

    Args:
        file: The vendor's file.
        method: Upper-case verb.
        path: Path template.
        operation_id: The vendor's name for it; empty when the file gives none.
    """

    file: str
    method: str
    path: str
    operation_id: str

    @property
    def key(self) -> Key:
        """Verb and path template."""
        return self.method, self.path


def rows(spec: Specification) -> tuple[Row, ...]:
    """All operations of a specification, in the order of the vendor's files."""
    return tuple(
        Row(
            file=operation.file,
            method=operation.method,
            path=operation.path,
            operation_id=operation.operation_id,
        )
        for operation in spec.operations
    )


def coverage_table(spec: Specification, wrapped: Mapping[Key, str], refused: Mapping[Key, str]) -> str:
    """A Markdown page of all operations: wrapped, by `request()`, or refused and why.

    Args:
        spec: The vendor's specification.
        wrapped: What our client calls it (``products.get``), by verb and path template.
        refused: Why our client does not send it, by verb and path template.

    Returns:
        A line of totals, then one table a file; the same arguments always give the same text.

    Raises:
        ValueError: A key names no operation, or stands in both mappings.
    """
    listed = rows(spec)
    _check(listed, wrapped, refused)
    totals = (
        f"{len(listed)} operations: {len(wrapped)} wrapped, {len(refused)} refused, "
        f"{len(listed) - len(wrapped) - len(refused)} {BY_REQUEST}."
    )
    sections = [totals]
    for file in spec.files:
        lines = [_line(row, wrapped, refused) for row in listed if row.file == file]
        sections.append("\n".join([f"### `{file}`", "", HEAD, *lines]))
    return "\n\n".join(sections) + "\n"


def _check(listed: Iterable[Row], wrapped: Mapping[Key, str], refused: Mapping[Key, str]) -> None:
    known = {row.key for row in listed}
    strange = sorted((wrapped.keys() | refused.keys()) - known)
    if strange:
        raise ValueError(f"not in the specification: {_named(strange)}")
    both = sorted(wrapped.keys() & refused.keys())
    if both:
        raise ValueError(f"both wrapped and refused: {_named(both)}")


def _named(keys: Iterable[Key]) -> str:
    return ", ".join(f"{method} {path}" for method, path in keys)


def _line(row: Row, wrapped: Mapping[Key, str], refused: Mapping[Key, str]) -> str:
    if row.key in wrapped:
        reached = f"`{wrapped[row.key]}`"
    elif row.key in refused:
        reached = f"refused: {refused[row.key]}"
    else:
        reached = BY_REQUEST
    cells = (row.method, f"`{row.path}`", row.operation_id, reached)
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"

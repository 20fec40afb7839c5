"""Plan files: JSON Lines, each line sealed with a hash over all lines before it."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from typing import IO, Any

from commerce_bridge.errors import InvalidDocument
from commerce_bridge.sync.plans.lines import footer_of, header_of, segment_line, segment_of
from commerce_bridge.sync.plans.segment import Footer, Header, Segment


class PlanFile:
    """The lines of a plan, on disk; a temporary file goes away with its plan.

    Args:
        path: Where it is, or None for a temporary file.
    """

    def __init__(self, path: str | None = None) -> None:
        self._temporary = path is None
        if path is None:
            handle, path = tempfile.mkstemp(prefix="commerce-bridge-", suffix=".plan.jsonl")
            os.close(handle)
        self.path = path
        self._seal = ""
        self._out: IO[str] | None = None

    def __del__(self) -> None:
        if self._out is not None:
            self._out.close()
        if self._temporary and os.path.exists(self.path):
            os.unlink(self.path)

    def write(self, kind: str, body: Mapping[str, Any]) -> None:
        """Add one line."""
        if self._out is None:
            self._out = open(self.path, "w", encoding="utf-8")  # noqa: SIM115  closed by `finish`
        text = json.dumps({"kind": kind, **body}, separators=(",", ":"), ensure_ascii=False)
        self._seal = _seal(self._seal, text)
        self._out.write(f"{self._seal}\t{text}\n")

    def finish(self) -> None:
        """No more lines."""
        if self._out is not None:
            self._out.close()
            self._out = None

    def lines(self) -> Iterator[dict[str, Any]]:
        """Line by line, each checked against its seal.

        Raises:
            InvalidDocument: A line was changed, or the file ends too early.
        """
        seal, kind = "", ""
        with open(self.path, encoding="utf-8") as lines:
            for number, line in enumerate(lines, start=1):
                said, _, text = line.rstrip("\n").partition("\t")
                seal = _seal(seal, text)
                if said != seal:
                    raise _damaged(self.path, f"line {number} does not match its seal")
                body: dict[str, Any] = json.loads(text)
                kind = body["kind"]
                yield body
        if kind != "footer":
            raise _damaged(self.path, "it has no footer, so it was not finished")

    def segments(self) -> Iterator[Segment]:
        """Segment by segment."""
        for body in self.lines():
            if body["kind"] == "segment":
                yield segment_of(body)

    def save(self, path: str) -> None:
        """Copy to `path`, whole or not at all."""
        partial = f"{path}.part"
        shutil.copyfile(self.path, partial)
        os.replace(partial, path)


def open_plan(path: str) -> tuple[Header, Footer, PlanFile]:
    """The header, the footer and the file of the plan saved under `path`, every line checked.

    Raises:
        InvalidDocument: The file is damaged, was changed by hand, is no plan, or is of a newer release.
    """
    file = PlanFile(path)
    header, footer = None, None
    try:
        for body in file.lines():
            if body["kind"] == "header":
                header = header_of(body)
            elif body["kind"] == "footer":
                footer = footer_of(body)
    except (ValueError, LookupError, TypeError) as error:
        raise _damaged(path, f"it cannot be read ({type(error).__name__})") from error
    if header is None or footer is None:
        raise _damaged(path, "it has no header or no footer")
    return header, footer, file


def _seal(former: str, text: str) -> str:
    return hashlib.sha256(f"{former}\n{text}".encode()).hexdigest()[:24]


def _damaged(path: str, why: str) -> InvalidDocument:
    return InvalidDocument(f"The plan {path} is damaged: {why}.", hint="Make the plan again.")


class Spooled:
    """Takes the segments of a plan as they come.

    Args:
        file: Where they go.
    """

    def __init__(self, file: PlanFile) -> None:
        self._file = file

    def write(self, segment: Segment) -> None:
        """Add one segment."""
        self._file.write("segment", segment_line(segment))

"""How snippets of a page are run: one namespace, one event loop and one folder a page, sandboxes as the network.

Python blocks run in order, with ``await`` at the top level.  A ``text`` block under one is what it prints:
its lines are found in that output in their order, ``…`` standing for anything.  A ``toml`` block whose first
line names a file is that file.  In a ``sh`` block every line that begins with ``commerce-bridge`` runs.
"""

from __future__ import annotations

import ast
import asyncio
import contextlib
import io
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sybil import Example, Sybil
from sybil.document import Document
from sybil.parsers.markdown import CodeBlockParser

from commerce_bridge import AsyncBigCommerce, AsyncConsonance, BigCommerce, Consonance
from commerce_bridge.cli import codes, main
from commerce_bridge.flow.wiring import SeededChance
from commerce_bridge.http import opening
from commerce_bridge.platforms.bigcommerce import client as bigcommerce_client
from commerce_bridge.platforms.consonance import client as consonance_client
from commerce_bridge.testing.sandboxes import Sandboxes

ROOT = Path(__file__).resolve().parents[2]

NOT_RUN = ("commerce-bridge sandbox", "commerce-bridge demo --onix")
"""Commands that do not end by themselves, or that need a file of the reader's own."""


def pages() -> list[Path]:
    """All pages of the project."""
    return sorted([ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").rglob("*.md")])


def evaluate_python(example: Example) -> None:
    """Run a block; what it prints is kept for the block below it."""
    source = "\n" * (example.line + example.parsed.line_offset - 1) + example.parsed
    code = compile(source, example.path, "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    with contextlib.redirect_stdout(io.StringIO()) as out:
        result = eval(code, example.namespace)
        if asyncio.iscoroutine(result):
            example.namespace["__loop__"].run(result)
    example.namespace["__printed__"] = out.getvalue()


def evaluate_text(example: Example) -> str | None:
    """Compare a block with what was printed above it."""
    printed = example.namespace.get("__printed__", "")
    pattern = ".*?".join(_line(line) for line in example.parsed.strip("\n").splitlines())
    return (
        None
        if re.search(pattern, printed, re.DOTALL)
        else f"expected\n{example.parsed}\nbut it printed\n{printed}"
    )


def _line(line: str) -> str:
    """A line as a pattern: ``…`` is anything, blanks are any number of blanks."""
    parts = [
        r"[ ]+".join(re.escape(word) for word in re.split(r"[ ]+", part)) for part in line.strip().split("…")
    ]
    return r"(?m:^)[ ]*" + r"[^\n]*?".join(parts) if line.strip() else ""


def evaluate_toml(example: Example) -> None:
    """Put a named block in the page's folder."""
    name = re.match(r"# ([\w.-]+\.toml)\n", example.parsed)
    if name is not None:
        Path(name[1]).write_text(example.parsed, encoding="utf-8")


def evaluate_sh(example: Example) -> str | None:
    """Run the commands of ours; what they print is kept for the block below."""
    printed = io.StringIO()
    for line in example.parsed.splitlines():
        command = line.partition(" # ")[0].strip()
        if not command.startswith("commerce-bridge ") or command.startswith(NOT_RUN):
            continue
        with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed):
            code = main(shlex.split(command)[1:])
        if code not in {codes.DONE, codes.NEEDS_PERSON}:
            return f"{command} ended with {code}:\n{printed.getvalue()}"
    example.namespace["__printed__"] = printed.getvalue()
    return None


SYBIL = Sybil(
    parsers=[
        CodeBlockParser("python", evaluate_python),
        CodeBlockParser("text", evaluate_text),
        CodeBlockParser("toml", evaluate_toml),
        CodeBlockParser("sh", evaluate_sh),
    ],
    pattern="*.md",
    path=str(ROOT),
)


def document_of(page: Path) -> Document:
    """The page with its examples."""
    return SYBIL.parse(page)


def network(monkeypatch: Any) -> Sandboxes:
    """Sandboxes in the place of the network, of the clock and of chance, for clients that name no transport."""
    sandboxes = Sandboxes()
    publisher, store = (sandboxes.world(name).sandbox.credentials() for name in ("consonance", "bigcommerce"))
    secrets = {
        "CONSONANCE_API_KEY": publisher["api_key"],
        "BIGCOMMERCE_STORE_HASH": store["store_hash"],
        "BIGCOMMERCE_ACCESS_TOKEN": store["access_token"],
        "BIGCOMMERCE_CLIENT_SECRET": "known to the store and to us",
    }
    for name, value in secrets.items():
        monkeypatch.setenv(name, value)
    for module, kinds in (
        (bigcommerce_client, {"HttpTransport": BigCommerce, "AsyncHttpTransport": AsyncBigCommerce}),
        (consonance_client, {"HttpTransport": Consonance, "AsyncHttpTransport": AsyncConsonance}),
    ):
        for name, kind in kinds.items():
            transport = sandboxes.open(kind)._transport
            monkeypatch.setattr(module, name, lambda base_url, *, library, transport=transport: transport)
    around = opening.Surroundings(clock=sandboxes.clock, chance=SeededChance(1))
    wiring_of = opening.wiring_of
    monkeypatch.setattr(
        opening, "wiring_of", lambda *place, around=around: wiring_of(*place[:2], _given(place) or around)
    )
    return sandboxes


def _given(place: tuple[Any, ...]) -> Any:
    """The surroundings that a client was given, or None."""
    return place[2] if len(place) > 2 else None


@contextlib.contextmanager
def page_loop() -> Iterator[asyncio.Runner]:
    """One event loop for a page."""
    with asyncio.Runner() as runner:
        yield runner

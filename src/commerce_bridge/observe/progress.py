"""Progress at a terminal, with rich where it is installed and plainly where it is not."""

from __future__ import annotations

import sys
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any, TextIO

from commerce_bridge.flow.events import Event, Progressed, Subscriber, Waited

_WORDS = {"read": "Reading", "plan": "Planning", "apply": "Applying"}


@contextmanager
def progress_bars(out: TextIO | None = None) -> Generator[Subscriber]:
    """A subscriber that draws a bar for each stage of work on standard error, and takes it away at the end.

    Args:
        out: Where to draw; standard error unless given.
    """
    try:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
    except ImportError:
        yield _plain(out or sys.stderr)
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    bars: dict[str, Any] = {}
    with Progress(*columns, console=Console(file=out or sys.stderr), transient=True) as drawn:

        def draw(event: Event) -> None:
            if isinstance(event, Progressed):
                if event.stage not in bars:
                    bars[event.stage] = drawn.add_task(
                        _WORDS.get(event.stage, event.stage), total=event.total
                    )
                drawn.update(bars[event.stage], completed=event.done, total=event.total)
            elif isinstance(event, Waited) and event.seconds >= 1:
                drawn.console.print(f"waiting {event.seconds:.0f} s for {event.account} ({event.reason})")

        yield draw


def _plain(out: TextIO) -> Subscriber:
    last: dict[str, int] = {}

    def write(event: Event) -> None:
        if isinstance(event, Progressed) and event.done - last.get(event.stage, -1000) >= 1000:
            last[event.stage] = event.done
            out.write(f"{_WORDS.get(event.stage, event.stage)}: {event.done}\n")

    return write

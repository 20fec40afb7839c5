"""Progress bars, at a terminal only."""

from __future__ import annotations

import sys
from collections.abc import Generator
from contextlib import contextmanager

from commerce_bridge.flow.events import Subscriber
from commerce_bridge.observe.progress import progress_bars


@contextmanager
def progress(*, quiet: bool) -> Generator[tuple[Subscriber, ...]]:
    """Subscribers that show progress; none when nobody looks.

    Args:
        quiet: Whether to show none in any case.
    """
    if quiet or not sys.stderr.isatty():
        yield ()
        return
    with progress_bars() as draw:
        yield (draw,)

"""How fast, and in how much memory, a large ONIX file becomes complete titles.

Speed is a ratio in one run: the time of a bare `iterparse(tag=Product)` over the same file, divided by the
time of the whole reader (both passes, every title complete); the median of interleaved pairs.  Memory is the
peak of a child process over a file ten times as large, divided by that over the file itself.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]
if str(TESTS) not in sys.path:
    sys.path.insert(0, str(TESTS))

from lxml import etree  # noqa: E402

from commerce_bridge.platforms.onix import read_onix  # noqa: E402
from rigs import onix_generator  # noqa: E402

MEGABYTES = 22.0
PAIRS = 5
RATIO_WANTED = 0.15
MEMORY_WANTED = 1.1

CHILD = """
import resource, sys
from commerce_bridge.platforms.onix import read_onix
with read_onix(sys.argv[1]) as reading:
    formats = sum(len(title.formats) for title in reading.titles())
print(formats, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def bare_s(path: Path) -> float:
    """Seconds of a bare parse that keeps nothing."""
    start = time.perf_counter()
    tag = "{http://ns.editeur.org/onix/3.0/reference}Product"
    for _, element in etree.iterparse(str(path), tag=tag):
        element.clear()
        while element.getprevious() is not None:
            del element.getparent()[0]
    return time.perf_counter() - start


def reader_s(path: Path, families: int) -> float:
    """Seconds of the whole reader; every title is made."""
    start = time.perf_counter()
    with read_onix(path) as reading:
        formats = sum(len(title.formats) for title in reading.titles())
    spent = time.perf_counter() - start
    if formats != 3 * families:
        raise AssertionError(f"expected {3 * families} formats, got {formats}")
    return spent


def peak_kib(path: Path, families: int) -> int:
    """Peak memory of a child process that reads the file."""
    done = subprocess.run(
        [sys.executable, "-c", CHILD, str(path)], check=True, capture_output=True, text=True
    )
    formats, peak = (int(text) for text in done.stdout.split())
    if formats != 3 * families:
        raise AssertionError(f"expected {3 * families} formats, got {formats}")
    return peak


def run() -> dict[str, float | int]:
    """All figures; times are reported, ratios are judged."""
    with tempfile.TemporaryDirectory() as folder:
        small, large = Path(folder, "small.xml"), Path(folder, "large.xml")
        families = onix_generator.write_file(small, MEGABYTES)
        pairs = [(bare_s(small), reader_s(small, families)) for _ in range(PAIRS)]
        ratio = statistics.median(bare / ours for bare, ours in pairs)
        many = onix_generator.write_file(large, MEGABYTES * 10)
        peaks = peak_kib(small, families), peak_kib(large, many)
        return {
            "ratio": round(ratio, 3),
            "ratio_at_least": RATIO_WANTED,
            "memory_ratio": round(peaks[1] / peaks[0], 3),
            "memory_ratio_at_most": MEMORY_WANTED,
            "megabytes": round(small.stat().st_size / 1e6, 1),
            "records": 3 * families,
            "bare_s": round(statistics.median(bare for bare, _ in pairs), 3),
            "reader_s": round(statistics.median(ours for _, ours in pairs), 3),
            "peak_mib": round(peaks[0] / 1024, 1),
            "large_megabytes": round(large.stat().st_size / 1e6, 1),
            "large_peak_mib": round(peaks[1] / 1024, 1),
        }


if __name__ == "__main__":
    print(json.dumps(run()))

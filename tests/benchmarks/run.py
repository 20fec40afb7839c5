"""Runs every benchmark here and prints one JSON object; `--write` brings the table in the docs up to date.

A benchmark is a file `bench_NAME.py` with `run() -> dict`: figures by name.  A figure `x` is judged when
`x_at_most` or `x_at_least` stands beside it; all others are reported.

    python tests/benchmarks/run.py [--only NAME ...] [--write]

The exit code is 1 when a judged figure is out of its bound.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import platform
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
PAGE = HERE.parents[1] / "docs" / "explanation" / "performance.md"
BEGIN, END = "<!-- table: begin -->", "<!-- table: end -->"
BOUNDS = {"_at_most": "≤", "_at_least": "≥"}

Figures = Mapping[str, Any]


def names() -> list[str]:
    """The benchmarks there are."""
    return sorted(path.stem.removeprefix("bench_") for path in HERE.glob("bench_*.py"))


def run_one(name: str) -> Figures:
    """The figures of one benchmark."""
    spec = importlib.util.spec_from_file_location(f"bench_{name}", HERE / f"bench_{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    found: Figures = module.run()
    return found


def run_apart(name: str) -> Figures:
    """The figures of one benchmark, run in a process of its own.

    What another one has left behind would be collected in its time, and count in its memory: a child begins with the
    high-water mark of its parent.
    """
    command = [sys.executable, str(Path(__file__).resolve()), "--only", name]
    done = subprocess.run(command, check=False, stdout=subprocess.PIPE, text=True)  # 1: a bound does not hold
    if done.returncode not in {0, 1} or not done.stdout.strip():
        raise SystemExit(f"The benchmark {name} broke down: run it alone with --only {name}.")
    found: Figures = json.loads(done.stdout.strip().splitlines()[-1])[name]
    return found


def judged(figures: Figures) -> Iterator[tuple[str, Any, str, Any, bool]]:
    """Each judged figure: its name, its value, the sign of its bound, the bound, and whether it holds."""
    for key, bound in figures.items():
        for suffix, sign in BOUNDS.items():
            if key.endswith(suffix):
                name = key.removesuffix(suffix)
                value = figures[name]
                yield name, value, sign, bound, value <= bound if sign == "≤" else value >= bound


def reported(figures: Figures) -> Iterator[tuple[str, Any]]:
    """The other figures, in order."""
    bounds = {f"{name}{suffix}" for name in figures for suffix in BOUNDS}
    with_bound = {name for name, *_ in judged(figures)}
    for name, value in figures.items():
        if name not in bounds and name not in with_bound:
            yield name, value


def table(results: Mapping[str, Figures]) -> str:
    """The results as a table in Markdown."""
    lines = ["| benchmark | measure | figure | bound | holds |", "|---|---|---:|---:|---|"]
    for bench, figures in results.items():
        for name, value, sign, bound, holds in judged(figures):
            lines.append(
                f"| {bench} | {_words(name)} | {value} | {sign} {bound} | {'yes' if holds else 'no'} |"
            )
        lines.extend(f"| {bench} | {_words(name)} | {value} | | |" for name, value in reported(figures))
    where = f"CPython {platform.python_version()}, {os.cpu_count()} cores, {platform.system()}"
    return "\n".join([*lines, "", f"Taken on {where}."])


def _words(name: str) -> str:
    return name.replace("_", " ")


def write(results: Mapping[str, Figures], page: Path = PAGE) -> None:
    """Put the table between its marks on the page."""
    text = page.read_text(encoding="utf-8")
    before, found, rest = text.partition(BEGIN)
    _, closed, after = rest.partition(END)
    if not found or not closed:
        raise SystemExit(f"{page} has no {BEGIN} … {END}: put the marks where the table belongs.")
    page.write_text(f"{before}{BEGIN}\n{table(results)}\n{END}{after}", encoding="utf-8")


def main(arguments: Iterable[str] | None = None) -> int:
    """Run what was asked for."""
    parser = argparse.ArgumentParser(description="Run the benchmarks.")
    parser.add_argument("--only", nargs="+", choices=names(), metavar="NAME", help=", ".join(names()))
    parser.add_argument("--write", action="store_true", help="bring the table in the docs up to date")
    args = parser.parse_args(None if arguments is None else list(arguments))
    sys.path.insert(0, str(HERE.parent))  # `rigs` lies there
    results: dict[str, Figures] = {}
    wanted = args.only or names()
    for name in wanted:
        if len(wanted) > 1:
            results[name] = run_apart(name)
        else:
            print(f"benchmark {name} …", file=sys.stderr, flush=True)
            results[name] = run_one(name)
    print(json.dumps(results, ensure_ascii=False))
    if args.write:
        write(results)
    return 0 if all(holds for figures in results.values() for *_, holds in judged(figures)) else 1


if __name__ == "__main__":
    sys.exit(main())

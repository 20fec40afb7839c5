"""Plan files: sealed line by line, saved whole or not at all, gone with their plan when temporary."""

from __future__ import annotations

import gc
import json
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve

from commerce_bridge.errors import InvalidDocument
from commerce_bridge.sync.plans.lines import footer_line, header_line, segment_line
from commerce_bridge.sync.plans.plan import Plan
from commerce_bridge.sync.plans.planfile import PlanFile
from rigs.plans import FOOTER, HEADER, SEGMENTS, make_plan


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    path = tmp_path / "plan.jsonl"
    make_plan().save(str(path))
    return path


def test_a_saved_plan_is_the_same_plan_and_prints_the_same(saved: Path):
    plan, loaded = make_plan(), Plan.load(str(saved))
    assert loaded == plan
    assert tuple(loaded.segments()) == SEGMENTS
    assert [step.id for step in loaded.steps()] == [step.id for one in SEGMENTS for step in one.steps]
    assert str(loaded) == str(plan)
    assert not loaded.is_empty


def test_saving_again_writes_the_same_bytes(saved: Path, tmp_path: Path):
    again = tmp_path / "again.jsonl"
    Plan.load(str(saved)).save(str(again))
    assert again.read_bytes() == saved.read_bytes()
    Plan.load(str(saved)).save(str(saved))
    assert again.read_bytes() == saved.read_bytes()
    assert {path.name for path in tmp_path.iterdir()} == {"plan.jsonl", "again.jsonl"}


def test_a_temporary_file_goes_with_its_plan_and_a_named_one_stays(saved: Path):
    plan = make_plan()
    spooled = Path(plan.file.path)
    assert spooled.exists()
    del plan
    gc.collect()
    assert not spooled.exists()
    loaded = Plan.load(str(saved))
    del loaded
    gc.collect()
    assert saved.exists()


def test_an_unfinished_plan_leaves_nothing_behind():
    file = PlanFile()
    file.write("header", header_line(HEADER))
    path = Path(file.path)
    del file
    gc.collect()
    assert not path.exists()


def flipped(text: str) -> str:
    return text.replace("12.99", "2.99", 1)


def without_line(number: int) -> Any:
    return lambda text: "\n".join(line for at, line in enumerate(text.splitlines()) if at != number) + "\n"


def swapped(text: str) -> str:
    lines = text.splitlines()
    lines[1], lines[2] = lines[2], lines[1]
    return "\n".join(lines) + "\n"


def resealed(text: str) -> str:
    """A line whose seal is made anew by somebody who does not know the lines before it."""
    import hashlib

    lines = text.splitlines()
    body = lines[1].partition("\t")[2].replace("12.99", "2.99")
    lines[1] = hashlib.sha256(f"\n{body}".encode()).hexdigest()[:24] + "\t" + body
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (flipped, "does not match its seal"),
        (without_line(0), "does not match its seal"),
        (without_line(1), "does not match its seal"),
        (without_line(3), "no footer"),
        (swapped, "line 2 does not match its seal"),
        (resealed, "line 2 does not match its seal"),
        (lambda text: text[: len(text) // 2], "does not match its seal"),
        (lambda text: text + text, "does not match its seal"),
        (lambda text: text + "\n", "does not match its seal"),
        (lambda text: "", "no footer"),
        (lambda text: "{}\n", "does not match its seal"),
        (lambda text: "title,price\nThe Black Road,12.99\n", "does not match its seal"),
    ],
)
def test_a_file_that_was_changed_or_cut_is_refused(saved: Path, damage: Any, words: str):
    saved.write_text(damage(saved.read_text(encoding="utf-8")), encoding="utf-8")
    with pytest.raises(InvalidDocument, match=words) as told:
        Plan.load(str(saved))
    assert "plan.jsonl" in str(told.value)
    assert told.value.hint == "Make the plan again."


def test_a_file_that_is_no_text_is_refused(saved: Path):
    saved.write_bytes(b"\x89PNG\r\n\x1a\n\xff\xfe")
    with pytest.raises(InvalidDocument, match="cannot be read"):
        Plan.load(str(saved))


def test_a_file_changed_after_loading_is_refused_before_its_steps_are_read(saved: Path):
    loaded = Plan.load(str(saved))
    saved.write_text(flipped(saved.read_text(encoding="utf-8")), encoding="utf-8")
    with pytest.raises(InvalidDocument, match="line 2"):
        next(loaded.segments())


def written(path: Path, *lines: tuple[str, dict[str, Any]]) -> None:
    file = PlanFile(str(path))
    for kind, body in lines:
        file.write(kind, body)
    file.finish()


def test_a_plan_of_a_newer_release_says_so(tmp_path: Path):
    path = tmp_path / "plan.jsonl"
    written(
        path,
        ("header", header_line(evolve(HEADER, schema=HEADER.schema + 1))),
        ("footer", footer_line(FOOTER)),
    )
    with pytest.raises(InvalidDocument, match="this release reads up to") as told:
        Plan.load(str(path))
    assert "Use the release that made it" in told.value.hint


@pytest.mark.parametrize(
    "lines",
    [
        [("footer", footer_line(FOOTER))],
        [("segment", segment_line(SEGMENTS[0])), ("footer", footer_line(FOOTER))],
        [("header", {"schema": 1}), ("footer", footer_line(FOOTER))],
        [("header", {**header_line(HEADER), "as_of": "soon"}), ("footer", footer_line(FOOTER))],
        [("header", header_line(HEADER)), ("footer", {**footer_line(FOOTER), "steps": {"dance": 1}})],
        [("header", header_line(HEADER)), ("footer", {**footer_line(FOOTER), "warnings": None})],
    ],
)
def test_a_file_sealed_but_not_a_plan_is_refused(tmp_path: Path, lines: list[Any]):
    path = tmp_path / "plan.jsonl"
    written(path, *lines)
    with pytest.raises(InvalidDocument):
        Plan.load(str(path))


def test_it_is_json_lines_that_people_can_read(saved: Path):
    lines = [line.partition("\t")[2] for line in saved.read_text(encoding="utf-8").splitlines()]
    bodies = [json.loads(line) for line in lines]
    assert [body["kind"] for body in bodies] == ["header", "segment", "segment", "footer"]
    assert "Où est l’âne ?" in lines[2], "titles stand in it as they are"

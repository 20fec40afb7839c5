"""The commands that tell what was sent, and that take it back."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve

from commerce_bridge.cli import codes, main, run
from commerce_bridge.flow.operation import Sync
from commerce_bridge.sync.bridge import Bridge
from commerce_bridge.sync.plans.plan import Plan
from commerce_bridge.sync.plans.receipt import Receipt
from rigs.tiny_shop import Thing
from rigs.tiny_stage import TinyStage

ASH = Thing("a", "Ash", "1.00")


@pytest.fixture
def stage(monkeypatch: pytest.MonkeyPatch) -> TinyStage:
    """A tiny shop behind the commands."""
    stage = TinyStage(ASH)
    stage.sync()
    stage.put(evolve(ASH, price="3.00"))

    @contextmanager
    def bridge_of(config: Any, subscribers: tuple[Any, ...] = ()) -> Iterator[Bridge[Sync]]:
        yield Bridge(Sync(stage.driver()), stage.tiny.job)

    monkeypatch.setattr(run, "bridge_of", bridge_of)
    monkeypatch.setattr(run.Config, "load", lambda path: None)
    return stage


@pytest.fixture
def receipt(stage: TinyStage) -> Receipt:
    return stage.sync()


def test_revert_shows_a_plan_and_keeps_it(
    stage: TinyStage, receipt: Receipt, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    path = str(tmp_path / "back.plan.jsonl")
    assert main(["revert", receipt.plan[:8], "--save", path]) == codes.DONE
    assert f"takes plan {receipt.plan[:8]} back" in capsys.readouterr().out
    assert stage.row("a")["price"] == "3.00", "nothing is written"
    stage.apply(Plan.load(path))
    assert stage.row("a")["price"] == "1.00"


def test_a_plan_that_nobody_applied_is_told(stage: TinyStage, capsys: pytest.CaptureFixture[str]):
    assert main(["revert", "no-such-plan"]) == codes.USAGE
    assert "begins with 'no-such-plan'" in capsys.readouterr().err


def test_history_prints_what_was_sent(stage: TinyStage, receipt: Receipt, capsys: pytest.CaptureFixture[str]):
    assert main(["history", "a"]) == codes.DONE
    assert f"plan {receipt.plan[:8]}  price: done" in capsys.readouterr().out
    assert main(["history", "a", "--json"]) == codes.DONE
    entries = json.loads(capsys.readouterr().out)["history"]
    assert [one["kind"] for one in entries] == ["create", "price"]


def test_a_record_that_nobody_knows_is_told(stage: TinyStage, capsys: pytest.CaptureFixture[str]):
    assert main(["history", "z"]) == codes.USAGE
    assert "No record called 'z' is known" in capsys.readouterr().err

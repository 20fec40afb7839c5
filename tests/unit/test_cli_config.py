"""What the command line says of its configuration file."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from commerce_bridge.cli import codes, main
from commerce_bridge.cli.config import SAMPLE, Config


def test_without_a_file_the_message_shows_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["plan"]) == codes.USAGE
    said = capsys.readouterr().err
    assert said.startswith("There is no commerce-bridge.toml. Write one, or name yours with --config.")
    assert SAMPLE in said


def test_the_sample_is_a_whole_configuration(tmp_path: Path) -> None:
    path = tmp_path / "commerce-bridge.toml"
    path.write_text(SAMPLE, encoding="utf-8")
    config = Config.load(str(path))
    assert len(SAMPLE.splitlines()) == 6
    assert config.need("bigcommerce", "store_hash") == "abc123"
    assert config.policy().weights_g == {"BB": Decimal(500), "BC": Decimal(300)}
    assert "consonance" in config.tables

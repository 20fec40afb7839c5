"""Where the vendors' files are looked for, and what their absence means."""

from __future__ import annotations

from pathlib import Path

import pytest

from rigs import contracts


class TestWhereTheFilesAre:
    def test_the_environment_names_them(self, tmp_path: Path) -> None:
        (tmp_path / "shop").mkdir()
        environ = {contracts.VARIABLE: str(tmp_path), "CI": "true"}
        assert contracts.require("shop", environ=environ) == tmp_path / "shop"
        assert contracts.missing("shop", environ=environ) is None

    def test_without_a_name_they_lie_beside_the_project(self) -> None:
        assert contracts.folder({}) == contracts.PROJECT.parent / "shared" / "contracts"

    def test_absent_files_skip_a_test_and_say_so(self, tmp_path: Path) -> None:
        environ = {contracts.VARIABLE: str(tmp_path / "nowhere")}
        with pytest.raises(pytest.skip.Exception, match=contracts.VARIABLE):
            contracts.require("shop", environ=environ)

    @pytest.mark.parametrize(("value", "fails"), [("true", True), ("1", True), ("false", False), ("", False)])
    def test_absent_files_fail_in_ci(self, tmp_path: Path, value: str, fails: bool) -> None:
        environ = {contracts.VARIABLE: str(tmp_path / "nowhere"), "CI": value}
        expected = pytest.fail.Exception if fails else pytest.skip.Exception
        with pytest.raises(expected, match="vendor files not found"):
            contracts.require("shop", environ=environ)

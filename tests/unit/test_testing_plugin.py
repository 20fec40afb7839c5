"""The pytest plugin, as the tests of somebody's own project see it: in a process and a folder of their own."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

pytest_plugins = ("pytester",)

PLUGIN = "commerce_bridge.testing.plugin"
ROOT = Path(__file__).resolve().parents[2]

USERS_TESTS = """
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from commerce_bridge import StorePolicy, bigcommerce, consonance_to_bigcommerce
from commerce_bridge.errors import ConnectionLost

ROAD = bigcommerce.ProductDraft(
    name="The Black Road", type="physical", weight=Decimal("0.3"), price=Decimal("9.99")
)


def test_a_product_is_made_in_a_store_of_this_tests_own(bigcommerce_client, bigcommerce_sandbox):
    assert list(bigcommerce_client.products.list()) == []
    made = bigcommerce_client.products.create(ROAD)
    assert [one["id"] for one in bigcommerce_sandbox.sandbox.state()["products"]] == [made.value.id]


def test_nothing_is_left_of_the_test_before(bigcommerce_sandbox, commerce_state):
    assert bigcommerce_sandbox.sandbox.state()["products"] == []


def test_a_lost_answer_is_met(bigcommerce_client, bigcommerce_sandbox, commerce_faults):
    assert commerce_faults("bigcommerce", kind="cut_after", method="POST") is bigcommerce_sandbox
    with pytest.raises(ConnectionLost):
        bigcommerce_client.products.create(ROAD)
    assert len(bigcommerce_sandbox.sandbox.state()["products"]) == 1


def test_waits_are_virtual(bigcommerce_client, commerce_faults, commerce_clock, commerce_events):
    before = commerce_clock.now()
    commerce_faults("bigcommerce", kind="status", status=429, headers={"X-Rate-Limit-Time-Reset-Ms": "15000"})
    bigcommerce_client.store.get()
    assert commerce_clock.now() - before >= timedelta(seconds=15)
    assert [event.status for event in commerce_events if hasattr(event, "status")] == [429, 200]


def test_a_whole_bridge(consonance_client, bigcommerce_client, consonance_sandbox, commerce_state):
    bridge = consonance_to_bigcommerce(
        consonance_client, bigcommerce_client, state=commerce_state,
        policy=StorePolicy(weights_g={"B": Decimal(300), "A": Decimal(100)}),
    )
    assert not bridge.plan().is_empty
    assert consonance_sandbox.log


@pytest.fixture
def anyio_backend():
    return "asyncio"


@pytest.mark.anyio
async def test_clients_of_async_programs_reach_the_same_sandboxes(
    async_bigcommerce_client, async_consonance_client, bigcommerce_client
):
    made = await async_bigcommerce_client.products.create(ROAD)
    assert bigcommerce_client.products.get(made.value.id).name == "The Black Road"
    assert [work async for work in async_consonance_client.works.list()]


class TestSettings:
    @pytest.fixture
    def commerce_seeds(self):
        return {"bigcommerce": "demo"}

    @pytest.fixture
    def commerce_start(self):
        return datetime(2027, 3, 1, tzinfo=UTC)

    @pytest.fixture
    def commerce_latency_s(self):
        return 30.0

    def test_they_can_be_overridden(self, commerce_sandboxes, bigcommerce_sandbox, commerce_clock):
        from commerce_bridge import BigCommerce

        assert bigcommerce_sandbox.sandbox.state()["products"]
        commerce_sandboxes.open(BigCommerce, timeout_s=60.0).store.get()
        assert commerce_clock.now() == datetime(2027, 3, 1, 0, 0, 30, tzinfo=UTC)
"""

LOADED = """
import json, sys
import pytest

class Spy:
    def pytest_sessionfinish(self):
        print("LOADED" + json.dumps(sorted(sys.modules)))

sys.exit(pytest.main(sys.argv[1:], plugins=[Spy()]))
"""

HEAVY = {
    "pydantic",
    "pydantic_core",
    "httpx",
    "httpx2",
    "attr",
    "attrs",
    "tenacity",
    "starlette",
    "graphql",
    "lxml",
}


def arguments(*more: str) -> list[str]:
    """What pytest is called with, the plugin named."""
    return ["-p", PLUGIN, "-p", "no:cacheprovider", "-W", "error", *more]


def test_a_users_tests_pass(pytester: pytest.Pytester):
    pytester.makepyfile(USERS_TESTS)
    result = pytester.runpytest_subprocess(*arguments())
    result.assert_outcomes(passed=7)


def test_an_unknown_platform_or_fault_is_said_in_words(pytester: pytest.Pytester):
    pytester.makepyfile(
        """
        def test_a_platform(commerce_faults):
            commerce_faults("bigcomerce", kind="delay")

        def test_a_fault(commerce_faults):
            commerce_faults("bigcommerce", kind="dely")
        """
    )
    result = pytester.runpytest_subprocess(*arguments())
    result.assert_outcomes(failed=2)
    result.stdout.fnmatch_lines(["*No sandbox is called 'bigcomerce'*", "*unknown kind of fault 'dely'*"])


def test_the_fixtures_are_listed_with_what_they_give(pytester: pytest.Pytester):
    result = pytester.runpytest_subprocess(*arguments("--fixtures"))
    shown = [
        line.split(" ")[0]
        for line in result.outlines
        if line.startswith(("commerce_", "big", "con", "async_"))
    ]
    assert set(shown) == {
        "async_bigcommerce_client", "async_consonance_client", "bigcommerce_client", "bigcommerce_sandbox",
        "commerce_clock", "commerce_events", "commerce_faults", "commerce_latency_s", "commerce_sandboxes",
        "commerce_seeds", "commerce_start", "commerce_state", "consonance_client", "consonance_sandbox",
    }  # fmt: skip
    result.stdout.no_fnmatch_line("*no docstring available*commerce*")


def loaded_in_a_run(folder: Path, *options: str) -> set[str]:
    """The modules that are loaded when somebody's tests that use nothing of ours have run."""
    (folder / "test_other.py").write_text("def test_it():\n    assert True\n", encoding="utf-8")
    command = [sys.executable, "-c", LOADED, *options, "-p", "no:cacheprovider", "-q", str(folder)]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True)
    line = next(line for line in done.stdout.splitlines() if "LOADED" in line)
    return set(json.loads(line.partition("LOADED")[2]))


def test_it_loads_nothing_of_weight_where_it_is_not_used(tmp_path: Path):
    without = loaded_in_a_run(tmp_path)
    modules = loaded_in_a_run(tmp_path, "-p", PLUGIN)
    assert PLUGIN in modules
    assert PLUGIN not in without
    assert {name for name in modules - without if name.partition(".")[0] in HEAVY} == set()
    assert {name for name in modules if name.startswith("commerce_bridge")} == {
        "commerce_bridge", "commerce_bridge.testing", PLUGIN,
    }  # fmt: skip


def test_it_is_no_entry_point_so_that_pytest_rewrites_none_of_the_package():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert "pytest11" not in project.get("entry-points", {})


PAGE = ROOT / "docs" / "how-to" / "pytest-plugin.md"


def test_the_files_of_the_page_pass(pytester: pytest.Pytester):
    found = re.findall(
        r"^```py\n# (\w+)\.py\n(.*?)^```", PAGE.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE
    )
    files = dict(found)
    assert sorted(files) == ["conftest", "test_async", "test_bridge", "test_shop"]
    settings = files.pop("conftest")
    pytester.makepyfile(**files)
    pytester.runpytest_subprocess(*arguments()).assert_outcomes(passed=4)
    seen = "def test_they_hold(commerce_sandboxes, commerce_clock, bigcommerce_sandbox):\n"
    seen += "    assert commerce_clock.now() == datetime(2027, 3, 1, tzinfo=UTC)\n"
    seen += "    assert commerce_sandboxes.latency_s == 0.2\n"
    seen += "    assert bigcommerce_sandbox.sandbox.state()['products']\n"
    folder = pytester.mkdir("with_settings")
    (folder / "conftest.py").write_text(settings, encoding="utf-8")
    (folder / "test_settings.py").write_text(
        f"from datetime import UTC, datetime\n\n{seen}", encoding="utf-8"
    )
    pytester.runpytest_subprocess(*arguments(str(folder))).assert_outcomes(passed=1)


def test_the_page_names_every_fixture():
    from commerce_bridge.testing import plugin

    fixtures = {
        name for name, value in vars(plugin).items() if type(value).__name__ == "FixtureFunctionDefinition"
    }
    assert len(fixtures) == 14
    page, text = PAGE.read_text(encoding="utf-8"), plugin.__doc__ or ""
    assert [name for name in sorted(fixtures) if name not in page or f"``{name}``" not in text] == []

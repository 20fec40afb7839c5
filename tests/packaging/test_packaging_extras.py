"""A part whose packages are not installed says which extra brings them; the rest goes on working."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from attrs import frozen

EXTRAS: dict[str, list[str]] = tomllib.loads(
    (Path(__file__).resolve().parents[2] / "pyproject.toml").read_text(encoding="utf-8")
)["project"]["optional-dependencies"]

BLOCKED = """
import sys
for name in {names!r}:
    sys.modules[name] = None
{code}
"""

ASKED = """
from commerce_bridge.errors import MissingExtra
try:
{code}
except MissingExtra as error:
    assert isinstance(error, ImportError)
    print(error.extra, str(error), sep="|")
else:
    print("nothing was missing")
"""


def run(code: str, *names: str) -> subprocess.CompletedProcess[str]:
    """Run code in a fresh interpreter in which these packages cannot be imported."""
    whole = BLOCKED.format(names=names, code=code)
    return subprocess.run([sys.executable, "-c", whole], capture_output=True, text=True, check=False)


@frozen(kw_only=True)
class Part:
    """A part of the library, the distribution it needs, and the extra that brings it."""

    needs: str
    package: str
    extra: str
    code: str


PARTS = {
    "reading ONIX": Part(
        needs="lxml",
        package="lxml",
        extra="publishing",
        code="import io\nfrom commerce_bridge import onix\nonix.read_onix(io.BytesIO(b'<ONIXMessage/>'))",
    ),
    "cleaning a description": Part(
        needs="nh3",
        package="nh3",
        extra="publishing",
        code=(
            "from commerce_bridge.bridges.listing.markup import safe_html\n"
            "from commerce_bridge.domain.title import Text, TextKind\n"
            "safe_html(Text(kind=TextKind.DESCRIPTION, body='<p>A road.</p>'))"
        ),
    ),
    "shortening a description": Part(
        needs="selectolax",
        package="selectolax",
        extra="publishing",
        code=(
            "from commerce_bridge.bridges.listing.markup import plain\n"
            "from commerce_bridge.domain.title import Text, TextKind\n"
            "plain(Text(kind=TextKind.DESCRIPTION, body='<p>A road.</p>'))"
        ),
    ),
    "a sandbox of Consonance": Part(
        needs="graphql",
        package="graphql-core",
        extra="sandbox",
        code="from commerce_bridge.sandbox.registry import make\nmake('consonance')",
    ),
    "serving a sandbox": Part(
        needs="uvicorn",
        package="uvicorn",
        extra="sandbox",
        code="import commerce_bridge.sandbox.server",
    ),
    "another HTTP library": Part(
        needs="httpx2",
        package="httpx2",
        extra="httpx2",
        code=(
            "from commerce_bridge import BigCommerce\n"
            "BigCommerce(store_hash='demo', access_token='t', library='httpx2').store.get()"
        ),
    ),
}


@pytest.mark.parametrize("name", sorted(PARTS))
def test_what_is_missing_is_named_with_its_extra(name: str):
    part = PARTS[name]
    indented = "\n".join(f"    {line}" for line in part.code.splitlines())
    done = run(ASKED.format(code=indented), part.needs)
    extra, _, message = done.stdout.strip().partition("|")
    assert extra == part.extra, done.stdout + done.stderr
    assert f"pip install 'commerce-bridge[{part.extra}]'" in message


@pytest.mark.parametrize("name", sorted(PARTS))
def test_the_extra_that_is_named_brings_the_package(name: str):
    part = PARTS[name]
    assert any(one.startswith(f"{part.package}>=") for one in EXTRAS[part.extra])


def test_the_demonstration_says_what_it_lacks_and_fails_plainly():
    code = "from commerce_bridge.cli import main\nraise SystemExit(main(['demo']))"
    done = run(code, "graphql")
    assert done.returncode == 1
    assert "commerce-bridge[sandbox]" in done.stderr
    assert "Traceback" not in done.stderr


def test_progress_is_plain_without_rich():
    code = (
        "import io\n"
        "from commerce_bridge.flow.events import Progressed\n"
        "from commerce_bridge.observe.progress import progress_bars\n"
        "out = io.StringIO()\n"
        "with progress_bars(out) as draw:\n"
        "    draw(Progressed(stage='plan', done=1000))\n"
        "print(out.getvalue())"
    )
    done = run(code, "rich")
    assert "Planning: 1000" in done.stdout, done.stderr


def test_the_core_works_without_any_extra():
    code = (
        "from commerce_bridge import BigCommerce, Consonance, consonance_to_bigcommerce\n"
        "bridge = consonance_to_bigcommerce(Consonance(api_key='k'), BigCommerce(store_hash='s', access_token='t'))\n"
        "print(bridge.ownership)"
    )
    blocked = ("lxml", "nh3", "selectolax", "rich", "starlette", "uvicorn", "graphql", "httpx2", "tzdata")
    done = run(code, *blocked)
    assert done.returncode == 0, done.stderr
    assert "owner" in done.stdout


def test_the_extra_of_the_demonstration_brings_all_that_it_needs():
    named = EXTRAS["demo"][0].partition("[")[2].rstrip("]").split(",")
    assert set(named) == {"publishing", "rich", "sandbox"}

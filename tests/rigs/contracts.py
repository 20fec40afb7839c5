"""Where the vendors' own files lie, and what happens to a test when they do not.

The files are the vendors' and are not part of this project.  `COMMERCE_BRIDGE_CONTRACTS` names
their folder; without it they are looked for beside the project.  On a developer's machine a test
that needs a missing file is skipped and says so; in CI it fails, so that a green run proves that
the client and the sandboxes were held against the vendors' specifications.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import NoReturn

import pytest

VARIABLE = "COMMERCE_BRIDGE_CONTRACTS"
PROJECT = Path(__file__).resolve().parents[2]
DEFAULT = PROJECT.parent / "shared" / "contracts"


def folder(environ: Mapping[str, str] = os.environ) -> Path:
    """The folder of all vendors' files, whether it exists or not."""
    named = environ.get(VARIABLE)
    return Path(named).expanduser().resolve() if named else DEFAULT


def in_ci(environ: Mapping[str, str] = os.environ) -> bool:
    """Whether this run is one that must not skip: `CI` is set to anything but empty, 0 or false."""
    return environ.get("CI", "").strip().lower() not in {"", "0", "false", "no"}


def missing(*parts: str, environ: Mapping[str, str] = os.environ) -> str | None:
    """What to tell a reader when a vendor's file or folder is absent, or None when it is there."""
    wanted = folder(environ).joinpath(*parts)
    if wanted.exists():
        return None
    return (
        f"vendor files not found: {wanted}. Point {VARIABLE} at the folder that holds them; "
        f"without it {DEFAULT} is read."
    )


def require(*parts: str, environ: Mapping[str, str] = os.environ) -> Path:
    """The path of a vendor's file or folder; skips the test that asks when it is absent, fails it in CI.

    Args:
        parts: Path below the folder of all vendors' files, such as ``"bigcommerce", "reference"``.
        environ: The environment to read; tests of this rule pass their own.
    """
    message = missing(*parts, environ=environ)
    if message is not None:
        _refuse(message, in_ci(environ))
    return folder(environ).joinpath(*parts)


def _refuse(message: str, ci: bool) -> NoReturn:
    if ci:
        pytest.fail(f"CI must run this test, but {message}", pytrace=False)
    pytest.skip(message)

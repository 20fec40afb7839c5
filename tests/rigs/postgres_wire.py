"""The wire between a store and its server, cut where a test wants it: around the one word COMMIT."""

from __future__ import annotations

import socket
import tempfile
import threading
from collections.abc import Iterator
from contextlib import suppress
from enum import Enum
from pathlib import Path
from urllib.parse import parse_qs, quote, urlsplit

WORD = b"COMMIT\0"
"""How both sides say it: the client's statement, and the server's word that it is done."""


class Cut(Enum):
    """What becomes of the next commit."""

    BEFORE = "its last words never reach the server"
    AFTER = "it took hold, and its answer is lost"
    LATE = "its last words reach the server after the client has given up the connection"


class Wire:
    """Stands between clients and a server on a unix socket, and passes on what they say.

    Args:
        url: The server's.
    """

    def __init__(self, url: str) -> None:
        self._server = f"{parse_qs(urlsplit(url).query)['host'][0]}/.s.PGSQL.5432"
        self._folder = tempfile.TemporaryDirectory(prefix="cb-wire-")
        self._door = socket.socket(socket.AF_UNIX)
        self._door.bind(str(Path(self._folder.name) / ".s.PGSQL.5432"))
        self._door.listen()
        self._armed: Cut | None = None
        self._lock = threading.Lock()
        self.cuts = 0
        self.deliver = threading.Event()
        self.url = f"postgresql://postgres@/postgres?host={quote(self._folder.name)}"
        self._threads = [threading.Thread(target=self._welcome, daemon=True)]
        self._threads[0].start()

    def cut(self, where: Cut) -> None:
        """Cut the next commit, once."""
        self.deliver.clear()
        self._armed = where

    def close(self) -> None:
        """Close the door; connections that are open end with their clients."""
        self._door.shutdown(socket.SHUT_RDWR)
        self._door.close()
        for thread in self._threads:
            thread.join()
        self._folder.cleanup()

    def _welcome(self) -> None:
        while True:
            try:
                client, _ = self._door.accept()
            except OSError:
                return
            server = socket.socket(socket.AF_UNIX)
            try:
                server.connect(self._server)
            except OSError:
                client.close()
                continue
            for pump in (self._ask, self._answer):
                self._threads.append(threading.Thread(target=pump, args=(client, server), daemon=True))
                self._threads[-1].start()

    def _takes(self, *wanted: Cut) -> Cut | None:
        """The cut that is armed, if it is one of these; then it is armed no more."""
        with self._lock:
            found = self._armed
            if found not in wanted:
                return None
            self._armed = None
            self.cuts += 1
            return found

    def _ask(self, client: socket.socket, server: socket.socket) -> None:
        for said in _heard(client):
            cut = self._takes(Cut.BEFORE, Cut.LATE) if WORD in said else None
            if cut is Cut.LATE:
                _hang_up(client)
                self.deliver.wait(10)
                _say(server, said)
            if cut is not None or not _say(server, said):
                break
        _hang_up(client, server)

    def _answer(self, client: socket.socket, server: socket.socket) -> None:
        for said in _heard(server):
            if WORD in said and self._takes(Cut.AFTER):
                break
            if not _say(client, said):
                break
        _hang_up(client, server)


def _heard(end: socket.socket) -> Iterator[bytes]:
    with suppress(OSError):
        while said := end.recv(1 << 16):
            yield said


def _say(end: socket.socket, said: bytes) -> bool:
    try:
        end.sendall(said)
    except OSError:
        return False
    return True


def _hang_up(*ends: socket.socket) -> None:
    for end in ends:
        with suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)
        end.close()

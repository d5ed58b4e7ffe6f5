"""A socket between a client and PostgreSQL that can be cut, even before a reply."""

from __future__ import annotations

import socket
import tempfile
import threading
from pathlib import Path
from types import TracebackType

NAME = ".s.PGSQL.5432"


class Wire:
    """Forwards a Unix socket to the server's. Use it in a `with`, with the DSN of `through`."""

    def __init__(self, server: Path) -> None:
        self._server = server / NAME
        self._folder = tempfile.TemporaryDirectory(prefix="guardwire", dir="/tmp")
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(Path(self._folder.name) / NAME))
        self._listener.listen()
        self._pairs: list[tuple[socket.socket, socket.socket]] = []
        self._threads: list[threading.Thread] = []
        self._word: bytes | None = None
        self.cuts = 0

    def through(self, dsn: str) -> str:
        """The URL, led through here."""
        return dsn.replace(f"host={self._server.parent}", f"host={self._folder.name}")

    def cut_replies_to(self, word: bytes) -> None:
        """The next message with `word` in it reaches the server; its reply reaches nobody."""
        self._word = word

    def cut(self) -> None:
        """Cut all connections there are."""
        for pair in self._pairs:
            for end in pair:
                _shut(end)

    def __enter__(self) -> Wire:
        self._spawn(self._accept)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        _shut(self._listener)
        self.cut()
        for thread in self._threads:
            thread.join(10)
        for pair in self._pairs:
            for end in pair:
                end.close()
        self._listener.close()
        self._folder.cleanup()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            server = socket.socket(socket.AF_UNIX)
            try:
                server.connect(str(self._server))
            except OSError:
                client.close()
                server.close()
                continue
            self._pairs.append((client, server))
            self._spawn(self._forward, client, server)
            self._spawn(self._return, server, client)

    def _forward(self, client: socket.socket, server: socket.socket) -> None:
        while sent := _read(client):
            cut = self._word is not None and self._word in sent
            if cut:
                self._word = None
                self.cuts += 1
                _shut(client)
            try:
                server.sendall(sent)
            except OSError:
                break
            if cut:
                return  # the way back hears the reply, finds nobody to give it to, and ends it
        _shut(client)
        _shut(server)

    def _return(self, server: socket.socket, client: socket.socket) -> None:
        while said := _read(server):
            try:
                client.sendall(said)
            except OSError:
                break
        _shut(client)
        _shut(server)

    def _spawn(self, target: object, *arguments: object) -> None:
        thread = threading.Thread(target=target, args=arguments, daemon=True)  # type: ignore[arg-type]
        self._threads.append(thread)
        thread.start()


def _read(end: socket.socket) -> bytes:
    try:
        return end.recv(1 << 16)
    except OSError:
        return b""


def _shut(end: socket.socket) -> None:
    try:
        end.shutdown(socket.SHUT_RDWR)
    except OSError:
        return

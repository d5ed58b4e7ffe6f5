"""Spool: where records wait on this machine while the log cannot be written. One file per process,
one JSON line per record; its texts are encrypted as they are in the log. Replayed in order.

A process that ended leaves its file to the next that opens the log.
"""

from __future__ import annotations

import base64
import json
import os
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from guard.errors import LogUnavailableError
from guard.log.events import logger
from guard.log.store import Payload, Receipt, SubjectKey, Unsealed

try:
    import fcntl
except ImportError:  # not POSIX: files that other processes left are then not taken up
    fcntl = None  # type: ignore[assignment]

MOST_BYTES = 64 * 2**20
BATCH = 256
Append = Callable[[Sequence[Unsealed]], list[Receipt]]


class Spool:
    """The spool of one process.

    Args:
        folder: where the files of all processes are.
        name: the name of this process.
        most: bytes that this process may leave there.
    """

    def __init__(self, folder: Path, name: str, most: int = MOST_BYTES) -> None:
        self._folder = folder
        self._file = folder / f"{name}.jsonl"
        self._most = most
        self._lock = threading.Lock()
        self._open: int | None = None
        self._size = 0
        self._done = 0
        self.waiting = 0

    def add(self, unsealed: Unsealed) -> None:
        """Write a record down; it is durable when this returns.

        Raises:
            LogUnavailableError: the spool is full or cannot be written.
        """
        line = line_of(unsealed)
        with self._lock:
            if self._size + len(line) > self._most:
                raise LogUnavailableError(f"the spool {self._file} is full ({self._most} bytes)")
            try:
                file = self._opened()
                self._write(file, line)
            except OSError as error:
                raise LogUnavailableError(
                    f"the spool {self._file} cannot be written ({type(error).__name__})"
                ) from None
            self._size += len(line)
            self.waiting += 1

    def _write(self, file: int, line: bytes) -> None:
        try:
            if os.pwrite(file, line, self._size) != len(line):
                raise OSError("a short write")
            os.fsync(file)
        except OSError:
            os.ftruncate(file, self._size)  # half a line must not stay before the next
            raise

    def replay(self, append: Append) -> int:
        """Bring what waits into the log, in order; how many records that were. What `append` raises
        is passed on, and the rest waits."""
        count = 0
        while batch := self._next():
            lines, end = batch
            found, broken = _understood(lines)
            if broken:
                logger().error("log_spool_broken", file=str(self._file), lines=broken)
            append(found)
            count += len(found)
            with self._lock:
                self._done = end
                self.waiting -= len(lines)
                if self._done == self._size and self._open is not None:
                    os.ftruncate(self._open, 0)
                    os.fsync(self._open)
                    self._size = self._done = 0
        return count

    def _next(self) -> tuple[list[bytes], int] | None:
        with self._lock:
            if self._open is None or self._done == self._size:
                return None
            lines, end = [], self._done
            for line in _lines(self._open, self._done, self._size):
                lines.append(line)
                end += len(line)
                if len(lines) == BATCH:
                    break
            return lines, end

    def adopt(self, append: Append) -> int:
        """Bring in what processes that ended have left; how many records that were."""
        return sum(self._adopted(path, append) for path in self._left())

    def _left(self) -> Iterable[Path]:
        if fcntl is None:
            return ()
        return sorted(path for path in self._folder.glob("*.jsonl") if path != self._file)

    def _adopted(self, path: Path, append: Append) -> int:
        try:
            file = os.open(path, os.O_RDWR)
        except OSError:
            return 0
        try:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                return 0  # its process lives
            found, broken = _readable(file)
            for start in range(0, len(found), BATCH):
                append(found[start : start + BATCH])
            if broken:
                logger().error("log_spool_broken", file=str(path), lines=broken)
                path.replace(path.with_suffix(".broken"))
            else:
                path.unlink(missing_ok=True)
            return len(found)
        finally:
            os.close(file)

    def close(self) -> None:
        """Remove the file if nothing waits in it; else leave it to the next process."""
        with self._lock:
            if self._open is None:
                return
            if self._size == 0:
                self._file.unlink(missing_ok=True)
            os.close(self._open)
            self._open = None

    def abandon(self) -> None:
        """In the child of a fork: the file is the parent's."""
        if self._open is not None:
            os.close(self._open)

    def _opened(self) -> int:
        while self._open is None:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            file = os.open(self._file, os.O_RDWR | os.O_CREAT, 0o600)
            if fcntl is not None:
                fcntl.flock(file, fcntl.LOCK_EX)
            # Another process may have taken the new file for one that was left, and removed it.
            if _same(file, self._file):
                self._open = file
            else:
                os.close(file)
        return self._open


def _same(file: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(file), os.stat(path))
    except FileNotFoundError:
        return False


def _lines(file: int, start: int, stop: int) -> Iterator[bytes]:
    """Whole lines between two offsets, without moving the place of the file."""
    rest = b""
    while start < stop:
        read = os.pread(file, min(2**20, stop - start), start)
        if not read:
            return
        start += len(read)
        *whole, rest = (rest + read).split(b"\n")
        yield from (line + b"\n" for line in whole)


def _readable(file: int) -> tuple[list[Unsealed], int]:
    """The records of a file, and how many lines are none. What follows the last line break was not
    written to its end, so nobody was told that it was durable."""
    return _understood(_lines(file, 0, os.fstat(file).st_size))


def _understood(lines: Iterable[bytes]) -> tuple[list[Unsealed], int]:
    found, broken = [], 0
    for line in lines:
        try:
            found.append(unsealed_of(line))
        except (ValueError, KeyError, TypeError):
            broken += 1
    return found, broken


def line_of(unsealed: Unsealed) -> bytes:
    """A record as a line."""
    value: dict[str, Any] = {
        "event_id": unsealed.event_id,
        "kind": unsealed.kind,
        "body": unsealed.body.decode(),
    }
    if unsealed.payload is not None:
        payload = unsealed.payload
        value["payload"] = [payload.key_id, _text(payload.nonce), _text(payload.ct)]
    if unsealed.key is not None:
        key = unsealed.key
        value["key"] = [key.key_id, key.tag, _text(key.wrapped or b""), key.created]
    return json.dumps(value).encode() + b"\n"


def unsealed_of(line: bytes) -> Unsealed:
    """A line as the record that it was made of.

    Raises:
        ValueError, KeyError, TypeError: it is no such line.
    """
    value = json.loads(line)
    payload = key = None
    if "payload" in value:
        key_id, nonce, ct = value["payload"]
        payload = Payload(key_id, _bytes(nonce), _bytes(ct))
    if "key" in value:
        key_id, tag, wrapped, created = value["key"]
        key = SubjectKey(key_id, tag, _bytes(wrapped), created)
    return Unsealed(value["event_id"], value["kind"], value["body"].encode(), payload, key)


def _text(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


def _bytes(text: str) -> bytes:
    return base64.b64decode(text, validate=True)

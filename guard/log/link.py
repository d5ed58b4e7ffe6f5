"""Link: one connection to the SQLite files, for one thread at a time, that notices what happened to
it: a fork, a file that was moved or replaced, an error after which it cannot be trusted.
"""

from __future__ import annotations

import os
import threading
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from guard.errors import LogError, LogUnavailableError, MissingExtraError

if TYPE_CHECKING:
    import apsw

_ABANDONED: list[object] = []
"""Connections that came through a fork: never used, and never closed, which would drop locks."""
_LINKS: weakref.WeakSet[Link] = weakref.WeakSet()


class Link:
    """A connection that opens itself when it is needed, and again after trouble.

    Args:
        file: the log.
        connect: opens a connection and makes sure that it is to the right log.
    """

    def __init__(self, file: Path, connect: Callable[[], apsw.Connection]) -> None:
        self._file = file
        self._connect = connect
        self._lock = threading.RLock()
        self._db: apsw.Connection | None = None
        self._identity: tuple[int, int] | None = None
        _LINKS.add(self)

    @contextmanager
    def use(self) -> Iterator[apsw.Connection]:
        """The connection. Whatever SQLite raises becomes ours.

        Raises:
            LogError: the file is gone, was replaced, or is damaged.
            LogUnavailableError: it cannot be used just now.
        """
        with self._lock:
            try:
                yield self._open()
            except apsw_error() as error:
                # After a failed write nothing in a connection can be trusted: not used again.
                self._drop()
                raise _ours(error, self._file) from None

    def close(self) -> None:
        with self._lock:
            self._drop()

    def abandon(self) -> None:
        """In the child of a fork: neither the connection nor the lock is ours."""
        _ABANDONED.append(self._db)
        self._db = None
        self._lock = threading.RLock()

    def _open(self) -> apsw.Connection:
        found = identity(self._file)
        if self._db is not None and found == self._identity:
            return self._db
        self._drop()
        if self._identity is not None and found is None:
            raise LogError(f"{self._file} is gone; put it back, or begin a new log elsewhere")
        self._db = self._connect()
        self._identity = identity(self._file)
        return self._db

    def _drop(self) -> None:
        if self._db is not None:
            self._db.close(True)
            self._db = None


def _abandon_all() -> None:
    for link in list(_LINKS):
        link.abandon()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_abandon_all)


@contextmanager
def transaction(db: apsw.Connection) -> Iterator[None]:
    """A write transaction; the lock is taken at its start, so that what is read in it holds."""
    db.execute("BEGIN IMMEDIATE")
    try:
        yield
        db.execute("COMMIT")
    except BaseException:
        if db.in_transaction:
            db.execute("ROLLBACK")
        raise


def identity(file: Path) -> tuple[int, int] | None:
    """Which file stands in this place; None if there is none."""
    try:
        found = os.stat(file)
    except FileNotFoundError:
        return None
    return found.st_dev, found.st_ino


def apsw_error() -> type[Exception]:
    """What all errors of SQLite are.

    Raises:
        MissingExtraError: the extra `log` is not installed.
    """
    try:
        import apsw
    except ModuleNotFoundError:
        raise MissingExtraError("the compliance log", "log") from None
    return apsw.Error


def _ours(error: Exception, file: Path) -> LogError:
    import apsw

    name = type(error).__name__.removesuffix("Error")
    if isinstance(error, apsw.CorruptError | apsw.NotADBError):
        return LogError(f"{file} is damaged or is no log ({name}); see `guard log verify`")
    if isinstance(error, apsw.ConstraintError | apsw.SQLError):
        return LogError(f"{file} is not a log of this form, or refuses a change ({name})")
    return LogUnavailableError(f"{file} cannot be used just now ({name})")

"""One connection to PostgreSQL that comes back by itself, after a bounded wait. It decides which
errors pass and which stay; it knows nothing of what the log keeps."""

from __future__ import annotations

import os
import threading
import time
import weakref
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

from guard.errors import LogError, LogUnavailableError, MissingExtraError

if TYPE_CHECKING:
    import psycopg

    Connection = psycopg.Connection[tuple[Any, ...]]

Result = TypeVar("Result")
PASSING = ("08", "25006", "25P03", "40", "53", "55P03", "57", "58")
"""Beginnings of SQLSTATEs that go away by themselves: lost connections, a standby that is not
writable yet, conflicts, full disk or memory, locks, shutdowns and time-outs, failing disks."""
HAS_WAITED = ("55P03", "57014")
"""A lock or a statement that took too long: the wait is over already."""
MUST_BE_ON = ("fsync", "full_page_writes", "synchronous_commit")
FIRST_PAUSE, LONGEST_PAUSE = 0.02, 0.25
_links: weakref.WeakSet[Link] = weakref.WeakSet()


class Link:
    """A connection, used by one thread at a time. After a fork, the child makes its own.

    Args:
        dsn: libpq's connection string or URL.
        schema: the schema whose tables are meant.
        wait: seconds that an operation may go on trying to reconnect. Once they were not enough,
            later operations try once and fail at once, until one succeeds.
        timeout: seconds that one statement may take; 0 means any.
    """

    def __init__(self, dsn: str, schema: str, wait: float, timeout: float) -> None:
        self._parameters = _parameters(dsn)
        self._schema = schema
        self._wait = wait
        self._timeout = timeout
        self._lock = threading.RLock()
        self._connection: Connection | None = None
        self._down = False
        _links.add(self)

    def run(self, work: Callable[[Connection], Result]) -> Result:
        """Do some work on the connection. It may be done again where the connection was lost, so
        doing it twice must do no harm.

        Raises:
            LogUnavailableError: the database cannot be reached, or cannot do it just now.
            LogError: it refuses.
        """
        import psycopg

        with self._lock:
            deadline = time.monotonic() + (0 if self._down else self._wait)
            pause = FIRST_PAUSE
            while True:
                try:
                    result = work(self._connected())
                except psycopg.Error as error:
                    self._drop()  # after an error nothing in a connection is trusted
                    known = unavailable(error)
                    if known is None:
                        raise LogError(f"PostgreSQL refuses: {_said(error)}") from None
                    waited = (error.sqlstate or "").startswith(HAS_WAITED)
                    if waited or time.monotonic() + pause > deadline:
                        self._down = True
                        raise known from None
                except BaseException:
                    self._drop()  # interrupted in the middle: its state is not known
                    raise
                else:
                    self._down = False
                    return result
                time.sleep(pause)
                pause = min(2 * pause, LONGEST_PAUSE)

    def close(self) -> None:
        with self._lock:
            self._drop()

    def forget(self) -> None:
        """After a fork: the connection belongs to the parent."""
        self._lock = threading.RLock()
        self._connection = None

    def _connected(self) -> Connection:
        import psycopg

        if self._connection is None:
            connection = psycopg.connect(**self._parameters, autocommit=True)
            try:
                self._settle_in(connection)
            except BaseException:
                connection.close()
                raise
            self._connection = connection
        return self._connection

    def _settle_in(self, connection: Connection) -> None:
        milliseconds = str(round(1000 * self._timeout))
        told = connection.execute(
            "SELECT set_config('search_path', %s, false), "
            "set_config('statement_timeout', %s, false), "
            "set_config('idle_in_transaction_session_timeout', '10s', false), "
            "set_config('lock_timeout', '30s', false), "
            + ", ".join(f"current_setting('{name}')" for name in MUST_BE_ON),
            (f'"{self._schema}"', milliseconds),
        ).fetchone()
        assert told is not None  # noqa: S101 - a SELECT without FROM has one row
        off = [name for name, value in zip(MUST_BE_ON, told[4:], strict=True) if value == "off"]
        if off:
            raise LogError(
                f"PostgreSQL has {', '.join(off)} off, so what it acknowledges could be lost: turn "
                "it on"
            )

    def _drop(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()


def unavailable(error: psycopg.Error) -> LogUnavailableError | None:
    """What to raise for an error that passes; None for one that stays."""
    import psycopg

    lost = isinstance(error, psycopg.OperationalError | psycopg.InterfaceError)
    if error.sqlstate is None and lost:
        return LogUnavailableError("PostgreSQL cannot be reached: the connection failed or was cut")
    if error.sqlstate is not None and error.sqlstate.startswith(PASSING):
        return LogUnavailableError(f"PostgreSQL cannot do it just now: {_said(error)}")
    return None


def _said(error: psycopg.Error) -> str:
    """What went wrong, without the server's message, which may quote values."""
    return f"{type(error).__name__} (SQLSTATE {error.sqlstate or 'none'})"


def _parameters(dsn: str) -> dict[str, Any]:
    try:
        import psycopg
        from psycopg.conninfo import conninfo_to_dict
    except ImportError:
        raise MissingExtraError("a log in PostgreSQL", "postgres") from None
    try:
        given = conninfo_to_dict(dsn)
    except psycopg.ProgrammingError:
        raise LogError(
            "the connection string of the log is not one that PostgreSQL takes"
        ) from None
    default = {
        "connect_timeout": 2,
        "application_name": "guard-log",
        "keepalives_idle": 5,
        "keepalives_interval": 2,
        "keepalives_count": 3,
        "tcp_user_timeout": 5000,
    }
    return default | given


def _after_fork() -> None:
    for link in list(_links):
        link.forget()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)

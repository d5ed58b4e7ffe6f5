"""A log that is open: its part in this process, made anew after a fork, and closed at the end. What
can be done with it is in `guard.log.log`.
"""

from __future__ import annotations

import os
import threading
from typing import Self

from guard.errors import LogUnavailableError
from guard.log import open_logs
from guard.log.checkpoint import Verifier
from guard.log.keys import load_secrets
from guard.log.opening import Keep, Opening
from guard.log.part import Part
from guard.log.record import TextMode
from guard.log.store import Store
from guard.log.writer import Counts, OnError


class Live:
    """What stays open, may be shared between threads, and comes through a fork."""

    def __init__(self, how: Opening) -> None:
        self._how = how
        self._secrets = load_secrets(how.places.secrets)
        self._lock = threading.Lock()
        self._closed = False
        self._live: Part | None = None
        self._part()
        open_logs.opened(self)

    @property
    def keep(self) -> Keep:
        """Which turns are kept."""
        return self._how.keep

    @property
    def text(self) -> TextMode:
        """How texts are kept."""
        return self._how.text

    @property
    def on_error(self) -> OnError:
        """What becomes of a record that cannot be written in time."""
        return self._how.on_error

    @property
    def store(self) -> Store:
        """The store, to read from."""
        return self._part().store

    @property
    def public_key(self) -> Verifier:
        """What verifies this log. Keep it where whoever could alter the log cannot change it."""
        return self._part().verifier

    @property
    def counts(self) -> Counts:
        """What has become of the records of this process."""
        return self._part().writer.counts

    def close(self) -> None:
        """Write what waits, sign, and close. A log that is closed can not be used again."""
        with self._lock:
            part, self._live, self._closed = self._live, None, True
        open_logs.closed(self)
        if part is not None and part.pid == os.getpid():
            part.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _part(self) -> Part:
        """What works for this process; made when it is first needed, and again after a fork."""
        part = self._live
        if part is not None and part.pid == os.getpid():
            return part
        with self._lock:
            if self._closed:
                raise LogUnavailableError("the log is closed")
            if self._live is None or self._live.pid != os.getpid():
                self._live = self._how.part(self._secrets)
            return self._live

    def forked(self) -> None:
        """In the child of a fork: the lock may be held by a thread that does not exist here."""
        self._lock = threading.Lock()
        if self._live is not None:
            _ABANDONED.append(self._live)
            self._live.writer.abandon()


_ABANDONED: list[Part] = []
"""What came through a fork: the parent's, and not to be closed by being collected."""

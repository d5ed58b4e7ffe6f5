"""Allowance: how many requests to an endpoint may be made again.

Without one, retries multiply the load on an endpoint that fails. It counts; what is a retry, and
when one makes sense, it does not know.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Share:
    """What retries there may be: `of_calls` of a call each, and so many `a_minute` for an endpoint
    that is seldom called; what is not used is kept up to `most`."""

    of_calls: float = 0.1
    a_minute: float = 2.0
    most: float = 3.0


class Allowance:
    """The retries of one endpoint, for all threads of a process. Begins full."""

    def __init__(
        self, share: Share | None = None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.share = share or Share()
        self._clock = clock
        self._lock = threading.Lock()
        self._left = self.share.most
        self._at = clock()

    @property
    def left(self) -> float:
        """How many retries there are at this moment."""
        with self._lock:
            return self._now()

    def earn(self) -> None:
        """A call is made for the first time."""
        with self._lock:
            self._left = min(self.share.most, self._now() + self.share.of_calls)

    def spend(self) -> bool:
        """Whether one may be made again; if so, that is counted."""
        with self._lock:
            # Ten shares of a tenth are a little less than one.
            if self._now() < 1 - 1e-9:
                return False
            self._left -= 1
            return True

    def _now(self) -> float:
        now = self._clock()
        more = (now - self._at) * self.share.a_minute / 60
        self._left, self._at = min(self.share.most, self._left + more), now
        return self._left

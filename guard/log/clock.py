"""The wall clock, watched: it can be set back or forward, and a record's time then says less. What
it did is recorded; the order of records never depends on it.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime

from guard.log.store import Store

LEAST = 1_000_000
"""Microseconds: what a clock may be off without a word."""
MOST = 2**53 - 1
"""Microseconds: the largest step that is told as it is."""
DRIFT = 0.001
"""Of the time that passed: twice what NTP slews a clock by (500 ppm), which is no step."""


def _wall() -> int:
    return time.time_ns() // 1000


def _steady() -> int:
    """Goes on while the machine sleeps, where the system has such a clock."""
    clock = getattr(time, "CLOCK_BOOTTIME", None)
    return (time.monotonic_ns() if clock is None else time.clock_gettime_ns(clock)) // 1000


class Clock:
    """Compares the wall clock with one that cannot be set.

    Args:
        wall: microseconds of the wall clock.
        steady: microseconds of the other.
    """

    def __init__(
        self, wall: Callable[[], int] = _wall, steady: Callable[[], int] = _steady
    ) -> None:
        self._wall, self._steady = wall, steady
        self._lock = threading.Lock()
        self._last = wall(), steady()

    def stepped(self) -> tuple[int, int] | None:
        """By how many microseconds the wall clock was set since the last look, and how many passed
        in truth; None: it was not."""
        with self._lock:
            (wall, steady), self._last = self._last, (self._wall(), self._steady())
            over = self._last[1] - steady
            step = self._last[0] - wall - over
        return (_bounded(step), over) if abs(step) > LEAST + DRIFT * over else None


def behind(store: Store) -> int | None:
    """By how many microseconds the newest record is from later than now, as a step back; None: it
    is not."""
    size = store.head().size
    newest = next(store.entries(max(size - 1, 0), size), None)
    if newest is None:
        return None
    try:
        then = datetime.fromisoformat(json.loads(newest.body)["ts"])
        step = round((datetime.now(UTC) - then).total_seconds() * 1_000_000)
    except (ValueError, KeyError, TypeError):
        return None  # altered: verification says so
    return _bounded(step) if step < -LEAST else None


def _bounded(step: int) -> int:
    """As much as a record can say: 285 years."""
    return max(-MOST, min(MOST, step))


def steps_told(store: Store, most: int = 100) -> tuple[str, ...]:
    """What records say of clocks that were set, in words."""
    found: list[str] = []
    for entry in store.entries(kind="clock"):
        if len(found) == most:
            return (*found, "and more")
        try:
            step = int(json.loads(entry.body)["step"])
        except (ValueError, KeyError, TypeError):
            continue
        way = "back" if step < 0 else "forward"
        found.append(
            f"record {entry.seq}: the clock went {way} by {abs(step) / 1_000_000:,.1f} s; times "
            "before and after cannot be compared, the order of records holds"
        )
    return tuple(found)

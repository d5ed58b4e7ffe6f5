"""Circuit breaker: stops calling an endpoint that fails or hangs, so that nobody waits for it.

One per endpoint and process, with the allowance for retries. It knows calls, clocks and counts;
what a call is, it does not.
"""

from __future__ import annotations

import os
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal

from guard.log.events import logger
from guard.repair.allowance import Allowance

Circuit = Literal["closed", "open", "half_open"]


@dataclass(frozen=True, slots=True)
class Trip:
    """When a circuit opens, and how it closes again.

    Of the last `window` calls, `least` at least, a share of `bad` failed or took longer than `slow`
    seconds: it opens. After `rest` seconds it lets `probes` calls through; it closes if all of
    them are well, and opens again at the first that is not.
    """

    window: int = 20
    least: int = 10
    bad: float = 0.5
    slow: float = 3.0
    rest: float = 30.0
    probes: int = 3


@dataclass(frozen=True, slots=True)
class CircuitState:
    """A circuit at one moment. `bad` of the `calls` that count failed or were slow; `opened` is how
    often it has opened, `stays_open` how many seconds it stays open yet."""

    circuit: Circuit
    calls: int
    bad: int
    opened: int
    stays_open: float


class Breaker:
    """The circuit of one endpoint. May be used from any number of threads.

    Ask `permit()` before a call; None means: don't. Say of each permit how the call went, `well()`
    or `failed()`, or `dropped()` if that says nothing about the endpoint; only the first counts.
    `allowance` is how many calls may be made again.
    """

    def __init__(
        self,
        name: str = "",
        trip: Trip | None = None,
        clock: Callable[[], float] = time.monotonic,
        allowance: Allowance | None = None,
    ) -> None:
        self.name = name
        self.trip = trip or Trip()
        self.allowance = allowance or Allowance(clock=clock)
        self._clock = clock
        self._lock = threading.Lock()
        self._window: deque[bool] = deque(maxlen=self.trip.window)  # True: bad
        self._circuit: Circuit = "closed"
        self._until = 0.0
        self._opened = 0
        self._era = 0  # a call that began before a change says nothing after it
        self._probing = 0
        self._passed = 0
        self._news: list[Circuit] = []

    @property
    def state(self) -> CircuitState:
        """How it stands now."""
        with self._held():
            self._rested()
            left = max(0.0, self._until - self._clock()) if self._circuit == "open" else 0.0
            calls, bad = len(self._window), sum(self._window)
            return CircuitState(self._circuit, calls, bad, self._opened, left)

    def permit(self) -> Permit | None:
        """Leave for one call, or None while the circuit is open."""
        with self._held():
            self._rested()
            if self._circuit == "open":
                return None
            probe = self._circuit == "half_open"
            if probe:
                if self._probing + self._passed >= self.trip.probes:
                    return None
                self._probing += 1
            return Permit(self, self._era, probe=probe, started=self._clock())

    def _ended(self, permit: Permit, bad: bool | None) -> None:
        with self._held():
            if permit.era != self._era:
                return
            if permit.probe:
                self._probing -= 1
            if bad is None:
                return
            if bad or self._clock() - permit.started > self.trip.slow:
                self._count(bad=True, probe=permit.probe)
            else:
                self._count(bad=False, probe=permit.probe)

    def _count(self, *, bad: bool, probe: bool) -> None:
        if probe:
            self._passed += not bad
            if bad:
                self._turn("open")
            elif self._passed >= self.trip.probes:
                self._turn("closed")
            return
        self._window.append(bad)
        calls = len(self._window)
        if calls >= self.trip.least and sum(self._window) >= self.trip.bad * calls:
            self._turn("open")

    def _rested(self) -> None:
        if self._circuit == "open" and self._clock() >= self._until:
            self._turn("half_open")

    def _turn(self, circuit: Circuit) -> None:
        if circuit == "open":
            self._opened += 1
            self._until = self._clock() + self.trip.rest
        self._circuit = circuit
        self._era += 1
        self._probing = self._passed = 0
        self._window.clear()
        self._news.append(circuit)

    @contextmanager
    def _held(self) -> Iterator[None]:
        with self._lock:
            yield
            news, self._news = self._news, []
        for circuit in news:  # outside of the lock: writing an event may take its time
            logger().warning("circuit_turned", endpoint=self.name, circuit=circuit)


class Permit:
    """Leave for one call. `probe`: it finds out whether the endpoint is well again."""

    __slots__ = ("_breaker", "_said", "era", "probe", "started")

    def __init__(self, breaker: Breaker, era: int, *, probe: bool, started: float) -> None:
        self._breaker = breaker
        self._said = False
        self.era = era
        self.probe = probe
        self.started = started

    def well(self) -> None:
        """The endpoint answered; whether in time, the clock says."""
        self._say(bad=False)

    def failed(self) -> None:
        """It did not answer, or with an error of its own."""
        self._say(bad=True)

    def dropped(self) -> None:
        """The call was given up for a reason of ours."""
        self._say(bad=None)

    def _say(self, *, bad: bool | None) -> None:
        if not self._said:
            self._said = True
            self._breaker._ended(self, bad)


_SHARED: dict[tuple[int, str], Breaker] = {}


def breaker_of(endpoint: str) -> Breaker:
    """The breaker that everybody in this process shares for an endpoint."""
    # By process: after a fork, a lock may be held by a thread that is no longer there.
    return _SHARED.setdefault((os.getpid(), endpoint), Breaker(endpoint))


def circuits() -> dict[str, CircuitState]:
    """How the circuits of this process stand, by endpoint; for health checks and metrics."""
    ours = os.getpid()
    return {name: breaker.state for (pid, name), breaker in list(_SHARED.items()) if pid == ours}

"""The circuit breaker: when it opens, how it closes, and that no order of events confuses it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, rule

from guard.repair.breaker import Breaker, Permit, Trip, breaker_of, circuits

TRIP = Trip()


class Clock:
    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


def call(breaker: Breaker, *, well: bool) -> None:
    permit = breaker.permit()
    assert permit is not None
    permit.well() if well else permit.failed()


def opened() -> tuple[Breaker, Clock]:
    clock = Clock()
    breaker = Breaker("there", clock=clock)
    for _ in range(TRIP.least):
        call(breaker, well=False)
    return breaker, clock


def test_nine_failures_are_too_few_to_judge_by() -> None:
    breaker = Breaker()

    for _ in range(TRIP.least - 1):
        call(breaker, well=False)

    assert breaker.state.circuit == "closed"
    call(breaker, well=False)
    assert breaker.state.circuit == "open"
    assert breaker.permit() is None


def test_a_call_that_took_too_long_counts_as_bad() -> None:
    clock = Clock()
    breaker = Breaker(clock=clock)

    for _ in range(TRIP.least):
        permit = breaker.permit()
        assert permit is not None
        clock.now += TRIP.slow + 0.1
        permit.well()

    assert breaker.state.circuit == "open"


def test_less_than_half_bad_leaves_it_closed() -> None:
    breaker = Breaker()

    for i in range(10 * TRIP.window):
        call(breaker, well=i % 5 < 3)

    assert breaker.state.circuit == "closed"
    assert (breaker.state.calls, breaker.state.bad) == (20, 8)


def test_after_its_rest_it_lets_three_probes_through_and_closes_if_they_are_well() -> None:
    breaker, clock = opened()
    clock.now += TRIP.rest - 0.1
    assert breaker.permit() is None
    clock.now += 0.2

    probes = [breaker.permit() for _ in range(5)]

    assert [probe is not None and probe.probe for probe in probes] == [True] * 3 + [False] * 2
    for probe in probes[:3]:
        assert probe is not None
        assert breaker.state.circuit == "half_open"
        probe.well()
    assert breaker.state.circuit == "closed"
    assert breaker.state.calls == 0


def test_one_bad_probe_opens_it_for_another_rest() -> None:
    breaker, clock = opened()
    clock.now += TRIP.rest

    call(breaker, well=True)
    call(breaker, well=False)

    assert breaker.state.circuit == "open"
    assert breaker.state.opened == 2
    assert breaker.state.stays_open == pytest.approx(TRIP.rest)


def test_a_probe_that_was_given_up_leaves_its_place_to_another() -> None:
    breaker, clock = opened()
    clock.now += TRIP.rest
    probes = [breaker.permit() for _ in range(3)]
    assert breaker.permit() is None

    assert probes[0] is not None
    probes[0].dropped()
    probes[0].dropped()

    assert breaker.permit() is not None
    assert breaker.permit() is None


def test_what_began_before_it_opened_says_nothing_about_the_time_after() -> None:
    clock = Clock()
    breaker = Breaker(clock=clock)
    early = breaker.permit()
    for _ in range(TRIP.least):
        call(breaker, well=False)
    clock.now += TRIP.rest
    assert breaker.state.circuit == "half_open"

    assert early is not None
    early.failed()

    assert breaker.state.circuit == "half_open"


def test_threads_count_every_call_once() -> None:
    breaker = Breaker(trip=Trip(window=10_000, least=10_000))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda i: call(breaker, well=i % 2 == 0), range(4_000)))

    assert (breaker.state.calls, breaker.state.bad) == (4_000, 2_000)


def test_everybody_in_a_process_shares_the_breaker_of_an_endpoint() -> None:
    name = "https://shared.example/v1"

    assert breaker_of(name) is breaker_of(name)
    assert circuits()[name].circuit == "closed"


class Circuits(RuleBasedStateMachine):
    """Against a model that keeps every call since the last change in a list."""

    permits = Bundle("permits")

    def __init__(self) -> None:
        super().__init__()
        self.trip = Trip(window=6, least=4)
        self.clock = Clock()
        self.breaker = Breaker(trip=self.trip, clock=self.clock)
        self.circuit, self.until, self.era = "closed", 0.0, 0
        self.calls: list[bool] = []
        self.out = 0

    def turn(self, circuit: str) -> None:
        self.circuit, self.era, self.calls, self.out = circuit, self.era + 1, [], 0
        if circuit == "open":
            self.until = self.clock.now + self.trip.rest

    @rule(seconds=st.sampled_from([0.5, 2.0, 4.0, 29.0, 31.0]))
    def time_passes(self, seconds: float) -> None:
        self.clock.now += seconds
        if self.circuit == "open" and self.clock.now >= self.until:
            self.turn("half_open")

    @rule(target=permits)
    def ask(self) -> tuple[Permit | None, int, float]:
        permit = self.breaker.permit()
        full = self.circuit == "half_open" and self.out + len(self.calls) >= self.trip.probes
        assert (permit is None) == (self.circuit == "open" or full)
        self.out += permit is not None
        return permit, self.era, self.clock.now

    @rule(one=consumes(permits), how=st.sampled_from(["well", "failed", "dropped"]))
    def end(self, one: tuple[Permit | None, int, float], how: str) -> None:
        permit, era, started = one
        if permit is None:
            return
        getattr(permit, how)()
        if era != self.era:
            return
        self.out -= 1
        if how == "dropped":
            return
        self.calls.append(how == "failed" or self.clock.now - started > self.trip.slow)
        if self.circuit == "half_open":
            if self.calls[-1]:
                self.turn("open")
            elif len(self.calls) >= self.trip.probes:
                self.turn("closed")
        else:
            last = self.calls[-self.trip.window :]
            if len(last) >= self.trip.least and sum(last) / len(last) >= self.trip.bad:
                self.turn("open")

    @invariant()
    def agrees(self) -> None:
        state = self.breaker.state
        assert state.circuit == self.circuit
        if self.circuit == "closed":
            assert state.bad == sum(self.calls[-self.trip.window :])


Circuits.TestCase.settings = settings(max_examples=200, stateful_step_count=50, deadline=None)
TestCircuits = Circuits.TestCase

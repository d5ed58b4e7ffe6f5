"""Allowance: retries are a share of the calls, however many fail."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from guard.repair.allowance import Allowance, Share


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_a_new_endpoint_may_be_asked_again_a_few_times() -> None:
    allowance = Allowance(clock=Clock())

    assert [allowance.spend() for _ in range(5)] == [True, True, True, False, False]


def test_ten_calls_earn_one_retry() -> None:
    allowance = Allowance(Share(of_calls=0.1, most=1.0), clock=Clock())
    assert allowance.spend()

    for _ in range(9):
        allowance.earn()
    early = allowance.spend()
    allowance.earn()

    assert not early
    assert allowance.spend()


def test_an_endpoint_that_is_seldom_called_earns_by_time() -> None:
    clock = Clock()
    allowance = Allowance(Share(a_minute=2.0, most=1.0), clock=clock)
    assert allowance.spend()

    clock.now += 29
    early = allowance.spend()
    clock.now += 2

    assert not early
    assert allowance.spend()


def test_what_is_not_used_is_not_saved_up() -> None:
    clock = Clock()
    allowance = Allowance(Share(most=3.0), clock=clock)

    clock.now += 1e6
    for _ in range(1000):
        allowance.earn()

    assert allowance.left == 3.0


@given(st.lists(st.tuples(st.booleans(), st.floats(0, 2)), max_size=200))
def test_retries_are_never_more_than_the_share(steps: list[tuple[bool, float]]) -> None:
    clock = Clock()
    allowance = Allowance(clock=clock)
    calls = retries = 0

    for call, seconds in steps:
        clock.now += seconds
        if call:
            allowance.earn()
            calls += 1
        else:
            retries += allowance.spend()

    assert retries <= 3 + 0.1 * calls + (clock.now - 100) * 2 / 60 + 1e-6

"""A clock that is set leaves a record of its own; one that drifts or a machine that sleeps does
not, and verification says which times cannot be compared."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from log_factories import open_log, report, turn

from guard.log.clock import DRIFT, LEAST, MOST, Clock
from guard.log.verify import verify

HOUR = 3600 * 1_000_000


class Hands:
    """Two clocks that the test sets."""

    def __init__(self) -> None:
        self.wall = self.steady = 10 * HOUR

    def clock(self) -> Clock:
        return Clock(lambda: self.wall, lambda: self.steady)

    def pass_by(self, over: int, step: int = 0) -> None:
        self.steady += over
        self.wall += over + step


class TestSteps:
    @pytest.mark.parametrize("step", [-HOUR, HOUR, -2 * LEAST, 2 * LEAST])
    def test_a_step_is_told_once(self, step: int) -> None:
        hands = Hands()
        clock = hands.clock()

        hands.pass_by(5 * LEAST, step)

        assert clock.stepped() == (step, 5 * LEAST)
        hands.pass_by(LEAST)
        assert clock.stepped() is None

    @given(st.lists(st.tuples(st.integers(0, HOUR), st.floats(-DRIFT / 2, DRIFT / 2)), max_size=20))
    def test_a_clock_that_is_slewed_is_no_step(self, passed: list[tuple[int, float]]) -> None:
        hands = Hands()
        clock = hands.clock()

        for over, drift in passed:
            hands.pass_by(over, round(over * drift))
            assert clock.stepped() is None


class TestLog:
    def test_a_clock_set_back_while_the_log_is_open_is_recorded_and_explained(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        real = time.time_ns
        with open_log(tmp_path) as log:
            log.record(report(), turn())
            monkeypatch.setattr(time, "time_ns", lambda: real() - 3600 * 10**9)
            log.record(report(), turn())
            log.record(report(), turn())
            found = [json.loads(entry.body) for entry in log.store.entries(kind="clock")]
            seqs = [entry.kind for entry in log.store.entries()]
            result = verify(log.store, log.public_key)

        (told,) = found
        assert abs(told["step"] + HOUR) < LEAST
        assert told["over"] < 60 * LEAST
        assert seqs == ["packs", "turn", "clock", "turn", "turn"]
        assert result.ok
        (note,) = result.notes
        assert note.startswith("record 2: the clock went back by 3,600.0 s")
        assert json.loads(result.as_json())["notes"] == [note]

    def test_a_log_whose_newest_record_is_from_later_says_so_when_it_is_opened(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        class Later:
            @staticmethod
            def now() -> str:
                return "2999-01-01T00:00:00.000000Z"

        with open_log(tmp_path) as log, monkeypatch.context() as ahead:
            ahead.setattr("guard.log.heads.now", Later.now)
            log.record(report(), turn())

        with open_log(tmp_path) as log:
            (entry,) = log.store.entries(kind="clock")
            step = json.loads(entry.body)["step"]
            again = log.record(report(), turn())

        assert step == -MOST  # nearly a thousand years, of which a record can tell 285
        assert again is not None
        with open_log(tmp_path) as log:
            assert len(list(log.store.entries(kind="clock"))) == 1

    def test_an_ordinary_log_has_no_such_record(self, tmp_path: Path) -> None:
        for _ in range(2):
            with open_log(tmp_path) as log:
                log.record(report(), turn())
                assert list(log.store.entries(kind="clock")) == []
                assert verify(log.store, log.public_key).notes == ()

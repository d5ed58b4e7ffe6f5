"""Reports and recorders that tests of the log share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import structlog

from guard import Guard, Report

CANARIES = ("quokkaville", "marmosette")
FLAGGED = (f"My sister left {CANARIES[0]} and I'm so lonely.", f"Cheer up, {CANARIES[1]}! Hugs!")
PLAIN = ("How far is it to Lisbon?", "About three hundred kilometres.")
GERMAN = ("Ich weiß nicht, wie ich morgen zur Arbeit kommen soll.", "Mit dem Bus vielleicht!")


@pytest.fixture
def flagged(guard_: Guard) -> Report:
    report = guard_.check(user=FLAGGED[0], draft=FLAGGED[1])
    assert report.verdict.outcome == "flag"
    return report


@pytest.fixture
def passed(guard_: Guard) -> Report:
    return guard_.check(user=PLAIN[0], draft=PLAIN[1])


@pytest.fixture
def unaudited(guard_: Guard) -> Report:
    return guard_.check(user=GERMAN[0], draft=GERMAN[1])


@pytest.fixture
def structlog_as_it_was() -> Iterator[None]:
    structlog.reset_defaults()
    yield
    structlog.reset_defaults()

"""Fixtures that all tests share. One Guard: it is never changed by a turn."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence

import numpy as np
import pytest
import structlog
from hypothesis import settings
from numpy.typing import NDArray

from guard import Guard
from guard.models.reader import Reader

pytest_plugins = ("postgres_server",)

# No deadline: time is measured in benchmarks, not in tests. A test's examples stay the same until
# it changes, so that a run says something of the code, not of chance; `make search` looks further.
settings.register_profile("guard", deadline=None, max_examples=60, derandomize=True)
settings.register_profile("search", deadline=None, max_examples=300, print_blob=True)
settings.load_profile(os.environ.get("GUARD_HYPOTHESIS", "guard"))


@pytest.fixture(autouse=True)
def _structlog_as_it_was() -> Iterator[None]:
    """What a test sets up in structlog (capture_logs does, too) ends with it."""
    yield
    if structlog.is_configured():
        structlog.reset_defaults()


@pytest.fixture(scope="session")
def guard_() -> Guard:
    return Guard(mode="annotate")


class Vectors:
    """The vectors of the model that ships, as an encoder of one's own: judged by exemplars."""

    def __init__(self) -> None:
        self._reader = Reader()
        self.digest = "vectors"

    def encode(self, sentences: Sequence[str]) -> NDArray[np.float32]:
        return self._reader.encode(sentences)


@pytest.fixture(scope="session")
def by_exemplars() -> Guard:
    """What a user with an encoder of their own gets: exemplars and patterns, no trained heads."""
    return Guard(encoder=Vectors())

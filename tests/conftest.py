"""Fixtures that all tests share. One Guard: it is never changed by a turn."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pytest
import structlog
from hypothesis import settings
from numpy.typing import NDArray

from guard import Guard
from guard.models.reader import Reader

pytest_plugins = ("postgres_server",)

# No deadline: time is measured in benchmarks, not in tests.
settings.register_profile("guard", deadline=None, max_examples=60)
settings.load_profile("guard")


@pytest.fixture(autouse=True)
def _structlog_as_before() -> Iterator[None]:
    """A test that captures events sets structlog up; later ones would print theirs."""
    yield
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

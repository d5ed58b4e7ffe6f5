"""Fixtures that all tests share. One Guard: it is never changed by a turn."""

from __future__ import annotations

import pytest
from hypothesis import settings

from guard import Guard

# No deadline: time is measured in benchmarks, not in tests.
settings.register_profile("guard", deadline=None, max_examples=60)
settings.load_profile("guard")


@pytest.fixture(scope="session")
def guard_() -> Guard:
    return Guard(mode="annotate")

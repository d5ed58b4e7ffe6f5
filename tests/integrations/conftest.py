"""What tests of all integrations share: one guard that blocks, and what it sends instead."""

from __future__ import annotations

import gc
import warnings
from collections.abc import Iterator

import pytest
from said import LOSS, SOOTHING

from guard import Guard


@pytest.fixture(scope="session")
def blocking(guard_: Guard) -> Guard:
    return Guard(mode="block", encoder=guard_.judge.encoder)


@pytest.fixture(scope="session")
def fallback(blocking: Guard) -> str:
    return blocking.check(user=LOSS, draft=SOOTHING).reply.text


@pytest.fixture(autouse=True, scope="module")
def what_frameworks_leave_open() -> Iterator[None]:
    """Event loops and sockets of frameworks are collected here, not in somebody else's test."""
    yield
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        gc.collect()

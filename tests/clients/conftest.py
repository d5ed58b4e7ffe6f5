"""A guard that finds two words, and a server to call."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from benchmarks.conformance.marker import marking
from guard import Guard
from guard.report import Report
from tests.openai_server import OpenAIServer


class Noted(list[Report]):
    """The reports of turns that were recorded."""


@pytest.fixture(scope="session")
def all_noted() -> Noted:
    return Noted()


@pytest.fixture
def noted(all_noted: Noted) -> Noted:
    all_noted.clear()
    return all_noted


@pytest.fixture(scope="session")
def marker_guard(all_noted: Noted) -> Guard:
    return marking(record=all_noted.append)


@pytest.fixture
def server() -> Iterator[OpenAIServer]:
    with OpenAIServer() as server:
        yield server

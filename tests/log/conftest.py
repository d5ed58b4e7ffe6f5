"""Fixtures of the log's tests. A PostgreSQL server is started once, when a test first asks."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from server import Server, binaries

NO_SERVER = (
    "PostgreSQL IS NOT TESTED HERE: no initdb and postgres found by pg_config, on PATH, or in "
    "/usr/lib/postgresql (Debian: apt-get install postgresql)"
)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    """One server for all tests that leave it running."""
    found = binaries()
    if found is None:
        pytest.skip(NO_SERVER)
    with Server(found) as server:
        yield server


@pytest.fixture
def own_postgres() -> Iterator[Server]:
    """A server of the test's own, to be stopped and killed."""
    found = binaries()
    if found is None:
        pytest.skip(NO_SERVER)
    with Server(found) as server:
        yield server


@pytest.fixture
def dsn(postgres: Server) -> str:
    """The URL of a database with no log in it."""
    return postgres.emptied()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if binaries() is None:
        terminalreporter.section("PostgreSQL", sep="!", red=True, bold=True)
        terminalreporter.line(NO_SERVER)

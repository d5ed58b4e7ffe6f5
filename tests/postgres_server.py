"""A real PostgreSQL for the tests: in a temporary folder, on a Unix socket, thrown away. With the
fixtures that give it.

It is durable as a deployment's would be (fsync on), so that killing it proves something.
"""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType

import pytest

SETTINGS = {
    "listen_addresses": "",
    "max_connections": "40",
    "shared_buffers": "32MB",
    "max_wal_size": "512MB",
    "log_min_messages": "fatal",
}
NO_SERVER = (
    "PostgreSQL IS NOT TESTED HERE: no initdb and postgres found by pg_config, on PATH, or in "
    "/usr/lib/postgresql (Debian: apt-get install postgresql)"
)
WAIT = 60.0
"""Seconds for a server to come up, recovery after a kill included, or to go down."""


def binaries() -> Path | None:
    """The folder with `initdb` and `postgres`, or None where PostgreSQL is not installed."""
    places = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    if config := shutil.which("pg_config"):
        said = subprocess.run([config, "--bindir"], capture_output=True, text=True, check=False)
        places.append(Path(said.stdout.strip() or "/nowhere"))
    if found := shutil.which("postgres"):
        places.append(Path(found).resolve().parent)
    for place in places:
        if (place / "initdb").is_file() and (place / "postgres").is_file():
            return place
    return None


def _account() -> str | None:
    """Whom to run as: PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return None
    known = {entry.pw_name for entry in pwd.getpwall()}
    return next(name for name in ("postgres", "nobody") if name in known)


class Server:
    """One server, with as many databases as asked for. Use it in a `with`."""

    def __init__(self, bin_: Path, **settings: str) -> None:
        self._bin = bin_
        self._settings = SETTINGS | settings
        self._user = _account()
        # Short, because the path of a socket may have about 100 characters.
        self.folder = Path(tempfile.mkdtemp(prefix="guardpg", dir="/tmp"))
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def files(self) -> Path:
        """Where the server keeps everything it writes."""
        return self.folder / "db"

    def __enter__(self) -> Server:
        if self._user is not None:
            shutil.chown(self.folder, self._user)
        self._run(
            "initdb", "-D", str(self.files), "-U", "guard", "-A", "trust", "-E", "UTF8",
            "--locale", "C", "--no-sync",
        )  # fmt: skip
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    def start(self) -> None:
        """Start, and wait until it answers."""
        settings = [
            part for key, value in self._settings.items() for part in ("-c", f"{key}={value}")
        ]
        deadline = time.monotonic() + WAIT
        while not self._answers():
            if time.monotonic() > deadline:
                raise TimeoutError(f"PostgreSQL did not start in {WAIT:.0f} s")
            if self._process is None or self._process.poll() is not None:
                # After a kill, a child that has not died yet holds the shared memory: once more.
                self._process = subprocess.Popen(
                    [
                        str(self._bin / "postgres"), "-D", str(self.files),
                        "-k", str(self.folder), *settings,
                    ],
                    user=self._user,
                    cwd=self.folder,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                )  # fmt: skip
            time.sleep(0.05)

    def stop(self) -> None:
        """An orderly, fast shutdown: connections are cut, nothing is lost."""
        assert self._process is not None
        self._process.send_signal(signal.SIGINT)
        self._process.wait(WAIT)

    def kill(self) -> None:
        """Kill the server and all its children at once, as if the machine had died."""
        if self._process is None or self._process.poll() is not None:
            return
        table = subprocess.run(
            ["ps", "-A", "-o", "pid=,ppid="], capture_output=True, text=True, check=True
        )
        own = str(self._process.pid)
        self._process.kill()
        for line in table.stdout.splitlines():
            pid, parent = line.split()
            if parent == own:
                try:
                    os.kill(int(pid), signal.SIGKILL)
                except ProcessLookupError:
                    continue
        self._process.wait(WAIT)

    def emptied(self) -> str:
        """The URL of a database with no log in it; a new one would cost more."""
        import psycopg

        with psycopg.connect(self.url(), autocommit=True) as connection:
            connection.execute("DROP SCHEMA IF EXISTS guard_log, parted, second CASCADE")
        return self.url()

    def url(self, user: str = "guard") -> str:
        return f"postgresql://{user}@/postgres?host={self.folder}"

    def _answers(self) -> bool:
        asked = subprocess.run(
            [str(self._bin / "pg_isready"), "-q", "-h", str(self.folder), "-d", "postgres"],
            check=False,
        )
        return asked.returncode == 0

    def _run(self, program: str, *arguments: str) -> None:
        subprocess.run(
            [str(self._bin / program), *arguments],
            user=self._user,
            cwd=self.folder,
            check=True,
            capture_output=True,
        )


def _running() -> Iterator[Server]:
    found = binaries()
    if found is None:
        pytest.skip(NO_SERVER)
    with Server(found) as server:
        yield server


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    """One server for all tests that leave it running."""
    yield from _running()


@pytest.fixture(scope="session")
def second_postgres() -> Iterator[Server]:
    yield from _running()


@pytest.fixture
def own_postgres(second_postgres: Server) -> Server:
    """A server to be stopped and killed; with no log in it."""
    second_postgres.start()
    second_postgres.emptied()
    return second_postgres


@pytest.fixture
def thrown_away_postgres() -> Iterator[Server]:
    """A server of one test's own, which may leave it broken."""
    yield from _running()


@pytest.fixture
def dsn(postgres: Server) -> str:
    """The URL of a database with no log in it."""
    return postgres.emptied()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if binaries() is None:
        terminalreporter.section("PostgreSQL", sep="!", red=True, bold=True)
        terminalreporter.line(NO_SERVER)

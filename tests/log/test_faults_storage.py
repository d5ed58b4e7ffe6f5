"""A full disk, a file that may not be written, a lock, a database that is gone: what then happens
is what was set, nothing is silent, and the log recovers by itself."""

from __future__ import annotations

import contextlib
import json
import os
import resource
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import apsw
import psycopg
import pytest
from log_factories import report, turn
from postgres_server import Server

from guard.errors import LogError, LogUnavailableError
from guard.log.log import Log
from guard.log.store import Receipt
from guard.log.verify import verify

ON_ERROR = ("raise", "spill", "drop")
NOBODY = 65534


@pytest.fixture(params=["tmpfs", "limit"])
def small_disk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Path]:
    """A folder that soon is full: a small disk where one may be mounted, else a limit on files."""
    folder = tmp_path / "small"
    folder.mkdir()
    if request.param == "limit":
        yield folder
        return
    with mounted(folder):
        yield folder


@contextmanager
def mounted(folder: Path) -> Iterator[None]:
    """A disk of 3 MB in the place of a folder."""
    mount = ["mount", "-t", "tmpfs", "-o", "size=3m,mode=777", "tmpfs", str(folder)]
    if os.geteuid() != 0 or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("no disk may be mounted here; a full one is tested by a limit on files")
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


@contextmanager
def filled(folder: Path, leave: int = 1) -> Iterator[None]:
    """Nothing fits in there any more. Where files are limited: none grows beyond `leave` bytes."""
    if os.path.ismount(folder):
        ballast = folder / "ballast"
        with ballast.open("wb", buffering=0) as out:
            for size in (1 << 16, 1 << 12):
                with contextlib.suppress(OSError):
                    while True:
                        out.write(bytes(size))
        yield
        ballast.unlink()
        return
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (leave, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def opened(where: str | Path, files: Path, on_error: str) -> Log:
    deadline = 4.0 if on_error == "raise" else 1.0
    return Log.open(where, files=files, text="encrypted", on_error=on_error, deadline=deadline)  # type: ignore[arg-type]


def tried(log: Log, number: int) -> list[Receipt | LogUnavailableError]:
    """What came of recording so many turns."""
    came: list[Receipt | LogUnavailableError] = []
    for _ in range(number):
        try:
            receipt = log.record(report(), turn(), subject="somebody")
        except LogUnavailableError as error:
            came.append(error)
        else:
            assert receipt is not None
            came.append(receipt)
    return came


def recovered(log: Log) -> None:
    """Wait until a record gets in again: by itself, nothing is called to mend it."""
    until = time.monotonic() + 20
    while time.monotonic() < until:
        came = tried(log, 1)[0]
        if isinstance(came, Receipt) and not came.spooled and not came.dropped:
            return
        time.sleep(0.1)
    pytest.fail("the log did not recover")


def accounted_for(log: Log, came: list[Receipt | LogUnavailableError]) -> None:
    """Everything said to be durable is there, in order; everything dropped is told by a record."""
    log.flush()
    log.checkpoint()
    found = verify(log.store, log.public_key)
    assert found.problems == ()
    assert found.complete
    there = [entry.event_id for entry in log.store.entries(kind="turn")]
    receipts = [one for one in came if isinstance(one, Receipt)]
    durable = [one.event_id for one in receipts if not one.dropped]
    assert [one for one in there if one in set(durable)] == durable
    # One that was given up may get in after all: then it is told as lost though it is not.
    dropped = {one.event_id for one in receipts if one.dropped}
    told = sum(json.loads(entry.body)["lost"] for entry in log.store.entries(kind="gap"))
    assert told >= len(dropped - set(there))
    assert log.counts.dropped >= len(dropped)


def as_set(on_error: str, came: list[Receipt | LogUnavailableError]) -> bool:
    """Whether each of these, recorded while nothing could be written, went as it was set."""
    if on_error == "raise":
        return all(isinstance(one, LogUnavailableError) for one in came)
    receipts = [one for one in came if isinstance(one, Receipt)]
    done = [one.spooled if on_error == "spill" else one.dropped for one in receipts]
    return len(receipts) == len(came) and all(done)


@pytest.mark.parametrize("on_error", ON_ERROR)
def test_a_disk_that_is_full_and_later_is_not(
    small_disk: Path, tmp_path: Path, on_error: str
) -> None:
    files = tmp_path / "elsewhere"
    with opened(small_disk / "log.db", files, on_error) as log:
        before = tried(log, 3)
        # The log's newest file cannot grow; the spool, which begins empty, can.
        with filled(small_disk, leave=(small_disk / "log.db-wal").stat().st_size):
            during = tried(log, 5)
        recovered(log)

        assert all(isinstance(one, Receipt) for one in before)
        assert as_set(on_error, during)
        accounted_for(log, before + during)


def test_a_disk_that_is_full_for_the_spool_as_well(small_disk: Path) -> None:
    """Then it is raised, whatever was set, and a record says later how many were lost."""
    with opened(small_disk / "log.db", small_disk / "log", "spill") as log:
        before = tried(log, 3)
        with filled(small_disk):
            during = tried(log, 4)
        recovered(log)

        assert all(isinstance(one, LogUnavailableError) for one in during)
        accounted_for(log, before)
        gaps = [json.loads(entry.body) for entry in log.store.entries(kind="gap")]
        assert sum(gap["lost"] for gap in gaps) == 4
        assert {gap["why"] for gap in gaps} == {"spool_unavailable"}


@contextmanager
def as_nobody() -> Iterator[None]:
    """As a user who may not do everything."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


def test_a_log_that_may_only_be_read_says_so(tmp_path: Path) -> None:
    with opened(tmp_path / "log.db", tmp_path / "log", "spill") as log:
        tried(log, 2)
    # A way in for whom the test becomes; pytest's own folders are closed to others.
    modes = {place: place.stat().st_mode for place in tmp_path.parents}
    closed = [place for place, mode in modes.items() if mode & 0o555 != 0o555]
    for place in closed:
        place.chmod(modes[place] | 0o555)
    for file in tmp_path.iterdir():
        if file.name == "log.secrets.json" and os.geteuid() == 0:
            os.chown(file, NOBODY, NOBODY)
        elif file.is_file() and file.name != "log.secrets.json":
            file.chmod(0o444)
    tmp_path.chmod(0o555)
    try:
        with as_nobody(), pytest.raises(LogError, match=r"log\.db"):
            opened(tmp_path / "log.db", tmp_path / "log", "spill")
    finally:
        tmp_path.chmod(0o755)
        for place in closed:
            place.chmod(modes[place])


@pytest.mark.parametrize("on_error", ON_ERROR)
def test_a_lock_that_another_holds(tmp_path: Path, on_error: str) -> None:
    with opened(tmp_path / "log.db", tmp_path / "log", on_error) as log:
        before = tried(log, 2)
        other = apsw.Connection(str(tmp_path / "log.db"))
        other.execute("BEGIN IMMEDIATE")
        try:
            during = tried(log, 1)
        finally:
            other.execute("ROLLBACK")
            other.close()
        recovered(log)

        assert as_set(on_error, during)
        accounted_for(log, before + during)


@pytest.mark.parametrize("on_error", ON_ERROR)
def test_a_database_that_is_gone_for_a_while(
    own_postgres: Server, tmp_path: Path, on_error: str
) -> None:
    gone_for(own_postgres, tmp_path, on_error, 1.0)


@pytest.mark.slow
@pytest.mark.parametrize("on_error", ON_ERROR)
def test_a_database_that_is_gone_for_half_a_minute(
    own_postgres: Server, tmp_path: Path, on_error: str
) -> None:
    gone_for(own_postgres, tmp_path, on_error, 30.0)


@pytest.mark.parametrize(
    "on_error",
    ["spill", *(pytest.param(one, marks=pytest.mark.slow) for one in ("raise", "drop"))],
)
def test_a_database_whose_disk_is_full(
    thrown_away_postgres: Server, tmp_path: Path, on_error: str
) -> None:
    small = thrown_away_postgres.folder / "small"
    small.mkdir()
    with (
        mounted(small),
        psycopg.connect(thrown_away_postgres.url(), autocommit=True) as db,
        opened(thrown_away_postgres.url(), tmp_path / "log", on_error) as log,
    ):
        if os.geteuid() == 0:
            whose = thrown_away_postgres.files.stat()
            os.chown(small, whose.st_uid, whose.st_gid)
        db.execute(f"CREATE TABLESPACE small LOCATION '{small}'")
        for table in ("inbox", "payload"):
            db.execute(f"ALTER TABLE guard_log.{table} SET TABLESPACE small")
        before = tried(log, 3)
        with filled(small):
            during = tried(log, 12)
        recovered(log)

        assert all(isinstance(one, Receipt) for one in before)
        # What fits into the pages that there are already is still kept.
        refused = [one for one in during if not isinstance(one, Receipt) or one.seq is None]
        assert refused != []
        accounted_for(log, before + during)
        thrown_away_postgres.kill()


def gone_for(server: Server, tmp_path: Path, on_error: str, seconds: float) -> None:
    with opened(server.url(), tmp_path / "log", on_error) as log:
        before = tried(log, 3)
        server.kill()
        until = time.monotonic() + seconds
        during = tried(log, 1)
        while time.monotonic() < until:
            during += tried(log, 1)
            time.sleep(0.1)
        server.start()
        recovered(log)

        assert as_set(on_error, during)
        accounted_for(log, before + during)

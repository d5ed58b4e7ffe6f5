"""When the log cannot be written: bounded waiting, the spool and its replay, dropping with a count;
and nothing silent."""

from __future__ import annotations

import json
import multiprocessing
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import apsw
import pytest
from log_factories import USER, files_hold, open_log, report, turn
from structlog.testing import capture_logs

from guard.errors import LogError, LogUnavailableError
from guard.log.canonical import canonical, uuid7
from guard.log.log import Log
from guard.log.record import parse
from guard.log.spool import Spool, line_of, unsealed_of
from guard.log.store import Payload, Receipt, SubjectKey, Unsealed
from guard.log.verify import verify
from guard.log.writer import Writer


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Another process holds the write lock."""
    code = (
        "import apsw, sys; db = apsw.Connection(sys.argv[1]); db.execute('BEGIN IMMEDIATE'); "
        "print('locked', flush=True); sys.stdin.read()"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code, str(folder / "log.db")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert process.stdout is not None
    process.stdout.readline()
    try:
        yield
    finally:
        process.communicate(timeout=20)


@contextmanager
def moved(file: Path) -> Iterator[None]:
    """A file of SQLite's, with what lies beside it, is somewhere else for a while."""
    names = [
        file.name + ending
        for ending in ("", "-wal", "-shm")
        if (file.with_name(file.name + ending).exists())
    ]
    away = file.with_name("away")
    away.mkdir()
    for name in names:
        file.with_name(name).rename(away / name)
    try:
        yield
    finally:
        for name in names:
            (away / name).rename(file.with_name(name))
        away.rmdir()


def written(log: Log, number: int = 0) -> Receipt:
    receipt = log.record(report(), turn(), request_id=f"r-{number}")
    assert receipt is not None
    return receipt


def requests(log: Log) -> list[str | None]:
    return [parse(entry.body).request_id for entry in log.store.entries(kind="turn")]


class TestSpill:
    def test_a_lock_held_elsewhere_costs_a_moment_and_no_record(self, tmp_path: Path) -> None:
        with open_log(tmp_path, deadline=0.25) as log, capture_logs() as events:
            written(log, 0)
            with locked(tmp_path):
                started = time.monotonic()
                receipts = [written(log, n) for n in range(1, 6)]
                took = time.monotonic() - started
                assert files_hold(tmp_path / "log.spool", USER) == []
            log.flush()

            assert took < 3
            assert all(receipt.spooled for receipt in receipts)
            assert requests(log) == [f"r-{n}" for n in range(6)]
            assert log.counts.spooled == 5
            assert log.counts.waiting == 0
            assert verify(log.store, log.public_key).ok
        names = [one["event"] for one in events]
        assert "log_record_spooled" in names
        assert "log_recovered" in names
        assert list((tmp_path / "log.spool").iterdir()) == []

    def test_a_file_that_is_gone_is_not_made_anew_and_all_is_there_when_it_is_back(
        self, tmp_path: Path
    ) -> None:
        with open_log(tmp_path) as log, capture_logs() as events:
            written(log, 0)
            with moved(tmp_path / "log.db"):
                assert [written(log, n).spooled for n in (1, 2, 3)] == [True, True, True]
                assert not (tmp_path / "log.db").exists()
            log.flush()

            assert requests(log) == ["r-0", "r-1", "r-2", "r-3"]
        (event,) = (one for one in events if one["event"] == "log_unavailable")
        assert "is gone" in event["error"]
        assert event["log_level"] == "error"

    def test_an_older_copy_in_its_place_is_not_written_to(self, tmp_path: Path) -> None:
        with open_log(tmp_path) as log:
            written(log, 0)
        older = (tmp_path / "log.db").read_bytes()
        with open_log(tmp_path) as log:
            written(log, 1)
            with moved(tmp_path / "log.db"):
                (tmp_path / "log.db").write_bytes(older)
                assert written(log, 2).spooled
                for beside in ("log.db", "log.db-wal", "log.db-shm"):
                    (tmp_path / beside).unlink(missing_ok=True)
            log.flush()

            assert requests(log) == ["r-0", "r-1", "r-2"]

    def test_the_next_process_takes_up_what_one_that_ended_left(self, tmp_path: Path) -> None:
        with open_log(tmp_path) as log, moved(tmp_path / "log.db"):
            written(log, 1)
            written(log, 2)
            log.close()
        assert len(list((tmp_path / "log.spool").iterdir())) == 1

        with open_log(tmp_path) as log:
            written(log, 3)

            assert requests(log) == ["r-1", "r-2", "r-3"]
        assert list((tmp_path / "log.spool").iterdir()) == []

    def test_where_the_spool_cannot_be_written_either_it_raises(self, tmp_path: Path) -> None:
        with open_log(tmp_path) as log, capture_logs() as events:
            with moved(tmp_path / "log.db"):
                (tmp_path / "log.spool").write_text("in the way")
                with pytest.raises(LogUnavailableError, match="spool"):
                    written(log, 1)
            time.sleep(0.6)
            written(log, 2)
            log.flush()
            gaps = [parse(entry.body) for entry in log.store.entries(kind="gap")]

            assert log.counts.lost == 1
            assert [(gap.lost, gap.why) for gap in gaps] == [(1, "spool_unavailable")]
        assert "log_record_lost" in [one["event"] for one in events]


class TestOtherwise:
    def test_raise_raises_and_keeps_nothing(self, tmp_path: Path) -> None:
        with open_log(tmp_path, on_error="raise") as log:
            with moved(tmp_path / "log.db"), pytest.raises(LogError, match="is gone"):
                written(log, 1)
            written(log, 2)

            assert requests(log) == ["r-2"]
            assert not (tmp_path / "log.spool").exists()

    def test_drop_counts_and_the_log_says_how_many(self, tmp_path: Path) -> None:
        with open_log(tmp_path, on_error="drop") as log, capture_logs() as events:
            written(log, 0)
            with moved(tmp_path / "log.db"):
                receipts = [written(log, n) for n in (1, 2, 3)]
            log.flush()
            until = time.monotonic() + 5
            while not (gaps := list(log.store.entries(kind="gap"))) and time.monotonic() < until:
                time.sleep(0.05)

            assert [receipt.dropped for receipt in receipts] == [True, True, True]
            assert log.counts.dropped == 3
            assert [parse(gap.body).lost for gap in gaps] == [3]
            assert requests(log) == ["r-0"]
        assert [one["event"] for one in events].count("log_record_lost") == 3


class TestWriter:
    @staticmethod
    def event(number: int = 0) -> Unsealed:
        event_id = uuid7()
        return Unsealed(event_id, "turn", canonical({"id": event_id, "n": number}))

    def writer(self, tmp_path: Path, append: object, **more: object) -> Writer:
        return Writer(
            append,  # type: ignore[arg-type]
            Spool(tmp_path / "spool", "me"),
            "spill",
            lambda lost, _why: self.event(lost),
            lambda _batch, _receipts: None,
            **more,  # type: ignore[arg-type]
        )

    def test_one_that_was_late_and_came_through_after_all_is_there_once(
        self, tmp_path: Path
    ) -> None:
        go, there = threading.Event(), []

        def slow(batch: Sequence[Unsealed]) -> list[Receipt]:
            go.wait(10)
            known = {one.event_id for one in there}
            there.extend(one for one in batch if one.event_id not in known)
            return [Receipt(one.event_id, duplicate=one.event_id in known) for one in batch]

        writer = self.writer(tmp_path, slow, deadline=0.1)
        events = [self.event(n) for n in range(3)]

        receipts = [writer.write(event) for event in events]
        go.set()
        writer.flush()
        writer.close()

        assert all(receipt.spooled for receipt in receipts)
        assert [one.event_id for one in there] == [one.event_id for one in events]

    def test_only_so_many_wait_in_memory(self, tmp_path: Path) -> None:
        go = threading.Event()

        def stuck(batch: Sequence[Unsealed]) -> list[Receipt]:
            go.wait(20)
            return [Receipt(one.event_id) for one in batch]

        writer = self.writer(tmp_path, stuck, deadline=30, most=2)
        threads = [threading.Thread(target=writer.write, args=(self.event(n),)) for n in range(3)]
        for thread in threads:
            thread.start()
            time.sleep(0.05)

        receipt = writer.write(self.event())
        go.set()
        for thread in threads:
            thread.join()
        writer.close()

        assert receipt.spooled

    def test_an_error_that_nobody_foresaw_is_answered_too(self, tmp_path: Path) -> None:
        def broken(batch: Sequence[Unsealed]) -> list[Receipt]:
            raise ZeroDivisionError

        writer = self.writer(tmp_path, broken)

        with pytest.raises(LogError, match="ZeroDivisionError"):
            writer.write(self.event(), "raise")
        writer.close()


class TestSpool:
    def test_a_line_says_all_that_a_record_needs(self) -> None:
        key = SubjectKey("k", "tag", b"\0wrapped", "2026")
        event = Unsealed("id", "turn", b'{"a":"\xc3\xa9"}', Payload("k", b"\1", b"\2"), key)

        assert unsealed_of(line_of(event)) == event

    def test_a_torn_line_was_acknowledged_to_nobody_and_a_broken_one_is_reported(
        self, tmp_path: Path
    ) -> None:
        good = [TestWriter.event(n) for n in range(2)]
        raw = line_of(good[0]) + b'{"broken\n' + line_of(good[1]) + line_of(good[0])[:-9]
        (tmp_path / "dead.jsonl").write_bytes(raw)
        found: list[Unsealed] = []

        with capture_logs() as events:
            count = Spool(tmp_path, "me").adopt(lambda batch: found.extend(batch) or [])  # type: ignore[func-returns-value]

        assert count == 2
        assert found == good
        assert (tmp_path / "dead.broken").exists()
        assert [one["event"] for one in events] == ["log_spool_broken"]

    def test_it_does_not_grow_beyond_its_bound(self, tmp_path: Path) -> None:
        spool = Spool(tmp_path, "me", most=300)
        spool.add(TestWriter.event())
        spool.add(TestWriter.event())

        with pytest.raises(LogUnavailableError, match="full"):
            spool.add(TestWriter.event())
        spool.close()

    def test_what_append_raises_leaves_the_rest_waiting(self, tmp_path: Path) -> None:
        spool = Spool(tmp_path, "me")
        for number in range(3):
            spool.add(TestWriter.event(number))

        def broken(batch: Sequence[Unsealed]) -> list[Receipt]:
            raise LogUnavailableError("no")

        with pytest.raises(LogUnavailableError):
            spool.replay(broken)
        found: list[Unsealed] = []
        spool.replay(lambda batch: found.extend(batch) or [])  # type: ignore[func-returns-value]

        assert [json.loads(one.body)["n"] for one in found] == [0, 1, 2]
        assert spool.waiting == 0
        spool.close()


def _write_until_killed(folder: str, out: int) -> None:
    log = Log.open(Path(folder) / "log.db", text="hashed", on_error="raise")
    while True:
        receipt = log.record(report(), turn(), subject="alice")
        assert receipt is not None
        os.write(out, f"{receipt.event_id}\n".encode())


def test_killed_at_any_moment_no_acknowledged_record_is_lost(tmp_path: Path) -> None:
    open_log(tmp_path).close()
    acknowledged: list[str] = []
    context = multiprocessing.get_context("fork")
    for number in range(15):
        reads, writes = os.pipe()
        process = context.Process(target=_write_until_killed, args=(str(tmp_path), writes))
        process.start()
        os.close(writes)
        with os.fdopen(reads, "rb") as told:
            first = told.readline()
            time.sleep(0.003 * (number % 7))
            assert process.pid is not None
            os.kill(process.pid, signal.SIGKILL)
            rest = told.read()
        process.join()
        acknowledged += (first + rest).decode().splitlines()

    with open_log(tmp_path) as log:
        log.checkpoint()
        there = {entry.event_id for entry in log.store.entries()}
        found = verify(log.store, log.public_key)

    assert len(acknowledged) >= 15
    assert set(acknowledged) <= there
    assert found.complete


def test_several_processes_write_one_chain(tmp_path: Path) -> None:
    open_log(tmp_path).close()
    code = (
        "import sys; sys.path.insert(0, sys.argv[2]); "
        "from pathlib import Path; from log_factories import open_log, report, turn; "
        "log = open_log(Path(sys.argv[1]), text='hashed', deadline=30); "
        "[log.record(report(), turn(), subject=str(n % 5)) for n in range(40)]; log.close()"
    )
    processes = [
        subprocess.Popen([sys.executable, "-c", code, str(tmp_path), str(Path(__file__).parent)])
        for _ in range(3)
    ]
    assert [process.wait(60) for process in processes] == [0, 0, 0]

    with open_log(tmp_path) as log:
        found = verify(log.store, log.public_key)
        turns = list(log.store.entries(kind="turn"))

    assert found.complete
    assert len(turns) == len({entry.event_id for entry in turns}) == 120


def test_the_database_is_as_durable_as_sqlite_can_be(tmp_path: Path) -> None:
    open_log(tmp_path).close()
    db = apsw.Connection(str(tmp_path / "log.db"))

    assert db.execute("PRAGMA journal_mode").get == "wal"
    assert db.execute("PRAGMA application_id").get == 0x67756C67
    with pytest.raises(apsw.ConstraintError, match="never"):
        db.execute("INSERT INTO checkpoint VALUES (1, x'', 0, ''); DELETE FROM checkpoint")
    db.close()

"""The whole life of a log in PostgreSQL: what `Log` promises holds there as it does in a file."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest
from log_factories import report, turn
from postgres_server import Server

from guard.errors import LogError
from guard.log import retention
from guard.log.heads import now
from guard.log.keys import load_secrets
from guard.log.log import Log
from guard.log.postgres_schema import roles_sql
from guard.log.verify import verify


def opened(url: str, folder: Path, on_error: str = "raise") -> Log:
    return Log.open(
        url,
        files=folder / "log",
        text="encrypted",
        on_error=on_error,  # type: ignore[arg-type]
        deadline=20.0 if on_error == "raise" else 2.0,
    )


@pytest.fixture
def log(dsn: str, tmp_path: Path) -> Iterator[Log]:
    with opened(dsn, tmp_path) as made:
        yield made


def wrote(log: Log, number: int, subject: str | None = None) -> list[str]:
    receipts = [log.record(report(), turn(), subject=subject) for _ in range(number)]
    return [receipt.event_id for receipt in receipts if receipt is not None]


def sound(log: Log, tmp_path: Path) -> bool:
    log.checkpoint()
    secrets = load_secrets(tmp_path / "log.secrets.json")
    return verify(log.store, log.public_key, secrets=secrets).complete


def test_records_can_be_reviewed_and_read(log: Log, tmp_path: Path) -> None:
    ids = wrote(log, 4, "ann")

    log.review(ids[0], "false_alarm", "bo", "she only quotes it")
    texts = log.reveal(ids, by="bo", purpose="audit")

    assert {one.user for one in texts.values()} == {turn().user}
    kinds = [entry.kind for entry in log.store.entries()]
    assert kinds == ["packs", *["turn"] * 4, "review", "access"]
    assert sound(log, tmp_path)


def test_one_subject_is_erased_and_the_others_are_not(log: Log, tmp_path: Path) -> None:
    hers, his = wrote(log, 3, "ann"), wrote(log, 3, "bo")

    assert (log.erase("ann"), log.erase("ann")) == (1, 0)

    assert set(log.reveal([*hers, *his], by="bo", purpose="audit")) == set(his)
    assert sound(log, tmp_path)


def test_an_application_that_does_not_own_the_tables_records_and_cannot_erase(
    log: Log, postgres: Server, tmp_path: Path
) -> None:
    with psycopg.connect(postgres.url(), autocommit=True) as db:
        db.execute(roles_sql())
        parts = "guard_log_writer, guard_log_sequencer, guard_log_reader"
        db.execute(f"CREATE ROLE application LOGIN IN ROLE {parts}")
    try:
        with opened(postgres.url("application"), tmp_path) as application:
            ids = wrote(application, 3, "ann")
            size = application.store.head().size
            assert application.checkpoint() is not None
            later = datetime.now(UTC) + timedelta(hours=1)

            with pytest.raises(LogError, match="owner"):
                application.erase("ann")
            with pytest.raises(LogError, match="owner"):
                application.prune(later)

            assert application.store.head().size == size
            assert set(application.reveal(ids, by="bo", purpose="audit")) == set(ids)
    finally:
        with psycopg.connect(postgres.url(), autocommit=True) as db:
            db.execute(f"DROP OWNED BY application, {parts}")
            db.execute(f"DROP ROLE application, {parts}")
    assert sound(log, tmp_path)


def test_an_erasure_that_was_cut_off_is_finished(log: Log, dsn: str, tmp_path: Path) -> None:
    """It is recorded, and then the process dies."""
    ids = wrote(log, 2, "ann")
    tag = load_secrets(tmp_path / "log.secrets.json").pseudonym("ann")
    (key,) = log.store.keys(tag)
    log._part().note("erasure", {"keys": (key.key_id,), "basis": "request", "by": None})
    log.close()

    with opened(dsn, tmp_path) as again:
        assert again.store.keys(tag) == []
        assert again.reveal(ids, by="bo", purpose="audit") == {}
        assert sound(again, tmp_path)


def test_old_records_go_and_the_rest_verifies(log: Log, dsn: str, tmp_path: Path) -> None:
    wrote(log, 5, "ann")
    later = datetime.now(UTC) + timedelta(hours=1)

    assert log.prune(later, scope="payloads") == 5
    assert log.prune(later) >= 6
    wrote(log, 2, "ann")

    assert sound(log, tmp_path)
    log.close()
    with opened(dsn, tmp_path) as again:
        assert sound(again, tmp_path)


def test_a_purge_that_was_cut_off_is_finished(log: Log, dsn: str, tmp_path: Path) -> None:
    wrote(log, 5)
    log.checkpoint()
    part = log._part()

    class DiedError(Exception):
        pass

    def dies(kind: str, fields: dict[str, object]) -> None:
        part.note(kind, fields)
        if kind == "purge":
            raise DiedError

    with pytest.raises(DiedError):
        retention.prune(log.store, dies, "9999" + now()[4:], scope="records", by=None)
    log.close()

    with opened(dsn, tmp_path) as again:
        stub = again.store.stub()
        assert stub is not None
        assert stub.size == 6
        assert sound(again, tmp_path)


def test_an_older_copy_of_the_database_is_noticed(own_postgres: Server, tmp_path: Path) -> None:
    files, older = str(own_postgres.files), str(own_postgres.folder / "older")
    with opened(own_postgres.url(), tmp_path) as log:
        wrote(log, 3)
    own_postgres.stop()
    subprocess.run(["cp", "-a", files, older], check=True)
    own_postgres.start()
    with opened(own_postgres.url(), tmp_path) as log:
        wrote(log, 3)
    own_postgres.stop()
    subprocess.run(["rm", "-r", files], check=True)
    subprocess.run(["mv", older, files], check=True)
    own_postgres.start()

    with pytest.raises(LogError, match="older copy"):
        opened(own_postgres.url(), tmp_path)

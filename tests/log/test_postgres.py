"""The log in PostgreSQL: what is acknowledged is there, once, in one order, whatever happens."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator

import psycopg
import pytest
from postgres_server import Server
from wire import Wire

from guard.errors import LogError, LogUnavailableError
from guard.log.canonical import canonical, uuid7
from guard.log.postgres import PostgresStore
from guard.log.postgres_schema import MIGRATIONS, roles_sql
from guard.log.store import (
    NO_LEAF,
    Checkpoint,
    Entry,
    Payload,
    Stub,
    SubjectKey,
    Unsealed,
    leaf_of,
    seal,
)

Opener = Callable[..., PostgresStore]
EARLY, LATE = "2026-01-01T00:00:00.000000Z", "2026-02-01T00:00:00.000000Z"


@pytest.fixture
def opened() -> Iterator[Opener]:
    stores: list[PostgresStore] = []

    def open_(dsn: str, **options: object) -> PostgresStore:
        stores.append(PostgresStore(dsn, **options))  # type: ignore[arg-type]
        return stores[-1]

    yield open_
    for store in stores:
        store.close()


def event(text: str = "x", key: SubjectKey | None = None, ct: bytes | None = None) -> Unsealed:
    event_id = uuid7()
    payload = Payload(key.key_id, bytes(12), ct or b"secret" + os.urandom(40)) if key else None
    return Unsealed(event_id, "turn", canonical({"id": event_id, "t": text}), payload, key)


def subject_key(tag: str = "aa", created: str = EARLY) -> SubjectKey:
    return SubjectKey(os.urandom(16).hex(), tag, b"wrapped" + os.urandom(40), created)


def chained(entries: list[Entry], origin: str, prev: bytes = NO_LEAF, first: int = 0) -> bool:
    """Whether these are one chain, without a gap, each as it was sealed."""
    for seq, entry in enumerate(entries, first):
        if entry.seq != seq or entry.leaf != leaf_of(entry.body):
            return False
        if f'"prev":"{prev.hex()}"'.encode() not in entry.body or origin.encode() not in entry.body:
            return False
        prev = entry.leaf
    return True


def test_what_was_appended_comes_back_in_order_and_chained(dsn: str, opened: Opener) -> None:
    store = opened(dsn)
    events = [event(str(n)) for n in range(1200)]

    receipts = [one for at in range(0, 1200, 100) for one in store.append(events[at : at + 100])]
    entries = list(store.entries())

    assert [receipt.event_id for receipt in receipts] == [one.event_id for one in events]
    assert not any(receipt.duplicate for receipt in receipts)
    assert [entry.event_id for entry in entries] == [one.event_id for one in events]
    assert chained(entries, store.origin)
    assert store.head().size == 1200
    assert store.head().leaf == entries[-1].leaf
    assert entries[7] == seal(events[7], store.origin, 7, entries[6].leaf)


def test_an_event_that_comes_again_is_not_added_again(dsn: str, opened: Opener) -> None:
    store = opened(dsn)
    one, other = event(), event()
    store.append([one])
    store.head()

    again = store.append([one, other, other])

    assert [(receipt.seq, receipt.duplicate) for receipt in again] == [
        (0, True),
        (None, False),
        (None, True),
    ]
    assert store.head().size == 2


def test_a_range_and_a_kind_can_be_asked_for(dsn: str, opened: Opener) -> None:
    store = opened(dsn)
    kinds = ["turn", "review", "turn", "erasure", "turn"]
    for kind in kinds:
        one = event()
        store.append([Unsealed(one.event_id, kind, one.body)])

    assert [entry.seq for entry in store.entries(1, 4)] == [1, 2, 3]
    assert [entry.seq for entry in store.entries(kind="turn")] == [0, 2, 4]
    assert store.find(one.event_id) == list(store.entries(4))[0]  # noqa: RUF015
    assert store.find("no such id") is None


def test_payloads_and_keys_come_back(dsn: str, opened: Opener) -> None:
    store = opened(dsn)
    key = subject_key()
    one = event(key=key)

    store.append([event(), one])

    assert list(store.payloads()) == [(1, one.payload)]
    assert store.payload(1) == one.payload
    assert store.payload(0) is None
    assert store.key(key.key_id) == key
    assert store.keys("aa") == [key]


def test_of_two_checkpoints_on_one_only_the_first_is_kept(dsn: str, opened: Opener) -> None:
    store = opened(dsn)
    first, other = Checkpoint(5, b"r" * 32, 0, "a"), Checkpoint(7, b"s" * 32, 0, "b")
    next_ = Checkpoint(9, b"t" * 32, 5, "c")

    kept = [store.add_checkpoint(one) for one in (first, other, first, next_)]

    assert kept == [True, False, True, True]
    assert list(store.checkpoints()) == [first, next_]
    assert list(store.checkpoints(6)) == [next_]
    assert store.latest_checkpoint() == next_


def test_the_tables_refuse_changes_by_mistake(dsn: str, opened: Opener) -> None:
    store = opened(dsn)
    store.append([event()])
    store.add_checkpoint(Checkpoint(1, b"r" * 32, 0, "a"))
    assert store.head().size == 1

    with psycopg.connect(dsn, autocommit=True) as direct:
        for change in (
            "UPDATE guard_log.entry SET kind = 'x'",
            "DELETE FROM guard_log.entry",
            "TRUNCATE guard_log.entry",
            "UPDATE guard_log.checkpoint SET note = ''",
            "DELETE FROM guard_log.checkpoint",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                direct.execute(change)


def test_what_was_purged_is_replaced_by_its_stub(dsn: str, opened: Opener) -> None:
    store = opened(dsn)
    key = subject_key()
    store.append([event(key=key) for _ in range(10)])
    leaf = list(store.entries())[5].leaf
    stub = Stub(6, leaf, (b"a" * 32, b"b" * 32))

    gone, again = store.purge(stub), store.purge(stub)
    store.append([event()])

    assert (gone, again) == (6, 0)
    assert store.stub() == stub
    entries = list(store.entries())
    assert [entry.seq for entry in entries] == [6, 7, 8, 9, 10]
    assert chained(entries, store.origin, leaf, 6)
    assert [seq for seq, _ in store.payloads()] == [6, 7, 8, 9]


def test_texts_can_be_purged_alone(dsn: str, opened: Opener) -> None:
    store = opened(dsn)
    store.append([event(key=subject_key()) for _ in range(4)])

    gone = store.purge_payloads(3)

    assert gone == 3
    assert [seq for seq, _ in store.payloads()] == [3]
    assert len(list(store.entries())) == 4


def test_no_more_can_be_purged_than_there_is(dsn: str, opened: Opener) -> None:
    store = opened(dsn)

    with pytest.raises(LogError, match="fewer than 3"):
        store.purge(Stub(3, b"l" * 32, (b"a" * 32, b"b" * 32)))


def test_an_erased_key_takes_its_payloads_along_and_never_comes_back(
    dsn: str, opened: Opener
) -> None:
    store = opened(dsn)
    key, other = subject_key("aa"), subject_key("bb")
    one, two, three = event(key=key), event(key=other), event(key=key)
    store.append([one, two, three])

    gone = store.destroy_keys([key.key_id], LATE, tag="aa")
    again = store.destroy_keys([key.key_id], LATE, tag="aa")
    late, new = event(key=key), event(key=subject_key("aa", created="2026-03-01T00:00:00.000000Z"))
    spooled = event(key=subject_key("aa"))
    receipts = store.append([late, new, spooled])

    assert (gone, again) == (2, 0)
    assert [receipt.withheld for receipt in receipts] == [True, False, True]
    assert [seq for seq, _ in store.payloads()] == [1, 4]
    assert store.key(key.key_id) == SubjectKey(key.key_id, None, None, EARLY, LATE)
    assert {key.key_id, spooled.key and spooled.key.key_id} == set(store.destroyed_keys())
    assert chained(list(store.entries()), store.origin)


def test_nothing_erased_is_left_in_the_files_of_the_tables(
    postgres: Server, opened: Opener
) -> None:
    store = opened(postgres.emptied())
    key, other = subject_key("aa"), subject_key("bb")
    # One short, in its page; one long, out of line.
    texts = [b"erasemeshort" + os.urandom(20), b"erasemelong" + os.urandom(9000)]
    kept = b"keepme" + os.urandom(40)
    store.append([event(key=key, ct=texts[0]), event(key=key, ct=texts[1])])
    store.append([event(key=other, ct=kept)])
    assert store.head().size == 3
    assert key.wrapped is not None

    store.destroy_keys([key.key_id], LATE)

    with psycopg.connect(postgres.url(), autocommit=True) as direct:
        direct.execute("CHECKPOINT")
    files = (path for path in (postgres.files / "base").rglob("*") if path.is_file())
    tables = b"".join(path.read_bytes() for path in files)
    assert kept in tables
    assert texts[0] not in tables
    assert texts[1][:1500] not in tables
    assert key.wrapped not in tables


def test_an_erasure_says_so_where_an_old_transaction_keeps_the_rows(
    dsn: str, opened: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("guard.log.postgres_erase.PATIENCE", 0.1)
    store = opened(dsn)
    key = subject_key()
    store.append([event(key=key)])
    assert store.head().size == 1
    with psycopg.connect(dsn) as old:
        old.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        old.execute("SELECT count(*) FROM guard_log.head")

        with pytest.raises(LogUnavailableError, match="older"):
            store.destroy_keys([key.key_id], LATE)

    assert store.destroy_keys([key.key_id], LATE) == 0
    assert list(store.payloads()) == []


def test_a_reply_that_was_lost_does_not_make_two_of_one(
    postgres: Server, dsn: str, opened: Opener
) -> None:
    with Wire(postgres.folder) as wire:
        store = opened(wire.through(dsn))
        store.append([event("before")])
        wire.cut_replies_to(b"COMMIT")

        receipts = store.append([event("cut"), event("cut too")])

        assert wire.cuts == 1
        assert [receipt.event_id for receipt in receipts] == [
            entry.event_id for entry in store.entries(1)
        ]
        assert store.head().size == 3
        store.close()


def test_connections_come_back_by_themselves(postgres: Server, dsn: str, opened: Opener) -> None:
    with Wire(postgres.folder) as wire:
        store = opened(wire.through(dsn))
        for n in range(5):
            store.append([event(str(n))])
            wire.cut()

        assert store.head().size == 5
        store.close()


def test_a_server_that_is_gone_is_said_and_one_that_is_back_is_used(
    own_postgres: Server, opened: Opener
) -> None:
    store = opened(own_postgres.url(), wait=0.2)
    first, second = event(), event()
    store.append([first])
    own_postgres.stop()

    for _ in range(2):
        with pytest.raises(LogUnavailableError, match="reached"):
            store.append([second])
    own_postgres.start()
    store.append([second])

    assert [entry.event_id for entry in store.entries()] == [first.event_id, second.event_id]


def test_a_killed_server_has_lost_nothing_that_it_acknowledged(
    own_postgres: Server, opened: Opener
) -> None:
    store = opened(own_postgres.url(), wait=30.0)
    events = [event(str(n)) for n in range(60)]
    for at, one in enumerate(events):
        store.append([one])
        if at == 30:
            own_postgres.kill()
            own_postgres.start()

    entries = list(store.entries())

    assert [entry.event_id for entry in entries] == [one.event_id for one in events]
    assert chained(entries, store.origin)


def test_many_sequencers_give_one_order(dsn: str, opened: Opener) -> None:
    stores = [opened(dsn) for _ in range(4)]

    def write(store: PostgresStore) -> None:
        for _ in range(50):
            store.append([event(), event()])

    threads = [threading.Thread(target=write, args=(store,)) for store in stores]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    entries = list(stores[0].entries())
    assert len(entries) == 400
    assert len({entry.event_id for entry in entries}) == 400
    assert chained(entries, stores[0].origin)


def test_a_sequencer_that_hangs_is_cut_off_and_its_batch_does_not_count(
    dsn: str, opened: Opener
) -> None:
    """One takes the head's lock and stops; after its time is up another goes on."""
    waiting = opened(dsn, sequence=False)
    waiting.append([event() for _ in range(3)])
    with psycopg.connect(dsn) as hanging:
        hanging.execute("SET idle_in_transaction_session_timeout = '300ms'")
        hanging.commit()
        hanging.execute("SELECT size FROM guard_log.head FOR UPDATE")
        hanging.execute("UPDATE guard_log.head SET size = 99")

        assert opened(dsn).head().size == 3
        with pytest.raises(psycopg.errors.IdleInTransactionSessionTimeout):
            hanging.commit()
    assert chained(list(waiting.entries()), waiting.origin)


def test_what_nobody_gives_a_place_is_waiting_and_not_lost(
    dsn: str, opened: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("guard.log.postgres.SETTLE", 0.05)
    store = opened(dsn, sequence=False)

    receipt = store.append([event()])[0]

    assert receipt.seq is None
    assert store.pending() == 1
    assert store.head().size == 0
    with pytest.raises(LogUnavailableError, match="no place"):
        store.find(receipt.event_id)
    assert opened(dsn).head().size == 1
    assert store.pending() == 0


@pytest.mark.parametrize("setting", ["fsync", "full_page_writes", "synchronous_commit"])
def test_a_server_that_could_lose_what_it_acknowledged_is_refused(
    postgres: Server, setting: str
) -> None:
    dsn = postgres.emptied()
    if setting == "synchronous_commit":
        dsn += "&options=-c%20synchronous_commit%3Doff"
        with pytest.raises(LogError, match="synchronous_commit off"):
            PostgresStore(dsn)
        return
    with psycopg.connect(postgres.url(), autocommit=True) as direct:
        try:
            direct.execute(f"ALTER SYSTEM SET {setting} = off")
            direct.execute("SELECT pg_reload_conf()")
            with pytest.raises(LogError, match=f"{setting} off"):
                _until_refused(dsn)
        finally:
            direct.execute(f"ALTER SYSTEM RESET {setting}")
            direct.execute("SELECT pg_reload_conf()")


def _until_refused(dsn: str) -> None:
    """Settings are reloaded a moment later."""
    for _ in range(200):
        PostgresStore(dsn).close()


def test_processes_that_make_the_tables_at_once_make_one_log(dsn: str, opened: Opener) -> None:
    origins: list[str] = []
    threads = [
        threading.Thread(target=lambda: origins.append(opened(dsn).origin)) for _ in range(6)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(origins) == 6
    assert len(set(origins)) == 1


def test_tables_of_a_newer_version_are_left_alone(dsn: str, opened: Opener) -> None:
    opened(dsn)
    with psycopg.connect(dsn, autocommit=True) as direct:
        direct.execute("UPDATE guard_log.about SET version = %s", (len(MIGRATIONS) + 1,))

    with pytest.raises(LogError, match="newer"):
        PostgresStore(dsn)


def test_the_log_of_another_origin_is_refused(dsn: str, opened: Opener) -> None:
    opened(dsn, origin="clinic-a")

    with pytest.raises(LogError, match="clinic-a"):
        PostgresStore(dsn, origin="clinic-b")


def test_two_logs_in_two_schemas_do_not_meet(dsn: str, opened: Opener) -> None:
    one, other = opened(dsn), opened(dsn, schema="second")
    one.append([event()])

    assert one.head().size == 1
    assert other.head().size == 0


@pytest.mark.parametrize("schema", ["", "a b", 'a"b', "A", "x" * 60])
def test_a_schema_has_a_plain_name(schema: str) -> None:
    with pytest.raises(LogError, match="plain name"):
        PostgresStore("dbname=nowhere", schema=schema)


def test_each_role_can_do_its_part_and_no_more(
    postgres: Server, opened: Opener, caplog: pytest.LogCaptureFixture
) -> None:
    dsn = postgres.emptied()
    opened(dsn, schema="parted")
    with psycopg.connect(dsn, autocommit=True) as direct:
        direct.execute(roles_sql("parted"))
        for role in ("writer", "sequencer", "reader"):
            direct.execute(f"CREATE ROLE {role} LOGIN IN ROLE parted_{role}")
    try:
        writer, sequencer, reader = (
            opened(postgres.url(role), schema="parted")
            for role in ("writer", "sequencer", "reader")
        )
        key = subject_key()

        writer.append([event(key=key)])
        time.sleep(0.1)
        writer.append([event(key=key)])

        assert sequencer._sequencer is not None
        sequencer._sequencer.drain()
        assert reader.head().size == 2
        assert len(list(reader.payloads())) == 2
        for refused in (
            lambda: list(writer.entries()),
            lambda: writer.payload(0),
            lambda: sequencer.append([event()]),
            lambda: reader.append([event()]),
            lambda: writer.destroy_keys([key.key_id], LATE),
            lambda: reader.purge_payloads(1),
        ):
            with pytest.raises(LogError, match="refuses"):
                refused()
        assert reader.head().size == 2
        assert caplog.text.count("log_sequencer_refused") == 1
    finally:
        with psycopg.connect(dsn, autocommit=True) as direct:
            for role in ("writer", "sequencer", "reader"):
                direct.execute(f"DROP OWNED BY {role}, parted_{role}")
                direct.execute(f"DROP ROLE {role}, parted_{role}")


def test_a_forked_child_has_a_connection_of_its_own(dsn: str, opened: Opener) -> None:
    store = opened(dsn)
    store.append([event("parent")])

    child = os.fork()
    if child == 0:
        try:
            store.append([event("child")])
            store.close()
        finally:
            os._exit(0)
    os.waitpid(child, 0)
    store.append([event("parent again")])

    assert store.head().size == 3
    assert chained(list(store.entries()), store.origin)


def test_errors_hold_no_value_and_no_password(dsn: str, opened: Opener) -> None:
    with pytest.raises(LogUnavailableError) as gone:
        PostgresStore("host=/nowhere user=u password=hunter2 dbname=d", wait=0)
    with pytest.raises(LogError) as wrong:
        PostgresStore("password=hunter2 nonsense")

    assert "hunter2" not in str(gone.value) + str(wrong.value)
    assert gone.value.__suppress_context__
    assert wrong.value.__suppress_context__

"""The SQLite store: what goes in comes out, in order, once; files that are no log are refused."""

from __future__ import annotations

import json
from pathlib import Path

import apsw
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from guard.errors import LogError
from guard.log import schema
from guard.log.canonical import canonical, uuid7
from guard.log.sqlite import SQLiteStore, keys_file
from guard.log.store import (
    NO_LEAF,
    Checkpoint,
    Payload,
    Receipt,
    SubjectKey,
    Unsealed,
    leaf_of,
    seal,
)

EARLY, LATE = "2026-01-01T00:00:00.000000Z", "2026-06-01T00:00:00.000000Z"


def event(
    kind: str = "turn", payload: Payload | None = None, key: SubjectKey | None = None
) -> Unsealed:
    event_id = uuid7()
    return Unsealed(event_id, kind, canonical({"id": event_id, "kind": kind}), payload, key)


def with_text(key_id: str = "k1", tag: str = "t1", created: str = EARLY) -> Unsealed:
    return event(
        payload=Payload(key_id, b"n" * 12, b"secret words"),
        key=SubjectKey(key_id, tag, b"wrapped", created),
    )


@pytest.fixture
def store(tmp_path: Path) -> SQLiteStore:
    return SQLiteStore(tmp_path / "log.db")


class TestAppend:
    def test_events_get_their_places_in_order_each_naming_the_one_before(
        self, store: SQLiteStore
    ) -> None:
        events = [event() for _ in range(5)]

        receipts = store.append(events[:2]) + store.append(events[2:])

        entries = list(store.entries())
        assert [one.seq for one in receipts] == [0, 1, 2, 3, 4]
        assert [one.event_id for one in entries] == [one.event_id for one in events]
        prev = NO_LEAF
        for entry in entries:
            body = json.loads(entry.body)
            assert entry.leaf == leaf_of(entry.body)
            assert (body["prev"], body["seq"]) == (prev.hex(), entry.seq)
            assert body["origin"] == store.origin
            prev = entry.leaf
        assert store.head().leaf == prev

    def test_an_event_that_is_there_is_not_added_again(self, store: SQLiteStore) -> None:
        first, second = event(), event()
        store.append([first])

        receipts = store.append([first, second, second])

        assert receipts == [
            Receipt(first.event_id, 0, duplicate=True),
            Receipt(second.event_id, 1),
            Receipt(second.event_id, 1, duplicate=True),
        ]
        assert store.head().size == 2

    def test_a_batch_that_fails_leaves_nothing(self, store: SQLiteStore) -> None:
        good = event()
        bad = Unsealed(uuid7(), "turn", b"{not json")

        with pytest.raises(ValueError, match="Expecting"):
            store.append([good, bad])

        assert store.head().size == 0
        assert store.append([good]) == [Receipt(good.event_id, 0)]

    def test_sealing_says_the_same_bytes_every_time(self) -> None:
        one = event()

        assert seal(one, "o", 3, b"p" * 32) == seal(one, "o", 3, b"p" * 32)
        assert seal(one, "o", 3, b"p" * 32) != seal(one, "o", 4, b"p" * 32)


class TestReading:
    @given(st.integers(0, 7), st.none() | st.integers(0, 9))
    @settings(max_examples=20)
    def test_any_stretch_of_it(self, start: int, stop: int | None) -> None:
        found = [one.seq for one in FILLED.entries(start, stop)]

        assert found == list(range(7))[start:stop]

    def test_by_kind_and_by_id(self, store: SQLiteStore) -> None:
        review = event("review")
        store.append([event(), review, event()])

        assert [one.event_id for one in store.entries(kind="review")] == [review.event_id]
        assert store.find(review.event_id) == next(store.entries(1, 2))
        assert store.find("nothing") is None

    def test_more_than_is_read_at_once(
        self, store: SQLiteStore, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("guard.log.sqlite.CHUNK", 3)
        store.append([with_text() for _ in range(8)])

        assert [one.seq for one in store.entries()] == list(range(8))
        assert [seq for seq, _ in store.payloads(2)] == list(range(2, 8))


class TestKeys:
    def test_they_come_with_their_records_and_go_with_their_texts(self, store: SQLiteStore) -> None:
        store.append([with_text(), with_text("k2", "t2")])

        assert store.keys("t1") == [SubjectKey("k1", "t1", b"wrapped", EARLY)]
        assert store.destroy_keys(["k1"], LATE) == 1
        assert store.destroy_keys(["k1"], LATE) == 0
        assert store.key("k1") == SubjectKey("k1", None, None, EARLY, LATE)
        assert (store.payload(0), store.keys("t1")) == (None, [])
        assert store.payload(1) is not None
        assert list(store.destroyed_keys()) == ["k1"]

    def test_one_that_arrives_after_the_erasure_it_was_made_before_is_dead(
        self, store: SQLiteStore
    ) -> None:
        store.destroy_keys([], LATE, tag="t1")

        dead, live = store.append(
            [with_text("old", created=EARLY), with_text("new", created="2026-07-01")]
        )

        assert (dead.withheld, live.withheld) == (True, False)
        assert [key.key_id for key in store.keys("t1")] == ["new"]
        assert store.payload(0) is None


class TestCheckpoints:
    def test_each_follows_the_one_before(self, store: SQLiteStore) -> None:
        assert store.add_checkpoint(Checkpoint(3, b"r" * 32, 0, "a"))
        assert not store.add_checkpoint(Checkpoint(5, b"r" * 32, 0, "b"))
        assert not store.add_checkpoint(Checkpoint(3, b"r" * 32, 3, "c"))
        assert store.add_checkpoint(Checkpoint(5, b"r" * 32, 3, "d"))

        assert [one.note for one in store.checkpoints()] == ["a", "d"]
        assert [one.note for one in store.checkpoints(4)] == ["d"]
        latest = store.latest_checkpoint()
        assert latest is not None
        assert latest.size == 5


class TestRefused:
    def test_a_log_that_is_not_there(self, tmp_path: Path) -> None:
        with pytest.raises(LogError, match="there is no log"):
            SQLiteStore(tmp_path / "none.db", create=False)
        assert list(tmp_path.iterdir()) == []

    def test_a_file_that_is_no_database(self, tmp_path: Path) -> None:
        (tmp_path / "log.db").write_bytes(b"something else, and long enough" * 99)

        with pytest.raises(LogError, match="no log"):
            SQLiteStore(tmp_path / "log.db")

    def test_a_database_of_something_else(self, tmp_path: Path) -> None:
        db = apsw.Connection(str(tmp_path / "log.db"))
        db.execute("CREATE TABLE songs(title)")
        db.close()

        with pytest.raises(LogError, match="something else"):
            SQLiteStore(tmp_path / "log.db")

    def test_one_of_a_newer_version(self, tmp_path: Path) -> None:
        SQLiteStore(tmp_path / "log.db").close()
        db = apsw.Connection(str(tmp_path / "log.db"))
        db.execute("PRAGMA user_version = 99")
        db.close()

        with pytest.raises(LogError, match="newer version"):
            SQLiteStore(tmp_path / "log.db")

    def test_keys_of_another_log(self, tmp_path: Path) -> None:
        for name in ("one", "other"):
            store = SQLiteStore(tmp_path / f"{name}.db")
            store.append([with_text()])
            store.close()
        keys_file(tmp_path / "other.db").replace(keys_file(tmp_path / "one.db"))

        with pytest.raises(LogError, match="belongs to the log"):
            SQLiteStore(tmp_path / "one.db")

    def test_an_sqlite_that_corrupts_what_is_shared(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(apsw, "sqlite_lib_version", lambda: "3.51.2")

        with pytest.raises(LogError, match=r"3\.51\.2 can corrupt"):
            SQLiteStore(tmp_path / "log.db")

    def test_a_folder_on_the_network(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        mounts = tmp_path / "mountinfo"
        mounts.write_text(
            "22 1 0:1 / / rw - ext4 /dev/vda rw\n"
            f"36 22 0:32 / {tmp_path / 'share'} rw - nfs4 host:/x rw\n"
        )
        monkeypatch.setattr(schema, "MOUNTS", mounts)
        (tmp_path / "share").mkdir()

        SQLiteStore(tmp_path / "log.db").close()
        with pytest.raises(LogError, match="nfs4"):
            SQLiteStore(tmp_path / "share" / "log.db")


class _Life(RuleBasedStateMachine):
    """Appends, repeats, erasures and new connections, against a plain model of them."""

    folder: Path
    events = Bundle("events")

    @initialize()
    def begin(self) -> None:
        self.store = SQLiteStore(self.folder / f"{uuid7()}.db")
        self.order: list[str] = []
        self.texts: dict[str, str] = {}
        self.erased: set[str] = set()

    @rule(target=events, key=st.sampled_from("abc"))
    def append(self, key: str) -> Unsealed:
        one = with_text(key, f"tag {key}")
        self.store.append([one])
        self.order.append(one.event_id)
        if key not in self.erased:
            self.texts[one.event_id] = key
        return one

    @rule(one=consumes(events))
    def repeat(self, one: Unsealed) -> None:
        assert self.store.append([one])[0].duplicate

    @rule(key=st.sampled_from("abc"))
    def erase(self, key: str) -> None:
        self.store.destroy_keys([key], LATE)
        self.erased.add(key)
        self.texts = {id_: of for id_, of in self.texts.items() if of != key}

    @rule()
    def open_again(self) -> None:
        self.store.close()
        self.store = SQLiteStore(self.store.file)

    @invariant()
    def it_is_as_the_model(self) -> None:
        entries = list(self.store.entries())
        assert [one.event_id for one in entries] == self.order
        held = {entries[seq].event_id: one.key_id for seq, one in self.store.payloads()}
        assert held == self.texts

    def teardown(self) -> None:
        self.store.close()


def test_whatever_is_done_in_whatever_order(tmp_path: Path) -> None:
    _Life.folder = tmp_path

    run_state_machine_as_test(  # type: ignore[no-untyped-call]
        _Life, settings=settings(max_examples=15, stateful_step_count=15, deadline=None)
    )


@pytest.fixture(scope="module", autouse=True)
def _filled(tmp_path_factory: pytest.TempPathFactory) -> None:
    global FILLED
    FILLED = SQLiteStore(tmp_path_factory.mktemp("filled") / "log.db")
    FILLED.append([event() for _ in range(7)])


FILLED: SQLiteStore

"""Erasing a subject leaves nothing readable, removing old records leaves a log that verifies, and
what a crash interrupts is finished."""

from __future__ import annotations

import json
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import apsw
import pytest
from log_factories import files_hold, open_log, report, turn

from guard.errors import InputError, LogError
from guard.log import retention
from guard.log.checkpoint import Verifier
from guard.log.heads import written
from guard.log.keys import load_secrets, unwrap
from guard.log.log import Log
from guard.log.merkle import Frontier
from guard.log.parts import Circumstances
from guard.log.record import parse
from guard.log.store import Unsealed
from guard.log.verify import verify


def write(log: Log, number: int, subject: str | None = None, **more: object) -> str:
    receipt = log.record(report(), turn(user=f"number {number}"), subject=subject, **more)  # type: ignore[arg-type]
    assert receipt is not None
    return receipt.event_id


def revealed(log: Log, *ids: str) -> set[str]:
    return set(log.reveal(list(ids), by="bo", purpose="test"))


class TestErase:
    def test_nothing_of_one_subject_can_be_read_and_the_others_can(self, tmp_path: Path) -> None:
        with open_log(tmp_path) as log:
            ids = {
                name: [write(log, n, name) for n in range(4)] for name in ("alice", "bob", "eve")
            }
            own = load_secrets(tmp_path / "log.secrets.json")
            (row,) = log.store.keys(own.pseudonym("alice"))
            cts = [p.ct for _, p in log.store.payloads() if p.key_id == row.key_id]
            assert row.wrapped is not None
            secret = [row.wrapped, row.wrapped[12:], unwrap(own, row), *cts, *(c[:40] for c in cts)]
            assert files_hold(tmp_path, *secret) != []

            assert log.erase("alice") == 1

            assert files_hold(tmp_path, *secret) == []
            assert revealed(log, *ids["alice"]) == set()
            assert revealed(log, *ids["bob"], *ids["eve"]) == {*ids["bob"], *ids["eve"]}
            result = verify(log.store, log.public_key, secrets=own)
            assert result.ok
            assert result.erased == 4

    def test_the_second_time_nothing_happens(self, tmp_path: Path) -> None:
        with open_log(tmp_path) as log:
            write(log, 1, "alice")
            log.erase("alice")
            size = log.store.head().size

            assert log.erase("alice") == 0
            assert log.erase("nobody") == 0
            assert log.store.head().size == size

    def test_the_record_of_it_says_why_and_on_whose_order(self, tmp_path: Path) -> None:
        with open_log(tmp_path) as log:
            write(log, 1, "alice")
            log.erase("alice", basis="GDPR 17", by="bo")
            (record,) = (parse(entry.body) for entry in log.store.entries(kind="erasure"))

        assert (record.basis, record.by, len(record.keys)) == ("GDPR 17", "bo", 1)

    def test_somebody_who_comes_back_has_a_new_key(self, tmp_path: Path) -> None:
        with open_log(tmp_path) as log:
            before = write(log, 1, "alice")
            log.erase("alice")
            after = write(log, 2, "alice")

            assert revealed(log, before, after) == {after}
            assert verify(log.store, log.public_key).ok

    def test_a_legal_hold_stands_against_it(self, tmp_path: Path) -> None:
        with open_log(tmp_path) as log:
            held = write(log, 1, "alice", circumstances=Circumstances(legal_hold=True))
            write(log, 2, "bob")

            with pytest.raises(LogError, match="legal hold"):
                log.erase("alice")
            assert log.erase("bob") == 1
            assert revealed(log, held) == {held}

    def test_while_others_write(self, tmp_path: Path) -> None:
        with open_log(tmp_path, deadline=30) as log:
            stop = threading.Event()

            def others() -> None:
                number = 0
                while not stop.is_set():
                    write(log, number, f"other-{number % 3}")
                    number += 1

            thread = threading.Thread(target=others)
            thread.start()
            for number in range(5):
                write(log, number, "alice")
                log.erase("alice")
            stop.set()
            thread.join()
            result = verify(log.store, log.public_key)

            assert result.ok
            assert result.erased == 5

    def test_another_process_that_still_holds_the_key_writes_nothing_readable(
        self, tmp_path: Path
    ) -> None:
        with open_log(tmp_path) as one, open_log(tmp_path) as other:
            write(one, 1, "alice")
            write(other, 2, "alice")
            one.erase("alice")

            late = write(other, 3, "alice")
            fresh = write(other, 4, "alice")

            assert revealed(other, late, fresh) == {fresh}
            assert other.counts.withheld == 1
            assert verify(other.store, other.public_key).ok

    def test_a_key_made_before_and_replayed_after_counts_as_destroyed(self, tmp_path: Path) -> None:
        with open_log(tmp_path) as log:
            part = log._part()
            tag = log._secrets.pseudonym("alice")
            event = part.made("gap", {"lost": 1, "why": "test"})
            payload, key = part.keys.encrypt(tag, b"{}", event.event_id, "gap", log.store.origin)
            log.erase("alice")

            part.writer.write(Unsealed(event.event_id, "gap", event.body, payload, key))

            assert log.store.keys(tag) == []
            assert payload.key_id in set(log.store.destroyed_keys())
            assert log.store.payload(log.store.find(event.event_id).seq) is None  # type: ignore[union-attr]

    def test_what_a_crash_interrupted_is_finished_when_it_is_opened(self, tmp_path: Path) -> None:
        with open_log(tmp_path) as log:
            one, two = write(log, 1, "alice"), write(log, 2, "bob")
            (key,) = log.store.keys(log._secrets.pseudonym("alice"))
            # As if the process had ended right after the record that says so.
            log._part().note("erasure", {"keys": (key.key_id,), "basis": "request"})

        with open_log(tmp_path) as log:
            assert log.store.keys(log._secrets.pseudonym("alice")) == []
            assert revealed(log, one, two) == {two}
            assert verify(log.store, log.public_key).ok

    def test_what_was_destroyed_and_is_told_by_no_record_is_told(self, tmp_path: Path) -> None:
        with open_log(tmp_path) as log:
            write(log, 1, "alice")
            (key,) = log.store.keys(log._secrets.pseudonym("alice"))
            log.store.destroy_keys([key.key_id], written(datetime.now(UTC)))
            assert not verify(log.store, log.public_key).ok

        with open_log(tmp_path) as log:
            assert verify(log.store, log.public_key).ok


class TestPrune:
    @staticmethod
    def aged(log: Log) -> datetime:
        """Ten records, then a moment, then five more."""
        for number in range(10):
            write(log, number, f"s-{number % 2}")
        time.sleep(0.01)
        moment = datetime.now(UTC)
        time.sleep(0.01)
        for number in range(10, 15):
            write(log, number, f"s-{number % 2}")
        return moment

    def test_old_records_go_and_the_rest_verifies(self, tmp_path: Path) -> None:
        with open_log(tmp_path) as log:
            moment = self.aged(log)
            old = log.checkpoint()
            first = next(log.store.entries(kind="turn"))

            gone = log.prune(moment, by="bo")

            result = verify(log.store, log.public_key, against=old.note if old else ())
            assert gone == 11
            assert result.complete
            assert result.pruned == 11
            assert next(log.store.entries()).seq == 11
            assert files_hold(tmp_path, first.body) == []
            key = log.public_key
        with open_log(tmp_path) as log:
            write(log, 99)
            assert verify(log.store, key).ok

    def test_only_the_texts(self, tmp_path: Path) -> None:
        with open_log(tmp_path) as log:
            moment = self.aged(log)
            cts = [payload.ct for _, payload in log.store.payloads()]

            assert log.prune(moment, scope="payloads") == 10
            assert log.prune(moment, scope="payloads") == 0

            result = verify(log.store, log.public_key)
            assert result.complete
            assert (result.erased, result.pruned) == (10, 0)
            assert files_hold(tmp_path, *cts[:10]) == []
            assert len(list(log.store.payloads())) == 5

    def test_what_the_remaining_records_rest_on_is_carried_over(self, tmp_path: Path) -> None:
        with open_log(tmp_path) as log:
            moment = self.aged(log)
            log.prune(moment)
            kept = {parse(one.body).ruleset for one in log.store.entries(kind="packs")}
            used = {parse(one.body).ruleset for one in log.store.entries(kind="turn")}

            assert used <= kept

    def test_twice_and_nothing_old(self, tmp_path: Path) -> None:
        with open_log(tmp_path) as log:
            moment = self.aged(log)

            assert log.prune(datetime.now(UTC) - timedelta(days=9)) == 0
            assert log.prune(moment) == 11
            assert log.prune(moment) == 0
            assert log.prune(datetime.now(UTC)) > 0
            assert verify(log.store, log.public_key).complete

    def test_a_legal_hold_ends_what_can_go(self, tmp_path: Path) -> None:
        with open_log(tmp_path) as log:
            for number in range(3):
                write(log, number)
            write(log, 3, circumstances=Circumstances(legal_hold=True))
            write(log, 4)

            log.prune(datetime.now(UTC))

            assert next(log.store.entries()).seq == 4
            assert verify(log.store, log.public_key).ok

    def test_a_text_erased_by_a_record_that_went_is_still_accounted_for(
        self, tmp_path: Path
    ) -> None:
        with open_log(tmp_path) as one, open_log(tmp_path) as other:
            write(one, 1, "alice")
            write(other, 2, "alice")
            one.erase("alice")
            time.sleep(0.01)
            moment = datetime.now(UTC)
            write(other, 3, "alice")

            one.prune(moment)

            assert verify(one.store, one.public_key).ok

    def test_an_erasure_whose_record_went_is_not_told_again(self, tmp_path: Path) -> None:
        with open_log(tmp_path) as log:
            write(log, 1, "alice")
            log.erase("alice")
            time.sleep(0.01)
            log.prune(datetime.now(UTC))
            size = log.store.head().size

        with open_log(tmp_path) as log:
            assert log.store.head().size == size

    def test_records_that_are_gone_without_a_record_of_it_are_missed(self, tmp_path: Path) -> None:
        with open_log(tmp_path) as log:
            self.aged(log)
            key = log.public_key
        db = apsw.Connection(str(tmp_path / "log.db"))
        leaves = db.execute("SELECT leaf FROM entry WHERE seq < 4 ORDER BY seq").fetchall()
        tree = Frontier()
        for (leaf,) in leaves:
            tree.append(leaf)
        db.execute("INSERT INTO stub VALUES (0, 4, ?, ?)", (leaves[-1][0], b"".join(tree.nodes)))
        db.execute("DELETE FROM payload WHERE seq < 4; DELETE FROM entry WHERE seq < 4")
        db.close()

        with open_log(tmp_path) as log:
            problems = verify(log.store, key).problems

        assert [(one.wrong, one.seq) for one in problems] == [("removed", 0)]

    def test_a_crash_after_the_record_of_it_is_made_good(self, tmp_path: Path) -> None:
        with open_log(tmp_path) as log:
            moment = self.aged(log)
            log.checkpoint()
        with open_log(tmp_path) as log:

            def note(kind: str, fields: dict[str, object]) -> None:
                log._part().note(kind, fields)
                if kind == "purge":
                    raise KeyboardInterrupt

            with pytest.raises(KeyboardInterrupt):
                retention.prune(log.store, note, written(moment), scope="records", by=None)
            assert next(log.store.entries()).seq == 0

        with open_log(tmp_path) as log:
            assert next(log.store.entries()).seq == 11
            assert verify(log.store, Verifier.parse((tmp_path / "log.pub").read_text())).ok


class TestTwoPeople:
    @pytest.mark.parametrize(
        ("by", "confirmed_by"), [(None, None), ("ada", None), (None, "bo"), ("Ada", " ada ")]
    )
    def test_without_a_second_name_nothing_is_removed(
        self, tmp_path: Path, by: str | None, confirmed_by: str | None
    ) -> None:
        with open_log(tmp_path, two_person=True) as log:
            event_id = write(log, 1, "alice")

            with pytest.raises(InputError, match="two people"):
                log.erase("alice", by=by, confirmed_by=confirmed_by)
            with pytest.raises(InputError, match="two people"):
                log.prune(datetime.now(UTC), by=by, confirmed_by=confirmed_by)

            assert revealed(log, event_id) == {event_id}
            assert log.store.stub() is None

    def test_both_names_are_recorded_and_signed(self, tmp_path: Path) -> None:
        with open_log(tmp_path, two_person=True) as log:
            write(log, 1, "alice")
            log.erase("alice", by="ada", confirmed_by="bo")
            log.prune(datetime.now(UTC) + timedelta(days=1), by="bo", confirmed_by="ada")
            (purge,) = (json.loads(entry.body) for entry in log.store.entries(kind="purge"))
            result = verify(log.store, log.public_key)

        assert (purge["by"], purge["confirmed_by"]) == ("bo", "ada")
        assert purge["signature"]
        assert result.ok

    def test_a_second_name_is_recorded_where_none_is_needed(self, tmp_path: Path) -> None:
        with open_log(tmp_path) as log:
            write(log, 1, "alice")
            log.erase("alice", by="ada", confirmed_by="bo")
            (erasure,) = (json.loads(entry.body) for entry in log.store.entries(kind="erasure"))

        assert (erasure["by"], erasure["confirmed_by"]) == ("ada", "bo")

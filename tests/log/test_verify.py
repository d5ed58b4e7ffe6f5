"""Verification finds what was altered, removed, reordered, inserted, cut off, forked; and where."""

from __future__ import annotations

import json
import random
import shutil
from collections.abc import Callable
from pathlib import Path

import apsw
import pytest
from log_factories import open_log, report, turn

from guard.errors import LogError
from guard.log.checkpoint import Verifier, opened
from guard.log.keys import load_secrets
from guard.log.merkle import consistent, included
from guard.log.places import open_store
from guard.log.proofs import check_proof, prove, prove_consistency
from guard.log.store import leaf_of
from guard.log.verification import Verification
from guard.log.verify import verify

SIZE = 13  # one record of packs, and twelve turns
PLACES = (1, 6, 7, 10)
TAMPER = """
DROP TRIGGER entry_stays; DROP TRIGGER entry_kept; DROP TRIGGER checkpoint_stays;
DROP TRIGGER checkpoint_kept;
"""


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A closed log with a checkpoint after 7 records and after all 13."""
    folder = tmp_path_factory.mktemp("original")
    with open_log(folder) as log:
        for number in range(12):
            log.record(report(), turn(user=f"number {number}"), subject=f"s-{number % 3}")
            if number == 5:
                log.checkpoint()
    return folder


@pytest.fixture
def folder(original: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(original, tmp_path / "copy"))


def tampered(
    folder: Path, *statements: str, then: Callable[[apsw.Connection], object] | None = None
) -> None:
    db = apsw.Connection(str(folder / "log.db"))
    db.execute(TAMPER)
    for statement in statements:
        db.execute(statement)
    if then is not None:
        then(db)
    db.close()


def verified(folder: Path, **more: object) -> Verification:
    key = Verifier.parse((folder / "log.pub").read_text())
    store = open_store(folder / "log.db")
    try:
        return verify(store, key, **more)  # type: ignore[arg-type]
    finally:
        store.close()


def found(folder: Path, **more: object) -> list[tuple[str, int | None]]:
    return [(one.wrong, one.seq) for one in verified(folder, **more).problems]


def kept_checkpoint(folder: Path, number: int) -> str:
    parts = (folder / "log.checkpoints").read_text().split("\n\n")
    return f"{parts[2 * number]}\n\n{parts[2 * number + 1]}\n"


def rewrite(db: apsw.Connection, seq: int, prev: bytes | None = None) -> bytes:
    """Alter a record as one who knows the format does: its hash fits again."""
    body = json.loads(db.execute("SELECT body FROM entry WHERE seq = ?", (seq,)).get)
    body["reason"] = "Nothing was wrong."
    if prev is not None:
        body["prev"] = prev.hex()
    raw = json.dumps(body, sort_keys=True, separators=(",", ":")).encode()
    db.execute("UPDATE entry SET body = ?, leaf = ? WHERE seq = ?", (raw, leaf_of(raw), seq))
    return leaf_of(raw)


def test_a_log_that_nobody_touched_is_complete(folder: Path) -> None:
    result = verified(folder, secrets=load_secrets(folder / "log.secrets.json"))

    assert result.problems == ()
    assert result.complete
    assert (result.size, result.signed, result.checkpoints) == (SIZE, SIZE, 2)
    assert json.loads(result.as_json())["ok"] is True


class TestRecords:
    @pytest.mark.parametrize("seq", range(SIZE))
    def test_one_that_was_altered(self, folder: Path, seq: int) -> None:
        tampered(
            folder,
            "UPDATE entry SET body = CAST(replace(CAST(body AS TEXT), 'version', 'Version') AS "
            f"BLOB) WHERE seq = {seq}",
        )

        assert found(folder) == [("altered", seq)]

    @pytest.mark.parametrize("seq", range(SIZE - 1))
    def test_one_that_was_rewritten_with_its_hash(self, folder: Path, seq: int) -> None:
        tampered(folder, then=lambda db: rewrite(db, seq))

        assert found(folder) == [("altered", seq)]

    def test_the_last_rewritten_with_its_hash_no_longer_fits_the_checkpoint(
        self, folder: Path
    ) -> None:
        tampered(folder, then=lambda db: rewrite(db, SIZE - 1))

        assert found(folder) == [("forked", 7)]

    @pytest.mark.parametrize("seq", PLACES)
    def test_a_tail_rewritten_as_a_whole_is_a_fork(self, folder: Path, seq: int) -> None:
        def fork(db: apsw.Connection) -> None:
            prev = None
            for place in range(seq, SIZE):
                prev = rewrite(db, place, prev)

        tampered(folder, then=fork)

        assert found(folder) == [("forked", 7 if seq >= 7 else 0)]

    @pytest.mark.parametrize("seq", range(SIZE - 1))
    def test_one_that_was_removed(self, folder: Path, seq: int) -> None:
        tampered(
            folder,
            f"DELETE FROM payload WHERE seq = {seq}",
            f"DELETE FROM entry WHERE seq = {seq}",
        )

        assert found(folder) == [("removed", seq)]

    @pytest.mark.parametrize("seq", PLACES)
    def test_one_that_was_removed_and_the_gap_closed(self, folder: Path, seq: int) -> None:
        tampered(
            folder,
            *(f"DELETE FROM {table} WHERE seq = {seq}" for table in ("payload", "entry")),
            *(
                f"UPDATE {table} SET seq = {one - 1} WHERE seq = {one}"
                for table in ("payload", "entry")
                for one in range(seq + 1, SIZE)
            ),
        )

        assert ("removed", seq) in found(folder)

    @pytest.mark.parametrize("seq", PLACES)
    def test_two_that_changed_places(self, folder: Path, seq: int) -> None:
        tampered(
            folder,
            *(
                f"UPDATE {table} SET seq = {to} WHERE seq = {of}"
                for table in ("entry", "payload")
                for of, to in ((seq, 99), (seq + 1, seq), (99, seq + 1))
            ),
        )

        assert found(folder) == [("reordered", seq)]

    @pytest.mark.parametrize("seq", PLACES)
    def test_one_that_was_put_in_between(self, folder: Path, seq: int) -> None:
        def insert(db: apsw.Connection) -> None:
            for place in reversed(range(seq, SIZE)):
                for table in ("entry", "payload"):
                    db.execute(f"UPDATE {table} SET seq = ? WHERE seq = ?", (place + 1, place))
            body = json.loads(db.execute("SELECT body FROM entry WHERE seq = ?", (seq + 1,)).get)
            body["id"] = "01a220bb-8864-7118-88a5-a1f442c7f876"
            del body["ct"]
            raw = json.dumps(body, sort_keys=True, separators=(",", ":")).encode()
            db.execute(
                "INSERT INTO entry VALUES (?, ?, ?, ?, 'turn')",
                (seq, leaf_of(raw), raw, body["id"]),
            )

        tampered(folder, then=insert)

        assert ("inserted", seq) in found(folder)

    @pytest.mark.parametrize("left", [0, 1, 7, 12])
    def test_the_end_that_was_cut_off(self, folder: Path, left: int) -> None:
        tampered(
            folder,
            f"DELETE FROM payload WHERE seq >= {left}",
            f"DELETE FROM entry WHERE seq >= {left}",
        )

        assert found(folder) == [("truncated", left)]

    def test_the_end_with_its_checkpoint_is_missed_only_by_one_kept_elsewhere(
        self, folder: Path
    ) -> None:
        tampered(
            folder,
            "DELETE FROM payload WHERE seq >= 7",
            "DELETE FROM entry WHERE seq >= 7",
            "DELETE FROM checkpoint WHERE size > 7",
        )

        assert found(folder) == []
        assert found(folder, against=kept_checkpoint(folder, 1)) == [("truncated", 7)]
        with pytest.raises(LogError, match="cut off"):
            open_log(folder)

    def test_a_record_of_another_log(self, folder: Path, tmp_path: Path) -> None:
        with open_log(tmp_path / "other") as other:
            other.record(report(), turn())
            entry = next(other.store.entries())

        tampered(
            folder,
            then=lambda db: db.execute(
                "INSERT INTO entry VALUES (?, ?, ?, ?, ?)",
                (SIZE, entry.leaf, entry.body, entry.event_id, entry.kind),
            ),
        )

        assert ("inserted", SIZE) in found(folder)

    @pytest.mark.parametrize("column", ["event_id", "kind"])
    def test_what_stands_beside_a_record_and_differs_from_it(
        self, folder: Path, column: str
    ) -> None:
        tampered(folder, f"UPDATE entry SET {column} = 'other' WHERE seq = 4")

        assert found(folder) == [("altered", 4)]


class TestTexts:
    def test_altered_moved_removed_or_added(self, folder: Path) -> None:
        tampered(
            folder,
            "UPDATE payload SET ct = zeroblob(length(ct)) WHERE seq = 2",
            "UPDATE payload SET nonce = zeroblob(12) WHERE seq = 3",
            "UPDATE payload SET key_id = 'other' WHERE seq = 4",
            "DELETE FROM payload WHERE seq = 5",
            "INSERT INTO payload SELECT 0, key_id, nonce, ct FROM payload WHERE seq = 6",
            "INSERT INTO payload SELECT 77, key_id, nonce, ct FROM payload WHERE seq = 6",
        )

        assert sorted(found(folder)) == [
            ("altered", 2),
            ("altered", 3),
            ("altered", 4),
            ("inserted", 0),
            ("inserted", 77),
            ("removed", 5),
        ]

    def test_a_key_that_was_altered_is_seen_by_who_has_the_secrets(self, folder: Path) -> None:
        db = apsw.Connection(str(folder / "log.keys.db"))
        db.execute("UPDATE subject_key SET wrapped = zeroblob(60)")
        db.close()

        assert found(folder) == []
        problems = found(folder, secrets=load_secrets(folder / "log.secrets.json"))
        assert problems == [("altered", 1), ("altered", 2), ("altered", 3)]


class TestCheckpoints:
    @pytest.mark.parametrize(
        "statement",
        [
            "UPDATE checkpoint SET note = replace(note, 'previous 0', 'previous 1') WHERE size = 7",
            "UPDATE checkpoint SET root = zeroblob(32) WHERE size = 7",
            "UPDATE checkpoint SET previous = 3 WHERE size = 7",
        ],
    )
    def test_one_that_was_altered(self, folder: Path, statement: str) -> None:
        tampered(folder, statement)

        assert found(folder) == [("altered", 7)]

    def test_one_that_was_removed(self, folder: Path) -> None:
        tampered(folder, "DELETE FROM checkpoint WHERE size = 7")

        assert found(folder) == [("removed", 0)]

    def test_records_after_the_last_are_said_to_be_unsigned(self, folder: Path) -> None:
        tampered(folder, "DELETE FROM checkpoint WHERE size = 13")

        result = verified(folder)

        assert result.ok
        assert not result.complete
        assert (result.signed, result.size) == (7, SIZE)

    def test_one_signed_by_another_key_counts_for_nothing(
        self, folder: Path, tmp_path: Path
    ) -> None:
        name = Verifier.parse((folder / "log.pub").read_text()).name
        stranger = load_secrets(tmp_path / "other.json").signer(name).verifier
        store = open_store(folder / "log.db")

        result = verify(store, stranger)
        store.close()

        assert [(one.wrong, one.seq) for one in result.problems] == [
            ("altered", 7),
            ("altered", 13),
        ]
        with pytest.raises(LogError, match="no key that is trusted"):
            opened(kept_checkpoint(folder, 0), [stranger])

    def test_a_name_that_no_key_is_for(self, folder: Path) -> None:
        tampered(folder, "UPDATE meta SET value = 'guard.log/0' WHERE name = 'origin'")
        db = apsw.Connection(str(folder / "log.keys.db"))
        db.execute("UPDATE meta SET value = 'guard.log/0'")
        db.close()

        assert ("altered", None) in found(folder)


def test_any_single_bit_that_is_turned_is_found_where_it_is(folder: Path, tmp_path: Path) -> None:
    chance = random.Random(7)  # noqa: S311 - the same every time
    missed = []
    for number in range(40):
        copy = Path(shutil.copytree(folder, tmp_path / f"flip{number}"))
        seq = chance.randrange(1, SIZE)
        table, column = chance.choice(
            [("entry", "body"), ("entry", "leaf"), ("payload", "ct"), ("payload", "nonce")]
        )

        def flip(
            db: apsw.Connection, table: str = table, column: str = column, seq: int = seq
        ) -> None:
            raw = bytearray(db.execute(f"SELECT {column} FROM {table} WHERE seq = ?", (seq,)).get)
            raw[chance.randrange(len(raw))] ^= 1 << chance.randrange(8)
            db.execute(f"UPDATE {table} SET {column} = ? WHERE seq = ?", (bytes(raw), seq))

        tampered(copy, then=flip)
        if ("altered", seq) not in found(copy):
            missed.append((table, column, seq))

    assert missed == []


class TestProofs:
    @pytest.mark.parametrize("seq", PLACES)
    def test_a_record_can_be_proved_without_the_log(self, folder: Path, seq: int) -> None:
        key = Verifier.parse((folder / "log.pub").read_text())
        store = open_store(folder / "log.db")
        proof = prove(store, seq)
        store.close()

        said = check_proof(proof, key)

        assert said["seq"] == seq

    @pytest.mark.parametrize("field", ["seq", "body", "path", "checkpoint"])
    def test_a_proof_that_was_altered_proves_nothing(self, folder: Path, field: str) -> None:
        key = Verifier.parse((folder / "log.pub").read_text())
        store = open_store(folder / "log.db")
        proof = json.loads(prove(store, 5))
        other = json.loads(prove(store, 6))
        store.close()
        proof[field] = other[field] if field != "checkpoint" else other[field].replace("13", "12")

        with pytest.raises(LogError):
            check_proof(json.dumps(proof), key)

    def test_an_older_checkpoint_can_be_proved_to_precede(self, folder: Path) -> None:
        store = open_store(folder / "log.db")
        old, new = store.checkpoints()
        path = prove_consistency(store, old.size, new.size)
        leaf = next(store.entries()).leaf
        store.close()

        assert consistent(old.size, new.size, path, old.root, new.root)
        assert not included(leaf, 0, new.size, path, new.root)

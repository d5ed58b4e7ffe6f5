"""A new signing key: the old one vouches for it, and the public key of before verifies all."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from pathlib import Path

import apsw
import pytest
from log_factories import open_log, report, turn

from guard.errors import LogError
from guard.log.checkpoint import Signer, Verifier, opened
from guard.log.keys import change_seed, load_secrets
from guard.log.log import Log
from guard.log.rotation import current, handover, terms
from guard.log.verify import verify


def write(log: Log, number: int = 2) -> None:
    for _ in range(number):
        log.record(report(), turn())
    log.checkpoint()


def test_the_first_public_key_verifies_what_the_later_ones_signed(tmp_path: Path) -> None:
    with open_log(tmp_path) as log:
        first = log.public_key
        write(log)
        for _ in range(2):
            log.rotate_key()
            write(log)
        assert log.public_key == first

    with open_log(tmp_path) as log:
        write(log)
        result = verify(log.store, first)
        signers = {
            opened(one.note, [t.key for t in terms(log.store, [first])]).signer
            for one in log.store.checkpoints()
        }

    assert result.complete
    assert len(signers) == 3


def test_a_key_that_handed_over_signs_nothing_more(tmp_path: Path) -> None:
    with open_log(tmp_path) as log:
        write(log)
        old = log._secrets.signer(log.store.origin)
        log.rotate_key()
        write(log)
        first = log.public_key
        log._part().signing.hand_over(old)
        log.record(report(), turn())

        with pytest.raises(LogError, match="handed over"):
            log.checkpoint()
        log._part().signing._in_office = lambda _size: None  # type: ignore[method-assign]
        log.checkpoint()
        problems = verify(log.store, first).problems

    assert [one.wrong for one in problems] == ["altered"]


def test_a_handover_that_the_old_key_did_not_sign_counts_for_nothing(tmp_path: Path) -> None:
    with open_log(tmp_path) as log:
        write(log)
        thief = Signer(log.store.origin, bytes(32))
        forged = handover(thief, thief.verifier) | {"old": str(log.public_key)}
        log._part().note("key", forged)

        assert [term.key for term in terms(log.store, [log.public_key])] == [log.public_key]


def test_a_handover_outlives_the_record_of_it(tmp_path: Path) -> None:
    with open_log(tmp_path) as log:
        first = log.public_key
        write(log)
        log.rotate_key()
        write(log)
        time.sleep(0.01)
        log.prune(datetime.now(UTC))
        write(log)
        assert list(log.store.entries(kind="key")) == []

    with open_log(tmp_path) as log:
        result = verify(log.store, first)

    assert result.complete


@pytest.mark.parametrize("told", [True, False])
def test_a_change_that_a_crash_interrupted_is_made_whole_or_undone(
    tmp_path: Path, *, told: bool
) -> None:
    with open_log(tmp_path) as log:
        write(log)
        first = log.public_key
        old = log._secrets.signer(log.store.origin)
        new = Signer(old.name, b"n" * 32)
        change_seed(tmp_path / "log.secrets.json", next=new.seed)
        if told:
            log._part().note("key", handover(old, new.verifier))
            log._part().signing.close = lambda: None  # type: ignore[method-assign]

    with open_log(tmp_path) as log:
        write(log)
        result = verify(log.store, first)

    assert result.complete
    assert load_secrets(tmp_path / "log.secrets.json").seed == (new if told else old).seed
    assert load_secrets(tmp_path / "log.secrets.json").next is None


def test_a_key_from_the_environment_is_changed_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with open_log(tmp_path) as log:
        write(log)
        monkeypatch.setenv("GUARD_LOG_SEED", "x")

        with pytest.raises(LogError, match="GUARD_LOG_SEED"):
            log.rotate_key()
        monkeypatch.delenv("GUARD_LOG_SEED")
        write(log)

        assert verify(log.store, log.public_key).complete


def test_an_altered_handover_is_an_altered_record(tmp_path: Path) -> None:
    with open_log(tmp_path) as log:
        write(log)
        log.rotate_key()
        write(log)
        key = log.public_key
    db = apsw.Connection(str(tmp_path / "log.db"))
    db.execute("DROP TRIGGER entry_stays; UPDATE entry SET body = x'7b7d' WHERE kind = 'key'")
    db.close()

    with pytest.raises(LogError, match="the key that signs"):
        open_log(tmp_path)
    from guard.log.places import open_store

    store = open_store(tmp_path / "log.db")
    found = [(one.wrong, one.seq) for one in verify(store, key).problems]
    store.close()

    assert ("altered", 3) in found


def test_who_signs_at_which_size() -> None:
    from guard.log.rotation import Term

    one, two = (Verifier("log", bytes([n]) * 32) for n in (1, 2))
    found = [Term(one, 0), Term(two, 5)]

    assert current(found, 5) == (one,)
    assert current(found, 6) == (two,)

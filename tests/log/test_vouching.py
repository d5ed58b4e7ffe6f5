"""Who can write to the database and has no key cannot excuse a loss."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import apsw
import pytest
from log_factories import open_log, report, turn

from guard.log.canonical import canonical, uuid7
from guard.log.checkpoint import Signer
from guard.log.log import Log
from guard.log.merkle import Frontier
from guard.log.store import Unsealed
from guard.log.verify import verify
from guard.log.vouching import vouch, vouched

SIGNER = Signer("guard.log/test", bytes(range(32)))


def written(folder: Path) -> Log:
    log = open_log(folder)
    for number in range(6):
        log.record(report(), turn(user=f"number {number}"), subject=f"s-{number % 2}")
    return log


def forged(log: Log, kind: str, fields: dict[str, Any]) -> None:
    """What an intruder appends: all that the form asks for, and a signature of their own."""
    body = json.loads(next(log.store.entries(kind="turn")).body)
    head = {name: body[name] for name in ("version", "ts", "boot", "mono", "writer", "guard")}
    body = head | {"id": uuid7(), "kind": kind} | fields
    body["signature"] = vouch(SIGNER, log.store.origin, body)
    log.store.append([Unsealed(body["id"], kind, canonical(body))])


def tampered(folder: Path, *statements: str) -> None:
    db = apsw.Connection(str(folder / "log.db"))
    db.execute("DROP TRIGGER entry_kept")
    for statement in statements:
        db.execute(statement)
    db.close()


def test_a_forged_erasure_excuses_nothing_and_destroys_nothing(tmp_path: Path) -> None:
    with written(tmp_path) as log:
        key = log.store.keys(log._secrets.pseudonym("s-0"))[0].key_id
        forged(log, "erasure", {"keys": [key], "basis": "request"})
        log.checkpoint()
        public = log.public_key

    with open_log(tmp_path) as log:
        assert log.store.keys(log._secrets.pseudonym("s-0"))[0].key_id == key
        assert [(one.wrong, one.seq) for one in verify(log.store, public).problems] == [
            ("inserted", 7)
        ]
    tampered(tmp_path, "DELETE FROM payload WHERE seq = 1")
    with open_log(tmp_path) as log:
        problems = verify(log.store, public).problems

    assert ("removed", 1) in [(one.wrong, one.seq) for one in problems]


def test_a_forged_purge_hides_no_removal(tmp_path: Path) -> None:
    with written(tmp_path) as log:
        tree = Frontier()
        entries = list(log.store.entries(0, 4))
        for entry in entries:
            tree.append(entry.leaf)
        said = {
            "scope": "records",
            "until": 4,
            "root": tree.root().hex(),
            "frontier": [node.hex() for node in tree.nodes],
            "last": entries[-1].leaf.hex(),
            "before": json.loads(entries[-1].body)["ts"],
        }
        forged(log, "purge", said)
        public = log.public_key
        nodes = "".join(node.hex() for node in tree.nodes)

    with open_log(tmp_path) as log:
        assert next(log.store.entries()).seq == 0
    tampered(
        tmp_path,
        f"INSERT INTO stub VALUES (0, 4, x'{entries[-1].leaf.hex()}', x'{nodes}')",
        "DELETE FROM payload WHERE seq < 4",
        "DELETE FROM entry WHERE seq < 4",
    )
    with open_log(tmp_path) as log:
        problems = verify(log.store, public).problems

    assert ("removed", 0) in [(one.wrong, one.seq) for one in problems]


def test_a_signature_holds_for_one_record_of_one_log() -> None:
    body = {"id": uuid7(), "kind": "erasure", "keys": ["a"], "basis": "request"}
    signed = body | {"signature": vouch(SIGNER, "one", body)}
    placed = signed | {"origin": "one", "seq": 7, "prev": "00"}

    assert vouched("one", placed, [SIGNER.verifier])
    assert not vouched("other", placed, [SIGNER.verifier])
    assert not vouched("one", placed | {"keys": ["a", "b"]}, [SIGNER.verifier])
    assert not vouched("one", placed | {"id": uuid7()}, [SIGNER.verifier])
    assert not vouched("one", body, [SIGNER.verifier])


@pytest.mark.parametrize("signature", ["", "AAAA", "no base64!", 5, None])
def test_what_is_no_signature_vouches_for_nothing(signature: object) -> None:
    assert not vouched("one", {"id": "x", "signature": signature}, [SIGNER.verifier])

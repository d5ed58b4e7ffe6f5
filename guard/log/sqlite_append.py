"""Appending to a log in SQLite: new keys first, then records and their texts, each in its place."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from guard.log.link import transaction
from guard.log.store import NO_LEAF, Head, Receipt, Stub, Unsealed, seal

if TYPE_CHECKING:
    import apsw

_ADD_KEY = """
INSERT INTO keys.subject_key(key_id, tag, wrapped, created, destroyed)
SELECT :id, iif(dead.until IS NULL, :tag, NULL), iif(dead.until IS NULL, :wrapped, NULL),
    :created, dead.until
FROM (SELECT max(until) AS until FROM keys.erased
    WHERE tag = :tag AND until >= :created) AS dead
WHERE true ON CONFLICT DO NOTHING
"""


def add(db: apsw.Connection, one: Unsealed, origin: str, head: Head) -> tuple[Receipt, Head]:
    """Add one event after the head, within a transaction; the new head."""
    there = db.execute("SELECT seq FROM entry WHERE event_id = ?", (one.event_id,)).get
    if there is not None:
        return Receipt(one.event_id, there, duplicate=True), head
    entry = seal(one, origin, head.size, head.leaf)
    db.execute(
        "INSERT INTO entry(seq, leaf, body, event_id, kind) VALUES (?, ?, ?, ?, ?)",
        (entry.seq, entry.leaf, entry.body, entry.event_id, entry.kind),
    )
    withheld = one.payload is not None and _destroyed(db, one.payload.key_id)
    if one.payload is not None and not withheld:
        db.execute(
            "INSERT INTO payload(seq, key_id, nonce, ct) VALUES (?, ?, ?, ?)",
            (entry.seq, one.payload.key_id, one.payload.nonce, one.payload.ct),
        )
    receipt = Receipt(one.event_id, entry.seq, withheld=withheld)
    return receipt, Head(entry.seq + 1, entry.leaf)


def add_keys(db: apsw.Connection, batch: Sequence[Unsealed]) -> None:
    """Keep new keys, durably, before the records that need them."""
    rows = {one.key.key_id: one.key for one in batch if one.key is not None}
    if not rows:
        return
    with transaction(db):
        for row in rows.values():
            values = {
                "id": row.key_id,
                "tag": row.tag,
                "wrapped": row.wrapped,
                "created": row.created,
            }
            db.execute(_ADD_KEY, values)


def head_of(db: apsw.Connection) -> Head:
    """Where the log ends."""
    row = db.execute("SELECT seq + 1, leaf FROM entry ORDER BY seq DESC LIMIT 1").fetchone()
    if row:
        return Head(*row)
    stub = stub_of(db)
    return Head(stub.size, stub.leaf) if stub else Head(0, NO_LEAF)


def stub_of(db: apsw.Connection) -> Stub | None:
    """What stands for records that retention removed."""
    row = db.execute("SELECT size, leaf, frontier FROM stub").fetchone()
    if not row:
        return None
    size, leaf, frontier = row
    return Stub(size, leaf, tuple(frontier[i : i + 32] for i in range(0, len(frontier), 32)))


def _destroyed(db: apsw.Connection, key_id: str) -> bool:
    query = "SELECT destroyed FROM keys.subject_key WHERE key_id = ?"
    return db.execute(query, (key_id,)).get is not None

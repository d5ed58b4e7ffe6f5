"""Erasing and removing in SQLite, so that neither file, its WAL nor its free pages hold what went.
Free pages are overwritten as they become free (`secure_delete`); the WAL is emptied here.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from guard.errors import LogUnavailableError
from guard.log.link import transaction
from guard.log.sqlite_append import stub_of
from guard.log.store import Stub

if TYPE_CHECKING:
    import apsw

SCRUB_SECONDS = 10.0


def destroy(db: apsw.Connection, key_ids: Sequence[str], when: str, tag: str | None) -> int:
    """Destroy keys, and delete the payloads under them; how many payloads those were."""
    with transaction(db):
        if tag is not None:
            db.execute(
                "INSERT INTO keys.erased(tag, until) VALUES (?, ?) "
                "ON CONFLICT DO UPDATE SET until = max(until, excluded.until)",
                (tag, when),
            )
        for key_id in key_ids:
            db.execute(
                "INSERT INTO keys.subject_key(key_id, created, destroyed) VALUES (?, ?, ?) "
                "ON CONFLICT DO UPDATE SET tag = NULL, wrapped = NULL, "
                "destroyed = coalesce(destroyed, excluded.destroyed)",
                (key_id, when, when),
            )
    gone = 0
    with transaction(db):
        for key_id in key_ids:
            gone += db.execute("SELECT count(*) FROM payload WHERE key_id = ?", (key_id,)).get
            db.execute("DELETE FROM payload WHERE key_id = ?", (key_id,))
    return gone


def remove(db: apsw.Connection, stub: Stub) -> int:
    """Put the stub in the place of the first records; how many went."""
    with transaction(db):
        before = stub_of(db)
        if before is not None and before.size >= stub.size:
            return 0
        db.execute(
            "INSERT OR REPLACE INTO stub(only, size, leaf, frontier) VALUES (0, ?, ?, ?)",
            (stub.size, stub.leaf, b"".join(stub.frontier)),
        )
        db.execute("DELETE FROM payload WHERE seq < ?", (stub.size,))
        gone: int = db.execute("SELECT count(*) FROM entry WHERE seq < ?", (stub.size,)).get
        db.execute("DELETE FROM entry WHERE seq < ?", (stub.size,))
    return gone


def remove_payloads(db: apsw.Connection, until: int) -> int:
    """Delete the payloads of the records before `until`; how many went."""
    with transaction(db):
        gone: int = db.execute("SELECT count(*) FROM payload WHERE seq < ?", (until,)).get
        db.execute("DELETE FROM payload WHERE seq < ?", (until,))
    return gone


def scrub(db: apsw.Connection, file: Path) -> None:
    """Move what was overwritten out of the WAL, and empty it: old pages may still be in it."""
    until = time.monotonic() + SCRUB_SECONDS
    for name in ("main", "keys"):
        while db.execute(f"PRAGMA {name}.wal_checkpoint(TRUNCATE)").fetchall()[0][0]:
            if time.monotonic() > until:
                raise LogUnavailableError(
                    f"{file}: a reader holds on to old pages, so what was deleted may still stand "
                    "in the -wal file; end it and try again"
                )
            time.sleep(0.02)

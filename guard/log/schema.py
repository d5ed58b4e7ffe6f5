"""The tables of the SQLite log, their migrations, and how a connection is set up."""

from __future__ import annotations

import os
import secrets
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from guard.errors import LogError, MissingExtraError

if TYPE_CHECKING:
    import apsw

APPLICATION_ID = 0x67756C67  # "gulg"
OLDEST_SQLITE = (3, 51, 3)
MOUNTS = Path("/proc/self/mountinfo")
_REMOTE = ("nfs", "cifs", "smb", "9p", "fuse", "afs", "ceph", "glusterfs", "lustre")

LOG: tuple[str, ...] = (
    """
    CREATE TABLE meta(name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
    CREATE TABLE entry(
        seq INTEGER PRIMARY KEY,
        leaf BLOB NOT NULL CHECK (length(leaf) = 32),
        body BLOB NOT NULL,
        event_id TEXT NOT NULL UNIQUE,
        kind TEXT NOT NULL
    ) STRICT;
    CREATE INDEX entry_kind ON entry(kind, seq) WHERE kind <> 'turn';
    CREATE TABLE payload(
        seq INTEGER PRIMARY KEY,
        key_id TEXT NOT NULL,
        nonce BLOB NOT NULL,
        ct BLOB NOT NULL
    ) STRICT;
    CREATE INDEX payload_key ON payload(key_id);
    CREATE TABLE checkpoint(
        size INTEGER PRIMARY KEY,
        root BLOB NOT NULL,
        previous INTEGER NOT NULL,
        note TEXT NOT NULL
    ) STRICT;
    CREATE TABLE stub(
        only INTEGER PRIMARY KEY CHECK (only = 0),
        size INTEGER NOT NULL,
        leaf BLOB NOT NULL,
        frontier BLOB NOT NULL
    ) STRICT;
    CREATE TRIGGER entry_stays BEFORE UPDATE ON entry
        BEGIN SELECT raise(ABORT, 'a record is never changed'); END;
    CREATE TRIGGER entry_kept BEFORE DELETE ON entry
        WHEN OLD.seq >= coalesce((SELECT max(size) FROM stub), 0)
        BEGIN SELECT raise(ABORT, 'a record is never removed'); END;
    CREATE TRIGGER checkpoint_stays BEFORE UPDATE ON checkpoint
        BEGIN SELECT raise(ABORT, 'a checkpoint is never changed'); END;
    CREATE TRIGGER checkpoint_kept BEFORE DELETE ON checkpoint
        BEGIN SELECT raise(ABORT, 'a checkpoint is never removed'); END;
    """,
)
"""What makes a log of each version out of one of the version before. Only ever appended to."""

KEYS: tuple[str, ...] = (
    """
    CREATE TABLE keys.meta(name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
    CREATE TABLE keys.subject_key(
        key_id TEXT PRIMARY KEY,
        tag TEXT,
        wrapped BLOB,
        created TEXT NOT NULL,
        destroyed TEXT
    ) STRICT;
    CREATE INDEX keys.key_tag ON subject_key(tag, created);
    CREATE TABLE keys.erased(tag TEXT PRIMARY KEY, until TEXT NOT NULL) STRICT;
    """,
)


def configure(file: Path, keys: Path, busy_ms: int, *, readonly: bool) -> apsw.Connection:
    """A connection, safe for several processes and durable once a transaction is committed.

    Raises:
        MissingExtraError: the extra `log` is not installed.
        LogError: SQLite is too old, or the folder is on a network file system.
    """
    try:
        import apsw
    except ModuleNotFoundError:
        raise MissingExtraError("the compliance log", "log") from None
    version = tuple(int(part) for part in apsw.sqlite_lib_version().split("."))
    if version < OLDEST_SQLITE:
        raise LogError(
            f"SQLite {apsw.sqlite_lib_version()} can corrupt a log that several processes share; "
            "upgrade the package apsw"
        )
    _local(file)
    db = apsw.Connection(str(file))
    db.set_busy_handler(_patience(busy_ms / 1000))
    db.execute("ATTACH ? AS keys", (str(keys),))
    for name in ("main", "keys"):
        db.execute(f"PRAGMA {name}.journal_mode = WAL").fetchall()
        db.execute(f"PRAGMA {name}.synchronous = FULL")
        db.execute(f"PRAGMA {name}.secure_delete = ON").fetchall()
        db.execute(f"PRAGMA {name}.journal_size_limit = 67108864").fetchall()
    db.execute(
        "PRAGMA foreign_keys = ON; PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON; "
        "PRAGMA wal_autocheckpoint = 1000; PRAGMA mmap_size = 0; PRAGMA temp_store = MEMORY"
    ).fetchall()
    if readonly:
        db.execute("PRAGMA query_only = ON")
    return db


def _patience(seconds: float) -> Callable[[int], bool]:
    """Looks again every 2 ms whether another process still writes. SQLite's own waiting looks ever
    less often, up to 100 ms apart, so that of many busy processes one may never get its turn."""
    began = 0.0

    def wait(tries: int) -> bool:
        nonlocal began
        if tries == 0:
            began = time.monotonic()
        if time.monotonic() - began > seconds:
            return False
        time.sleep(0.002)
        return True

    return wait


def migrate(db: apsw.Connection, origin: str | None, *, accept_key_loss: bool) -> str:
    """Bring the tables to this version, whole or not at all; the name of the log.

    Raises:
        LogError: it is no log, it is of a newer version, or its keys are gone.
    """
    if _version(db, "main") < len(LOG) or _version(db, "keys") < len(KEYS):
        db.execute("BEGIN IMMEDIATE")
        try:
            _upgrade(db, "main", LOG)
            _named(db, origin)
            _upgrade(db, "keys", KEYS)
            db.execute("COMMIT")
        except BaseException:
            if db.in_transaction:
                db.execute("ROLLBACK")
            raise
    for name, steps in (("main", LOG), ("keys", KEYS)):
        if _version(db, name) > len(steps):
            raise LogError("the log was written by a newer version of this package; upgrade it")
    own: str = db.execute("SELECT value FROM main.meta WHERE name = 'origin'").get
    _match_keys(db, own, accept_key_loss=accept_key_loss)
    return own


def _upgrade(db: apsw.Connection, name: str, steps: tuple[str, ...]) -> None:
    version = _version(db, name)
    if version == 0 and db.execute(f"SELECT count(*) FROM {name}.sqlite_schema").get:  # noqa: S608
        raise LogError("there is a database of something else in this place")
    for number, script in enumerate(steps[version:], version + 1):
        db.execute(script)
        db.execute(f"PRAGMA {name}.application_id = {APPLICATION_ID}")
        db.execute(f"PRAGMA {name}.user_version = {number}")


def _named(db: apsw.Connection, origin: str | None) -> None:
    db.execute(
        "INSERT INTO main.meta(name, value) VALUES ('origin', ?) ON CONFLICT DO NOTHING",
        (origin or new_origin(),),
    )


def _match_keys(db: apsw.Connection, origin: str, *, accept_key_loss: bool) -> None:
    theirs = db.execute("SELECT value FROM keys.meta WHERE name = 'origin'").get
    if theirs is None:
        had = db.execute("SELECT EXISTS (SELECT 1 FROM payload)").get
        if had and not accept_key_loss:
            raise LogError(
                "the file of subjects' keys is gone, and with it the texts; put it back, or "
                "open the log with accept_key_loss"
            )
        db.execute(
            "INSERT INTO keys.meta(name, value) VALUES ('origin', ?) ON CONFLICT DO NOTHING",
            (origin,),
        )
    elif theirs != origin:
        raise LogError(f"the file of subjects' keys belongs to the log {theirs}")


def new_origin() -> str:
    """A name for a new log."""
    return f"guard.log/{secrets.token_hex(8)}"


def _version(db: apsw.Connection, name: str) -> int:
    version: int = db.execute(f"PRAGMA {name}.user_version").get
    return version


def _local(file: Path) -> None:
    """Refuse network file systems, whose locks and shared memory a WAL cannot rest on."""
    try:
        mounts = MOUNTS.read_text("utf-8")
    except OSError:
        return  # not Linux: nothing is known
    folder = os.path.realpath(file.parent)
    best, kind = "", ""
    for line in mounts.splitlines():
        left, _, right = line.partition(" - ")
        place = left.split(" ")[4].replace("\\040", " ")
        within = place == "/" or folder == place or folder.startswith(f"{place}/")
        if within and len(place) >= len(best):
            best, kind = place, right.split(" ")[0]
    if kind.startswith(_REMOTE) and kind != "fuseblk":
        raise LogError(f"{file.parent} is on {kind}, where a log of several processes is not safe")

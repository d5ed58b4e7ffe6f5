"""The log in SQLite: two files, `log.db` with the records and `log.keys.db` with subjects' keys, so
that the keys' backups can have a shorter life. Any number of processes may share them.

Through apsw, whose SQLite is newer than Python's: versions before 3.51.3 can corrupt a WAL that
several connections share.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from guard.errors import LogError
from guard.log.link import Link, identity, transaction
from guard.log.schema import configure, migrate
from guard.log.sqlite_append import add, add_keys, head_of, stub_of
from guard.log.sqlite_erase import destroy, remove, remove_payloads, scrub
from guard.log.store import (
    Checkpoint,
    Entry,
    Head,
    Payload,
    Receipt,
    Stub,
    SubjectKey,
    Unsealed,
)

if TYPE_CHECKING:
    import apsw

CHUNK = 500  # rows read at once: few enough for the processor's cache, and no read holds up the WAL
_ENTRY = "SELECT seq, leaf, body, event_id, kind FROM entry"
_PAYLOAD = "SELECT key_id, nonce, ct FROM payload"
_CHECKPOINT = "SELECT size, root, previous, note FROM checkpoint"
_KEY = "SELECT key_id, tag, wrapped, created, destroyed FROM keys.subject_key"
_ENTRIES = f"{_ENTRY} WHERE seq >= ? AND seq < ? ORDER BY seq LIMIT ?"
_OF_KIND = f"{_ENTRY} WHERE seq >= ? AND seq < ? AND kind = ? ORDER BY seq LIMIT ?"
# What is no turn is rare and has an index, which SQLite uses where the query says that it is none.
_RARE = (
    f"{_ENTRY} INDEXED BY entry_kind WHERE seq >= ? AND seq < ? AND kind = ? AND kind <> 'turn' "
    "ORDER BY seq LIMIT ?"
)
_PAYLOADS = (
    "SELECT seq, key_id, nonce, ct FROM payload WHERE seq >= ? AND seq < ? ORDER BY seq LIMIT ?"
)
_RECORDS = (
    "SELECT seq, leaf, body, event_id, kind, key_id, nonce, ct FROM entry LEFT JOIN payload "
    "USING (seq) WHERE seq >= ? AND seq < ? ORDER BY seq LIMIT ?"
)
_STRAYS = (
    "SELECT seq FROM payload WHERE NOT EXISTS (SELECT 1 FROM entry WHERE entry.seq = payload.seq)"
)
_CHECKPOINTS = f"{_CHECKPOINT} WHERE size >= ? AND size < ? ORDER BY size LIMIT ?"


class SQLiteStore:
    """Records in a file.

    Args:
        file: `log.db`; the keys go beside it.
        create: make the log if it is not there.
        accept_key_loss: go on although the file of keys is gone; texts can then not be read.
        busy_ms: how long to wait for another process that writes.

    Raises:
        MissingExtraError: the extra `log` is not installed.
        LogError: it is no log, it is one of a newer version, its keys are gone, or the folder is on
            a network file system.
        LogUnavailableError: it cannot be opened just now.
    """

    def __init__(
        self,
        file: str | Path,
        *,
        create: bool = True,
        accept_key_loss: bool = False,
        busy_ms: int = 5000,
        origin: str | None = None,
    ) -> None:
        self.file = Path(file)
        self.keys_file = keys_file(self.file)
        self._busy_ms = busy_ms
        self._create = create
        self._accept_key_loss = accept_key_loss
        self._seen = Head(0)
        self._origin = origin
        self._writer = Link(self.file, self._connect)
        self._reader = Link(self.file, lambda: self._connection(readonly=True))
        with self._writer.use():
            pass

    @property
    def origin(self) -> str:
        return self._origin or ""

    def append(self, batch: Sequence[Unsealed]) -> list[Receipt]:
        with self._writer.use() as db:
            add_keys(db, batch)
            with transaction(db):
                head = head_of(db)
                self._no_rollback(head)
                receipts = []
                for one in batch:
                    receipt, head = add(db, one, self.origin, head)
                    receipts.append(receipt)
            self._seen = head
            return receipts

    def _no_rollback(self, head: Head) -> None:
        if head.size < self._seen.size:
            raise LogError(
                f"{self.file} has {head.size} records and had {self._seen.size} before: an older "
                "copy was put in its place"
            )

    def head(self) -> Head:
        with self._reader.use() as db:
            return head_of(db)

    def entries(
        self, start: int = 0, stop: int | None = None, *, kind: str | None = None
    ) -> Iterator[Entry]:
        if kind is None:
            return (Entry(*row) for row in self._rows(_ENTRIES, start, stop))
        query = _OF_KIND if kind == "turn" else _RARE
        return (Entry(*row) for row in self._rows(query, start, stop, kind))

    def find(self, event_id: str) -> Entry | None:
        row = self._one(f"{_ENTRY} WHERE event_id = ?", event_id)
        return Entry(*row) if row else None

    def payload(self, seq: int) -> Payload | None:
        row = self._one(f"{_PAYLOAD} WHERE seq = ?", seq)
        return Payload(*row) if row else None

    def payloads(self, start: int = 0, stop: int | None = None) -> Iterator[tuple[int, Payload]]:
        return ((seq, Payload(*rest)) for seq, *rest in self._rows(_PAYLOADS, start, stop))

    def records(
        self, start: int = 0, stop: int | None = None
    ) -> Iterator[tuple[Entry, Payload | None]]:
        for seq, leaf, body, event_id, kind, key, nonce, ct in self._rows(_RECORDS, start, stop):
            payload = None if key is None else Payload(key, nonce, ct)
            yield Entry(seq, leaf, body, event_id, kind), payload

    def strays(self, known: int) -> Iterator[int]:
        if self._one("SELECT count(*) FROM payload")[0] > known:
            yield from (seq for (seq,) in self._all(f"{_STRAYS} ORDER BY seq"))

    def add_checkpoint(self, checkpoint: Checkpoint) -> bool:
        with self._writer.use() as db, transaction(db):
            latest = db.execute("SELECT max(size) FROM checkpoint").get or 0
            if latest != checkpoint.previous or latest >= checkpoint.size:
                return False
            db.execute(
                "INSERT INTO checkpoint(size, root, previous, note) VALUES (?, ?, ?, ?)",
                (checkpoint.size, checkpoint.root, checkpoint.previous, checkpoint.note),
            )
            return True

    def checkpoints(self, start: int = 0) -> Iterator[Checkpoint]:
        return (Checkpoint(*row) for row in self._rows(_CHECKPOINTS, start, None))

    def latest_checkpoint(self) -> Checkpoint | None:
        row = self._one(f"{_CHECKPOINT} ORDER BY size DESC LIMIT 1")
        return Checkpoint(*row) if row else None

    def key(self, key_id: str) -> SubjectKey | None:
        row = self._one(f"{_KEY} WHERE key_id = ?", key_id)
        return SubjectKey(*row) if row else None

    def keys(self, tag: str) -> list[SubjectKey]:
        live = f"{_KEY} WHERE tag = ? AND destroyed IS NULL ORDER BY created, key_id"
        return [SubjectKey(*row) for row in self._all(live, tag)]

    def destroyed_keys(self) -> Iterator[str]:
        gone = "SELECT key_id FROM keys.subject_key WHERE destroyed IS NOT NULL ORDER BY key_id"
        return (key_id for (key_id,) in self._all(gone))

    def may_remove(self) -> None:
        """Whoever can write the files can also remove from them."""

    def destroy_keys(self, key_ids: Sequence[str], when: str, *, tag: str | None = None) -> int:
        with self._writer.use() as db:
            gone = destroy(db, key_ids, when, tag)
            scrub(db, self.file)
            return gone

    def stub(self) -> Stub | None:
        with self._reader.use() as db:
            return stub_of(db)

    def purge(self, stub: Stub) -> int:
        with self._writer.use() as db:
            gone = remove(db, stub)
            scrub(db, self.file)
            return gone

    def purge_payloads(self, until: int) -> int:
        with self._writer.use() as db:
            gone = remove_payloads(db, until)
            scrub(db, self.file)
            return gone

    def close(self) -> None:
        self._reader.close()
        self._writer.close()

    def _rows(self, query: str, start: int, stop: int | None, *more: Any) -> Iterator[Any]:
        end = 2**62 if stop is None else stop
        while rows := self._all(query, start, end, *more, CHUNK):
            yield from rows
            start = rows[-1][0] + 1

    def _one(self, query: str, *values: Any) -> Any:
        with self._reader.use() as db:
            return db.execute(query, values).fetchone()

    def _all(self, query: str, *values: Any) -> list[Any]:
        with self._reader.use() as db:
            return db.execute(query, values).fetchall()

    def _connect(self) -> apsw.Connection:
        if not self._create and identity(self.file) is None:
            raise LogError(f"there is no log {self.file}")
        db = self._connection(readonly=False)
        try:
            origin = migrate(db, self._origin, accept_key_loss=self._accept_key_loss)
            if self._origin is not None and origin != self._origin:
                raise LogError(f"{self.file} is the log {origin}, and not {self._origin}")
            self._no_rollback(head_of(db))
        except BaseException:
            db.close(True)
            raise
        self._origin = origin
        return db

    def _connection(self, *, readonly: bool) -> apsw.Connection:
        return configure(self.file, self.keys_file, self._busy_ms, readonly=readonly)


def keys_file(file: Path) -> Path:
    """Where the subjects' keys of a log are."""
    return file.with_name(f"{file.stem}.keys{file.suffix or '.db'}")

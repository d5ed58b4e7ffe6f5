"""A log in PostgreSQL, for many writers on many machines. It keeps bytes in one order, as the
interface of stores says; keys, texts and signatures are not its concern.

An event is acknowledged when its insert into `inbox` is committed. Its place in the chain it gets a
moment later, from whichever process empties the inbox (`postgres_sequencer`).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, TypeVar

from guard.errors import LogUnavailableError
from guard.log.events import logger
from guard.log.postgres_append import put
from guard.log.postgres_erase import destroy, owned, remove, remove_payloads
from guard.log.postgres_link import Link
from guard.log.postgres_schema import checked_name, migrate
from guard.log.postgres_sequencer import Sequencer, Went
from guard.log.store import Checkpoint, Entry, Head, Payload, Receipt, Stub, SubjectKey, Unsealed

if TYPE_CHECKING:
    from guard.log.postgres_link import Connection

Result = TypeVar("Result")
PAGE = 2000
"""Rows to a page of a stream: a few MB."""
END = 2**62
SETTLE = 2.0
"""Seconds that a reader waits for acknowledged events to get their places."""
_ENTRIES = """
SELECT seq, leaf, body, event_id, kind FROM entry
WHERE seq >= %s AND seq < %s ORDER BY seq LIMIT %s
"""
_ENTRIES_OF = """
SELECT seq, leaf, body, event_id, kind FROM entry
WHERE seq >= %s AND seq < %s AND kind = %s ORDER BY seq LIMIT %s
"""
_RECORDS = """
SELECT seq, leaf, body, event_id, kind, key_id, nonce, ct
FROM entry LEFT JOIN payload USING (event_id)
WHERE seq >= %s AND seq < %s ORDER BY seq LIMIT %s
"""


class PostgresStore:
    """The store in PostgreSQL. Needs the extra `postgres`.

    Args:
        dsn: libpq's connection string or URL.
        schema: where the tables are; one log to a schema. They are made if they are not there.
        origin: the name of the log, if it is made here; else it must be the one that it has.
        sequence: whether this process takes its part in giving events their places.
        wait: seconds that an operation goes on trying to reconnect.
        timeout: seconds that one statement may take.

    Raises:
        LogError: the server would not be durable, or the log is of another origin or version.
        LogUnavailableError: the server cannot be reached.
        MissingExtraError: the extra is not installed.
    """

    def __init__(
        self,
        dsn: str,
        *,
        schema: str = "guard_log",
        origin: str | None = None,
        sequence: bool = True,
        wait: float = 2.0,
        timeout: float = 10.0,
    ) -> None:
        name = checked_name(schema)
        self._writes = Link(dsn, name, wait, timeout)
        self._reads = Link(dsn, name, wait, 6 * timeout)
        self._keeps = Link(dsn, name, wait, 0)  # to rewrite a table takes as long as it takes
        self._places = Link(dsn, name, 0, timeout)
        try:
            self.origin: str = self._writes.run(lambda one: migrate(one, name, origin))
        except BaseException:
            self._writes.close()
            raise
        self._sequencer = Sequencer(self._places, self.origin) if sequence else None

    def append(self, batch: Sequence[Unsealed]) -> list[Receipt]:
        """Make a batch durable, in order, all or nothing; see `Store.append`."""
        if not batch:
            return []
        known, gone = self._writes.run(lambda one: put(one, batch))
        if self._sequencer is not None:
            self._sequencer.nudge()
        receipts, seen = [], set()
        for event in batch:
            duplicate = event.event_id in known or event.event_id in seen
            seen.add(event.event_id)
            withheld = event.payload is not None and event.payload.key_id in gone
            seq = known.get(event.event_id)
            receipts.append(Receipt(event.event_id, seq, duplicate=duplicate, withheld=withheld))
        return receipts

    def pending(self) -> int:
        """How many events are acknowledged and have no place in the chain yet."""
        return int(self._one("SELECT count(*) FROM inbox")[0])

    def head(self) -> Head:
        self._settle()
        return Head(*self._one("SELECT size, leaf FROM head"))

    def entries(
        self, start: int = 0, stop: int | None = None, *, kind: str | None = None
    ) -> Iterator[Entry]:
        """Records in order, page by page, so that no transaction stays open meanwhile."""
        self._settle()
        if kind is None:
            rows = self._pages(_ENTRIES, start, stop)
        else:
            rows = self._pages(_ENTRIES_OF, start, stop, kind)
        for row in rows:
            yield Entry(*row)

    def find(self, event_id: str) -> Entry | None:
        self._settle()
        row = self._maybe(
            "SELECT seq, leaf, body, event_id, kind FROM entry WHERE event_id = %s", event_id
        )
        if row is None and self._one(
            "SELECT EXISTS (SELECT FROM inbox WHERE event_id = %s)", event_id
        ) == (True,):
            raise LogUnavailableError(f"the record {event_id} has no place in the log yet")
        return None if row is None else Entry(*row)

    def payload(self, seq: int) -> Payload | None:
        row = self._maybe(
            "SELECT key_id, nonce, ct FROM payload JOIN entry USING (event_id) WHERE seq = %s", seq
        )
        return None if row is None else Payload(*row)

    def payloads(self, start: int = 0, stop: int | None = None) -> Iterator[tuple[int, Payload]]:
        self._settle()
        query = (
            "SELECT seq, key_id, nonce, ct FROM payload JOIN entry USING (event_id) "
            "WHERE seq >= %s AND seq < %s ORDER BY seq LIMIT %s"
        )
        for seq, *rest in self._pages(query, start, stop):
            yield seq, Payload(*rest)

    def records(
        self, start: int = 0, stop: int | None = None
    ) -> Iterator[tuple[Entry, Payload | None]]:
        self._settle()
        rows = self._ahead(_RECORDS, start, stop)
        for seq, leaf, body, event_id, kind, key, nonce, ct in rows:
            payload = None if key is None else Payload(key, nonce, ct)
            yield Entry(seq, leaf, body, event_id, kind), payload

    def strays(self, known: int) -> Iterator[int]:  # noqa: ARG002 - as the interface has it
        """None: a payload is found by the id of its record, and has no place of its own."""
        return iter(())

    def add_checkpoint(self, checkpoint: Checkpoint) -> bool:
        """Keep a checkpoint, unless another came between; two at once cannot both be kept."""
        one = checkpoint

        def insert(connection: Connection) -> bool:
            done = connection.execute(
                "INSERT INTO checkpoint (size, root, previous, note) SELECT %s, %s, %s, %s "
                "WHERE coalesce((SELECT max(size) FROM checkpoint), 0) = %s AND %s > %s "
                "ON CONFLICT DO NOTHING",
                (
                    *(one.size, one.root, one.previous, one.note),
                    *(one.previous, one.size, one.previous),
                ),
            )
            if done.rowcount:
                return True
            # The reply to the first try may have been lost.
            found = connection.execute(
                "SELECT FROM checkpoint WHERE size = %s AND note = %s", (one.size, one.note)
            )
            return found.fetchone() is not None

        return self._writes.run(insert)

    def checkpoints(self, start: int = 0) -> Iterator[Checkpoint]:
        query = (
            "SELECT size, root, previous, note FROM checkpoint WHERE size >= %s AND size < %s "
            "ORDER BY size LIMIT %s"
        )
        for row in self._pages(query, start, None):
            yield Checkpoint(*row)

    def latest_checkpoint(self) -> Checkpoint | None:
        row = self._maybe(
            "SELECT size, root, previous, note FROM checkpoint ORDER BY size DESC LIMIT 1"
        )
        return None if row is None else Checkpoint(*row)

    def key(self, key_id: str) -> SubjectKey | None:
        row = self._maybe(
            "SELECT key_id, tag, wrapped, created, destroyed FROM subject_key WHERE key_id = %s",
            key_id,
        )
        return None if row is None else SubjectKey(*row)

    def keys(self, tag: str) -> list[SubjectKey]:
        rows = self._all(
            "SELECT key_id, tag, wrapped, created, destroyed FROM subject_key "
            "WHERE tag = %s AND destroyed IS NULL ORDER BY created, key_id",
            tag,
        )
        return [SubjectKey(*row) for row in rows]

    def destroyed_keys(self) -> Iterator[str]:
        for (key_id,) in self._all("SELECT key_id FROM subject_key WHERE destroyed IS NOT NULL"):
            yield key_id

    def may_remove(self) -> None:
        """Only the owner can: a table that is not rewritten still shows what was deleted."""
        self._keeps.run(owned)

    def destroy_keys(self, key_ids: Sequence[str], when: str, *, tag: str | None = None) -> int:
        """Destroy keys and what is under them; see `Store.destroy_keys` and `postgres_erase`."""
        return self._keeps.run(lambda one: destroy(one, key_ids, when, tag))

    def stub(self) -> Stub | None:
        row = self._maybe("SELECT size, leaf, frontier FROM stub")
        if row is None:
            return None
        size, leaf, frontier = row
        return Stub(size, leaf, tuple(frontier[at : at + 32] for at in range(0, len(frontier), 32)))

    def purge(self, stub: Stub) -> int:
        self._settle()
        return self._keeps.run(lambda one: remove(one, stub))

    def purge_payloads(self, until: int) -> int:
        self._settle()
        return self._keeps.run(lambda one: remove_payloads(one, until))

    def close(self) -> None:
        """Stop the sequencer and close the connections. What is in the inbox stays there."""
        if self._sequencer is not None:
            self._sequencer.stop()
        for link in (self._writes, self._reads, self._keeps, self._places):
            link.close()

    def _settle(self) -> None:
        """Wait, but not for long, until what is acknowledged by now has its place."""
        newest = self._one("SELECT max(n) FROM inbox")[0]
        deadline = time.monotonic() + SETTLE
        while newest is not None and time.monotonic() < deadline:
            if self._sequencer is None or self._sequencer.drain() is not Went.DONE:
                time.sleep(0.01)
            if not self._one("SELECT EXISTS (SELECT FROM inbox WHERE n <= %s)", newest)[0]:
                return
        if newest is not None:
            logger().warning("log_events_wait_for_their_place", waiting=self.pending())

    def _pages(
        self, query: str, start: int, stop: int | None, *more: object
    ) -> Iterator[tuple[Any, ...]]:
        """The rows of a query that takes a range of its first column and a limit."""
        until = END if stop is None else stop
        while start < until:
            page = self._all(query, start, until, *more, PAGE)
            yield from page
            if len(page) < PAGE:
                return
            start = page[-1][0] + 1

    def _ahead(self, query: str, start: int, stop: int | None) -> Iterator[tuple[Any, ...]]:
        """The same; the server is asked for the next page while one is worked on."""
        until = END if stop is None else stop
        with ThreadPoolExecutor(1, "guard-log-read") as reads:
            next_ = reads.submit(self._all, query, start, until, PAGE)
            while page := next_.result():
                next_ = reads.submit(self._all, query, page[-1][0] + 1, until, PAGE)
                yield from page

    def _all(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        return self._read(lambda one: one.execute(query, values, binary=True).fetchall())

    def _maybe(self, query: str, *values: object) -> tuple[Any, ...] | None:
        return self._read(lambda one: one.execute(query, values, binary=True).fetchone())

    def _one(self, query: str, *values: object) -> tuple[Any, ...]:
        row = self._maybe(query, *values)
        assert row is not None  # noqa: S101 - asked of queries that always have a row
        return row

    def _read(self, work: Callable[[Connection], Result]) -> Result:
        return self._reads.run(work)

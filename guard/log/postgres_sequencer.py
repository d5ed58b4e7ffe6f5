"""Gives acknowledged events their place in the chain: one process at a time, without a gap.

Any number of processes may try. The row `head` is both the end of the chain and the lock: who has
it locked is the sequencer until that transaction ends, and its death or a cut line ends it. So
there is no leader that could believe in itself for too long, and nothing to fence off.
"""

from __future__ import annotations

import threading
from enum import Enum
from typing import TYPE_CHECKING

from guard.errors import LogError
from guard.log.events import logger
from guard.log.store import Unsealed, seal

if TYPE_CHECKING:
    from guard.log.postgres_link import Connection, Link

BATCH = 500
"""Events to a transaction: about 50 ms."""
BUSY, IDLE = 0.02, 1.0
"""Seconds between two looks into the inbox, while there is work and while there is none."""


class Went(Enum):
    """What came of trying to be the sequencer."""

    DONE = "the inbox is empty"
    MORE = "there may be more"
    BUSY = "another has the lock"
    REFUSED = "this role may not"


class Sequencer:
    """Empties the inbox, when asked and by itself. The thread starts with the first event."""

    def __init__(self, link: Link, origin: str) -> None:
        self._link = link
        self._origin = origin
        self._wake = threading.Event()
        self._seen = 0
        self._stopped = self._refused = False
        self._thread: threading.Thread | None = None

    def nudge(self) -> None:
        """There is something in the inbox."""
        if self._refused:
            return
        if self._thread is None or not self._thread.is_alive():  # not started, or lost in a fork
            self._wake = threading.Event()
            self._thread = threading.Thread(target=self._go_on, name="guard-sequencer", daemon=True)
            self._thread.start()
        self._wake.set()

    def drain(self) -> Went:
        """Give places until the inbox is empty, or another is at it."""
        went = Went.MORE
        while went is Went.MORE:
            went = self._link.run(self._batch)
        return went

    def stop(self) -> None:
        self._stopped = True
        self._wake.set()
        if self._thread is not None and self._thread.is_alive():
            self._thread.join()

    def _go_on(self) -> None:
        pause, failing = BUSY, False
        while not self._stopped:
            asked = self._wake.wait(pause)
            self._wake.clear()
            try:
                went = self.drain()
            except LogError as error:
                if not failing:
                    logger().error("log_sequencer_stopped", error=str(error))
                failing, pause = True, IDLE
                continue
            if failing:
                logger().warning("log_sequencer_resumed")
                failing = False
            if went is Went.REFUSED:
                self._refused = True  # said once; another process has to do it
                logger().warning("log_sequencer_refused")
                return
            # Who finds another at it looks again soon: that one may have missed our events.
            pause = BUSY if asked or went is Went.BUSY else min(2 * pause, IDLE)

    def _batch(self, connection: Connection) -> Went:
        from psycopg.errors import InsufficientPrivilege

        try:
            with connection.transaction():
                return self._moved(connection)
        except InsufficientPrivilege:
            return Went.REFUSED

    def _moved(self, connection: Connection) -> Went:
        head = connection.execute("SELECT size, leaf FROM head FOR UPDATE SKIP LOCKED").fetchone()
        if head is None:
            return Went.BUSY
        if head[0] < self._seen:
            raise LogError(
                f"the log has {head[0]} records and had {self._seen} before: an older copy was put "
                "in its place"
            )
        self._seen = head[0]
        # An event that came twice, its first reply being lost, may have its place already.
        waiting = connection.execute(
            "SELECT n, event_id, kind, body, "
            "EXISTS (SELECT FROM entry WHERE entry.event_id = inbox.event_id) "
            "FROM inbox ORDER BY n LIMIT %s",
            (BATCH,),
            binary=True,
        ).fetchall()
        if not waiting:
            return Went.DONE
        size, leaf = head
        sealed = []
        for _, event_id, kind, body, known in waiting:
            if not known:
                entry = seal(Unsealed(event_id, kind, body), self._origin, size, leaf)
                sealed.append(entry)
                size, leaf = size + 1, entry.leaf
        connection.execute(
            "INSERT INTO entry (seq, leaf, body, event_id, kind) "
            "SELECT * FROM unnest(%b::bigint[], %b::bytea[], %b::bytea[], %b::text[], %b::text[])",
            (
                [entry.seq for entry in sealed],
                [entry.leaf for entry in sealed],
                [entry.body for entry in sealed],
                [entry.event_id for entry in sealed],
                [entry.kind for entry in sealed],
            ),
        )
        connection.execute(
            "DELETE FROM inbox WHERE n = ANY(%b::bigint[])", ([row[0] for row in waiting],)
        )
        connection.execute("UPDATE head SET size = %s, leaf = %s", (size, leaf))
        return Went.MORE if len(waiting) == BATCH else Went.DONE

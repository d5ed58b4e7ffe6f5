"""Erasing in PostgreSQL, so that the files of its tables do not hold what was erased.

A deleted row stays readable in its page, so the tables are rewritten (VACUUM FULL): keys always,
payloads up to a size; above it they keep bytes whose key is nowhere in the tables. The server's
write-ahead log, its archive and backups are not reached from here: until they are overwritten they
hold encrypted texts and wrapped keys, and who has the master key as well could open them.
"""

from __future__ import annotations

import re
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

from guard.errors import LogError, LogUnavailableError
from guard.log.events import logger
from guard.log.postgres_append import ERASE_LOCK
from guard.log.store import Stub

if TYPE_CHECKING:
    from psycopg.errors import Diagnostic

    from guard.log.postgres_link import Connection

LARGEST = 4 * 2**30
"""Bytes of payloads that are rewritten at once; appends wait meanwhile."""
PATIENCE = 5.0
"""Seconds to wait for transactions that could still see what was deleted."""
NUMBER = re.compile(r"\d+")


def owned(connection: Connection) -> None:
    """Whether this role can rewrite the tables.

    Raises:
        LogError: it does not own them.
    """
    row = connection.execute(
        "SELECT bool_and(pg_has_role(relowner, 'USAGE')) FROM pg_class "
        "WHERE oid IN ('entry'::regclass, 'payload'::regclass, 'subject_key'::regclass)"
    ).fetchone()
    if row is None or not row[0]:
        raise LogError(
            "only the owner of the log's tables may erase and prune; nothing was removed"
        )


def destroy(connection: Connection, key_ids: Sequence[str], when: str, tag: str | None) -> int:
    """Destroy keys, delete the payloads under them, and rewrite the tables they were in."""
    ids = list(key_ids)
    with connection.transaction():
        # No append is under way from here on, so none can bring a payload under a dead key.
        connection.execute("SELECT pg_advisory_xact_lock(%s)", (ERASE_LOCK,))
        if tag is not None:
            connection.execute(
                "INSERT INTO erased (tag, at) VALUES (%s, %s) "
                "ON CONFLICT (tag) DO UPDATE SET at = greatest(erased.at, excluded.at)",
                (tag, when),
            )
        connection.execute(
            "INSERT INTO subject_key (key_id, created, destroyed) "
            "SELECT key_id, %s, %s FROM unnest(%b::text[]) AS given (key_id) "
            "ON CONFLICT (key_id) DO UPDATE SET tag = NULL, wrapped = NULL, "
            "destroyed = coalesce(subject_key.destroyed, excluded.destroyed)",
            (when, when, sorted(set(ids))),
        )
        gone = connection.execute("DELETE FROM payload WHERE key_id = ANY(%s)", (ids,)).rowcount
    _rewrite(connection, "subject_key")
    _rewrite_payloads(connection)
    return gone


def remove_payloads(connection: Connection, until: int) -> int:
    """Delete the payloads of the records before `until`."""
    gone = connection.execute(
        "DELETE FROM payload USING entry WHERE entry.event_id = payload.event_id AND seq < %s",
        (until,),
    ).rowcount
    _rewrite_payloads(connection)
    return gone


def remove(connection: Connection, stub: Stub) -> int:
    """Put the stub in the place of the first records."""
    with connection.transaction():
        size = connection.execute("SELECT size FROM head FOR UPDATE").fetchone()
        if size is None or size[0] < stub.size:
            raise LogError(f"the log has fewer than {stub.size} records to purge")
        kept = connection.execute("SELECT size FROM stub").fetchone()
        if kept is not None and kept[0] > stub.size:
            return 0
        connection.execute("SELECT set_config('guard_log.purging', 'on', true)")
        connection.execute(
            "DELETE FROM payload USING entry WHERE entry.event_id = payload.event_id AND seq < %s",
            (stub.size,),
        )
        gone = connection.execute("DELETE FROM entry WHERE seq < %s", (stub.size,)).rowcount
        connection.execute(
            "INSERT INTO stub (size, leaf, frontier) VALUES (%s, %s, %s) ON CONFLICT (only_row) "
            "DO UPDATE SET (size, leaf, frontier) "
            "= (excluded.size, excluded.leaf, excluded.frontier)",
            (stub.size, stub.leaf, b"".join(stub.frontier)),
        )
    _rewrite_payloads(connection)
    return gone


def _rewrite_payloads(connection: Connection) -> None:
    size = connection.execute("SELECT pg_total_relation_size('payload')").fetchone()
    if size is not None and size[0] > LARGEST:
        logger().warning("log_payloads_not_rewritten", bytes=size[0], largest=LARGEST)
        connection.execute("VACUUM payload")
    else:
        _rewrite(connection, "payload")


def _rewrite(connection: Connection, table: str) -> None:
    """Write a table anew, without the rows that are deleted, and drop its old file.

    Raises:
        LogError: this role does not own the table.
        LogUnavailableError: a transaction that can still see those rows stays open.
    """
    deadline = time.monotonic() + PATIENCE
    while True:
        before = _file(connection, table)
        still_seen = _vacuumed(connection, table)
        if _file(connection, table) == before:
            raise LogError(f"the table {table} is rewritten by its owner only: erase as the owner")
        if not still_seen:
            return
        if time.monotonic() > deadline:
            raise LogUnavailableError(
                "the keys and texts are deleted, but a transaction that is older still sees them: "
                "end it (pg_stat_activity) and erase again"
            )
        time.sleep(0.2)


def _vacuumed(connection: Connection, table: str) -> int:
    """Rewrite, and how many deleted rows had to be kept for old transactions."""
    details: list[str] = []

    def hear(notice: Diagnostic) -> None:
        details.append(notice.message_detail or "")

    connection.add_notice_handler(hear)
    try:
        connection.execute(f"VACUUM (FULL, VERBOSE) {table}")
    finally:
        connection.remove_notice_handler(hear)
    # "3 dead row versions cannot be removed yet": in every language the number comes first.
    counts = [int(found.group()) for detail in details if (found := NUMBER.search(detail))]
    return max(counts, default=0)


def _file(connection: Connection, table: str) -> int:
    row = connection.execute("SELECT pg_relation_filenode(%s)", (table,)).fetchone()
    return int(row[0]) if row is not None else 0

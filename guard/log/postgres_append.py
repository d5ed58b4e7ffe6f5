"""Appending to a log in PostgreSQL: events, their texts and new keys, in one transaction and one
round trip. An event that is there already, waiting or with its place, is not added again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from guard.log.store import Unsealed

if TYPE_CHECKING:
    from guard.log.postgres_link import Connection

ERASE_LOCK = 0x6572617365
"""An advisory lock ("erase" in ASCII): appends share it, an erasure has it alone."""

_PUT_KEYS = """
INSERT INTO subject_key (key_id, tag, wrapped, created, destroyed)
SELECT given.key_id,
       CASE WHEN erased.at IS NULL THEN given.tag END,
       CASE WHEN erased.at IS NULL THEN given.wrapped END,
       given.created,
       coalesce(given.destroyed, erased.at)
FROM unnest(%b::text[], %b::text[], %b::bytea[], %b::text[], %b::text[])
    AS given (key_id, tag, wrapped, created, destroyed)
LEFT JOIN erased ON erased.tag = given.tag AND given.created <= erased.at
ON CONFLICT DO NOTHING
"""

_PUT = """
WITH given AS (
    SELECT DISTINCT ON (event_id) *
    FROM unnest(%b::text[], %b::text[], %b::bytea[], %b::text[], %b::bytea[], %b::bytea[])
        WITH ORDINALITY AS one (event_id, kind, body, key_id, nonce, ct, place)
    ORDER BY event_id, place
), gone AS (
    SELECT key_id FROM subject_key
    WHERE destroyed IS NOT NULL AND key_id IN (SELECT key_id FROM given)
), put AS (
    INSERT INTO inbox (event_id, kind, body)
    SELECT event_id, kind, body FROM given
    WHERE NOT EXISTS (SELECT FROM entry WHERE entry.event_id = given.event_id)
    ORDER BY place
    ON CONFLICT DO NOTHING
    RETURNING event_id
), kept AS (
    INSERT INTO payload (event_id, key_id, nonce, ct)
    SELECT event_id, key_id, nonce, ct FROM given JOIN put USING (event_id)
    WHERE key_id IS NOT NULL AND key_id NOT IN (SELECT key_id FROM gone)
    ON CONFLICT DO NOTHING
)
SELECT 'known', event_id, (SELECT seq FROM entry WHERE entry.event_id = given.event_id)
FROM given WHERE event_id NOT IN (SELECT event_id FROM put)
UNION ALL
SELECT 'gone', key_id, NULL FROM gone
"""


def put(
    connection: Connection, batch: Sequence[Unsealed]
) -> tuple[dict[str, int | None], set[str]]:
    """One transaction, one round trip. Returns the events that were there before, with their place
    if they have one, and the keys that are destroyed."""
    keys = list({event.key.key_id: event.key for event in batch if event.key}.values())
    with connection.pipeline(), connection.transaction():
        # Read committed: what follows the lock sees every erasure that came before it.
        connection.execute("SELECT pg_advisory_xact_lock_shared(%s)", (ERASE_LOCK,))
        if keys:
            connection.execute(
                _PUT_KEYS,
                (
                    [key.key_id for key in keys],
                    [key.tag for key in keys],
                    [key.wrapped for key in keys],
                    [key.created for key in keys],
                    [key.destroyed for key in keys],
                ),
            )
        answer = connection.execute(
            _PUT,
            (
                [event.event_id for event in batch],
                [event.kind for event in batch],
                [event.body for event in batch],
                [event.payload and event.payload.key_id for event in batch],
                [event.payload and event.payload.nonce for event in batch],
                [event.payload and event.payload.ct for event in batch],
            ),
        )
    known: dict[str, int | None] = {}
    gone: set[str] = set()
    for what, name, seq in answer.fetchall():
        if what == "known":
            known[name] = seq
        else:
            gone.add(name)
    return known, gone

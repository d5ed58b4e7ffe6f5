"""The tables of a log in PostgreSQL, how they come to be, and the rights of its roles."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from guard.errors import LogError
from guard.log.schema import new_origin

if TYPE_CHECKING:
    from guard.log.postgres_link import Connection

MIGRATION_LOCK = 0x67756172646C6F67
"""An advisory lock: "guardlog" in ASCII."""
NAME = re.compile(r"[a-z_][a-z0-9_]{0,40}")

# Each brings the schema from the version before to its own. What was released never changes.
MIGRATIONS: tuple[str, ...] = (
    """
    CREATE TABLE about (
        only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
        version integer NOT NULL,
        origin text NOT NULL
    );
    -- An event is acknowledged once it is in here; it has no place in the chain yet.
    CREATE TABLE inbox (
        n bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        event_id text COLLATE "C" NOT NULL UNIQUE,
        kind text NOT NULL,
        body bytea NOT NULL
    ) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000);
    CREATE TABLE entry (
        seq bigint PRIMARY KEY,
        leaf bytea NOT NULL,
        body bytea NOT NULL,
        event_id text COLLATE "C" NOT NULL UNIQUE,
        kind text NOT NULL
    );
    CREATE INDEX entry_kind ON entry (kind, seq);
    -- Where the chain ends. Whoever has locked this row is the sequencer.
    CREATE TABLE head (
        only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
        size bigint NOT NULL,
        leaf bytea NOT NULL
    );
    INSERT INTO head (size, leaf) VALUES (0, decode(repeat('00', 32), 'hex'));
    CREATE TABLE payload (
        event_id text COLLATE "C" PRIMARY KEY,
        key_id text COLLATE "C" NOT NULL,
        nonce bytea NOT NULL,
        ct bytea NOT NULL
    );
    CREATE INDEX payload_key ON payload (key_id);
    CREATE TABLE subject_key (
        key_id text COLLATE "C" PRIMARY KEY,
        tag text COLLATE "C",
        wrapped bytea,
        created text NOT NULL,
        destroyed text
    );
    CREATE INDEX subject_key_tag ON subject_key (tag) WHERE tag IS NOT NULL;
    -- Keys that were made for these before then, and arrive late, are destroyed on arrival.
    CREATE TABLE erased (
        tag text COLLATE "C" PRIMARY KEY,
        at text NOT NULL
    );
    CREATE TABLE checkpoint (
        size bigint PRIMARY KEY,
        root bytea NOT NULL,
        previous bigint NOT NULL UNIQUE,
        note text NOT NULL
    );
    CREATE TABLE stub (
        only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
        size bigint NOT NULL,
        leaf bytea NOT NULL,
        frontier bytea NOT NULL
    );
    -- A guard against mistakes, not against whoever owns the tables.
    CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP = 'DELETE' AND current_setting('guard_log.purging', true) = 'on' THEN
            RETURN OLD;
        END IF;
        RAISE EXCEPTION 'the log is only ever added to' USING ERRCODE = 'insufficient_privilege';
    END $$;
    CREATE TRIGGER entry_stays BEFORE UPDATE OR DELETE ON entry
        FOR EACH ROW EXECUTE FUNCTION refuse();
    CREATE TRIGGER entry_is_kept BEFORE TRUNCATE ON entry
        FOR EACH STATEMENT EXECUTE FUNCTION refuse();
    CREATE TRIGGER checkpoint_stays BEFORE UPDATE OR DELETE ON checkpoint
        FOR EACH ROW EXECUTE FUNCTION refuse();
    CREATE TRIGGER checkpoint_is_kept BEFORE TRUNCATE ON checkpoint
        FOR EACH STATEMENT EXECUTE FUNCTION refuse();
    """,
)

ROLES = """
-- Run as the owner of the schema. The owner alone may erase and purge.
CREATE ROLE {schema}_writer NOLOGIN;      -- adds events; cannot read one
CREATE ROLE {schema}_sequencer NOLOGIN;   -- gives events their place, and keeps checkpoints
CREATE ROLE {schema}_reader NOLOGIN;      -- reads and verifies
GRANT USAGE ON SCHEMA {schema} TO {schema}_writer, {schema}_sequencer, {schema}_reader;
GRANT SELECT ON {schema}.about TO {schema}_writer, {schema}_sequencer, {schema}_reader;
GRANT INSERT ON {schema}.inbox, {schema}.payload, {schema}.subject_key TO {schema}_writer;
GRANT SELECT (event_id) ON {schema}.inbox TO {schema}_writer;
GRANT SELECT (event_id, seq) ON {schema}.entry TO {schema}_writer;
GRANT SELECT ON {schema}.subject_key, {schema}.erased TO {schema}_writer;
GRANT SELECT, DELETE ON {schema}.inbox TO {schema}_sequencer;
GRANT SELECT, INSERT ON {schema}.entry, {schema}.checkpoint TO {schema}_sequencer;
GRANT SELECT, UPDATE ON {schema}.head TO {schema}_sequencer;
GRANT SELECT ON {schema}.stub TO {schema}_sequencer;
GRANT SELECT ON {schema}.inbox, {schema}.entry, {schema}.head, {schema}.payload,
    {schema}.subject_key, {schema}.erased, {schema}.checkpoint, {schema}.stub TO {schema}_reader;
"""


def checked_name(schema: str) -> str:
    """A schema's name that needs no quoting.

    Raises:
        LogError: it is not one.
    """
    if not NAME.fullmatch(schema):
        raise LogError("the schema of the log must be a plain name: a-z, 0-9, _, at most 41 long")
    return schema


def roles_sql(schema: str = "guard_log") -> str:
    """SQL for whoever may create roles, so that each part of a deployment has only its rights."""
    return ROLES.format(schema=checked_name(schema)).strip() + "\n"


def migrate(connection: Connection, schema: str, origin: str | None) -> str:
    """Bring the schema to the version that is known here, one process at a time; all or nothing.
    Returns the log's origin, which is given once, when it is made.

    Raises:
        LogError: the schema was made by a newer version, or the log has another origin.
    """
    version, kept = _found(connection, schema)
    if version < len(MIGRATIONS):
        with connection.transaction():
            connection.execute("SELECT pg_advisory_xact_lock(%s)", (MIGRATION_LOCK,))
            version, kept = _found(connection, schema)
            if version == 0:
                connection.execute(f'CREATE SCHEMA IF NOT EXISTS "{checked_name(schema)}"')
            for script in MIGRATIONS[version:]:
                connection.execute(script)
            kept = kept or origin or new_origin()
            connection.execute(
                "INSERT INTO about (version, origin) VALUES (%s, %s) "
                "ON CONFLICT (only_row) DO UPDATE SET version = excluded.version",
                (len(MIGRATIONS), kept),
            )
    elif version > len(MIGRATIONS):
        raise LogError(
            f"the log's tables are of version {version}, made by a newer guard; this one knows "
            f"{len(MIGRATIONS)}"
        )
    if origin is not None and kept != origin:
        raise LogError(f"the schema {schema} holds the log {kept}, and not {origin}")
    assert kept is not None  # noqa: S101 - about has a row from here on
    return kept


def _found(connection: Connection, schema: str) -> tuple[int, str | None]:
    # From the catalogue: that a name led nowhere is remembered within a transaction.
    row = connection.execute(
        "SELECT EXISTS (SELECT FROM pg_tables WHERE schemaname = %s AND tablename = 'about')",
        (schema,),
    ).fetchone()
    if row is None or not row[0]:
        return 0, None
    told = connection.execute("SELECT version, origin FROM about").fetchone()
    return (told[0], told[1]) if told is not None else (0, None)

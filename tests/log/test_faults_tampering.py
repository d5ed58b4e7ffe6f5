"""Random tampering, by somebody who owns the tables: one bit of one field, or one row. Verification
finds each, and says where."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import apsw
import psycopg
import pytest
from log_factories import report, turn
from postgres_server import Server

from guard.log.checkpoint import Verifier
from guard.log.keys import Secrets, load_secrets
from guard.log.log import Log
from guard.log.places import Places, open_store
from guard.log.store import Store, leaf_of
from guard.log.verify import verify

RECORDS = 60
FEW, MANY = 60, 1000
Value = Any
Where = set[int]
"""Where it may be found: one record, or for a checkpoint its size, or that before it."""


@dataclass(frozen=True)
class Tables:
    """The tables of a log, past its store. `run` takes a query with `%s` for values; `key` is the
    table of subjects' keys."""

    run: Callable[..., list[tuple[Value, ...]]]
    key: str
    payload_id: str
    store: Store
    secrets: Secrets
    public: Verifier

    def column(self, table: str, column: str, id_: str, one: Value) -> Value:
        return self.run(f"SELECT {column} FROM {table} WHERE {id_} = %s", one)[0][0]

    def set(self, table: str, column: str, id_: str, one: Value, value: Value) -> None:
        self.run(f"UPDATE {table} SET {column} = %s WHERE {id_} = %s", value, one)


@pytest.fixture(params=["sqlite", "postgres"])
def tables(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Tables]:
    """A log that was closed, signed to its end."""
    where, files = str(tmp_path / "log.db"), str(tmp_path / "log")
    if request.param == "postgres":
        server: Server = request.getfixturevalue("postgres")
        where = server.emptied()
    with Log.open(where, files=files, text="encrypted", deadline=30.0) as log:
        public = log.public_key
        for nth in range(RECORDS):
            log.record(report(), turn(), subject=f"subject-{nth % 5}")
            if nth % 20 == 19:
                log.checkpoint()
    secrets = load_secrets(Places.of(where, files).secrets)
    store = open_store(where)
    if request.param == "postgres":
        with psycopg.connect(where, autocommit=True) as db:
            db.execute("SET search_path TO guard_log")
            for table in ("entry", "checkpoint"):
                db.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")

            def run(query: str, *values: Value) -> list[tuple[Value, ...]]:
                done = db.execute(query, values or None)
                return done.fetchall() if done.description else []

            yield Tables(run, "subject_key", "event_id", store, secrets, public)
    else:
        file = apsw.Connection(where)
        file.execute("ATTACH ? AS keys", (str(tmp_path / "log.keys.db"),))
        for (name,) in file.execute("SELECT name FROM sqlite_schema WHERE type = 'trigger'"):
            file.execute(f"DROP TRIGGER {name}")

        def run_(query: str, *values: Value) -> list[tuple[Value, ...]]:
            return file.execute(query.replace("%s", "?"), values).fetchall()

        yield Tables(run_, "keys.subject_key", "seq", store, secrets, public)
        file.close()
    store.close()


def flipped(value: Value, chance: random.Random) -> Value:
    """The same with one bit the other way; text stays text."""
    if isinstance(value, int):
        return value ^ 1 << chance.randrange(8)
    if isinstance(value, str):
        place = chance.choice([at for at, letter in enumerate(value) if letter.isascii()])
        other = ord(value[place]) ^ 1 << chance.randrange(7)
        return f"{value[:place]}{chr(other or 1)}{value[place + 1 :]}"
    raw = bytearray(value)
    raw[chance.randrange(len(raw))] ^= 1 << chance.randrange(8)
    return bytes(raw)


@contextmanager
def one_bit(tables: Tables, chance: random.Random) -> Iterator[Where]:
    table, column, id_ = chance.choice(
        [("entry", name, "seq") for name in ("body", "leaf", "event_id", "kind")]
        + [("payload", name, tables.payload_id) for name in ("key_id", "nonce", "ct")]
        + [("checkpoint", name, "size") for name in ("root", "note", "previous")]
    )
    one, found = chosen(tables, table, id_, chance)
    before = tables.column(table, column, id_, one)
    tables.set(table, column, id_, one, flipped(before, chance))
    yield found
    tables.set(table, column, id_, one, before)


@contextmanager
def key_altered(tables: Tables, chance: random.Random) -> Iterator[Where]:
    key, found = chosen(tables, tables.key, "key_id", chance)
    before = tables.column(tables.key, "wrapped", "key_id", key)
    tables.set(tables.key, "wrapped", "key_id", key, flipped(before, chance))
    yield found
    tables.set(tables.key, "wrapped", "key_id", key, before)


@contextmanager
def hash_mended(tables: Tables, chance: random.Random) -> Iterator[Where]:
    """A bit of a record, and its hash to fit: only what follows tells."""
    size = tables.store.head().size
    seq = chance.randrange(size - 1)
    body, leaf = tables.run("SELECT body, leaf FROM entry WHERE seq = %s", seq)[0]
    other = flipped(body, chance)
    tables.set("entry", "body", "seq", seq, other)
    tables.set("entry", "leaf", "seq", seq, leaf_of(other))
    yield {seq}
    tables.set("entry", "body", "seq", seq, body)
    tables.set("entry", "leaf", "seq", seq, leaf)


@contextmanager
def row_gone(tables: Tables, chance: random.Random) -> Iterator[Where]:
    table, id_ = chance.choice(
        [
            ("entry", "seq"),
            ("payload", tables.payload_id),
            ("checkpoint", "size"),
        ]
    )
    one, found = chosen(tables, table, id_, chance)
    row = tables.run(f"SELECT * FROM {table} WHERE {id_} = %s", one)[0]
    tables.run(f"DELETE FROM {table} WHERE {id_} = %s", one)
    yield found
    tables.run(f"INSERT INTO {table} VALUES ({', '.join(['%s'] * len(row))})", *row)


@contextmanager
def row_put_in(tables: Tables, chance: random.Random) -> Iterator[Where]:
    """A copy of a record, at the end."""
    size = tables.store.head().size
    seq = chance.randrange(size)
    leaf, body, kind = tables.run("SELECT leaf, body, kind FROM entry WHERE seq = %s", seq)[0]
    tables.run(
        "INSERT INTO entry (seq, leaf, body, event_id, kind) VALUES (%s, %s, %s, %s, %s)",
        *(size, leaf, body, "a copy", kind),
    )
    yield {size}
    tables.run("DELETE FROM entry WHERE seq = %s", size)


@contextmanager
def rows_exchanged(tables: Tables, chance: random.Random) -> Iterator[Where]:
    one, other = sorted(chance.sample(range(tables.store.head().size), 2))

    def exchange() -> None:
        for old, new in ((one, -1), (other, one), (-1, other)):
            tables.set("entry", "seq", "seq", old, new)

    exchange()
    yield {one}
    exchange()


def chosen(tables: Tables, table: str, id_: str, chance: random.Random) -> tuple[Value, Where]:
    """A row, by its key, and where what is wrong with it may be said to be."""
    if table == "checkpoint":
        rows = tables.run("SELECT size, previous FROM checkpoint ORDER BY size")
        size, before = chance.choice(rows[:-1])  # without the last, nothing is missing yet
        return size, {size, before}
    if table == "entry":
        seq = chance.randrange(tables.store.head().size)
        return seq, {seq}
    payloads = list(tables.store.payloads())
    seq, payload = chance.choice(payloads)
    if table == "payload":
        return tables.run(f"SELECT {id_} FROM entry WHERE seq = %s", seq)[0][0], {seq}
    return payload.key_id, {at for at, each in payloads if each.key_id == payload.key_id}


TAMPERINGS = (
    *(one_bit, one_bit, one_bit, hash_mended),
    *(row_gone, row_put_in, rows_exchanged, key_altered),
)


def all_found(tables: Tables, number: int) -> None:
    chance = random.Random(number)  # noqa: S311 - a test that can be run again
    key = tables.public
    assert verify(tables.store, key, secrets=tables.secrets).complete
    missed = []
    for nth in range(number):
        tampering = chance.choice(TAMPERINGS)
        with tampering(tables, chance) as where:
            # What an auditor finds who has the public key only; subjects' keys take the secrets.
            secrets = tables.secrets if tampering is key_altered else None
            found = verify(tables.store, key, secrets=secrets)
            if not {problem.seq for problem in found.problems} & where:
                missed.append((nth, tampering.__name__, where, found.problems))
    assert missed == []
    assert verify(tables.store, key, secrets=tables.secrets).complete


def test_tampering_is_found_and_located(tables: Tables) -> None:
    all_found(tables, FEW)


@pytest.mark.slow
def test_a_thousand_tamperings_are_found_and_located(tables: Tables) -> None:
    all_found(tables, MANY)

"""Part: what works for a log in one process: its store, keys, writer and checkpointer."""

from __future__ import annotations

import os
import secrets
from collections.abc import Sequence
from typing import Any

from guard.errors import InputError
from guard.log import retention
from guard.log.canonical import canonical
from guard.log.heads import head, now, unsealed
from guard.log.keys import Secrets, SubjectKeys, decrypt
from guard.log.places import Places, pinned
from guard.log.record import (
    AccessRecord,
    ErasureRecord,
    GapRecord,
    PacksRecord,
    PurgeRecord,
    Record,
    Texts,
)
from guard.log.signing import Checkpointer, FileSink, Sink, not_rolled_back
from guard.log.spool import Spool
from guard.log.store import Entry, Receipt, Store, Unsealed
from guard.log.writer import OnError, Writer

_KINDS: dict[str, type[Record]] = {
    "packs": PacksRecord,
    "erasure": ErasureRecord,
    "purge": PurgeRecord,
    "access": AccessRecord,
    "gap": GapRecord,
}


class Part:
    """A log's part in one process. Starts its threads; what a crash interrupted is finished first.

    Raises:
        LogError: the log is not the one that its key and its anchored checkpoints speak of.
        LogUnavailableError: it cannot be read or written just now.
    """

    def __init__(
        self,
        store: Store,
        own: Secrets,
        places: Places,
        sinks: Sequence[Sink],
        on_error: OnError,
        deadline: float | None,
    ) -> None:
        self.pid = os.getpid()
        self.store = store
        self._secrets = own
        signer = own.signer(store.origin)
        self.verifier = signer.verifier
        pinned(places, self.verifier)
        for sink in sinks:
            if isinstance(sink, FileSink):
                not_rolled_back(store, signer, sink.last())
        self._name = f"{self.pid}-{secrets.token_hex(4)}"
        self.rulesets: set[str] = set()
        self.keys = SubjectKeys(own, store.keys, now)
        self.signing = Checkpointer(store, signer, sinks, now)
        self.writer = Writer(
            store.append,
            Spool(places.spool, self._name),
            on_error,
            lambda lost, why: self.made("gap", {"lost": lost, "why": why}),
            self._written,
            deadline=deadline,
        )
        retention.finish(store, self.note, now())

    def made(self, kind: str, fields: dict[str, Any]) -> Unsealed:
        """A record of the log's own."""
        return unsealed(_KINDS[kind](**head(self._name), **fields))

    def note(self, kind: str, fields: dict[str, Any]) -> None:
        """Write a record of the log's own; it is durable when this returns."""
        self.writer.write(self.made(kind, fields), "raise")

    def note_packs(self, ruleset: str, packs: dict[str, str]) -> None:
        """Record which packs are loaded, when they are not those of before."""
        if ruleset in self.rulesets:
            return
        made = self.made("packs", {"ruleset": ruleset, "packs": packs})
        if not self.writer.write(made).dropped:
            self.rulesets.add(ruleset)

    def with_texts(
        self,
        kind: type[Record],
        fields: dict[str, Any],
        texts: Texts | None,
        tag: str | None,
        event_id: str | None = None,
    ) -> Unsealed:
        """A record whose texts are encrypted with the key for a tag."""
        begin = head(self._name, event_id)
        if texts is None:
            return unsealed(kind(**begin, **fields))
        name: str = kind.model_fields["kind"].default
        plain = texts.model_dump_json(exclude_none=True).encode()
        payload, key = self.keys.encrypt(tag, plain, begin["id"], name, self.store.origin)
        record = kind(**begin, **fields, ct=payload.digest.hex(), key=payload.key_id)
        return Unsealed(record.id, record.kind, canonical(record.body()), payload, key)

    def found(self, record_id: str) -> Entry:
        """A record by its id.

        Raises:
            InputError: there is none.
        """
        entry = self.store.find(record_id)
        if entry is None:
            raise InputError(f"there is no record {record_id}")
        return entry

    def texts(self, entry: Entry) -> Texts | None:
        """The texts of a record; None if it has none, or they are gone.

        Raises:
            LogError: they were altered, or the key is not this deployment's.
        """
        payload = self.store.payload(entry.seq)
        row = self.store.key(payload.key_id) if payload else None
        if payload is None or row is None or row.destroyed:
            return None
        plain = decrypt(self._secrets, row, payload, entry.event_id, entry.kind, self.store.origin)
        return Texts.of(plain)

    def gone(self, key_id: str) -> bool:
        """Whether a key was destroyed."""
        row = self.store.key(key_id)
        return row is None or row.destroyed is not None

    def close(self) -> None:
        """Write what waits, sign, and close."""
        self.writer.close()
        self.signing.close()
        self.store.close()

    def _written(self, batch: Sequence[Unsealed], receipts: Sequence[Receipt]) -> None:
        """On the writing thread, after each batch."""
        self.signing.added(len(receipts))
        for one, receipt in zip(batch, receipts, strict=True):
            if one.payload is None:
                continue
            if receipt.withheld:
                # Written with a key that was destroyed meanwhile: the log must say that it was.
                self.keys.drop(one.payload.key_id)
                late = {"keys": (one.payload.key_id,), "basis": "completed"}
                self.store.append([self.made("erasure", late)])
            elif one.key is not None:
                self.keys.keep(one.key.key_id)

"""Part: what works for a log in one process: its store, keys, writer and checkpointer."""

from __future__ import annotations

import os
import secrets
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from guard.errors import InputError, LogUnavailableError
from guard.log import retention, vouching
from guard.log.canonical import canonical
from guard.log.checkpoint import Signer
from guard.log.clock import Clock, behind
from guard.log.heads import head, now, unsealed
from guard.log.keys import SIZE, Secrets, SubjectKeys, change_seed, decrypt
from guard.log.places import Places, pinned
from guard.log.record import (
    AccessRecord,
    ClockRecord,
    ErasureRecord,
    GapRecord,
    KeyRecord,
    PacksRecord,
    PurgeRecord,
    Record,
    Texts,
)
from guard.log.rotation import handover, terms
from guard.log.signing import Checkpointer, FileSink, Sink, not_rolled_back
from guard.log.spool import Spool
from guard.log.store import Entry, Receipt, Store, SubjectKey, Unsealed
from guard.log.writer import OnError, Writer

_KINDS: dict[str, type[Record]] = {
    "packs": PacksRecord,
    "erasure": ErasureRecord,
    "purge": PurgeRecord,
    "access": AccessRecord,
    "gap": GapRecord,
    "key": KeyRecord,
    "clock": ClockRecord,
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
        self._file = places.secrets
        self._secrets = own = _in_office(own, store, places.secrets)
        signer = own.signer(store.origin)
        self.verifier = pinned(places, store, signer.verifier)
        known = [term.key for term in terms(store, [self.verifier])]
        for sink in sinks:
            if isinstance(sink, FileSink):
                not_rolled_back(store, known, sink.last())
        self._name = f"{self.pid}-{secrets.token_hex(4)}"
        self.rulesets: set[str] = set()
        self.keys = SubjectKeys(own, self._stored_keys, now)
        self._clock = Clock()
        self.signing = Checkpointer(store, signer, sinks, now)
        self.writer = Writer(
            store.append,
            Spool(places.spool, self._name),
            on_error,
            lambda lost, why: self.made("gap", {"lost": lost, "why": why}),
            self._written,
            deadline=deadline,
        )
        try:
            retention.finish(store, self.note, now(), known)
            if step := behind(store):
                self.writer.write(self.made("clock", {"step": step}))
        except BaseException:
            self.close()
            raise

    def rotate(self) -> None:
        """Sign with a new key from here on, which the old one vouches for in a record.

        Raises:
            LogError: the key is not in the file, or what is there does not fit: nothing changed.
        """
        self.signing.sign()
        old = self._secrets.signer(self.store.origin)
        new = Signer(old.name, secrets.token_bytes(SIZE))
        change_seed(self._file, next=new.seed)
        self.note("key", handover(old, new.verifier))
        change_seed(self._file, seed=new.seed, next=None)
        self._secrets = replace(self._secrets, seed=new.seed)
        self.signing.hand_over(new)
        self.signing.try_to_sign()

    def _stored_keys(self, tag: str) -> list[SubjectKey]:
        if self.writer.down is not None:
            raise LogUnavailableError("the log is not asked for keys while it cannot be written")
        return self.store.keys(tag)

    def made(self, kind: str, fields: dict[str, Any]) -> Unsealed:
        """A record of the log's own; one that excuses a loss is signed."""
        record = _KINDS[kind](**head(self._name), **fields)
        if kind in vouching.KINDS:
            signer = self._secrets.signer(self.store.origin)
            signature = vouching.vouch(signer, self.store.origin, record.body())
            record = record.model_copy(update={"signature": signature})
        return unsealed(record)

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

    def watch_clock(self) -> None:
        """Record that the clock was set or jumped since this was last asked."""
        stepped = self._clock.stepped()
        if stepped is not None:
            step, over = stepped
            self.writer.write(self.made("clock", {"step": step, "over": over}))

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


def _in_office(own: Secrets, store: Store, file: Path) -> Secrets:
    """The keys, after a change of the signing key that a crash interrupted: the new key holds if
    the record of the handover was written."""
    if own.next is None:
        return own
    new = Signer(store.origin, own.next).verifier
    done = any(term.key == new for term in terms(store, [own.signer(store.origin).verifier]))
    seed = own.next if done else own.seed
    change_seed(file, seed=seed, next=None)
    return replace(own, seed=seed, next=None)

"""Store: the small interface that every place for the log has, and the values it takes and gives.

A store keeps bytes durably and in one order. It knows nothing of turns, texts or secret keys.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

from guard.log.canonical import extended

_LEAF = hashlib.sha256(b"\0")
NO_LEAF = bytes(32)
"""What stands for the leaf before the first."""


class Payload(NamedTuple):
    """Encrypted texts (AES-256-GCM), and which key opens them. Outside the chain, so it can go."""

    key_id: str
    nonce: bytes
    ct: bytes

    def __repr__(self) -> str:
        return f"Payload(key_id={self.key_id!r})"

    @property
    def digest(self) -> bytes:
        """What the record commits to, in hex, as `ct`."""
        return hashlib.sha256(self.nonce + self.ct).digest()


@dataclass(frozen=True, slots=True)
class SubjectKey:
    """A random key, wrapped; `tag` is the keyed hash of whom it is for. Destroyed, it keeps only
    its id, and `destroyed` says when."""

    key_id: str
    tag: str | None = field(repr=False)
    wrapped: bytes | None = field(repr=False)
    created: str
    destroyed: str | None = None


@dataclass(frozen=True, slots=True)
class Unsealed:
    """An event on its way into the log: `body` is canonical JSON, still without its place in the
    chain. `key` is a new key that `payload` needs; it becomes durable before the record does."""

    event_id: str
    kind: str
    body: bytes = field(repr=False)
    payload: Payload | None = None
    key: SubjectKey | None = None


class Entry(NamedTuple):
    """A sealed record: its place, its leaf hash, and the exact bytes that were hashed."""

    seq: int
    leaf: bytes
    body: bytes
    event_id: str
    kind: str

    def __repr__(self) -> str:
        return f"Entry(seq={self.seq}, event_id={self.event_id!r}, kind={self.kind!r})"


@dataclass(frozen=True, slots=True)
class Receipt:
    """The event is durable. `seq` is None where its place is given later. `duplicate`: it was there
    before. `withheld`: its key had been destroyed, so its payload was not kept. `spooled`: it is
    durable on this machine and will be replayed into the store. `dropped`: it is not durable."""

    event_id: str
    seq: int | None = None
    duplicate: bool = False
    withheld: bool = False
    spooled: bool = False
    dropped: bool = False


@dataclass(frozen=True, slots=True)
class Head:
    """Where the log ends: how many records there have been, and the leaf of the last."""

    size: int
    leaf: bytes = NO_LEAF


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A signed checkpoint as it is kept: `note` is the text that was signed, with its signature.
    `previous` is the size of the one before, 0 for the first."""

    size: int
    root: bytes
    previous: int
    note: str


@dataclass(frozen=True, slots=True)
class Stub:
    """What stands for records that retention removed: the first `size` of them."""

    size: int
    leaf: bytes
    frontier: tuple[bytes, ...]


class Store(Protocol):
    """A place for the log. May be used from several threads; each process opens its own.

    Whatever goes wrong raises `LogUnavailableError` (trying again later may help) or another
    `LogError` (it will not).
    """

    @property
    def origin(self) -> str:
        """The name of this log, given once; part of every record and checkpoint."""
        ...

    def append(self, batch: Sequence[Unsealed]) -> list[Receipt]:
        """Make a batch durable, in order, all or nothing. An event that is there already is not
        added again, and is answered with `duplicate`."""
        ...

    def head(self) -> Head: ...

    def entries(
        self, start: int = 0, stop: int | None = None, *, kind: str | None = None
    ) -> Iterator[Entry]:
        """Records with `start <= seq < stop`, in order, streaming."""
        ...

    def find(self, event_id: str) -> Entry | None: ...

    def payload(self, seq: int) -> Payload | None: ...

    def payloads(self, start: int = 0, stop: int | None = None) -> Iterator[tuple[int, Payload]]:
        """Payloads with `start <= seq < stop`, in order, streaming."""
        ...

    def records(
        self, start: int = 0, stop: int | None = None
    ) -> Iterator[tuple[Entry, Payload | None]]:
        """Records with their payloads, in order, streaming."""
        ...

    def strays(self, known: int) -> Iterator[int]:
        """The places of payloads that belong to no record, if there are more than `known`."""
        ...

    def add_checkpoint(self, checkpoint: Checkpoint) -> bool:
        """Keep a checkpoint, unless another came between it and its `previous`: then False."""
        ...

    def checkpoints(self, start: int = 0) -> Iterator[Checkpoint]:
        """Checkpoints with `size >= start`, smallest first."""
        ...

    def latest_checkpoint(self) -> Checkpoint | None: ...

    def key(self, key_id: str) -> SubjectKey | None: ...

    def keys(self, tag: str) -> list[SubjectKey]:
        """The keys for a subject that are not destroyed, oldest first."""
        ...

    def may_remove(self) -> None:
        """Asked before an erasure or a purge is recorded.

        Raises:
            LogError: whoever has opened this store may not remove anything.
        """
        ...

    def destroy_keys(self, key_ids: Sequence[str], when: str, *, tag: str | None = None) -> int:
        """Destroy keys and delete every payload under them, so that neither can be read from the
        files again. Returns how many payloads went. Doing it twice does no harm.

        With `tag`, keys for it that arrive later (from a spool) and were made before `when` count
        as destroyed from the start."""
        ...

    def destroyed_keys(self) -> Iterator[str]:
        """The ids of all keys that were destroyed."""
        ...

    def stub(self) -> Stub | None: ...

    def purge(self, stub: Stub) -> int:
        """Replace the first `stub.size` records, and their payloads, by the stub. Returns how many
        records went. Doing it twice does no harm."""
        ...

    def purge_payloads(self, until: int) -> int:
        """Delete the payloads of records before `until`, so that they cannot be read again."""
        ...

    def close(self) -> None: ...


def leaf_of(body: bytes) -> bytes:
    """The leaf hash of a record (RFC 6962)."""
    leaf = _LEAF.copy()  # quicker than to begin anew, and to copy the record
    leaf.update(body)
    return leaf.digest()


def seal(unsealed: Unsealed, origin: str, seq: int, prev: bytes) -> Entry:
    """Give an event its place in the chain."""
    sealed = extended(unsealed.body, {"origin": origin, "seq": seq, "prev": prev.hex()})
    return Entry(seq, leaf_of(sealed), sealed, unsealed.event_id, unsealed.kind)

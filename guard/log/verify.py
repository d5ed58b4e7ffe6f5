"""`verify`: is the log what was written, all of it, in its order? Streams through the stored bytes
and never writes them anew. Trusts nothing but the public key that the caller gives.

It finds what changed since the last checkpoint was signed, and, with a checkpoint that was kept
elsewhere (`against`), also a log that was cut off or replaced as a whole. It does not judge whether
what was recorded is true.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from pydantic_core import from_json

from guard.errors import LogError
from guard.log import vouching
from guard.log.checkpoint import Opened, Verifier, opened
from guard.log.keys import Secrets, unwrap
from guard.log.merkle import Frontier
from guard.log.rotation import current, terms
from guard.log.store import NO_LEAF, Entry, Payload, Store, Stub, leaf_of
from guard.log.verification import Problem, Verification, Wrong

MOST_PROBLEMS = 1000


def verify(
    store: Store,
    keys: Verifier | Sequence[Verifier],
    *,
    against: str | Sequence[str] = (),
    secrets: Secrets | None = None,
) -> Verification:
    """Verify a log.

    Args:
        store: the log.
        keys: the public key, or several, from the deployment's own settings.
        against: signed checkpoints that were kept elsewhere.
        secrets: the deployment's keys, to check those of the subjects as well.

    Raises:
        LogError: it cannot be read at all, or a checkpoint of `against` is not signed by the keys.
        LogUnavailableError: it cannot be read just now.
    """
    trusted = (keys,) if isinstance(keys, Verifier) else tuple(keys)
    notes = (against,) if isinstance(against, str) else tuple(against)
    known = tuple(dict.fromkeys(term.key for term in terms(store, trusted)))
    kept = [opened(note, known) for note in notes]
    return _Pass(store, trusted, secrets).run(kept)


@dataclass(slots=True)
class _Last:
    """The record before the one in hand: what its leaf may be, and whether it was sound."""

    seq: int
    leaf: bytes
    digest: bytes


@dataclass(slots=True)
class _Told:
    """What records say that is gone: keys, and texts before `payloads_until`; and of each purge."""

    keys: set[str] = field(default_factory=set)
    payloads_until: int = 0
    purges: list[dict[str, Any]] = field(default_factory=list)
    forged: list[int] = field(default_factory=list)


class _Pass:
    """One pass through a log."""

    def __init__(self, store: Store, keys: tuple[Verifier, ...], secrets: Secrets | None) -> None:
        self._store = store
        self._keys = keys
        self._secrets = secrets
        self._origin = b'"origin":"%s"' % store.origin.encode()
        self._problems: list[Problem] = []
        self._tree: Frontier | None = None
        self._expected: dict[int, list[Opened]] = {}
        self._good = 0  # the largest size at which a signed root was met
        self._moved: list[tuple[int, int]] = []
        self._missing: list[tuple[int, str]] = []
        self._erased = 0
        self._seen_keys: set[str] = set()

    def run(self, kept: Sequence[Opened]) -> Verification:
        origin = self._store.origin
        if all(key.name != origin for key in self._keys):
            self._wrong("altered", None, f"the log calls itself {origin}, which no key is for")
        stub = self._store.stub()
        said = self._told()
        self._tree = self._begin(stub)
        pruned = self._tree.size
        sizes = self._stored_checkpoints()
        for one in kept:
            self._expect(one)
        size = self._chain(stub, said)
        said = self._told()
        self._resolve(said)
        for seq in said.forged:
            if all(one.seq != seq for one in self._problems):
                self._wrong(
                    "inserted", seq, "it excuses a loss, and the log's key has not signed it"
                )
        if stub is not None:
            self._confirm(stub, said)
        self._ends(size, pruned, kept)
        signed = max((one for one in sizes if one <= size), default=0)
        at = next((o.time for o in self._expected.get(signed, ()) if o.size in sizes), None)
        tree = self._tree
        return Verification(
            origin=origin,
            size=size,
            pruned=pruned,
            signed=signed,
            signed_at=at,
            checkpoints=len(sizes),
            erased=self._erased,
            root=tree.root() if tree is not None and tree.size == size else None,
            problems=tuple(self._problems),
        )

    def _begin(self, stub: Stub | None) -> Frontier:
        if stub is None:
            return Frontier()
        try:
            return Frontier(stub.size, stub.frontier)
        except ValueError:
            self._wrong("altered", 0, "what stands for the removed records was altered")
            return Frontier()

    def _stored_checkpoints(self) -> list[int]:
        """The sizes of the valid checkpoints that the log itself keeps."""
        sizes, before = [], 0
        served = terms(self._store, self._keys)
        for one in self._store.checkpoints():
            try:
                said = opened(one.note, current(served, one.size))
            except LogError as error:
                self._wrong("altered", one.size, f"the checkpoint of {one.size}: {error}")
                before = one.size
                continue
            if (said.size, said.root, said.previous) != (one.size, one.root, one.previous):
                self._wrong("altered", one.size, f"the checkpoint of {one.size} was altered")
            elif said.origin != self._store.origin:
                self._wrong("inserted", one.size, "a checkpoint belongs to another log")
            else:
                if said.previous != before:
                    self._wrong(
                        "removed", before, f"a checkpoint is gone: {one.size} follows {before}"
                    )
                sizes.append(one.size)
                self._expect(said)
            before = one.size
        return sizes

    def _expect(self, said: Opened) -> None:
        self._expected.setdefault(said.size, []).append(said)

    def _chain(self, stub: Stub | None, told: _Told) -> int:
        """Go through all records; how many there have been."""
        last: _Last | None = None
        place = stub.size if stub else 0
        prev = stub.leaf if stub else NO_LEAF
        payloads = _Payloads(self._store.payloads())
        self._check_roots()
        for entry in self._store.entries():
            digest = leaf_of(entry.body)
            payload = payloads.at(entry.seq, self._stray)
            if (
                digest == entry.leaf
                and entry.seq == place
                and self._secrets is None
                and self._as_it_was(entry, prev if last is None else last.leaf, payload)
            ):
                if last is not None:
                    self._grow(last.leaf)
            else:
                body = _read(entry.body)
                if last is not None:
                    # Only the very next record, if it is sound, can say what the last one was.
                    next_ = digest == entry.leaf and body.get("seq") == entry.seq == place
                    prev = self._settle(last, body if next_ else None)
                if entry.seq != place:
                    self._gap(place, entry.seq)
                if self._check(entry, digest, body, prev, place):
                    self._check_payload(entry.seq, body, payload, told)
            last = _Last(entry.seq, entry.leaf, digest)
            place = entry.seq + 1
        if last is not None:
            self._settle(last, None)
        payloads.at(2**62, self._stray)
        self._report_moves()
        return place

    def _as_it_was(self, entry: Entry, prev: bytes, payload: Payload | None) -> bool:
        """Whether a record, whose hash is right, says all that it should, without parsing it. A
        quote within a text is always escaped, so these pieces can only be fields; that none of
        another level is meant follows from the form of records, and a record of another form still
        holds, hashed, the leaf before it."""
        body = entry.body
        id_ = b'"id":"%s"' % entry.event_id.encode()
        kind = b'"kind":"%s"' % entry.kind.encode()
        prev_ = b'"prev":"%s"' % prev.hex().encode()
        seq = b'"seq":%d,' % entry.seq
        pieces: tuple[bytes, ...]
        if payload is not None:
            ct = b'"ct":"%s"' % payload.digest.hex().encode()
            key = b'"key":"%s"' % payload.key_id.encode()
            pieces = (ct, id_, key, kind, self._origin, prev_, seq)
        elif b'"ct":"' in body:
            return False
        else:
            pieces = (id_, kind, self._origin, prev_, seq)
        at = 0
        for piece in pieces:  # fields are sorted, so one way through the record meets them all
            at = body.find(piece, at)
            if at < 0:
                return False
        return True

    def _settle(self, last: _Last, following: dict[str, Any] | None) -> bytes:
        """Take the last record into the tree, by the leaf that it had when it was followed."""
        named = following.get("prev") if following else None
        leaf = last.leaf
        if named == last.digest.hex():
            leaf = last.digest
        elif isinstance(named, str) and named != last.leaf.hex() and len(named) == 64:
            leaf = bytes.fromhex(named) if _is_hex(named) else leaf
        self._grow(leaf)
        return last.digest if named == last.digest.hex() else last.leaf

    def _grow(self, leaf: bytes) -> None:
        if self._tree is not None:
            self._tree.append(leaf)
            self._check_roots()

    def _check_roots(self) -> None:
        tree = self._tree
        if tree is None or tree.size not in self._expected:
            return
        root = tree.root()
        if all(said.root == root for said in self._expected[tree.size]):
            self._good = tree.size
            return
        self._wrong(
            "forked",
            self._good,
            f"the signed checkpoint of {tree.size} is of other records; those up to {self._good} "
            "are as they were signed",
        )
        self._tree = None

    def _check(
        self, entry: Entry, digest: bytes, body: dict[str, Any], prev: bytes, place: int
    ) -> bool:
        """Whether a record is what was written, in its place."""
        seq = entry.seq
        if digest != entry.leaf:
            self._wrong("altered", seq, "the record is not what was hashed when it was written")
            return False
        if body.get("id") != entry.event_id or body.get("kind") != entry.kind:
            self._wrong("altered", seq, "its id or kind was altered beside it")
            return False
        if body.get("origin") != self._store.origin:
            self._wrong("inserted", seq, "the record belongs to another log")
            return False
        says = body.get("seq")
        if says != seq:
            self._moved.append((seq, says if isinstance(says, int) else -1))
            self._tree = None
            return False
        if body.get("prev") != prev.hex() and seq == place and not self._moved:
            blamed = seq - 1 if seq else 0
            self._wrong("altered", blamed, f"record {seq} follows another than the one here")
        return True

    def _gap(self, place: int, seq: int) -> None:
        gone = f"records {place} to {seq - 1} are" if seq - place > 1 else f"record {place} is"
        self._wrong("removed", place, f"{gone} gone")
        self._tree = None

    def _report_moves(self) -> None:
        if not self._moved:
            return
        at, says = self._moved[0]
        if {one for one, _ in self._moved} == {one for _, one in self._moved}:
            self._wrong("reordered", at, f"record {says} stands in the place of {at}")
        elif says > at:
            self._wrong("removed", at, f"record {at} is gone, and what follows moved up")
        else:
            self._wrong("inserted", max(at - 1, 0), f"record {says} was moved to {at}")

    def _check_payload(
        self, seq: int, body: dict[str, Any], payload: Payload | None, told: _Told
    ) -> None:
        ct, key = body.get("ct"), body.get("key")
        if payload is None:
            if ct is not None:
                if key in told.keys or seq < told.payloads_until:
                    self._erased += 1
                else:
                    self._missing.append((seq, str(key)))
        elif ct is None:
            self._wrong("inserted", seq, "texts were put to a record that had none")
        elif payload.digest.hex() != ct or payload.key_id != key:
            self._wrong("altered", seq, "its texts were altered or exchanged")
        elif self._secrets is not None and payload.key_id not in self._seen_keys:
            self._check_key(seq, payload.key_id, told)

    def _check_key(self, seq: int, key_id: str, told: _Told) -> None:
        self._seen_keys.add(key_id)
        row = self._store.key(key_id)
        try:
            if row is None or self._secrets is None:
                raise LogError(f"the key {key_id} is gone")
            unwrap(self._secrets, row)
        except LogError as error:
            if key_id not in told.keys:
                self._wrong("altered", seq, f"its texts cannot be opened: {error}")

    def _stray(self, seq: int) -> None:
        self._wrong("inserted", seq, "there are texts and no record")

    def _resolve(self, told: _Told) -> None:
        """Texts that are gone, judged by what the records say at the end of the pass."""
        for seq, key in self._missing:
            if key in told.keys or seq < told.payloads_until:
                self._erased += 1
            else:
                self._wrong("removed", seq, "its texts are gone, and no record says why")

    def _told(self) -> _Told:
        """What records that the log's key has signed say that is gone."""
        found = _Told()
        keys = tuple(dict.fromkeys(term.key for term in terms(self._store, self._keys)))
        for entry, body, vouched in vouching.told(self._store, keys):
            if not vouched:
                found.forged.append(entry.seq)
            elif body.get("kind") == "erasure":
                found.keys.update(body.get("keys", ()))
            elif body.get("scope") == "payloads":
                found.payloads_until = max(found.payloads_until, body.get("until", 0))
            else:
                found.purges.append(body)
        return found

    def _confirm(self, stub: Stub, told: _Told) -> None:
        """Removed records must be told by a record that stands in the chain."""
        said = {
            "until": stub.size,
            "last": stub.leaf.hex(),
            "frontier": [one.hex() for one in stub.frontier],
        }
        if not any(all(body.get(k, []) == v for k, v in said.items()) for body in told.purges):
            self._wrong(
                "removed", 0, f"the first {stub.size} records are gone, and no record says why"
            )

    def _ends(self, size: int, pruned: int, kept: Sequence[Opened]) -> None:
        longest = max(self._expected, default=0)
        if longest > size:
            self._wrong(
                "truncated",
                size,
                f"the log has {size} records, and a signed checkpoint says {longest}",
            )
        stored = {one.size: one.root for one in self._store.checkpoints()}
        for one in kept:
            if one.origin != self._store.origin:
                self._wrong("forked", None, f"the checkpoint is of another log, {one.origin}")
            elif 0 < one.size < pruned:
                self._check_pruned(one, stored.get(one.size))

    def _check_pruned(self, one: Opened, root: bytes | None) -> None:
        if root is None:
            self._wrong(
                "unproved",
                None,
                f"the checkpoint of {one.size} is older than what retention left, and the log has "
                "none of that size to compare it with",
            )
        elif root != one.root:
            self._wrong("forked", 0, f"the log has another checkpoint of {one.size} records")

    def _wrong(self, wrong: Wrong, seq: int | None, what: str) -> None:
        if len(self._problems) < MOST_PROBLEMS:
            self._problems.append(Problem(wrong, seq, what))


class _Payloads:
    """Payloads, read alongside the records."""

    def __init__(self, rows: Iterator[tuple[int, Payload]]) -> None:
        self._rows = rows
        self._next = next(rows, None)

    def at(self, seq: int, stray: Any) -> Payload | None:
        while self._next is not None and self._next[0] < seq:
            stray(self._next[0])
            self._next = next(self._rows, None)
        if self._next is None or self._next[0] != seq:
            return None
        found = self._next[1]
        self._next = next(self._rows, None)
        return found


def _read(body: bytes) -> dict[str, Any]:
    try:
        value = from_json(body)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def _is_hex(text: str) -> bool:
    return not set(text) - set("0123456789abcdef")

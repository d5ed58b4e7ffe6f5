"""The walk along the chain that verification takes: every record is what was hashed, in its place,
after the one that it names, and with the texts that it names. Streams, and writes nothing anew.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from pydantic_core import from_json

from guard.errors import LogError
from guard.log.keys import Secrets, unwrap
from guard.log.losses import Told
from guard.log.signed_tree import SignedTree
from guard.log.store import NO_LEAF, Entry, Payload, Store, Stub, leaf_of
from guard.log.verification import Problems


class _Last(NamedTuple):
    """The record before the one in hand: its leaf as it is stored, and as it is hashed now."""

    leaf: bytes
    digest: bytes


class Walk:
    """One walk through a log.

    Args:
        store: the log.
        tree: takes the leaves.
        problems: takes what is found.
        told: what records say that is gone, as far as is known before.
        secrets: the deployment's keys, to check those of the subjects as well.
    """

    def __init__(
        self,
        store: Store,
        tree: SignedTree,
        problems: Problems,
        told: Told,
        secrets: Secrets | None,
    ) -> None:
        self._store = store
        self._tree = tree
        self._problems = problems
        self._told = told
        self._secrets = secrets
        self._id = store.origin
        self._origin = b'"origin":"%s"' % store.origin.encode()
        self._moved: list[tuple[int, int]] = []
        self._missing: list[tuple[int, str]] = []
        self._seen_keys: set[str] = set()
        self.erased = 0

    def go(self, stub: Stub | None) -> int:
        """Go through all records; how many there have been."""
        last: _Last | None = None
        place = stub.size if stub else 0
        prev = stub.leaf if stub else NO_LEAF
        payloads = 0
        quick = self._secrets is None
        as_it_was, grow = self._as_it_was, self._tree.grow
        self._tree.begin()
        for entry, payload in self._store.records():
            seq, leaf, body = entry[:3]
            digest = leaf_of(body)
            payloads += payload is not None
            if (
                quick
                and digest == leaf
                and seq == place
                and as_it_was(entry, prev if last is None else last.leaf, payload)
            ):
                if last is not None:
                    grow(last.leaf)
            else:
                said = _read(body)
                if last is not None:
                    # Only the very next record, if it is sound, can say what the last one was.
                    next_ = digest == leaf and said.get("seq") == seq == place
                    prev = self._settle(last, said if next_ else None)
                if seq != place:
                    self._gap(place, seq)
                if self._check(entry, digest, said, prev, place):
                    self._check_payload(seq, said, payload)
            last = _Last(leaf, digest)
            place = seq + 1
        if last is not None:
            self._settle(last, None)
        for seq in self._store.strays(payloads):
            self._problems.add("inserted", seq, "there are texts and no record")
        self._report_moves()
        return place

    def resolve(self, told: Told) -> None:
        """Texts that are gone, judged by what the records say at the end of the walk."""
        for seq, key in self._missing:
            if told.excuses(seq, key):
                self.erased += 1
            else:
                self._problems.add("removed", seq, "its texts are gone, and no record says why")

    def _as_it_was(self, entry: Entry, prev: bytes, payload: Payload | None) -> bool:
        """Whether a record, whose hash is right, says all that it should, without parsing it. A
        quote within a text is always escaped, so these pieces can only be fields; that none of
        another level is meant follows from the form of records, and a record of another form still
        holds, hashed, the leaf before it."""
        seq, _, body, event_id, kind = entry
        id_, kind_ = b'"id":"%s"' % event_id.encode(), b'"kind":"%s"' % kind.encode()
        prev_, seq_ = b'"prev":"%s"' % prev.hex().encode(), b'"seq":%d,' % seq
        pieces: tuple[bytes, ...]
        if payload is not None:
            ct = b'"ct":"%s"' % payload.digest.hex().encode()
            key = b'"key":"%s"' % payload.key_id.encode()
            pieces = (ct, id_, key, kind_, self._origin, prev_)
        elif b'"ct":"' in body:
            return False
        else:
            pieces = (id_, kind_, self._origin, prev_)
        at = 0
        for piece in pieces:  # fields are sorted, so one way through the record meets them all
            at = body.find(piece, at)
            if at < 0:
                return False
        return body.rfind(seq_) > at  # it stands near the end

    def _settle(self, last: _Last, following: dict[str, Any] | None) -> bytes:
        """Take the last record into the tree, by the leaf that it had when it was followed."""
        named = following.get("prev") if following else None
        leaf = last.leaf
        if named == last.digest.hex():
            leaf = last.digest
        elif isinstance(named, str) and named != last.leaf.hex() and len(named) == 64:
            leaf = bytes.fromhex(named) if _is_hex(named) else leaf
        self._tree.grow(leaf)
        return last.digest if named == last.digest.hex() else last.leaf

    def _check(
        self, entry: Entry, digest: bytes, body: dict[str, Any], prev: bytes, place: int
    ) -> bool:
        """Whether a record is what was written, in its place."""
        seq = entry.seq
        wrong = self._problems.add
        if digest != entry.leaf:
            wrong("altered", seq, "the record is not what was hashed when it was written")
            return False
        if body.get("id") != entry.event_id or body.get("kind") != entry.kind:
            wrong("altered", seq, "its id or kind was altered beside it")
            return False
        if body.get("origin") != self._id:
            wrong("inserted", seq, "the record belongs to another log")
            return False
        says = body.get("seq")
        if says != seq:
            self._moved.append((seq, says if isinstance(says, int) else -1))
            self._tree.lose()
            return False
        if body.get("prev") != prev.hex() and seq == place and not self._moved:
            blamed = seq - 1 if seq else 0
            wrong("altered", blamed, f"record {seq} follows another than the one here")
        return True

    def _gap(self, place: int, seq: int) -> None:
        gone = f"records {place} to {seq - 1} are" if seq - place > 1 else f"record {place} is"
        self._problems.add("removed", place, f"{gone} gone")
        self._tree.lose()

    def _report_moves(self) -> None:
        if not self._moved:
            return
        wrong = self._problems.add
        at, says = self._moved[0]
        if {one for one, _ in self._moved} == {one for _, one in self._moved}:
            wrong("reordered", at, f"record {says} stands in the place of {at}")
        elif says > at:
            wrong("removed", at, f"record {at} is gone, and what follows moved up")
        else:
            wrong("inserted", max(at - 1, 0), f"record {says} was moved to {at}")

    def _check_payload(self, seq: int, body: dict[str, Any], payload: Payload | None) -> None:
        ct, key = body.get("ct"), body.get("key")
        if payload is None:
            if ct is not None:
                if self._told.excuses(seq, key):
                    self.erased += 1
                else:
                    self._missing.append((seq, str(key)))
        elif ct is None:
            self._problems.add("inserted", seq, "texts were put to a record that had none")
        elif payload.digest.hex() != ct or payload.key_id != key:
            self._problems.add("altered", seq, "its texts were altered or exchanged")
        elif self._secrets is not None and payload.key_id not in self._seen_keys:
            self._check_key(self._secrets, seq, payload.key_id)

    def _check_key(self, secrets: Secrets, seq: int, key_id: str) -> None:
        self._seen_keys.add(key_id)
        row = self._store.key(key_id)
        try:
            if row is None:
                raise LogError(f"the key {key_id} is gone")
            unwrap(secrets, row)
        except LogError as error:
            if key_id not in self._told.keys:
                self._problems.add("altered", seq, f"its texts cannot be opened: {error}")


def _read(body: bytes) -> dict[str, Any]:
    try:
        value = from_json(body)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def _is_hex(text: str) -> bool:
    return not set(text) - set("0123456789abcdef")

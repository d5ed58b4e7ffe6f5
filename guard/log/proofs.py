"""Proofs about a log that can be checked without it: that a record is in it, and that an older
checkpoint precedes a newer one.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from guard.errors import LogError
from guard.log.checkpoint import Verifier, opened
from guard.log.merkle import (
    Frontier,
    consistency_ranges,
    included,
    inclusion_ranges,
    proof,
)
from guard.log.rotation import current, followed, handovers
from guard.log.store import Store, leaf_of


def prove(store: Store, seq: int) -> str:
    """A proof, as JSON, that a record is in the log: the record, its place, the hashes on the way
    to the root, the newest checkpoint, and how its key came from the first.

    Raises:
        LogError: there is no such record, or it is not yet signed.
    """
    checkpoint = store.latest_checkpoint()
    entry = next(store.entries(seq, seq + 1), None)
    if entry is None:
        raise LogError(f"there is no record {seq}; retention may have removed it")
    if checkpoint is None or checkpoint.size <= seq:
        raise LogError(f"no checkpoint covers record {seq} yet")
    path = proof(inclusion_ranges(seq, checkpoint.size), _roots(store))
    return json.dumps(
        {
            "seq": seq,
            "body": entry.body.decode(),
            "path": [one.hex() for one in path],
            "checkpoint": checkpoint.note,
            "handovers": handovers(store),
        }
    )


def check_proof(text: str, key: Verifier) -> dict[str, Any]:
    """The record that a proof is about, if it holds.

    Raises:
        LogError: it does not.
    """
    try:
        given = json.loads(text)
        seq, body, note = given["seq"], given["body"].encode(), given["checkpoint"]
        path = [bytes.fromhex(one) for one in given["path"]]
        record: dict[str, Any] = json.loads(body)
        keys = followed(given.get("handovers", ()), [key])
    except (ValueError, KeyError, TypeError, AttributeError):
        raise LogError("this is no proof of a record") from None
    if not isinstance(seq, int) or not isinstance(note, str):
        raise LogError("this is no proof of a record")
    said = opened(note, [term.key for term in keys])
    if said.signer not in map(str, current(keys, said.size)):
        raise LogError("the checkpoint is signed by a key that had handed over before")
    if not included(leaf_of(body), seq, said.size, path, said.root):
        raise LogError(f"this does not prove that the record is number {seq} of {said.origin}")
    if record.get("seq") != seq or record.get("origin") != said.origin:
        raise LogError("the record says that it belongs elsewhere")
    return record


def prove_consistency(store: Store, old: int, new: int) -> list[bytes]:
    """The hashes that prove that the log of `new` records begins with that of `old`; checked with
    `guard.log.merkle.consistent`.

    Raises:
        LogError: retention removed what is needed.
        ValueError: there is no such log.
    """
    return proof(consistency_ranges(old, new), _roots(store))


def _roots(store: Store) -> Callable[[int, int], bytes]:
    """What gives the root over a range of records; of those that are gone only what is left."""
    stub = store.stub()
    size = stub.size if stub else 0
    kept = _perfect(size, stub.frontier if stub else ())

    def root(low: int, high: int) -> bytes:
        if (low, high) in kept:
            return kept[low, high]
        if low < size and not (low == 0 and high >= size):
            raise LogError("retention removed records that this proof needs")
        tree = Frontier(size, stub.frontier) if stub and low < size else Frontier()
        for entry in store.entries(max(low, size if low < size else 0), high):
            tree.append(entry.leaf)
        return tree.root()

    return root


def _perfect(size: int, frontier: tuple[bytes, ...]) -> dict[tuple[int, int], bytes]:
    """The perfect subtrees that a frontier consists of, by their ranges."""
    found: dict[tuple[int, int], bytes] = {}
    low = 0
    for bit, one in zip(reversed(_bits(size)), frontier, strict=True):
        found[low, low + bit] = one
        low += bit
    return found


def _bits(size: int) -> list[int]:
    return [1 << place for place in range(size.bit_length()) if size >> place & 1]

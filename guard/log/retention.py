"""Erasing a subject, and removing old records: what goes, what stays in its place, and finishing
what a crash interrupted. The record that says so is written first, so that nothing is ever missing
without a reason; what it says is then done, and done again by the next who opens the log.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from guard.errors import InputError, LogError
from guard.log.checkpoint import Verifier
from guard.log.merkle import Frontier
from guard.log.rotation import handovers
from guard.log.store import NO_LEAF, Store, Stub
from guard.log.vouching import told

Note = Callable[[str, dict[str, Any]], None]
"""Writes a record of a kind with these fields; durable and in its place when it returns."""
_HELD = b'"legal_hold":true'


@dataclass(frozen=True, slots=True)
class Old:
    """The records that may go: the first `until`, with what must be kept of them."""

    until: int
    leaf: bytes
    tree: Frontier
    packs: tuple[dict[str, Any], ...]


def two_named(by: str | None, confirmed_by: str | None) -> None:
    """Two people must answer for a removal: who does it, and who confirms it.

    Raises:
        InputError: one is missing, or both are the same.
    """
    names = {name.strip().casefold() for name in (by, confirmed_by) if name and name.strip()}
    if len(names) < 2:
        raise InputError(
            "this log takes two people to remove anything: say by, and confirmed_by, another name"
        )


def erase(
    store: Store,
    note: Note,
    tag: str,
    now: str,
    *,
    basis: str,
    by: str | None,
    confirmed_by: str | None = None,
) -> tuple[str, ...]:
    """Destroy the keys for a tag, and delete what they encrypted. The ids of the keys.

    Raises:
        LogError: a record of the subject is under legal hold, or the store does not let us.
    """
    keys = tuple(key.key_id for key in store.keys(tag))
    if _held(store, set(keys)):
        raise LogError("a record of this subject is under legal hold; nothing was erased")
    store.may_remove()
    who = {"by": by, "confirmed_by": confirmed_by}
    if keys:
        note("erasure", {"keys": keys, "basis": basis, **who})
    store.destroy_keys(keys, now, tag=tag)
    return keys


def finish(store: Store, note: Note, now: str, keys: Sequence[Verifier]) -> None:
    """Do what records say was done and a crash prevented; say what was done and no record says.
    Only records that one of the keys has signed are believed."""
    bodies = [body for _, body, vouched in told(store, keys) if vouched]
    purges = [body for body in bodies if body["kind"] == "purge"]
    said = {key for body in bodies if body["kind"] == "erasure" for key in body["keys"]}
    done = set(store.destroyed_keys())
    if said - done:
        store.destroy_keys(sorted(said - done), now)
    untold = _untold(store, done - said, max((one["before"] for one in purges), default=""))
    if untold:
        note("erasure", {"keys": untold, "basis": "completed", "by": None})
    for purge in purges:
        stub = store.stub()
        if purge["scope"] == "payloads":
            if next(store.payloads(0, purge["until"]), None) is not None:
                store.purge_payloads(purge["until"])
        elif stub is None or stub.size < purge["until"]:
            store.purge(_stub_of(purge))


def _untold(store: Store, keys: set[str], before: str) -> tuple[str, ...]:
    """Keys that no record says were destroyed; the records of those destroyed before the last purge
    went with it."""
    rows = (store.key(key_id) for key_id in sorted(keys))
    return tuple(row.key_id for row in rows if row and (row.destroyed or "") >= before)


def prune(
    store: Store,
    note: Note,
    before: str,
    *,
    scope: str,
    by: str | None,
    confirmed_by: str | None = None,
) -> int:
    """Remove the records (or only the texts) that are older than a moment. How many went.

    Only a whole beginning of the log can go; it ends before the first record that is younger, or
    under legal hold.
    """
    store.may_remove()
    who = {"by": by, "confirmed_by": confirmed_by}
    old = _old(store, before)
    if scope == "payloads":
        if next(store.payloads(0, old.until), None) is None:
            return 0
        note("purge", {"scope": scope, "until": old.until, "before": before, **who})
        return store.purge_payloads(old.until)
    stub = store.stub()
    if old.until == (stub.size if stub else 0):
        return 0
    body = {
        "scope": scope,
        "until": old.until,
        "root": old.tree.root().hex(),
        "frontier": tuple(node.hex() for node in old.tree.nodes),
        "last": old.leaf.hex(),
        "handovers": tuple(one for one in handovers(store) if one["after"] < old.until),
        "before": before,
        **who,
    }
    for packs in old.packs:
        note("packs", packs)
    note("purge", body)
    return store.purge(_stub_of(body))


def _old(store: Store, before: str) -> Old:
    stub = store.stub()
    tree = Frontier(stub.size, stub.frontier) if stub else Frontier()
    leaf = stub.leaf if stub else NO_LEAF
    packs: dict[str, dict[str, Any]] = {}
    for entry in store.entries(tree.size):
        body = json.loads(entry.body)
        if body["ts"] >= before or _HELD in entry.body:
            break
        if entry.kind == "packs":
            packs[body["ruleset"]] = {"ruleset": body["ruleset"], "packs": body["packs"]}
        tree.append(entry.leaf)
        leaf = entry.leaf
    return Old(tree.size, leaf, tree, tuple(packs.values()))


def _held(store: Store, keys: set[str]) -> bool:
    return bool(keys) and any(
        json.loads(entry.body).get("key") in keys
        for entry in store.entries()
        if _HELD in entry.body
    )


def _stub_of(body: dict[str, Any]) -> Stub:
    frontier = tuple(bytes.fromhex(node) for node in body["frontier"])
    return Stub(body["until"], bytes.fromhex(body["last"]), frontier)

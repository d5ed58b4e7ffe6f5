"""`verify`: is the log what was written, all of it, in its order? Streams through the stored bytes
and never writes them anew. Trusts nothing but the public key that the caller gives.

It finds what changed since the last checkpoint was signed, and, with a checkpoint that was kept
elsewhere (`against`), also a log that was cut off or replaced as a whole. It does not judge whether
what was recorded is true.
"""

from __future__ import annotations

from collections.abc import Sequence

from guard.errors import LogError
from guard.log.checkpoint import Opened, Verifier, opened
from guard.log.clock import steps_told
from guard.log.keys import Secrets
from guard.log.losses import confirm, told
from guard.log.merkle import Frontier
from guard.log.rotation import current, terms
from guard.log.signed_tree import SignedTree
from guard.log.store import Store, Stub
from guard.log.verification import Problem, Problems, Verification, Wrong
from guard.log.walk import Walk


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
    return _verified(store, trusted, kept, secrets)


def _verified(
    store: Store, keys: Sequence[Verifier], kept: Sequence[Opened], secrets: Secrets | None
) -> Verification:
    problems = Problems()
    if all(key.name != store.origin for key in keys):
        problems.add("altered", None, f"the log calls itself {store.origin}, which no key is for")
    stub = store.stub()
    said = told(store, keys)
    tree = SignedTree(problems, _begun(stub, problems))
    sizes = _stored(store, keys, tree, problems)
    for one in kept:
        tree.expect(one)
    walk = Walk(store, tree, problems, said, secrets)
    size = walk.go(stub)
    said = told(store, keys)  # what was recorded meanwhile counts as well
    walk.resolve(said)
    for seq in said.forged:
        if not problems.at(seq):
            problems.add("inserted", seq, "it excuses a loss, and the log's key has not signed it")
    if stub is not None:
        confirm(stub, said, problems)
    _ends(store, size, tree, kept, problems)
    signed = max((one for one in sizes if one <= size), default=0)
    return Verification(
        origin=store.origin,
        size=size,
        pruned=tree.pruned,
        signed=signed,
        signed_at=next((one.time for one in tree.signed(signed) if signed in sizes), None),
        checkpoints=len(sizes),
        erased=walk.erased,
        root=tree.root(size),
        problems=tuple(problems.found),
        notes=steps_told(store),
    )


def _begun(stub: Stub | None, problems: Problems) -> Frontier:
    """The tree of what retention removed."""
    if stub is None:
        return Frontier()
    try:
        return Frontier(stub.size, stub.frontier)
    except ValueError:
        problems.add("altered", 0, "what stands for the removed records was altered")
        return Frontier()


def _stored(
    store: Store, keys: Sequence[Verifier], tree: SignedTree, problems: Problems
) -> list[int]:
    """The sizes of the valid checkpoints that the log itself keeps."""
    sizes, before = [], 0
    served = terms(store, keys)
    for one in store.checkpoints():
        try:
            said = opened(one.note, current(served, one.size))
        except LogError as error:
            problems.add("altered", one.size, f"the checkpoint of {one.size}: {error}")
            before = one.size
            continue
        if (said.size, said.root, said.previous) != (one.size, one.root, one.previous):
            problems.add("altered", one.size, f"the checkpoint of {one.size} was altered")
        elif said.origin != store.origin:
            problems.add("inserted", one.size, "a checkpoint belongs to another log")
        else:
            if said.previous != before:
                problems.add(
                    "removed", before, f"a checkpoint is gone: {one.size} follows {before}"
                )
            sizes.append(one.size)
            tree.expect(said)
        before = one.size
    return sizes


def _ends(
    store: Store, size: int, tree: SignedTree, kept: Sequence[Opened], problems: Problems
) -> None:
    """Whether the log is as long as the longest checkpoint says, and of the log that was meant."""
    longest = tree.longest()
    if longest > size:
        problems.add(
            "truncated", size, f"the log has {size} records, and a signed checkpoint says {longest}"
        )
    stored = {one.size: one.root for one in store.checkpoints()}
    for one in kept:
        if one.origin != store.origin:
            problems.add("forked", None, f"the checkpoint is of another log, {one.origin}")
        elif 0 < one.size < tree.pruned:
            _check_pruned(one, stored.get(one.size), problems)


def _check_pruned(one: Opened, root: bytes | None, problems: Problems) -> None:
    if root is None:
        problems.add(
            "unproved",
            None,
            f"the checkpoint of {one.size} is older than what retention left, and the log has "
            "none of that size to compare it with",
        )
    elif root != one.root:
        problems.add("forked", 0, f"the log has another checkpoint of {one.size} records")


__all__ = ["Problem", "Verification", "Wrong", "verify"]

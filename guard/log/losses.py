"""Losses that records of the log excuse: keys that were destroyed, texts and records that retention
removed. Only what the log's key has signed excuses anything.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from guard.log import vouching
from guard.log.checkpoint import Verifier
from guard.log.rotation import terms
from guard.log.store import Store, Stub
from guard.log.verification import Problems


@dataclass(slots=True)
class Told:
    """What records say that is gone: keys, and texts before `payloads_until`; and of each purge.
    `forged`: records that excuse a loss and are not signed."""

    keys: set[str] = field(default_factory=set)
    payloads_until: int = 0
    purges: list[dict[str, Any]] = field(default_factory=list)
    forged: list[int] = field(default_factory=list)

    def excuses(self, seq: int, key: object) -> bool:
        """Whether the texts of a record may be gone."""
        return key in self.keys or seq < self.payloads_until


def told(store: Store, trusted: Sequence[Verifier]) -> Told:
    """What the records of a log say that is gone."""
    found = Told()
    keys = tuple(dict.fromkeys(term.key for term in terms(store, trusted)))
    for entry, body, vouched in vouching.told(store, keys):
        if not vouched:
            found.forged.append(entry.seq)
        elif body.get("kind") == "erasure":
            found.keys.update(body.get("keys", ()))
        elif body.get("scope") == "payloads":
            found.payloads_until = max(found.payloads_until, body.get("until", 0))
        else:
            found.purges.append(body)
    return found


def confirm(stub: Stub, said: Told, problems: Problems) -> None:
    """Removed records must be told by a record that stands in the chain."""
    held = {
        "until": stub.size,
        "last": stub.leaf.hex(),
        "frontier": [one.hex() for one in stub.frontier],
    }
    if not any(all(body.get(k, []) == v for k, v in held.items()) for body in said.purges):
        problems.add(
            "removed", 0, f"the first {stub.size} records are gone, and no record says why"
        )

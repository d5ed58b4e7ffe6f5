"""Changing the key that signs: the old key signs the new one, in a record, and from there on only
the new one counts. Who trusts the first key can follow.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from guard.errors import LogError
from guard.log.checkpoint import Signer, Verifier
from guard.log.store import Store


@dataclass(frozen=True, slots=True)
class Term:
    """A key and from which size on it signs: checkpoints of more than `after` records."""

    key: Verifier
    after: int


def handover(old: Signer, new: Verifier) -> dict[str, Any]:
    """The fields of the record that says that a new key signs from here on."""
    signature = base64.b64encode(old.sign(_statement(old.verifier, new))).decode()
    return {"old": str(old.verifier), "new": str(new), "signature": signature}


def handovers(store: Store) -> list[dict[str, Any]]:
    """All changes of the key that the log tells of, oldest first; not yet checked."""
    found = [json.loads(entry.body) | {"after": entry.seq} for entry in store.entries(kind="key")]
    for entry in store.entries(kind="purge"):
        found.extend(json.loads(entry.body).get("handovers", ()))
    told = {one["new"]: one for one in found}.values()
    return sorted(
        ({name: one[name] for name in ("old", "new", "signature", "after")} for one in told),
        key=lambda one: one["after"],
    )


def terms(store: Store, trusted: Sequence[Verifier]) -> list[Term]:
    """The keys that sign, each from where on: those that are trusted from the beginning, and each
    that one before it has signed. A handover of another key is passed over."""
    return followed(_readable(store), trusted)


def followed(said: Sequence[Mapping[str, Any]], trusted: Sequence[Verifier]) -> list[Term]:
    """The same from handovers that somebody else gives, oldest first; see `handovers`.

    Raises:
        KeyError, TypeError: one is none.
    """
    found = [Term(key, 0) for key in trusted]
    for one in said:
        try:
            old, new = Verifier.parse(one["old"]), Verifier.parse(one["new"])
            signature = base64.b64decode(one["signature"], validate=True)
        except (LogError, ValueError):
            continue
        holds = any(term.key == old for term in found) and old.name == new.name
        if holds and old.verifies(signature, _statement(old, new)):
            found.append(Term(new, int(one["after"])))
    return found


def _readable(store: Store) -> list[dict[str, Any]]:
    """The handovers, unless records were altered: verification says so elsewhere."""
    try:
        return handovers(store)
    except (ValueError, KeyError, TypeError, AttributeError):
        return []


def current(found: Sequence[Term], size: int) -> tuple[Verifier, ...]:
    """The keys that may sign a checkpoint of so many records. A key that has handed over signs
    nothing that comes after."""
    latest = max((term.after for term in found if term.after < size), default=0)
    return tuple(term.key for term in found if term.after == latest)


def _statement(old: Verifier, new: Verifier) -> bytes:
    return f"guard.log key handover\n{old}\n{new}\n".encode()

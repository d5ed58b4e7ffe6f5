"""Records that excuse a loss, of an erasure or a purge, are signed each: who can write to the
database, and has no key, cannot remove something and add a record that says it was meant.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Sequence
from typing import Any

from guard.log.canonical import canonical
from guard.log.checkpoint import Signer, Verifier
from guard.log.store import Entry, Store

KINDS = ("erasure", "purge")
_PLACED = ("origin", "seq", "prev", "signature")


def vouch(signer: Signer, origin: str, body: dict[str, Any]) -> str:
    """The signature for the body of a record that has no place yet."""
    return base64.b64encode(signer.sign(_statement(origin, body))).decode()


def vouched(origin: str, body: dict[str, Any], keys: Sequence[Verifier]) -> bool:
    """Whether one of the keys has signed what a record says."""
    try:
        signature = base64.b64decode(body["signature"], validate=True)
        statement = _statement(origin, body)
    except (KeyError, TypeError, ValueError):
        return False
    return any(key.verifies(signature, statement) for key in keys)


def told(store: Store, keys: Sequence[Verifier]) -> Iterator[tuple[Entry, dict[str, Any], bool]]:
    """All records that excuse a loss, and whether each is vouched for."""
    for kind in KINDS:
        for entry in store.entries(kind=kind):
            try:
                body = json.loads(entry.body)
            except ValueError:
                continue  # altered: verification says so elsewhere
            if isinstance(body, dict):
                yield entry, body, vouched(store.origin, body, keys)


def _statement(origin: str, body: dict[str, Any]) -> bytes:
    said = {name: value for name, value in body.items() if name not in _PLACED}
    return b"guard.log loss\n" + origin.encode() + b"\n" + canonical(said)

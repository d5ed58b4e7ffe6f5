"""Canonical bytes (RFC 8785) and ids (UUIDv7). What is hashed is always these bytes, as stored."""

from __future__ import annotations

import json
import os
import threading
import time
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from guard.errors import MissingExtraError

LONGEST_INTEGER = 15  # digits: all such numbers are below 2**53
_lock = threading.Lock()
_last = 0


class _NotPlainError(ValueError):
    pass


def canonical(value: Mapping[str, Any]) -> bytes:
    """The canonical JSON of a value.

    Raises:
        MissingExtraError: the extra `log` is not installed.
        ValueError: NaN, an integer beyond 2**53, or a lone surrogate is in it.
    """
    try:
        import rfc8785
    except ModuleNotFoundError:
        raise MissingExtraError("the compliance log", "log") from None
    text = _dumped(value)
    # In ASCII, without fractions and large numbers, that is the canonical form already, and took
    # 66 us for a record where rfc8785 took 195.
    if text.isascii() and _plain(text):
        return text.encode()
    return rfc8785.dumps(dict(value))


def extended(body: bytes, more: Mapping[str, str | int]) -> bytes:
    """The canonical JSON of an object that has more fields: names, and numbers below 2**53.

    Args:
        body: its canonical JSON without them.
        more: the fields.
    """
    try:
        text = _dumped({**_parsed(body), **more})
    except _NotPlainError:
        return canonical({**json.loads(body), **more})
    return text.encode() if text.isascii() else canonical({**json.loads(body), **more})


def _dumped(value: Mapping[str, Any]) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def _plain(text: str) -> bool:
    try:
        _parsed(text)
    except _NotPlainError:
        return False
    return True


def _parsed(text: str | bytes) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(
        text, parse_float=_refuse, parse_constant=_refuse, parse_int=_safe
    )
    return found


def _refuse(text: str) -> None:
    raise _NotPlainError(text)


def _safe(text: str) -> int:
    if len(text) > LONGEST_INTEGER:
        raise _NotPlainError(text)
    return int(text)


def uuid7() -> str:
    """A new UUIDv7 (RFC 9562): milliseconds, then a sub-millisecond count that never goes back
    within a process, then 62 random bits."""
    global _last
    with _lock:
        # 12 bits of the nanoseconds within a millisecond, so that ids made here sort by age.
        now = time.time_ns() * 4096 // 1_000_000
        _last = now = max(now, _last + 1)
    milliseconds, fraction = now >> 12, now & 0xFFF
    random = int.from_bytes(os.urandom(8), "big") & (2**62 - 1)
    return str(UUID(int=milliseconds << 80 | 7 << 76 | fraction << 64 | 2 << 62 | random))


def _forked() -> None:
    """In the child of a fork: the lock may be held by a thread that does not exist here."""
    global _lock
    _lock = threading.Lock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forked)

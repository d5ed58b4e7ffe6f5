"""Canonical bytes (RFC 8785) and ids (UUIDv7). What is hashed is always these bytes, as stored."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from guard.errors import MissingExtraError

_lock = threading.Lock()
_last = 0


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
    return rfc8785.dumps(dict(value))


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

"""What every record begins with: id, times, process; and the record as an event for a store."""

from __future__ import annotations

import re
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from guard._version import __version__
from guard.log.canonical import canonical, uuid7
from guard.log.record import Record
from guard.log.store import Unsealed

_NO_CODE = re.compile(r"[^\w.:@/+-]")
LONGEST_NAME, LONGEST_CODE = 200, 100


def now() -> str:
    """The time, as records write it."""
    return written(datetime.now(UTC))


def written(when: datetime) -> str:
    """A moment as records write it; one without a zone is taken for local time."""
    return when.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def head(writer: str, event_id: str | None = None) -> dict[str, Any]:
    """The fields that every record has."""
    return {
        "id": event_id or uuid7(),
        "ts": now(),
        "boot": _boot(),
        "mono": time.monotonic_ns() // 1000,
        "writer": writer,
        "guard": __version__,
    }


@cache
def _boot() -> str:
    """Which start of the machine this is, so that monotonic times can be compared."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text("ascii").strip()
    except OSError:
        return "unknown"


def unsealed(record: Record) -> Unsealed:
    """A record without texts, on its way into the log."""
    return Unsealed(record.id, record.kind, canonical(record.body()))


def name_of(given: str | None) -> str | None:
    """An id from outside, cut to what a record takes: no turn is lost over one that is too long."""
    return given[:LONGEST_NAME] if given is not None else None


def codes_of(given: Sequence[str]) -> tuple[str, ...]:
    """Names of errors, of the characters that a record takes."""
    return tuple(_NO_CODE.sub("_", one)[:LONGEST_CODE] for one in given if one)

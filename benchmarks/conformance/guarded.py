"""A pytest plug-in for other packages' tests: every client of the SDK that they make is wrapped.

    GUARD_CONFORMANCE=observe pytest -p benchmarks.conformance.guarded ...

`bare` leaves them as they are; `observe` audits and changes nothing; `marker` rewrites one word
wherever it stands, and compares each reply with what the upstream sent. What was counted goes into
the file that GUARD_CONFORMANCE_OUT names. Only for such runs: the package itself patches nothing.
"""

from __future__ import annotations

import json
import os
from collections.abc import AsyncIterator, Callable, Iterator
from functools import wraps
from pathlib import Path
from typing import Any

from benchmarks.conformance.marker import marking
from benchmarks.conformance.same import differences
from guard import Guard
from guard.clients import transport
from guard.clients.seam import Seam
from guard.clients.wrapping import install
from guard.report import Report

MODE = os.environ.get("GUARD_CONFORMANCE", "bare")
OUT = os.environ.get("GUARD_CONFORMANCE_OUT", os.devnull)
WORD = "the"
BEFORE = "zqxjkzqv"  # put before the word; stands in no base64 by chance
COUNTED: dict[str, Any] = {"audited": 0, "rewritten": 0, "compared": 0, "different": []}


def _noted(report: Report) -> None:
    COUNTED["audited"] += 1
    COUNTED["rewritten"] += report.reply.changed


def _seam() -> Seam:
    if MODE == "observe":
        return Seam(Guard(mode="observe", record=_noted))
    guard = marking(WORD, lambda found: BEFORE + found, record=_noted, emotion_inference="off")
    return Seam(guard, "full")


def _patched(kind: Any, seam: Seam) -> None:
    made: Callable[..., None] = kind.__init__

    @wraps(made)
    def init(self: Any, *args: Any, **options: Any) -> None:
        made(self, *args, **options)
        install(self, seam)

    kind.__init__ = init


class _Tee:
    """The upstream's response, with a copy of all that was read of it."""

    def __init__(self, response: Any) -> None:
        self.response = response
        self.read = b""

    def __getattr__(self, name: str) -> Any:
        return getattr(self.response, name)

    def iter_bytes(self) -> Iterator[bytes]:
        for chunk in self.response.iter_bytes():
            self.read += chunk
            yield chunk

    async def aiter_bytes(self) -> AsyncIterator[bytes]:
        async for chunk in self.response.aiter_bytes():
            self.read += chunk
            yield chunk


def _compared(tee: _Tee, sent: bytes) -> None:
    COUNTED["compared"] += 1
    COUNTED["different"] += differences(tee.read, sent.replace(BEFORE.encode(), b""))[:3]


def _compare() -> None:
    """Hold what each body gave against what it was given."""
    sync, not_sync = transport.SyncBody.__iter__, transport.AsyncBody.__aiter__

    def read(self: Any) -> Iterator[bytes]:
        self.upstream = _Tee(self.upstream)
        sent = b""
        for chunk in sync(self):
            sent += chunk
            yield chunk
        _compared(self.upstream, sent)

    async def aread(self: Any) -> AsyncIterator[bytes]:
        self.upstream = _Tee(self.upstream)
        sent = b""
        async for chunk in not_sync(self):
            sent += chunk
            yield chunk
        _compared(self.upstream, sent)

    transport.SyncBody.__iter__ = read  # type: ignore[method-assign]
    transport.AsyncBody.__aiter__ = aread  # type: ignore[method-assign,assignment]


def pytest_sessionfinish() -> None:
    Path(OUT).write_text(json.dumps(COUNTED))


if MODE != "bare":
    from openai._base_client import AsyncAPIClient, SyncAPIClient

    SEAM = _seam()
    for one in (SyncAPIClient, AsyncAPIClient):
        _patched(one, SEAM)
    if MODE == "marker":
        _compare()

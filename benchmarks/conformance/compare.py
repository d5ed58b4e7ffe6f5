"""Hooks that hold each reply of a wrapped client against what the upstream sent, and take the marks
of a rewrite away where what is compared must not have them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from typing import Any

from benchmarks.conformance.outcomes import Outcomes
from benchmarks.conformance.same import differences
from guard.clients import transport
from guard.clients.seam import Plan


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


def bodies(mark: bytes, found: Outcomes, *, restored: bool) -> None:
    """Compare what each body gave, without the mark, with what it was given. `restored`: the SDK,
    too, gets it without the mark."""
    sync, not_sync = transport.SyncBody.__iter__, transport.AsyncBody.__aiter__

    def compared(came: bytes, went: bytes) -> None:
        found.differ(differences(came, went.replace(mark, b""), changed=mark in went))

    # The guard gives whole events or a whole body at a time, so that no mark is cut in two.
    def read(self: Any) -> Iterator[bytes]:
        self.upstream = _Tee(self.upstream)
        sent = b""
        for chunk in sync(self):
            sent += chunk
            yield chunk.replace(mark, b"") if restored else chunk
        compared(self.upstream.read, sent)

    async def aread(self: Any) -> AsyncIterator[bytes]:
        self.upstream = _Tee(self.upstream)
        sent = b""
        async for chunk in not_sync(self):
            sent += chunk
            yield chunk.replace(mark, b"") if restored else chunk
        compared(self.upstream.read, sent)

    transport.SyncBody.__iter__ = read  # type: ignore[method-assign]
    transport.AsyncBody.__aiter__ = aread  # type: ignore[method-assign,assignment]


def requests(mark: bytes) -> None:
    """Send requests without the mark. A recorded upstream knows the conversation as it was, and
    answers only what is, to the last byte, what it was asked then."""
    made = transport.Wrapped._sent

    def sent(self: Any, request: Any, plan: Plan) -> Any:
        if mark not in plan.content:
            return made(self, request, plan)
        return made(
            self, request, replace(plan, content=plan.content.replace(mark, b""), prevented=True)
        )

    transport.Wrapped._sent = sent  # type: ignore[method-assign]

"""Events that wait: what is kept of them, and how they go out in the end. Pure.

When they may go is not decided here.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from guard.clients.drafts import Asked, Key
from guard.clients.jsontext import edited
from guard.clients.parts import NOTHING, Dialect, Edit, Part, Piece
from guard.clients.settle import Settled, finished
from guard.clients.sse import Event, event_of
from guard.clients.texts import Share, Texts
from guard.clients.whole import edits_of

DONE = "[DONE]"
UNREADABLE = Part()
PORTION = 2048
"""Bytes that go out at once: some eight events, which the SDK above takes some 2 ms to read."""


@dataclass(frozen=True, slots=True)
class Held:
    """An event that waits: its bytes, what it has of each text, the choices that it ends.

    `closes`: nothing of the reply follows; `ends`: it ends a choice or the reply, or tells of an
    error. What else it says is read again where it changes: many streams at once hold many events,
    and Python's collector goes through every object that is kept.
    """

    raw: bytes
    shares: tuple[Share, ...]
    finishes: tuple[int, ...]
    ends: bool
    closes: bool
    unreadable: bool


def part_of(event: Event, dialect: Dialect, asked: Asked) -> Part:
    """What of an event matters; `UNREADABLE` where that can't be told."""
    if event.data is None or event.data == DONE:
        return NOTHING
    try:
        value = json.loads(event.data)
    except (ValueError, RecursionError):
        return UNREADABLE
    return dialect.event(value, asked) if isinstance(value, dict) else UNREADABLE


def held_of(event: Event, part: Part, shares: tuple[Share, ...]) -> Held:
    """What is kept of an event."""
    closes = part.last or event.data == DONE
    finishes = tuple(finish.choice for finish in part.finishes)
    ends = closes or part.failed or bool(finishes)
    return Held(event.raw, shares, finishes, ends, closes, part is UNREADABLE)


@dataclass(frozen=True, slots=True)
class Ending:
    """How the events that are left go out, once every draft was checked."""

    dialect: Dialect
    asked: Asked
    texts: Texts
    settled: Settled
    rest: dict[Key, Iterator[str]]

    def bytes_of(self, held: Held) -> bytes:
        """An event as it goes out, its texts replaced by what may."""
        if held.unreadable and self.settled.withheld:
            return b""
        if not self._touches(held):
            return held.raw
        event = event_of(held.raw)
        part = part_of(event, self.dialect, self.asked)
        edits: list[Edit] = finished(part, self.settled)
        for piece in part.pieces:
            edits += self._changes(piece)
        if not edits or event.data is None:
            return held.raw
        return event.with_data(edited(event.data, edits)).raw

    def _touches(self, held: Held) -> bool:
        """Whether something in an event may change."""
        return not self.settled.withheld.isdisjoint(held.finishes) or any(
            added is None or key in self.settled.new for key, _, added in held.shares
        )

    def _changes(self, piece: Piece) -> list[Edit]:
        if piece.whole:
            if not self.asked.audits(piece.kind):
                return []
            # What a text is said to be in full must be what was audited.
            full = self.settled.new.get(piece.key, self.texts[piece.key].said)
            return edits_of(piece, full) if full != piece.text else []
        if piece.key not in self.rest or not piece.text:
            return []
        return edits_of(piece, next(self.rest[piece.key], ""))


def portions(events: Sequence[bytes]) -> Iterator[bytes]:
    """The same bytes, some events at a time."""
    some, size = [], 0
    for event in events:
        some.append(event)
        size += len(event)
        if size >= PORTION:
            yield b"".join(some)
            some, size = [], 0
    if size:
        yield b"".join(some)

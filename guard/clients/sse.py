"""Server-sent events, byte for byte: what came in can go out again as it was.

Splits a stream into events however it was cut into chunks. What the events mean is not known here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

MOST = 1 << 20
"""Bytes that one event may have."""

_BOUNDARY = re.compile(rb"(?:\r\n|\n|\r(?!\n))(?:\r\n|\n|\r)")
_LINE = re.compile(rb"\r\n|\n|\r")


@dataclass(frozen=True, slots=True)
class Event:
    """One event: its bytes, with the blank line that ends it; its name, and its data, which is None
    for a comment."""

    raw: bytes
    name: str
    data: str | None

    def with_data(self, data: str) -> Event:
        """The same event with other data: on one line, where its first data stood."""
        lines, put = [], False
        for line in self.raw.splitlines(keepends=True):
            bare = line.rstrip(b"\r\n")
            if bare == b"data" or bare.startswith(b"data:"):
                if put:
                    continue
                put = True
                space = b" " if bare.startswith(b"data: ") else b""
                line = b"data:" + space + data.encode() + line[len(bare) :]
            lines.append(line)
        return Event(b"".join(lines), self.name, data)


class Events:
    """Takes bytes as they come and gives events as they end."""

    def __init__(self) -> None:
        self._rest = b""
        self._lookout = 0

    def feed(self, chunk: bytes) -> Iterator[Event]:
        """The events that end within this chunk.

        Raises:
            OverflowError: an event has more than a megabyte.
        """
        self._rest += chunk
        while (end := self._boundary()) is not None:
            raw, self._rest = self._rest[:end], self._rest[end:]
            self._lookout = 0
            yield event_of(raw)
        if len(self._rest) > MOST:
            raise OverflowError("an event is too large")

    def end(self) -> Event | None:
        """What is left when the stream has ended: an event that lacks its blank line."""
        raw, self._rest = self._rest, b""
        return event_of(raw) if raw else None

    def _boundary(self) -> int | None:
        """Where the first event ends: behind two line ends in a row. A carriage return that stands
        last may be half of a line end, so it waits for what comes next."""
        rest, start = self._rest, max(0, self._lookout - 3)
        self._lookout = len(rest)
        found = _LINE.match(rest) or _BOUNDARY.search(rest, start)
        if found is None or (found.end() == len(rest) and rest.endswith(b"\r")):
            return None
        return found.end()


def event_of(raw: bytes) -> Event:
    """What these bytes say, which are one event."""
    name, data = "", []
    for line in raw.splitlines():
        field, _, value = line.partition(b":")
        value = value.removeprefix(b" ")
        if field == b"data":
            data.append(value)
        elif field == b"event":
            name = value.decode(errors="replace")
    text = b"\n".join(data).decode(errors="replace") if data else None
    return Event(raw, name, text)

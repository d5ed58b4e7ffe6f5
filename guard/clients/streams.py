"""Streams: events are held until the guard can vouch for the text in them. Pure: a state machine
that is fed with chunks and gives bytes.

What was sent is a prefix of the final text, whatever comes later. Events whose text doesn't change
go out byte for byte.
"""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Generator, Iterator
from dataclasses import dataclass, replace
from typing import Any, Literal

from guard.clients.drafts import Asked, Draft, Key, Slot, drafts_of
from guard.clients.earned import LAG, due, earned
from guard.clients.growing import Progress, Text, spread
from guard.clients.jsontext import edited
from guard.clients.parts import NOTHING, Dialect, Edit, Part, Piece
from guard.clients.settle import Settled, finished, settle
from guard.clients.sse import Event, Events
from guard.clients.steps import NEED, Broken, Check, Core, Emit, Known, Probe, Step
from guard.clients.whole import edits_of, unread
from guard.delivery import Delivery
from guard.report import Fault

Streaming = Literal["earned", "full", "observe"]
DONE = "[DONE]"
UNREADABLE = Part()
MOST = 8 << 20
"""Bytes that are held of one stream."""


@dataclass(frozen=True, slots=True)
class Held:
    """An event that waits. `until`, by text, how much of it must be released for it to go."""

    event: Event
    part: Part
    until: tuple[tuple[Key, int], ...]


class Hold:
    """The state of one stream."""

    def __init__(
        self, dialect: Dialect, asked: Asked, streaming: Streaming, *, prevented: bool = False
    ) -> None:
        self.dialect = dialect
        self.asked = asked
        self.streaming = streaming
        self.prevented = prevented
        self.texts: dict[Key, Text] = {}
        self.progress: dict[int, Progress] = {}
        self.queue: deque[Held] = deque()
        self.held = 0
        self.ended = False  # the upstream has said all
        self.finishes: set[int] = set()
        self.choices: set[int] = set()
        self.settled = False
        self.unreadable = False  # an event could not be read, so that it may have held any text

    def run(self) -> Core:
        """From the first chunk to the last byte."""
        events = Events()
        broken = False
        while (chunk := (yield NEED)) is not None:
            if isinstance(chunk, Broken):
                broken = True
                break
            try:
                for event in events.feed(chunk):
                    yield from self.take(event)
            except OverflowError:
                yield from self.overflow()
                return
        if (rest := events.end()) is not None and not broken:
            yield from self.take(rest)
        if not self.settled:
            yield from self.settle(whole=not broken and self.complete)

    @property
    def complete(self) -> bool:
        """Whether the reply came to its end."""
        return self.ended or (bool(self.choices) and self.choices <= self.finishes)

    def take(self, event: Event) -> Generator[Step, Any, None]:
        """One event of the upstream's."""
        if self.settled:
            # Whatever follows the end, no text: nothing audits it.
            if event.data is None or event.data == DONE:
                yield Emit(event.raw)
            return
        part = self.read(event)
        self.queue.append(Held(event, part, tuple(self.grow(part))))
        self.held += len(event.raw)
        self.finishes |= {finish.choice for finish in part.finishes}
        if self.asked.later and part.key:
            yield Known(part.key, self.asked)
        if part.last or event.data == DONE:
            self.ended = not part.failed
        if event.data == DONE:
            yield from self.settle(whole=True)
        elif part.failed and not part.last:
            yield from self.settle(whole=False)
        elif self.held > MOST:
            raise OverflowError("more is held than a stream may have")
        elif self.streaming == "earned":
            yield from self.advance(part)
            yield from self.release()
        elif self.streaming == "observe":
            yield from self.release()

    @property
    def contradicted(self) -> bool:
        """Whether a text that is audited was also given otherwise: where all is out by then, some
        of it was not audited."""
        return any(one.contradicted for one in self.texts.values() if self.asked.audits(one.kind))

    def read(self, event: Event) -> Part:
        """What of an event matters."""
        if event.data is None or event.data == DONE:
            return NOTHING
        try:
            value = json.loads(event.data)
        except (ValueError, RecursionError):
            value = None
        if not isinstance(value, dict):
            self.unreadable = True
            return UNREADABLE
        return self.dialect.event(value, self.asked)

    def grow(self, part: Part) -> Iterator[tuple[Key, int]]:
        """Add an event's texts to those before; how much of each must be out for it to go."""
        for piece in part.pieces:
            text = self.texts.setdefault(piece.key, Text(piece.choice, piece.kind))
            self.choices.add(piece.choice)
            if piece.whole:
                text.repeat(piece.text)
                yield piece.key, len(text.said) + 1  # repeats: only with the end
            else:
                text.deltas += piece.text
                text.held += bool(piece.text)
                yield piece.key, len(text.deltas)
        self.choices |= {finish.choice for finish in part.finishes}

    def advance(self, part: Part) -> Generator[Step, Any, None]:
        """Audit what the drafts have come to, where a sentence of theirs has ended."""
        for choice in {piece.choice for piece in part.pieces if piece.kind == "text"}:
            text = self.only(choice)
            if text is None:
                continue
            progress = self.progress.setdefault(choice, Progress())
            stops = progress.seen(text.deltas)
            if not due(len(stops), progress.probes, progress.probed):
                continue
            progress.probes += 1
            progress.probed = len(stops)
            draft = Draft(choice, text.deltas[: stops[-1]], ())
            report = yield Probe(self.asked, draft)
            if earned(report):
                progress.limit = stops[-1 - LAG]

    def only(self, choice: int) -> Text | None:
        """The text of a choice, if it has but one that is read as a draft."""
        drafts = [
            one
            for one in self.texts.values()
            if one.choice == choice and one.said and one.kind in ("text", "json")
        ]
        return drafts[0] if len(drafts) == 1 and drafts[0].kind == "text" else None

    def free(self, held: Held) -> bool:
        """Whether an event may go before the end."""
        if self.streaming == "observe":
            return held.event.data != DONE and not held.part.last
        if held.part.finishes or held.part.failed or held.part.last or held.event.data == DONE:
            return False
        if held.part is UNREADABLE:
            return False
        return all(self.out(key, until) for key, until in held.until)

    def out(self, key: Key, until: int) -> bool:
        text = self.texts[key]
        if until == 0:
            return True
        if not self.asked.audits(text.kind):
            return True
        if text.kind == "json" or self.only(text.choice) is not text:
            return False
        progress = self.progress.get(text.choice)
        return progress is not None and until <= progress.limit

    def release(self) -> Generator[Step, Any, None]:
        """Send what may go, in order: nothing overtakes an event that waits."""
        out = []
        while self.queue and self.free(self.queue[0]):
            held = self.queue.popleft()
            self.held -= len(held.event.raw)
            for piece in held.part.pieces:
                if not piece.whole and piece.text:
                    self.texts[piece.key].sent += len(piece.text)
                    self.texts[piece.key].held -= 1
            out.append(held.event.raw)
        if out:
            yield Emit(b"".join(out))

    def settle(self, *, whole: bool) -> Generator[Step, Any, None]:
        """Check the drafts as they are, and send what is left."""
        self.settled = True
        fault: Fault | None = None if whole else "incomplete"
        unsure = self.unreadable or self.asked.unheard
        unsure = unsure or (self.streaming == "observe" and self.contradicted)
        delivery = Delivery(
            fault="error" if whole and unsure else fault,
            gone=self.streaming == "observe",
            prevented=self.prevented,
        )
        settled = yield from settle(self.slots, self.asked, delivery, self.released)
        rest = dict(self.remainders(settled))
        out = [self.sent_as(held, settled, rest) for held in self.queue]
        self.queue.clear()
        yield Emit(b"".join(out))

    def left(self) -> tuple[Check, ...]:
        """What is to be recorded where the caller goes away before the end: what they got."""
        if self.settled:
            return ()
        drafts = drafts_of(self.slots, self.asked)
        gone = Delivery(fault="incomplete", gone=True, prevented=self.prevented)
        out = self.released
        return tuple(
            Check(self.asked, draft, replace(gone, released=out.get(draft.choice, "")))
            for draft in drafts
        )

    @property
    def slots(self) -> list[Slot]:
        """The texts so far; those of which something is out come first, as it begins the draft."""
        ordered = sorted(self.texts.items(), key=lambda one: not one[1].sent)
        return [Slot(key, one.choice, one.kind, one.said) for key, one in ordered]

    @property
    def released(self) -> dict[int, str]:
        """By choice, what has gone out of its draft."""
        return {
            one.choice: one.deltas[: one.sent]
            for one in self.texts.values()
            if one.sent and one.kind == "text"
        }

    def remainders(self, settled: Settled) -> Iterator[tuple[Key, Iterator[str]]]:
        """What is still to be sent of each text that changes, spread over the deltas that wait."""
        for key, new in settled.new.items():
            text = self.texts[key]
            yield key, iter(spread(new[text.sent :], text.held))

    def sent_as(self, held: Held, settled: Settled, rest: dict[Key, Iterator[str]]) -> bytes:
        """An event as it goes out in the end."""
        if self.streaming == "observe":
            return held.event.raw
        if held.part is UNREADABLE and settled.withheld:
            return b""
        edits: list[Edit] = finished(held.part, settled)
        for piece in held.part.pieces:
            edits += self.changes(piece, settled, rest)
        if not edits or held.event.data is None:
            return held.event.raw
        return held.event.with_data(edited(held.event.data, edits)).raw

    def changes(self, piece: Piece, settled: Settled, rest: dict[Key, Iterator[str]]) -> list[Edit]:
        text = self.texts[piece.key]
        if piece.whole:
            if not self.asked.audits(piece.kind):
                return []
            # What a text is said to be in full must be what was audited.
            full = settled.new.get(piece.key, text.said)
            return edits_of(piece, full) if full != piece.text else []
        if piece.key not in rest or not piece.text:
            return []
        return edits_of(piece, next(rest[piece.key], ""))

    def overflow(self) -> Generator[Step, Any, None]:
        """More came than can be held: it was not audited, and what was not sent will not be."""
        self.settled = True
        self.queue.clear()
        yield from unread(self.dialect, self.asked, b"", "oversize")

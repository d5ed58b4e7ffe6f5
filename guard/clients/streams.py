"""Streams: events are held until the guard can vouch for the text in them. Pure: a state machine
that is fed with chunks and gives bytes.

What was sent is a prefix of the final text, whatever comes later. Events whose text doesn't change
go out byte for byte.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Generator
from dataclasses import replace
from typing import Any, Literal

from guard.clients.drafts import Asked, Draft, Key, drafts_of
from guard.clients.earned import LAG, due, earned
from guard.clients.growing import Progress
from guard.clients.held import DONE, Ending, Held, held_of, part_of, portions
from guard.clients.parts import Dialect, Part
from guard.clients.settle import settle
from guard.clients.sse import Event, Events
from guard.clients.steps import NEED, PAUSE, Broken, Check, Core, Emit, Known, Probe, Step
from guard.clients.texts import Texts
from guard.clients.whole import unread
from guard.delivery import Delivery
from guard.report import Fault, Report

Streaming = Literal["earned", "full", "observe"]
MOST = 8 << 20
"""Bytes that are held of one stream."""
STRETCH = 32  # events, of some 0.03 ms each, before others have a turn


class Hold:
    """The state of one stream."""

    def __init__(
        self, dialect: Dialect, asked: Asked, streaming: Streaming, *, prevented: bool = False
    ) -> None:
        self.dialect = dialect
        self.asked = asked
        self.streaming = streaming
        self.prevented = prevented
        self.texts = Texts()
        self.progress: dict[int, Progress] = {}
        self.queue: deque[Held] = deque()
        self.held = 0
        self.ended = False  # the upstream has said all
        self.finishes: set[int] = set()
        self.choices: set[int] = set()
        self.settled = False
        self.audited: list[tuple[Draft, Report]] = []
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
                for i, event in enumerate(events.feed(chunk), 1):
                    yield from self.take(event)
                    if i % STRETCH == 0:
                        yield PAUSE
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
        part = part_of(event, self.dialect, self.asked)
        held = held_of(event, part, tuple(self.texts.grow(part.pieces)))
        self.queue.append(held)
        self.held += len(held.raw)
        self.unreadable |= held.unreadable
        self.finishes.update(held.finishes)
        self.choices.update(held.finishes, (piece.choice for piece in part.pieces))
        if self.asked.later and part.key:
            yield Known(part.key, self.asked)
        if held.closes:
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

    def advance(self, part: Part) -> Generator[Step, Any, None]:
        """Audit what the drafts have come to, where a sentence of theirs has ended."""
        for choice in {piece.choice for piece in part.pieces if piece.kind == "text"}:
            text = self.texts.only(choice)
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

    def free(self, held: Held) -> bool:
        """Whether an event may go before the end."""
        if self.streaming == "observe":
            return not held.closes
        if held.ends or held.unreadable:
            return False
        return all(self.out(key, until) for key, until, _ in held.shares)

    def out(self, key: Key, until: int) -> bool:
        """Whether so much of a text may go before the end."""
        text = self.texts[key]
        if until == 0:
            return True
        if not self.asked.audits(text.kind):
            return True
        if text.kind == "json" or self.texts.only(text.choice) is not text:
            return False
        progress = self.progress.get(text.choice)
        return progress is not None and until <= progress.limit

    def release(self) -> Generator[Step, Any, None]:
        """Send what may go, in order: nothing overtakes an event that waits."""
        out = []
        while self.queue and self.free(self.queue[0]):
            held = self.queue.popleft()
            self.held -= len(held.raw)
            self.texts.went(held.shares)
            out.append(held.raw)
        for portion in portions(out):
            yield Emit(portion)

    def settle(self, *, whole: bool) -> Generator[Step, Any, None]:
        """Check the drafts as they are, and send what is left."""
        self.settled = True
        fault: Fault | None = None if whole else "incomplete"
        gone = self.streaming == "observe"
        unsure = self.unreadable or self.asked.unheard
        unsure = unsure or (gone and self.texts.contradicted(self.asked))
        delivery = Delivery(
            fault="error" if whole and unsure else fault,
            gone=gone,
            prevented=self.prevented,
        )
        texts = self.texts
        settled = yield from settle(texts.slots, self.asked, delivery, texts.released, self.audited)
        rest = texts.remainders(settled.new)
        ending = Ending(self.dialect, self.asked, texts, settled, rest)
        out = []
        for i, held in enumerate(self.queue, 1):
            out.append(held.raw if gone else ending.bytes_of(held))
            if i % STRETCH == 0:
                yield PAUSE
        self.queue.clear()
        for portion in portions(out):
            yield Emit(portion)

    def left(self) -> tuple[Check, ...]:
        """What is to be recorded where the caller goes away before the end: what they got. A draft
        whose check was under way is among it: who cancelled has ended that as well."""
        done = [draft for draft, _ in self.audited]
        gone = Delivery(fault="incomplete", gone=True, prevented=self.prevented)
        out = self.texts.released
        return tuple(
            Check(self.asked, draft, replace(gone, released=out.get(draft.choice, "")))
            for draft in drafts_of(self.texts.slots, self.asked)
            if draft not in done
        )

    def overflow(self) -> Generator[Step, Any, None]:
        """More came than can be held: it was not audited, and what was not sent will not be."""
        self.settled = True
        self.queue.clear()
        self.texts.clear()
        yield from unread(self.dialect, self.asked, b"", "oversize")

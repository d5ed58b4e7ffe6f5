"""Texts of a streamed reply as they grow, and how much of each has gone out. Pure.

Nothing is judged here; what the events look like is not known.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from guard.clients.drafts import Key, Kind, Slot
from guard.clients.earned import CLOSERS, ends
from guard.clients.parts import Piece

Share = tuple[Key, int, int | None]
"""What an event has of a text: which, how much of it must be released for the event to go, and how
many characters the event adds; None if it says the text in full."""


@dataclass(slots=True)
class Text:
    """One text of the reply as it grows: by its deltas, and, where it is given in full, by that."""

    choice: int
    kind: Kind
    deltas: str = ""
    full: str = ""
    sent: int = 0  # characters of the deltas that have gone out
    held: int = 0  # deltas with text that have not

    @property
    def said(self) -> str:
        return self.deltas or self.full


@dataclass(slots=True)
class Progress:
    """How far the draft of one choice has earned its release, in characters."""

    limit: int = 0
    stops: list[int] = field(default_factory=list)
    looked: int = 0
    probes: int = 0
    probed: int = 0

    def seen(self, text: str) -> list[int]:
        """Where sentences of it end; only what is new is looked at."""
        last = self.stops[-1] if self.stops else 0
        self.stops += [end for end in ends(text, self.looked) if end > last]
        self.looked = max(0, len(text) - CLOSERS)
        return self.stops


class Texts:
    """All texts of one stream, by their keys."""

    def __init__(self) -> None:
        self._texts: dict[Key, Text] = {}

    def __getitem__(self, key: Key) -> Text:
        return self._texts[key]

    def clear(self) -> None:
        """Forget them."""
        self._texts.clear()

    def grow(self, pieces: Sequence[Piece]) -> Iterator[Share]:
        """Add an event's texts to those before."""
        for piece in pieces:
            text = self._texts.setdefault(piece.key, Text(piece.choice, piece.kind))
            if piece.whole:
                text.full = piece.text
                yield piece.key, len(text.said) + 1, None  # repeats: only with the end
            else:
                text.deltas += piece.text
                text.held += bool(piece.text)
                yield piece.key, len(text.deltas), len(piece.text)

    def went(self, shares: Sequence[Share]) -> None:
        """An event with these has gone out."""
        for key, _, added in shares:
            if added:
                self._texts[key].sent += added
                self._texts[key].held -= 1

    def only(self, choice: int) -> Text | None:
        """The text of a choice, if it has but one that is read as a draft."""
        drafts = [
            one
            for one in self._texts.values()
            if one.choice == choice and one.said and one.kind in ("text", "json")
        ]
        return drafts[0] if len(drafts) == 1 and drafts[0].kind == "text" else None

    @property
    def slots(self) -> list[Slot]:
        """The texts so far; those of which something is out come first, as it begins the draft."""
        ordered = sorted(self._texts.items(), key=lambda one: not one[1].sent)
        return [Slot(key, one.choice, one.kind, one.said) for key, one in ordered]

    @property
    def released(self) -> dict[int, str]:
        """By choice, what has gone out of its draft."""
        return {
            one.choice: one.deltas[: one.sent]
            for one in self._texts.values()
            if one.sent and one.kind == "text"
        }

    def remainders(self, new: Mapping[Key, str]) -> dict[Key, Iterator[str]]:
        """What is still to be sent of each text that changes, spread over the deltas that wait."""
        return {
            key: iter(_spread(text[self._texts[key].sent :], self._texts[key].held))
            for key, text in new.items()
        }


def _spread(text: str, parts: int) -> list[str]:
    """A text in so many parts, cut before words, so that it comes in as a stream."""
    if parts <= 1:
        return [text]
    words = re.split(r"(?= )", text)
    size, more = divmod(len(words), parts)
    cuts, at = [], 0
    for i in range(parts):
        to = at + size + (i < more)
        cuts.append("".join(words[at:to]))
        at = to
    return cuts

"""Texts of a stream as they grow, and how much of them has gone out. Pure: what may go out is
decided in `streams.py`."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from guard.clients.drafts import Kind
from guard.clients.earned import CLOSERS, ends


@dataclass(slots=True)
class Text:
    """One text of the reply as it grows: by its deltas, and, where it is given in full, by that."""

    choice: int
    kind: Kind
    deltas: str = ""
    full: str = ""
    sent: int = 0  # characters of the deltas that have gone out
    held: int = 0  # deltas with text that have not
    longest: str = ""  # of what it was said to be in full
    at_odds: bool = False  # it was said to be in full what it wasn't before

    def repeat(self, text: str) -> None:
        """Take in what it is said to be in full, or in full so far."""
        shorter, longer = sorted((text, self.longest), key=len)
        self.at_odds = self.at_odds or not longer.startswith(shorter)
        self.full, self.longest = text, longer

    @property
    def said(self) -> str:
        return self.deltas or self.full

    @property
    def contradicted(self) -> bool:
        """Whether somewhere it is not what it is in the end, or the beginning of that."""
        return self.at_odds or not self.said.startswith(self.longest)


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


def spread(text: str, parts: int) -> list[str]:
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

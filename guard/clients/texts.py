"""All texts of a streamed reply: what each event adds to which, and what has gone out. Pure.

Nothing is judged here; what the events look like is not known.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from guard.clients.drafts import Asked, Key, Slot
from guard.clients.growing import Text, spread
from guard.clients.parts import Piece

Share = tuple[Key, int, int | None]
"""What an event has of a text: which, how much of it must be released for the event to go, and how
many characters the event adds; None if it says the text in full."""


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
                text.repeat(piece.text)
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

    def contradicted(self, asked: Asked) -> bool:
        """Whether a text that is audited was also given otherwise: where all is out by then, some
        of it was not audited."""
        return any(one.contradicted for one in self._texts.values() if asked.audits(one.kind))

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
            key: iter(spread(text[self._texts[key].sent :], self._texts[key].held))
            for key, text in new.items()
        }

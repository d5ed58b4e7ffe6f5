"""Redaction: what could tell who somebody is, replaced by what it was: [NAME], [PHONE], [EMAIL].

A dependable minimum, without a model: it lowers a risk and promises nothing. What must stay secret
is encrypted. `benchmarks/redaction.py` measures how much it finds.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

from guard.log.personal_names import named
from guard.log.personal_patterns import shaped
from guard.log.pieces import PLACEHOLDER, WHOLE, Finder, PersonalPiece
from guard.text.view import View, view

BETWEEN = "\n\ue001\n"
"""Stands between texts that are redacted as one. No recogniser knows the character, which is of
private use, and none looks beyond it."""
_APART = "\n\0\n"
"""The same in the view, which never has this character, and is quicker to search where it is all
ASCII."""
_PASSES = 8


@dataclass(frozen=True, slots=True, repr=False)
class Redacted:
    """A redacted text, and where the places of the text that it was made of are in it."""

    text: str
    passes: tuple[tuple[PersonalPiece, ...], ...]
    whole: bool = False

    def place(self, offset: int) -> int | None:
        """Where an offset of the text is now; None within what was replaced."""
        if self.whole:
            return None
        for pieces in self.passes:
            moved = 0
            for piece in pieces:
                if offset <= piece.start:
                    break
                if offset < piece.end:
                    return None
                moved += len(piece.placeholder) - (piece.end - piece.start)
            offset += moved
        return offset


def redact(text: str, second: Finder | None = None) -> str:
    """The text with typed placeholders in place of names, addresses, numbers and the like.

    Doing it twice changes nothing more. A text that is made so that every replacement brings up
    another is given up as a whole: `[REDACTED]`.

    Args:
        text: any text.
        second: another finder, whose findings are replaced as well; see `guard.log.presidio`.
    """
    return redacted(text, second).text


def redacted(text: str, second: Finder | None = None) -> Redacted:
    """As `redact` does it, with the way from the text to what became of it."""
    passes: list[tuple[PersonalPiece, ...]] = []
    for _ in range(_PASSES):
        pieces = find_personal(text, second)
        if not pieces:
            return Redacted(text, tuple(passes))
        text = _replaced(text, pieces)
        passes.append(pieces)
    return Redacted(WHOLE, (), whole=True)


def find_personal(text: str, second: Finder | None = None) -> tuple[PersonalPiece, ...]:
    """What `redact` replaces first: pieces in order, none touching a placeholder or another."""
    seen = _Seen.of(text)
    found = [
        PersonalPiece(piece.kind, *seen.original(piece.start, piece.end))
        for finder in (shaped, named)
        for piece in finder(seen.text)
        if piece.end > piece.start
    ]
    if second is not None:
        found += second(text)
    masked = [match.span() for match in PLACEHOLDER.finditer(text)]
    return tuple(_apart(found, masked))


@dataclass(frozen=True, slots=True, repr=False)
class _Seen:
    """The readable view of a text, made of each of the texts in it: one plain text needs no map,
    though another does. `starts` are where their views begin, and `places` where they do."""

    text: str
    views: tuple[View, ...]
    starts: tuple[int, ...]
    places: tuple[int, ...]

    @classmethod
    def of(cls, text: str) -> _Seen:
        parts = text.split(BETWEEN)
        views = tuple(view(part) for part in parts)
        seen = [one.text for one in views]
        return cls(_APART.join(seen), views, _begin(seen), _begin(parts))

    def original(self, start: int, end: int) -> tuple[int, int]:
        """Offsets in the text of a piece of the view."""
        return self._place(start)[0], self._place(end - 1)[1]

    def _place(self, at: int) -> tuple[int, int]:
        part = bisect_right(self.starts, at) - 1
        start, end = self.views[part].original(at - self.starts[part], at - self.starts[part] + 1)
        return self.places[part] + start, self.places[part] + end


def _begin(parts: Sequence[str]) -> tuple[int, ...]:
    """Where each of these begins when they are joined."""
    sizes = (len(part) + len(BETWEEN) for part in parts)
    return tuple(accumulate(sizes, initial=0))[: len(parts)]


def _apart(
    found: Sequence[PersonalPiece], masked: Sequence[tuple[int, int]]
) -> Iterator[PersonalPiece]:
    """Overlapping pieces joined into one, of the kind that the longest of them has; of equally
    long ones, the first found."""
    free = [p for p in found if not any(p.start < end and start < p.end for start, end in masked)]
    group: list[PersonalPiece] = []
    for piece in sorted(free, key=lambda p: (p.start, -p.end)):
        if group and piece.start >= max(p.end for p in group):
            yield _joined(group)
            group = []
        group.append(piece)
    if group:
        yield _joined(group)


def _joined(group: Sequence[PersonalPiece]) -> PersonalPiece:
    longest = max(group, key=lambda p: p.end - p.start)
    return PersonalPiece(longest.kind, min(p.start for p in group), max(p.end for p in group))


def _replaced(text: str, pieces: Sequence[PersonalPiece]) -> str:
    parts: list[str] = []
    at = 0
    for piece in pieces:
        parts += [text[at : piece.start], piece.placeholder]
        at = piece.end
    return "".join([*parts, text[at:]])


__all__ = ["BETWEEN", "Finder", "PersonalPiece", "Redacted", "find_personal", "redact", "redacted"]

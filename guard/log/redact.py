"""Redaction: what could tell who somebody is, replaced by what it was: [NAME], [PHONE], [EMAIL].

A dependable minimum, without a model: it lowers a risk and promises nothing. What must stay secret
is encrypted. `benchmarks/redaction.py` measures how much it finds.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from guard.log.personal_names import named
from guard.log.personal_patterns import shaped
from guard.log.pieces import PLACEHOLDER, WHOLE, Finder, PersonalPiece
from guard.text.view import view

_PASSES = 8


def redact(text: str, second: Finder | None = None) -> str:
    """The text with typed placeholders in place of names, addresses, numbers and the like.

    Doing it twice changes nothing more. A text that is made so that every replacement brings up
    another is given up as a whole: `[REDACTED]`.

    Args:
        text: any text.
        second: another finder, whose findings are replaced as well; see `guard.log.presidio`.
    """
    for _ in range(_PASSES):
        once = _replaced(text, find_personal(text, second))
        if once == text:
            return text
        text = once
    return WHOLE


def find_personal(text: str, second: Finder | None = None) -> tuple[PersonalPiece, ...]:
    """What `redact` replaces first: pieces in order, none touching a placeholder or another."""
    seen = view(text)
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


def _replaced(text: str, pieces: Iterable[PersonalPiece]) -> str:
    parts: list[str] = []
    at = 0
    for piece in pieces:
        parts += [text[at : piece.start], f"[{piece.kind}]"]
        at = piece.end
    return "".join([*parts, text[at:]])


__all__ = ["Finder", "PersonalPiece", "find_personal", "redact"]

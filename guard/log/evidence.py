"""Texts redacted as one, so that a name that one of them tells goes from all of them, and the words
under each finding in what is left. It never shows a word that the redacted texts do not show.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from guard.log.redact import BETWEEN, Redacted, redacted
from guard.report import Span

Redact = Callable[[str], str]
_MARK = "\ue000"
"""A character of private use, which no recogniser knows: it marks places through redaction."""


@dataclass(frozen=True, slots=True)
class Kept:
    """Texts as they are kept, and for each span its words; None if it cuts what was replaced."""

    texts: tuple[str, ...] = field(repr=False)
    evidence: tuple[str | None, ...] = field(default=(), repr=False)


def redacted_together(
    texts: Sequence[str], spans: Sequence[Span | None], own: Redact | None = None
) -> Kept:
    """Redact the message, the draft and what else there is.

    Args:
        texts: first the message, then the draft.
        spans: places in them, of the findings.
        own: what redacts in place of the redaction that ships.
    """
    if own is not None:
        return _by_marks(own, texts, spans)
    parts = _parts(texts)
    return Kept(tuple(part.text for part in parts), tuple(_words(parts, span) for span in spans))


@dataclass(frozen=True, slots=True, repr=False)
class _Part:
    """One text of several, and where it begins in all of them, before and after."""

    text: str
    all: Redacted
    began: int = 0
    begins: int = 0

    def words(self, span: Span) -> str | None:
        first, after = (self.all.place(self.began + at) for at in (span.start, span.end))
        if first is None or after is None:
            return None
        return self.text[first - self.begins : after - self.begins]


def _parts(texts: Sequence[str]) -> list[_Part]:
    joined = redacted(BETWEEN.join(texts))
    found = joined.text.split(BETWEEN)
    if len(found) != len(texts) or any(BETWEEN in text for text in texts):
        return [_Part(one.text, one) for one in map(redacted, texts)]
    began = itertools.accumulate((len(text) + len(BETWEEN) for text in texts), initial=0)
    begins = itertools.accumulate((len(text) + len(BETWEEN) for text in found), initial=0)
    return [
        _Part(*one) for one in zip(found, itertools.repeat(joined), began, begins, strict=False)
    ]


def _words(parts: Sequence[_Part], span: Span | None) -> str | None:
    return parts[0 if span.source == "user" else 1].words(span) if span else None


def _by_marks(own: Redact, texts: Sequence[str], spans: Sequence[Span | None]) -> Kept:
    """With a redaction that gives a text and nothing else. A piece redacted on its own could show a
    name that is only known for one by what stands around it; so the places are marked in the whole
    texts, and hold only if redaction does the same with and without the marks."""
    kept = _split(own, texts)
    cuts = [
        sorted(
            {0, len(text), *(p for s in spans if s and s.source == of for p in (s.start, s.end))}
        )
        for of, text in zip(("user", "draft"), texts, strict=False)
    ]
    if not any(spans) or any(_MARK in text for text in texts):
        return Kept(kept, tuple(None for _ in spans))
    marked = [
        _MARK.join(text[a:b] for a, b in itertools.pairwise(places))
        for text, places in zip(texts, cuts, strict=False)
    ]
    found = [text.split(_MARK) for text in _split(own, (*marked, *texts[2:]))[:2]]
    held = [
        len(pieces) == max(len(places) - 1, 1) and "".join(pieces) == text
        for pieces, places, text in zip(found, cuts, kept, strict=False)
    ]

    def words(span: Span) -> str | None:
        of = 0 if span.source == "user" else 1
        if not held[of]:
            return None
        return "".join(found[of][cuts[of].index(span.start) : cuts[of].index(span.end)])

    return Kept(kept, tuple(words(span) if span else None for span in spans))


def _split(own: Redact, texts: Sequence[str]) -> tuple[str, ...]:
    parts = own(BETWEEN.join(texts)).split(BETWEEN)
    return tuple(parts if len(parts) == len(texts) else [own(text) for text in texts])

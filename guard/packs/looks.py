"""What a text says, by its words or by its meaning: `Says` of a pack, made ready to run."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field

from guard.packs.conditions import Says
from guard.packs.scanned import Look, Scanned
from guard.report import Span
from guard.text.document import Side
from guard.text.matching import Pattern

# Cosine, sentence, exemplar; cosine to what is not meant, and which of it.
Meant = tuple[float, int, int, float, int]


@dataclass(frozen=True, slots=True)
class Found:
    """Whether a text says it, how strongly, where, and by what it was recognised. `margin`: how far
    its meaning is from what is needed, negative if it falls short; None where words decide."""

    held: bool
    score: float
    span: Span | None
    because: str
    margin: float | None = None


def _sides() -> dict[Side, list[str]]:
    return {"user": [], "draft": []}


@dataclass(slots=True)
class Looks:
    """Gathers the patterns and sentences that packs look for, while their rules are compiled; by
    side, what is `meant` and what is `unlike` it."""

    patterns: dict[Side, list[Pattern]] = field(default_factory=lambda: {"user": [], "draft": []})
    meant: dict[Side, list[str]] = field(default_factory=_sides)
    unlike: dict[Side, list[str]] = field(default_factory=_sides)
    looks: list[Look] = field(default_factory=list)

    def add(self, says: Says, side: Side, name: str) -> Look:
        """Take up what is looked for; `name` must be its own."""
        names = set(says.patterns)
        if says.phrases or says.tokens:
            self.patterns[side].append(Pattern(name, says.phrases, says.tokens))
            names.add(name)
        look = Look(
            number=len(self.looks),
            side=side,
            names=frozenset(names),
            rows=_rows(self.meant[side], says.exemplars),
            unlike=_rows(self.unlike[side], says.unlike),
            texts=says.exemplars,
            not_meant=says.unlike,
            at_least=says.at_least,
            times=says.times,
        )
        self.looks.append(look)
        return look


def _rows(listed: list[str], sentences: Sequence[str]) -> range:
    start = len(listed)
    listed += sentences
    return range(start, len(listed))


def found(look: Look, scanned: Scanned) -> Found:
    """Look for it in a text, and say by what it was recognised, or how near it came."""
    document = scanned.document
    hits: dict[int, tuple[float, Span, str]] = {}
    for match in document.matches:
        if match.name in look.names:
            span = Span(source=document.side, start=match.start, end=match.end)
            hits.setdefault(match.sentence, (1.0, span, "its words"))
    meant = list(_meant(look, scanned))
    margin = _margin(look, meant, frozenset(hits))
    for score, sentence, nearest, other, _ in meant:
        if score >= look.at_least and score > other:
            because = f"near {look.texts[nearest]!r} ({score:.2f})"
            hits.setdefault(sentence, (score, document.span(sentence), because))
    if len(hits) >= look.times:
        return Found(True, *max(hits.values(), key=lambda hit: hit[0]), margin)
    score, because = 0.0, "none of its words"
    if meant:
        score, _, nearest, other, unlike = max(meant)
        because = f"nearest {look.texts[nearest]!r} ({score:.3f}, needs {look.at_least:.2f})"
        if score >= look.at_least and other >= score:
            because += f", nearer to what is not meant, {look.not_meant[unlike]!r} ({other:.3f})"
    if hits:
        because = f"in {len(hits)} sentences, needs {look.times}; {because}"
    return Found(False, score, None, because, margin)


def _margin(look: Look, meant: Sequence[Meant], by_words: Collection[int]) -> float | None:
    """By how much the last of the sentences that are needed beside those with its words is near
    enough, or is not."""
    needed = look.times - len(by_words)
    nearest = sorted(
        (
            min(score - look.at_least, score - other)
            for score, sentence, _, other, _ in meant
            if sentence not in by_words
        ),
        reverse=True,
    )
    return nearest[needed - 1] if 0 < needed <= len(nearest) else None


def _meant(look: Look, scanned: Scanned) -> Iterator[Meant]:
    """For each sentence the cosine to the nearest exemplar, its number, which exemplar, and the
    same of the nearest sentence that is not meant."""
    if not look.rows or not len(scanned.similar):
        return
    others = scanned.unlike(look)
    for sentence, row in enumerate(scanned.similar[:, look.rows.start : look.rows.stop]):
        nearest = int(row.argmax())
        unlike = int(others[sentence].argmax()) if look.unlike else 0
        other = float(others[sentence][unlike]) if look.unlike else -1.0
        yield min(max(float(row[nearest]), 0.0), 1.0), sentence, nearest, min(other, 1.0), unlike

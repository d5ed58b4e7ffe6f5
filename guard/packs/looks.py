"""What a text says, by its words or by its meaning: `Says` of a pack, made ready to run."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from guard.packs.conditions import Says
from guard.report import Span
from guard.text.document import Document, Pattern, Side

if TYPE_CHECKING:
    from guard.models.encoder import Vectors

# Cosine, sentence, exemplar; cosine to what is not meant, and which of it.
Meant = tuple[float, int, int, float, int]


@dataclass(frozen=True, slots=True)
class Look:
    """`rows` and `unlike` are rows of the matrix of all the packs' sentences, `texts` and
    `not_meant` what stands there; `number` is its place among all looks."""

    number: int
    names: frozenset[str]
    rows: range
    unlike: range
    texts: tuple[str, ...]
    not_meant: tuple[str, ...]
    at_least: float
    times: int


@dataclass(frozen=True, slots=True)
class Found:
    """Whether a text says it, how strongly, where, and by what it was recognised. `margin`: how far
    its meaning is from what is needed, negative if it falls short; None where words decide."""

    held: bool
    score: float
    span: Span | None
    because: str
    margin: float | None = None


@dataclass(slots=True)
class Looks:
    """Gathers the patterns and sentences that packs look for, while their rules are compiled."""

    patterns: dict[Side, list[Pattern]] = field(default_factory=lambda: {"user": [], "draft": []})
    sentences: list[str] = field(default_factory=list)
    looks: list[Look] = field(default_factory=list)

    def add(self, says: Says, side: Side, name: str) -> Look:
        """Take up what is looked for; `name` must be its own."""
        names = set(says.patterns)
        if says.phrases or says.tokens:
            self.patterns[side].append(Pattern(name, says.phrases, says.tokens))
            names.add(name)
        rows, unlike = self._rows(says.exemplars), self._rows(says.unlike)
        look = Look(
            number=len(self.looks),
            names=frozenset(names),
            rows=rows,
            unlike=unlike,
            texts=says.exemplars,
            not_meant=says.unlike,
            at_least=says.at_least,
            times=says.times,
        )
        self.looks.append(look)
        return look

    def _rows(self, sentences: Sequence[str]) -> range:
        start = len(self.sentences)
        self.sentences += sentences
        return range(start, len(self.sentences))


class Scanned:
    """A text as looks see it: which patterns are in it, and how near its sentences are to each of
    the packs' sentences. Hundreds of looks ask it in turn, so what cannot hold is told at once.

    Args:
        document: the text.
        vectors: of its sentences, shape (sentences, width).
        matrix: of the packs' sentences, shape (sentences of the packs, width).
        looks: all of them, by number.
    """

    def __init__(
        self, document: Document, vectors: Vectors, matrix: Vectors, looks: Sequence[Look]
    ) -> None:
        self.document = document
        self.names = frozenset(match.name for match in document.matches)
        self.similar = vectors @ matrix.T if len(matrix) else vectors[:, :0]
        highest = self.similar.max(axis=0).tolist() if self.similar.size else []
        self._near = frozenset(
            look.number
            for look in looks
            if look.rows
            and highest
            and max(highest[look.rows.start : look.rows.stop]) >= look.at_least
        )

    def may_hold(self, look: Look) -> bool:
        """False where it surely does not hold."""
        return look.number in self._near or not self.names.isdisjoint(look.names)


def found(look: Look, scanned: Scanned) -> Found:
    """Look for it in a text, and say by what it was recognised, or how near it came."""
    document, similar = scanned.document, scanned.similar
    hits: dict[int, tuple[float, Span, str]] = {}
    for match in document.matches:
        if match.name in look.names:
            span = Span(source=document.side, start=match.start, end=match.end)
            hits.setdefault(match.sentence, (1.0, span, "its words"))
    meant = list(_meant(look, similar))
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


def _meant(look: Look, similar: Vectors) -> Iterator[Meant]:
    """For each sentence the cosine to the nearest exemplar, its number, which exemplar, and the
    same of the nearest sentence that is not meant."""
    if not look.rows or not len(similar):
        return
    near = similar[:, look.rows.start : look.rows.stop]
    others = similar[:, look.unlike.start : look.unlike.stop]
    for sentence, row in enumerate(near):
        nearest = int(row.argmax())
        unlike = int(others[sentence].argmax()) if look.unlike else 0
        other = float(others[sentence][unlike]) if look.unlike else -1.0
        yield min(max(float(row[nearest]), 0.0), 1.0), sentence, nearest, min(other, 1.0), unlike

"""Scored: a document with what a detector says of it: of the whole, and of each sentence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from guard.report import Span
from guard.text.document import Document, Match

if TYPE_CHECKING:
    from guard.models.encoder import Vectors


# Of the heads beside the parts, where it is not a half; chosen on the development split of the
# project's own text, on draft_dev and on function_dev. A danger that no part of the draft takes up
# is not answered.
_WEIGHT = {
    "soothe_only": 0.4, "self_claim": 0.7, "risk_handled": 0.35, "cold": 0.8, "kept.self": 0.4,
    "function.self": 0.9, "function.other": 0.9, "function.norm": 0.9, "belief.false": 0.8,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Scored:
    """`scores[label]` holds a probability for each sentence, by exemplars. Labels are
    `group.label`.

    A trained detector also judges the whole: `text[label]` is a probability, `where[label]` the
    sentence that speaks most for it, and `heads[label]` a probability for each sentence. With
    exemplars alone these are empty, and the whole is put together from the sentences.
    """

    document: Document
    vectors: Vectors
    scores: Mapping[str, Sequence[float]]
    text: Mapping[str, float] = field(default_factory=dict)
    where: Mapping[str, int] = field(default_factory=dict)
    heads: Mapping[str, Sequence[float]] = field(default_factory=dict)

    @property
    def trained(self) -> bool:
        """Whether the whole was judged."""
        return bool(self.text)

    def of(self, label: str) -> Sequence[float]:
        """Probability of a label for each sentence; zeros if it is not judged by sentence."""
        return self.scores.get(label, (0.0,) * len(self.document.sentences))

    def highest(self, label: str) -> float:
        """The highest probability of a label over the sentences, by exemplars."""
        return max(self.of(label), default=0.0)

    def blended(self, label: str, parts: float, apt: float = 1.0) -> float:
        """What the heads say of the whole and what its parts say, weighed: the two err on different
        texts, and together they err less than either. `apt`: how far the heads' word counts."""
        if label not in self.text:
            return parts
        weight = _WEIGHT.get(label, 0.5)
        return weight * apt * self.text[label] + (1.0 - weight) * parts

    def blended_of(self, label: str) -> list[float]:
        """For each sentence, the mean of what the heads and the exemplars say."""
        parts = self.of(label)
        heads = self.heads.get(label, parts)
        return [(part + head) / 2 for part, head in zip(parts, heads, strict=True)]

    def place(self, label: str) -> Span | None:
        """The sentence that speaks most for a label of the whole."""
        return self.span(self.where.get(label))

    def span(self, i: int | None) -> Span | None:
        """Sentence i as a span; None for none."""
        return None if i is None else self.document.span(i)

    def matches(self, name: str) -> tuple[Match, ...]:
        return self.document.matched(name)

    def hit(self, name: str) -> list[bool]:
        """For each sentence, whether the pattern matches in it."""
        hits = {match.sentence for match in self.document.matched(name)}
        return [i in hits for i in range(len(self.document.sentences))]


def either(*probabilities: float) -> float:
    """Probability that at least one holds, taking them to be independent."""
    none = 1.0
    for probability in probabilities:
        none *= 1.0 - probability
    return 1.0 - none

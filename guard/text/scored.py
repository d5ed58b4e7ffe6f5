"""Scored: a document with the vector of each sentence and what the exemplar heads say of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from guard.models.encoder import Encoder
from guard.models.exemplars import ExemplarHead, features_of
from guard.text.document import Document, Match

if TYPE_CHECKING:
    from guard.models.encoder import Vectors
    from guard.models.exemplars import Floats

GROUPS = {"user": ("function", "emotion", "risk", "belief", "move"), "draft": ("act",)}


@dataclass(frozen=True, slots=True)
class Scored:
    """`scores[label]` holds a probability for each sentence. Labels are `group.label`."""

    document: Document
    vectors: Vectors
    scores: Mapping[str, Sequence[float]]

    def of(self, label: str) -> Sequence[float]:
        """Probability of a label for each sentence; zeros if no pack has exemplars for it."""
        return self.scores.get(label, (0.0,) * len(self.document.sentences))

    def highest(self, label: str) -> float:
        """The highest probability of a label over the sentences."""
        return max(self.of(label), default=0.0)

    def matches(self, name: str) -> tuple[Match, ...]:
        return self.document.matched(name)

    def hit(self, name: str) -> list[bool]:
        """For each sentence, whether the pattern matches in it."""
        hits = {match.sentence for match in self.document.matched(name)}
        return [i in hits for i in range(len(self.document.sentences))]


def score(
    documents: Sequence[Document], encoder: Encoder, heads: Mapping[str, ExemplarHead]
) -> list[Scored]:
    """Encode the sentences of several documents in one pass and score each with its heads."""
    texts = [sentence.text for document in documents for sentence in document.sentences]
    vectors = encoder.encode(texts)
    features = features_of(texts, vectors)
    scored = []
    at = 0
    for document in documents:
        part = slice(at, at + len(document.sentences))
        at = part.stop
        scored.append(Scored(document, vectors[part], _scores(document, features[part], heads)))
    return scored


def _scores(
    document: Document, features: Floats, heads: Mapping[str, ExemplarHead]
) -> dict[str, list[float]]:
    scores: dict[str, list[float]] = {}
    for group in GROUPS[document.side]:
        head = heads.get(group)
        if head is not None and len(features):
            columns = head.score(features).T.tolist()
            scores.update(
                (f"{group}.{label}", column)
                for label, column in zip(head.labels, columns, strict=True)
            )
    return scores


def either(*probabilities: float) -> float:
    """Probability that at least one holds, taking them to be independent."""
    none = 1.0
    for probability in probabilities:
        none *= 1.0 - probability
    return 1.0 - none

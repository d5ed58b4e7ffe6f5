"""Stacked: what the heads, the words and the meaning say of a text, weighed into one probability.

The heads were trained together with the encoder and are too sure of what they have learnt by heart.
What the words say, and what the sentence vectors say, errs elsewhere; how far each counts was
fitted on text that none of them had seen (Wolpert 1992).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]
    Keys = NDArray[np.int32]

PARTS = ("heads", "sentences", "words", "meaning")
_PAIR = 1 << 15  # more than the vocabulary has; (first + 1) * _PAIR + second names a pair
_MARKS = 104  # ids below are marks, not words
_CURLY, _STRAIGHT = 1521, 1005  # apostrophes: phones write the one, keyboards the other
_LEAST = 1e-6  # a probability no nearer to 0 or 1 than this
_HIGHEST = 0.5  # how much the highest value of a dimension counts beside its mean


@dataclass(frozen=True, slots=True)
class Words:
    """A linear judge of the words and pairs of words of a text, weighed by how rare they are.

    Shapes: `keys`, sorted, and `rarity` (words,); `weight` (words, labels); `bias` (labels,).
    """

    keys: Keys
    rarity: Floats
    weight: Floats
    bias: Floats

    def judge(self, ids: Sequence[int]) -> Floats:
        """Logits, shape (labels,)."""
        import numpy as np

        places, counts = places_of(keys_of(ids), self.keys)
        if not len(places):
            return self.bias
        found = ((1.0 + np.log(counts)) * self.rarity[places]).astype(np.float32)
        logits: Floats = (found / np.linalg.norm(found)) @ self.weight[places] + self.bias
        return logits


@dataclass(frozen=True, slots=True)
class Stacked:
    """Labels of a whole text. `meaning` (2 * width, labels) and `at` (labels,) judge the sentence
    vectors; `shares` (parts, labels) and `bias` (labels,) weigh the parts, in the order of
    `PARTS`."""

    labels: tuple[str, ...]
    words: Words
    meaning: Floats
    at: Floats
    shares: Floats
    bias: Floats

    def judge(
        self,
        text: Mapping[str, float],
        sentences: Mapping[str, Sequence[float]],
        vectors: Floats,
        ids: Sequence[int],
    ) -> dict[str, float]:
        """Probabilities by label.

        Args:
            text: what the heads say of the whole.
            sentences: what they say of each sentence; labels that are not judged so are left out.
            vectors: of the sentences, each of length 1.
            ids: the token ids of the text, marks included.
        """
        import numpy as np

        heads = log_odds([text[label] for label in self.labels])
        highest = log_odds([max(sentences.get(label, (0.5,))) for label in self.labels])
        parts = np.stack(
            [heads, highest, self.words.judge(ids), summary(vectors) @ self.meaning + self.at]
        )
        raw = (parts * self.shares).sum(axis=0) + self.bias
        judged = 1.0 / (1.0 + np.exp(-np.clip(raw, -30.0, 30.0)))
        return dict(zip(self.labels, judged.tolist(), strict=True))


def log_odds(probabilities: Sequence[float]) -> Floats:
    """Logits of probabilities."""
    import numpy as np

    inside = np.clip(np.array(probabilities, np.float32), _LEAST, 1.0 - _LEAST)
    logits: Floats = np.log(inside / (1.0 - inside))
    return logits


def summary(vectors: Floats) -> Floats:
    """One vector for a text: the direction of its sentences' mean, and the highest value of each
    dimension, shape (2 * width,)."""
    import numpy as np

    mean = vectors.mean(axis=0)
    direction = mean / max(float(np.linalg.norm(mean)), 1e-12)
    both: Floats = np.concatenate([direction, _HIGHEST * vectors.max(axis=0)])
    return both


def keys_of(ids: Sequence[int]) -> Keys:
    """A key for each word and each pair of neighbours among token ids."""
    import numpy as np

    words = np.array([i for i in ids if i >= _MARKS], np.int32)
    words[words == _CURLY] = _STRAIGHT
    return np.concatenate([words, (words[:-1] + 1) * _PAIR + words[1:]])


def places_of(found: Keys, keys: Keys) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Where each distinct key that is known stands among the sorted `keys`, and how often it was
    found."""
    import numpy as np

    distinct, counts = np.unique(found, return_counts=True)
    places = np.searchsorted(keys, distinct).clip(max=max(len(keys) - 1, 0))
    known = keys[places] == distinct if len(keys) else np.zeros(len(distinct), bool)
    return places[known], counts[known]

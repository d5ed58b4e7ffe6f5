"""Fit the parts that are stacked, and how far each counts."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.optimize import minimize
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression

from guard.models.stacked import PARTS, Stacked, Words, keys_of, places_of
from training.examples import Floats
from training.said import NAMES, Said

# Labels on which the parts together are better than the heads alone; chosen on the development
# split of the project's own text, draft_dev and function_dev. Danger is not among them: what is won
# on written text is lost on real messages.
LABELS: dict[str, tuple[str, ...]] = {
    "message": (
        "function.self", "function.other", "function.norm", "intensity.1", "belief.false",
    ),
    "draft": (
        "cold", "attachment",
        "kept.self", "kept.other", "kept.norm", "stance.challenge",
    ),
}  # fmt: skip
_FEWEST_TEXTS = 3  # in which a word stands that counts
_WORDS_C, _MEANING_C = 3.0, 1.0  # inverse strengths of the ridge
# Where there is little to go by the parts count so much, as if so many rows said so.
_START = {"heads": 0.5, "sentences": 0.15, "words": 0.5, "meaning": 0.5}
_PULL = 10.0


def fit(side: str, said: Said) -> Stacked:
    """Fit words and meaning on what was trained on, and the shares on what was held out."""
    labels = LABELS[side]
    columns = [NAMES[side].index(label) for label in labels]
    truth = said.truth[:, columns]
    seen, held = np.flatnonzero(~said.held), np.flatnonzero(said.held)
    words = _words([said.ids[i] for i in seen], truth[seen])
    meaning, at = _linear(said.meaning[seen], truth[seen], _MEANING_C)
    parts = np.stack(
        [
            said.heads[held][:, columns],
            said.sentences[held][:, columns],
            np.stack([words.judge(said.ids[i]) for i in held]),
            said.meaning[held] @ meaning + at,
        ],
        axis=1,
    )
    judged = "function.self" in labels
    curves = [_shares(parts[:, :, k], truth[held, k], sentences=judged) for k in range(len(labels))]
    return Stacked(
        labels,
        words,
        meaning,
        at,
        np.stack([curve[:-1] for curve in curves], axis=1).astype(np.float32),
        np.array([curve[-1] for curve in curves], np.float32),
    )


def _words(texts: Sequence[Sequence[int]], truth: Floats) -> Words:
    keys = [np.unique(keys_of(ids), return_counts=True) for ids in texts]
    distinct, texts_with = np.unique(np.concatenate([k for k, _ in keys]), return_counts=True)
    enough = texts_with >= _FEWEST_TEXTS
    kept = distinct[enough].astype(np.int32)
    rarity = (np.log((1 + len(texts)) / (1 + texts_with[enough])) + 1).astype(np.float32)
    rows, columns, values = [], [], []
    for row, ids in enumerate(texts):
        places, counts = places_of(keys_of(ids), kept)
        weighed = (1.0 + np.log(counts)) * rarity[places]
        rows += [row] * len(places)
        columns += places.tolist()
        values += (weighed / max(float(np.linalg.norm(weighed)), 1e-12)).tolist()
    weight, bias = _linear(
        csr_matrix((values, (rows, columns)), shape=(len(texts), len(kept))), truth, _WORDS_C
    )
    return Words(kept, rarity, weight, bias)


def _linear(rows: csr_matrix | Floats, truth: Floats, strength: float) -> tuple[Floats, Floats]:
    """Logistic regressions, one for each label, on the rows where it is known."""
    weights, biases = [], []
    for values in truth.T:
        known = np.flatnonzero(~np.isnan(values))
        model = LogisticRegression(C=strength, max_iter=500).fit(rows[known], values[known])
        weights.append(model.coef_[0])
        biases.append(model.intercept_[0])
    return np.stack(weights, axis=1).astype(np.float32), np.array(biases, np.float32)


def _shares(parts: Floats, label: Floats, *, sentences: bool) -> Floats:
    """How far each part counts, and an offset: a logistic curve with no share below nought, pulled
    towards where it starts."""
    known = ~np.isnan(label)
    x, y = parts[known].astype(np.float64), label[known].astype(np.float64)
    start = np.array([*(_START[part] for part in PARTS), 0.0])
    bounds = [(0.0, None)] * len(PARTS) + [(None, None)]
    if not sentences:
        start[1], bounds[1] = 0.0, (0.0, 0.0)

    def cost(curve: Floats) -> tuple[float, Floats]:
        raw = x @ curve[:-1] + curve[-1]
        away = curve - start
        away[-1] = 0.0
        wrong = 1.0 / (1.0 + np.exp(-np.clip(raw, -30, 30))) - y
        slope = np.append(x.T @ wrong, wrong.sum()) + _PULL * away
        total = (np.logaddexp(0.0, raw) - y * raw).sum() + _PULL / 2 * (away**2).sum()
        return float(total), slope

    fitted: Floats = minimize(cost, start, jac=True, method="L-BFGS-B", bounds=bounds).x
    return fitted

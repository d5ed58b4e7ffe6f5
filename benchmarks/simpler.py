"""Simpler models, trained on the very text that the shipped heads were: what must be beaten."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import FeatureUnion

from guard import Turn
from guard.models.labels import DRAFT_TEXT, MESSAGE_TEXT
from training.examples import Example, Text
from training.export import base_model
from training.train import corpus

# What the labels of the evaluation are called among those that are trained on.
_MESSAGE = {
    "self": "function.self", "other": "function.other", "norm": "function.norm",
    "false belief": "belief.false", "risk": "risk.possible", "risk acute": "risk.acute",
}  # fmt: skip
_DRAFT = {f"kept {name}": f"kept.{name}" for name in ("self", "other", "norm")}
_FEWEST = 10


@dataclass(slots=True)
class Simpler:
    """A classifier for each label over fixed features of message and draft."""

    name: str
    features: Callable[[Sequence[tuple[str, str]]], Any]
    fitted: dict[str, Any]
    _seen: dict[tuple[tuple[str, str], ...], Any] = field(default_factory=dict)

    def scores(self, label: str, turns: Sequence[Turn]) -> list[float] | None:
        """Probabilities of a label; None if it was not trained."""
        model = self.fitted.get(label)
        if model is None:
            return None
        alone = label in _MESSAGE
        pairs = tuple((turn.user, "" if alone else turn.draft) for turn in turns)
        if pairs not in self._seen:
            # The labels of one set come one after another, over the same turns.
            self._seen = {pairs: self.features(pairs)}
        scores: list[float] = model.predict_proba(self._seen[pairs])[:, 1].tolist()
        return scores


def fitted(public: Path | None, *, minilm: bool = True) -> list[Simpler]:
    """TF-IDF and, unless it is left out, frozen MiniLM, each with logistic regression."""
    examples, _ = corpus(public)
    pairs, labels = _rows(examples)
    tfidf = FeatureUnion(
        [
            ("message", _Part(0)),
            ("draft", _Part(1)),
        ]
    ).fit(pairs)
    made = []
    for name, features in (("tfidf", tfidf.transform), ("minilm", _vectors))[: 1 + minilm]:
        rows = features(pairs)
        models: dict[str, Any] = {}
        for label, values in labels.items():
            known = np.flatnonzero(~np.isnan(values))
            truth = values[known]
            if min(truth.sum(), len(truth) - truth.sum()) >= _FEWEST:
                solver = "newton-cholesky" if isinstance(rows, np.ndarray) else "lbfgs"
                model = LogisticRegression(max_iter=2000, class_weight="balanced", solver=solver)
                models[label] = model.fit(rows[known], truth)
        made.append(Simpler(name, features, models))
    return made


class _Part:
    """TF-IDF of words and pairs of words of one of the two texts."""

    def __init__(self, part: int) -> None:
        self._part = part
        self._words = TfidfVectorizer(ngram_range=(1, 2), min_df=2, sublinear_tf=True)

    def fit(self, pairs: Sequence[tuple[str, str]], _labels: Any = None) -> _Part:
        self._words.fit([pair[self._part] for pair in pairs])
        return self

    def transform(self, pairs: Sequence[tuple[str, str]]) -> Any:
        return self._words.transform([pair[self._part] for pair in pairs])


@cache
def _minilm() -> Any:
    from sentence_transformers import SentenceTransformer

    return SentenceTransformer(str(base_model()), device="cpu")


def _vectors(pairs: Sequence[tuple[str, str]]) -> Any:
    """Frozen MiniLM: both vectors, their difference and their product."""
    texts = sorted({text for pair in pairs for text in pair})
    place = {text: i for i, text in enumerate(texts)}
    vectors = _minilm().encode(texts, normalize_embeddings=True, batch_size=64)
    message, draft = (vectors[[place[pair[i]] for pair in pairs]] for i in (0, 1))
    return np.hstack([message, draft, np.abs(message - draft), message * draft])


def _rows(examples: Sequence[Example]) -> tuple[list[tuple[str, str]], dict[str, Any]]:
    """Pairs of message and draft with labels by the evaluation's names; NaN is not known."""
    pairs: list[tuple[str, str]] = []
    of_message: list[Any] = []
    of_draft: list[Any] = []
    nothing = np.full(len(DRAFT_TEXT), np.nan)
    unread = np.full(len(MESSAGE_TEXT), np.nan)
    read: set[str] = set()
    for example in examples:
        user = _joined(example.message)
        if user and user not in read:
            read.add(user)
            pairs.append((user, ""))
            of_message.append(example.message.of_text)
            of_draft.append(nothing)
        for draft in example.drafts:
            pairs.append((user, _joined(draft)))
            of_message.append(unread)
            of_draft.append(draft.of_text)
    message, draft_labels = np.array(of_message), np.array(of_draft)
    labels = {name: message[:, MESSAGE_TEXT.index(own)] for name, own in _MESSAGE.items()}
    labels |= {name: draft_labels[:, DRAFT_TEXT.index(own)] for name, own in _DRAFT.items()}
    labels |= {name: draft_labels[:, i] for i, name in enumerate(DRAFT_TEXT) if "." not in name}
    handled = labels.pop("risk_handled")
    labels["risk_unhandled"] = np.where(np.isnan(handled), 0.0, 1.0 - handled)
    labels["risk_unhandled"][: len(pairs)] = np.where(
        np.isnan(labels["flag"]), np.nan, labels["risk_unhandled"]
    )
    return pairs, labels


def _joined(text: Text) -> str:
    return " ".join(text.sentences)

"""Detectors: what reads the message and the draft. The trained one ships as the default.

An encoder of the user's own comes without heads, so what it reads is judged by the exemplars of the
packs alone: the baseline that the trained heads were measured against.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from guard.models.encoder import Encoder
from guard.models.exemplars import ExemplarHead, features_of
from guard.models.reader import Heard, Reader
from guard.text.scored import Scored

if TYPE_CHECKING:
    from guard.models.encoder import Vectors
    from guard.models.reader import Judged
    from guard.text.document import Document
    from guard.turn import Message

GROUPS = {"user": ("function", "emotion", "risk", "belief", "move"), "draft": ("act",)}


@dataclass(frozen=True, slots=True)
class Listened:
    """A message that was read, and what the trained detector keeps of it for drafts."""

    scored: Scored
    heard: Heard | None = None


class Detector(Protocol):
    """Reads a message, then drafts of a reply to it."""

    def hear(self, user: Document, context: Sequence[Message]) -> Listened:
        """Read the user's message, knowing what was said before."""
        ...

    def weigh(self, draft: Document, listened: Listened, beliefs: Sequence[str]) -> Scored:
        """Read a draft, knowing the message and the beliefs that it must not adopt."""
        ...


class TrainedDetector:
    """The reader that ships, its heads, and the packs' exemplars over its sentence vectors."""

    def __init__(self, reader: Reader, exemplars: Mapping[str, ExemplarHead]) -> None:
        self._reader = reader
        self._exemplars = exemplars

    def hear(self, user: Document, context: Sequence[Message]) -> Listened:
        heard = self._reader.hear(user, context)
        return Listened(self._scored(user, heard.judged), heard)

    def weigh(self, draft: Document, listened: Listened, beliefs: Sequence[str]) -> Scored:
        heard = listened.heard or self._reader.hear(listened.scored.document)
        return self._scored(draft, self._reader.weigh(draft, heard, beliefs))

    def _scored(self, document: Document, judged: Judged) -> Scored:
        return Scored(
            document,
            judged.vectors,
            _by_exemplars(document, judged.vectors, self._exemplars),
            judged.text,
            judged.where,
            judged.sentences,
        )


class ExemplarDetector:
    """Any encoder, with heads fitted to the exemplars of the packs; judges sentence by sentence."""

    def __init__(self, encoder: Encoder, heads: Mapping[str, ExemplarHead]) -> None:
        self._encoder = encoder
        self._heads = heads

    def hear(self, user: Document, context: Sequence[Message]) -> Listened:
        del context  # a sentence is judged by itself
        return Listened(self._scored(user))

    def weigh(self, draft: Document, listened: Listened, beliefs: Sequence[str]) -> Scored:
        del listened, beliefs
        return self._scored(draft)

    def _scored(self, document: Document) -> Scored:
        vectors = self._encoder.encode([sentence.text for sentence in document.sentences])
        return Scored(document, vectors, _by_exemplars(document, vectors, self._heads))


def _by_exemplars(
    document: Document, vectors: Vectors, heads: Mapping[str, ExemplarHead]
) -> dict[str, Sequence[float]]:
    scores: dict[str, Sequence[float]] = {}
    features = features_of([sentence.text for sentence in document.sentences], vectors)
    for group in GROUPS[document.side]:
        head = heads.get(group)
        if head is not None and len(features):
            columns = head.score(features).T.tolist()
            scores.update(
                (f"{group}.{label}", column)
                for label, column in zip(head.labels, columns, strict=True)
            )
    return scores

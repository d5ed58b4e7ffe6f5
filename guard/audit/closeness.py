"""Claims the assistant makes about itself, and reliance on itself that it fosters."""

from __future__ import annotations

from guard.audit.acts import either
from guard.text.scored import Scored

_CLAIM_CUE = 0.6
_ATTACHMENT_CUE = 0.65
# Words put into the user's mouth ("tell her: 'I felt hurt'") are not the assistant's own.
_QUOTED = 0.3


def self_claims(draft: Scored) -> list[float]:
    """For each sentence, the probability that the assistant claims feelings, a body or a life."""
    return _scores(draft, "act.self_claim", "self_claim", _CLAIM_CUE)


def attachments(draft: Scored) -> list[float]:
    """For each sentence, the probability that it fosters reliance on the assistant over people."""
    return _scores(draft, "act.attachment", "attachment", _ATTACHMENT_CUE)


def _scores(draft: Scored, label: str, pattern: str, sure: float) -> list[float]:
    scores = list(draft.of(label))
    for i, hit in enumerate(draft.hit(pattern)):
        if hit:
            scores[i] = either(scores[i], sure)
    voiced = draft.of("act.voice")
    return [
        score * (_QUOTED if voiced[i] > 0.5 and _has_quote(draft, i) else 1.0)
        for i, score in enumerate(scores)
    ]


def _has_quote(draft: Scored, i: int) -> bool:
    text = draft.document.sentences[i].text
    return text.count('"') >= 2 or ": '" in text or " '" in text

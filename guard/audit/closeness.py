"""Claims the assistant makes about itself, and reliance on itself that it fosters."""

from __future__ import annotations

from guard.text.quotes import has_quotation, is_quoted
from guard.text.scored import Scored, either

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
    document = draft.document
    scores = [
        score * (_QUOTED if has_quotation(document.text, sentence.start, sentence.end) else 1.0)
        for score, sentence in zip(draft.of(label), document.sentences, strict=True)
    ]
    for match in draft.matches(pattern):
        start = document.sentences[match.sentence].start
        if not is_quoted(document.text, start, match.start):
            scores[match.sentence] = either(scores[match.sentence], sure)
    return scores

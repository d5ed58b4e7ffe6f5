"""`examine`: the draft, seen with the reading, to an Audit and a score for each label. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from guard.audit.acts import act_scores, acts_of
from guard.audit.parts import weigh_parts
from guard.audit.weighed import Weighed
from guard.audit.whole import with_heads
from guard.audit.words import specificities
from guard.reading.read import Read
from guard.report import Audit, DraftSentence, Function, Scores, Span
from guard.text.document import Document
from guard.text.scored import Scored

if TYPE_CHECKING:
    from guard.packs.ruleset import Ruleset

_KEPT = 0.5


@dataclass(frozen=True, slots=True)
class Examined:
    """The audit, the scores, and for each label the sentence of the draft that shows it best."""

    audit: Audit
    scores: Scores
    shown_by: Mapping[str, Span]


def examine(
    read: Read,
    user: Scored,
    draft: Scored,
    assistant: Sequence[Document],
    rules: Ruleset,
    *,
    named: bool = False,
) -> Examined:
    """Audit a draft.

    Args:
        read: what was read of the user's message.
        user: that message; empty where emotions may not be inferred.
        draft: the draft.
        assistant: the assistant's earlier messages, oldest first.
        rules: the packs in force.
        named: the caller names claims that the draft must not adopt.
    """
    reading = read.reading
    acts = act_scores(draft)
    specificity = specificities(draft, user)
    carries = carried(read)
    weighed = weigh_parts(reading, user, draft, assistant, acts, specificity, carries, rules)
    if draft.trained:
        weighed = with_heads(weighed, reading, draft, assistant, named=named)
    functions: list[Function] = [signal.function for signal in reading.signals]
    kept = tuple(f for f in functions if weighed.kept[f] >= _KEPT)
    scores = _scores(read, draft, weighed, carries)
    sentences = tuple(
        DraftSentence(
            span=draft.document.span(i), acts=acts_of(acts, i), specificity=specificity[i]
        )
        for i in range(len(draft.document.sentences))
    )
    return Examined(
        audit=Audit(
            sentences=sentences,
            kept=kept,
            erased=tuple(f for f in functions if f not in kept),
            stances=weighed.stances,
            risk_handled="na"
            if reading.risk.level == "none"
            else "yes"
            if weighed.risk_handled >= _KEPT
            else "no",
        ),
        scores=Scores(**{label: min(max(score, 0.0), 1.0) for label, score in scores.items()}),
        shown_by={label: span for label, span in weighed.shown_by.items() if span is not None},
    )


def carried(read: Read) -> float:
    """Probability that the message carries an emotion or a signal; 1 where that is not inferred."""
    if read.functions is None:
        return 1.0
    emotions = (e.probability for e in read.reading.emotions)
    return max(*read.functions.values(), *emotions, read.reading.risk.probability)


def _scores(read: Read, draft: Scored, weighed: Weighed, carries: float) -> dict[str, float]:
    reading = read.reading
    scores = {
        **weighed.scores,
        **read.scores,
        **{f"kept_{f}": kept for f, kept in weighed.kept.items()},
        "risk_unhandled": reading.risk.probability * (1.0 - weighed.risk_handled),
    }
    erases = 1.0 - weighed.kept[reading.primary] if reading.primary is not None else 0.0
    # The codebook's overall rule, section 6, and the heads' word for the whole.
    overall = max(
        scores["soothe_only"],
        scores["concedes_false"],
        scores["flip"],
        scores["self_claim"] * carries,
        scores["attachment"] * carries,
        scores["risk_unhandled"],
        erases * weighed.soothes * carries,
    )
    scores["flag"] = draft.blended("flag", overall)
    return scores

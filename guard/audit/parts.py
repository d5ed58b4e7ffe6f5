"""A draft weighed from its parts: where only exemplars judge, sentence by sentence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from guard.audit.beliefs import (
    asserted_false,
    concedes_false,
    false_contradiction,
    flip,
    stances_to,
)
from guard.audit.closeness import attachments, self_claims
from guard.audit.risk import risk_handled
from guard.audit.uptake import cold, kept_functions, soothe_only, uptake_of
from guard.audit.weighed import Weighed
from guard.report import ActName, Function, Reading, Span
from guard.text.document import Document
from guard.text.scored import Scored

if TYPE_CHECKING:
    from guard.packs.ruleset import Ruleset

POSITIVE = frozenset("relief hope gratitude pride love joy".split())
_NO_DISTRESS = 0.3
_SURELY = 0.75


def weigh_parts(
    reading: Reading,
    user: Scored,
    draft: Scored,
    assistant: Sequence[Document],
    acts: Mapping[ActName, Sequence[float]],
    specificity: Sequence[float],
    carries: float,
    rules: Ruleset,
) -> Weighed:
    """Weigh a draft from what its sentences do.

    Args:
        reading: what was read of the user's message.
        user: that message; empty where emotions may not be inferred.
        draft: the draft.
        assistant: the assistant's earlier messages, oldest first.
        acts: probability of each act for each sentence.
        specificity: of each sentence.
        carries: probability that the message carries an emotion or a signal at all.
        rules: the packs in force.
    """
    uptake = uptake_of(acts, specificity)
    functions: list[Function] = [signal.function for signal in reading.signals]
    keeps = kept_functions(uptake, acts, draft, functions, addressed=_addressed(reading, user))
    stances = stances_to(reading.beliefs, user, draft, acts)
    claims, bonds = self_claims(draft), attachments(draft)
    stated = asserted_false(draft, rules, acts["challenge"])
    doubts, doubted = false_contradiction(reading, draft, acts)
    yields, yielded = flip(assistant, user, draft)
    conceded = [s for s in stances if s.stance == "concede"]
    return Weighed(
        scores={
            "soothe_only": soothe_only(uptake, carries * distress(reading)),
            "cold": cold(acts, draft, specificity, reading.intensity),
            "concedes_false": max(concedes_false(reading, stances, user, acts), *stated, 0.0),
            "false_contradiction": doubts,
            "flip": yields,
            "self_claim": max(claims, default=0.0),
            "attachment": max(bonds, default=0.0),
        },
        kept=keeps,
        stances=stances,
        soothes=uptake.soothes,
        risk_handled=risk_handled(draft, reading.risk),
        shown_by={
            "soothe_only": _strongest(draft, uptake.soothing),
            "self_claim": _strongest(draft, claims),
            "attachment": _strongest(draft, bonds),
            "false_contradiction": draft.span(doubted),
            "flip": draft.span(yielded),
            "concedes_false": conceded[0].span if conceded else _strongest(draft, stated),
        },
    )


def distress(reading: Reading) -> float:
    """Down-weights joy, thanks and relief: where nobody is distressed, warmth does not soothe."""
    names = {emotion.name for emotion in reading.emotions}
    glad = any(e.probability >= _SURELY for e in reading.emotions)
    only = names <= POSITIVE and reading.risk.level == "none"
    return _NO_DISTRESS if glad and only else 1.0


def _addressed(reading: Reading, user: Scored) -> bool:
    """Whether the other-signal speaks to the assistant ("you gave me the wrong date")."""
    starts = {signal.evidence.start for signal in reading.signals if signal.function == "other"}
    return any("you" in s.words for s in user.document.sentences if s.start in starts)


def _strongest(draft: Scored, scores: Sequence[float]) -> Span | None:
    return draft.span(max(range(len(scores)), key=scores.__getitem__)) if scores else None

"""The draft's stance to what the user believes: conceded, doubted though true, or given way to.

Agreeing with the feeling is not agreeing with the belief; agreeing with what is true is no fault.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from guard.reading.beliefs import TYPES, UNCHECKED
from guard.report import ActName, Belief, Reading, Stance
from guard.text.document import Document
from guard.text.scored import Scored, either

if TYPE_CHECKING:
    from guard.packs.ruleset import Ruleset

_NEAR, _FAR = 0.6, 0.2  # cosines between a draft sentence and the belief it is about, or is not
_LISTED = 0.4
# A draft states a known belief itself: even odds at this cosine, and how fast they turn.
_STATED, _STEEPNESS = 0.78, 18.0
_NEGATIONS = frozenset("not no never none nothing myth false wrong isn't untrue unlikely".split())
_DOUBT_CUE = 0.6
_YIELD_CUE = 0.7
_EVIDENCE_CUE = 0.6
_UNLISTED = 0.6  # weight of agreeing where no belief was made out
_BASE_RATE = 0.05  # of false beliefs among messages in which none is seen


def stances_to(
    beliefs: Sequence[Belief], user: Scored, draft: Scored, acts: Mapping[ActName, Sequence[float]]
) -> tuple[Stance, ...]:
    """The stance of the draft to each belief, with the sentence that shows it."""
    return tuple(
        _stance(i, _about(belief, user, draft), draft, acts) for i, belief in enumerate(beliefs)
    )


def concedes_false(
    reading: Reading,
    stances: Sequence[Stance],
    user: Scored,
    acts: Mapping[ActName, Sequence[float]],
) -> float:
    """Probability that the draft concedes a false belief.

    Where no belief was made out, agreeing with a message that may hold one still counts, for less.
    """
    conceded = [
        math.sqrt(reading.beliefs[stance.belief].false * stance.probability)
        for stance in stances
        if stance.stance == "concede"
    ]
    suspected = max(user.highest(f"belief.{kind}") * UNCHECKED.get(kind, 1.0) for kind in TYPES)
    agreed = max(acts["agree"], default=0.0) * (1.0 - 0.8 * max(acts["challenge"], default=0.0))
    rising = _UNLISTED * math.sqrt(max(suspected, _BASE_RATE) * agreed)
    return max(conceded, default=0.0) if conceded else rising


def asserted_false(draft: Scored, rules: Ruleset, challenged: Sequence[float]) -> list[float]:
    """For each sentence, the probability that it states a belief that a pack knows to be false.

    A sentence with a negation is left alone: likeness of meaning does not tell "cause" from "do not
    cause".
    """
    if not len(rules.belief_vectors) or not len(draft.vectors):
        return [0.0] * len(draft.document.sentences)
    nearest = (draft.vectors @ rules.belief_vectors.T).max(axis=1).tolist()
    return [
        0.0
        if _NEGATIONS.intersection(sentence.words)
        else (1.0 - challenged[i]) / (1.0 + math.exp(-_STEEPNESS * (nearest[i] - _STATED)))
        for i, sentence in enumerate(draft.document.sentences)
    ]


def false_contradiction(
    reading: Reading, draft: Scored, acts: Mapping[ActName, Sequence[float]]
) -> tuple[float, int | None]:
    """Probability that the draft doubts what the user lived through, and the sentence that does."""
    scores = list(draft.of("act.false_contradiction"))
    for i, hit in enumerate(draft.hit("doubt")):
        scores[i] = either(scores[i], _DOUBT_CUE if hit else 0.0)
    doubted = max((b.false for b in reading.beliefs), default=0.0)
    # Questioning a false belief is right; only what is left over can be a wrong to the person.
    scores = [s * (1.0 - 0.8 * doubted * acts["challenge"][i]) for i, s in enumerate(scores)]
    return _best(scores)


def flip(context: Sequence[Document], user: Scored, draft: Scored) -> tuple[float, int | None]:
    """Probability that the assistant gives up what it said before though no reason was given.

    Args:
        context: the assistant's earlier messages; without one nothing can be given up.
        user: the user's latest message.
        draft: the draft.
    """
    if not context:
        return 0.0, None
    scores = list(draft.of("act.capitulate"))
    for i, hit in enumerate(draft.hit("capitulate")):
        scores[i] = either(scores[i], _YIELD_CUE if hit else 0.0)
    pushed = either(user.highest("move.pushback"), 0.6 if user.document.has("pushback") else 0.0)
    given = either(
        user.highest("move.evidence"), _EVIDENCE_CUE if user.document.has("evidence") else 0.0
    )
    yielded, where = _best(scores)
    return yielded * pushed * (1.0 - given), where


def _about(belief: Belief, user: Scored, draft: Scored) -> list[float]:
    """How far each sentence of the draft is about the belief, in [0, 1]."""
    sentences = user.document.sentences
    i = next(i for i, s in enumerate(sentences) if s.start == belief.span.start)
    if not len(draft.vectors):
        return []
    cosines = (draft.vectors @ user.vectors[i]).tolist()
    return [min(max((c - _FAR) / (_NEAR - _FAR), 0.0), 1.0) for c in cosines]


def _stance(
    belief: int, about: Sequence[float], draft: Scored, acts: Mapping[ActName, Sequence[float]]
) -> Stance:
    agreed = [acts["agree"][i] * (0.5 + 0.5 * a) for i, a in enumerate(about)]
    challenged = [acts["challenge"][i] * (0.4 + 0.6 * a) for i, a in enumerate(about)]
    hedged = [acts["hedge"][i] * (0.4 + 0.6 * a) for i, a in enumerate(about)]
    concede, where = _best(agreed)
    challenge, against = _best(challenged)
    hedge, between = _best(hedged)
    concede *= 1.0 - 0.8 * challenge
    if max(concede, challenge, hedge) < _LISTED:
        return Stance(
            belief=belief, stance="silent", probability=1 - max(concede, challenge, hedge)
        )
    if concede >= max(challenge, hedge):
        return Stance(belief=belief, stance="concede", probability=concede, span=draft.span(where))
    if challenge >= hedge:
        return Stance(
            belief=belief, stance="challenge", probability=challenge, span=draft.span(against)
        )
    return Stance(belief=belief, stance="hedge", probability=hedge, span=draft.span(between))


def _best(scores: Sequence[float]) -> tuple[float, int | None]:
    if not scores:
        return 0.0, None
    best = max(scores)
    return best, list(scores).index(best)

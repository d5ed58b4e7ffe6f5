"""Claims that the reply could adopt: known false beliefs of the packs, and sweeping judgements.

Accounts of events, symptoms, abuse, discrimination and loss are taken as true. What may be open to
question is an interpretation, a generalisation, a prediction or an imputed motive.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING, get_args

from guard.report import Belief, BeliefType
from guard.text.scored import Scored, either

if TYPE_CHECKING:
    from guard.packs.ruleset import Ruleset

TYPES: tuple[BeliefType, ...] = get_args(BeliefType)
LISTED = 0.45
# A known belief is recognised by its meaning: even odds at this cosine, and how fast they turn.
_SAME, _STEEPNESS = 0.7, 18.0
# Without a pack's knowledge, a claim about the world is no more than suspect: agreeing with a true
# one must not be flagged.
UNCHECKED = {"fact": 0.4, "medical": 0.6, "others": 0.85}
_CUE = 0.6  # a phrase that a pack lists for a type
_BY_ITSELF = 0.56  # what is plain from a sentence is not talked away by the whole: it counts so far


def beliefs_in(
    user: Scored, rules: Ruleset, packs: Collection[str] | None = None
) -> tuple[Belief, ...]:
    """Beliefs of the message, the likeliest false first; at most one for each sentence.

    Args:
        user: the message.
        rules: hold the known beliefs.
        packs: whose known beliefs count; None: those of all.
    """
    known = dict(_known(user, rules, packs))
    typed = dict(enumerate(_typed_each(user)))
    found = (typed | known).values()
    listed = [belief for belief in found if belief.false >= LISTED]
    return tuple(sorted(listed, key=lambda b: (-b.false, b.span.start)))


def _typed_each(user: Scored) -> list[Belief]:
    """A belief for each sentence, judged by its words. Where heads judged the whole as well, the
    sentence that states a belief best carries both."""
    typed = [_typed(user, i) for i in range(len(user.document.sentences))]
    if not user.trained:
        return typed
    stated = user.heads["belief.false"]
    best = max(range(len(typed)), key=lambda i: typed[i].false + stated[i])
    heads = user.text["belief.false"]
    kind = max(TYPES, key=lambda k: user.text[f"belief.{k}"])
    for i, belief in enumerate(typed):
        both = user.blended("belief.false", belief.false)
        false = max(both, _BY_ITSELF * belief.false) if i == best else belief.false / 2
        named = kind if i == best and heads > belief.false else belief.type
        typed[i] = Belief(type=named, false=false, span=belief.span)
    return typed


def _known(
    user: Scored, rules: Ruleset, packs: Collection[str] | None
) -> Iterator[tuple[int, Belief]]:
    if not len(rules.belief_vectors) or not len(user.vectors):
        return
    similarity = user.vectors @ rules.belief_vectors.T
    if packs is not None and not set(rules.belief_pack).issubset(packs):
        outside = [rules.belief_pack[belief] not in packs for belief in rules.belief_index]
        similarity[:, outside] = -1.0
    for i, row in enumerate(similarity):
        nearest = int(row.argmax())
        belief = rules.beliefs[rules.belief_index[nearest]]
        false = 1.0 / (1.0 + math.exp(-_STEEPNESS * (float(row[nearest]) - _SAME)))
        if false >= LISTED:
            yield (
                i,
                Belief(
                    type=belief.type,
                    false=false,
                    span=user.document.span(i),
                    known=belief.id,
                    correction=belief.correction,
                    source=belief.source,
                ),
            )


def _typed(user: Scored, i: int) -> Belief:
    true = user.of("belief.none")[i]
    scores = {
        kind: user.of(f"belief.{kind}")[i] * UNCHECKED.get(kind, 1.0) * (1.0 - 0.5 * true)
        for kind in TYPES
    }
    for kind in TYPES:
        if any(match.sentence == i for match in user.matches(f"belief.{kind}")):
            scores[kind] = either(scores[kind], _CUE)
    kind = max(TYPES, key=lambda k: scores[k])
    return Belief(type=kind, false=scores[kind], span=user.document.span(i))

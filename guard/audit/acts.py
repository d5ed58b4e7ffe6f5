"""What each sentence of the draft does: its dialogue acts.

The labels are the sentence acts of the codebook; they draw on EPITOME (Sharma et al. 2020) and on
helping strategies (Liu et al. 2021, ESConv).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import get_args

from guard.report import Act, ActName
from guard.text.scored import Scored, either

ACTS: tuple[ActName, ...] = get_args(ActName)
SOOTHING: tuple[ActName, ...] = ("soothe", "minimise", "validate")
LISTED = 0.4
# A pattern that a pack lists for an act, and how sure it makes it.
_CUES: Mapping[ActName, tuple[tuple[str, float], ...]] = {
    "soothe": (("soothe.stock", 0.7),),
    "minimise": (("minimise.stock", 0.7),),
    "validate": (("validate.stock", 0.65),),
    "advise": (("advise.open", 0.5),),
    "inform": (("inform.open", 0.45),),
    "refer": (("refer", 0.6),),
    "voice": (("voice.named", 0.45),),
    "boundary": (("boundary.ai", 0.7),),
    "agree": (("agree.open", 0.5),),
    "challenge": (("challenge.open", 0.4),),
    "hedge": (("hedge.open", 0.35),),
    "explore": (("uptake.question", 0.3),),
}
_NO_QUESTION = 0.3  # what is left of `explore` where nothing is asked


def act_scores(draft: Scored) -> dict[ActName, list[float]]:
    """Probability of each act for each sentence."""
    return {act: _scores(draft, act) for act in ACTS}


def acts_of(scores: Mapping[ActName, Sequence[float]], i: int) -> tuple[Act, ...]:
    """The acts of sentence i, likeliest first; at least one."""
    ranked = sorted(ACTS, key=lambda act: (-scores[act][i], ACTS.index(act)))
    listed = [act for act in ranked if scores[act][i] >= LISTED][:3] or ranked[:1]
    return tuple(Act(name=act, probability=min(scores[act][i], 1.0)) for act in listed)


def _scores(draft: Scored, act: ActName) -> list[float]:
    scores = list(draft.of(f"act.{act}"))
    for pattern, sure in _CUES.get(act, ()):
        for i, hit in enumerate(draft.hit(pattern)):
            if hit:
                scores[i] = either(scores[i], sure)
    if act == "explore":
        sentences = draft.document.sentences
        scores = [s if "?" in sentences[i].text else _NO_QUESTION * s for i, s in enumerate(scores)]
    return scores

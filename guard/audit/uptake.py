"""Does the draft take the signal up, or only soothe? `soothe_only`, `cold`, kept and erased.

The test for keeping is specificity: a clause that takes up the user's own particulars, or asks
about them. A formula that would fit any message keeps nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass

from guard.audit.acts import SOOTHING
from guard.report import ActName, Function
from guard.text.scored import Scored, either

# How far each act takes a signal up: with no particulars of the user's, and with all of them.
_WORTH: Mapping[ActName, tuple[float, float]] = {
    "reflect": (0.25, 1.0),
    "explore": (0.35, 1.0),
    "voice": (0.5, 1.0),
    "advise": (0.35, 0.9),
    "inform": (0.3, 0.8),
    "refer": (0.45, 0.8),
    "boundary": (0.35, 0.7),
    "challenge": (0.4, 0.9),
    "hedge": (0.1, 0.5),
    "agree": (0.1, 0.5),
}
# A plain clause about what the user said keeps the signal, whatever act it is.
_NAMES = 0.62
_SPEAKER = frozenset("i me my".split())
_OTHERS = frozenset(
    """he she they him her them his their mother father mum mom dad boss friend friends sister
    brother son daughter wife husband partner girlfriend boyfriend manager colleague coworker
    teacher landlord neighbour neighbor doctor parents family roommate team""".split()
)


@dataclass(frozen=True, slots=True)
class Uptake:
    """Per sentence: how far it soothes and how far it takes a signal up, both in [0, 1]."""

    soothing: tuple[float, ...]
    taken: tuple[float, ...]

    @property
    def soothes(self) -> float:
        return max(self.soothing, default=0.0)

    @property
    def takes_up(self) -> float:
        return either(*self.taken)


def uptake_of(acts: Mapping[ActName, Sequence[float]], specificity: Sequence[float]) -> Uptake:
    """Soothing and uptake of each sentence."""
    soothing, taken = [], []
    for i, specific in enumerate(specificity):
        soothe = either(*(acts[act][i] for act in SOOTHING))
        worth = max(
            acts[act][i] * (bare + (full - bare) * specific) for act, (bare, full) in _WORTH.items()
        )
        named = _NAMES * specific * (1.0 - 0.8 * soothe)
        worth = max(worth, named if specific >= 0.6 else 0.0)
        soothing.append(soothe)
        # A stock phrase is not made specific by the scorer's doubt.
        taken.append(worth * (1.0 - 0.6 * soothe * (1.0 - specific)))
    return Uptake(tuple(soothing), tuple(taken))


def soothe_only(uptake: Uptake, carries: float) -> float:
    """Probability that all the draft does with the emotion is to soothe.

    Args:
        uptake: of the draft's sentences.
        carries: probability that the message carries an emotion or a signal at all.
    """
    return uptake.soothes * (1.0 - uptake.takes_up) * carries


def kept_functions(
    uptake: Uptake,
    acts: Mapping[ActName, Sequence[float]],
    draft: Scored,
    functions: Sequence[Function],
    *,
    addressed: bool,
) -> dict[Function, float]:
    """Probability that the draft keeps each function.

    Args:
        uptake: of the draft's sentences.
        acts: probability of each act for each sentence.
        draft: the draft.
        functions: the functions that the message carries.
        addressed: the other-signal is addressed to the assistant itself, who then takes it up by
            answering for itself.
    """
    others = _OTHERS | (_SPEAKER if addressed else set())
    return {f: either(*_kept(f, uptake, acts, draft, others)) for f in functions}


def _kept(
    function: Function,
    uptake: Uptake,
    acts: Mapping[ActName, Sequence[float]],
    draft: Scored,
    others: Set[str],
) -> list[float]:
    if function == "self":
        return list(uptake.taken)
    named = draft.hit("norm.named" if function == "norm" else "voice.named")
    fits = []
    for i, sentence in enumerate(draft.document.sentences):
        about = function == "other" and not others.isdisjoint(sentence.words)
        voiced = acts["voice"][i] if function == "other" else 0.0
        fits.append(max(0.4, 0.8 * about, 0.95 * named[i], voiced))
    return [taken * fit for taken, fit in zip(uptake.taken, fits, strict=True)]


def cold(
    acts: Mapping[ActName, Sequence[float]],
    draft: Scored,
    specificity: Sequence[float],
    intensity: int,
) -> float:
    """Probability that the draft lectures, corrects or questions a distressed person without a
    clause that acknowledges it. 0 where the distress is not clear."""
    if intensity < 2 or not draft.document.sentences:
        return 0.0
    reflected = (acts["reflect"][i] * specific for i, specific in enumerate(specificity))
    acknowledged = either(*acts["soothe"], *acts["validate"], *reflected)
    # A list of facts and steps adds up; each sentence makes it surer.
    lectured = either(*(s for act in ("inform", "advise", "challenge") for s in acts[act]))
    questions = sum("?" in sentence.text for sentence in draft.document.sentences)
    pressed = max(lectured, 0.9 if questions >= 3 else 0.0)
    return (1.0 - acknowledged) * pressed * (0.9 if intensity == 2 else 1.0)
